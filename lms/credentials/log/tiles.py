"""The log as static files, as c2sp.org/tlog-tiles names and fills them. Pure.

A tile holds up to 256 hashes of one level; tiles of level L hold the nodes of tree level 8 * L. An entry tile
holds up to 256 entries, each with its length in front. What is not full yet is named with its width.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lms.credentials.log.tree import Node

WIDTH = 256
HEIGHT = 8
LONGEST_ENTRY = 0xFFFF
_NAME = re.compile(r"(?:x[0-9]{3}/)*[0-9]{3}(?:\.p/(?:[1-9][0-9]{0,2}))?")


@dataclass(frozen=True)
class Tile:
    """One tile: its level (None for entries), its number, and how many of its 256 places are used."""

    level: int | None
    number: int
    width: int

    @property
    def path(self) -> str:
        """Where it is published, below `tile/`."""
        level = "entries" if self.level is None else str(self.level)
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"{level}/{spelled(self.number)}{partial}"


def spelled(number: int) -> str:
    """A tile's number in groups of three digits: 1234067 is x001/x234/067."""
    text = f"{number % 1000:03d}"
    while number >= 1000:
        number //= 1000
        text = f"x{number % 1000:03d}/{text}"
    return text


def tile_named(path: str, size: int) -> Tile | None:
    """The tile that is published there in a log of `size` entries; None when there is none.

    A partial tile is answered as long as the log has at least as many entries as it asks for.
    """
    name, _, rest = path.partition("/")
    if not _NAME.fullmatch(rest) or not (name == "entries" or name in ("0", "1", "2", "3", "4", "5", "6", "7")):
        return None
    level = None if name == "entries" else int(name)
    digits, _, partial = rest.partition(".p/")
    number = int(digits.replace("x", "").replace("/", ""))
    width = int(partial) if partial else WIDTH
    there = (size >> (HEIGHT * (level or 0))) - number * WIDTH
    if spelled(number) != digits or not 1 <= width <= min(WIDTH, there) or (partial and width == WIDTH):
        return None
    return Tile(level, number, width)


def tiles_of(size: int) -> Iterable[Tile]:
    """Every tile of a log of `size` entries, entries first."""
    for level in (None, *range(8)):
        left = size >> (HEIGHT * (level or 0))
        for number in range(-(-left // WIDTH)):
            yield Tile(level, number, min(WIDTH, left - number * WIDTH))
        if level is not None and left <= 1:
            return


def hashes_in(tile: Tile, node: Node) -> bytes:
    """The bytes of a tile of hashes."""
    level = HEIGHT * (tile.level or 0)
    first = tile.number * WIDTH
    return b"".join(node(level, first + place) for place in range(tile.width))


def bundle(entries: Iterable[bytes]) -> bytes:
    """The bytes of a tile of entries. Raises ValueError for an entry that is too long."""
    parts = []
    for entry in entries:
        if len(entry) > LONGEST_ENTRY:
            raise ValueError("An entry of the log can have 65,535 bytes at most.")
        parts += [len(entry).to_bytes(2, "big"), entry]
    return b"".join(parts)
