"""A transcript as a Comprehensive Learner Record 2.0 (1EdTech): what was counted for one credential. Pure.

It holds the credential with its amounts (hours by way of learning and by area, examinations that were passed),
signed on its own, and is signed around it. It is for the holder: the public credential says none of this.
The terms `partial` and `association` are left out: the published context types them with a prefix that it does
not define, and canonicalisers disagree about what follows.
"""

from datetime import datetime

from lms.credentials.badges import badge, proof
from lms.credentials.badges.badge import Badge
from lms.credentials.badges.proof import CREDENTIALS, OPEN_BADGES, OPEN_BADGES_MORE, RECORDS, Document
from lms.credentials.signers import Signer


def signed(one: Badge, private: Signer, *, method: str, at: datetime) -> Document:
    """The signed transcript of a credential, with the signed record inside. `method` is the key's address.

    The same credential and instant give the same transcript. Raises Unprovable for text that canonicalisers
    disagree about.
    """
    record = proof.sign(badge.unsigned(one, with_amounts=True), private, method=method, at=at)
    return proof.sign(unsigned(one, record), private, method=method, at=at)


def unsigned(one: Badge, record: Document) -> Document:
    """The transcript around a signed record, still to be signed; it is in force as long as the credential."""
    held = ("issuer", "awardedDate", "validFrom", "validUntil", "credentialStatus")
    subject = {
        "id": one.subject,
        "type": ["ClrSubject"],
        "verifiableCredential": [record],
    }
    if "identifier" in record["credentialSubject"]:
        subject["identifier"] = record["credentialSubject"]["identifier"]
    return {
        "@context": [CREDENTIALS, RECORDS, OPEN_BADGES, OPEN_BADGES_MORE],
        "id": f"{one.address}#transcript",
        "type": ["VerifiableCredential", "ClrCredential"],
        "name": f"{one.title}: transcript",
        "credentialSubject": subject,
    } | {key: record[key] for key in held if key in record}
