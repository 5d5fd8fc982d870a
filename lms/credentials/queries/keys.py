"""Reads about keys: which one signs now, which are still to be trusted, and where they are."""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from flask import current_app

from lms.config import Settings
from lms.credentials.badges import did, multikey
from lms.credentials.keyring import Store, store_of
from lms.credentials.models import KeyEvent, SigningKey
from lms.db import session
from lms.people import queries as people


class Purpose(StrEnum):
    """What a key is for: credentials, seals of PDFs, the log, or certifying seals."""

    BADGE = "badge"
    SEAL = "seal"
    LOG = "log"
    AUTHORITY = "authority"


@dataclass(frozen=True, slots=True)
class KeyCard:
    """The public half of a key; `retired_at` and `compromised_at` say what became of it."""

    id: int
    organisation_id: int | None
    purpose: Purpose
    name: str
    public: str
    made_at: datetime
    retired_at: datetime | None
    compromised_at: datetime | None

    @property
    def badge_key(self) -> Ed25519PublicKey:
        """The public key itself. Raises ValueError for a seal, whose public half is a certificate."""
        return multikey.public_key(self.public)

    @property
    def is_signing(self) -> bool:
        """Whether it may still sign."""
        return self.retired_at is None and self.compromised_at is None


def keys_of(organisation_id: int | None, purpose: Purpose) -> tuple[KeyCard, ...]:
    """All keys of an issuer (or the house) for a purpose, the oldest first."""
    events = {
        kind: sa.select(KeyEvent.at).where(KeyEvent.key_id == SigningKey.id, KeyEvent.kind == kind)
        for kind in ("retired", "compromised")
    }
    rows = session().execute(
        sa.select(
            SigningKey.id,
            SigningKey.organisation_id,
            SigningKey.purpose,
            SigningKey.name,
            SigningKey.public,
            SigningKey.made_at,
            events["retired"].scalar_subquery(),
            events["compromised"].scalar_subquery(),
        )
        .where(
            SigningKey.organisation_id.is_(None)
            if organisation_id is None
            else SigningKey.organisation_id == organisation_id,
            SigningKey.purpose == purpose.value,
        )
        .order_by(SigningKey.id)
    )
    return tuple(KeyCard(row[0], row[1], Purpose(row[2]), *row[3:]) for row in rows)


def signing_key(organisation_id: int | None, purpose: Purpose) -> KeyCard | None:
    """The newest key that may still sign, or None when none was made yet."""
    found = [one for one in keys_of(organisation_id, purpose) if one.is_signing]
    return found[-1] if found else None


def trusted_methods() -> dict[str, str]:
    """The public keys of all issuers by their address; one that became known to others is left out."""
    settings: Settings = current_app.config["SETTINGS"]
    compromised = sa.select(KeyEvent.key_id).where(KeyEvent.kind == "compromised")
    rows = session().execute(
        sa.select(SigningKey.organisation_id, SigningKey.name, SigningKey.public).where(
            SigningKey.purpose == Purpose.BADGE.value, SigningKey.id.not_in(compromised)
        )
    )
    slugs = {one.id: one.slug for one in people.organisations()}
    return {
        f"{did.did_of(settings.public_root, slugs[organisation_id])}#{name}": public
        for organisation_id, name, public in rows
        if organisation_id is not None
    }


def key_store() -> Store:
    """Whatever keeps the private keys."""
    return store_of(current_app.config["SETTINGS"])


def did_document(organisation_id: int) -> tuple[str, str]:
    """An issuer's identifier and the text of the document behind it, as it is served and logged."""
    settings: Settings = current_app.config["SETTINGS"]
    issuer = did.did_of(settings.public_root, people.organisation(organisation_id).slug)
    trusted = [
        did.PublicKey(one.name, one.badge_key)
        for one in keys_of(organisation_id, Purpose.BADGE)
        if one.compromised_at is None
    ]
    return issuer, json.dumps(did.document(issuer, trusted), separators=(",", ":"))
