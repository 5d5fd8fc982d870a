"""Reads for the supervisor's queue: what waits, what is odd about it, what can still be undone."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from lms import clock
from lms.db import session
from lms.people.queries import PersonCard, people
from lms.practice.models import Placement, PracticeEntry, SignOff, SupervisionAgreement
from lms.practice.queries.entries import LINES, EntryLine, checks_at, works_of
from lms.practice.queries.placements import agreements_for, covering
from lms.practice.queries.rows import Rows
from lms.practice.queries.signers import standing_to_sign
from lms.practice.rules import Dates, Problem, State, monday_of, problems_with

MOST_SHOWN = 150  # a page stays under 120 KB
UNDO_FOR = timedelta(minutes=10)

MOST_JUDGED = 1000  # when only the flagged are asked for, so many are looked through

_IS_WAITING = (
    PracticeEntry.supervisor_id == sa.bindparam("supervisor_id"),
    PracticeEntry.state == State.SUBMITTED.value,
)
_AGREEMENT = SupervisionAgreement.__table__
# That the person asking is the alternate for the entry: by an agreement of its supervisor, on its day.
_STANDS_IN = sa.exists().where(
    _AGREEMENT.c.placement_id == PracticeEntry.placement_id,
    _AGREEMENT.c.supervisor_id == PracticeEntry.supervisor_id,
    _AGREEMENT.c.alternate_id == sa.bindparam("alternate_id"),
    _AGREEMENT.c.starts_on <= PracticeEntry.worked_on,
    sa.or_(_AGREEMENT.c.ends_on.is_(None), _AGREEMENT.c.ends_on >= PracticeEntry.worked_on),
)
_STANDING_IN: Rows = sa.select(PracticeEntry.id).where(
    PracticeEntry.id.in_(sa.bindparam("ids", expanding=True)), _STANDS_IN
)
_WAITING_INSTEAD: Rows = (
    sa.select(PracticeEntry.supervisor_id, sa.func.count(PracticeEntry.id))
    .where(
        # Named first, so that a queue without alternates costs one look into a short index.
        PracticeEntry.supervisor_id.in_(
            sa.select(_AGREEMENT.c.supervisor_id).where(
                _AGREEMENT.c.alternate_id == sa.bindparam("alternate_id")
            )
        ),
        PracticeEntry.state == State.SUBMITTED.value,
        _STANDS_IN,
    )
    .group_by(PracticeEntry.supervisor_id)
    .order_by(PracticeEntry.supervisor_id)
)
_LINES_WAITING: Rows = LINES.where(*_IS_WAITING).order_by(PracticeEntry.worked_on, PracticeEntry.id)
_WAITING_BY: Rows = (
    sa.select(
        PracticeEntry.person_id, Placement.site_name, PracticeEntry.worked_on, sa.func.count(PracticeEntry.id)
    )
    .join(Placement, Placement.id == PracticeEntry.placement_id)
    .where(*_IS_WAITING)
    .group_by(PracticeEntry.person_id, Placement.site_name, PracticeEntry.worked_on)
)


@dataclass(frozen=True)
class QueueFilter:
    """Which of the waiting entries are asked for; nothing asked for is all of one's own.

    `of` is another supervisor, of whose entries those are meant for which one is the alternate. `page` is
    which hundred and fifty of them, from 1.
    """

    trainee: int | None = None
    site: str = ""
    week: date | None = None
    is_flagged: bool = False
    of: int | None = None
    page: int = 1

    def narrow(self, lines: Rows) -> Rows:
        """The same lines, only those asked for; what is flagged shows once they are judged."""
        if self.trainee is not None:
            lines = lines.where(PracticeEntry.person_id == self.trainee)
        if self.site:
            lines = lines.where(Placement.site_name == self.site)
        if self.week is not None:
            lines = lines.where(PracticeEntry.worked_on.between(self.week, self.week + timedelta(days=6)))
        return lines


@dataclass(frozen=True)
class QueueChoices:
    """What the filters of a queue can be set to, and how many entries wait in all."""

    trainees: tuple[tuple[int, str], ...]
    sites: tuple[str, ...]
    weeks: tuple[date, ...]
    entries: int


def queue_choices(supervisor_id: int, of: int | None = None) -> QueueChoices:
    """The trainees, sites and weeks of all that waits for this supervisor: two statements."""
    rows = session().execute(*_asked_for(_WAITING_BY, supervisor_id, of)).all()
    names = people(row[0] for row in rows)
    return QueueChoices(
        trainees=tuple(sorted(((id, card.chosen_name) for id, card in names.items()), key=lambda one: one[1])),
        sites=tuple(sorted({row[1] for row in rows})),
        weeks=tuple(sorted({monday_of(row[2]) for row in rows})),
        entries=sum(row[3] for row in rows),
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


def entries_awaiting_sign_off(supervisor_id: int, asked: QueueFilter = QueueFilter()) -> tuple[QueueLine, ...]:
    """What waits for this supervisor, oldest work first, each with its problems.

    A constant number of statements, and at most 150 entries, those of the page that is asked for.
    """
    most = MOST_JUDGED if asked.is_flagged else MOST_SHOWN
    wanted = asked.narrow(_LINES_WAITING).limit(most).offset(most * (asked.page - 1))
    rows = session().execute(*_asked_for(wanted, supervisor_id, asked.of))
    lines = queue_lines(tuple(EntryLine(*row) for row in rows), supervisor_id)
    if asked.is_flagged:
        lines = tuple(line for line in lines if not line.fits)
    return lines[:MOST_SHOWN]


def _asked_for(statement: Rows, supervisor_id: int, of: int | None) -> tuple[Rows, dict[str, int]]:
    """The statement for one's own entries, or for those of another supervisor that one may sign instead."""
    if of is None:
        return statement, {"supervisor_id": supervisor_id}
    return statement.where(_STANDS_IN), {"supervisor_id": of, "alternate_id": supervisor_id}


def stood_in_for(actor_id: int, entries: Iterable[Any]) -> frozenset[int]:
    """The ids of those of these entries for which the person is the alternate of the supervisor."""
    ids = [entry.id for entry in entries]
    if not ids:
        return frozenset()
    return frozenset(session().scalars(_STANDING_IN, {"ids": ids, "alternate_id": actor_id}))


def waiting_instead(alternate_id: int) -> tuple[tuple[int, str, int], ...]:
    """The supervisors for whom this person may sign: id, name and how many entries wait."""
    rows = session().execute(_WAITING_INSTEAD, {"alternate_id": alternate_id}).all()
    names = people(row[0] for row in rows) if rows else {}
    return tuple((id, names[id].chosen_name, count) for id, count in rows)


def queue_lines(lines: tuple[EntryLine, ...], supervisor_id: int) -> tuple[QueueLine, ...]:
    """These entries as this supervisor's queue shows them."""
    if not lines:
        return ()
    works = works_of(line.person_id for line in lines)
    cards = people(line.person_id for line in lines)
    agreements = agreements_for({line.placement_id for line in lines}, supervisor_id)
    standing = standing_to_sign(supervisor_id, lines, agreements)
    checks = checks_at(line.organisation_id for line in lines)
    return tuple(
        QueueLine(
            line,
            cards[line.person_id],
            (
                *_in_the_way(standing[line.id]),
                *problems_with(
                    line.work,
                    works[line.person_id],
                    Dates(line.placement_starts_on, line.placement_ends_on),
                    covering(agreements.get(line.placement_id, ()), line.worked_on),
                    clock.today(line.zone),
                    checks[line.organisation_id],
                    counts_from=line.counts_from,
                ),
            ),
        )
        for line in lines
    )


def _in_the_way(problem: Problem | None) -> tuple[Problem, ...]:
    """What keeps the signer from signing; a day without agreement the rules name by themselves."""
    return () if problem is None or problem.code == "no_agreement" else (problem,)


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
