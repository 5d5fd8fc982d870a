"""The kinds of proof a person or the certifying body brings, and the fact that each becomes. Pure.

A kind says what must be told (its shapes), who may bring it, and how the told values become a fact of the
record. Values are plain JSON: minutes and dollars as whole numbers, dates as ISO text, names as texts. What
is not asked for here is not kept: never a diagnosis, a story or what a background check found.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from lms.certification import facts
from lms.certification.facts import FACTS

Values = Mapping[str, Any]
NAME = re.compile(r"[a-z0-9]+(?:[ _-][a-z0-9]+)*")


class ProofState(StrEnum):
    """Where a proof stands; computed from its acts."""

    CLAIMED = "claimed"
    VERIFIED = "verified"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"


class Shape(StrEnum):
    """What one value looks like."""

    NAME = "name"
    TEXT = "text"
    DAY = "day"
    WHOLE = "whole"
    PERCENT = "percent"
    MINUTES = "minutes"
    YES = "yes"
    NAMES = "names"


@dataclass(frozen=True)
class Value:
    """One thing that is told.

    `choices` are the only words there are. `usual` are words to offer beside those that the schemes ask for.
    """

    name: str
    shape: Shape
    choices: tuple[str, ...] = ()
    is_needed: bool = True
    usual: tuple[str, ...] = ()


@dataclass(frozen=True)
class Told:
    """A proof as it was told, and whether the body has found it to be right."""

    evidence: str
    kind: str
    on: date
    until_on: date | None
    values: Values
    verified_on: date | None = None


@dataclass(frozen=True)
class ProofKind:
    """One kind of proof. `until` says whether a last day is not asked for, may be told, or must be."""

    id: str
    fact: str
    values: tuple[Value, ...]
    is_for_body_alone: bool = False
    until: str = "no"


LEVELS = ("high_school", "associate", "bachelor", "master", "doctorate", "equal_proof")
SENDERS = ("supervisor", "employer", "school", "applicant")
SHOWN = ("date", "hours", "title", "sponsor", "name")
MODES = ("in_person", "live_remote", "self_paced")

KINDS: dict[str, ProofKind] = {
    kind.id: kind
    for kind in (
        ProofKind("birth", "births", ()),
        ProofKind("education", "documents", (Value("detail", Shape.NAME, LEVELS),)),
        ProofKind(
            "identity",
            "documents",
            (
                Value("detail", Shape.NAME, ("government_photo_id", "other_id")),
                Value("has_legal_name", Shape.YES, is_needed=False),
            ),
        ),
        ProofKind(
            "document",
            "documents",
            (
                Value("document", Shape.NAME, usual=("other",)),
                Value("sender", Shape.NAME, usual=SENDERS),
                Value("is_from_issuer", Shape.YES, is_needed=False),
            ),
        ),
        ProofKind(
            "reference",
            "references",
            (
                Value("writer", Shape.TEXT),
                Value("type", Shape.NAME, usual=("professional", "personal", "supervisor", "employer")),
                Value(
                    "relation",
                    Shape.NAME,
                    usual=("supervisor", "employer", "colleague", "teacher", "friend", "family", "other"),
                ),
            ),
        ),
        ProofKind(
            "background",
            "background",
            (
                Value("check", Shape.NAME, usual=("criminal_history", "registry")),
                Value("outcome", Shape.NAME, ("clear", "listed", "under_review", "excepted")),
            ),
            is_for_body_alone=True,
        ),
        ProofKind(
            "recovery",
            "recovery",
            (
                Value("since_on", Shape.DAY),
                Value("by", Shape.NAME, usual=("self", "supervisor", "employer")),
                Value("definition_version", Shape.TEXT, is_needed=False),
            ),
        ),
        ProofKind(
            "share",
            "residency",
            (Value("way", Shape.NAME, usual=("live", "work")), Value("percent", Shape.PERCENT)),
        ),
        ProofKind("stage", "stages", (Value("stage", Shape.NAME),)),
        ProofKind("tier", "tiers", (Value("tier", Shape.NAME),), until="must"),
        ProofKind(
            "payment",
            "payments",
            (Value("purpose", Shape.NAME, usual=("application",)), Value("usd", Shape.WHOLE)),
            is_for_body_alone=True,
        ),
        ProofKind(
            "credential",
            "credentials",
            (
                Value("credential", Shape.NAME, usual=("other",)),
                Value("issuer", Shape.NAME, is_needed=False, usual=("other",)),
            ),
            until="may",
        ),
        ProofKind(
            "employment", "employment", (Value("role", Shape.NAME, usual=("peer", "other")),), until="may"
        ),
        ProofKind(
            "continuing_education",
            "education",
            (
                Value("minutes", Shape.MINUTES),
                Value("course", Shape.TEXT),
                Value("sponsor", Shape.NAME, usual=("other",)),
                Value("categories", Shape.NAMES, is_needed=False, usual=("ethics",)),
                Value("shows", Shape.NAMES, SHOWN, is_needed=False),
            ),
        ),
        ProofKind(
            "credits",
            "credits",
            (
                Value("unit", Shape.NAME, usual=("semester_credit", "quarter_credit", "ceu")),
                Value("amount", Shape.WHOLE),
                Value("mode", Shape.NAME, MODES),
            ),
        ),
        ProofKind(
            "attendance",
            "attendance",
            (
                Value("course", Shape.NAME, usual=("class",)),
                Value("attended_minutes", Shape.MINUTES),
                Value("planned_minutes", Shape.MINUTES),
            ),
            is_for_body_alone=True,
        ),
        ProofKind(
            "performance",
            "performance",
            (
                Value("form", Shape.NAME, usual=("role_play", "observation")),
                Value("is_passed", Shape.YES, is_needed=False),
            ),
            is_for_body_alone=True,
        ),
    )
}

# What kind of proof answers a requirement of this kind.
ANSWERS: dict[str, str] = {
    "age_range": "birth",
    "education_document": "education",
    "identity_document": "identity",
    "third_party_document": "document",
    "references": "reference",
    "background_check": "background",
    "recovery_duration": "recovery",
    "residency_share": "share",
    "orientation": "stage",
    "ordered_stages": "stage",
    "renewal_window": "stage",
    "provisional_tier": "tier",
    "credential_held": "credential",
    "reciprocity": "credential",
    "endorsement": "credential",
    "employed_on": "employment",
    "ce_hours": "continuing_education",
    "full_attendance": "attendance",
    "performance_assessment": "performance",
}


# --- what was told, checked -----------------------------------------------------------------------


def problem_with(kind: ProofKind, on: date, until_on: date | None, values: Values) -> str:
    """The name of the first value that does not fit, or "" when all do. `on` stands for the dates."""
    if until_on is not None and (kind.until == "no" or until_on < on):
        return "until_on"
    if kind.until == "must" and until_on is None:
        return "until_on"
    known = {value.name for value in kind.values}
    if extra := sorted(set(values) - known):
        return extra[0]
    return next((value.name for value in kind.values if not _fits(value, values.get(value.name))), "")


def _fits(value: Value, given: Any) -> bool:
    if given is None or given == "" or given == []:
        return not value.is_needed
    match value.shape:
        case Shape.YES:
            return isinstance(given, bool)
        case Shape.TEXT:
            return isinstance(given, str) and 0 < len(given.strip()) <= 120
        case Shape.DAY:
            return _is_day(given)
        case Shape.NAME:
            return _is_name(value, given)
        case Shape.NAMES:
            return isinstance(given, list) and len(given) <= 10 and all(_is_name(value, one) for one in given)
    most = {Shape.PERCENT: 100, Shape.MINUTES: 60_000}.get(value.shape, 10_000)
    return isinstance(given, int) and not isinstance(given, bool) and 1 <= given <= most


def _is_name(value: Value, given: Any) -> bool:
    if not isinstance(given, str) or len(given) > 60:
        return False
    return given in value.choices if value.choices else NAME.fullmatch(given) is not None


def _is_day(given: Any) -> bool:
    try:
        date.fromisoformat(given)
    except (TypeError, ValueError):
        return False
    return True


# --- what was told, as facts ----------------------------------------------------------------------


def facts_from(told: Iterable[Told]) -> dict[str, tuple[Any, ...]]:
    """The facts of a record that these proofs are, by the record's own names."""
    found: dict[str, list[Any]] = {}
    for one in told:
        kind = KINDS[one.kind]
        fact = _fact(kind, one)
        if fact is not None:
            found.setdefault(kind.fact, []).append(fact)
    return {name: tuple(some) for name, some in found.items()}


def _fact(kind: ProofKind, told: Told) -> Any:
    """The fact; None for one that only a checked proof can be."""
    build = BUILDERS.get(kind.id)
    if build is not None:
        return build(told)
    fact = FACTS[kind.fact]
    names = fact.__dataclass_fields__
    given: dict[str, Any] = {value.name: False for value in kind.values if value.shape is Shape.YES}
    given |= {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in told.values.items()
        if name in names
    }
    given |= {name: date.fromisoformat(value) for name, value in given.items() if name.endswith("_on")}
    given |= {"evidence": told.evidence, "on": told.on}
    if "until_on" in names:
        given["until_on"] = told.until_on
    if "is_claimed" in names:
        given["is_claimed"] = told.verified_on is None
    elif told.verified_on is None:
        return None
    return fact(**given)


def _document(told: Told) -> facts.DocumentSeen:
    values = told.values
    return facts.DocumentSeen(
        told.evidence,
        told.on,
        str(values.get("document", told.kind)),
        detail=str(values.get("detail", "")),
        sender=str(values.get("sender", "")),
        is_from_issuer=bool(values.get("is_from_issuer")),
        verified_on=told.verified_on,
        has_legal_name=bool(values.get("has_legal_name")),
    )


def _reference(told: Told) -> facts.ReferenceGiven:
    values = told.values
    # The same writer under two spellings would count twice.
    writer = " ".join(str(values["writer"]).casefold().split())
    return facts.ReferenceGiven(
        told.evidence, told.on, writer, values["type"], values["relation"], told.verified_on
    )


def _credential(told: Told) -> facts.CredentialHeld:
    """Checked by the body, it is confirmed; until then it is a claim."""
    return facts.CredentialHeld(
        told.evidence,
        told.on,
        told.values["credential"],
        issuer=str(told.values.get("issuer") or ""),
        until_on=told.until_on,
        is_verified=True,
        is_claimed=told.verified_on is None,
    )


def _employment(told: Told) -> facts.Employed:
    return facts.Employed(
        told.evidence, told.on, told.values["role"], told.until_on, is_verified=told.verified_on is not None
    )


BUILDERS: dict[str, Callable[[Told], Any]] = {
    "education": _document,
    "identity": _document,
    "document": _document,
    "reference": _reference,
    "credential": _credential,
    "employment": _employment,
}
