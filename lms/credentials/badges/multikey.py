"""Ed25519 keys and signatures as text: base58btc with a multicodec prefix (W3C Controlled Identifiers)."""

import base58
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ED25519_PUBLIC = b"\xed\x01"
KEY_BYTES = 32


def public_text(public: Ed25519PublicKey) -> str:
    """A public key as `publicKeyMultibase` writes it: z6Mk…"""
    return encoded(ED25519_PUBLIC + public.public_bytes_raw())


def public_key(text: str) -> Ed25519PublicKey:
    """The key that a `publicKeyMultibase` names. Raises ValueError."""
    data = decoded(text)
    if data[:2] != ED25519_PUBLIC or len(data) != 2 + KEY_BYTES:
        raise ValueError("This is not an Ed25519 public key.")
    return Ed25519PublicKey.from_public_bytes(data[2:])


def encoded(data: bytes) -> str:
    """Bytes in base58btc, with the z that says so."""
    return "z" + base58.b58encode(data).decode()


def decoded(text: str) -> bytes:
    """The bytes of a multibase base58btc text. Raises ValueError."""
    if not text.startswith("z"):
        raise ValueError("The text does not begin with z, the sign of base58btc.")
    return bytes(base58.b58decode(text[1:]))
