"""Reads of attempts and results. Nothing that a page is made of before the hand-in holds the key."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import sqlalchemy as sa

from lms import clock
from lms.assessment.bank import Examination, ExaminationKind, bank
from lms.assessment.grading import DomainTally, StudyPart, grade, split_by_cut, study_plan
from lms.assessment.items import Domain, FormGiven, Item, Words
from lms.assessment.models import Accommodation, Attempt, Response, Result
from lms.assessment.rules import GRACE, PastAttempt, StartAnswer, allowed_seconds, is_over, may_start
from lms.db import session
from lms.errors import NotFound
from lms.people.queries import people

# Whoever has a result was handed in: the check constraint and the grading tie the two.
_ENDED_AT = cast("sa.SQLColumnExpression[datetime]", Attempt.handed_in_at)

# --- what services need ----------------------------------------------------------------------------


def past_attempts(person_id: int, examination_id: str) -> tuple[PastAttempt, ...]:
    """Every attempt of the person at the examination, as the rules want it."""
    rows = session().execute(
        sa.select(Attempt.started_at, Attempt.handed_in_at, Result.is_passed)
        .outerjoin(Result, Result.attempt_id == Attempt.id)
        .where(Attempt.person_id == person_id, Attempt.examination_id == examination_id)
    )
    return tuple(PastAttempt(started, ended, bool(passed)) for started, ended, passed in rows)


def time_percent_of(person_id: int, organisation_id: int) -> int:
    """The person's time in the organisation's examinations, in percent; 100 without extra time."""
    found = session().scalar(
        sa.select(Accommodation.time_percent).where(
            Accommodation.person_id == person_id, Accommodation.organisation_id == organisation_id
        )
    )
    return found or 100


def answers_of(attempt_id: int) -> dict[str, list[str]]:
    """The saved answers of an attempt: item id to the ids of the options chosen."""
    rows = session().execute(
        sa.select(Response.item_id, Response.chosen).where(Response.attempt_id == attempt_id)
    )
    return {row.item_id: row.chosen for row in rows}


# --- what other slices and the home page ask -------------------------------------------------------


@dataclass(frozen=True)
class ExamResult:
    """One result as evidence: what was sat, what it earned, and when it was handed in."""

    id: int
    examination_id: str
    form_id: str
    score_percent: int
    cut_percent: int
    is_passed: bool
    handed_in_at: datetime
    number: int
    attempt_id: int
    form_revision: int
    organisation_id: int


_RESULTS_OF = (
    sa.select(
        Result.id,
        Attempt.examination_id,
        Attempt.form_id,
        Result.percent,
        Result.cut_percent,
        Result.is_passed,
        _ENDED_AT,
        Attempt.number,
        Attempt.id,
        Attempt.form_revision,
        Attempt.organisation_id,
    )
    .join(Attempt, Attempt.id == Result.attempt_id)
    .where(Attempt.person_id == sa.bindparam("person_id"))
    .order_by(Attempt.handed_in_at, Attempt.id)
)


def results_of(person_id: int) -> tuple[ExamResult, ...]:
    """Every result of the person, oldest hand-in first."""
    return tuple(ExamResult(*row) for row in session().execute(_RESULTS_OF, {"person_id": person_id}))


def examiners_of(person_id: int) -> frozenset[int]:
    """The people who marked work of this person. Forms are graded by their key, so nobody has yet."""
    return frozenset()


@dataclass(frozen=True)
class ExaminationCard:
    """One examination as it stands for a person: what it is, and what can be done next."""

    examination_id: str
    title: Words
    kind: ExaminationKind
    count: int
    minutes: int
    cut_percent: int
    most: int
    may_pause: bool
    start: StartAnswer
    open_attempt: OpenAttempt | None
    last_attempt_id: int | None
    last_percent: int | None
    is_passed: bool


@dataclass(frozen=True)
class OpenAttempt:
    """An attempt that has not been handed in. `is_over`: its time is up and it waits to be graded."""

    attempt_id: int
    examination_id: str
    title: Words
    deadline_at: datetime
    is_paused: bool
    is_over: bool


def open_attempts(person_id: int) -> tuple[OpenAttempt, ...]:
    """The attempts the person can go on with, or whose time is up, oldest first. One query."""
    now = clock.now()
    rows = session().execute(
        sa.select(Attempt.id, Attempt.examination_id, Attempt.deadline_at, Attempt.paused_at)
        .where(Attempt.person_id == person_id, Attempt.handed_in_at.is_(None))
        .order_by(Attempt.id)
    )
    return tuple(_open(*row, now=now) for row in rows)


def _open(
    attempt_id: int, examination_id: str, deadline_at: datetime, paused_at: datetime | None, *, now: datetime
) -> OpenAttempt:
    return OpenAttempt(
        attempt_id=attempt_id,
        examination_id=examination_id,
        title=title_of(examination_id),
        deadline_at=deadline_at,
        is_paused=paused_at is not None,
        is_over=paused_at is None and is_over(deadline_at, now),
    )


def title_of(examination_id: str) -> Words:
    """The examination's title; its id when the bank no longer has it."""
    examination = bank().examinations.get(examination_id)
    return examination.title if examination else Words(examination_id)


_ATTEMPTS_OF = (
    sa.select(
        Attempt.id,
        Attempt.examination_id,
        Attempt.started_at,
        Attempt.deadline_at,
        Attempt.paused_at,
        Attempt.handed_in_at,
        Result.percent,
        Result.is_passed,
    )
    .outerjoin(Result, Result.attempt_id == Attempt.id)
    .where(Attempt.person_id == sa.bindparam("person_id"))
    .order_by(Attempt.number)
)


def examination_cards(person_id: int) -> tuple[ExaminationCard, ...]:
    """Every examination of the bank as it stands for the person, examinations first. One query."""
    by_examination: dict[str, list[_Row]] = {}
    for row in session().execute(_ATTEMPTS_OF, {"person_id": person_id}):
        by_examination.setdefault(row[1], []).append(_Row(*row))
    now = clock.now()
    ordered = sorted(bank().examinations.values(), key=lambda one: (one.kind.value, one.id))
    return tuple(_card(one, by_examination.get(one.id, []), now) for one in ordered)


def examination_card(person_id: int, examination_id: str) -> ExaminationCard:
    """One examination as it stands for the person. Raises NotFound when the bank has none of this id."""
    for card in examination_cards(person_id):
        if card.examination_id == examination_id:
            return card
    raise NotFound


@dataclass(frozen=True)
class _Row:
    id: int
    examination_id: str
    started_at: datetime
    deadline_at: datetime
    paused_at: datetime | None
    handed_in_at: datetime | None
    percent: int | None
    is_passed: bool | None


def _card(examination: Examination, rows: list[_Row], now: datetime) -> ExaminationCard:
    history = [PastAttempt(row.started_at, row.handed_in_at, bool(row.is_passed)) for row in rows]
    running = next((row for row in rows if row.handed_in_at is None), None)
    ended = [row for row in rows if row.percent is not None]
    return ExaminationCard(
        examination_id=examination.id,
        title=examination.title,
        kind=examination.kind,
        count=examination.count,
        minutes=examination.minutes,
        cut_percent=examination.cut_percent,
        most=examination.limits.most,
        may_pause=examination.may_pause,
        start=may_start(history, examination.limits, now),
        open_attempt=_open(running.id, examination.id, running.deadline_at, running.paused_at, now=now)
        if running
        else None,
        last_attempt_id=ended[-1].id if ended else None,
        last_percent=ended[-1].percent if ended else None,
        is_passed=any(row.is_passed for row in rows),
    )


# --- the pages of an attempt -----------------------------------------------------------------------


@dataclass(frozen=True)
class Choice:
    """An option as shown: no key, no explanation."""

    id: str
    text: Words
    is_chosen: bool


@dataclass(frozen=True)
class Question:
    """An item as shown during the attempt."""

    number: int
    item_id: str
    is_single: bool
    prompt: Words
    choices: tuple[Choice, ...]
    is_seen: bool
    is_flagged: bool
    saved_at: datetime | None

    @property
    def is_answered(self) -> bool:
        """True when an answer is saved."""
        return any(choice.is_chosen for choice in self.choices)


@dataclass(frozen=True)
class Sheet:
    """An attempt as its trainee sees it while it is open."""

    attempt_id: int
    person_id: int
    organisation_id: int
    title: Words
    number: int
    deadline_at: datetime
    may_pause: bool
    is_paused: bool
    is_over: bool
    is_closed: bool
    minutes_left: int
    questions: tuple[Question, ...]

    def question(self, number: int) -> Question:
        """The question with this number, counted from 1. Raises NotFound."""
        if not 1 <= number <= len(self.questions):
            raise NotFound
        return self.questions[number - 1]

    @property
    def next_number(self) -> int:
        """Where to go on: the first question without an answer, else the first."""
        return next((one.number for one in self.questions if not one.is_answered), 1)

    @property
    def answered(self) -> int:
        """How many questions have an answer."""
        return sum(one.is_answered for one in self.questions)


def sheet_of(attempt_id: int) -> Sheet:
    """The attempt with its questions and saved answers, in two queries. Raises NotFound."""
    attempt = _attempt(attempt_id)
    saved = {
        response.item_id: response
        for response in session().scalars(sa.select(Response).where(Response.attempt_id == attempt_id))
    }
    form = FormGiven.from_json(attempt.form)
    now = clock.now()
    left = attempt.deadline_at - (attempt.paused_at or now)
    return Sheet(
        attempt_id=attempt.id,
        person_id=attempt.person_id,
        organisation_id=attempt.organisation_id,
        title=title_of(attempt.examination_id),
        number=attempt.number,
        deadline_at=attempt.deadline_at,
        may_pause=attempt.may_pause,
        is_paused=attempt.paused_at is not None,
        is_over=attempt.paused_at is None and is_over(attempt.deadline_at, now),
        is_closed=attempt.handed_in_at is not None,
        minutes_left=max(int(left.total_seconds()) // 60, 0),
        questions=tuple(
            _question(number, item, saved.get(item.id)) for number, item in enumerate(form.items, start=1)
        ),
    )


def _attempt(attempt_id: int) -> Attempt:
    found = session().scalar(sa.select(Attempt).where(Attempt.id == attempt_id))
    if found is None:
        raise NotFound
    return found


def _question(number: int, item: Item, saved: Response | None) -> Question:
    chosen: Collection[str] = saved.chosen if saved else ()
    return Question(
        number=number,
        item_id=item.id,
        is_single=item.kind == "single",
        prompt=item.prompt,
        choices=tuple(Choice(option.id, option.text, option.id in chosen) for option in item.options),
        is_seen=saved is not None,
        is_flagged=saved is not None and saved.is_flagged,
        saved_at=saved.saved_at if saved and saved.chosen else None,
    )


# --- results ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ResultPage:
    """A result with what the page needs: strengths, what to study, and the next try."""

    attempt_id: int
    person_id: int
    organisation_id: int
    examination_id: str
    title: Words
    number: int
    handed_in_at: datetime
    is_by_clock: bool
    points: int
    of_points: int
    percent: int
    cut_percent: int
    is_passed: bool
    strengths: tuple[DomainTally, ...]
    to_study: tuple[DomainTally, ...]
    study: tuple[StudyPart, ...]
    start: StartAnswer | None


def result_page(attempt_id: int) -> ResultPage:
    """The result of an attempt, in three queries. Raises NotFound when there is none (yet)."""
    row = (
        session()
        .execute(
            sa.select(Attempt, Result)
            .join(Result, Result.attempt_id == Attempt.id)
            .where(Attempt.id == attempt_id)
        )
        .first()
    )
    if row is None:
        raise NotFound
    attempt, result = row
    tallies = [DomainTally(Domain(one["domain"]), one["right"], one["of"]) for one in result.domains]
    strengths, to_study = split_by_cut(tallies, result.cut_percent)
    graded = grade(FormGiven.from_json(attempt.form), answers_of(attempt_id), attempt.cut_percent)
    examination = bank().examinations.get(attempt.examination_id)
    return ResultPage(
        attempt_id=attempt.id,
        person_id=attempt.person_id,
        organisation_id=attempt.organisation_id,
        examination_id=attempt.examination_id,
        title=title_of(attempt.examination_id),
        number=attempt.number,
        handed_in_at=cast("datetime", attempt.handed_in_at),
        is_by_clock=attempt.closed_by == "clock",
        points=result.points,
        of_points=result.of_points,
        percent=result.percent,
        cut_percent=result.cut_percent,
        is_passed=result.is_passed,
        strengths=strengths,
        to_study=to_study,
        study=study_plan(to_study, graded.lessons_to_study),
        start=may_start(
            past_attempts(attempt.person_id, attempt.examination_id), examination.limits, clock.now()
        )
        if examination
        else None,
    )


@dataclass(frozen=True)
class ResultLine:
    """One line of an assessor's list."""

    attempt_id: int
    person_name: str
    title: Words
    number: int
    percent: int
    is_passed: bool
    handed_in_at: datetime


def latest_results(organisation_ids: Iterable[int], most: int = 100) -> tuple[ResultLine, ...]:
    """The newest results in these organisations, in two queries."""
    rows = (
        session()
        .execute(
            sa.select(
                Attempt.id,
                Attempt.person_id,
                Attempt.examination_id,
                Attempt.number,
                Result.percent,
                Result.is_passed,
                Attempt.handed_in_at,
            )
            .join(Result, Result.attempt_id == Attempt.id)
            .where(Attempt.organisation_id.in_(sorted(organisation_ids)))
            .order_by(Attempt.handed_in_at.desc(), Attempt.id.desc())
            .limit(most)
        )
        .all()
    )
    cards = people(row.person_id for row in rows)
    return tuple(
        ResultLine(
            attempt_id=row.id,
            person_name=cards[row.person_id].chosen_name,
            title=title_of(row.examination_id),
            number=row.number,
            percent=row.percent,
            is_passed=row.is_passed,
            handed_in_at=row.handed_in_at,
        )
        for row in rows
    )


# --- time ------------------------------------------------------------------------------------------


def time_percents(organisation_id: int) -> dict[int, int]:
    """The people of the organisation who have extra time, with their percent."""
    rows = session().execute(
        sa.select(Accommodation.person_id, Accommodation.time_percent).where(
            Accommodation.organisation_id == organisation_id
        )
    )
    return {row.person_id: row.time_percent for row in rows}


def minutes_for(minutes: int, time_percent: int) -> int:
    """The minutes that a person with this factor has, rounded up."""
    return -(-allowed_seconds(minutes, time_percent) // 60)


def overdue_attempts() -> list[int]:
    """Attempts whose time is up and that nobody handed in, oldest first, at most 100."""
    rows = session().scalars(
        sa.select(Attempt.id)
        .where(
            Attempt.handed_in_at.is_(None),
            Attempt.paused_at.is_(None),
            Attempt.deadline_at < clock.now() - GRACE,
        )
        .order_by(Attempt.deadline_at)
        .limit(100)
    )
    return list(rows)
