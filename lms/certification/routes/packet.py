"""The packet of evidence, to download: by its holder, and by the reviewers of the body."""

from flask import make_response, request
from flask.typing import ResponseReturnValue

from lms.certification import packet_words, queries, services
from lms.certification.queries import PacketFacts
from lms.certification.routes.applications import card_of
from lms.certification.routes.blueprint import bp
from lms.errors import NotFound
from lms.permissions import Permission, Target, authorize, current_actor

TYPES = {"zip": "application/zip", "pdf": "application/pdf"}


@bp.post("/applications/<int:application_id>/packet/<kind>")
def application_packet(application_id: int, kind: str) -> ResponseReturnValue:
    """The packet of one application."""
    card = card_of(application_id)
    target = Target(owner_id=card.person_id, organisation_id=card.organisation_id)
    authorize(Permission.CERTIFICATION_TAKE_PACKET, target)
    return _sent(kind, queries.packet_of_application(card), card.id)


@bp.post("/progress/packet/<kind>")
def packet(kind: str) -> ResponseReturnValue:
    """The packet of one's own record under one scheme, as it stands today."""
    actor = authorize(Permission.CERTIFICATION_TAKE_PACKET, Target(owner_id=current_actor().person_id))
    return _sent(kind, queries.packet_of_person(actor.person_id, request.form.get("scheme", "")), None)


def _sent(kind: str, facts: PacketFacts, application_id: int | None) -> ResponseReturnValue:
    if kind not in TYPES:
        raise NotFound
    data = services.take_packet(
        current_actor().person_id,
        packet=packet_words.packet(facts),
        kind=kind,
        person_id=facts.person.id,
        application_id=application_id,
    )
    response = make_response(data)
    about = f"application-{application_id}" if application_id is not None else facts.scheme.id
    response.headers["Content-Type"] = TYPES[kind]
    response.headers["Content-Disposition"] = f'attachment; filename="record-{about}.{kind}"'
    response.headers["Cache-Control"] = "no-store"
    return response
