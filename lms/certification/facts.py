"""A person's record as plain facts: what the other slices hold, in the shape that requirements read.

Pure. Amounts are whole minutes, `on` is a calendar date, `evidence` names the row a fact came from.
The same facts are stored as JSON with each decision, so that the decision can be replayed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class TrainingHour:
    """Time in training, with the topics it may count for and its delivery mode."""

    evidence: str
    module_id: str
    topics: tuple[str, ...]
    minutes: int
    mode: str
    on: date


@dataclass(frozen=True)
class ModuleDone:
    """A module finished with proof."""

    evidence: str
    module_id: str
    revision: int
    on: date


@dataclass(frozen=True)
class ExamTaken:
    """One examination handed in and graded."""

    evidence: str
    examination_id: str
    percent: int
    cut_percent: int
    is_passed: bool
    on: date


@dataclass(frozen=True)
class PracticeHour:
    """One practice entry; only an entry whose state is `approved` counts."""

    evidence: str
    on: date
    minutes: int
    kind: str
    domain: str
    mode: str
    state: str
    supervisor_id: int | None = None


@dataclass(frozen=True)
class SupervisionHeld:
    """One meeting with a supervisor; only a signed one counts."""

    evidence: str
    on: date
    minutes: int
    format: str
    mode: str
    is_signed: bool
    supervisor_id: int | None = None


@dataclass(frozen=True)
class AttestationGiven:
    """A yes to a text in one version, with its date. Never the reasons behind it."""

    evidence: str
    text_id: str
    text_version: str
    on: date


@dataclass(frozen=True)
class Record:
    """All of one person's facts. Their order means nothing."""

    training: tuple[TrainingHour, ...] = ()
    modules: tuple[ModuleDone, ...] = ()
    examinations: tuple[ExamTaken, ...] = ()
    practice: tuple[PracticeHour, ...] = ()
    supervision: tuple[SupervisionHeld, ...] = ()
    attestations: tuple[AttestationGiven, ...] = ()

    def as_json(self) -> Json:
        """The record as plain JSON values, in one fixed order."""
        return {
            name: sorted((_plain(asdict(fact)) for fact in facts), key=lambda row: str(row["evidence"]))
            for name, facts in (
                ("training", self.training),
                ("modules", self.modules),
                ("examinations", self.examinations),
                ("practice", self.practice),
                ("supervision", self.supervision),
                ("attestations", self.attestations),
            )
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Sequence[Json]]) -> "Record":
        """The record that `as_json` wrote."""
        return cls(
            training=tuple(
                TrainingHour(**{**_dated(row), "topics": tuple(row["topics"])}) for row in stored["training"]
            ),
            modules=tuple(ModuleDone(**_dated(row)) for row in stored["modules"]),
            examinations=tuple(ExamTaken(**_dated(row)) for row in stored["examinations"]),
            practice=tuple(PracticeHour(**_dated(row)) for row in stored["practice"]),
            supervision=tuple(SupervisionHeld(**_dated(row)) for row in stored["supervision"]),
            attestations=tuple(AttestationGiven(**_dated(row)) for row in stored["attestations"]),
        )


def _plain(row: Json) -> Json:
    return {**row, "on": row["on"].isoformat()} | ({"topics": sorted(row["topics"])} if "topics" in row else {})


def _dated(row: Json) -> Json:
    return {**row, "on": date.fromisoformat(row["on"])}
