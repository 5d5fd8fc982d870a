"""Reads for the supervisor's queue: what waits, what is odd about it, what can still be undone."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from lms import clock
from lms.db import session
from lms.people.queries import PersonCard, people
from lms.practice.models import PracticeEntry, SignOff
from lms.practice.queries.entries import LINES, EntryLine, works_of
from lms.practice.queries.placements import agreements_for, covering
from lms.practice.queries.rows import Rows
from lms.practice.rules import Dates, Problem, State, problems_with

MOST_SHOWN = 150  # a page stays under 120 KB
UNDO_FOR = timedelta(minutes=10)

_LINES_WAITING: Rows = (
    LINES.where(
        PracticeEntry.supervisor_id == sa.bindparam("supervisor_id"),
        PracticeEntry.state == State.SUBMITTED.value,
    )
    .order_by(PracticeEntry.worked_on, PracticeEntry.id)
    .limit(MOST_SHOWN)
)


@dataclass(frozen=True)
class QueueLine:
    """A waiting entry, its trainee, and what asks for a second look."""

    entry: EntryLine
    trainee: PersonCard
    problems: tuple[Problem, ...]

    @property
    def fits(self) -> bool:
        return not self.problems


@dataclass(frozen=True)
class QueueGroup:
    """The fitting entries of one trainee in one week."""

    trainee: PersonCard
    week: date
    lines: tuple[QueueLine, ...]

    @property
    def key(self) -> str:
        """How an address names the group."""
        return f"{self.trainee.id}-{self.week.isoformat()}"

    @property
    def minutes(self) -> int:
        return sum(line.entry.minutes for line in self.lines)


def entries_awaiting_sign_off(supervisor_id: int) -> tuple[QueueLine, ...]:
    """What waits for this supervisor, oldest work first, each with its problems.

    Four statements, and at most 150 entries: the next ones come up as these are answered.
    """
    return queue_lines(
        tuple(EntryLine(*row) for row in session().execute(_LINES_WAITING, {"supervisor_id": supervisor_id})),
        supervisor_id,
    )


def queue_lines(lines: tuple[EntryLine, ...], supervisor_id: int) -> tuple[QueueLine, ...]:
    """These entries as this supervisor's queue shows them."""
    if not lines:
        return ()
    works = works_of(line.person_id for line in lines)
    cards = people(line.person_id for line in lines)
    agreements = agreements_for({line.placement_id for line in lines}, supervisor_id)
    return tuple(
        QueueLine(
            line,
            cards[line.person_id],
            problems_with(
                line.work,
                works[line.person_id],
                Dates(line.placement_starts_on, line.placement_ends_on),
                covering(agreements.get(line.placement_id, ()), line.worked_on),
                clock.today(line.zone),
            ),
        )
        for line in lines
    )


def groups(lines: Iterable[QueueLine]) -> tuple[QueueGroup, ...]:
    """The fitting lines by trainee and week, by name and oldest week first."""
    found: dict[tuple[str, int, date], list[QueueLine]] = defaultdict(list)
    for line in lines:
        if line.fits:
            found[line.trainee.chosen_name, line.trainee.id, line.entry.week].append(line)
    return tuple(
        QueueGroup(members[0].trainee, key[2], tuple(members)) for key, members in sorted(found.items())
    )


@dataclass(frozen=True)
class Batch:
    """What one press of a button did, and until when it can be taken back."""

    id: str
    act: str
    entries: int
    people: int
    until: datetime


def batch(batch_id: str, by_id: int) -> Batch | None:
    """The person's own batch while it can still be undone; None afterwards."""
    reversal = aliased(SignOff)
    act, count, persons, at = (
        session()
        .execute(
            sa.select(
                sa.func.max(SignOff.act),
                sa.func.count(SignOff.id),
                sa.func.count(SignOff.person_id.distinct()),
                sa.func.max(SignOff.at),
            ).where(
                SignOff.batch_id == batch_id,
                SignOff.by_id == by_id,
                SignOff.act != "reverse",
                ~sa.exists().where(reversal.reverses_id == SignOff.id),
            )
        )
        .one()
    )
    if not count or clock.now() >= at + UNDO_FOR:
        return None
    return Batch(batch_id, act, count, persons, at + UNDO_FOR)
