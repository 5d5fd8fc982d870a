"""Whether a module is written as promised: honest minutes, plain words, every part there. Pure.

`lms.curriculum.parsing` refuses what cannot be taught; what is judged here can be taught and should be
better. The rule for minutes, stated once: 180 words a minute over all that a reader meets, 3 minutes for a
scenario, 3 for a reflection, 2 for the check, 2 for each `::: practice` block; what a lesson declares may
differ from that by a fifth. 180 is below the 238 that adults reach on plain prose (Brysbaert 2019, Journal
of Memory and Language 109), for people who study on a phone, in a second language or with a screen reader.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from lms.curriculum.catalog import Catalog
from lms.curriculum.content import Lesson, LessonText, Module
from lms.curriculum.rendering import cited
from lms.errors import Fault
from lms.readability import HIGHEST_GRADE, LOWEST_INFLESZ, grade, inflesz, plain, unsafe_words, words

WORDS_A_MINUTE = 180
SCENARIO_MINUTES = REFLECTION_MINUTES = 3
CHECK_MINUTES = PRACTICE_MINUTES = 2
TOLERANCE = 0.2
_AGENDA = re.compile(r"^- \*\*(\d+) minut(?:e|es|o|os):", re.MULTILINE)
ADAPTED_FOR = {
    "online": r"online|video",
    "deaf people": r"deaf|hard of hearing",
    "blind people": r"blind|low vision",
    "low literacy": r"literacy|read(?:s|ing)? little",
}


def read_text(text: LessonText) -> str:
    """All the words of a lesson that every reader meets, without signs."""
    parts = [text.title, text.body, text.reflection or ""]
    if text.content_note:
        parts.append(text.content_note.text)
    if text.check:
        parts += [text.check.question, *(part for one in text.check.options for part in (one.text, one.why))]
    if text.scenario:
        parts.append(text.scenario.setting)
        parts += [part for one in text.scenario.choices for part in (one.text, one.why)]
    return plain("\n".join(parts))


def measured_minutes(text: LessonText) -> float:
    """The minutes that a lesson takes by the stated rule."""
    return (
        len(words(read_text(text))) / WORDS_A_MINUTE
        + SCENARIO_MINUTES * bool(text.scenario)
        + REFLECTION_MINUTES * bool(text.reflection)
        + CHECK_MINUTES * bool(text.check)
        + PRACTICE_MINUTES * text.body.count("::: practice")
    )


def faults(catalog: Catalog, folder: Path) -> list[Fault]:
    """What is to be better in the modules of `folder`, by file and line."""
    return [fault for module in catalog for fault in _of_module(module, folder / module.id)]


def _of_module(module: Module, folder: Path) -> Iterator[Fault]:
    home = folder / "module.yaml"
    if module.bridge is None:
        yield Fault(str(home), 1, "The module has no practice bridge (`bridge`).")
    if not 3 <= len(module.lessons) <= 6:
        yield Fault(str(home), line_of(home, "lessons:"), "A module has three to six lessons.")
    taught = {lesson.objective for lesson in module.lessons}
    for objective in module.objectives:
        if objective.id not in taught:
            yield _at(home, f"id: {objective.id}", f"No lesson teaches the objective `{objective.id}`.")
    for lesson in module.lessons:
        for language, text in lesson.texts.items():
            yield from _of_lesson(lesson, text, language, _file_of(folder, lesson.id, language))
    yield from _of_guide(module, folder, home)
    yield from _of_sources(module, home)


def _of_lesson(lesson: Lesson, text: LessonText, language: str, path: Path) -> Iterator[Fault]:
    measured = measured_minutes(text)
    if not abs(lesson.minutes - measured) <= TOLERANCE * lesson.minutes:
        sentence = f"The lesson declares {lesson.minutes} minutes; its words and tasks take {measured:.1f}."
        yield _at(path, "minutes:", sentence)
    for name, part in (("scenario", text.scenario), ("reflection", text.reflection), ("check", text.check)):
        if part is None:
            yield _at(path, f"{name}:", f"The lesson has no {name}.")
    if "::: dialogue" not in text.body:
        yield Fault(str(path), 1, "The lesson has no worked example (`::: dialogue`).")
    if text.check and sum(option.right for option in text.check.options) != 1:
        yield _at(path, "check:", "A check has exactly one right answer.")
    read = plain(text.body)
    if language == "en" and (found := grade(read)) > HIGHEST_GRADE:
        yield Fault(str(path), 1, f"The text reads at grade {found:.1f}; {HIGHEST_GRADE:.0f} is the most.")
    if language == "es" and (ease := inflesz(read)) < LOWEST_INFLESZ:
        yield Fault(str(path), 1, f"The text has an INFLESZ of {ease:.0f}; {LOWEST_INFLESZ:.0f} is the least.")
    yield from _unsafe(path, text.body)
    if text.content_note and len(words(text.content_note.alternative)) < 40:
        yield _at(path, "alternative:", "The other exercise is too short to be an equal one.")


def _of_guide(module: Module, folder: Path, home: Path) -> Iterator[Fault]:
    if module.live is None or not module.live.guide:
        yield Fault(str(home), 1, "The module has no guide for a live session.")
        return
    for language, guide in module.live.guide.items():
        path = next(folder.glob(f"*session*.{language}.md"), home)
        together = sum(int(minutes) for minutes in _AGENDA.findall(guide))
        if together != module.live.minutes:
            sentence = f"The agenda adds up to {together} minutes, the session takes {module.live.minutes}."
            yield _at(path, "## Agenda", sentence)
        if language == "en":
            for who, pattern in ADAPTED_FOR.items():
                if not re.search(pattern, guide, re.IGNORECASE):
                    yield Fault(str(path), 1, f"The guide does not say how to adapt for {who}.")
        yield from _unsafe(path, guide)


def _of_sources(module: Module, home: Path) -> Iterator[Fault]:
    """A source that nothing cites does not show where its fact is used."""
    texts = [lesson.texts["en"].body for lesson in module.lessons]
    if module.live:
        texts += list(module.live.guide.values())
    used = {name for text in texts for name in cited(text)}
    for source in module.sources:
        if source.id not in used:
            yield _at(home, f"id: {source.id}", f"No lesson cites the source `{source.id}`.")
    if not module.sources:
        yield Fault(str(home), 1, "The module names no source.")


def _unsafe(path: Path, markdown: str) -> Iterator[Fault]:
    for word in unsafe_words(markdown):
        yield _at(path, word, f"Say `{word}` another way: person-first, and safe for who has lived it.")


def _file_of(folder: Path, lesson_id: str, language: str) -> Path:
    for path in sorted(folder.glob(f"*.{language}.md")):
        if f"\nid: {lesson_id}\n" in path.read_text(encoding="utf-8")[:400]:
            return path
    return folder / "module.yaml"


def line_of(path: Path, needle: str) -> int:
    """The first line that holds the words, whatever their case; 1 when none does."""
    lines = path.read_text(encoding="utf-8").casefold().splitlines()
    return next((number for number, line in enumerate(lines, 1) if needle.casefold() in line), 1)


def _at(path: Path, needle: str, sentence: str) -> Fault:
    return Fault(str(path), line_of(path, needle), sentence)
