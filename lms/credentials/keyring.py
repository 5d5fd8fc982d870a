"""Where private keys are, and the one seam to whatever keeps them elsewhere. Pure of the database.

A store makes a key, answers its public half, and signs with it; nothing else is ever asked of a private key. By
default each key is a file that only this account may read. A device or a service that keeps keys is put in by
the setting `LMS_KEYS_STORE`, which names a function that is given the settings and answers a `Store`. Keys are
named by their public half: which key belongs to whom is kept in the database.
"""

import hashlib
import importlib
import os
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes
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

from lms.config import Settings

Private = Ed25519PrivateKey | ec.EllipticCurvePrivateKey
FILES = "files"


class KeyMissing(Exception):
    """A private key that should be in the store is not, or cannot be opened."""


class Kind(StrEnum):
    """The kinds of keys: for credentials and the log, and for seals and their authority."""

    ED25519 = "ed25519"
    P256 = "p256"


class Store(Protocol):
    """Whatever keeps private keys."""

    def make(self, kind: Kind) -> Any:
        """Make a key that outlives this process, and answer its public half."""

    def sign(self, name: str, data: bytes) -> bytes:
        """The signature of the key of that name: 64 bytes of Ed25519, or DER of ECDSA with SHA-256.

        Raises KeyMissing.
        """


@dataclass(frozen=True)
class StoredKey:
    """A key that is known by its public half; its store signs."""

    store: Store
    public: Any

    def sign(self, data: bytes, /) -> bytes:
        """The signature. Raises KeyMissing."""
        return self.store.sign(name_of_public(self.public), data)

    def public_key(self) -> Any:
        """The public half."""
        return self.public


@dataclass(frozen=True)
class StoredSeal:
    """The key of a seal in its store, with its certificate and that of its authority."""

    store: Store
    certificate: x509.Certificate
    authority: x509.Certificate

    def sign(self, data: bytes, /) -> bytes:
        """ECDSA on P-256 with SHA-256. Raises KeyMissing."""
        return self.store.sign(name_of_public(self.certificate.public_key()), data)


@dataclass(frozen=True)
class FileStore:
    """Keys as files, one for each, named by the public half; encrypted when there is a passphrase."""

    folder: Path
    passphrase: str = ""

    def make(self, kind: Kind) -> Any:
        """Make a key and keep it, whole or not at all, readable for this account alone."""
        made = Ed25519PrivateKey.generate() if kind is Kind.ED25519 else ec.generate_private_key(ec.SECP256R1())
        self._keep(made)
        return made.public_key()

    def sign(self, name: str, data: bytes) -> bytes:
        """The signature, the same each time (ECDSA by RFC 6979). Raises KeyMissing."""
        private = _held(self.folder, name, self.passphrase)
        if isinstance(private, Ed25519PrivateKey):
            return private.sign(data)
        return private.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))

    def _keep(self, private: Private) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock: KeySerializationEncryption = (
            BestAvailableEncryption(self.passphrase.encode()) if self.passphrase else NoEncryption()
        )
        path = self.folder / f"{name_of_public(private.public_key())}.pem"
        temporary = path.with_suffix(f".{os.getpid()}.part")
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock))
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)


def store_of(settings: Settings) -> Store:
    """The store that the settings name. Raises KeyMissing when there is none of that name."""
    if settings.keys_store == FILES:
        return FileStore(settings.keys_dir or settings.data_dir / "keys", settings.keys_passphrase)
    return _other_store(settings)


def name_of_public(public: Any) -> str:
    """The name of the key with this public half: its SHA-256."""
    data = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(data).hexdigest()


def stored_seal(store: Store, certificate: str, authority: str) -> StoredSeal:
    """The key of a seal, with its certificate and that of its authority, both given as PEM."""
    mine = x509.load_pem_x509_certificate(certificate.encode())
    return StoredSeal(store, mine, x509.load_pem_x509_certificate(authority.encode()))


@lru_cache(maxsize=4)
def _other_store(settings: Settings) -> Store:
    place, _, name = settings.keys_store.partition(":")
    try:
        make = getattr(importlib.import_module(place), name)
    except (ImportError, AttributeError, ValueError) as fault:
        raise KeyMissing(
            f"LMS_KEYS_STORE is {settings.keys_store!r}, and there is no such function. "
            "Write files, or package.module:function."
        ) from fault
    made: Store = make(settings)
    return made


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
    if not isinstance(private, Private) or name_of_public(private.public_key()) != name:
        raise KeyMissing(f"The private key {path} is not the one that its name says.")
    return private
