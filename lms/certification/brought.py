"""What people and bodies brought: proofs with where they stand, waivers, approvals of training."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from lms.certification.facts import TrainingApproved, WaiverGiven
from lms.certification.models import Application, Proof, ProofAct, TrainingApproval, Waiver
from lms.certification.proof_kinds import ProofState, Told
from lms.db import session
from lms.errors import NotFound

Rows = sa.Select[*tuple[Any, ...]]
DAY = timedelta(days=1)


@dataclass(frozen=True)
class ActCard:
    """One act on a proof."""

    kind: str
    by_id: int
    at: datetime
    reason: str


@dataclass(frozen=True)
class ProofCard:
    """One proof with its acts, oldest first. `replaced_by` is the newer one that took its place."""

    id: int
    organisation_id: int
    person_id: int
    kind: str
    on: date
    until_on: date | None
    told: dict[str, Any]
    brought_by: int
    brought_at: datetime
    file: str | None
    file_type: str | None
    supersedes_id: int | None
    acts: tuple[ActCard, ...] = ()
    replaced_by: int | None = None

    @property
    def last(self) -> ActCard | None:
        return self.acts[-1] if self.acts else None

    @property
    def state(self) -> ProofState:
        if self.replaced_by is not None:
            return ProofState.SUPERSEDED
        return ProofState(self.last.kind) if self.last else ProofState.CLAIMED

    @property
    def is_open(self) -> bool:
        """Whether it counts or may come to count."""
        return self.state in (ProofState.CLAIMED, ProofState.VERIFIED)

    def as_told(self, zone: str) -> Told:
        """For the record: the day of the check is the body's calendar day."""
        is_verified = self.state is ProofState.VERIFIED and self.last is not None
        verified_on = _day(self.last.at, zone) if is_verified and self.last else None
        return Told(f"proof:{self.id}", self.kind, self.on, self.until_on, self.told, verified_on)


_PROOFS: Rows = sa.select(
    Proof.id,
    Proof.organisation_id,
    Proof.person_id,
    Proof.kind,
    Proof.on,
    Proof.until_on,
    Proof.told,
    Proof.brought_by,
    Proof.brought_at,
    Proof.file,
    Proof.file_type,
    Proof.supersedes_id,
)
_ACTS: Rows = sa.select(
    ProofAct.proof_id, ProofAct.kind, ProofAct.by_id, ProofAct.at, ProofAct.reason
).order_by(ProofAct.proof_id, ProofAct.place)
_OF_PERSON: Rows = _PROOFS.where(Proof.person_id == sa.bindparam("person_id")).order_by(Proof.id)
_ACTS_OF_PERSON: Rows = _ACTS.where(ProofAct.person_id == sa.bindparam("person_id"))


def proofs_of(person_id: int, body_id: int | None = None) -> tuple[ProofCard, ...]:
    """The person's proofs in scope, oldest first: those with one body, or all. Two statements."""
    given = {"person_id": person_id}
    rows = session().execute(_OF_PERSON, given).all()
    acts = session().execute(_ACTS_OF_PERSON, given).all() if rows else []
    return tuple(card for card in _cards(rows, acts) if body_id in (None, card.organisation_id))


def proof(proof_id: int) -> ProofCard:
    """One proof in scope. Raises NotFound."""
    newer = sa.select(Proof.supersedes_id, Proof.id).where(Proof.supersedes_id == proof_id)
    rows = session().execute(_PROOFS.where(Proof.id == proof_id)).all()
    if not rows:
        raise NotFound
    acts = session().execute(_ACTS.where(ProofAct.proof_id == proof_id)).all()
    (card,) = _cards(rows, acts)
    found = session().execute(newer).first()
    return replace(card, replaced_by=found[1] if found else None)


def proofs_awaiting(body_ids: Iterable[int], *, most: int = 100) -> tuple[ProofCard, ...]:
    """Proofs that these bodies have not looked at, the longest waiting first."""
    newer = sa.orm.aliased(Proof)
    rows = (
        session()
        .execute(
            _PROOFS.where(
                Proof.organisation_id.in_(sorted(body_ids)),
                ~sa.exists().where(ProofAct.proof_id == Proof.id),
                ~sa.exists().where(newer.supersedes_id == Proof.id),
            )
            .order_by(Proof.brought_at, Proof.id)
            .limit(most)
        )
        .all()
    )
    return tuple(_cards(rows, []))


def bodies_knowing(person_id: int) -> frozenset[int]:
    """The certifying bodies in scope that hold an application or a proof of the person."""
    known = sa.union(
        sa.select(Application.organisation_id).where(Application.person_id == person_id),
        sa.select(Proof.organisation_id).where(Proof.person_id == person_id),
    )
    return frozenset(session().scalars(known))


def _cards(rows: Iterable[Any], acts: Iterable[Any]) -> list[ProofCard]:
    done: dict[int, list[ActCard]] = {}
    for proof_id, *rest in acts:
        done.setdefault(proof_id, []).append(ActCard(*rest))
    cards = [ProofCard(*row) for row in rows]
    replaced = {card.supersedes_id: card.id for card in cards if card.supersedes_id is not None}
    return [
        replace(card, acts=tuple(done.get(card.id, ())), replaced_by=replaced.get(card.id)) for card in cards
    ]


# --- waivers --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class WaiverCard:
    """A waiver, and the row that ended it. `until_on` is the last day on which it holds."""

    id: int
    organisation_id: int
    scheme_id: str
    requirement_id: str
    on: date
    until_on: date | None
    reason: str
    by_id: int
    at: datetime
    ended_at: datetime | None = None

    def as_fact(self, zone: str) -> WaiverGiven:
        """For the record. One that was ended holds up to the day before."""
        last = _last_day(self.until_on, self.ended_at, zone)
        return WaiverGiven(f"waiver:{self.id}", self.on, self.scheme_id, self.requirement_id, last)

    def holds_on(self, day: date) -> bool:
        return self.on <= day and (self.until_on is None or day <= self.until_on) and self.ended_at is None


_WAIVERS: Rows = (
    sa.select(
        Waiver.id,
        Waiver.organisation_id,
        Waiver.scheme_id,
        Waiver.requirement_id,
        Waiver.on,
        Waiver.until_on,
        Waiver.reason,
        Waiver.by_id,
        Waiver.at,
        Waiver.ends_id,
    )
    .where(Waiver.person_id == sa.bindparam("person_id"))
    .order_by(Waiver.id)
)


def waivers_of(person_id: int, body_id: int | None = None) -> tuple[WaiverCard, ...]:
    """The person's waivers in scope, oldest first, ended ones among them. One statement."""
    rows = session().execute(_WAIVERS, {"person_id": person_id}).all()
    ends = {row.ends_id: row.at for row in rows if row.ends_id is not None}
    return tuple(
        WaiverCard(*(*row[:-1], ends.get(row.id)))
        for row in rows
        if row.ends_id is None and body_id in (None, row.organisation_id)
    )


def waiver(waiver_id: int) -> tuple[int, WaiverCard]:
    """One waiver in scope with whose it is. Raises NotFound."""
    person_id = session().scalar(
        sa.select(Waiver.person_id).where(Waiver.id == waiver_id, Waiver.ends_id.is_(None))
    )
    if person_id is None:
        raise NotFound
    return person_id, next(card for card in waivers_of(person_id) if card.id == waiver_id)


def _last_day(until_on: date | None, ended_at: datetime | None, zone: str) -> date | None:
    if ended_at is None:
        return until_on
    last = _day(ended_at, zone) - DAY
    return last if until_on is None else min(last, until_on)


# --- approvals of training ------------------------------------------------------------------------


@dataclass(frozen=True)
class ApprovalCard:
    """A body's approval of a provider's training, and when it was ended."""

    id: int
    organisation_id: int
    provider_id: int
    provider: str
    by_name: str
    module_id: str
    course: str
    on: date
    until_on: date | None
    at: datetime
    ended_at: datetime | None = None

    def as_fact(self, zone: str) -> TrainingApproved:
        last = _last_day(self.until_on, self.ended_at, zone)
        return TrainingApproved(
            f"training_approval:{self.id}", self.on, self.by_name, self.provider, self.course, last
        )


_APPROVALS: Rows = sa.select(
    TrainingApproval.id,
    TrainingApproval.organisation_id,
    TrainingApproval.provider_id,
    TrainingApproval.provider,
    TrainingApproval.by_name,
    TrainingApproval.module_id,
    TrainingApproval.course,
    TrainingApproval.on,
    TrainingApproval.until_on,
    TrainingApproval.at,
    TrainingApproval.ends_id,
).order_by(TrainingApproval.id)


def approvals_by(body_id: int | None) -> tuple[ApprovalCard, ...]:
    """A body's approvals of training, or those of all bodies, oldest first. One statement."""
    rows = session().execute(_APPROVALS).all()
    ends = {row.ends_id: row.at for row in rows if row.ends_id is not None}
    return tuple(
        ApprovalCard(*(*row[:-1], ends.get(row.id)))
        for row in rows
        if row.ends_id is None and body_id in (None, row.organisation_id)
    )


def approval(approval_id: int) -> ApprovalCard:
    """One approval. Raises NotFound."""
    found = next((card for card in approvals_by(None) if card.id == approval_id), None)
    if found is None:
        raise NotFound
    return found


def _day(instant: datetime, zone: str) -> date:
    aware = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return aware.astimezone(ZoneInfo(zone)).date()
