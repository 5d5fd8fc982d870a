"""What stands behind a credential, looked at anew: signed document, status list, entry of the log."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lms.credentials.badges import multikey, proof, status_list
from lms.credentials.log import notes, tree
from lms.credentials.log.salt import salted
from lms.credentials.models import SignedList
from lms.credentials.queries import log
from lms.credentials.queries.cards import CredentialCard
from lms.credentials.queries.documents import DocumentCard, document_of
from lms.credentials.queries.keys import trusted_methods
from lms.credentials.reporting import LogProof
from lms.db import session
from lms.errors import NotFound


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found. None means that it cannot be told (yet).

    `is_signed`: the document is there and a trusted key of its issuer signed it. `is_ended` and `list_at`: what
    the status list says, and when it was signed. `is_logged`: the entry of the log speaks of this document, and
    the checkpoint of `covered` entries covers it.
    """

    is_made: bool
    is_signed: bool | None = None
    list_at: datetime | None = None
    is_ended: bool | None = None
    log: LogProof | None = None
    is_logged: bool | None = None
    covered: int = 0


def evidence_of(card: CredentialCard, *, at: datetime) -> Evidence:
    """What stands behind the period of a credential that was running at an instant."""
    made = document_of(card, 1 + sum(one.at < at for one in card.renewals))
    if made is None:
        return Evidence(is_made=False)
    text = _text(made)
    list_at, is_ended = _ended(made, at)
    log_proof = _proof(made)
    is_logged, covered = _logged(card, made, log_proof, text)
    return Evidence(True, _signed(text), list_at, is_ended, log_proof, is_logged, covered)


def _text(made: DocumentCard) -> str | None:
    try:
        return made.json_text
    except NotFound:
        return None


def _signed(text: str | None) -> bool | None:
    """Whether the document is signed by its issuer; None when its key is no longer trusted."""
    if text is None:
        return False
    document: dict[str, Any] = json.loads(text)
    method, trusted = str(proof.proof_of(document)["verificationMethod"]), trusted_methods()
    if method not in trusted:
        return None
    return proof.is_signed(document, multikey.public_key(trusted[method]))


def _ended(made: DocumentCard, at: datetime) -> tuple[datetime | None, bool | None]:
    found = (
        session()
        .execute(
            sa.select(SignedList.document, SignedList.at)
            .where(SignedList.list_id == made.list_id, SignedList.at <= at)
            .order_by(SignedList.id.desc())
            .limit(1)
        )
        .first()
    )
    if found is None:
        return None, None
    bits = status_list.decoded(json.loads(found.document)["credentialSubject"]["encodedList"])
    return found.at, status_list.is_set(bits, made.list_index)


def _proof(made: DocumentCard) -> LogProof:
    (entry,) = log.bodies(made.log_number, made.log_number + 1)
    return LogProof(log.origin(), made.log_number, entry, made.salt, log.proof_of(made.log_number) or "")


def _logged(
    card: CredentialCard, made: DocumentCard, found: LogProof, text: str | None
) -> tuple[bool | None, int]:
    if not found.proof:
        return None, 0
    said = json.loads(found.entry)
    index, steps, note = notes.proof_in(found.proof)
    point = log.said_in(note)
    if text is None or point is None:
        return False, 0
    is_about_it = (said.get("id"), said.get("vc")) == (salted(made.salt, card.number), salted(made.salt, text))
    is_there = tree.is_included(found.entry.encode(), index, point.size, steps, point.root)
    return is_about_it and is_there and index == made.log_number, point.size
