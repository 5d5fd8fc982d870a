"""Reads of disputes: their state is what their timeline says."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from lms.db import session
from lms.errors import NotFound
from lms.practice.models import Dispute, DisputeEvent, PracticeEntry, SignOff
from lms.practice.queries.rows import Rows
from lms.practice.rules import DisputeKind, DisputeState, State


@dataclass(frozen=True)
class DisputeStep:
    """One step of the timeline; `by_id` is None when the clock took it."""

    kind: str
    by_id: int | None
    at: datetime
    words: str
    outcome: str | None


@dataclass(frozen=True)
class DisputeLine:
    """A dispute with its timeline, oldest step first."""

    id: int
    organisation_id: int
    person_id: int
    supervisor_id: int
    entry_id: int
    due_at: datetime
    steps: tuple[DisputeStep, ...]

    @property
    def state(self) -> DisputeState:
        kinds = {step.kind for step in self.steps}
        if DisputeKind.DECIDED in kinds:
            return DisputeState.DECIDED
        if DisputeKind.SETTLED in kinds:
            return DisputeState.SETTLED
        return DisputeState.ESCALATED if DisputeKind.ESCALATED in kinds else DisputeState.OPEN

    @property
    def is_closed(self) -> bool:
        return self.state in (DisputeState.DECIDED, DisputeState.SETTLED)


_DISPUTES: Rows = sa.select(
    Dispute.id,
    Dispute.organisation_id,
    Dispute.person_id,
    Dispute.supervisor_id,
    Dispute.entry_id,
    Dispute.due_at,
).order_by(Dispute.id.desc())


def _lines(statement: Rows) -> tuple[DisputeLine, ...]:
    rows = session().execute(statement).all()
    steps: dict[int, list[DisputeStep]] = {row.id: [] for row in rows}
    events: Rows = (
        sa.select(
            DisputeEvent.dispute_id,
            DisputeEvent.kind,
            DisputeEvent.by_id,
            DisputeEvent.at,
            DisputeEvent.words,
            DisputeEvent.outcome,
        )
        .where(DisputeEvent.dispute_id.in_(list(steps)))
        .order_by(DisputeEvent.id)
    )
    for dispute_id, *rest in session().execute(events) if rows else ():
        steps[dispute_id].append(DisputeStep(*rest))
    return tuple(DisputeLine(*[*row, tuple(steps[row.id])]) for row in rows)


def dispute(dispute_id: int) -> DisputeLine:
    """One dispute. Raises NotFound."""
    found = _lines(_DISPUTES.where(Dispute.id == dispute_id))
    if not found:
        raise NotFound
    return found[0]


def dispute_about(entry_id: int) -> DisputeLine | None:
    """The newest dispute about an entry."""
    found = _lines(_DISPUTES.where(Dispute.entry_id == entry_id).limit(1))
    return found[0] if found else None


def disputes_at(organisation_ids: Iterable[int]) -> tuple[DisputeLine, ...]:
    """The disputes at these organisations, newest first."""
    wanted = _DISPUTES.where(Dispute.organisation_id.in_(sorted(set(organisation_ids))))
    return _lines(wanted.limit(200))


def disputable_act(entry_id: int) -> int | None:
    """The act on an entry that its trainee may disagree with now: it stands, and nobody has done so yet."""
    is_return = sa.and_(
        SignOff.act == "return",
        PracticeEntry.state == State.RETURNED.value,
        PracticeEntry.version >= SignOff.entry_version + 1,
    )
    is_otherwise = sa.and_(
        SignOff.act == "approve",
        PracticeEntry.approval_id == SignOff.id,
        sa.or_(SignOff.minutes < PracticeEntry.minutes, SignOff.domain.is_not(None)),
    )
    act_id = session().scalar(
        sa.select(SignOff.id)
        .join(PracticeEntry, PracticeEntry.id == SignOff.entry_id)
        .where(PracticeEntry.id == entry_id, sa.or_(is_return, is_otherwise))
        .order_by(SignOff.id.desc())
        .limit(1)
    )
    if act_id is None or session().scalar(sa.select(Dispute.id).where(Dispute.sign_off_id == act_id)):
        return None
    return int(act_id)


def overdue_disputes(now: datetime) -> list[int]:
    """Disputes whose time is over and that nobody has handed on, decided or ended: at most 100."""
    moved = sa.exists().where(
        DisputeEvent.dispute_id == Dispute.id,
        DisputeEvent.kind != DisputeKind.OPENED.value,
        DisputeEvent.kind != DisputeKind.ANSWERED.value,
    )
    return list(
        session().scalars(
            sa.select(Dispute.id).where(Dispute.due_at <= now, ~moved).order_by(Dispute.due_at).limit(100)
        )
    )
