"""An Open Badges 3.0 credential as a JSON Web Token, the other proof format of that specification. Pure.

The payload is the credential itself with the claims iss, jti, nbf, sub and exp beside it (Open Badges 3.0,
section on the JSON Web Token proof format); the header names the key by its address. Only EdDSA with Ed25519 is
written and taken: a token never says by which rule it is checked.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from lms.credentials.badges.proof import Document, Unprovable, screen
from lms.credentials.signers import Signer

ALGORITHM = "EdDSA"
LONGEST = 200_000
CLAIMS = ("iss", "jti", "nbf", "sub", "exp")


def signed(document: Document, signer: Signer, *, method: str) -> str:
    """The credential as a compact token; a proof that it has is left out. `method` is the key's address.

    The same credential gives the same token, byte for byte. Raises Unprovable for text that verifiers
    disagree about.
    """
    bare = {key: value for key, value in document.items() if key != "proof"}
    screen(bare)
    header = {"alg": ALGORITHM, "kid": method, "typ": "JWT"}
    text = f"{_packed(header)}.{_packed(bare | _claims(bare))}"
    return f"{text}.{_base64(signer.sign(text.encode()))}"


def key_of(token: str) -> str:
    """The address of the key that a token names; not checked yet. Raises Unprovable."""
    kid = _parts(token)[0].get("kid")
    if not isinstance(kid, str):
        raise Unprovable("The token does not name its key.")
    return kid


def opened(token: str, public: Ed25519PublicKey) -> Document:
    """The credential in a token that this key signed, without the claims. Raises Unprovable.

    Dates are not judged here, nor the status: whoever asks decides as of when.
    """
    header, payload, text, signature = _parts(token)
    if header.get("alg") != ALGORITHM or "crit" in header:
        raise Unprovable("The token is signed in a way that is not checked here.")
    try:
        public.verify(signature, text.encode())
    except InvalidSignature:
        raise Unprovable("The signature of the token is not right.") from None
    document = {key: value for key, value in payload.items() if key not in CLAIMS}
    screen(document)
    if {key: payload[key] for key in CLAIMS if key in payload} != _claims(document):
        raise Unprovable("The claims of the token do not agree with the credential in it.")
    if not key_of(token).startswith(f"{payload['iss']}#"):
        raise Unprovable("The token names a key of somebody else.")
    return document


def _claims(document: Mapping[str, Any]) -> dict[str, Any]:
    """What a token says beside its credential: issuer, address, begin, subject and end."""
    try:
        issuer = document["issuer"]
        claims = {
            "iss": issuer["id"] if isinstance(issuer, dict) else issuer,
            "jti": document["id"],
            "nbf": _seconds(document["validFrom"]),
            "sub": document["credentialSubject"]["id"],
        }
        if "validUntil" in document:
            claims["exp"] = _seconds(document["validUntil"])
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise Unprovable("The credential has no issuer, address, subject or dates.") from fault
    return claims


def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def _parts(token: str) -> tuple[dict[str, Any], dict[str, Any], str, bytes]:
    text, _, signature = token.strip().rpartition(".")
    if len(token) > LONGEST or text.count(".") != 1:
        raise Unprovable("This is not a token.")
    try:
        header, payload = (json.loads(_bytes(part)) for part in text.split("."))
        signed_by = _bytes(signature)
    except (ValueError, RecursionError) as fault:
        raise Unprovable("The token cannot be read.") from fault
    if not isinstance(header, dict) or not isinstance(payload, dict):
        raise Unprovable("The token cannot be read.")
    return header, payload, text, signed_by


def _packed(value: Mapping[str, Any]) -> str:
    return _base64(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    """The bytes of unpadded base64url. Raises ValueError."""
    data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if _base64(data) != text:
        raise binascii.Error("written in another way than it should be")
    return data
