"""All modules that are taught now, read once from their folder and kept."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lms.curriculum.content import Module
from lms.curriculum.marked import Marked
from lms.curriculum.parsing import read_module
from lms.curriculum.tracks import Track, read_tracks
from lms.errors import Fault
from lms.folders import State, read_once, state_of


@dataclass(frozen=True)
class Catalog:
    """The modules that are taught now, by id and in their order; and the tracks that they make up."""

    modules: Mapping[str, Module] = field(default_factory=dict)
    tracks: tuple[Track, ...] = ()

    def module(self, module_id: str) -> Module | None:
        """The module with this id, in the revision taught now."""
        return self.modules.get(module_id)

    def __iter__(self) -> Iterator[Module]:
        return iter(self.modules.values())


def load(folder: Path) -> tuple[Catalog, list[Fault]]:
    """The modules below this folder that have no fault, and the faults of the others."""
    faults: list[Fault] = []
    if not folder.is_dir():
        return Catalog(), [Fault(str(folder), 1, "There is no such folder of modules.")]
    found: dict[str, tuple[Module, Marked]] = {}
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not path.name.startswith((".", "_")):
            module, marks = read_module(path, faults)
            if module is not None and marks is not None:
                found[module.id] = (module, marks)
    for module, marks in found.values():
        faults += _problems_between(module, marks, found)
    modules = sorted((module for module, _ in found.values()), key=lambda one: (one.order, one.id))
    by_id = {module.id: module for module in modules}
    return Catalog(by_id, read_tracks(folder / "tracks.yaml", by_id, faults)), faults


def _problems_between(module: Module, marks: Marked, found: Mapping[str, tuple[Module, Marked]]) -> list[Fault]:
    faults = []
    for index, needed in enumerate(module.requires):
        if needed not in found:
            faults.append(marks.fault(("requires", index), f"There is no module `{needed}` without a fault."))
        elif module.id in _all_needed(needed, found):
            sentence = f"`{module.id}` and `{needed}` wait for each other."
            faults.append(marks.fault(("requires", index), sentence))
    return faults


def _all_needed(module_id: str, found: Mapping[str, tuple[Module, Marked]]) -> set[str]:
    needed: set[str] = set()
    waiting = [module_id]
    while waiting:
        current = waiting.pop()
        if current not in needed and current in found:
            needed.add(current)
            waiting += found[current][0].requires
    return needed


_read = read_once(load)
_folder: Path | None = None
_current = Catalog()
_files: State = frozenset()


def configure(folder: Path) -> list[Fault]:
    """Teach from this folder, and say what is wrong in it. Modules with a fault are left out."""
    global _folder, _current, _files
    _folder, _files = folder, state_of(folder)
    _current, faults = _read(folder)
    return faults


def reload() -> list[Fault]:
    """Read the folder again. When anything in it is at fault, the last good content stays."""
    global _current, _files
    if _folder is None:
        return []
    _files = state_of(_folder)
    fresh, faults = _read(_folder)
    if not faults:
        _current = fresh
    return faults


def refresh() -> list[Fault]:
    """Read the folder again if a file in it has changed since it was read last."""
    return reload() if _folder is not None and state_of(_folder) != _files else []


def catalog() -> Catalog:
    """The modules that are taught now."""
    return _current
