"""The proof `eddsa-rdfc-2022` of W3C Data Integrity: signing a JSON-LD document and checking a signature. Pure.

What is signed is SHA-256 of the canonical proof options, then SHA-256 of the canonical document, both by
RDFC-1.0, which PyLD knows by its earlier name URDNA2015. The contexts come with the program; nothing is
fetched.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pyld import jsonld

from lms.credentials.badges import multikey
from lms.credentials.signers import Signer

Document = dict[str, Any]

CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
OPEN_BADGES_MORE = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
RECORDS = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"
DID = "https://www.w3.org/ns/did/v1"
DATA_INTEGRITY = "https://w3id.org/security/data-integrity/v2"
FILES = {
    CREDENTIALS: "credentials-v2.jsonld",
    OPEN_BADGES: "ob-v3p0-context-3.0.3.json",
    OPEN_BADGES_MORE: "ob-v3p0-extensions.json",
    RECORDS: "clr-v2p0-context-2.0.1.json",
    DID: "did-v1.jsonld",
    DATA_INTEGRITY: "data-integrity-v2.jsonld",
}
CRYPTOSUITE = "eddsa-rdfc-2022"
MOST_NODES = 400
MOST_NAMELESS = 60
DEEPEST = 24


class Unprovable(ValueError):
    """A document that is not signed or checked; the text says why."""


def sign(document: Document, private: Signer, *, method: str, at: datetime) -> Document:
    """The document with its proof. `method` is the address of the public key.

    Raises Unprovable for text that canonicalisers disagree about.
    """
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": CRYPTOSUITE,
        "created": instant(at),
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }
    signature = private.sign(_digest(document, options))
    return document | {"proof": [options | {"proofValue": multikey.encoded(signature)}]}


def is_signed(document: Document, public: Ed25519PublicKey) -> bool:
    """Whether the document's one proof is right for this key. Raises Unprovable when that cannot be told."""
    proof = dict(proof_of(document))
    text = proof.pop("proofValue", None)
    if not isinstance(text, str):
        raise Unprovable("The proof has no value.")
    digest = _digest(document, proof)
    try:
        public.verify(multikey.decoded(text), digest)
    except (InvalidSignature, ValueError):
        return False
    return True


def proof_of(document: Document) -> Mapping[str, Any]:
    """The one proof of a document. Raises Unprovable when there is none, several, or one of another kind."""
    proof = document.get("proof")
    if isinstance(proof, list) and len(proof) == 1:
        proof = proof[0]
    if not isinstance(proof, dict):
        raise Unprovable("The document needs exactly one proof.")
    if proof.get("type") != "DataIntegrityProof" or proof.get("cryptosuite") != CRYPTOSUITE:
        raise Unprovable("The proof is of a kind that is not checked here.")
    if proof.get("proofPurpose") != "assertionMethod":
        raise Unprovable("The proof was not made to assert anything.")
    return proof


def canonical(document: Document) -> str:
    """The document as canonical N-Quads. Raises Unprovable."""
    screen(document)
    try:
        quads = jsonld.normalize(
            document,
            {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": _load},
        )
    except (jsonld.JsonLdError, ValueError, TypeError, KeyError, RecursionError) as fault:
        raise Unprovable("The document is not readable as linked data.") from fault
    return str(quads)


def screen(document: Any) -> None:
    """Refuse what canonicalisers disagree about or take for ever over. Raises Unprovable.

    Control characters are written differently by different libraries, and a graph of many nodes without names
    costs time without limit; neither has a place in a credential.
    """
    counted = _Counted()
    counted.see(document, 0)


def instant(at: datetime) -> str:
    """An instant as XML Schema writes it, in whole seconds of UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _digest(document: Document, options: Mapping[str, Any]) -> bytes:
    bare = {key: value for key, value in document.items() if key != "proof"}
    context = {"@context": document.get("@context")}
    halves = (canonical(context | dict(options)), canonical(bare))
    return b"".join(hashlib.sha256(half.encode()).digest() for half in halves)


class _Counted:
    """Counts what a document holds, and stops at the limits."""

    def __init__(self) -> None:
        self.nodes = self.nameless = 0

    def see(self, value: Any, depth: int) -> None:
        if depth > DEEPEST:
            raise Unprovable("The document is nested too deeply.")
        if isinstance(value, str):
            _screen_text(value)
        elif isinstance(value, list):
            for one in value:
                self.see(one, depth + 1)
        elif isinstance(value, dict):
            self._see_node(value, depth)

    def _see_node(self, value: Mapping[str, Any], depth: int) -> None:
        self.nodes += 1
        self.nameless += "id" not in value and "@id" not in value
        if self.nodes > MOST_NODES or self.nameless > MOST_NAMELESS:
            raise Unprovable("The document has too many parts.")
        if "@graph" in value or "@included" in value:
            raise Unprovable("The document holds graphs inside.")
        named = value.get("@context", [])
        for url in named if isinstance(named, list) else [named]:
            if isinstance(url, str) and url not in FILES:
                raise Unprovable("The document uses a context that is not known here.")
        for key, one in value.items():
            _screen_text(key)
            if key in ("id", "@id") and isinstance(one, str) and one.startswith("_:"):
                raise Unprovable("The document names parts that have no address.")
            self.see(one, depth + 1)


def _screen_text(text: str) -> None:
    if any((ord(letter) < 0x20 and letter not in "\t\n\r") or ord(letter) == 0x7F for letter in text):
        raise Unprovable("The document holds control characters.")


@cache
def _context(url: str) -> Any:
    path = Path(__file__).parent / "contexts" / FILES[url]
    return json.loads(path.read_text(encoding="utf-8"))


def _load(url: str, _options: Any = None) -> dict[str, Any]:
    return {
        "contextUrl": None,
        "documentUrl": url,
        "contentType": "application/ld+json",
        "document": _context(url),
    }
