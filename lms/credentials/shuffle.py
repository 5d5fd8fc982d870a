"""An order in which the numbers of a list are given out, so that a number says nothing about its turn. Pure.

A Feistel network over 18 bits with SHA-256 as its round function: whatever the rounds do, two turns never meet
at one place. Places outside the list are walked over.
"""

import hashlib

HALF = 9
MASK = (1 << HALF) - 1
ROUNDS = 4


def place_of(turn: int, key: str, size: int) -> int:
    """The place, from 0 to size - 1, of that turn. Raises ValueError for a turn outside the list."""
    if not 0 <= turn < size <= 1 << 2 * HALF:
        raise ValueError(f"a list of {size} has no turn {turn}")
    place = _mixed(turn, key)
    while place >= size:
        place = _mixed(place, key)
    return place


def _mixed(number: int, key: str) -> int:
    left, right = number >> HALF, number & MASK
    for step in range(ROUNDS):
        digest = hashlib.sha256(f"{key}:{step}:{right}".encode()).digest()
        left, right = right, left ^ (int.from_bytes(digest[:2], "big") & MASK)
    return left << HALF | right
