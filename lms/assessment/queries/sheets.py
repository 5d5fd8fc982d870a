"""Reads of an attempt while it is open. Nothing here holds the key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from lms import clock
from lms.assessment.items import FormGiven, Item, ItemKind, Words, is_at_odds
from lms.assessment.models import Attempt, Response
from lms.assessment.queries.examinations import title_of
from lms.assessment.rules import is_over
from lms.db import session
from lms.errors import NotFound


@dataclass(frozen=True)
class Choice:
    """An option or a target as shown: no key, no explanation."""

    id: str
    text: Words


@dataclass(frozen=True)
class Question:
    """An item as shown during the attempt, with the answer saved: a set of strings, see `Item`."""

    number: int
    item_id: str
    kind: ItemKind
    prompt: Words
    choices: tuple[Choice, ...]
    targets: tuple[Choice, ...]
    chosen: frozenset[str]
    is_answered: bool
    is_seen: bool
    is_flagged: bool
    saved_at: datetime | None

    @property
    def is_begun(self) -> bool:
        """True when a part of the answer is saved and another part is still open."""
        return bool(self.chosen) and not self.is_answered

    def is_at_odds(self, chosen: frozenset[str]) -> bool:
        """True when this answer gives two steps one place, or calls one option both best and worst."""
        return is_at_odds(self.kind, chosen)


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
        """Where to go on: the first question without a whole answer, else the first."""
        return next((one.number for one in self.questions if not one.is_answered), 1)

    @property
    def answered(self) -> int:
        """How many questions have a whole answer."""
        return sum(one.is_answered for one in self.questions)

    @property
    def begun(self) -> int:
        """How many questions have a part of an answer."""
        return sum(one.is_begun for one in self.questions)


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
    chosen = frozenset(saved.chosen) if saved else frozenset()
    return Question(
        number=number,
        item_id=item.id,
        kind=item.kind,
        prompt=item.prompt,
        choices=tuple(Choice(option.id, option.text) for option in item.options),
        targets=tuple(Choice(target.id, target.text) for target in item.targets),
        chosen=chosen,
        is_answered=item.is_complete(chosen),
        is_seen=saved is not None,
        is_flagged=saved is not None and saved.is_flagged,
        saved_at=saved.saved_at if saved and chosen else None,
    )
