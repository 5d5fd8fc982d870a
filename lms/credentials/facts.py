"""The plain facts that a credential carries, frozen when it is issued."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Self


class Kind(StrEnum):
    """A certification says that a person met a scheme; a completion says that training was finished."""

    CERTIFICATION = "certification"
    COMPLETION = "completion"


@dataclass(frozen=True, slots=True)
class HoursLine:
    """Minutes of training in one delivery mode: self_paced, live_remote or in_person."""

    mode: str
    minutes: int


@dataclass(frozen=True, slots=True)
class CredentialFacts:
    """What the certificate tells beside name, title and dates. Everything may be left out.

    `training` is by delivery mode; `domains` is training minutes by topic; `examinations` are titles of
    those passed (never a score); `evidence` are ids of what the decision stood on; `look` is the version of
    the issuer's template that the certificate is drawn with, 0 for none.
    """

    scheme_title: str = ""
    training: tuple[HoursLine, ...] = ()
    domains: tuple[tuple[str, int], ...] = ()
    practice_minutes: int = 0
    supervision_minutes: int = 0
    examinations: tuple[str, ...] = ()
    signatory_name: str = ""
    signatory_title: str = ""
    language: str = "en"
    evidence: tuple[str, ...] = ()
    look: int = 0

    @property
    def training_minutes(self) -> int:
        """All minutes of training, whatever the mode."""
        return sum(line.minutes for line in self.training)

    def as_content(self) -> dict[str, Any]:
        """The facts as they are stored: plain values for a JSON column."""
        content = asdict(self)
        content["training"] = [[line.mode, line.minutes] for line in self.training]
        content["domains"] = [list(pair) for pair in self.domains]
        content["examinations"] = list(self.examinations)
        content["evidence"] = list(self.evidence)
        return content

    @classmethod
    def of_content(cls, content: dict[str, Any]) -> Self:
        """The facts back from their stored form; keys of older or newer content are passed over."""
        known = {name: content[name] for name in cls.__dataclass_fields__ if name in content}
        known["training"] = tuple(HoursLine(mode, minutes) for mode, minutes in content.get("training", ()))
        known["domains"] = tuple((topic, minutes) for topic, minutes in content.get("domains", ()))
        known["examinations"] = tuple(content.get("examinations", ()))
        known["evidence"] = tuple(content.get("evidence", ()))
        return cls(**known)
