"""What a trainee does: joins a module, keeps the place, answers, reflects, finishes, completes."""

from typing import Literal

import sqlalchemy as sa
from flask_babel import gettext as _

from lms import audit, clock
from lms.audit import Action
from lms.curriculum import progress
from lms.curriculum.catalog import catalog
from lms.curriculum.content import LONGEST_REFLECTION, Lesson, Module, to_json
from lms.curriculum.models import (
    LONGEST_REFLECTION,
    CheckResponse,
    Enrolment,
    LessonProgress,
    ModuleCompletion,
    ModuleRevision,
    Reflection,
)
from lms.curriculum.queries import completions_of, passed_examinations
from lms.curriculum.queries.kept import kept_modules
from lms.curriculum.rendering import to_sections
from lms.curriculum.services.once import insert_once
from lms.db import lock, session
from lms.errors import Conflict, Forbidden, Invalid, NotFound
from lms.people.queries import person

AnswerKind = Literal["check", "scenario"]


def enrol(actor_id: int, *, person_id: int, organisation_id: int, module_id: str) -> Enrolment:
    """Join a module in the content taught now; a second time answers the row that is there.

    Raises NotFound for an unknown module, Conflict while a module that it builds on is not completed.
    """
    module = catalog().module(module_id)
    if module is None:
        raise NotFound
    _check_requirements(person_id, module)
    revision_id = _keep_revision(module)
    is_new = insert_once(
        Enrolment,
        person_id=person_id,
        organisation_id=organisation_id,
        module_id=module_id,
        module_revision_id=revision_id,
        enrolled_at=clock.now(),
    )
    enrolment = session().scalars(
        sa.select(Enrolment).where(Enrolment.person_id == person_id, Enrolment.module_id == module_id)
    )
    row = enrolment.one()
    if is_new:
        _record(Action.CURRICULUM_ENROL, actor_id, row, module=module_id, revision=module.revision)
    return row


def _check_requirements(person_id: int, module: Module) -> None:
    if not module.requires:
        return
    done = {completion.module_id for completion in completions_of(person_id)}
    for needed in module.requires:
        if needed not in done:
            before = catalog().module(needed)
            title = before.title["en"] if before else needed
            raise Conflict(_("First complete the module “%(title)s”.", title=title))


def _keep_revision(module: Module) -> int:
    """The id of the row that keeps exactly this content, made when it is the first time."""
    values = {
        "module_id": module.id,
        "revision": module.revision,
        "content_hash": module.content_hash,
    }
    known = sa.select(ModuleRevision.id).filter_by(**values)
    found = session().scalar(known)
    if found is not None:
        return found
    insert_once(ModuleRevision, **values, content=to_json(module), stored_at=clock.now())
    return session().scalars(known).one()


def keep_place(
    actor_id: int, *, person_id: int, module_id: str, lesson_id: str, anchor: str | None = None
) -> Enrolment:
    """Keep where somebody is, and note that they started the lesson there.

    `anchor` names a part of the lesson's text; one that the lesson has not is left out.
    """
    enrolment, module = _locked(person_id, module_id)
    lesson = _lesson(module, lesson_id)
    anchors = {part.anchor for text in lesson.texts.values() for part in to_sections(text.body)}
    enrolment.place = lesson_id
    enrolment.place_anchor = anchor if anchor in anchors else None
    enrolment.placed_at = clock.now()
    _started(enrolment, lesson_id)
    _record(Action.CURRICULUM_KEEP_PLACE, actor_id, enrolment, lesson=lesson_id)
    return enrolment


def answer(
    actor_id: int, *, person_id: int, module_id: str, lesson_id: str, kind: AnswerKind, choice: int
) -> CheckResponse:
    """Keep the last answer to a check-yourself question or a scenario; it may change at any time.

    Raises NotFound when the lesson has no such question, Invalid for a choice that it does not offer.
    """
    enrolment, module = _locked(person_id, module_id)
    text = _lesson(module, lesson_id).texts["en"]
    question = text.check if kind == "check" else text.scenario
    if question is None:
        raise NotFound
    if not 0 <= choice < question.count:
        raise Invalid("choice", _("Choose one of the answers."))
    _started(enrolment, lesson_id)
    response = session().scalar(
        sa.select(CheckResponse).filter_by(enrolment_id=enrolment.id, lesson_id=lesson_id, kind=kind)
    )
    if response is None:
        response = CheckResponse(**_belongs_to(enrolment), lesson_id=lesson_id, kind=kind)
        session().add(response)
    response.choice = choice
    response.answered_at = clock.now()
    session().flush()
    _record(Action.CURRICULUM_ANSWER, actor_id, enrolment, lesson=lesson_id)
    return response


def keep_reflection(
    actor_id: int, *, person_id: int, module_id: str, lesson_id: str, text: str
) -> Reflection | None:
    """Keep what a person wrote for nobody else; an empty text takes it away and answers None.

    Raises Forbidden for anybody but the writer, Invalid when the text is too long.
    """
    if actor_id != person_id:
        raise Forbidden
    enrolment, module = _locked(person_id, module_id)
    if all(one.reflection is None for one in _lesson(module, lesson_id).texts.values()):
        raise NotFound
    text = text.strip()
    if len(text) > LONGEST_REFLECTION:
        message = _(
            "Keep it to %(count)s characters. It is %(now)s now.", count=LONGEST_REFLECTION, now=len(text)
        )
        raise Invalid("text", message)
    _started(enrolment, lesson_id)
    row = session().scalar(
        sa.select(Reflection).filter_by(person_id=person_id, enrolment_id=enrolment.id, lesson_id=lesson_id)
    )
    if not text:
        if row is not None:
            session().delete(row)
    elif row is None:
        row = Reflection(**_belongs_to(enrolment), lesson_id=lesson_id, text=text, written_at=clock.now())
        session().add(row)
    else:
        row.text, row.written_at = text, clock.now()
    session().flush()
    _record(Action.CURRICULUM_KEEP_REFLECTION, actor_id, enrolment, lesson=lesson_id)
    return row if text else None


def delete_reflection(actor_id: int, *, reflection_id: int) -> None:
    """Take away one of the actor's own reflections. Raises NotFound for anybody else's."""
    row = session().scalar(sa.select(Reflection).filter_by(id=reflection_id, person_id=actor_id))
    if row is None:
        raise NotFound
    organisation_id, enrolment_id = row.organisation_id, row.enrolment_id
    session().delete(row)
    audit.record(
        Action.CURRICULUM_DELETE_REFLECTION,
        actor_id=actor_id,
        subject="enrolment",
        subject_id=enrolment_id,
        organisation_id=organisation_id,
    )


def finish_lesson(actor_id: int, *, person_id: int, module_id: str, lesson_id: str) -> bool:
    """Finish a lesson whose check-yourself question is answered; any answer will do.

    Answers whether this completed the module. Raises Invalid while the question waits for an answer.
    """
    enrolment, module = _locked(person_id, module_id)
    lesson = _lesson(module, lesson_id)
    if lesson.texts["en"].check is not None:
        answered = sa.select(CheckResponse.id).filter_by(
            enrolment_id=enrolment.id, lesson_id=lesson_id, kind="check"
        )
        if session().scalar(answered) is None:
            raise Invalid("check", _("Answer the question first. Any answer will do."))
    return _finish(actor_id, enrolment, module, lesson_id)


def finish_lesson_by_other_exercise(actor_id: int, *, person_id: int, module_id: str, lesson_id: str) -> bool:
    """Finish a lesson by the equal exercise of its content note; which way it was is kept nowhere.

    Answers whether this completed the module. Raises NotFound when the lesson has no content note.
    """
    enrolment, module = _locked(person_id, module_id)
    if _lesson(module, lesson_id).texts["en"].content_note is None:
        raise NotFound
    return _finish(actor_id, enrolment, module, lesson_id)


def _finish(actor_id: int, enrolment: Enrolment, module: Module, lesson_id: str) -> bool:
    row = _started(enrolment, lesson_id)
    if row.finished_at is not None:
        return False
    now = clock.now()
    row.finished_at = now
    enrolment.place, enrolment.place_anchor, enrolment.placed_at = lesson_id, None, now
    session().flush()
    is_completed = not _what_is_missing(enrolment, module) and _completion_of(enrolment) is None
    if is_completed:
        _complete(enrolment)
    _record(
        Action.CURRICULUM_FINISH_LESSON, actor_id, enrolment, lesson=lesson_id, completes_module=is_completed
    )
    return is_completed


def complete_module(actor_id: int, *, person_id: int, module_id: str) -> ModuleCompletion:
    """Complete a module whose lessons are finished and whose check is passed; once.

    A second time answers the row that is there. Raises Conflict while something is missing.
    """
    enrolment, module = _locked(person_id, module_id)
    found = _completion_of(enrolment)
    if found is not None:
        return found
    missing = _what_is_missing(enrolment, module)
    if missing:
        raise Conflict(missing)
    row = _complete(enrolment)
    _record(Action.CURRICULUM_COMPLETE_MODULE, actor_id, enrolment, module=module_id, revision=module.revision)
    return row


def _what_is_missing(enrolment: Enrolment, module: Module) -> str:
    """One sentence on what keeps a module from being completed, or nothing."""
    done = session().scalars(
        sa.select(LessonProgress.lesson_id).where(
            LessonProgress.enrolment_id == enrolment.id, LessonProgress.finished_at.is_not(None)
        )
    )
    left = progress.lessons_left(module, set(done))
    if left:
        return str(_("Some lessons are not finished yet."))
    if module.check is not None and module.check not in passed_examinations(enrolment.person_id):
        return str(_("The module check is not passed yet."))
    return ""


def _completion_of(enrolment: Enrolment) -> ModuleCompletion | None:
    return session().scalar(sa.select(ModuleCompletion).filter_by(enrolment_id=enrolment.id))


def _complete(enrolment: Enrolment) -> ModuleCompletion:
    row = ModuleCompletion(
        **_belongs_to(enrolment),
        completed_at=clock.now(),
        completed_on=clock.today(person(enrolment.person_id).timezone),
    )
    session().add(row)
    session().flush()
    return row


def _locked(person_id: int, module_id: str) -> tuple[Enrolment, Module]:
    """The person's enrolment, locked until the commit, with the content they started."""
    enrolment = session().scalar(
        lock(sa.select(Enrolment).where(Enrolment.person_id == person_id, Enrolment.module_id == module_id))
    )
    if enrolment is None:
        raise NotFound
    started = sa.select(ModuleRevision.content_hash).where(ModuleRevision.id == enrolment.module_revision_id)
    content_hash = session().scalars(started).one()
    return enrolment, kept_modules([(module_id, content_hash)])[content_hash]


def _lesson(module: Module, lesson_id: str) -> Lesson:
    lesson = module.lesson(lesson_id)
    if lesson is None:
        raise NotFound
    return lesson


def _started(enrolment: Enrolment, lesson_id: str) -> LessonProgress:
    """The progress row of a lesson, made when this is the first thing done in it."""
    row = session().scalar(sa.select(LessonProgress).filter_by(enrolment_id=enrolment.id, lesson_id=lesson_id))
    if row is None:
        row = LessonProgress(**_belongs_to(enrolment), lesson_id=lesson_id, started_at=clock.now())
        session().add(row)
        session().flush()
    return row


def _belongs_to(enrolment: Enrolment) -> dict[str, int]:
    return {
        "enrolment_id": enrolment.id,
        "person_id": enrolment.person_id,
        "organisation_id": enrolment.organisation_id,
    }


def _record(action: Action, actor_id: int, enrolment: Enrolment, **details: object) -> None:
    audit.record(
        action,
        actor_id=actor_id,
        subject="enrolment",
        subject_id=enrolment.id,
        organisation_id=enrolment.organisation_id,
        details=details,
    )
