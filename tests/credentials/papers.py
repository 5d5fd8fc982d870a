"""Papers of an issuer of our own, true, altered, expired and revoked, and the bundle that tells them apart."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lms.credentials import paper
from lms.credentials.badges import did, multikey, status_list

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
ISSUER = did.did_of("https://lms.example.test", "north")
NAMES = ("Ámbar O’Neill 李", "Zoë van den Berg", "Ли Анна", "María-José Ñúñez", "George Brown")
OF_EACH = 25


def bundle(revoked: tuple[int, ...] = (), at: datetime = AT, **changes: Any) -> dict[str, Any]:
    """What a checker takes along, with these places of list 1 revoked."""
    form = paper.signed_list(ISSUER, 1, at, status_list.encoded(revoked), KEY)
    issuer = {
        "did": ISSUER,
        "name": "North Board",
        "zone": "America/New_York",
        "keys": [multikey.public_text(OTHER.public_key()), multikey.public_text(KEY.public_key())],
        "lists": {"1": form},
    }
    return paper.bundle_of([issuer | changes], at)


def code(place: int, valid_until: date | None = date(2028, 10, 31)) -> str:
    """The code of a paper; `place` is its place in list 1."""
    statement = paper.Statement(
        key_id=paper.key_id(KEY.public_key()),
        number=f"7Q2M-K4XD-9TPA-3WZ8-{place:04}",
        name=NAMES[place % len(NAMES)],
        title="Certified peer specialist",
        issued_on=date(2025, 1, 1) + timedelta(days=place),
        valid_until=valid_until,
        list_number=1,
        list_index=place,
    )
    return paper.written(statement, KEY)


def altered(place: int) -> str:
    """A paper with one byte of what it holds changed, signature or statement."""
    data = bytearray(paper.unbase45(code(place).removeprefix(paper.HEAD)))
    signature, body = data[: paper.SIGNATURE_BYTES], data[paper.SIGNATURE_BYTES :]
    if place % 2:
        signature[place % len(signature)] ^= 1 << place % 8
    else:
        body = bytearray(paper.unbase45(code(place + 1000).removeprefix(paper.HEAD))[paper.SIGNATURE_BYTES :])
    return paper.HEAD + paper.base45(bytes(signature + body))


def hundred() -> tuple[list[tuple[str, str]], dict[str, Any]]:
    """25 papers of each kind as (kind, code), and the bundle."""
    revoked = tuple(range(3 * OF_EACH, 4 * OF_EACH))
    kinds = [("VALID", code(place)) for place in range(OF_EACH)]
    kinds += [("ALTERED", altered(place)) for place in range(OF_EACH, 2 * OF_EACH)]
    last_day = AT.date() - timedelta(days=1)
    kinds += [
        ("EXPIRED", code(place, last_day - timedelta(days=place))) for place in range(2 * OF_EACH, 3 * OF_EACH)
    ]
    kinds += [("REVOKED", code(place)) for place in revoked]
    return kinds, bundle(revoked)
