"""A random draw that anyone can make again: the same seed and the same list give the same sample. Pure."""

import hashlib
from collections.abc import Iterable


def sample(ids: Iterable[int], percent: int, seed: str) -> tuple[int, ...]:
    """So many percent of these ids, rounded up, in ascending order (domain shape R43).

    Each id is put in order by the SHA-256 of seed and id, so that no program's random numbers are needed
    to check a draw, and the order in which the ids are given means nothing.
    """
    each = set(ids)
    ranked = sorted(each, key=lambda one: (hashlib.sha256(f"{seed}:{one}".encode()).hexdigest(), one))
    return tuple(sorted(ranked[: -(-len(each) * percent // 100)]))
