"""Bitstring Status List 1.0: one bit for each credential, signed by the issuer. Pure.

https://www.w3.org/TR/vc-bitstring-status-list/: at least 131,072 entries, so that a look at the list tells
nobody whose credential is meant; entry 0 is the left-most bit; gzip, then base64url with a leading u.
"""

import base64
import gzip
from collections.abc import Iterable
from datetime import datetime, timedelta
from io import BytesIO

from lms.credentials.badges.proof import CREDENTIALS, Document, instant

ENTRIES = 131_072
PURPOSE = "revocation"
GOOD_FOR = timedelta(days=7)
TTL_MILLISECONDS = 300_000


def encoded(revoked: Iterable[int], size: int = ENTRIES) -> str:
    """The list with these entries set. Raises ValueError for an entry outside it."""
    bits = bytearray(size // 8)
    for index in revoked:
        if not 0 <= index < size:
            raise ValueError(f"the list has no entry {index}")
        bits[index >> 3] |= 0x80 >> (index & 7)
    packed = gzip.compress(bytes(bits), compresslevel=9, mtime=0)
    return "u" + base64.urlsafe_b64encode(packed).decode().rstrip("=")


def decoded(text: str) -> bytes:
    """The bits of an encoded list. Raises ValueError when it is not one, or is too short or too long."""
    if not text.startswith("u"):
        raise ValueError("The list does not begin with u, the sign of base64url.")
    body = text[1:]
    packed = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
    try:
        with gzip.GzipFile(fileobj=BytesIO(packed)) as file:
            bits = file.read(8 * ENTRIES + 1)
    except (OSError, EOFError) as fault:
        raise ValueError("The list cannot be unpacked.") from fault
    if not ENTRIES // 8 <= len(bits) <= 8 * ENTRIES:
        raise ValueError("The list has too few or too many entries.")
    return bits


def is_set(bits: bytes, index: int) -> bool:
    """Whether the bit of an entry is set. Raises ValueError for an entry outside the list."""
    if not 0 <= index < len(bits) * 8:
        raise ValueError(f"the list has no entry {index}")
    return bool(bits[index >> 3] & (0x80 >> (index & 7)))


def entry(list_url: str, index: int) -> Document:
    """What a credential says of where its status is to be found."""
    return {
        "id": f"{list_url}#{index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": PURPOSE,
        "statusListIndex": str(index),
        "statusListCredential": list_url,
    }


def unsigned(list_url: str, issuer: str, revoked: Iterable[int], at: datetime) -> Document:
    """The list as a credential, still to be signed; it is good for a week."""
    return {
        "@context": [CREDENTIALS],
        "id": list_url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer,
        "validFrom": instant(at),
        "validUntil": instant(at + GOOD_FOR),
        "credentialSubject": {
            "id": f"{list_url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": PURPOSE,
            "ttl": TTL_MILLISECONDS,
            "encodedList": encoded(revoked),
        },
    }
