"""Reads of the public log: its size, nodes, entries and checkpoints."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask import current_app

from lms.credentials.badges import multikey
from lms.credentials.log import notes, tiles, tree
from lms.credentials.models import LogCheckpoint, LogEntry, LogNode
from lms.credentials.queries.keys import Purpose, keys_of
from lms.db import session

Nodes = dict[tuple[int, int], bytes]


@dataclass(frozen=True, slots=True)
class CheckpointCard:
    """A signed checkpoint."""

    size: int
    note: str
    at: datetime


def origin() -> str:
    """The log's name: where it is published, without the scheme."""
    root: str = current_app.config["SETTINGS"].public_root
    return root.partition("://")[2] + "/log"


def size() -> int:
    """How many entries there are."""
    last = session().scalar(sa.select(sa.func.max(LogEntry.number)))
    return 0 if last is None else last + 1


def node(level: int, number: int) -> bytes:
    """The hash of a complete subtree. Raises LookupError."""
    found = session().scalar(sa.select(LogNode.digest).where(LogNode.level == level, LogNode.number == number))
    if found is None:
        raise LookupError(f"the log has no node {number} on level {level}")
    return bytes(found)


def nodes_in(tile: tiles.Tile) -> bytes:
    """The bytes of a tile of hashes, in one statement."""
    first = tile.number * tiles.WIDTH
    rows = session().scalars(
        sa.select(LogNode.digest)
        .where(
            LogNode.level == tiles.HEIGHT * (tile.level or 0),
            LogNode.number >= first,
            LogNode.number < first + tile.width,
        )
        .order_by(LogNode.number)
    )
    return b"".join(bytes(row) for row in rows)


def entries_in(tile: tiles.Tile) -> bytes:
    """The bytes of a tile of entries, in one statement."""
    first = tile.number * tiles.WIDTH
    return tiles.bundle(body.encode() for body in bodies(first, first + tile.width))


def bodies(begin: int, end: int) -> Iterable[str]:
    """The entries begin..end in their order."""
    return session().scalars(
        sa.select(LogEntry.body)
        .where(LogEntry.number >= begin, LogEntry.number < end)
        .order_by(LogEntry.number)
    )


def newest_checkpoint() -> CheckpointCard | None:
    """The last checkpoint that was signed."""
    row = (
        session()
        .execute(
            sa.select(LogCheckpoint.size, LogCheckpoint.note, LogCheckpoint.at)
            .order_by(LogCheckpoint.size.desc())
            .limit(1)
        )
        .first()
    )
    return CheckpointCard(*row) if row else None


def unsigned_size() -> list[int]:
    """The size of the log when no checkpoint covers it yet; nothing when one does."""
    count, last = size(), newest_checkpoint()
    return [count] if count and (last is None or last.size < count) else []


def checkpoints() -> tuple[CheckpointCard, ...]:
    """All checkpoints, the smallest first."""
    rows = session().execute(
        sa.select(LogCheckpoint.size, LogCheckpoint.note, LogCheckpoint.at).order_by(LogCheckpoint.size)
    )
    return tuple(CheckpointCard(*row) for row in rows)


def proof_of(number: int) -> str | None:
    """The portable proof that an entry is in the log; None until a checkpoint covers it."""
    last = newest_checkpoint()
    if last is None or not 0 <= number < last.size:
        return None
    return notes.proof_file(number, tree.inclusion_proof(number, last.size, node), last.note)


def faults() -> Iterable[str]:
    """Where the stored log does not hold together: one sentence for each place. Reads all of it once."""
    rows = session().execute(sa.select(LogNode.level, LogNode.number, LogNode.digest))
    kept = {(level, number): bytes(digest) for level, number, digest in rows}
    count = size()
    if session().scalar(sa.select(sa.func.count()).select_from(LogEntry)) != count:
        yield "log_entry: numbers are missing."
    made: Nodes = {}
    for number, body in enumerate(bodies(0, count)):
        for level, place, digest in tree.added_by(number, tree.leaf_hash(body.encode()), _in(made)):
            made[level, place] = digest
            if kept.get((level, place)) != digest:
                yield f"log_node {place} of level {level}: it is not the hash of its entries."
    for left_over in sorted(kept.keys() - made.keys()):
        yield f"log_node {left_over[1]} of level {left_over[0]}: it has no entries."
    yield from _checkpoint_faults(made, sum(1 for level, _place in made if level == 0))


def _in(made: Nodes) -> tree.Node:
    return lambda level, place: made[level, place]


def _checkpoint_faults(made: Nodes, count: int) -> Iterable[str]:
    for checkpoint in checkpoints():
        if checkpoint.size > count:
            yield f"log_checkpoint {checkpoint.size}: the log has {count} entries only."
            continue
        said = said_in(checkpoint.note)
        if said is None:
            yield f"log_checkpoint {checkpoint.size}: it is not signed by a key of the log."
        elif (said.size, said.root) != (checkpoint.size, tree.root_of(checkpoint.size, _in(made))):
            yield f"log_checkpoint {checkpoint.size}: it does not say what the entries say."


def said_in(note: str) -> notes.Checkpoint | None:
    """What a checkpoint says, by whichever key of the log signed it."""
    name = note.partition("\n")[0]
    for key in keys_of(None, Purpose.LOG):
        try:
            return notes.checkpoint_in(note, name, multikey.public_key(key.public))
        except notes.NoteFault:
            continue
    return None
