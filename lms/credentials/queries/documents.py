"""Reads about what was made of credentials: documents, identities and status lists."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from lms import clock, files
from lms.credentials.models import (
    Credential,
    CredentialDocument,
    CredentialIdentity,
    KeyEvent,
    SignedList,
    StatusEvent,
    StatusList,
)
from lms.credentials.queries.cards import CredentialCard
from lms.credentials.states import EventKind
from lms.db import session

FOR_GOOD = (EventKind.REVOKED.value, EventKind.RELINQUISHED.value, EventKind.ERASED.value)
SIGNED_ANEW_AFTER = timedelta(hours=20)


@dataclass(frozen=True, slots=True)
class DocumentCard:
    """What was made of one period of a credential: its signed document and PDF are kept under these hashes."""

    id: int
    sequence: int
    edition: int
    key_id: int
    json_sha256: str
    pdf_sha256: str
    paper_text: str
    log_number: int
    made_at: datetime
    salt: str
    list_id: int
    list_index: int

    @property
    def json_text(self) -> str:
        """The signed credential, byte for byte as it was made. Raises NotFound when the file is gone."""
        return files.get(self.json_sha256).decode()


@dataclass(frozen=True, slots=True)
class ListCard:
    """A status list as it was signed at one time."""

    id: int
    list_id: int
    organisation_id: int
    number: int
    document: str
    log_number: int
    at: datetime
    paper_signature: str | None


def document_of(card: CredentialCard, sequence: int | None = None) -> DocumentCard | None:
    """The documents of a period, the newest one when none is named; None while they are still to be made."""
    made: Any = (
        sa.select(
            CredentialDocument.id,
            CredentialDocument.sequence,
            CredentialDocument.edition,
            CredentialDocument.key_id,
            CredentialDocument.json_sha256,
            CredentialDocument.pdf_sha256,
            CredentialDocument.paper_text,
            CredentialDocument.log_number,
            CredentialDocument.made_at,
            CredentialIdentity.salt,
            CredentialIdentity.list_id,
            CredentialIdentity.list_index,
        )
        .join(CredentialIdentity, CredentialIdentity.credential_id == CredentialDocument.credential_id)
        .where(CredentialDocument.credential_id == card.id, CredentialDocument.made_at.is_not(None))
        .order_by(CredentialDocument.sequence.desc(), CredentialDocument.edition.desc())
        .limit(1)
    )
    if sequence is not None:
        made = made.where(CredentialDocument.sequence == sequence)
    row = session().execute(made).first()
    return DocumentCard(*row) if row else None


def unmade() -> list[int]:
    """Ids of documents that are still to be made, oldest first, at most 100."""
    return list(
        session().scalars(
            sa.select(CredentialDocument.id)
            .where(CredentialDocument.made_at.is_(None), CredentialDocument.retired_at.is_(None))
            .order_by(CredentialDocument.id)
            .limit(100)
        )
    )


def stale_lists() -> list[int]:
    """Ids of status lists to sign: never signed, or long ago, or by a key that others know, or with a new bit.

    At most 100. A bit is never taken back, so counting the bits is enough to see a new one.
    """
    newest = (
        sa.select(SignedList.list_id, sa.func.max(SignedList.id).label("id"))
        .group_by(SignedList.list_id)
        .subquery()
    )
    counted = (
        sa.select(CredentialIdentity.list_id, sa.func.count().label("bits"))
        .where(CredentialIdentity.credential_id.in_(_ended()))
        .group_by(CredentialIdentity.list_id)
        .subquery()
    )
    return list(
        session().scalars(
            sa.select(StatusList.id)
            .outerjoin(newest, newest.c.list_id == StatusList.id)
            .outerjoin(SignedList, SignedList.id == newest.c.id)
            .outerjoin(counted, counted.c.list_id == StatusList.id)
            .where(
                sa.or_(
                    SignedList.id.is_(None),
                    SignedList.paper_signature.is_(None),
                    SignedList.at < clock.now() - SIGNED_ANEW_AFTER,
                    SignedList.key_id.in_(sa.select(KeyEvent.key_id).where(KeyEvent.kind == "compromised")),
                    SignedList.bits_set != sa.func.coalesce(counted.c.bits, 0),
                )
            )
            .order_by(StatusList.id)
            .limit(100)
        )
    )


def ended_in(list_id: int) -> list[int]:
    """The places in a list of the credentials that are no longer valid, and never will be."""
    return list(
        session().scalars(
            sa.select(CredentialIdentity.list_index)
            .where(CredentialIdentity.list_id == list_id, CredentialIdentity.credential_id.in_(_ended()))
            .order_by(CredentialIdentity.list_index)
        )
    )


def signed_list(organisation_id: int, number: int, *, at: datetime | None = None) -> ListCard | None:
    """The newest signed form of an organisation's list, or the one that held at an instant."""
    wanted = _LISTS.where(StatusList.organisation_id == organisation_id, StatusList.number == number)
    if at is not None:
        wanted = wanted.where(SignedList.at <= at)
    row = session().execute(wanted.order_by(SignedList.id.desc()).limit(1)).first()
    return ListCard(*row) if row else None


def newest_lists() -> tuple[ListCard, ...]:
    """The newest signed form of every list of every issuer."""
    newest = sa.select(sa.func.max(SignedList.id)).group_by(SignedList.list_id)
    rows = session().execute(_LISTS.where(SignedList.id.in_(newest)).order_by(StatusList.id))
    return tuple(ListCard(*row) for row in rows)


_LISTS = sa.select(
    SignedList.id,
    SignedList.list_id,
    StatusList.organisation_id,
    StatusList.number,
    SignedList.document,
    SignedList.log_number,
    SignedList.at,
    SignedList.paper_signature,
).join(StatusList, StatusList.id == SignedList.list_id)


def _ended() -> Any:
    """Ids of credentials that ended for good: taken back, given up, erased, or replaced by another."""
    return sa.union(
        sa.select(StatusEvent.credential_id).where(StatusEvent.kind.in_(FOR_GOOD)),
        sa.select(Credential.__table__.c.replaces_id).where(Credential.__table__.c.replaces_id.is_not(None)),
    )
