"""The worksheet behind a cut: how the line was found, by whom, and how far that has come. Pure.

Modified Angoff (Angoff 1971; Cizek and Bunch 2007, Standard Setting): a panel judges for each item how many
of 100 people who are just ready would get it right. Until a panel has met, the estimates are the authors'.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import yaml

from lms.assessment.items import Item
from lms.assessment.reading import Reading

# So many percentage points may lie between the cut and what the items of a form are judged to ask.
TOLERANCE = 3
_KEYS = (
    "examination",
    "revision",
    "method",
    "barely_qualified",
    "rounds",
    "panel",
    "status",
    "source",
    "cut_percent",
)


@dataclass(frozen=True)
class Worksheet:
    """How the cut of an examination was set. `panel`: who has judged, one line each; empty before that."""

    examination: str
    revision: int
    method: str
    barely_qualified: str
    rounds: tuple[str, ...]
    panel: tuple[str, ...]
    status: str
    source: str
    cut_percent: int

    def as_json(self) -> dict[str, Any]:
        """The worksheet for the hash of the bank."""
        return {name: getattr(self, name) for name in _KEYS}


def mean_estimate(items: Collection[Item]) -> Fraction | None:
    """The mean of the items' estimates in percent; None when none of them has one."""
    estimates = [item.estimate for item in items if item.estimate is not None]
    return Fraction(sum(estimates), len(estimates)) if estimates else None


def read_worksheet(reading: Reading, root: yaml.Node) -> Worksheet:
    """The worksheet of a file. What is wrong with it is noted with `reading`."""
    keys = reading.keys(root, _KEYS)
    return Worksheet(
        examination=reading.identifier(keys.get("examination"), "examination"),
        revision=reading.whole(keys.get("revision"), "revision", 1, 1_000_000),
        method=reading.text(keys.get("method"), "method"),
        barely_qualified=reading.text(keys.get("barely_qualified"), "barely_qualified"),
        rounds=tuple(reading.text(part, "a round") for part in reading.parts(keys.get("rounds"), "rounds")),
        panel=tuple(
            reading.text(part, "a panel member") for part in reading.parts(keys.get("panel"), "panel", least=0)
        ),
        status=reading.text(keys.get("status"), "status"),
        source=reading.text(keys.get("source"), "source"),
        cut_percent=reading.whole(keys.get("cut_percent"), "cut_percent", 1, 100),
    )
