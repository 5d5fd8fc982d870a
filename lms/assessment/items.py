"""What is asked: items, their options, and the exact form given in one attempt.

Pure: values in, values out. `FormGiven` is stored with the attempt as JSON, key included, and read
back for grading, so a result can be reproduced from the row alone, whatever the bank says by then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class ItemKind(StrEnum):
    """How an item is answered."""

    SINGLE = "single"
    MULTIPLE = "multiple"


class Domain(StrEnum):
    """What a point is tallied under. The order is the order of the pages."""

    ADVOCACY = "advocacy"
    MENTORING_EDUCATION = "mentoring_education"
    RECOVERY_WELLNESS = "recovery_wellness"
    ETHICAL_RESPONSIBILITY = "ethical_responsibility"
    HARM_REDUCTION = "harm_reduction"


class Level(StrEnum):
    """How much an item asks of the mind."""

    RECALL = "recall"
    COMPREHENSION = "comprehension"
    APPLICATION = "application"


@dataclass(frozen=True)
class Wording:
    """One text as shown, with the language it is really in (for the `lang` attribute)."""

    text: str
    language: str


@dataclass(frozen=True)
class Words:
    """One text in the languages it has; English is always there."""

    en: str
    es: str | None = None

    def in_language(self, language: str) -> Wording:
        """The text in `language`, else the English one marked as English."""
        if language == "es" and self.es is not None:
            return Wording(self.es, "es")
        return Wording(self.en, "en")

    def as_json(self) -> dict[str, str]:
        """The languages there are, by code."""
        return {"en": self.en} if self.es is None else {"en": self.en, "es": self.es}

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> Words:
        """The reverse of `as_json`."""
        return Words(en=value["en"], es=value.get("es"))


@dataclass(frozen=True)
class Option:
    """One possible answer of an item; `is_right` is the key and `why` explains it after hand-in."""

    id: str
    text: Words
    is_right: bool
    why: Words

    def as_json(self) -> dict[str, Any]:
        """The option as stored, key included."""
        return {
            "id": self.id,
            "text": self.text.as_json(),
            "right": self.is_right,
            "why": self.why.as_json(),
        }

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> Option:
        """The reverse of `as_json`."""
        return Option(
            id=value["id"],
            text=Words.from_json(value["text"]),
            is_right=value["right"],
            why=Words.from_json(value["why"]),
        )


@dataclass(frozen=True)
class Item:
    """One question with its key and its place in what is taught."""

    id: str
    revision: int
    kind: ItemKind
    module: str
    objective: str
    lesson: str
    principle: str | None
    samhsa: str | None
    domain: Domain
    level: Level
    prompt: Words
    options: tuple[Option, ...]

    @property
    def key(self) -> frozenset[str]:
        """The ids of the right options."""
        return frozenset(option.id for option in self.options if option.is_right)

    @property
    def option_ids(self) -> frozenset[str]:
        """The ids that an answer may name."""
        return frozenset(option.id for option in self.options)

    def as_json(self) -> dict[str, Any]:
        """The item as stored with an attempt, key included."""
        return {
            "id": self.id,
            "revision": self.revision,
            "kind": self.kind.value,
            "module": self.module,
            "objective": self.objective,
            "lesson": self.lesson,
            "principle": self.principle,
            "samhsa": self.samhsa,
            "domain": self.domain.value,
            "level": self.level.value,
            "prompt": self.prompt.as_json(),
            "options": [option.as_json() for option in self.options],
        }

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> Item:
        """The reverse of `as_json`."""
        return Item(
            id=value["id"],
            revision=value["revision"],
            kind=ItemKind(value["kind"]),
            module=value["module"],
            objective=value["objective"],
            lesson=value["lesson"],
            principle=value["principle"],
            samhsa=value["samhsa"],
            domain=Domain(value["domain"]),
            level=Level(value["level"]),
            prompt=Words.from_json(value["prompt"]),
            options=tuple(Option.from_json(option) for option in value["options"]),
        )


@dataclass(frozen=True)
class FormGiven:
    """The exact items of one attempt, in the order in which they were asked."""

    id: str
    revision: int
    items: tuple[Item, ...]

    def item(self, item_id: str) -> Item | None:
        """The item with this id, or None when the form does not ask it."""
        return next((item for item in self.items if item.id == item_id), None)

    def as_json(self) -> dict[str, Any]:
        """The form as stored with an attempt."""
        return {"id": self.id, "revision": self.revision, "items": [item.as_json() for item in self.items]}

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> FormGiven:
        """The reverse of `as_json`."""
        return FormGiven(
            id=value["id"],
            revision=value["revision"],
            items=tuple(Item.from_json(item) for item in value["items"]),
        )
