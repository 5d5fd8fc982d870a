"""What an evaluation says: findings, the sentences in them, and their stored form. Pure.

A sentence is kept as its English text and its facts, so that a page can say it in the reader's
language (`words.py`) and a stored decision keeps it for ever.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

Json = dict[str, Any]
Fact = str | int


def N_(text: str) -> str:
    """Mark a text for the translators; it is put into words later."""
    return text


class Status(StrEnum):
    """What is known of one requirement."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_YET_EVALUABLE = "not_yet_evaluable"
    WAIVED = "waived"


class Unit(StrEnum):
    """What the numbers of a finding count."""

    MINUTES = "minutes"
    TIMES = "times"
    PARTS = "parts"
    YEARS = "years"
    MONTHS = "months"
    PERCENT = "percent"


@dataclass(frozen=True)
class Sentence:
    """One short sentence. Facts whose name ends in `minutes` are amounts, in `_on` ISO dates."""

    text: str
    facts: tuple[tuple[str, Fact], ...] = ()

    def __str__(self) -> str:
        return self.text % {name: _in_english(name, value) for name, value in self.facts}

    def as_json(self) -> Json:
        return {"text": self.text, "facts": dict(self.facts)}

    @classmethod
    def from_json(cls, stored: Json) -> "Sentence":
        return say(stored["text"], **stored["facts"])


def say(text: str, **facts: Fact) -> Sentence:
    """A sentence with its facts, in a fixed order."""
    return Sentence(text, tuple(sorted(facts.items())))


def hours(minutes: int) -> str:
    """Minutes in plain English: 570 → '9.5 hours'."""
    if 0 < minutes < 60:
        return "1 minute" if minutes == 1 else f"{minutes} minutes"
    return "1 hour" if minutes == 60 else f"{minutes / 60:.2f}".rstrip("0").rstrip(".") + " hours"


def _in_english(name: str, value: Fact) -> str:
    if name.endswith("minutes"):
        return hours(int(value))
    if name.endswith("_on"):
        day = date.fromisoformat(str(value))
        return f"{day:%b} {day.day}, {day.year}"
    return str(value).replace("_", " ")


@dataclass(frozen=True)
class Excluded:
    """An amount that does not count now, and why.

    `is_waiting` says that it can still come to count, once it is signed or once a proof is there; `who`
    then holds it: "applicant", "supervisor" (with the supervisor's id in `person_id`) or
    "certifying_body". What does not wait is left out for good.
    """

    amount: int
    reason: Sentence
    evidence: tuple[str, ...] = ()
    is_waiting: bool = False
    who: str = ""
    person_id: int | None = None

    def as_json(self) -> Json:
        return {
            "amount": self.amount,
            "reason": self.reason.as_json(),
            "evidence": list(self.evidence),
            "is_waiting": self.is_waiting,
            "who": self.who,
            "person_id": self.person_id,
        }

    @classmethod
    def from_json(cls, stored: Json) -> "Excluded":
        return cls(
            **{
                **stored,
                "reason": Sentence.from_json(stored["reason"]),
                "evidence": tuple(stored["evidence"]),
            }
        )


@dataclass(frozen=True)
class Finding:
    """One requirement: met or not, with the numbers, what does not count, why, and who has it now."""

    requirement_id: str
    kind: str
    status: Status
    sentence: Sentence
    title: tuple[tuple[str, str], ...] = ()
    counted: int = 0
    needed: int = 0
    projected: int = 0
    unit: Unit = Unit.TIMES
    about: str = ""
    excluded: tuple[Excluded, ...] = ()
    evidence: tuple[str, ...] = ()
    who_has_it: str = ""
    children: tuple["Finding", ...] = field(default=())
    earliest_on: date | None = None

    @property
    def is_met(self) -> bool:
        """Whether nothing is left to do: it is met, or the body has waived it."""
        return self.status in (Status.MET, Status.WAIVED)

    @property
    def percent(self) -> int:
        """How far along, 0 to 100. It is 100 only when the requirement is met."""
        if self.is_met:
            return 100
        if self.needed <= 0:
            return 0
        return min(99, self.counted * 100 // self.needed)

    def walk(self) -> Iterator["Finding"]:
        """This finding and all below it, in order."""
        yield self
        for child in self.children:
            yield from child.walk()

    def as_json(self) -> Json:
        return {
            "requirement_id": self.requirement_id,
            "kind": self.kind,
            "status": self.status.value,
            "sentence": self.sentence.as_json(),
            "title": dict(self.title),
            "counted": self.counted,
            "needed": self.needed,
            "projected": self.projected,
            "unit": self.unit.value,
            "about": self.about,
            "excluded": [one.as_json() for one in self.excluded],
            "evidence": list(self.evidence),
            "who_has_it": self.who_has_it,
            "children": [child.as_json() for child in self.children],
        } | ({"earliest_on": self.earliest_on.isoformat()} if self.earliest_on else {})

    @classmethod
    def from_json(cls, stored: Json) -> "Finding":
        return cls(
            **{
                **stored,
                "status": Status(stored["status"]),
                "sentence": Sentence.from_json(stored["sentence"]),
                "title": tuple(stored["title"].items()),
                "unit": Unit(stored["unit"]),
                "excluded": tuple(Excluded.from_json(one) for one in stored["excluded"]),
                "evidence": tuple(stored["evidence"]),
                "children": tuple(cls.from_json(child) for child in stored["children"]),
                "earliest_on": date.fromisoformat(stored["earliest_on"]) if "earliest_on" in stored else None,
            }
        )


@dataclass(frozen=True)
class Evaluation:
    """All findings of one scheme for one record at one date."""

    scheme_id: str
    scheme_version: int
    as_of: date
    findings: tuple[Finding, ...]

    @property
    def is_met(self) -> bool:
        """Whether every requirement is met. A scheme that asks for nothing is met by nobody."""
        return bool(self.findings) and all(finding.is_met for finding in self.findings)

    @property
    def left(self) -> tuple[Finding, ...]:
        """The requirements that are not met yet, in the scheme's order."""
        return tuple(finding for finding in self.findings if not finding.is_met)

    @property
    def evidence(self) -> tuple[str, ...]:
        """The names of all evidence that counted, each once, in order."""
        return tuple(sorted({one for top in self.findings for each in top.walk() for one in each.evidence}))

    def as_json(self) -> Json:
        return {
            "scheme_id": self.scheme_id,
            "scheme_version": self.scheme_version,
            "as_of": self.as_of.isoformat(),
            "is_met": self.is_met,
            "findings": [finding.as_json() for finding in self.findings],
        }

    @classmethod
    def from_json(cls, stored: Json) -> "Evaluation":
        return cls(
            scheme_id=stored["scheme_id"],
            scheme_version=stored["scheme_version"],
            as_of=date.fromisoformat(stored["as_of"]),
            findings=tuple(Finding.from_json(one) for one in stored["findings"]),
        )
