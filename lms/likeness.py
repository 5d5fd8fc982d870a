"""Whether something here repeats another text: twelve words in a row are no longer our own words."""

import re
from collections.abc import Iterator
from pathlib import Path

from lms.errors import Fault

RUN = 12
FOLDERS = ("modules", "assessments", "docs", "lms", "deploy", "tests", "bench")
ENDINGS = frozenset({".md", ".yaml", ".py", ".html", ".txt", ".po", ".css", ".js", ".toml"})
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


def faults(root: Path, others: Path) -> list[Fault]:
    """Each place of the project's texts that has a run of words in common with a text of the folder."""
    theirs: dict[tuple[str, ...], str] = {}
    for path in sorted(others.rglob("*")):
        if path.is_file():
            words = [word for word, _line in _words(path)]
            for start in range(len(words) - RUN + 1):
                theirs.setdefault(tuple(words[start : start + RUN]), path.name)
    return [fault for path in _ours(root) for fault in _in_file(path, theirs)]


def _ours(root: Path) -> Iterator[Path]:
    yield from sorted(root.glob("*.md"))
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and path.suffix in ENDINGS:
                yield path


def _in_file(path: Path, theirs: dict[tuple[str, ...], str]) -> Iterator[Fault]:
    words = _words(path)
    last = -RUN
    for start in range(len(words) - RUN + 1):
        run = tuple(word for word, _line in words[start : start + RUN])
        if run in theirs and start >= last + RUN:  # a longer run is told once for every twelve words
            last = start
            yield Fault(str(path), words[start][1], f"{theirs[run]} has these words too: {' '.join(run)}.")


def _words(path: Path) -> list[tuple[str, int]]:
    """The words of a file in small letters, each with its line."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        return []
    return [
        (word.lower().replace("’", "'"), number)
        for number, line in enumerate(lines, 1)
        for word in _WORD.findall(line)
    ]
