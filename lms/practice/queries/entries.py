"""Reads of practice entries and of the acts on them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from lms.db import session
from lms.errors import NotFound
from lms.people.queries import organisation
from lms.practice.models import Placement, PracticeEntry, SignOff
from lms.practice.queries.rows import Rows
from lms.practice.queries.standing import AMENDED_BY, IS_AMENDED, STANDING_STATE
from lms.practice.rules import (
    Checks,
    State,
    Work,
    checks_of,
    domain_of,
    has_own_checks,
    house_checks,
    monday_of,
)


@dataclass(frozen=True)
class EntryLine:
    """An entry with all that a page says of it."""

    id: int
    version: int
    organisation_id: int
    person_id: int
    supervisor_id: int
    placement_id: int
    site: str
    worked_on: date
    zone: str
    starts_at: time | None
    ends_at: time | None
    is_overnight: bool
    minutes: int
    kind: str
    mode: str
    role: str
    is_direct: bool
    population: str
    note: str
    state: str
    submitted_at: datetime | None
    first_submitted_at: datetime | None
    placement_starts_on: date
    placement_ends_on: date | None
    counts_from: date | None
    signed_minutes: int | None
    signed_domain: str | None
    signed_at: datetime | None
    reason: str | None
    amends_id: int | None
    amendment_reason: str | None
    is_voiding: bool
    amended_by_id: int | None
    amends_on: date | None
    amends_minutes: int | None

    @property
    def counts(self) -> bool:
        """Whether the line speaks for its hours, signed or not: see `standing`."""
        if self.amends_id is not None and self.state != State.APPROVED:
            return False
        return self.state not in (State.AMENDED, State.VOID)

    @property
    def may_be_amended(self) -> bool:
        """Whether the line is signed, stands, and nobody has written an amendment of it yet."""
        return self.state == State.APPROVED and self.amended_by_id is None

    @property
    def derived_domain(self) -> str:
        """The domain that the kind of work counts in by itself."""
        return domain_of(self.kind)

    @property
    def domain(self) -> str:
        """The domain the line counts in: the signed one when the supervisor changed it."""
        return self.signed_domain or self.derived_domain

    @property
    def week(self) -> date:
        return monday_of(self.worked_on)

    @property
    def work(self) -> Work:
        """The entry as the rules see it."""
        return work_of(
            self.worked_on,
            self.zone,
            self.minutes,
            self.starts_at,
            self.ends_at,
            self.is_overnight,
            self.note,
            self.first_submitted_at,
            self.id,
            self.amends_id,
        )


def work_of(
    worked_on: date,
    zone: str,
    minutes: int,
    starts_at: time | None,
    ends_at: time | None,
    is_overnight: bool,
    note: str,
    first_submitted_at: datetime | None,
    entry_id: int | None,
    amends_id: int | None = None,
) -> Work:
    """Stored columns as the rules see them: the first submission as a day in the entry's zone."""
    first = first_submitted_at.astimezone(ZoneInfo(zone)).date() if first_submitted_at else None
    return Work(worked_on, zone, minutes, starts_at, ends_at, is_overnight, note, first, entry_id, amends_id)


_older = PracticeEntry.__table__.alias("older")
_Returned = aliased(SignOff)
_REASON = (
    sa.select(_Returned.reason)
    .where(_Returned.entry_id == PracticeEntry.id, _Returned.act == "return")
    .order_by(_Returned.id.desc())
    .limit(1)
    .correlate(PracticeEntry)
    .scalar_subquery()
)
LINES: Rows = (
    sa.select(
        PracticeEntry.id,
        PracticeEntry.version,
        PracticeEntry.organisation_id,
        PracticeEntry.person_id,
        PracticeEntry.supervisor_id,
        PracticeEntry.placement_id,
        Placement.site_name,
        PracticeEntry.worked_on,
        PracticeEntry.zone,
        PracticeEntry.starts_at,
        PracticeEntry.ends_at,
        PracticeEntry.is_overnight,
        PracticeEntry.minutes,
        PracticeEntry.kind,
        PracticeEntry.mode,
        PracticeEntry.role,
        PracticeEntry.is_direct,
        PracticeEntry.population,
        PracticeEntry.note,
        STANDING_STATE,
        PracticeEntry.submitted_at,
        PracticeEntry.first_submitted_at,
        Placement.starts_on,
        Placement.ends_on,
        Placement.counts_from,
        SignOff.minutes,
        SignOff.domain,
        SignOff.at,
        sa.case((PracticeEntry.state == State.RETURNED.value, _REASON), else_=None),
        PracticeEntry.amends_id,
        PracticeEntry.amendment_reason,
        PracticeEntry.is_voiding,
        AMENDED_BY,
        _older.c.worked_on,
        _older.c.minutes,
    )
    .join(Placement, Placement.id == PracticeEntry.placement_id)
    .outerjoin(SignOff, SignOff.id == PracticeEntry.approval_id)
    .outerjoin(_older, _older.c.id == PracticeEntry.amends_id)
)
_LINES_OF: Rows = LINES.where(PracticeEntry.person_id == sa.bindparam("person_id")).order_by(
    PracticeEntry.worked_on.desc(), PracticeEntry.id.desc()
)
_LINES_BY_ID: Rows = LINES.where(PracticeEntry.id.in_(sa.bindparam("ids", expanding=True))).order_by(
    PracticeEntry.worked_on, PracticeEntry.id
)


def entries_of(person_id: int, *, most: int = 200) -> tuple[EntryLine, ...]:
    """A person's entries, newest work first, at most so many."""
    rows = session().execute(_LINES_OF.limit(most), {"person_id": person_id})
    return tuple(EntryLine(*row) for row in rows)


def entries(entry_ids: Iterable[int]) -> tuple[EntryLine, ...]:
    """The entries of these ids, oldest work first. Raises NotFound when one is not there."""
    ids = sorted(set(entry_ids))
    found = tuple(EntryLine(*row) for row in session().execute(_LINES_BY_ID, {"ids": ids})) if ids else ()
    if len(found) != len(ids):
        raise NotFound
    return found


def entry(entry_id: int) -> EntryLine:
    """One entry. Raises NotFound."""
    return entries([entry_id])[0]


def latest_entry_of(person_id: int) -> EntryLine | None:
    """The entry that was logged last, for "same as last time"."""
    newest = (
        sa.select(PracticeEntry.id)
        .where(PracticeEntry.person_id == person_id)
        .order_by(PracticeEntry.id.desc())
        .limit(1)
    )
    entry_id = session().scalar(newest)
    return entry(entry_id) if entry_id is not None else None


@dataclass(frozen=True)
class SignOffLine:
    """One act in an entry's history."""

    id: int
    act: str
    minutes: int | None
    domain: str | None
    reason: str
    by_id: int
    by_name: str
    at: datetime
    statement: str | None
    sha256: str
    reverses_id: int | None
    batch_id: str


def sign_offs_of(entry_id: int) -> tuple[SignOffLine, ...]:
    """The acts on an entry, oldest first."""
    statement: Rows = (
        sa.select(
            SignOff.id,
            SignOff.act,
            SignOff.minutes,
            SignOff.domain,
            SignOff.reason,
            SignOff.by_id,
            SignOff.by_name,
            SignOff.at,
            SignOff.statement,
            SignOff.sha256,
            SignOff.reverses_id,
            SignOff.batch_id,
        )
        .where(SignOff.entry_id == entry_id)
        .order_by(SignOff.id)
    )
    return tuple(SignOffLine(*row) for row in session().execute(statement))


_WORKS_OF = sa.select(
    PracticeEntry.person_id,
    PracticeEntry.worked_on,
    PracticeEntry.zone,
    PracticeEntry.minutes,
    PracticeEntry.starts_at,
    PracticeEntry.ends_at,
    PracticeEntry.is_overnight,
    PracticeEntry.note,
    PracticeEntry.first_submitted_at,
    PracticeEntry.id,
    PracticeEntry.amends_id,
).where(
    PracticeEntry.person_id.in_(sa.bindparam("ids", expanding=True)),
    # Not signed yet, a change is there beside the line it changes: nobody may log over either.
    sa.not_(PracticeEntry.is_voiding),
    sa.not_(IS_AMENDED),
)


def checks_at(organisation_ids: Iterable[int]) -> dict[int, Checks]:
    """The checks that hold at each of these organisations; no statement where none has its own."""
    ids = set(organisation_ids)
    if not has_own_checks():
        return dict.fromkeys(ids, house_checks())
    return {id: checks_of(organisation(id).slug) for id in ids}


def works_of(person_ids: Iterable[int]) -> dict[int, tuple[Work, ...]]:
    """All entries of these people as the rules see them, by person."""
    found: dict[int, list[Work]] = defaultdict(list)
    for person_id, *columns in session().execute(_WORKS_OF, {"ids": sorted(set(person_ids))}):
        found[person_id].append(work_of(*columns))
    return {person_id: tuple(works) for person_id, works in found.items()}
