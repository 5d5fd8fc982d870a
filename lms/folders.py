"""Folders of content: read once for each state of their files, however often they are asked for. Pure."""

from collections.abc import Callable
from functools import lru_cache, wraps
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
State = frozenset[tuple[str, int, int]]


def state_of(folder: Path) -> State:
    """What tells whether a file in the folder has changed: names, times and sizes."""
    facts = ((path, path.stat()) for path in folder.rglob("*") if path.is_file())
    return frozenset((str(path), stat.st_mtime_ns, stat.st_size) for path, stat in facts)


def read_once(load: Callable[[Path], T]) -> Callable[[Path], T]:
    """`load`, keeping what it answered until a file in the folder changes. What it answers is frozen."""

    @lru_cache(maxsize=8)
    def kept(folder: Path, _state: State) -> T:
        return load(folder)

    @wraps(load)
    def read(folder: Path) -> T:
        return kept(folder, state_of(folder))

    return read
