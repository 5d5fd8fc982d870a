"""Reads about practice: entries, the supervisor's queue, and the facts that other slices count.

Statements of hot pages are built once, at import. Every read meets only rows in the current scope.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from lms import clock
from lms.db import session
from lms.errors import NotFound
from lms.people.queries import PersonCard, people
from lms.practice.models import Placement, PracticeEntry, SignOff, SupervisionAgreement, SupervisionSession
from lms.practice.rules import Dates, Problem, State, Work, covers, domain_of, monday_of, problems_with

UNDO_FOR = timedelta(minutes=10)


# --- what other slices count ----------------------------------------------------------------------


@dataclass(frozen=True)
class PracticeHour:
    """One entry as evidence; `minutes` are the approved minutes once it is signed."""

    evidence: str
    entry_id: int
    on: date
    minutes: int
    kind: str
    domain: str
    mode: str
    site: str
    state: str
    supervisor_id: int
    signed_at: datetime | None


@dataclass(frozen=True)
class SupervisionFact:
    """One supervision session as evidence; signed means by both."""

    evidence: str
    on: date
    minutes: int
    format: str
    mode: str
    supervisor_id: int
    is_signed: bool


_HOURS_OF = (
    sa.select(
        PracticeEntry.id,
        PracticeEntry.worked_on,
        sa.func.coalesce(SignOff.minutes, PracticeEntry.minutes),
        PracticeEntry.kind,
        PracticeEntry.mode,
        Placement.site_name,
        PracticeEntry.state,
        sa.func.coalesce(SignOff.by_id, PracticeEntry.supervisor_id),
        SignOff.at,
    )
    .join(Placement, Placement.id == PracticeEntry.placement_id)
    .outerjoin(SignOff, SignOff.id == PracticeEntry.approval_id)
    .where(PracticeEntry.person_id == sa.bindparam("person_id"))
    .order_by(PracticeEntry.worked_on, PracticeEntry.id)
)


def practice_hours_of(person_id: int) -> tuple[PracticeHour, ...]:
    """All logged entries of a person, oldest work first, in every state."""
    rows = session().execute(_HOURS_OF, {"person_id": person_id})
    return tuple(
        PracticeHour(
            f"practice_entry:{id}", id, on, minutes, kind, domain_of(kind), mode, site, state, supervisor_id, at
        )
        for id, on, minutes, kind, mode, site, state, supervisor_id, at in rows
    )


_SUPERVISION_OF = (
    sa.select(
        SupervisionSession.id,
        SupervisionSession.held_on,
        SupervisionSession.minutes,
        SupervisionSession.format,
        SupervisionSession.mode,
        SupervisionSession.supervisor_id,
        sa.and_(
            SupervisionSession.trainee_signed_at.is_not(None),
            SupervisionSession.supervisor_signed_at.is_not(None),
        ),
    )
    .where(SupervisionSession.person_id == sa.bindparam("person_id"))
    .order_by(SupervisionSession.held_on, SupervisionSession.id)
)


def supervision_of(person_id: int) -> tuple[SupervisionFact, ...]:
    """All supervision sessions of a person, oldest first."""
    rows = session().execute(_SUPERVISION_OF, {"person_id": person_id})
    return tuple(SupervisionFact(f"supervision_session:{row[0]}", *row[1:6], bool(row[6])) for row in rows)


def supervisors_of(person_id: int) -> frozenset[int]:
    """Everyone who supervises or ever supervised the person: by agreement, by signature or by a session."""
    found = sa.union(
        sa.select(SupervisionAgreement.supervisor_id).where(SupervisionAgreement.person_id == person_id),
        sa.select(SignOff.by_id).where(SignOff.person_id == person_id),
        sa.select(SupervisionSession.supervisor_id).where(SupervisionSession.person_id == person_id),
    )
    return frozenset(session().scalars(found))


@dataclass(frozen=True)
class WaitingWith:
    """Who holds some of the hours now, and since when."""

    supervisor_id: int
    name: str
    minutes: int
    since: datetime


@dataclass(frozen=True)
class HoursSummary:
    """A person's practice minutes by where they stand."""

    signed: int
    waiting: int
    draft: int
    returned: int
    waiting_with: tuple[WaitingWith, ...]
    entries_to_fix: int


_SUMMARY = (
    sa.select(
        PracticeEntry.state,
        PracticeEntry.supervisor_id,
        sa.func.sum(sa.func.coalesce(SignOff.minutes, PracticeEntry.minutes)),
        sa.func.count(),
        sa.func.min(PracticeEntry.submitted_at),
    )
    .outerjoin(SignOff, SignOff.id == PracticeEntry.approval_id)
    .where(PracticeEntry.person_id == sa.bindparam("person_id"))
    .group_by(PracticeEntry.state, PracticeEntry.supervisor_id)
)


def hours_summary(person_id: int) -> HoursSummary:
    """Signed, waiting, draft and returned minutes, and who has the waiting ones: two statements at most."""
    rows = session().execute(_SUMMARY, {"person_id": person_id}).all()
    minutes: dict[str, int] = defaultdict(int)
    for state, _supervisor_id, total, _count, _since in rows:
        minutes[state] += int(total)
    waiting = [row for row in rows if row[0] == State.SUBMITTED]
    names = people(row[1] for row in waiting)
    return HoursSummary(
        signed=minutes[State.APPROVED],
        waiting=minutes[State.SUBMITTED],
        draft=minutes[State.DRAFT],
        returned=minutes[State.RETURNED],
        waiting_with=tuple(
            WaitingWith(row[1], names[row[1]].chosen_name, int(row[2]), row[4])
            for row in sorted(waiting, key=lambda row: row[4])
        ),
        entries_to_fix=sum(row[3] for row in rows if row[0] == State.RETURNED),
    )


_QUEUE_SIZE = sa.select(sa.func.count(PracticeEntry.id)).where(
    PracticeEntry.supervisor_id == sa.bindparam("supervisor_id"), PracticeEntry.state == State.SUBMITTED.value
)


def queue_size(supervisor_id: int) -> int:
    """How many entries wait for this supervisor."""
    return session().scalar(_QUEUE_SIZE, {"supervisor_id": supervisor_id}) or 0


# --- entries --------------------------------------------------------------------------------------


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
    note: str
    state: str
    submitted_at: datetime | None
    first_submitted_at: datetime | None
    placement_starts_on: date
    placement_ends_on: date | None
    signed_minutes: int | None
    signed_at: datetime | None
    reason: str | None

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
) -> Work:
    """Stored columns as the rules see them: the first submission as a day in the entry's zone."""
    first = first_submitted_at.astimezone(ZoneInfo(zone)).date() if first_submitted_at else None
    return Work(worked_on, zone, minutes, starts_at, ends_at, is_overnight, note, first, entry_id)


_Returned = aliased(SignOff)
_REASON = (
    sa.select(_Returned.reason)
    .where(_Returned.entry_id == PracticeEntry.id, _Returned.act == "return")
    .order_by(_Returned.id.desc())
    .limit(1)
    .correlate(PracticeEntry)
    .scalar_subquery()
)
_LINES = (
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
        PracticeEntry.note,
        PracticeEntry.state,
        PracticeEntry.submitted_at,
        PracticeEntry.first_submitted_at,
        Placement.starts_on,
        Placement.ends_on,
        SignOff.minutes,
        SignOff.at,
        sa.case((PracticeEntry.state == State.RETURNED.value, _REASON), else_=None),
    )
    .join(Placement, Placement.id == PracticeEntry.placement_id)
    .outerjoin(SignOff, SignOff.id == PracticeEntry.approval_id)
)
_LINES_OF = _LINES.where(PracticeEntry.person_id == sa.bindparam("person_id")).order_by(
    PracticeEntry.worked_on.desc(), PracticeEntry.id.desc()
)
_LINES_WAITING = _LINES.where(
    PracticeEntry.supervisor_id == sa.bindparam("supervisor_id"), PracticeEntry.state == State.SUBMITTED.value
).order_by(PracticeEntry.worked_on, PracticeEntry.id)
_LINES_BY_ID = _LINES.where(PracticeEntry.id.in_(sa.bindparam("ids", expanding=True))).order_by(
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
    reason: str
    by_id: int
    by_name: str
    at: datetime
    statement: str | None
    sha256: str
    reverses_id: int | None


def sign_offs_of(entry_id: int) -> tuple[SignOffLine, ...]:
    """The acts on an entry, oldest first."""
    rows = session().execute(
        sa.select(
            SignOff.id,
            SignOff.act,
            SignOff.minutes,
            SignOff.reason,
            SignOff.by_id,
            SignOff.by_name,
            SignOff.at,
            SignOff.statement,
            SignOff.sha256,
            SignOff.reverses_id,
        )
        .where(SignOff.entry_id == entry_id)
        .order_by(SignOff.id)
    )
    return tuple(SignOffLine(*row) for row in rows)


# --- the supervisor's queue -----------------------------------------------------------------------


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
    def minutes(self) -> int:
        return sum(line.entry.minutes for line in self.lines)


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
).where(PracticeEntry.person_id.in_(sa.bindparam("ids", expanding=True)))


def works_of(person_ids: Iterable[int]) -> dict[int, tuple[Work, ...]]:
    """All entries of these people as the rules see them, by person."""
    found: dict[int, list[Work]] = defaultdict(list)
    for person_id, *columns in session().execute(_WORKS_OF, {"ids": sorted(set(person_ids))}):
        found[person_id].append(work_of(*columns))
    return {person_id: tuple(works) for person_id, works in found.items()}


def entries_awaiting_sign_off(supervisor_id: int) -> tuple[QueueLine, ...]:
    """What waits for this supervisor, oldest work first, each with its problems: four statements."""
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
    act, count, persons, at = session().execute(
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
    ).one()
    if not count or clock.now() >= at + UNDO_FOR:
        return None
    return Batch(batch_id, act, count, persons, at + UNDO_FOR)


# --- placements, agreements, supervision ----------------------------------------------------------


@dataclass(frozen=True)
class AgreementLine:
    """Who may sign for a placement, from when to when."""

    id: int
    placement_id: int
    supervisor_id: int
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True)
class PlacementLine:
    """A placement with its trainee's id and its agreements."""

    id: int
    organisation_id: int
    person_id: int
    site: str
    zone: str
    role: str
    starts_on: date
    ends_on: date | None
    agreements: tuple[AgreementLine, ...]


def covering(agreements: Iterable[AgreementLine], on: date) -> AgreementLine | None:
    """The agreement that holds on the day; of several the one made first."""
    return next((agreement for agreement in agreements if covers(agreement, on)), None)


_AGREEMENT = (
    SupervisionAgreement.id,
    SupervisionAgreement.placement_id,
    SupervisionAgreement.supervisor_id,
    SupervisionAgreement.starts_on,
    SupervisionAgreement.ends_on,
)
_AGREEMENTS = (
    sa.select(*_AGREEMENT)
    .where(SupervisionAgreement.placement_id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(SupervisionAgreement.id)
)


def agreements_for(
    placement_ids: Iterable[int], supervisor_id: int | None = None
) -> dict[int, tuple[AgreementLine, ...]]:
    """The agreements of these placements, by placement, oldest first; of one supervisor if named."""
    found: dict[int, list[AgreementLine]] = defaultdict(list)
    for row in session().execute(_AGREEMENTS, {"ids": sorted(set(placement_ids))}):
        line = AgreementLine(*row)
        if supervisor_id in (None, line.supervisor_id):
            found[line.placement_id].append(line)
    return {placement_id: tuple(lines) for placement_id, lines in found.items()}


_PLACEMENT = (
    Placement.id,
    Placement.organisation_id,
    Placement.person_id,
    Placement.site_name,
    Placement.zone,
    Placement.role,
    Placement.starts_on,
    Placement.ends_on,
)


def placements_of(person_id: int) -> tuple[PlacementLine, ...]:
    """A person's placements, the one used last first."""
    used = (
        sa.select(sa.func.max(PracticeEntry.id))
        .where(PracticeEntry.placement_id == Placement.id)
        .correlate(Placement)
        .scalar_subquery()
    )
    return _placements(
        sa.select(*_PLACEMENT)
        .where(Placement.person_id == person_id)
        .order_by(sa.func.coalesce(used, 0).desc(), Placement.id.desc())
    )


def placements_at(organisation_ids: Iterable[int]) -> tuple[PlacementLine, ...]:
    """The placements that these organisations run, newest first."""
    return _placements(
        sa.select(*_PLACEMENT)
        .where(Placement.organisation_id.in_(sorted(set(organisation_ids))))
        .order_by(Placement.starts_on.desc(), Placement.id.desc())
        .limit(500)
    )


def placement(placement_id: int) -> PlacementLine:
    """One placement. Raises NotFound."""
    found = _placements(sa.select(*_PLACEMENT).where(Placement.id == placement_id))
    if not found:
        raise NotFound
    return found[0]


def _placements(statement: sa.Select[tuple[int, int, int, str, str, str, date, date | None]]) -> tuple[PlacementLine, ...]:
    rows = session().execute(statement).all()
    agreements = agreements_for(row[0] for row in rows) if rows else {}
    return tuple(PlacementLine(*row, agreements.get(row[0], ())) for row in rows)


def agreement(agreement_id: int) -> AgreementLine:
    """One agreement. Raises NotFound."""
    row = session().execute(sa.select(*_AGREEMENT).where(SupervisionAgreement.id == agreement_id)).first()
    if row is None:
        raise NotFound
    return AgreementLine(*row)


@dataclass(frozen=True)
class SupervisionPair:
    """A trainee and a supervisor who have an agreement."""

    person_id: int
    supervisor_id: int


def pairs_of(person_id: int) -> tuple[SupervisionPair, ...]:
    """The agreements' pairs in which the person is trainee or supervisor."""
    rows = session().execute(
        sa.select(SupervisionAgreement.person_id, SupervisionAgreement.supervisor_id)
        .where(
            sa.or_(
                SupervisionAgreement.person_id == person_id, SupervisionAgreement.supervisor_id == person_id
            )
        )
        .distinct()
        .order_by(SupervisionAgreement.person_id, SupervisionAgreement.supervisor_id)
    )
    return tuple(SupervisionPair(*row) for row in rows)


@dataclass(frozen=True)
class SessionLine:
    """A supervision session with all that a page says of it."""

    id: int
    organisation_id: int
    person_id: int
    supervisor_id: int
    held_on: date
    minutes: int
    format: str
    mode: str
    topics: str
    trainee_signed_at: datetime | None
    supervisor_signed_at: datetime | None

    @property
    def is_signed(self) -> bool:
        return self.trainee_signed_at is not None and self.supervisor_signed_at is not None

    def waits_for(self, person_id: int) -> bool:
        """Whether this person's signature is the one that is missing."""
        if person_id == self.person_id:
            return self.trainee_signed_at is None
        return person_id == self.supervisor_id and self.supervisor_signed_at is None


_SESSION = sa.select(
    SupervisionSession.id,
    SupervisionSession.organisation_id,
    SupervisionSession.person_id,
    SupervisionSession.supervisor_id,
    SupervisionSession.held_on,
    SupervisionSession.minutes,
    SupervisionSession.format,
    SupervisionSession.mode,
    SupervisionSession.topics,
    SupervisionSession.trainee_signed_at,
    SupervisionSession.supervisor_signed_at,
)


def sessions_with(person_id: int, *, most: int = 200) -> tuple[SessionLine, ...]:
    """The supervision sessions in which the person was trainee or supervisor, newest first."""
    rows = session().execute(
        _SESSION.where(
            sa.or_(SupervisionSession.person_id == person_id, SupervisionSession.supervisor_id == person_id)
        )
        .order_by(SupervisionSession.held_on.desc(), SupervisionSession.id.desc())
        .limit(most)
    )
    return tuple(SessionLine(*row) for row in rows)


def supervision_session(session_id: int) -> SessionLine:
    """One supervision session. Raises NotFound."""
    row = session().execute(_SESSION.where(SupervisionSession.id == session_id)).first()
    if row is None:
        raise NotFound
    return SessionLine(*row)
