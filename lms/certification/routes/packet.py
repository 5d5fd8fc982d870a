"""The packet of evidence, to download: by its holder, and by the reviewers of the body."""

from collections.abc import Iterator

from flask import make_response, request
from flask.typing import ResponseReturnValue

from lms import files
from lms.certification import packet_words, queries, services
from lms.certification.queries import PacketFacts
from lms.certification.routes.applications import card_of
from lms.certification.routes.blueprint import bp
from lms.errors import NotFound
from lms.permissions import Permission, Target, authorize, current_actor

TYPES = {"zip": "application/zip", "pdf": "application/pdf"}


@bp.post("/applications/<int:application_id>/packet/<packed_as>")
def application_packet(application_id: int, packed_as: str) -> ResponseReturnValue:
    """The packet of one application."""
    card = card_of(application_id)
    target = Target(owner_id=card.person_id, organisation_id=card.organisation_id)
    authorize(Permission.CERTIFICATION_TAKE_PACKET, target)
    return _sent(packed_as, queries.packet_of_application(card), card.id)


@bp.post("/progress/packet/<packed_as>")
def packet(packed_as: str) -> ResponseReturnValue:
    """The packet of one's own record under one scheme, as it stands today."""
    actor = authorize(Permission.CERTIFICATION_TAKE_PACKET, Target(owner_id=current_actor().person_id))
    return _sent(packed_as, queries.packet_of_person(actor.person_id, request.form.get("scheme", "")), None)


def _papers(facts: PacketFacts) -> Iterator[tuple[str, bytes]]:
    for paper in facts.papers:
        ending = paper.type.rpartition("/")[2].replace("jpeg", "jpg")
        yield f"{paper.evidence.replace(':', '-')}.{ending}", files.get(paper.sha256)


def _sent(packed_as: str, facts: PacketFacts, application_id: int | None) -> ResponseReturnValue:
    if packed_as not in TYPES:
        raise NotFound
    data = services.take_packet(
        current_actor().person_id,
        packet=packet_words.packet(facts, _papers(facts) if packed_as == "zip" else ()),
        kind=packed_as,
        person_id=facts.person.id,
        application_id=application_id,
    )
    response = make_response(data)
    about = f"application-{application_id}" if application_id is not None else facts.scheme.id
    response.headers["Content-Type"] = TYPES[packed_as]
    response.headers["Content-Disposition"] = f'attachment; filename="record-{about}.{packed_as}"'
    response.headers["Cache-Control"] = "no-store"
    return response
