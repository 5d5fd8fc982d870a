"""What the content covers, as tables for who writes it: `bin/lms check-content`."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lms.assessment.bank import Bank, ExaminationKind
from lms.assessment.items import Domain, Item, Level
from lms.certification.schemes import SchemeBook, not_evaluated
from lms.curriculum.catalog import Catalog
from lms.curriculum.content import Language, Module
from lms.curriculum.quality import measured_minutes
from lms.readability import grade, plain, worst_sentences
from lms.standards import CATEGORIES, COMPETENCIES, PRINCIPLES, category_of


@dataclass(frozen=True)
class Table:
    """One table: its title, the heads of its columns, its rows; `notes` stand below it."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        widths = [max(len(row[place]) for row in (self.heads, *self.rows)) for place in range(len(self.heads))]
        lines = ["", self.title, ""]
        for row in (self.heads, tuple("-" * width for width in widths), *self.rows):
            cells = [row[0].ljust(widths[0])]
            cells += [
                cell.rjust(width) if _is_figure(cell) or row is self.heads else cell.ljust(width)
                for cell, width in zip(row[1:], widths[1:], strict=True)
            ]
            lines.append("  ".join(cells).rstrip())
        return "\n".join((*lines, *(("", *self.notes) if self.notes else ())))


def _is_figure(text: str) -> bool:
    return text.strip("+-%.,/ ").replace(".", "").isdigit() or text in ("", "·")


def tables(modules: Catalog, bank: Bank, book: SchemeBook) -> Iterator[Table]:
    """All tables, in the order of a module's making: hours, words, items, schemes."""
    items = tuple(bank.items.values())
    yield _tracks(modules)
    yield _minutes(modules)
    yield _reading(modules)
    yield _competencies(items)
    yield _objectives(modules, items)
    yield _blueprints(bank)
    yield _spanish(modules, items)
    yield _areas(modules, book)
    yield _not_evaluated(book)


def _tracks(modules: Catalog) -> Table:
    rows = []
    for track in modules.tracks:
        for part in track.parts:
            module = modules.modules[part.module]
            live = module.live.minutes if module.live else 0
            planned = str(part.minutes or module.contact_minutes)
            rows.append((track.id, part.module, str(module.minutes), str(live), planned))
        total = sum(part.minutes or modules.modules[part.module].contact_minutes for part in track.parts)
        rows.append((track.id, f"= {total / 60:g} hours", "", "", str(total)))
    return Table("Tracks, in minutes", ("track", "module", "self-paced", "live", "in all"), tuple(rows))


def _minutes(modules: Catalog) -> Table:
    rows = []
    for module in modules:
        for lesson in module.lessons:
            measured = measured_minutes(lesson.texts["en"])
            off = f"{100 * (measured / lesson.minutes - 1):+.0f}%"
            rows.append((module.id, lesson.id, str(lesson.minutes), f"{measured:.1f}", off))
    notes = (
        "The rule: 180 words a minute, 3 for scenario and reflection each, 2 for the check and each practice.",
    )
    return Table(
        "Minutes of lessons, declared and measured",
        ("module", "lesson", "declared", "measured", "off"),
        tuple(rows),
        notes,
    )


def _reading(modules: Catalog) -> Table:
    rows = []
    for module in modules:
        for lesson in module.lessons:
            text = plain(lesson.texts["en"].body)
            rows.append((module.id, lesson.id, f"{grade(text):.1f}", ""))
            rows += [("", "", f"{hard:.0f}", _short(sentence)) for hard, sentence in worst_sentences(text)]
    return Table(
        "Reading grade of lessons (Flesch-Kincaid, 8 is the most), with the three hardest sentences of each",
        ("module", "lesson", "grade", "sentence"),
        tuple(rows),
    )


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 90 else f"{text[:89]}…"


def _competencies(items: Sequence[Item]) -> Table:
    found = Counter((item.principle, category_of(item.samhsa)) for item in items if item.samhsa)
    rows = [
        (
            principle,
            *(str(found[principle, category] or "·") for category in CATEGORIES),
            str(sum(found[principle, category] for category in CATEGORIES)),
        )
        for principle in PRINCIPLES
    ]
    totals = [sum(found[principle, category] for principle in PRINCIPLES) for category in CATEGORIES]
    rows.append(("all", *(str(total) for total in totals), str(sum(totals))))
    asked = {item.samhsa for item in items}
    missing = [code for code in COMPETENCIES if code not in asked]
    notes = [f"C{category}: {title}" for category, title in CATEGORIES.items()]
    notes.append(f"Codes without an item: {', '.join(missing) or 'none'}")
    heads = ("principle", *(f"C{category}" for category in CATEGORIES), "all")
    return Table("Items by principle and SAMHSA category", heads, tuple(rows), tuple(notes))


def _objectives(modules: Catalog, items: Sequence[Item]) -> Table:
    asked = Counter((item.module, item.objective) for item in items)
    rows = []
    for module in modules:
        taught = Counter(lesson.objective for lesson in module.lessons)
        for objective in module.objectives:
            few = "too few" if asked[module.id, objective.id] < 3 or not taught[objective.id] else ""
            rows.append(
                (module.id, objective.id, str(taught[objective.id]), str(asked[module.id, objective.id]), few)
            )
    return Table(
        "Objectives, with the lessons that teach them and the items that ask them",
        ("module", "objective", "lessons", "items", ""),
        tuple(rows),
        (f"{len(items)} items in {len(modules.modules)} modules.",),
    )


def _blueprints(bank: Bank) -> Table:
    """For each family of forms: what a form asks of each domain and level, and how much there is."""
    rows = []
    checks = [one for one in bank.examinations.values() if one.kind is ExaminationKind.MODULE_CHECK]
    seen = {item_id for check in checks for form in check.forms for item_id in form.items}
    pool = [item for item in bank.items.values() if item.id not in seen]
    there = Counter((item.domain, item.level) for item in pool)
    for examination in bank.examinations.values():
        if examination.blueprint is None:
            continue
        first = [bank.items[item_id] for item_id in examination.forms[0].items]
        asked = Counter((item.domain, item.level) for item in first)
        for domain in Domain:
            for level in Level:
                needs, has = asked[domain, level], there[domain, level]
                times = f"{has / needs:.1f}" if needs else ""
                rows.append((examination.id, domain.value, level.value, str(needs), str(has), times))
        rows.append((examination.id, "all", "", str(len(first)), str(len(pool)), ""))
    return Table(
        "Items that a form asks by its blueprint, and items that there are outside module checks",
        ("examination", "domain", "level", "asks", "there are", "times"),
        tuple(rows),
    )


def _spanish(modules: Catalog, items: Sequence[Item]) -> Table:
    rows = []
    for module in modules:
        own = [item for item in items if item.module == module.id]
        rows.append(
            (
                module.id,
                _part(
                    "es" in one for one in (module.title, module.summary, *(o.text for o in module.objectives))
                ),
                _part("es" in lesson.texts for lesson in module.lessons),
                _part("es" in guide for guide in ([module.live.guide] if module.live else [])),
                _part("es" in one for one in _bridge(module)),
                _part(item.prompt.es is not None for item in own),
            )
        )
    heads = ("module", "titles, aims", "lessons", "guide", "bridge", "items")
    return Table("What is there in Spanish", heads, tuple(rows))


def _bridge(module: Module) -> list[Mapping[Language, object]]:
    return [module.bridge.to_try, module.bridge.look_for] if module.bridge else []


def _part(are_there: Iterable[bool]) -> str:
    found = list(are_there)
    return f"{sum(found)}/{len(found)}"


def _areas(modules: Catalog, book: SchemeBook) -> Table:
    rows = []
    for scheme in book.versions.values():
        totals: Counter[str] = Counter()
        shares = dict(scheme.allocation) or {
            module.id: tuple((topic.value, minutes) for topic, minutes in module.topics.items())
            for module in modules
        }
        for module_id, parts in shares.items():
            if module_id in modules.modules:
                totals.update(dict(parts))
        rows += [(f"{scheme.id} v{scheme.version}", area, f"{total / 60:g}") for area, total in totals.items()]
        rows.append((f"{scheme.id} v{scheme.version}", "all", f"{sum(totals.values()) / 60:g}"))
    return Table(
        "Hours of all modules under the areas of each scheme", ("scheme", "area", "hours"), tuple(rows)
    )


def _not_evaluated(book: SchemeBook) -> Table:
    return Table(
        "Not evaluated yet, and never counted as met",
        ("scheme", "requirement", "kind", "title"),
        tuple(
            (f"{scheme} v{version}", name, kind, title)
            for scheme, version, name, kind, title in not_evaluated(book)
        ),
    )
