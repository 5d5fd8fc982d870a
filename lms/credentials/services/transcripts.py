"""The transcript of a credential, from what was frozen at its issue: for machines, and drawn for people."""

import json
from dataclasses import replace

from flask_babel import force_locale
from flask_babel import gettext as _

from lms import clock
from lms.credentials.badges import clr
from lms.credentials.certificate import SEAL_FIELD
from lms.credentials.models import CredentialIdentity
from lms.credentials.queries import CredentialCard, DocumentCard, document_of
from lms.credentials.queries.keys import Purpose, signing_key
from lms.credentials.sealing import sealed
from lms.credentials.services.documents import badge_of, certificate_facts, span_of
from lms.credentials.services.keys import seal_of, signer_of
from lms.credentials.tagging import Attachment
from lms.credentials.transcript import draw_transcript
from lms.db import session
from lms.errors import NotFound

FILE_NAME = "transcript.json"


def record_of(card: CredentialCard, made: DocumentCard) -> bytes:
    """The transcript as a signed Comprehensive Learner Record 2.0, byte for byte the same each time.

    It follows from the record and from the document of its period, whose key signs it; nothing is kept. Raises
    NotFound when the data of the holder were erased, or that key is no longer to be trusted.
    """
    identity = session().get(CredentialIdentity, card.id)
    if identity is None or not card.name_as_issued:
        raise NotFound
    span = span_of(card, made.sequence)
    key, signer = signer_of(card.organisation_id, made.key_id)
    one = replace(badge_of(card, identity, span), facts=card.facts)
    whole = clr.signed(one, signer, method=f"{one.issuer.did}#{key.name}", at=span.at)
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()


def transcript_of(card: CredentialCard) -> bytes:
    """The PDF with the record for machines inside, sealed as of now.

    Nothing is written: before the documents of the credential are made there is no record inside, and where the
    issuer has no key yet, which the making of its first certificate brings, the transcript has no seal.
    """
    made = document_of(card)
    with force_locale(card.facts.language):
        reason, words = _("Drawn for the holder"), _("The same transcript for machines, as a learner record")
    attachment = Attachment(FILE_NAME, words, record_of(card, made)) if made else None
    page = draw_transcript(certificate_facts(card), attachment)
    if signing_key(card.organisation_id, Purpose.SEAL) is None:
        return page
    _key, seal = seal_of(card.organisation_id)
    return sealed(page, seal, field=SEAL_FIELD, at=clock.now(), reason=reason, place=card.issuer_name)
