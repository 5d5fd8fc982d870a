"""Reads of examinations as they stand for a person: limits, cards, open attempts, extra time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from lms import clock
from lms.assessment.bank import Examination, ExaminationKind, bank
from lms.assessment.items import Words
from lms.assessment.models import Accommodation, Attempt, Result
from lms.assessment.rules import GRACE, PastAttempt, StartAnswer, allowed_seconds, is_over, may_start
from lms.db import session
from lms.errors import NotFound

# --- what services need ----------------------------------------------------------------------------


def past_attempts(person_id: int, examination_id: str) -> tuple[PastAttempt, ...]:
    """Every attempt of the person at the examination, as the rules want it."""
    rows = session().execute(
        sa.select(Attempt.started_at, Attempt.handed_in_at, Result.is_passed)
        .outerjoin(Result, Result.attempt_id == Attempt.id)
        .where(Attempt.person_id == person_id, Attempt.examination_id == examination_id)
    )
    return tuple(PastAttempt(started, ended, bool(passed)) for started, ended, passed in rows)


def forms_had(person_id: int, examination_id: str) -> tuple[str, ...]:
    """The ids of the forms that the person was given at the examination, first to last."""
    rows = session().scalars(
        sa.select(Attempt.form_id)
        .where(Attempt.person_id == person_id, Attempt.examination_id == examination_id)
        .order_by(Attempt.number)
    )
    return tuple(rows)


def time_percent_of(person_id: int, organisation_id: int) -> int:
    """The person's time in the organisation's examinations, in percent; 100 without extra time."""
    found = session().scalar(
        sa.select(Accommodation.time_percent).where(
            Accommodation.person_id == person_id, Accommodation.organisation_id == organisation_id
        )
    )
    return found or 100


# --- what pages show -------------------------------------------------------------------------------


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


def examination_cards(person_id: int, also: Collection[str] | None = None) -> tuple[ExaminationCard, ...]:
    """Every examination of the bank as it stands for the person, examinations first. One query.

    With `also`: only those of which the person has an attempt, and those with these ids.
    """
    by_examination: dict[str, list[_Row]] = {}
    for row in session().execute(_ATTEMPTS_OF, {"person_id": person_id}):
        by_examination.setdefault(row[1], []).append(_Row(*row))
    now = clock.now()
    examinations = bank().examinations
    ids = examinations if also is None else {*by_examination, *also} & examinations.keys()
    ordered = sorted((examinations[id_] for id_ in ids), key=lambda one: (one.kind.value, one.id))
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
