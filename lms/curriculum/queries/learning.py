"""Where a person is in what they joined; and, for that person alone, what they answered and wrote."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lms.assessment.queries import results_of
from lms.curriculum import progress
from lms.curriculum.content import Module
from lms.curriculum.models import (
    CheckResponse,
    Enrolment,
    LessonProgress,
    ModuleCompletion,
    ModuleRevision,
    Reflection,
)
from lms.curriculum.progress import NextStep, Standing
from lms.curriculum.queries.kept import kept_modules
from lms.db import session


@dataclass(frozen=True)
class Learning:
    """One person in one module: the content they started, and how far they are with it."""

    enrolment_id: int
    person_id: int
    organisation_id: int
    module: Module
    standing: Standing
    place_anchor: str | None
    enrolled_at: datetime
    completed_at: datetime | None

    @property
    def percent(self) -> int:
        """How far, from 0 to 100."""
        return progress.percent(self.module, self.standing)

    @property
    def next_step(self) -> NextStep:
        """What comes next."""
        return progress.next_step(self.module, self.standing)


@dataclass(frozen=True)
class ModuleCard:
    """A module as a trainee's first page shows it; the lesson is the one to go on with."""

    module_id: str
    title: str
    title_language: str
    percent: int
    minutes_left: int
    step: NextStep
    lesson_title: str | None
    lesson_number: int | None
    lesson_count: int
    place_anchor: str | None
    is_started: bool
    completed_at: datetime | None


@dataclass(frozen=True)
class LessonNotes:
    """What a person has answered and written in one lesson; for that person only."""

    check: int | None = None
    scenario: int | None = None
    reflection: str = ""


@dataclass(frozen=True)
class ReflectionCard:
    """A reflection with where it was written; for its writer only."""

    id: int
    module_title: str
    lesson_title: str
    text: str
    written_at: datetime


_LEARNING = (
    sa.select(
        Enrolment.id,
        Enrolment.person_id,
        Enrolment.organisation_id,
        Enrolment.module_id,
        ModuleRevision.content_hash,
        Enrolment.place,
        Enrolment.place_anchor,
        Enrolment.enrolled_at,
        ModuleCompletion.completed_at,
    )
    .join(ModuleRevision, ModuleRevision.id == Enrolment.module_revision_id)
    .outerjoin(ModuleCompletion, ModuleCompletion.enrolment_id == Enrolment.id)
    .where(Enrolment.person_id == sa.bindparam("person_id"))
    .order_by(Enrolment.id)
)
_LEARNING_ONE = _LEARNING.where(Enrolment.module_id == sa.bindparam("module_id"))
_PROGRESS = sa.select(
    LessonProgress.enrolment_id, LessonProgress.lesson_id, LessonProgress.finished_at.is_not(None)
).where(LessonProgress.person_id == sa.bindparam("person_id"))
_PROGRESS_ONE = _PROGRESS.where(LessonProgress.enrolment_id == sa.bindparam("enrolment_id"))


def learning(person_id: int, module_id: str) -> Learning | None:
    """The person's learning in one module, or None when they have not joined it."""
    row = session().execute(_LEARNING_ONE, {"person_id": person_id, "module_id": module_id}).first()
    if row is None:
        return None
    lessons = session().execute(_PROGRESS_ONE, {"person_id": person_id, "enrolment_id": row.id}).all()
    return _learnings(person_id, [row], lessons)[0]


def learnings_of(person_id: int, passed: frozenset[str] | None = None) -> tuple[Learning, ...]:
    """The person's learning in every module they joined, oldest first. Three queries at most.

    `passed`: the examinations that they have passed, by who has asked already.
    """
    rows = session().execute(_LEARNING, {"person_id": person_id}).all()
    if not rows:
        return ()
    return _learnings(person_id, rows, session().execute(_PROGRESS, {"person_id": person_id}).all(), passed)


@dataclass(frozen=True)
class Path:
    """Where a person is on their way: the modules they joined and completed, and the one to go on with."""

    joined: frozenset[str]
    completed: frozenset[str]
    going_on: Learning | None


def path_of(person_id: int, passed: frozenset[str]) -> Path:
    """Where the person is, given the examinations they have passed. Two queries."""
    rows = session().execute(_LEARNING, {"person_id": person_id}).all()
    left = next((row for row in rows if row.completed_at is None), None)
    going_on = None
    if left is not None:
        which = {"person_id": person_id, "enrolment_id": left.id}
        going_on = _learnings(person_id, [left], session().execute(_PROGRESS_ONE, which).all(), passed)[0]
    return Path(
        joined=frozenset(row.module_id for row in rows),
        completed=frozenset(row.module_id for row in rows if row.completed_at is not None),
        going_on=going_on,
    )


def _learnings(
    person_id: int, rows: Iterable[Any], lessons: Iterable[Any], passed: frozenset[str] | None = None
) -> tuple[Learning, ...]:
    rows = list(rows)
    started, done = defaultdict(set), defaultdict(set)
    for enrolment_id, lesson_id, is_finished in lessons:
        started[enrolment_id].add(lesson_id)
        if is_finished:
            done[enrolment_id].add(lesson_id)
    modules = kept_modules((row.module_id, row.content_hash) for row in rows)
    waits_for_check = any(
        row.completed_at is None and modules[row.content_hash].check is not None for row in rows
    )
    if passed is None:
        passed = passed_examinations(person_id) if waits_for_check else frozenset()
    found = []
    for row in rows:
        module = modules[row.content_hash]
        standing = Standing(
            started=frozenset(started[row.id]),
            done=frozenset(done[row.id]),
            place=row.place,
            is_check_passed=module.check in passed or row.completed_at is not None,
            is_completed=row.completed_at is not None,
        )
        found.append(
            Learning(
                enrolment_id=row.id,
                person_id=row.person_id,
                organisation_id=row.organisation_id,
                module=module,
                standing=standing,
                place_anchor=row.place_anchor,
                enrolled_at=row.enrolled_at,
                completed_at=row.completed_at,
            )
        )
    return tuple(found)


def passed_examinations(person_id: int) -> frozenset[str]:
    """The ids of the examinations that the person has passed."""
    return frozenset(result.examination_id for result in results_of(person_id) if result.is_passed)


def modules_in_progress(person_id: int) -> tuple[Learning, ...]:
    """The person's learning in the modules that they joined and have not completed."""
    return tuple(one for one in learnings_of(person_id) if one.completed_at is None)


def module_cards(
    person_id: int, language: str = "en", passed: frozenset[str] | None = None
) -> tuple[ModuleCard, ...]:
    """The modules a person joined, as cards: unfinished first. Three queries at most; two with `passed`."""
    cards = [module_card(one, language) for one in learnings_of(person_id, passed)]
    return tuple(sorted(cards, key=lambda card: card.completed_at is not None))


def module_card(one: Learning, language: str) -> ModuleCard:
    """One module that a person joined, as a card."""
    module, step = one.module, one.next_step
    title, title_language = module.title_in(language)
    lesson = module.lesson(step.lesson_id) if step.lesson_id else None
    return ModuleCard(
        module_id=module.id,
        title=title,
        title_language=title_language,
        percent=one.percent,
        minutes_left=progress.minutes_left(module, one.standing),
        step=step,
        lesson_title=lesson.text_in(language)[0].title if lesson else None,
        lesson_number=module.lessons.index(lesson) + 1 if lesson else None,
        lesson_count=len(module.lessons),
        place_anchor=one.place_anchor if lesson and lesson.id == one.standing.place else None,
        is_started=bool(one.standing.started),
        completed_at=one.completed_at,
    )


_ANSWERS = sa.select(CheckResponse.kind, CheckResponse.choice).where(
    CheckResponse.person_id == sa.bindparam("owner_id"),
    CheckResponse.enrolment_id == sa.bindparam("enrolment_id"),
    CheckResponse.lesson_id == sa.bindparam("lesson_id"),
)
_REFLECTION = sa.select(Reflection.text).where(
    Reflection.person_id == sa.bindparam("owner_id"),
    Reflection.enrolment_id == sa.bindparam("enrolment_id"),
    Reflection.lesson_id == sa.bindparam("lesson_id"),
)


def notes_of(owner_id: int, enrolment_id: int, lesson_id: str) -> LessonNotes:
    """What this person answered and wrote in the lesson. Never ask it for anybody but who is signed in."""
    where = {"owner_id": owner_id, "enrolment_id": enrolment_id, "lesson_id": lesson_id}
    answers = {row.kind: row.choice for row in session().execute(_ANSWERS, where)}
    text = session().scalar(_REFLECTION, where)
    return LessonNotes(answers.get("check"), answers.get("scenario"), text or "")


def reflections_of(owner_id: int, language: str = "en") -> tuple[ReflectionCard, ...]:
    """This person's reflections, newest first. Never ask it for anybody but who is signed in."""
    rows = (
        session()
        .execute(
            sa.select(
                Reflection.id,
                Reflection.lesson_id,
                Reflection.text,
                Reflection.written_at,
                ModuleRevision.module_id,
                ModuleRevision.content_hash,
            )
            .join(Enrolment, Enrolment.id == Reflection.enrolment_id)
            .join(ModuleRevision, ModuleRevision.id == Enrolment.module_revision_id)
            .where(Reflection.person_id == owner_id)
            .order_by(Reflection.written_at.desc(), Reflection.id.desc())
        )
        .all()
    )
    modules = kept_modules((row.module_id, row.content_hash) for row in rows)
    cards = []
    for row in rows:
        module = modules[row.content_hash]
        lesson = module.lesson(row.lesson_id)
        title = lesson.text_in(language)[0].title if lesson else row.lesson_id
        cards.append(ReflectionCard(row.id, module.title_in(language)[0], title, row.text, row.written_at))
    return tuple(cards)
