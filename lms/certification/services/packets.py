"""Taking a packet of evidence: a POST, so that who took a record out of the house is kept."""

import hashlib

from lms.audit import Action, record
from lms.certification.packet import Packet, pdf_of, zip_of

KINDS = {"zip": zip_of, "pdf": pdf_of}


def take_packet(
    actor_id: int, *, packet: Packet, kind: str, person_id: int, application_id: int | None = None
) -> bytes:
    """The packet's bytes as `zip` or `pdf`; the trail keeps who took it and the SHA-256 of what they got."""
    data = KINDS[kind](packet)
    record(
        Action.CERTIFICATION_TAKE_PACKET,
        actor_id=actor_id,
        subject="application" if application_id is not None else "person",
        subject_id=application_id if application_id is not None else person_id,
        details={"kind": kind, "sha256": hashlib.sha256(data).hexdigest()},
    )
    return data
