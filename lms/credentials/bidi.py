"""The order in which the letters of one line are drawn when it is read from right to left, or both ways. Pure.

The Unicode Bidirectional Algorithm (UAX #9) for a line without embeddings, overrides and isolates: names
cannot hold those (see `naming.hidden_letters`). Pairs of brackets are taken as other neutral signs.
"""

from itertools import groupby
from typing import TypeVar
from unicodedata import bidirectional

RIGHT_TO_LEFT = ("R", "AL")
STRONG = ("L", *RIGHT_TO_LEFT)
NEUTRAL = ("B", "S", "WS", "ON", "BN", "ES", "ET", "CS")
Run = TypeVar("Run")


def base_level(text: str) -> int:
    """0 for a line that begins from the left, 1 for one that begins from the right (rules P2 and P3)."""
    first = next((kind for kind in map(bidirectional, text) if kind in STRONG), "L")
    return int(first in RIGHT_TO_LEFT)


def levels(text: str, base: int | None = None) -> list[int]:
    """The embedding level of each letter: even is read from the left, odd from the right."""
    if base is None:
        base = base_level(text)
    edge = "R" if base else "L"
    kinds = _neutrals_resolved(_weak_resolved([bidirectional(letter) for letter in text], edge), edge)
    rises = {"L": (0, 1), "R": (1, 0), "AN": (2, 1), "EN": (2, 1)}
    found = [base + rises[kind][base % 2] for kind in kinds]
    for at in range(len(text) - 1, -1, -1):  # Rule L1: spaces at the end stay at the base.
        if bidirectional(text[at]) not in ("WS", "S", "B"):
            break
        found[at] = base
    return found


def _weak_resolved(kinds: list[str], edge: str) -> list[str]:
    """Rules W1 to W7: marks, numbers and the signs in numbers."""
    before, strong = edge, edge
    for at, kind in enumerate(kinds):
        if kind == "NSM":
            kinds[at] = before
        elif kind == "EN" and strong == "AL":
            kinds[at] = "AN"
        before = kinds[at]
        if before in STRONG:
            strong = before
    kinds = ["R" if kind == "AL" else kind for kind in kinds]
    for at in range(1, len(kinds) - 1):
        around = {kinds[at - 1], kinds[at + 1]}
        if (kinds[at] in ("ES", "CS") and around == {"EN"}) or (kinds[at] == "CS" and around == {"AN"}):
            kinds[at] = kinds[at - 1]
    kinds = _terminators_joined(kinds)
    strong = edge
    for at, kind in enumerate(kinds):
        if kind in ("L", "R"):
            strong = kind
        elif kind == "EN" and strong == "L":
            kinds[at] = "L"
    return kinds


def _terminators_joined(kinds: list[str]) -> list[str]:
    """Rule W5: signs as % and $ beside a number belong to it."""
    spans = [(kind, len(list(same))) for kind, same in groupby(kinds)]
    joined: list[str] = []
    for at, (kind, count) in enumerate(spans):
        beside = [spans[near][0] for near in (at - 1, at + 1) if 0 <= near < len(spans)]
        joined += ["EN" if kind == "ET" and "EN" in beside else kind] * count
    return joined


def _neutrals_resolved(kinds: list[str], edge: str) -> list[str]:
    """Rules N1 and N2: what has no direction takes that of both its sides, else that of the line."""
    spans = [(is_neutral, list(same)) for is_neutral, same in groupby(kinds, lambda kind: kind in NEUTRAL)]
    resolved: list[str] = []
    for at, (is_neutral, span) in enumerate(spans):
        if not is_neutral:
            resolved += span
            continue
        left = _side(spans[at - 1][1][-1]) if at else edge
        right = _side(spans[at + 1][1][0]) if at + 1 < len(spans) else edge
        resolved += [left if left == right else edge] * len(span)
    return resolved


def _side(kind: str) -> str:
    return "R" if kind in ("AN", "EN") else kind


def in_view(runs: list[tuple[int, Run]]) -> list[Run]:
    """Runs with their levels, in the order in which they stand on the line from the left (rule L2)."""
    ordered = list(runs)
    highest = max((level for level, _ in runs), default=0)
    lowest_odd = min((level for level, _ in runs if level % 2), default=highest + 1)
    for level in range(highest, lowest_odd - 1, -1):
        at = 0
        while at < len(ordered):
            end = at
            while end < len(ordered) and ordered[end][0] >= level:
                end += 1
            ordered[at:end] = reversed(ordered[at:end])
            at = max(end, at + 1)
    return [run for _, run in ordered]
