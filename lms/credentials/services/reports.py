"""Making a verification report: numbered, signed as a document and sealed as a page, once, and kept as bytes.

A report is asked for in two steps. `hold` keeps the credential still, so that nothing becomes of it while the
question is answered; `make_report` then freezes the answer. Both are in one transaction.
"""

import json
from datetime import timedelta

import sqlalchemy as sa
from flask_babel import gettext as _

from lms import files
from lms.audit import Action, record
from lms.credentials import queries
from lms.credentials.badges import proof
from lms.credentials.badges.proof import Document
from lms.credentials.certificate import SEAL_FIELD
from lms.credentials.models import Credential, VerificationReport
from lms.credentials.numbers import normalise
from lms.credentials.queries import CredentialCard
from lms.credentials.queries.evidence import Evidence
from lms.credentials.queries.reports import count_reports, newest_report
from lms.credentials.queries.templates import look_of
from lms.credentials.report_page import draw_report
from lms.credentials.reporting import FILE_NAME, Report, Told, new_number, unsigned
from lms.credentials.sealing import sealed
from lms.credentials.services.documents import issuer_of
from lms.credentials.services.keys import badge_signer, seal_of
from lms.credentials.tagging import Attachment
from lms.db import Scope, lock, scope, session
from lms.errors import Conflict, NotFound

SAME_WITHIN = timedelta(minutes=2)
"""The same question with the same answer is one report for so long: a button that was pressed twice."""

MOST_IN_A_DAY = 100
"""Reports of one credential in 24 hours, whoever asks."""

PROOF_NAME = "log-proof.json"


def hold(number: str) -> CredentialCard:
    """The credential of a number, kept as it is until the commit.

    Raises NotFound where there is none, and where the holder's data were erased.
    """
    with scope(Scope.all()):
        session().scalar(lock(sa.select(Credential.id).where(Credential.number == normalise(number))))
        card = queries.by_number(normalise(number))
    if card is None:
        raise NotFound(_("We know of no credential with this number."))
    if not card.name_as_issued:
        raise NotFound(_("The holder's data were erased. The number was ours, and is no longer in force."))
    return card


def make_report(actor_id: int | None, *, card: CredentialCard, told: Told, evidence: Evidence) -> str:
    """Make a report of an answer, and answer its number; the one that was just made when nothing changed.

    `card` comes from `hold`. Raises Conflict when too many were made of this credential.
    """
    report = Report(new_number(), issuer_of(card), told, evidence.log)
    document = unsigned(report)
    before = newest_report(card.id, on=told.on, language=told.language, after=told.at - SAME_WITHIN)
    if before is not None and _answer(before.document) == _answer(document):
        return before.number
    if count_reports(card.id, after=told.at - timedelta(days=1)) >= MOST_IN_A_DAY:
        raise Conflict(
            _(
                "100 reports of this credential were made within a day, which is the most. Its page can be "
                "checked at any time; please make a report tomorrow."
            )
        )
    key, signer = badge_signer(card.organisation_id)
    signed = proof.sign(document, signer, method=f"{report.issuer.did}#{key.name}", at=told.at)
    text = json.dumps(signed, ensure_ascii=False, separators=(",", ":")).encode()
    row = VerificationReport(
        number=report.number,
        credential_id=card.id,
        asked_on=told.on,
        language=told.language,
        made_at=told.at,
        key_id=key.id,
        json_sha256=files.put(text),
        pdf_sha256=files.put(_sealed_page(card, report, text)),
    )
    session().add(row)
    session().flush()
    if actor_id is not None:
        record(
            Action.CREDENTIALS_MAKE_REPORT,
            actor_id=actor_id,
            subject="verification_report",
            subject_id=row.id,
            organisation_id=card.organisation_id,
            details={"number": report.number, "credential": card.number},
        )
    return report.number


def _answer(document: Document) -> tuple[Document, Document]:
    subject = document["credentialSubject"]
    return subject["answer"], subject["credential"]


def _sealed_page(card: CredentialCard, report: Report, text: bytes) -> bytes:
    attachments = [Attachment(FILE_NAME, _("The same report for machines, signed"), text)]
    if report.log is not None and report.log.proof:
        proved = json.dumps(report.log.as_json(), ensure_ascii=False).encode()
        words = _("What shows that the credential is in the public log")
        attachments.append(Attachment(PROOF_NAME, words, proved, "application/json"))
    page = draw_report(report, look_of(card.facts.look), attachments)
    _key, seal = seal_of(card.organisation_id)
    reason = _("Verification report")
    return sealed(page, seal, field=SEAL_FIELD, at=report.told.at, reason=reason, place=card.issuer_name)
