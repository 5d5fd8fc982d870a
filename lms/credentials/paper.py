"""The small signed statement on a paper certificate, which is checked without network. Pure.

The second QR code of a certificate holds `PSC1:` and, in base45 (RFC 9285, so that the code stays small), an
Ed25519 signature and what it signs: a short list as JSON. Whoever holds a bundle of the issuers' keys and their
signed status lists can tell a true paper from an altered, expired or revoked one, as long as the bundle is
fresh enough for the question.

A status list comes along in a form made for this: an Ed25519 signature over a fixed text (`PSL1`) rather than
over linked data, so that a page without libraries can check it too. `lms/static/offline/` does the same as this
module, in a browser.
"""

import base64
import binascii
import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from lms.credentials.badges import multikey, proof, status_list
from lms.credentials.signers import Signer

HEAD = "PSC1:"
LIST_HEAD = "PSL1"
SIGNATURE_BYTES = 64
LONGEST_BODY = 4096
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
FRESH_FOR = timedelta(days=7)
# A list that was signed later than now says that a clock is wrong; a day more or less may be a zone.
CLOCKS_DIFFER = timedelta(days=1)


class Paper(StrEnum):
    """What can be said of a paper."""

    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    ALTERED = "altered"
    NOT_OURS = "not_ours"
    UNREADABLE = "unreadable"
    STATUS_UNKNOWN = "status_unknown"


@dataclass(frozen=True)
class Statement:
    """What the paper says. `list_number` and `list_index` say where its revocation would show."""

    key_id: str
    number: str
    name: str
    title: str
    issued_on: date
    valid_until: date | None
    list_number: int
    list_index: int


@dataclass(frozen=True)
class Answer:
    """The verdict, and what the paper says as far as that may be believed.

    A paper that is not ours or was altered says nothing that may be believed: `statement` is None then.
    """

    paper: Paper
    statement: Statement | None = None
    issuer: str = ""
    as_of: datetime | None = None


def key_id(public: Ed25519PublicKey) -> str:
    """Eight characters that name a key."""
    return hashlib.sha256(public.public_bytes_raw()).hexdigest()[:8]


def written(statement: Statement, signer: Signer) -> str:
    """The text of the QR code."""
    body = zlib.compress(_body(statement), 9)
    return HEAD + base45(signer.sign(HEAD.encode() + body) + body)


def read(text: str) -> tuple[Statement, bytes, bytes]:
    """Statement, signature and what was signed. Raises ValueError when the text is no such statement."""
    code = text.strip().upper()
    if not code.startswith(HEAD):
        raise ValueError("This is not the code of a certificate.")
    data = unbase45(code.removeprefix(HEAD))
    signature, body = data[:SIGNATURE_BYTES], data[SIGNATURE_BYTES:]
    unpacker = zlib.decompressobj()
    try:
        plain = unpacker.decompress(body, LONGEST_BODY)
        fields = json.loads(plain)
        key, number, name, title, issued, until, list_number, list_index = fields
        statement = Statement(
            str(key),
            str(number),
            str(name),
            str(title),
            date.fromisoformat(issued),
            date.fromisoformat(until) if until else None,
            int(list_number),
            int(list_index),
        )
    except (zlib.error, ValueError, TypeError, RecursionError) as fault:
        raise ValueError("The code cannot be read.") from fault
    return statement, signature, HEAD.encode() + body


def checked(text: str, bundle: Mapping[str, Any], at: datetime, fresh_for: timedelta = FRESH_FOR) -> Answer:
    """What can be said of a paper with the keys and lists of a bundle, at an instant.

    A paper past its last day, where the issuer is, is expired, also when the lists are old. One that is in
    force while the list is older than `fresh_for` is answered with "status unknown": nobody may read that as
    "not revoked".
    """
    try:
        statement, signature, signed = read(text)
    except ValueError:
        return Answer(Paper.UNREADABLE)
    issuer, public = _key(bundle, statement.key_id)
    if public is None:
        return Answer(Paper.NOT_OURS)
    try:
        public.verify(signature, signed)
    except InvalidSignature:
        return Answer(Paper.ALTERED)
    is_revoked, as_of = _status(issuer, statement)
    name = str(issuer.get("name", ""))
    if is_revoked:
        return Answer(Paper.REVOKED, statement, name, as_of)
    if statement.valid_until is not None and _day_there(issuer, at) > statement.valid_until:
        return Answer(Paper.EXPIRED, statement, name, as_of)
    if as_of is None or not -CLOCKS_DIFFER <= at - as_of <= fresh_for:
        return Answer(Paper.STATUS_UNKNOWN, statement, name, as_of)
    return Answer(Paper.VALID, statement, name, as_of)


def signed_list(did: str, number: int, made_at: datetime, bits: str, signer: Signer) -> dict[str, Any]:
    """A status list in the form that is checked without network; `bits` is its `encodedList`."""
    at = proof.instant(made_at)
    signature = base64.b64encode(signer.sign(_list_text(did, number, at, bits))).decode()
    return listed(number, made_at, bits, signature)


def listed(number: int, made_at: datetime, bits: str, signature: str) -> dict[str, Any]:
    """The same form, from a signature that is known."""
    return {"list": number, "bits": bits, "made_at": proof.instant(made_at), "signature": signature}


def is_list_signed(did: str, form: Mapping[str, Any], public: Ed25519PublicKey) -> bool:
    """Whether an issuer's list in that form is signed by this key. Raises ValueError when it is none."""
    try:
        text = _list_text(did, int(form["list"]), str(form["made_at"]), str(form["bits"]))
        public.verify(base64.b64decode(form["signature"], validate=True), text)
    except InvalidSignature:
        return False
    except (KeyError, TypeError, binascii.Error) as fault:
        raise ValueError("This is not a status list.") from fault
    return True


def bundle_of(issuers: Iterable[Mapping[str, Any]], made_at: datetime) -> dict[str, Any]:
    """What a checker takes along: each issuer's name, identifier, keys, and signed lists by number."""
    return {"format": "PSC1", "made_at": proof.instant(made_at), "issuers": list(issuers)}


def _key(bundle: Mapping[str, Any], wanted: str) -> tuple[Mapping[str, Any], Ed25519PublicKey | None]:
    for issuer in bundle.get("issuers", ()):
        for text in issuer.get("keys", ()):
            public = multikey.public_key(text)
            if key_id(public) == wanted:
                return issuer, public
    return {}, None


def _day_there(issuer: Mapping[str, Any], at: datetime) -> date:
    """The day at an instant, where the issuer is: a paper is in force to the end of its last day there."""
    try:
        return at.astimezone(ZoneInfo(str(issuer.get("zone") or "UTC"))).date()
    except (KeyError, ValueError, OSError):
        return at.date()


def _status(issuer: Mapping[str, Any], statement: Statement) -> tuple[bool, datetime | None]:
    """Whether the paper's entry is set, and as of when; None when no list that can be trusted says so."""
    form = issuer.get("lists", {}).get(str(statement.list_number))
    try:
        if not form or form["list"] != statement.list_number:
            return False, None
        keys = [multikey.public_key(text) for text in issuer.get("keys", ())]
        if not any(is_list_signed(str(issuer.get("did")), form, public) for public in keys):
            return False, None
        bits = status_list.decoded(form["bits"])
        return status_list.is_set(bits, statement.list_index), datetime.fromisoformat(form["made_at"])
    except (ValueError, KeyError, TypeError):
        return False, None


def _list_text(did: str, number: int, at: str, bits: str) -> bytes:
    return f"{LIST_HEAD}\n{did}\n{number}\n{at}\n{bits}\n".encode()


def _body(one: Statement) -> bytes:
    until = one.valid_until.isoformat() if one.valid_until else ""
    fields = [
        one.key_id,
        one.number,
        one.name,
        one.title,
        one.issued_on.isoformat(),
        until,
        one.list_number,
        one.list_index,
    ]
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()


def base45(data: bytes) -> str:
    """Bytes in the 45 letters that a QR code packs tightly (RFC 9285)."""
    text = []
    for place in range(0, len(data) - 1, 2):
        high, rest = divmod(data[place] * 256 + data[place + 1], 45 * 45)
        middle, low = divmod(rest, 45)
        text += [ALPHABET[low], ALPHABET[middle], ALPHABET[high]]
    if len(data) % 2:
        high, low = divmod(data[-1], 45)
        text += [ALPHABET[low], ALPHABET[high]]
    return "".join(text)


def unbase45(text: str) -> bytes:
    """The bytes of a base45 text. Raises ValueError."""
    values = [ALPHABET.index(letter) for letter in text]
    data = bytearray()
    for place in range(0, len(values), 3):
        group = values[place : place + 3]
        number = sum(value * 45**power for power, value in enumerate(group))
        if len(group) == 1 or number > (0xFFFF if len(group) == 3 else 0xFF):
            raise ValueError("The code cannot be read.")
        data += number.to_bytes(2 if len(group) == 3 else 1, "big")
    return bytes(data)
