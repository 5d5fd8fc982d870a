"""Pages for who learns. Opening one changes nothing; each act is a POST that leads back to a page."""

from dataclasses import dataclass
from typing import Any, Literal

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms import clock
from lms.curriculum import queries, services
from lms.curriculum.catalog import catalog
from lms.curriculum.content import Lesson, Module, in_language
from lms.curriculum.forms import ActForm, AnswerForm, ReflectionForm
from lms.curriculum.progress import Step, may_complete, minutes_left, state_of
from lms.curriculum.queries import Learning, LessonNotes
from lms.curriculum.rendering import cited, to_html, to_sections
from lms.curriculum.routes import bp
from lms.curriculum.routes.guide import guide_of
from lms.errors import Invalid, NotFound
from lms.pages import language
from lms.people.queries import organisations_of
from lms.permissions import Actor, Permission, Role, Target, authorize, can, current_actor

WAYS = ("read", "other")


@bp.get("/modules")
def modules() -> ResponseReturnValue:
    """What is taught, and how far the signed-in person is with each part."""
    actor = authorize(Permission.CURRICULUM_BROWSE)
    joined = {one.module.id: one for one in queries.learnings_of(actor.person_id)}
    shown = {one.id: (joined[one.id].module if one.id in joined else one) for one in catalog()}
    shown |= {id_: one.module for id_, one in joined.items() if id_ not in shown}
    tracks = catalog().tracks
    in_tracks = {part.module for track in tracks for part in track.parts}
    earned: dict[str, int] = {}
    for hour in queries.contact_hours_of(actor.person_id):
        earned[hour.module_id] = earned.get(hour.module_id, 0) + hour.minutes
    return render_template(
        "curriculum/modules.html",
        shown=shown,
        joined=joined,
        tracks=tracks,
        others=[id_ for id_ in shown if id_ not in in_tracks],
        earned=earned,
        going_on=_going_on(joined),
    )


def _going_on(joined: dict[str, Learning]) -> Learning | None:
    """The module to go on with: the one joined last of those that are not completed."""
    left = [one for one in joined.values() if one.completed_at is None]
    return max(left, key=lambda one: (one.enrolled_at, one.enrolment_id), default=None)


@bp.get("/modules/<module_id>")
def module(module_id: str) -> ResponseReturnValue:
    """One module: what it is for, its lessons, and the one next step."""
    actor, learning, found = _read(module_id)
    organisation_id = learning.organisation_id if learning else None
    ahead = queries.live_sessions_ahead(organisation_id, module_id, clock.now()) if organisation_id else ()
    return render_template(
        "curriculum/module.html",
        module=found,
        learning=learning,
        ahead=ahead,
        attended=queries.attendance_of(actor.person_id, module_id) if learning else (),
        organisations=() if learning else organisations_of(actor.person_id, Role.TRAINEE),
        first=_first_to_complete(actor, found) if learning is None else (),
        state_of=state_of,
        minutes_left=minutes_left,
        may_complete=may_complete,
        in_language=in_language,
        Step=Step,
        **(guide_of(found) if learning is None and can(Permission.CURRICULUM_PREVIEW) else {}),
    )


def _read(module_id: str) -> tuple[Actor, Learning | None, Module]:
    """Authorized: what the reader started of the module, or else the module as it is taught now."""
    actor = current_actor()
    learning = queries.learning(actor.person_id, module_id)
    if learning is not None:
        authorize(Permission.CURRICULUM_LEARN, Target(owner_id=learning.person_id))
        return actor, learning, learning.module
    authorize(Permission.CURRICULUM_BROWSE)
    found = catalog().module(module_id)
    if found is None:
        raise NotFound
    return actor, None, found


def _first_to_complete(actor: Actor, module: Module) -> tuple[Module, ...]:
    if not module.requires:
        return ()
    done = {completion.module_id for completion in queries.completions_of(actor.person_id)}
    before = (catalog().module(needed) for needed in module.requires if needed not in done)
    return tuple(one for one in before if one is not None)


@bp.post("/modules/<module_id>/enrol")
def enrol(module_id: str) -> ResponseReturnValue:
    """Join the module."""
    organisation_id = request.form.get("organisation_id", type=int)
    actor = current_actor()
    if organisation_id is None:
        own = sorted(place for role, place in actor.roles if role is Role.TRAINEE)
        organisation_id = own[0] if own else None
    actor = authorize(Permission.CURRICULUM_ENROL, Target(organisation_id, owner_id=actor.person_id))
    assert organisation_id is not None
    services.enrol(
        actor.person_id, person_id=actor.person_id, organisation_id=organisation_id, module_id=module_id
    )
    return redirect(url_for("curriculum.module", module_id=module_id))


@bp.post("/modules/<module_id>/complete")
def complete_module(module_id: str) -> ResponseReturnValue:
    """Complete the module, when everything in it is done."""
    learning = _own_learning(module_id)
    services.complete_module(learning.person_id, person_id=learning.person_id, module_id=module_id)
    flash(_("You completed this module. Its hours count now."))
    return redirect(url_for("curriculum.module", module_id=module_id))


def _own_learning(module_id: str) -> Learning:
    """The signed-in person's learning in the module, authorized. A trainee who did not join gets NotFound."""
    actor = current_actor()
    learning = queries.learning(actor.person_id, module_id)
    authorize(Permission.CURRICULUM_LEARN, Target(owner_id=learning.person_id if learning else None))
    if learning is None:
        raise NotFound
    return learning


# --- one lesson -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LessonPage:
    """What the page of one lesson is drawn from."""

    module: Module
    lesson: Lesson
    learning: Learning | None
    notes: LessonNotes


def _lesson_page(module_id: str, lesson_id: str) -> LessonPage:
    """The lesson as its reader started it, authorized. Raises NotFound when there is none."""
    learning = _own_learning(module_id)
    lesson = learning.module.lesson(lesson_id)
    if lesson is None:
        raise NotFound
    notes = queries.notes_of(learning.person_id, learning.enrolment_id, lesson_id)
    return LessonPage(learning.module, lesson, learning, notes)


@bp.get("/modules/<module_id>/lessons/<lesson_id>")
def lesson(module_id: str, lesson_id: str) -> ResponseReturnValue:
    """One lesson, for who joined the module; for trainers to look at; others go to the module first."""
    actor, learning, found = _read(module_id)
    one = found.lesson(lesson_id)
    if one is None:
        raise NotFound
    if learning is None and not can(Permission.CURRICULUM_PREVIEW):
        return redirect(url_for("curriculum.module", module_id=module_id))
    notes = LessonNotes()
    if learning is not None:
        notes = queries.notes_of(actor.person_id, learning.enrolment_id, lesson_id)
    return _draw(LessonPage(found, one, learning, notes))


def _draw(page: LessonPage, **forms: Any) -> ResponseReturnValue:
    """The page of a lesson; with status 422 when a form on it has a fault."""
    text, text_language = page.lesson.text_in(language())
    faulty = [form for form in forms.values() if form.faults]
    way = request.values.get("way", "")
    ids = [lesson.id for lesson in page.module.lessons]
    position = ids.index(page.lesson.id)
    html = render_template(
        "curriculum/lesson.html",
        page=page,
        module=page.module,
        lesson=page.lesson,
        learning=page.learning,
        notes=page.notes,
        text=text,
        text_language=text_language,
        title=page.module.title_in(language()),
        sections=to_sections(text.body),
        to_html=to_html,
        sources=page.module.sources_cited(cited(text.body)),
        way=way if way in WAYS else "",
        number=position + 1,
        before=ids[position - 1] if position else None,
        after=ids[position + 1] if position + 1 < len(ids) else None,
        state_of=state_of,
        faulty=faulty[0] if faulty else None,
        typed=forms.get("reflection"),
    )
    return html, 422 if faulty else 200


def _to_lesson(module_id: str, lesson_id: str, part: str | None = None) -> ResponseReturnValue:
    way = request.form.get("way")
    return redirect(
        url_for(
            "curriculum.lesson",
            module_id=module_id,
            lesson_id=lesson_id,
            way=way if way in WAYS else None,
            _anchor=part,
        )
    )


@bp.post("/modules/<module_id>/lessons/<lesson_id>/place")
def keep_place(module_id: str, lesson_id: str) -> ResponseReturnValue:
    """Keep the place in this lesson; then open it, or pause."""
    learning = _own_learning(module_id)
    anchor = request.form.get("anchor")
    services.keep_place(
        learning.person_id,
        person_id=learning.person_id,
        module_id=module_id,
        lesson_id=lesson_id,
        anchor=anchor,
    )
    if request.form.get("go") == "pause":
        flash(_("Your place is kept. Come back when you like."))
        return redirect(url_for("curriculum.module", module_id=module_id))
    return _to_lesson(module_id, lesson_id, anchor)


@bp.post("/modules/<module_id>/lessons/<lesson_id>/check")
def answer_check(module_id: str, lesson_id: str) -> ResponseReturnValue:
    """Answer the check-yourself question; the page then says why."""
    return _answer(module_id, lesson_id, "check")


@bp.post("/modules/<module_id>/lessons/<lesson_id>/scenario")
def answer_scenario(module_id: str, lesson_id: str) -> ResponseReturnValue:
    """Choose what to do in the scenario; the page then says what it leads to."""
    return _answer(module_id, lesson_id, "scenario")


def _answer(module_id: str, lesson_id: str, kind: Literal["check", "scenario"]) -> ResponseReturnValue:
    page = _lesson_page(module_id, lesson_id)
    text, _language = page.lesson.text_in("en")
    question = text.check if kind == "check" else text.scenario
    if question is None:
        raise NotFound
    form = AnswerForm(prefix=kind).offer(question.count)
    if not form.validate_on_submit():
        return _draw(page, **{kind: form})
    owner = _owner(page)
    services.answer(
        owner, person_id=owner, module_id=module_id, lesson_id=lesson_id, kind=kind, choice=form.choice.data
    )
    return _to_lesson(module_id, lesson_id, kind)


def _owner(page: LessonPage) -> int:
    assert page.learning is not None
    return page.learning.person_id


@bp.post("/modules/<module_id>/lessons/<lesson_id>/reflection")
def keep_reflection(module_id: str, lesson_id: str) -> ResponseReturnValue:
    """Keep what the person wrote for nobody else."""
    page = _lesson_page(module_id, lesson_id)
    owner = _owner(page)
    authorize(Permission.CURRICULUM_REFLECT, Target(owner_id=owner))
    form = ReflectionForm()
    if not form.validate_on_submit():
        return _draw(page, reflection=form)
    services.keep_reflection(
        owner, person_id=owner, module_id=module_id, lesson_id=lesson_id, text=form.text.data or ""
    )
    flash(_("Kept for you. Only you can read it."), "reflection")
    return _to_lesson(module_id, lesson_id, "reflection")


@bp.post("/modules/<module_id>/lessons/<lesson_id>/finish")
def finish_lesson(module_id: str, lesson_id: str) -> ResponseReturnValue:
    """Finish the lesson and go on to what comes next."""
    page = _lesson_page(module_id, lesson_id)
    owner = _owner(page)
    form = ActForm()
    finish = (
        services.finish_lesson_by_other_exercise
        if request.form.get("way") == "other"
        else services.finish_lesson
    )
    try:
        is_completed = finish(owner, person_id=owner, module_id=module_id, lesson_id=lesson_id)
    except Invalid as fault:
        form.show(fault)
        return _draw(page, finish=form)
    return _after_finishing(owner, module_id, is_completed)


def _after_finishing(owner_id: int, module_id: str, is_completed: bool) -> ResponseReturnValue:
    learning = queries.learning(owner_id, module_id)
    assert learning is not None
    step = learning.next_step
    if step.kind is Step.LESSON:
        flash(_("Lesson finished. Here is the next one."))
        return redirect(url_for("curriculum.lesson", module_id=module_id, lesson_id=step.lesson_id))
    flash(_("You completed this module. Its hours count now.") if is_completed else _("Lesson finished."))
    return redirect(url_for("curriculum.module", module_id=module_id))


# --- reflections --------------------------------------------------------------------------------------


@bp.get("/reflections")
def reflections() -> ResponseReturnValue:
    """The signed-in person's own reflections, and nobody else's."""
    actor = current_actor()
    authorize(Permission.CURRICULUM_REFLECT, Target(owner_id=actor.person_id))
    cards = queries.reflections_of(actor.person_id, language())
    return render_template("curriculum/reflections.html", cards=cards)


@bp.post("/reflections/<int:reflection_id>/delete")
def delete_reflection(reflection_id: int) -> ResponseReturnValue:
    """Take away one of the signed-in person's own reflections."""
    actor = current_actor()
    authorize(Permission.CURRICULUM_REFLECT, Target(owner_id=actor.person_id))
    services.delete_reflection(actor.person_id, reflection_id=reflection_id)
    flash(_("It is deleted."))
    return redirect(url_for("curriculum.reflections"))
