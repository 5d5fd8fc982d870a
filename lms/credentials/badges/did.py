"""The issuer's identifier, did:web, and the document behind it that names the keys. Pure.

https://w3c-ccg.github.io/did-method-web/: `did:web:host:issuers:name` is found at
https://host/issuers/name/did.json; a port is written %3A. Retired keys stay in the document, or every
credential they signed would stop verifying.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from lms.credentials.badges.multikey import public_text
from lms.credentials.badges.proof import DID, Document

MULTIKEY = "https://w3id.org/security/multikey/v1"


@dataclass(frozen=True)
class PublicKey:
    """A key that an issuer signs with, or once did: `name` is the part behind the # of its address."""

    name: str
    key: Ed25519PublicKey


def did_of(root: str, slug: str) -> str:
    """The identifier of the issuer `slug` at the https address `root`."""
    host = urlsplit(root).netloc.replace(":", "%3A")
    return f"did:web:{host}:issuers:{slug}"


def document(did: str, keys: Iterable[PublicKey]) -> Document:
    """The document that the identifier leads to, with every key that is to be trusted."""
    held = list(keys)
    return {
        "@context": [DID, MULTIKEY],
        "id": did,
        "verificationMethod": [
            {
                "id": f"{did}#{one.name}",
                "type": "Multikey",
                "controller": did,
                "publicKeyMultibase": public_text(one.key),
            }
            for one in held
        ],
        "assertionMethod": [f"{did}#{one.name}" for one in held],
    }
