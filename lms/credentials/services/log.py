"""Adding to the public log."""

import json
from typing import Any

import sqlalchemy as sa

from lms import clock
from lms.credentials.badges.proof import instant
from lms.credentials.log import tree
from lms.credentials.models import LogEntry, LogNode
from lms.credentials.queries import log
from lms.db import session

# Any number does, as long as nothing else takes the same one.
PLACE = 7_310_014


def append(op: str, **hashes: str) -> int:
    """Add an entry and answer its number. Every value is a salted hash or a hash of something public.

    One writer at a time, so that numbers have no holes: SQLite has one anyway, PostgreSQL waits here.
    """
    if session().get_bind().dialect.name == "postgresql":
        session().execute(sa.select(sa.func.pg_advisory_xact_lock(PLACE)))
    number, at = log.size(), clock.now()
    body = json.dumps({"v": 1, "op": op, "t": instant(at), **hashes}, sort_keys=True, separators=(",", ":"))
    edge = _right_edge(number)
    made = list(tree.added_by(number, tree.leaf_hash(body.encode()), lambda level, place: edge[level, place]))
    session().execute(sa.insert(LogEntry), {"number": number, "body": body, "at": at})
    session().execute(
        sa.insert(LogNode),
        [{"level": level, "number": place, "digest": digest} for level, place, digest in made],
    )
    return number


def _right_edge(size: int) -> dict[tuple[int, int], bytes]:
    """The complete subtrees that make up the first `size` entries, in one statement."""
    places = [(level, (size >> level) - 1) for level in range(size.bit_length()) if size >> level & 1]
    if not places:
        return {}
    rows: Any = session().execute(
        sa.select(LogNode.level, LogNode.number, LogNode.digest).where(
            sa.tuple_(LogNode.level, LogNode.number).in_(places)
        )
    )
    return {(level, number): bytes(digest) for level, number, digest in rows}
