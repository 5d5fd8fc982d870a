"""Making the documents of a credential: signed JSON, paper statement, sealed PDF, entry of the log.

All of them and the letter to the holder are one transaction, and the same record gives the same bytes: a worker
that is killed anywhere leaves all of it to do, or all of it done, and no second file beside the first.
"""

import json
import secrets
import uuid
from dataclasses import dataclass
from dataclasses import replace as copy_with
from datetime import date, datetime

import sqlalchemy as sa
from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from lms import clock, files, mail
from lms.credentials import paper, queries
from lms.credentials.badges import badge, did, proof
from lms.credentials.certificate import SEAL_FIELD, CertificateFacts
from lms.credentials.certificate import draw as draw_page
from lms.credentials.facts import CredentialFacts
from lms.credentials.log.salt import new_salt, salted
from lms.credentials.models import (
    Credential,
    CredentialDocument,
    CredentialIdentity,
    CredentialRenewal,
    StatusList,
)
from lms.credentials.queries import CredentialCard
from lms.credentials.queries.keys import KeyCard
from lms.credentials.queries.templates import look_of
from lms.credentials.sealing import sealed
from lms.credentials.services import log
from lms.credentials.services.keys import badge_signer, seal_of
from lms.credentials.services.lists import free_place
from lms.credentials.states import after_day
from lms.credentials.tagging import Attachment
from lms.db import lock, session
from lms.people import queries as people
from lms.worker import enqueue

TASK = "credentials.make_document"
FILE_NAME = "credential.json"


@dataclass(frozen=True, slots=True)
class Span:
    """One period of a credential: its first and last day, and when it was recorded."""

    sequence: int
    starts_on: date
    valid_until: date | None
    at: datetime


def identify(credential_id: int, organisation_id: int, shows: str) -> None:
    """Give a new credential what machines know it by, and ask for the documents of its first period.

    The issuer's keys are made here when it is their first use: a task that is killed then finds the same ones.
    """
    badge_signer(organisation_id)
    seal_of(organisation_id)
    list_id, list_index = free_place(organisation_id)
    session().add(
        CredentialIdentity(
            credential_id=credential_id,
            list_id=list_id,
            list_index=list_index,
            subject=f"urn:uuid:{uuid.UUID(int=secrets.randbits(128), version=4)}",
            salt=new_salt(),
            shows=shows,
        )
    )
    ask_for(credential_id, 1)


def ask_for(credential_id: int, sequence: int) -> None:
    """Ask for the documents of a period; a task makes them after the commit."""
    row = CredentialDocument(credential_id=credential_id, sequence=sequence, edition=1)
    session().add(row)
    session().flush()
    enqueue(TASK, row.id)


def make_document(document_id: int) -> None:
    """Make and keep the documents of a period and tell the holder, once; then do nothing.

    Nothing is made of a credential whose holder's data were erased.
    """
    row = session().scalar(lock(sa.select(CredentialDocument).where(CredentialDocument.id == document_id)))
    if row is None or row.made_at is not None or row.retired_at is not None:
        return
    number = session().scalar(sa.select(Credential.number).where(Credential.id == row.credential_id))
    card, identity = queries.credential(number or ""), session().get(CredentialIdentity, row.credential_id)
    if identity is None or not card.name_as_issued:
        row.retired_at = clock.now()
        return
    span = span_of(card, row.sequence)
    key, signer = badge_signer(card.organisation_id)
    bare = badge.unsigned(badge_of(card, identity, span))
    signed = proof.sign(bare, signer, method=f"{bare['issuer']['id']}#{key.name}", at=span.at)
    text = json.dumps(signed, ensure_ascii=False, separators=(",", ":")).encode()
    statement = paper.written(_statement(card, identity, span, key), signer)
    pdf = _sealed_page(card, span, text, statement)
    json_sha256, pdf_sha256 = files.put(text), files.put(pdf)
    log_number = log.append(
        "sign_again" if row.edition > 1 else "issue" if row.sequence == 1 else "renew",
        id=salted(identity.salt, card.number),
        vc=salted(identity.salt, text),
        pdf=salted(identity.salt, pdf),
    )
    row.json_sha256, row.pdf_sha256, row.paper_text = json_sha256, pdf_sha256, statement
    row.key_id, row.log_number, row.made_at = key.id, log_number, clock.now()
    session().flush()
    if row.edition == 1:
        _tell_ready(card, row.sequence)


def certificate_facts(card: CredentialCard) -> CertificateFacts:
    """What the certificate of a credential says."""
    return CertificateFacts(
        kind=card.kind,
        number=card.number,
        verify_url=verify_url(card.number),
        issuer_name=card.issuer_name,
        title=card.title,
        name=card.name_as_issued,
        issued_on=card.issued_on,
        valid_until=card.valid_until,
        scheme_version=card.scheme_version,
        content=card.facts,
        look=look_of(card.facts.look),
    )


def verify_url(number: str) -> str:
    """The permanent address at which anyone can check a number."""
    base: str = current_app.config["SETTINGS"].base_url
    return f"{base.rstrip('/')}/verify/{number}"


def issuer_of(card: CredentialCard) -> badge.Issuer:
    """The issuer as the signed document names it."""
    root: str = current_app.config["SETTINGS"].public_root
    slug = people.organisation(card.organisation_id).slug
    return badge.Issuer(did.did_of(root, slug), card.issuer_name, f"{root}/issuers/{slug}", root)


def list_url(organisation_slug: str, number: int) -> str:
    """The address of a status list."""
    root: str = current_app.config["SETTINGS"].public_root
    return f"{root}/issuers/{organisation_slug}/status/{number}"


def span_of(card: CredentialCard, sequence: int) -> Span:
    """The period of that number; the first one is that of the issue."""
    if sequence == 1:
        return Span(1, card.issued_on, card.first_until, card.issued_at)
    table = CredentialRenewal
    row = (
        session()
        .execute(
            sa.select(table.sequence, table.starts_on, table.valid_until, table.at).where(
                table.credential_id == card.id, table.sequence == sequence
            )
        )
        .one()
    )
    return Span(*row)


def badge_of(card: CredentialCard, identity: CredentialIdentity, span: Span) -> badge.Badge:
    """What the public document says: name (if the holder wants it), credential, number and dates; no hours."""
    issuer = issuer_of(card)
    holder = people.person(card.person_id) if identity.shows == "name_email" else None
    return badge.Badge(
        issuer=issuer,
        number=card.number,
        subject=identity.subject,
        kind=card.kind,
        title=card.title,
        scheme_id=card.scheme_id,
        scheme_version=card.scheme_version,
        facts=CredentialFacts(language=card.facts.language),
        awarded_at=card.issued_at,
        valid_from=span.at,
        valid_until=after_day(span.valid_until, card.zone) if span.valid_until else None,
        list_url=list_url(issuer.did.rpartition(":")[2], _list_number(identity.list_id)),
        list_index=identity.list_index,
        name=card.name_as_issued if identity.shows != "nothing" else None,
        email=holder.email if holder else None,
        salt=identity.salt if holder else "",
    )


def _statement(card: CredentialCard, identity: CredentialIdentity, span: Span, key: KeyCard) -> paper.Statement:
    return paper.Statement(
        key_id=paper.key_id(key.badge_key),
        number=card.number,
        name=card.name_as_issued,
        title=card.title,
        issued_on=card.issued_on,
        valid_until=span.valid_until,
        list_number=_list_number(identity.list_id),
        list_index=identity.list_index,
    )


def _sealed_page(card: CredentialCard, span: Span, credential: bytes, statement: str) -> bytes:
    facts = copy_with(certificate_facts(card), valid_until=span.valid_until, paper_code=statement)
    with force_locale(card.facts.language):
        words, reason = _("The same certificate for machines, as Open Badges 3.0"), _("Issued")
    page = draw_page(facts, Attachment(FILE_NAME, words, credential))
    _key, seal = seal_of(card.organisation_id)
    return sealed(page, seal, field=SEAL_FIELD, at=span.at, reason=reason, place=card.issuer_name)


def _list_number(list_id: int) -> int:
    return session().scalar(sa.select(StatusList.number).where(StatusList.id == list_id)) or 1


def _tell_ready(card: CredentialCard, sequence: int) -> None:
    holder = people.person(card.person_id)
    with force_locale(holder.language):
        subject = _("Your certificate is ready")
    mail.queue(
        to_person_id=holder.id,
        to_address=holder.email,
        subject=subject,
        template="certificate_ready",
        key=f"certificate:{card.number}" + (f":{sequence}" if sequence > 1 else ""),
        language=holder.language,
        chosen_name=holder.chosen_name,
        number=card.number,
    )
