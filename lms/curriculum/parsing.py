"""One module folder, read: `module.yaml` and its lessons become a frozen Module, or a list of faults."""

import re
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Literal

from markdown_it import MarkdownIt
from pydantic import Field
from pydantic.dataclasses import dataclass as piece

from lms.curriculum import marked
from lms.curriculum.content import (
    LANGUAGES,
    PIECE,
    Check,
    ContentNote,
    Id,
    Lesson,
    LessonText,
    Live,
    Minutes,
    Mode,
    Module,
    ModuleFacts,
    Scenario,
    Words,
)
from lms.errors import Fault

FENCE = "---"
_markdown = MarkdownIt("commonmark", {"html": False})
_CITED = re.compile(r"\[\^([^\]]*)\]")
_LINKED = re.compile(r"\]\(([^)]*)\)")


@piece(frozen=True, kw_only=True, config=PIECE)
class LiveFile:
    """The live session as `module.yaml` names it: `guide` is the name of its files without language."""

    minutes: Minutes
    modes: Annotated[tuple[Literal[Mode.LIVE_REMOTE, Mode.IN_PERSON], ...], Field(min_length=1)]
    guide: Id


@piece(frozen=True, kw_only=True, config=PIECE)
class ModuleFile(ModuleFacts):
    """What `module.yaml` may hold: the facts, and the names of the lesson files in their order."""

    live: LiveFile | None = None  # type: ignore[assignment]
    lessons: Annotated[tuple[Words, ...], Field(min_length=1)]


@piece(frozen=True, kw_only=True, config=PIECE)
class FrontMatter:
    """What stands above the Markdown of a lesson."""

    id: Id
    title: Words
    minutes: Minutes
    objective: Id
    act: Words
    content_note: ContentNote | None = None
    reflection: Words | None = None
    check: Check | None = None
    scenario: Scenario | None = None


@dataclass(frozen=True)
class LessonFile:
    """A lesson file in one language, read."""

    front: FrontMatter
    marks: marked.Marked
    body: str


def read_module(folder: Path, faults: list[Fault]) -> tuple[Module | None, marked.Marked | None]:
    """The module in this folder, or None with its faults added; and the lines of its `module.yaml`."""
    path = folder / "module.yaml"
    text = marked.read_text(path, faults)
    marks = marked.parse(str(path), text, faults) if text is not None else None
    if marks is None:
        return None, None
    before = len(faults)
    file = marks.shaped(ModuleFile, faults)
    if file is None:
        return None, marks
    faults += _problems_with(file, marks, folder)
    lessons = []
    for index, name in enumerate(file.lessons):
        if not (folder / f"{name}.en.md").is_file():
            faults.append(marks.fault(("lessons", index), f"The lesson file {name}.en.md is missing."))
            continue
        lesson = _read_lesson(folder, name, file, faults)
        if lesson is not None:
            lessons.append(lesson)
    faults += _stray_files(folder, file, marks)
    if len(faults) > before:
        return None, marks
    facts = {field.name: getattr(file, field.name) for field in fields(ModuleFacts)}
    module = Module(**{**facts, "live": _live(file.live, folder, faults), "lessons": tuple(lessons)})
    faults += _problems_across(module, marks)
    return (module, marks) if len(faults) == before else (None, marks)


def _live(live: LiveFile | None, folder: Path, faults: list[Fault]) -> Live | None:
    if live is None:
        return None
    guide = {}
    for language in LANGUAGES:
        path = folder / f"{live.guide}.{language}.md"
        if path.is_file() and (text := marked.read_text(path, faults)):
            guide[language] = text
    return Live(minutes=live.minutes, modes=live.modes, guide=guide)


def _problems_with(file: ModuleFile, marks: marked.Marked, folder: Path) -> list[Fault]:
    faults = []
    if file.id != folder.name:
        faults.append(marks.fault(("id",), f"The id `{file.id}` must be the folder's name, `{folder.name}`."))
    seen: set[str] = set()
    for index, objective in enumerate(file.objectives):
        if objective.id in seen:
            faults.append(
                marks.fault(("objectives", index, "id"), f"The objective `{objective.id}` is there twice.")
            )
        seen.add(objective.id)
    for index, name in enumerate(file.lessons):
        if name in file.lessons[:index]:
            faults.append(marks.fault(("lessons", index), f"The lesson `{name}` is listed twice."))
    if file.live is not None and not (folder / f"{file.live.guide}.en.md").is_file():
        faults.append(marks.fault(("live", "guide"), f"The guide {file.live.guide}.en.md is missing."))
    for index, source in enumerate(file.sources):
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", source.id):
            faults.append(
                marks.fault(("sources", index), "A source needs an `id` of small letters and digits.")
            )
        elif source.id in {other.id for other in file.sources[:index]}:
            faults.append(marks.fault(("sources", index, "id"), f"The source `{source.id}` is there twice."))
    return faults


def _stray_files(folder: Path, file: ModuleFile, marks: marked.Marked) -> list[Fault]:
    names = (*file.lessons, *((file.live.guide,) if file.live else ()))
    known = {f"{name}.{language}.md" for name in names for language in LANGUAGES} | {"README.md"}
    return [
        marks.fault(("lessons",), f"The file {path.name} is not one of the lessons listed here.")
        for path in sorted(folder.glob("*.md"))
        if path.name not in known
    ]


def _problems_across(module: Module, marks: marked.Marked) -> list[Fault]:
    faults = []
    total = module.contact_minutes
    told = sum(module.topics.values())
    if told != total:
        sentence = f"The topics add up to {told} minutes, the lessons and the live session to {total}."
        faults.append(marks.fault(("topics",), sentence))
    ids = [lesson.id for lesson in module.lessons]
    for index, lesson_id in enumerate(ids):
        if lesson_id in ids[:index]:
            faults.append(marks.fault(("lessons", index), f"Two lessons have the id `{lesson_id}`."))
    return faults


def _read_lesson(folder: Path, name: str, file: ModuleFile, faults: list[Fault]) -> Lesson | None:
    before = len(faults)
    read: dict[str, LessonFile] = {}
    for language in LANGUAGES:
        path = folder / f"{name}.{language}.md"
        if language == "en" or path.is_file():
            lesson_file = _read_lesson_file(path, faults)
            if lesson_file is not None:
                read[language] = lesson_file
                faults += _problems_with_lesson(lesson_file, file)
                faults += _broken_links(path, file)
    if len(faults) > before:
        return None
    english = read["en"].front
    for one in read.values():
        faults += _differences(english, one)
    texts = {name: _text(one) for name, one in read.items()}
    if len(faults) > before:
        return None
    return Lesson(id=english.id, minutes=english.minutes, objective=english.objective, texts=texts)


def _read_lesson_file(path: Path, faults: list[Fault]) -> LessonFile | None:
    text = marked.read_text(path, faults)
    if text is None:
        return None
    lines = text.splitlines()
    if not lines or lines[0].rstrip() != FENCE:
        faults.append(Fault(str(path), 1, "A lesson begins with front matter between two lines of `---`."))
        return None
    end = next((number for number in range(1, len(lines)) if lines[number].rstrip() == FENCE), None)
    if end is None:
        faults.append(Fault(str(path), 1, "The front matter has no closing line of `---`."))
        return None
    marks = marked.parse(str(path), "\n".join(lines[1:end]), faults, first_line=2)
    front = marks.shaped(FrontMatter, faults) if marks is not None else None
    body = "\n".join(lines[end + 1 :])
    body_faults = _problems_with_body(str(path), body, end + 2)
    faults += body_faults
    if front is None or marks is None or body_faults:
        return None
    return LessonFile(front, marks, body)


def _problems_with_body(path: str, body: str, first_line: int) -> list[Fault]:
    if not body.strip():
        return [Fault(path, first_line - 1, "The lesson has no text below its front matter.")]
    faults = []

    for token in _markdown.parse(body):
        line = first_line + (token.map[0] if token.map else 0)
        if token.type == "heading_open" and token.tag == "h1":
            faults.append(Fault(path, line, "The title is the only first heading; begin with `##` here."))
        if token.type == "inline":
            for child in token.children or ():
                if child.type == "image":
                    faults.append(Fault(path, line, "A lesson has no pictures yet; say it in words."))
    return faults


def _problems_with_lesson(lesson: LessonFile, file: ModuleFile) -> list[Fault]:
    front, marks, faults = lesson.front, lesson.marks, []
    if front.objective not in {objective.id for objective in file.objectives}:
        sentence = f"The objective `{front.objective}` is not one of the module's."
        faults.append(marks.fault(("objective",), sentence))
    if front.check is not None and not any(option.right for option in front.check.options):
        faults.append(marks.fault(("check", "options"), "No option of the check is right."))
    if front.scenario is not None and not any(choice.better for choice in front.scenario.choices):
        faults.append(marks.fault(("scenario", "choices"), "No choice of the scenario is the better one."))
    return faults


def _broken_links(path: Path, file: ModuleFile) -> list[Fault]:
    """Citations of sources that the module does not name, and links that lead nowhere."""
    known = {source.id for source in file.sources}
    faults = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        for name in _CITED.findall(line):
            if name not in known:
                faults.append(Fault(str(path), number, f"The module names no source `{name}`."))
        for target in _LINKED.findall(line):
            if not re.match(r"https?://\S+\.\S+|mailto:\S+@\S+|tel:\S+", target):
                faults.append(Fault(str(path), number, f"The link `{target}` leads nowhere."))
    return faults


def _differences(english: FrontMatter, other: LessonFile) -> list[Fault]:
    """Where a translation is not the same lesson: people must be able to change language midway."""
    front, faults = other.front, []
    for name in ("id", "minutes", "objective"):
        if getattr(front, name) != getattr(english, name):
            faults.append(other.marks.fault((name,), f"`{name}` differs from the English lesson."))
    for name in ("content_note", "reflection", "check", "scenario"):
        if (getattr(front, name) is None) != (getattr(english, name) is None):
            faults.append(other.marks.fault((name,), f"Only one of the two languages has `{name}`."))
    if _key(front) != _key(english) and not faults:
        place = ("check", "options") if _key(front)[0] != _key(english)[0] else ("scenario", "choices")
        sentence = "The right answers do not stand in the same order as in the English lesson."
        faults.append(other.marks.fault(place, sentence))
    return faults


def _key(front: FrontMatter) -> tuple[tuple[bool, ...], tuple[bool, ...]]:
    options = front.check.options if front.check else ()
    choices = front.scenario.choices if front.scenario else ()
    return tuple(option.right for option in options), tuple(choice.better for choice in choices)


def _text(lesson: LessonFile) -> LessonText:
    shared = {field.name for field in fields(LessonText)} & {field.name for field in fields(FrontMatter)}
    return LessonText(body=lesson.body, **{name: getattr(lesson.front, name) for name in shared})
