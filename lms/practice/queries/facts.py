"""What other slices count: hours, supervision, supervisors and sums."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from lms.db import session
from lms.people.queries import people
from lms.practice.models import (
    EvaluationStep,
    Placement,
    PracticeEntry,
    SignOff,
    SupervisionAgreement,
    SupervisionSession,
)
from lms.practice.queries.rows import Rows
from lms.practice.queries.standing import COUNTS
from lms.practice.queries.supervision import SESSION_COUNTS
from lms.practice.rules import State, domain_of


@dataclass(frozen=True)
class PracticeHour:
    """One entry as evidence; `minutes` and `domain` are those that were signed, once it is signed."""

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
    role: str
    is_direct: bool
    population: str


@dataclass(frozen=True)
class SupervisionFact:
    """One supervision session as evidence; signed means by both. `group_size` is known of newer groups."""

    evidence: str
    on: date
    minutes: int
    format: str
    mode: str
    supervisor_id: int
    is_signed: bool
    is_observation: bool = False
    group_size: int | None = None


_HOURS_OF: Rows = (
    sa.select(
        PracticeEntry.id,
        PracticeEntry.worked_on,
        sa.func.coalesce(SignOff.minutes, PracticeEntry.minutes),
        PracticeEntry.kind,
        SignOff.domain,
        PracticeEntry.mode,
        Placement.site_name,
        PracticeEntry.state,
        sa.func.coalesce(SignOff.by_id, PracticeEntry.supervisor_id),
        SignOff.at,
        PracticeEntry.role,
        PracticeEntry.is_direct,
        PracticeEntry.population,
    )
    .join(Placement, Placement.id == PracticeEntry.placement_id)
    .outerjoin(SignOff, SignOff.id == PracticeEntry.approval_id)
    .where(PracticeEntry.person_id == sa.bindparam("person_id"), COUNTS)
    .order_by(PracticeEntry.worked_on, PracticeEntry.id)
)


def practice_hours_of(person_id: int) -> tuple[PracticeHour, ...]:
    """The lines that stand for a person's work, oldest work first, in every state.

    Of a signed line and its amendment only one is among them: the newer once it is signed, the older until
    then. Neither is when the newer takes the older back.
    """
    rows = session().execute(_HOURS_OF, {"person_id": person_id})
    return tuple(
        PracticeHour(
            f"practice_entry:{id}",
            id,
            on,
            minutes,
            kind,
            domain or domain_of(kind),
            mode,
            site,
            state,
            supervisor_id,
            *rest,
        )
        for id, on, minutes, kind, domain, mode, site, state, supervisor_id, *rest in rows
    )


_SUPERVISION_OF: Rows = (
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
        SupervisionSession.is_observation,
        SupervisionSession.group_size,
    )
    .where(SupervisionSession.person_id == sa.bindparam("person_id"), SESSION_COUNTS)
    .order_by(SupervisionSession.held_on, SupervisionSession.id)
)


def supervision_of(person_id: int) -> tuple[SupervisionFact, ...]:
    """The supervision sessions of a person, oldest first.

    Of a session and its correction only one is among them: the newer once both have signed it, the older
    until then, if both had signed that.
    """
    rows = session().execute(_SUPERVISION_OF, {"person_id": person_id})
    return tuple(SupervisionFact(f"supervision_session:{id}", *rest) for id, *rest in rows)


def supervisors_of(person_id: int) -> frozenset[int]:
    """Everyone who supervises or ever supervised the person: by agreement, signature, session, evaluation."""
    found = sa.union(
        sa.select(SupervisionAgreement.supervisor_id).where(SupervisionAgreement.person_id == person_id),
        sa.select(SignOff.by_id).where(SignOff.person_id == person_id),
        sa.select(SupervisionSession.supervisor_id).where(SupervisionSession.person_id == person_id),
        sa.select(EvaluationStep.by_id).where(
            EvaluationStep.person_id == person_id, EvaluationStep.kind != "commented"
        ),
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


_SUMMARY: Rows = (
    sa.select(
        PracticeEntry.state,
        PracticeEntry.supervisor_id,
        sa.func.sum(sa.case((COUNTS, sa.func.coalesce(SignOff.minutes, PracticeEntry.minutes)), else_=0)),
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
    waiting = [row for row in rows if row[0] == State.SUBMITTED and row[2]]
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
