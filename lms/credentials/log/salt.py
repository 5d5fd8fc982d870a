"""What the log may say of a thing: salted hashes, and hashes of what is published anyway. Pure."""

import hashlib
import secrets


def new_salt() -> str:
    """A salt for the entries of one credential; whoever holds the credential holds it too."""
    return secrets.token_hex(16)


def salted(salt: str, data: str | bytes) -> str:
    """SHA-256 over salt and data, in hexadecimal: says nothing to whoever has no salt."""
    raw = data.encode() if isinstance(data, str) else data
    return hashlib.sha256(bytes.fromhex(salt) + raw).hexdigest()


def public_hash(data: str) -> str:
    """SHA-256 of something that is published anyway, in hexadecimal."""
    return hashlib.sha256(data.encode()).hexdigest()
