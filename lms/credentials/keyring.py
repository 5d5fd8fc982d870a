"""Where private keys are: files that only this account may read, one for each key, named by the public half.

This is the one seam to whatever keeps keys. A device or a service that signs takes the place of these
functions; nothing else reads a private key. Pure of the database: which key belongs to whom is kept there.
"""

import hashlib
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from lms.credentials.sealing import HeldKey

Private = Ed25519PrivateKey | ec.EllipticCurvePrivateKey


class KeyMissing(Exception):
    """A private key that should be in the store is not, or cannot be opened."""


def keep(folder: Path, private: Private, passphrase: str = "") -> None:
    """Put a key into the store; written whole or not at all, readable for this account alone."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock: KeySerializationEncryption = (
        BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    )
    path = folder / f"{name_of(private)}.pem"
    temporary = path.with_suffix(f".{os.getpid()}.part")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock))
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)


def held(folder: Path, name: str, passphrase: str = "") -> Private:
    """The key of that name. Raises KeyMissing."""
    return _held(folder, name, passphrase)


def name_of(key: Private | x509.Certificate) -> str:
    """The name of a key, or of the key that a certificate is about: SHA-256 of the public half."""
    return name_of_public(key.public_key())


def name_of_public(public: Any) -> str:
    """The name of the key with this public half."""
    data = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(data).hexdigest()


def held_p256(folder: Path, certificate: x509.Certificate, passphrase: str = "") -> ec.EllipticCurvePrivateKey:
    """The P-256 key that a certificate is about. Raises KeyMissing."""
    private = held(folder, name_of(certificate), passphrase)
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        raise KeyMissing(f"The key {name_of(certificate)} is not a key for seals.")
    return private


def held_seal(folder: Path, certificate: str, authority: str, passphrase: str = "") -> HeldKey:
    """The key of a seal, with its certificate and that of its authority, both given as PEM."""
    mine = x509.load_pem_x509_certificate(certificate.encode())
    above = x509.load_pem_x509_certificate(authority.encode())
    return HeldKey(held_p256(folder, mine, passphrase), mine, above)


def held_signer(folder: Path, name: str, passphrase: str = "") -> Ed25519PrivateKey:
    """The Ed25519 key of that name. Raises KeyMissing."""
    private = held(folder, name, passphrase)
    if not isinstance(private, Ed25519PrivateKey):
        raise KeyMissing(f"The key {name} is not a key for credentials.")
    return private


@lru_cache(maxsize=256)
def _held(folder: Path, name: str, passphrase: str) -> Private:
    path = folder / f"{name}.pem"
    try:
        private = load_pem_private_key(path.read_bytes(), passphrase.encode() if passphrase else None)
    except (OSError, ValueError, TypeError) as fault:
        raise KeyMissing(
            f"The private key {path} is missing or cannot be opened. Restore the folder of keys from the "
            "backup, or check LMS_KEYS_PASSPHRASE."
        ) from fault
    if not isinstance(private, Private) or name_of(private) != name:
        raise KeyMissing(f"The private key {path} is not the one that its name says.")
    return private
