"""The transcript: the second document of a credential, drawn for people and signed for machines."""

from flask import Response
from flask.typing import ResponseReturnValue

from lms.credentials import queries
from lms.credentials.numbers import normalise
from lms.credentials.queries import CredentialCard
from lms.credentials.routes.blueprint import bp
from lms.credentials.services.transcripts import record_of, transcript_of
from lms.errors import NotFound
from lms.permissions import Permission, Target, authorize, current_actor


@bp.get("/credentials/<number>/transcript.pdf")
def transcript(number: str) -> ResponseReturnValue:
    """Hours by domain and way of learning, supervision, examinations and dates, as a PDF."""
    card = _card(number)
    return _saved(transcript_of(card), "application/pdf", f"transcript-{card.number}.pdf")


@bp.get("/credentials/<number>/transcript.json")
def transcript_record(number: str) -> ResponseReturnValue:
    """The same as a signed Comprehensive Learner Record 2.0."""
    card = _card(number)
    made = queries.document_of(card)
    if made is None:
        raise NotFound
    return _saved(record_of(card, made), "application/vc", f"transcript-{card.number}.json")


def _card(number: str) -> CredentialCard:
    current_actor()
    card = queries.credential(normalise(number))
    authorize(
        Permission.CREDENTIALS_VIEW, Target(organisation_id=card.organisation_id, owner_id=card.person_id)
    )
    if not card.name_as_issued:  # Erased: there is nothing left to list.
        raise NotFound
    return card


def _saved(data: bytes, kind: str, name: str) -> Response:
    response = Response(data, mimetype=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
