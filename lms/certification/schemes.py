"""The schemes this house works with: `schemes/<id>.v<version>.yaml`, every version that is still needed.

Pure but for reading files. A version that somebody may have applied under is never edited: a change is
a new file with the next version. A folder with faults keeps what was loaded last.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from lms.certification.kinds import (
    AttestationMade,
    ExaminationPassed,
    ModuleCompleted,
    NotEvaluated,
    Requirement,
)
from lms.certification.reading.linting import line_of
from lms.certification.scheme_file import Scheme, parse
from lms.errors import Fault
from lms.folders import read_once

FOLDER = Path(__file__).parent / "schemes"


@dataclass(frozen=True)
class SchemeBook:
    """All schemes by id and version."""

    versions: Mapping[tuple[str, int], Scheme] = field(default_factory=dict)

    def current(self, scheme_id: str, on: date) -> Scheme | None:
        """The newest version in force on that day."""
        in_force = [
            scheme
            for scheme in self.versions.values()
            if scheme.id == scheme_id and scheme.effective_from <= on
        ]
        return max(in_force, key=lambda scheme: scheme.version, default=None)

    def version(self, scheme_id: str, version: int) -> Scheme | None:
        """That very version, however old."""
        return self.versions.get((scheme_id, version))

    def renewal_of(self, scheme_id: str, on: date) -> Scheme | None:
        """The scheme in force on that day by which a certification of this one is renewed."""
        names = sorted({one.id for one in self.versions.values() if one.renewal_of == scheme_id})
        return next((found for name in names if (found := self.current(name, on)) is not None), None)

    def in_force(self, on: date) -> tuple[Scheme, ...]:
        """The current version of each scheme that one may begin with, completions first; no renewals."""
        found = (
            self.current(scheme_id, on) for scheme_id in sorted({scheme_id for scheme_id, _v in self.versions})
        )
        return tuple(
            sorted(
                (scheme for scheme in found if scheme and not scheme.renewal_of),
                key=lambda scheme: (scheme.kind != "completion", scheme.id),
            )
        )


_loaded = SchemeBook()


def schemes() -> SchemeBook:
    """The schemes this process works with."""
    return _loaded


def configure(folder: Path = FOLDER) -> list[Fault]:
    """Load the folder. With faults the last good schemes stay, and the faults are handed back.

    At the first start there is no last good one: then the files without a fault are taken.
    """
    global _loaded
    book, faults = _read(folder)
    if not faults or not _loaded.versions:
        _loaded = book
    return faults


def load(folder: Path = FOLDER) -> tuple[SchemeBook, list[Fault]]:
    """Every scheme file of a folder, and every fault in them."""
    versions: dict[tuple[str, int], Scheme] = {}
    faults: list[Fault] = []
    paths = sorted(folder.glob("*.yaml"))
    if not paths:
        faults.append(Fault(str(folder), 1, "There are no scheme files here."))
    for path in paths:
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            faults.append(Fault(str(path), 1, "The file is not UTF-8."))
            continue
        scheme, wrong = parse(text, str(path))
        faults += wrong
        if scheme is None:
            continue
        if path.name != f"{scheme.id}.v{scheme.version}.yaml":
            faults.append(Fault(str(path), 1, f"The file's name must be {scheme.id}.v{scheme.version}.yaml."))
        versions[scheme.id, scheme.version] = scheme
    return SchemeBook(versions), [*faults, *_out_of_order(versions, folder)]


def _out_of_order(versions: Mapping[tuple[str, int], Scheme], folder: Path) -> Iterator[Fault]:
    """A later version that is in force no later than the one before it, which then never holds."""
    for (scheme_id, version), scheme in sorted(versions.items()):
        before = max((one for one in versions if one[0] == scheme_id and one[1] < version), default=None)
        if before is not None and scheme.effective_from <= versions[before].effective_from:
            path = str(folder / f"{scheme_id}.v{version}.yaml")
            lines = scheme.definition.splitlines()
            line = next(number for number, text in enumerate(lines, 1) if text.startswith("effective_from"))
            since = versions[before].effective_from
            yield Fault(path, line, f"Version {before[1]} is in force from {since}; this must be later.")


_read = read_once(load)


def problems_with(
    book: SchemeBook,
    *,
    modules: Mapping[str, int],
    examinations: Iterable[str],
    texts: Iterable[tuple[str, int]],
) -> list[Fault]:
    """Modules (with their minutes), examinations and texts that schemes ask for and nobody offers.

    A scheme that only describes another body's rules (`issuer: none`) may ask for what is not taught here.
    What a scheme shares out of a module is all of the module's minutes, each once.
    """
    offered = {*modules, *examinations, *(f"{text} v{version}" for text, version in texts)}
    faults: list[Fault] = []
    for scheme in book.versions.values():
        faults += _problems_with_shares(scheme, modules)
        if scheme.issuer == "none":
            continue
        for asked in scheme.walk():
            name = _asked_name(asked)
            if name is not None and name not in offered:
                path = FOLDER / f"{scheme.id}.v{scheme.version}.yaml"
                line = line_of(scheme.definition, asked.id)
                faults.append(Fault(str(path), line, f"'{asked.id}' asks for {name}, which is not offered."))
    return faults


def _problems_with_shares(scheme: Scheme, modules: Mapping[str, int]) -> Iterator[Fault]:
    path = str(FOLDER / f"{scheme.id}.v{scheme.version}.yaml")
    lines = scheme.definition.splitlines()
    for module, shares in scheme.allocation:
        line = next(
            (number for number, text in enumerate(lines, 1) if text.strip().startswith(f"{module}:")), 1
        )
        told = sum(minutes for _area, minutes in shares)
        if module not in modules:
            yield Fault(path, line, f"There is no module '{module}' to share out.")
        elif told != modules[module]:
            sentence = f"'{module}' has {modules[module]} minutes, and {told} are shared out."
            yield Fault(path, line, sentence)


def not_evaluated(book: SchemeBook) -> tuple[tuple[str, int, str, str, str], ...]:
    """What no program here checks: (scheme, version, requirement, kind, title), in the order of the files."""
    return tuple(
        (scheme.id, scheme.version, asked.id, asked.kind, dict(asked.title)["en"])
        for _key, scheme in sorted(book.versions.items())
        for asked in scheme.walk()
        if isinstance(asked, NotEvaluated)
    )


def _asked_name(asked: Requirement) -> str | None:
    match asked:
        case ModuleCompleted():
            return asked.module
        case ExaminationPassed():
            return asked.examination
        case AttestationMade():
            return f"{asked.text} v{asked.text_version}"
    return None
