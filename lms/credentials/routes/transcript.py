"""The transcript: the second document of a credential."""

from flask import Response
from flask.typing import ResponseReturnValue

from lms.credentials import queries
from lms.credentials.numbers import normalise
from lms.credentials.routes.blueprint import bp
from lms.credentials.services.transcripts import transcript_of
from lms.errors import NotFound
from lms.permissions import Permission, Target, authorize, current_actor


@bp.get("/credentials/<number>/transcript.pdf")
def transcript(number: str) -> ResponseReturnValue:
    """Hours by domain and way of learning, supervision, examinations and dates, as a PDF."""
    current_actor()
    card = queries.credential(normalise(number))
    authorize(
        Permission.CREDENTIALS_VIEW, Target(organisation_id=card.organisation_id, owner_id=card.person_id)
    )
    if not card.name_as_issued:  # Erased: there is nothing left to list.
        raise NotFound
    response = Response(transcript_of(card), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="transcript-{card.number}.pdf"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
