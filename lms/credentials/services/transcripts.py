"""The transcript of a credential, drawn from what was frozen when it was issued, under the issuer's seal."""

from flask_babel import force_locale
from flask_babel import gettext as _

from lms import clock
from lms.credentials.certificate import SEAL_FIELD
from lms.credentials.queries import CredentialCard
from lms.credentials.queries.keys import Purpose, signing_key
from lms.credentials.sealing import sealed
from lms.credentials.services.documents import certificate_facts
from lms.credentials.services.keys import seal_of
from lms.credentials.transcript import draw_transcript


def transcript_of(card: CredentialCard) -> bytes:
    """The PDF, sealed as of now.

    Nothing is written: where the issuer has no key yet, which the making of its first certificate brings, the
    transcript has no seal.
    """
    page = draw_transcript(certificate_facts(card))
    if signing_key(card.organisation_id, Purpose.SEAL) is None:
        return page
    _key, seal = seal_of(card.organisation_id)
    with force_locale(card.facts.language):
        reason = _("Drawn for the holder")
    return sealed(page, seal, field=SEAL_FIELD, at=clock.now(), reason=reason, place=card.issuer_name)
