"""What is asked: items, their options, and the exact form given in one attempt.

Pure: values in, values out. `FormGiven` is stored with the attempt as JSON, key included, and read
back for grading, so a result can be reproduced from the row alone, whatever the bank says by then.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class ItemKind(StrEnum):
    """How an item is answered."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    JUDGEMENT = "judgement"
    ORDERING = "ordering"
    MATCHING = "matching"


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
class Target:
    """What the options of a matching item are matched with."""

    id: str
    text: Words

    def as_json(self) -> dict[str, Any]:
        """The target as stored."""
        return {"id": self.id, "text": self.text.as_json()}

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> Target:
        """The reverse of `as_json`."""
        return Target(id=value["id"], text=Words.from_json(value["text"]))


@dataclass(frozen=True)
class Option:
    """One part of an item that is chosen, placed or matched; `why` explains it after hand-in.

    Which of the others is the key follows the kind: `is_right` (single, multiple, and the best of a
    judgement), `is_worst` (judgement), `place` counted from 1 (ordering), `match`, a target (matching).
    """

    id: str
    text: Words
    is_right: bool
    why: Words
    is_worst: bool = False
    place: int | None = None
    match: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The option as stored, key included."""
        stored: dict[str, Any] = {
            "id": self.id,
            "text": self.text.as_json(),
            "right": self.is_right,
            "why": self.why.as_json(),
        }
        more = {"worst": self.is_worst or None, "place": self.place, "match": self.match}
        return stored | {name: value for name, value in more.items() if value is not None}

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> Option:
        """The reverse of `as_json`; what was stored before a key was known has it not."""
        return Option(
            id=value["id"],
            text=Words.from_json(value["text"]),
            is_right=value["right"],
            why=Words.from_json(value["why"]),
            is_worst=value.get("worst", False),
            place=value.get("place"),
            match=value.get("match"),
        )


def is_at_odds(kind: ItemKind, chosen: Collection[str]) -> bool:
    """True when two steps have one place, or one option is called both best and worst."""
    if kind not in (ItemKind.ORDERING, ItemKind.JUDGEMENT):
        return False
    ends = [one.partition(":")[2] for one in frozenset(chosen)]
    return len(set(ends)) < len(ends)


@dataclass(frozen=True)
class Item:
    """One question with its key and its place in what is taught.

    An answer is a set of strings: ids of options (single, multiple), `best:a` and `worst:c` (judgement),
    `a:3` for the option at a place (ordering), `a:x` for the option with its target (matching).

    `estimate`: of 100 people who are just ready to be certified, how many would get it right, in the
    judgement of its author.
    """

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
    targets: tuple[Target, ...] = ()
    estimate: int | None = None

    @property
    def key(self) -> frozenset[str]:
        """The right answer."""
        if self.kind is ItemKind.ORDERING:
            return frozenset(f"{option.id}:{option.place}" for option in self.options)
        if self.kind is ItemKind.MATCHING:
            return frozenset(f"{option.id}:{option.match}" for option in self.options)
        if self.kind is ItemKind.JUDGEMENT:
            best = {f"best:{option.id}" for option in self.options if option.is_right}
            return frozenset(best | {f"worst:{option.id}" for option in self.options if option.is_worst})
        return frozenset(option.id for option in self.options if option.is_right)

    @property
    def slots(self) -> tuple[tuple[str, ...], ...]:
        """The groups of strings of which an answer takes at most one each."""
        ids = tuple(option.id for option in self.options)
        if self.kind is ItemKind.SINGLE:
            return (ids,)
        if self.kind is ItemKind.MULTIPLE:
            return tuple((one,) for one in ids)
        if self.kind is ItemKind.JUDGEMENT:
            return tuple(tuple(f"{end}:{one}" for one in ids) for end in ("best", "worst"))
        if self.kind is ItemKind.ORDERING:
            ends = [str(place) for place in range(1, len(ids) + 1)]
        else:
            ends = [target.id for target in self.targets]
        return tuple(tuple(f"{one}:{end}" for end in ends) for one in ids)

    @property
    def answers(self) -> frozenset[str]:
        """Every string that an answer may hold."""
        return frozenset(one for slot in self.slots for one in slot)

    def is_twofold(self, chosen: Collection[str]) -> bool:
        """True when the answer says two things where only one is asked, so that it cannot be read."""
        given = frozenset(chosen)
        return any(len(given.intersection(slot)) > 1 for slot in self.slots)

    def is_complete(self, chosen: Collection[str]) -> bool:
        """True when the answer leaves nothing open. It may still be far from right."""
        given = frozenset(chosen)
        if self.kind is ItemKind.MULTIPLE:
            return bool(given)
        return all(given.intersection(slot) for slot in self.slots) and not is_at_odds(self.kind, given)

    def as_json(self) -> dict[str, Any]:
        """The item as stored with an attempt, key included."""
        stored: dict[str, Any] = {
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
        if self.targets:
            stored["targets"] = [target.as_json() for target in self.targets]
        if self.estimate is not None:
            stored["estimate"] = self.estimate
        return stored

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> Item:
        """The reverse of `as_json`; what was stored before a key was known has it not."""
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
            targets=tuple(Target.from_json(target) for target in value.get("targets", ())),
            estimate=value.get("estimate"),
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
