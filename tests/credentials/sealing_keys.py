"""Keys of seals in memory, for tests: the house's own never leave their store."""

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from lms.credentials import sealing


@dataclass(frozen=True)
class InMemory:
    """A private key that signs as a store does."""

    private: ec.EllipticCurvePrivateKey

    def sign(self, data: bytes, /) -> bytes:
        return self.private.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))

    def public_key(self) -> ec.EllipticCurvePublicKey:
        return self.private.public_key()


@dataclass(frozen=True)
class HeldKey:
    """The key of a seal with its certificates."""

    key: InMemory
    certificate: x509.Certificate
    authority: x509.Certificate

    def sign(self, data: bytes, /) -> bytes:
        return self.key.sign(data)


def new_authority(name: str, at: datetime) -> tuple[InMemory, x509.Certificate]:
    """A key and its certificate, under which seals are made."""
    key = InMemory(ec.generate_private_key(ec.SECP256R1()))
    return key, sealing.authority_certificate(name, key, at)


def new_seal(name: str, authority_key: InMemory, authority: x509.Certificate, at: datetime) -> HeldKey:
    """The seal of an issuer."""
    key = InMemory(ec.generate_private_key(ec.SECP256R1()))
    return HeldKey(
        key, sealing.seal_certificate(name, key.public_key(), authority_key, authority, at), authority
    )
