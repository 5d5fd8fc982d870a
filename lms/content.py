"""All content files checked together: what is taught, what is asked, what is required, and that they fit."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lms.assessment import bank
from lms.assessment import quality as item_quality
from lms.assessment.bank import Bank
from lms.certification import schemes
from lms.certification.schemes import SchemeBook
from lms.config import Settings
from lms.curriculum import catalog, quality
from lms.curriculum.catalog import Catalog
from lms.errors import Fault
from lms.people.texts import TEXTS

LEAST_ITEMS = 3  # of each objective


@dataclass(frozen=True)
class Content:
    """All content that there is, and what is wrong with it in the order of the files."""

    modules: Catalog
    bank: Bank
    schemes: SchemeBook
    faults: tuple[Fault, ...]


def read(settings: Settings) -> Content:
    """Every content file, read anew and judged: what cannot be used, and what should be better."""
    modules, module_faults = catalog.load(settings.modules_dir)
    items, item_faults = bank.load(settings.assessments_dir)
    book, scheme_faults = schemes.load()
    found = [*module_faults, *item_faults, *scheme_faults]
    if not found:  # a file that could not be read would be missed by every file that names it
        found += _between(settings, modules, items)
        found += schemes.problems_with(
            book,
            modules={module.id: module.contact_minutes for module in modules},
            examinations=items.examinations,
            texts=TEXTS,
        )
    found += quality.faults(modules, settings.modules_dir)
    found += item_quality.faults(items)
    found += _asked_too_little(settings, modules, items)
    return Content(modules, items, book, tuple(sorted(found, key=lambda fault: (fault.path, fault.line))))


def faults(settings: Settings) -> tuple[Fault, ...]:
    """Every fault of every content file, in the order of the files."""
    return read(settings).faults


def _asked_too_little(settings: Settings, modules: Catalog, items: Bank) -> Iterator[Fault]:
    """An objective needs some items, or a form can ask nothing about it that another form did not ask."""
    asked = Counter(item.objective for item in items.items.values())
    for module in modules:
        file = settings.modules_dir / module.id / "module.yaml"
        for objective in module.objectives:
            if asked[objective.id] < LEAST_ITEMS:
                sentence = f"{asked[objective.id]} items ask about it; {LEAST_ITEMS} is the least."
                yield _fault([file], f"id: {objective.id}", f"The objective `{objective.id}`: {sentence}")


def _between(settings: Settings, modules: Catalog, items: Bank) -> Iterator[Fault]:
    for module in modules:
        if module.check and module.check not in items.examinations:
            file = settings.modules_dir / module.id / "module.yaml"
            yield _fault([file], f"check: {module.check}", f"There is no examination `{module.check}`.")
    files = sorted(settings.assessments_dir.glob("*/items/*.yaml"))
    for item in items.items.values():
        taught = modules.module(item.module)
        if taught is None:
            sentence = f"There is no module `{item.module}`."
        elif item.lesson not in {lesson.id for lesson in taught.lessons}:
            sentence = f"The module `{item.module}` has no lesson `{item.lesson}`."
        elif item.objective not in {objective.id for objective in taught.objectives}:
            sentence = f"The module `{item.module}` has no objective `{item.objective}`."
        else:
            continue
        yield _fault(files, f"id: {item.id}", sentence)


def _fault(files: list[Path], text: str, sentence: str) -> Fault:
    """The fault at the line that holds the text, in the first of the files that has one."""
    for file in files:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            if text in (words := line.strip().removeprefix("- ")) and words.startswith(text):
                return Fault(str(file), number, sentence)
    return Fault(str(files[0]) if files else "", 1, sentence)
