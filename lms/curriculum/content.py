"""The shape of what is taught: frozen pieces that are read from files once and never change after."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, TypeAdapter
from pydantic.dataclasses import dataclass

Language = Literal["en", "es"]
LANGUAGES: tuple[Language, ...] = ("en", "es")
LONGEST_REFLECTION = 6000  # characters
LONGEST_LIVE_MINUTES = 720
T = TypeVar("T")


class Mode(StrEnum):
    """How an hour of training was given; boards count these apart."""

    SELF_PACED = "self_paced"
    LIVE_REMOTE = "live_remote"
    IN_PERSON = "in_person"


class Topic(StrEnum):
    """The five domains that hours are counted under."""

    ADVOCACY = "advocacy"
    MENTORING_EDUCATION = "mentoring_education"
    RECOVERY_WELLNESS = "recovery_wellness"
    ETHICAL_RESPONSIBILITY = "ethical_responsibility"
    HARM_REDUCTION = "harm_reduction"


def _with_english(words: dict[str, str]) -> dict[str, str]:
    if not words.get("en"):
        raise ValueError("needs English text under `en`")
    return words


Id = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Words = Annotated[str, Field(min_length=1)]
Localised = Annotated[dict[Language, Words], AfterValidator(_with_english)]
Minutes = Annotated[int, Field(ge=1, le=6000, strict=True)]
Revision = Annotated[int, Field(ge=1, strict=True)]

PIECE = ConfigDict(extra="forbid", str_strip_whitespace=True)


@dataclass(frozen=True, kw_only=True, config=PIECE)
class Option:
    """One answer to a check-yourself question, with the reason it is right or not."""

    text: Words
    right: bool
    why: Words


@dataclass(frozen=True, kw_only=True, config=PIECE)
class Check:
    """A check-yourself question: answered at once, and nobody keeps a score."""

    question: Words
    options: Annotated[tuple[Option, ...], Field(min_length=2)]

    @property
    def count(self) -> int:
        """How many answers are offered."""
        return len(self.options)


@dataclass(frozen=True, kw_only=True, config=PIECE)
class Choice:
    """One way to act in a scenario, with what it leads to."""

    text: Words
    why: Words
    better: bool


@dataclass(frozen=True, kw_only=True, config=PIECE)
class Scenario:
    """A short situation with ways to act in it."""

    setting: Words
    choices: Annotated[tuple[Choice, ...], Field(min_length=2)]

    @property
    def count(self) -> int:
        """How many choices are offered."""
        return len(self.choices)


@dataclass(frozen=True, kw_only=True, config=PIECE)
class ContentNote:
    """What a lesson talks about that may be hard, and an equal exercise for who would rather not read it."""

    text: Words
    alternative: Words


@dataclass(frozen=True, kw_only=True, config=PIECE)
class LessonText:
    """A lesson in one language. `body` is Markdown."""

    title: Words
    act: Words
    body: Words
    content_note: ContentNote | None = None
    reflection: Words | None = None
    check: Check | None = None
    scenario: Scenario | None = None


@dataclass(frozen=True, kw_only=True, config=PIECE)
class Lesson:
    """One lesson: what it takes, what it is for, and its text in each language it has."""

    id: Id
    minutes: Minutes
    objective: Id
    texts: dict[str, LessonText]

    def text_in(self, language: str) -> tuple[LessonText, str]:
        """The text in that language, or in English; and the language it is in."""
        return in_language(self.texts, language)


@dataclass(frozen=True, kw_only=True, config=PIECE)
class Objective:
    """What a trainee can do after the module."""

    id: Id
    text: Localised


def _by_language(guide: Any) -> Any:
    """The guides by language. Before guides had languages, one English text was kept."""
    return ({"en": guide} if guide else {}) if isinstance(guide, str) else guide


Guides = Annotated[dict[Language, Words], BeforeValidator(_by_language)]


@dataclass(frozen=True, kw_only=True, config=PIECE)
class Live:
    """The optional live session of a module. `guide` is Markdown for the trainer, by language."""

    minutes: Minutes
    modes: Annotated[tuple[Literal[Mode.LIVE_REMOTE, Mode.IN_PERSON], ...], Field(min_length=1)]
    guide: Guides = field(default_factory=dict)


def _lists_with_english(lists: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    if not lists.get("en"):
        raise ValueError("needs at least one English line under `en`")
    return lists


Lines = Annotated[dict[Language, tuple[Words, ...]], AfterValidator(_lists_with_english)]


@dataclass(frozen=True, kw_only=True, config=PIECE)
class Bridge:
    """From the module to the placement: what a trainee may try there, what a supervisor may look for."""

    to_try: Annotated[Lines, Field(validation_alias="try", serialization_alias="try")]
    look_for: Lines


@dataclass(frozen=True, kw_only=True, config=PIECE)
class Source:
    """Where a claim comes from, and when it was read there. Lessons cite it by its id as `[^id]`."""

    id: str = ""
    title: Words
    url: Annotated[str, Field(pattern=r"^https?://\S+$")]
    read_on: date


@dataclass(frozen=True, kw_only=True, config=PIECE)
class ModuleFacts:
    """What `module.yaml` says, but for its lessons. `topics` are minutes."""

    id: Id
    revision: Revision
    title: Localised
    summary: Localised
    principles: Annotated[tuple[Words, ...], Field(min_length=1)]
    samhsa: tuple[Words, ...] = ()
    topics: Annotated[dict[Topic, Minutes], Field(min_length=1)]
    order: int
    requires: tuple[Id, ...] = ()
    check: Id | None = None
    objectives: Annotated[tuple[Objective, ...], Field(min_length=1)]
    live: Live | None = None
    bridge: Bridge | None = None
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, kw_only=True, config=PIECE)
class Module(ModuleFacts):
    """One revision of a module, whole: enough to teach from after the files have changed."""

    lessons: Annotated[tuple[Lesson, ...], Field(min_length=1)]

    @cached_property
    def minutes(self) -> int:
        """Minutes of all lessons: what the module earns when it is completed at one's own pace."""
        return sum(lesson.minutes for lesson in self.lessons)

    @cached_property
    def contact_minutes(self) -> int:
        """Minutes of all lessons and of the live session: the most that the module can earn."""
        return self.minutes + (self.live.minutes if self.live else 0)

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of the whole content: two modules with the same hash teach the same words."""
        return content_hash(self)

    def lesson(self, lesson_id: str) -> Lesson | None:
        """The lesson with this id, if the module has it."""
        return next((lesson for lesson in self.lessons if lesson.id == lesson_id), None)

    def sources_cited(self, ids: Iterable[str]) -> "tuple[Source, ...]":
        """The sources with these ids, in the order given: that of their numbers in a text."""
        by_id = {source.id: source for source in self.sources}
        return tuple(by_id[name] for name in ids if name in by_id)

    def title_in(self, language: str) -> tuple[str, str]:
        """The title in that language or in English; and the language it is in."""
        return in_language(self.title, language)


def in_language(texts: Mapping[Any, T], language: str) -> tuple[T, str]:
    """The text in this language, or the English one when there is none; and which of the two it is."""
    return (texts[language], language) if language in texts else (texts["en"], "en")


_module = TypeAdapter(Module)


def content_hash(piece: Any) -> str:
    """SHA-256 of a piece of content, the same whatever the order of keys in its file."""
    plain = TypeAdapter(type(piece)).dump_python(piece, mode="json", by_alias=True)
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def to_json(module: Module) -> str:
    """The whole module as text, for keeping beside the people who started it."""
    return _module.dump_json(module, by_alias=True).decode()


def from_json(text: str) -> Module:
    """The module that `to_json` wrote."""
    return _module.validate_json(text)
