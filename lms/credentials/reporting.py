"""A verification report: what was asked, what the register answered, and how one can tell. Pure.

A report is frozen when it is made. Its number begins with VR and is shorter than that of a credential, so that
nobody takes one for the other. As a document it is a Verifiable Credential 2.0 about the credential; every word
of ours stands under one address (`@vocab`), so that the signature covers all of them.
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from lms.credentials.badges.badge import Issuer
from lms.credentials.badges.proof import CREDENTIALS, Document, instant
from lms.credentials.numbers import ALPHABET, check_character, compact, shown

PREFIX = "VR"
RANDOM_CHARACTERS = 15
LONGEST_SAID = 200
LENGTH = len(PREFIX) + RANDOM_CHARACTERS + 1
TYPE = "VerificationReport"
FILE_NAME = "report.json"
WORDS_AT = "/reports/about#"
"""Where our words are explained, below the address of the installation."""

WORDS = frozenset(
    (
        *("id", "type", "name", "issuer", "validFrom", "credentialSubject", "reportNumber", "inLanguage"),
        *("question", "credentialNumber", "askedAt", "askedAtThere", "zone", "asOfDay"),
        *("answer", "verdict", "status", "seal", "word", "sentence", "advice", "since", "reasonClass"),
        *("reasonWord", "isRenewalInProcess"),
        *("credential", "number", "holderName", "title", "kind", "kindWord", "issuerName", "issuedOn"),
        *("validUntil", "graceEndsOn", "supersededBy"),
        *("checks", "place", "result", "checkedAt"),
        *("publicLog", "origin", "entryNumber", "entry", "salt", "inclusionProof"),
        *("proof", "cryptosuite", "created", "verificationMethod", "proofPurpose", "proofValue"),
    )
)
"""Every word that a report of ours is written with, now or ever: one is added here, none is taken out."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at, as a sentence: `result` is ok, stop, wait or info."""

    result: str
    sentence: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LogProof:
    """The entry of the public log about a credential, the salt that opens it, and its proof.

    `proof` is portable and has the checkpoint in it, or "" while no checkpoint covers the entry.
    """

    origin: str
    entry_number: int
    entry: str
    salt: str
    proof: str = ""

    @property
    def checkpoint(self) -> str:
        """The signed checkpoint in the proof."""
        return self.proof.partition("\n\n")[2]

    def as_json(self) -> dict[str, object]:
        """What lies beside the report as a file: the same as the credential's own address answers."""
        return {"salt": self.salt, "entry": self.entry, "proof": self.proof}


@dataclass(frozen=True, slots=True)
class Told:
    """The question and the answer, in the language of who asked.

    `on` is the day that was asked about, None for the moment itself. `seal` is the kind of tag for the
    answer: ok, wait, stop or info. `word`, `sentence`, `advice`, `kind_word` and `reason_word` are words for
    people; what machines read stands beside them.
    """

    language: str
    on: date | None
    at: datetime
    zone: str
    number: str
    verdict: str
    status: str
    seal: str
    word: str
    sentence: str
    advice: str
    name: str
    title: str
    kind: str
    kind_word: str
    issuer_name: str
    issued_on: date
    valid_until: date | None
    checks: tuple[Check, ...]
    grace_ends_on: date | None = None
    since: date | None = None
    superseded_by: str | None = None
    reason_class: str | None = None
    reason_word: str = ""
    is_renewal_in_process: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """A report with all that is in it, still to be signed."""

    number: str
    issuer: Issuer
    told: Told
    log: LogProof | None

    @property
    def address(self) -> str:
        """Where the report stays."""
        return f"{self.issuer.root}/reports/{self.number}"

    @property
    def credential_address(self) -> str:
        """Where anyone can see how the credential stands now."""
        return f"{self.issuer.root}/verify/{self.told.number}"


def new_number() -> str:
    """A fresh number in its shown form, e.g. `VR-7K2M-94XD-TPA3-WZ8N`: 75 random bits and a check character."""
    body = PREFIX + "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_CHARACTERS))
    return _shown(body + check_character(body))


def is_number(text: str) -> bool:
    """Whether the text, once normalised, is the number of a report whose check character is right."""
    signs = compact(text)
    return (
        len(signs) == LENGTH
        and signs.startswith(PREFIX)
        and all(sign in ALPHABET for sign in signs)
        and check_character(signs[:-1]) == signs[-1]
    )


def normalise(text: str) -> str:
    """What a person typed, in the form in which numbers of reports are stored and shown."""
    return _shown(compact(text))


def _shown(signs: str) -> str:
    return f"{signs[: len(PREFIX)]}-{shown(signs[len(PREFIX) :])}"


def unsigned(report: Report) -> Document:
    """The report as a document, without its proof. Nothing is in it that has no value."""
    told = report.told
    subject: Document = {
        "id": f"{report.issuer.root}/c/{told.number}",
        "reportNumber": report.number,
        "inLanguage": told.language,
        "question": _question(told),
        "answer": _answer(told),
        "credential": _credential(told),
        "checks": [
            {"place": place, "result": one.result, "sentence": one.sentence, "checkedAt": instant(one.at)}
            for place, one in enumerate(told.checks, start=1)
        ],
    }
    if report.log is not None:
        subject["publicLog"] = _log(report.log)
    return {
        "@context": [CREDENTIALS, {"@vocab": report.issuer.root + WORDS_AT}],
        "id": report.address,
        "type": ["VerifiableCredential", TYPE],
        "issuer": {"id": report.issuer.did, "name": report.issuer.name},
        "validFrom": instant(told.at),
        "credentialSubject": subject,
    }


@dataclass(frozen=True, slots=True)
class Said:
    """What a report that somebody sent in says; it may be believed once its proof was looked at."""

    report: str
    sentence: str
    number: str
    name: str
    valid_until: str


def is_report(document: Any) -> bool:
    """Whether a document is written as a report of ours is. Whose it is, only its proof says."""
    contexts = document.get("@context") if isinstance(document, dict) else None
    if not isinstance(contexts, list) or len(contexts) != 2 or contexts[0] != CREDENTIALS:
        return False
    ours = contexts[1]
    return (
        isinstance(ours, dict)
        and set(ours) == {"@vocab"}
        and str(ours["@vocab"]).endswith(WORDS_AT)
        and document.get("type") == ["VerifiableCredential", TYPE]
    )


def said_in(document: Document) -> Said:
    """What a report says, from a document that is written as one; "" for what is not text."""
    subject = document.get("credentialSubject")

    def text(part: str, word: str) -> str:
        held = subject.get(part) if isinstance(subject, dict) else None
        found = (held.get(word) if isinstance(held, dict) else None) if word else held
        return found[:LONGEST_SAID] if isinstance(found, str) else ""

    return Said(
        report=text("reportNumber", ""),
        sentence=text("answer", "sentence"),
        number=text("credential", "number"),
        name=text("credential", "holderName"),
        valid_until=text("credential", "validUntil"),
    )


def _question(told: Told) -> Document:
    there = told.at.astimezone(ZoneInfo(told.zone)).isoformat(timespec="seconds")
    asked: Document = {
        "credentialNumber": told.number,
        "askedAt": instant(told.at),
        "askedAtThere": there,
        "zone": told.zone,
    }
    return asked | ({"asOfDay": told.on.isoformat()} if told.on else {})


def _answer(told: Told) -> Document:
    found = {
        "verdict": told.verdict,
        "status": told.status,
        "seal": told.seal,
        "word": told.word,
        "sentence": told.sentence,
        "advice": told.advice,
        "since": _day(told.since),
        "reasonClass": told.reason_class,
        "reasonWord": told.reason_word,
    }
    return _with_value(found) | {"isRenewalInProcess": told.is_renewal_in_process}


def _credential(told: Told) -> Document:
    return _with_value(
        {
            "number": told.number,
            "holderName": told.name,
            "title": told.title,
            "kind": told.kind,
            "kindWord": told.kind_word,
            "issuerName": told.issuer_name,
            "issuedOn": _day(told.issued_on),
            "validUntil": _day(told.valid_until),
            "graceEndsOn": _day(told.grace_ends_on),
            "supersededBy": told.superseded_by,
        }
    )


def _log(log: LogProof) -> Document:
    return _with_value(
        {
            "origin": log.origin,
            "entryNumber": log.entry_number,
            "entry": log.entry,
            "salt": log.salt,
            "inclusionProof": log.proof,
        }
    )


def _with_value(found: Document) -> Document:
    return {key: value for key, value in found.items() if value not in (None, "")}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
