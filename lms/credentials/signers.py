"""What is asked of whatever signs: the public half, and signatures. Pure.

A private key in memory does both, and so does a device that never gives its key away.
"""

from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class Signer(Protocol):
    """Whatever signs bytes with Ed25519."""

    def sign(self, data: bytes, /) -> bytes: ...
    def public_key(self) -> Ed25519PublicKey: ...


class Certifier(Protocol):
    """Whatever signs bytes with ECDSA on P-256 over their SHA-256, as DER."""

    def sign(self, data: bytes, /) -> bytes: ...
    def public_key(self) -> Any: ...
