"""Reads of supervisors without an account, of the links sent to them and of what they confirmed."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from lms import clock
from lms.db import session
from lms.errors import NotFound
from lms.people.queries import outsiders
from lms.practice.models import Confirmation, ConfirmationLink, NamedSupervisor, PracticeEntry, SignOff
from lms.practice.queries.entries import LINES, EntryLine
from lms.practice.queries.rows import Rows
from lms.practice.rules import State

PROOF_LASTS = timedelta(hours=1)


def hash_of(secret: str) -> str:
    """The hash under which a token or a proof is kept."""
    return hashlib.sha256(secret.encode()).hexdigest()


@dataclass(frozen=True)
class NamedLine:
    """Somebody named to sign for a placement, and what the coordinator answered."""

    id: int
    organisation_id: int
    person_id: int
    placement_id: int
    name: str
    email: str
    named_by_id: int
    named_at: datetime
    answered_at: datetime | None
    answer: str
    supervisor_id: int | None
    starts_on: date

    @property
    def is_waiting(self) -> bool:
        return self.answered_at is None


_NAMED: Rows = sa.select(
    NamedSupervisor.id,
    NamedSupervisor.organisation_id,
    NamedSupervisor.person_id,
    NamedSupervisor.placement_id,
    NamedSupervisor.name,
    NamedSupervisor.email,
    NamedSupervisor.named_by_id,
    NamedSupervisor.named_at,
    NamedSupervisor.answered_at,
    NamedSupervisor.answer,
    NamedSupervisor.supervisor_id,
    NamedSupervisor.starts_on,
).order_by(NamedSupervisor.id)


def named_for(placement_id: int) -> tuple[NamedLine, ...]:
    """Everybody named to sign for a placement, oldest first."""
    rows = session().execute(_NAMED.where(NamedSupervisor.placement_id == placement_id))
    return tuple(NamedLine(*row) for row in rows)


def named(named_id: int) -> NamedLine:
    """One of those who were named. Raises NotFound."""
    row = session().execute(_NAMED.where(NamedSupervisor.id == named_id)).first()
    if row is None:
        raise NotFound
    return NamedLine(*row)


def placements_with_named(organisation_ids: Iterable[int]) -> frozenset[int]:
    """The placements of these organisations where somebody named waits for the coordinator's answer."""
    return frozenset(
        session().scalars(
            sa.select(NamedSupervisor.placement_id).where(
                NamedSupervisor.organisation_id.in_(sorted(set(organisation_ids))),
                NamedSupervisor.answered_at.is_(None),
            )
        )
    )


@dataclass(frozen=True)
class WaitingForLink:
    """Hours that wait for a supervisor without an account, and when a link was sent last."""

    placement_id: int
    supervisor_id: int
    entries: int
    sent_at: datetime | None
    expires_at: datetime | None


def waiting_for_links(person_id: int) -> tuple[WaitingForLink, ...]:
    """What of a trainee's hours waits for supervisors without an account: three statements at most."""
    rows = (
        session()
        .execute(
            sa.select(PracticeEntry.placement_id, PracticeEntry.supervisor_id, sa.func.count(PracticeEntry.id))
            .where(PracticeEntry.person_id == person_id, PracticeEntry.state == State.SUBMITTED.value)
            .group_by(PracticeEntry.placement_id, PracticeEntry.supervisor_id)
            .order_by(PracticeEntry.placement_id, PracticeEntry.supervisor_id)
        )
        .all()
    )
    outside = outsiders(row[1] for row in rows)
    if not outside:
        return ()
    sent = {
        (link.placement_id, link.supervisor_id): (link.asked_at, link.expires_at)
        for link in session().execute(
            sa.select(
                ConfirmationLink.placement_id,
                ConfirmationLink.supervisor_id,
                ConfirmationLink.asked_at,
                ConfirmationLink.expires_at,
            )
            .where(
                ConfirmationLink.person_id == person_id,
                ConfirmationLink.used_at.is_(None),
                ConfirmationLink.ended_at.is_(None),
                ConfirmationLink.expires_at > clock.now(),
            )
            .order_by(ConfirmationLink.id)
        )
    }
    return tuple(
        WaitingForLink(
            placement_id, supervisor_id, count, *sent.get((placement_id, supervisor_id), (None, None))
        )
        for placement_id, supervisor_id, count in rows
        if supervisor_id in outside
    )


@dataclass(frozen=True)
class LinkCard:
    """What the pages of a link may know of it."""

    id: int
    organisation_id: int
    person_id: int
    placement_id: int
    supervisor_id: int
    email: str
    lines: tuple[tuple[int, int], ...]
    asked_by_id: int
    expires_at: datetime
    declared_name: str
    is_declared: bool
    has_code: bool
    proof_hash: str | None
    proved_at: datetime | None
    used_at: datetime | None

    def is_proved_by(self, proof: str) -> bool:
        """Whether this browser typed the code, and not longer ago than an hour."""
        if not proof or self.proof_hash != hash_of(proof) or self.proved_at is None:
            return False
        return clock.now() < self.proved_at + PROOF_LASTS


_link = ConfirmationLink.__table__.c


def link_by_token(token: str) -> LinkCard:
    """The link that a token opens, used or not, by whoever holds it: the token is the right to it.

    Raises NotFound when it is unknown, ended or too old.
    """
    row = (
        session()
        .execute(
            sa.select(ConfirmationLink.__table__).where(
                _link.token_hash == hash_of(token), _link.ended_at.is_(None), _link.expires_at > clock.now()
            )
        )
        .first()
    )
    if row is None:
        raise NotFound
    return LinkCard(
        id=row.id,
        organisation_id=row.organisation_id,
        person_id=row.person_id,
        placement_id=row.placement_id,
        supervisor_id=row.supervisor_id,
        email=row.email,
        lines=tuple((entry_id, version) for entry_id, version in row.lines),
        asked_by_id=row.asked_by_id,
        expires_at=row.expires_at,
        declared_name=row.declared_name,
        is_declared=row.declared_at is not None,
        has_code=row.code_hash is not None,
        proof_hash=row.proof_hash,
        proved_at=row.proved_at,
        used_at=row.used_at,
    )


def lines_still_there(link: LinkCard) -> tuple[EntryLine, ...]:
    """The lines of a link that wait as they did when it was sent, oldest work first."""
    versions = dict(link.lines)
    rows = session().execute(
        LINES.where(
            PracticeEntry.id.in_(sorted(versions)),
            PracticeEntry.supervisor_id == link.supervisor_id,
            PracticeEntry.state == State.SUBMITTED.value,
        ).order_by(PracticeEntry.worked_on, PracticeEntry.id)
    )
    found = (EntryLine(*row) for row in rows)
    return tuple(line for line in found if line.version == versions[line.id])


@dataclass(frozen=True)
class ReceiptLine:
    """One line of a receipt: what was done about which day, without notes."""

    worked_on: date
    act: str
    minutes: int | None


@dataclass(frozen=True)
class Receipt:
    """What a link confirmed, and when."""

    by_name: str
    credential_type: str
    credential_number: str
    email: str
    at: datetime
    sha256: str
    lines: tuple[ReceiptLine, ...]


def receipt_of(link_id: int) -> Receipt:
    """What was confirmed by a link. Raises NotFound."""
    row = session().scalar(sa.select(Confirmation).where(Confirmation.link_id == link_id))
    if row is None:
        raise NotFound
    batches = [batch for batch in (row.approved_batch_id, row.returned_batch_id) if batch]
    lines = session().execute(
        sa.select(PracticeEntry.worked_on, SignOff.act, SignOff.minutes)
        .join(SignOff, SignOff.entry_id == PracticeEntry.id)
        .where(SignOff.batch_id.in_(batches), SignOff.act != "reverse")
        .order_by(PracticeEntry.worked_on, PracticeEntry.id)
    )
    return Receipt(
        row.by_name,
        row.credential_type,
        row.credential_number,
        row.email,
        row.at,
        row.sha256,
        tuple(ReceiptLine(*line) for line in lines),
    )


@dataclass(frozen=True)
class LinkIdentity:
    """Who somebody without an account said they are, as an act of theirs is shown with it."""

    name: str
    credential_type: str
    credential_number: str
    email: str


def identities_of(batch_ids: Iterable[str]) -> dict[str, LinkIdentity]:
    """By batch of sign-offs: who confirmed it by a link; batches of others are left out."""
    ids = sorted(set(batch_ids))
    found: dict[str, LinkIdentity] = {}
    rows = (
        session().scalars(
            sa.select(Confirmation).where(
                sa.or_(Confirmation.approved_batch_id.in_(ids), Confirmation.returned_batch_id.in_(ids))
            )
        )
        if ids
        else ()
    )
    for row in rows:
        who = LinkIdentity(row.by_name, row.credential_type, row.credential_number, row.email)
        found |= {batch: who for batch in (row.approved_batch_id, row.returned_batch_id) if batch}
    return found
