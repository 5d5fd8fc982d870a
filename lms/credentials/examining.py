"""What a file is that somebody was given as a certificate, and whether it is whole. Pure.

A file comes from a stranger and may be made to do harm. This is therefore called in a process of its own with
limits (`lms/registry/examiner.py`); the guards here stop what can be seen early.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from typing import Any

from cryptography import x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader

from lms.credentials import reporting, sealing
from lms.credentials.badges import baking, multikey, proof

LONGEST_CREDENTIAL = 100_000
CONTEXTS = [proof.CREDENTIALS, proof.OPEN_BADGES, proof.OPEN_BADGES_MORE]
TRANSCRIPT_CONTEXTS = [proof.CREDENTIALS, proof.RECORDS, proof.OPEN_BADGES, proof.OPEN_BADGES_MORE]
WORDS = frozenset(
    (
        *("id", "type", "name", "url", "description", "version", "value", "proof", "salt", "hashed"),
        *("issuer", "awardedDate", "validFrom", "validUntil", "credentialSubject", "credentialStatus"),
        *("credentialSchema", "achievement", "licenseNumber", "identifier", "identityHash", "identityType"),
        *("result", "resultDescription", "resultType", "achievementType", "criteria", "narrative", "creator"),
        *("humanCode", "inLanguage", "statusPurpose", "statusListIndex", "statusListCredential"),
        *("cryptosuite", "created", "verificationMethod", "proofPurpose", "proofValue"),
        *("verifiableCredential",),
    )
)
"""Every word that a credential of ours is written with, now or ever: one is added here, none is taken out."""


class Form(StrEnum):
    """What kind of file it is."""

    PDF = "pdf"
    PNG = "png"
    SVG = "svg"
    JSON = "json"
    OTHER = "other"


class Finding(StrEnum):
    """What was found of a page or of the credential in it."""

    OURS = "ours"
    CHANGED = "changed"
    NOT_OURS = "not_ours"
    UNSIGNED = "unsigned"
    MISSING = "missing"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Trust:
    """What is trusted: authorities of seals as PEM, serials of seals that are not, keys by their address."""

    authorities: tuple[str, ...]
    distrusted: tuple[int, ...]
    keys: Mapping[str, str]


@dataclass(frozen=True)
class Examined:
    """What was found. `page` is None where a file has no page that could be sealed.

    `number`, `name` and `valid_until` are what the credential says; they may be believed when it is ours.
    `is_transcript` tells a transcript, which also says hours, from the credential itself. Of a verification
    report, `report` is its own number and `said` its answer; the others are of the credential it speaks of.
    """

    form: Form
    credential: Finding
    page: Finding | None = None
    number: str = ""
    name: str = ""
    valid_until: str = ""
    is_transcript: bool = False
    report: str = ""
    said: str = ""

    @property
    def is_ours(self) -> bool:
        """Whether everything that the file holds is ours, and as it was issued."""
        return self.credential is Finding.OURS and self.page in (None, Finding.OURS)


def examined(data: bytes, trust: Trust) -> Examined:
    """What the file is, and whether it is as it was issued."""
    form = form_of(data)
    if form is Form.PDF:
        return _pdf(data, trust)
    if form is Form.OTHER:
        return Examined(form, Finding.UNREADABLE)
    try:
        text = _text(form, data)
    except baking.Unbakable:
        return Examined(form, Finding.MISSING)
    except (UnicodeDecodeError, ValueError):
        return Examined(form, Finding.UNREADABLE)
    return _credential(form, text, trust)


def form_of(data: bytes) -> Form:
    """The kind of file, by how it begins."""
    start = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    if data[:1024].find(b"%PDF-") >= 0:
        return Form.PDF
    if start.startswith(baking.SIGNATURE):
        return Form.PNG
    if start.startswith(b"{"):
        return Form.JSON
    if start.startswith(b"<") and b"<svg" in data[:4096]:
        return Form.SVG
    return Form.OTHER


def _text(form: Form, data: bytes) -> str:
    if form is Form.PNG:
        return baking.in_png(data)
    if form is Form.SVG:
        return baking.in_svg(data)
    return data.decode("utf-8-sig")


def _credential(form: Form, text: str, trust: Trust, page: Finding | None = None) -> Examined:
    if len(text) > LONGEST_CREDENTIAL:
        return Examined(form, Finding.UNREADABLE, page)
    try:
        document = json.loads(text, object_pairs_hook=_once)
        if reporting.is_report(document):
            return _report(form, document, trust, page)
        record = _record_in(document)
        said = _said(document if record is None else record)
    except _Twice:
        return Examined(form, Finding.CHANGED, page)
    except (ValueError, RecursionError):
        return Examined(form, Finding.UNREADABLE, page)
    if record is None:
        return Examined(form, _proved(document, trust, CONTEXTS), page, *said)
    inner = _proved(record, trust, CONTEXTS)
    finding = _proved(document, trust, TRANSCRIPT_CONTEXTS) if inner is Finding.OURS else inner
    return Examined(form, finding, page, *said, is_transcript=True)


def _report(form: Form, document: dict[str, Any], trust: Trust, page: Finding | None) -> Examined:
    finding = _proved(document, trust, document["@context"], reporting.WORDS)
    said = reporting.said_in(document)
    return Examined(
        form,
        finding,
        page,
        number=said.number,
        name=said.name,
        valid_until=said.valid_until,
        report=said.report,
        said=said.sentence,
    )


def _record_in(document: Any) -> Any:
    """The signed record in a transcript, or None for what is no transcript."""
    held = _part(document, "credentialSubject", "verifiableCredential")
    return held[0] if isinstance(held, list) and len(held) == 1 else None


def _proved(document: Any, trust: Trust, contexts: list[Any], words: frozenset[str] = WORDS) -> Finding:
    if not isinstance(document, dict) or "proof" not in document:
        return Finding.UNSIGNED
    try:
        method = proof.proof_of(document).get("verificationMethod")
        if not isinstance(method, str) or method not in trust.keys:
            return Finding.NOT_OURS
        if method.partition("#")[0] != _part(document, "issuer", "id"):
            return Finding.NOT_OURS
        proof.screen(document)
        if document.get("@context") != contexts:
            return Finding.UNREADABLE
        if not _is_in_our_words(document, words):
            return Finding.CHANGED
        is_right = proof.is_signed(document, multikey.public_key(trust.keys[method]))
    except (proof.Unprovable, ValueError, RecursionError):
        return Finding.UNREADABLE
    return Finding.OURS if is_right else Finding.CHANGED


class _Twice(ValueError):
    """A document that says one thing twice: readers would differ on which of the two holds."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Twice
    return found


def _is_in_our_words(document: dict[str, Any], words: frozenset[str]) -> bool:
    """Whether a document says nothing but what a signature of ours covers.

    Linked data drops a word that it does not know, and the signature still fits. Names that begin with `_:`
    are not of ours either, and are what canonicalising takes long over.
    """
    waiting: list[Any] = [{word: part for word, part in document.items() if word != "@context"}]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting += part
        elif isinstance(part, dict):
            if part.get("@context") == CONTEXTS:  # The record in a transcript, whose own proof was looked at.
                part = {word: inside for word, inside in part.items() if word != "@context"}
            if not words.issuperset(part):
                return False
            waiting += part.values()
        elif isinstance(part, str) and part.startswith("_:"):
            return False
    return True


def _said(document: Any) -> tuple[str, str, str]:
    subject = document.get("credentialSubject") if isinstance(document, dict) else None
    if not isinstance(subject, dict):
        return "", "", ""
    names = [
        one.get("identityHash")
        for one in subject.get("identifier") or ()
        if isinstance(one, dict) and one.get("identityType") == "name"
    ]
    parts = (subject.get("licenseNumber"), names[0] if names else "", document.get("validUntil"))
    number, name, until = (part[:200] if isinstance(part, str) else "" for part in parts)
    return number, name, until


def _part(document: Any, *keys: str) -> Any:
    for key in keys:
        document = document.get(key) if isinstance(document, dict) else None
    return document


def _pdf(data: bytes, trust: Trust) -> Examined:
    authorities = [x509.load_pem_x509_certificate(text.encode()) for text in trust.authorities]
    page = Finding(sealing.examined(data, authorities, trust.distrusted).value)
    try:
        text = _attached(data)
    except (PdfError, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        return Examined(Form.PDF, Finding.MISSING, page)
    return _credential(Form.PDF, text, trust, page)


def _attached(data: bytes) -> str:
    """The credential or report in a PDF, as it is in the newest revision of the file."""
    root = PdfFileReader(BytesIO(data), strict=False).root
    file, *others = root["/AF"]
    if others and file.get_object()["/UF"] != reporting.FILE_NAME:
        raise ValueError("There are several files in it.")
    raw = file.get_object()["/EF"]["/F"].data
    if len(raw) > LONGEST_CREDENTIAL:
        raise ValueError("The attachment is too long.")
    return bytes(raw).decode()
