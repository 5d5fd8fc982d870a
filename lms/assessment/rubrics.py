"""Rubrics: by what an assessor judges work that no program can mark. Pure; one file of YAML for each.

Every level of a criterion says what is seen or heard, so that two assessors can agree. The pass rule:
each criterion at `least`, those of `must` at their own level, and the mean over all at `mean`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import yaml

from lms.assessment.items import Words
from lms.assessment.reading import Reading
from lms.standards import COMPETENCIES, PRINCIPLES

LEVELS = 4
_FEWEST, _MOST = 4, 6
_KEYS = (
    "id",
    "revision",
    "title",
    "purpose",
    "scored_by",
    "minutes",
    "for_trainee",
    "for_scorer",
    "pass",
    "criteria",
    "note",
)


@dataclass(frozen=True)
class Criterion:
    """One thing that is looked at, with what each level from 1 to 4 looks like."""

    id: str
    title: Words
    principle: str
    samhsa: str
    levels: tuple[Words, ...]


@dataclass(frozen=True)
class PassRule:
    """What a pass needs: each criterion at `least`, the mean, and more for the criteria of `must`."""

    least: int
    mean: Decimal
    must: Mapping[str, int]


@dataclass(frozen=True)
class Rubric:
    """What one task is judged by, and how, for those who do it and those who score it."""

    id: str
    revision: int
    title: Words
    purpose: Words
    scored_by: Words
    minutes: int
    for_trainee: tuple[Words, ...]
    for_scorer: tuple[Words, ...]
    passing: PassRule
    criteria: tuple[Criterion, ...]
    note: Words

    @property
    def texts(self) -> tuple[Words, ...]:
        """Every text of the rubric, in the order of the page."""
        parts = [self.title, self.purpose, self.scored_by, *self.for_trainee, *self.for_scorer]
        for criterion in self.criteria:
            parts += [criterion.title, *criterion.levels]
        return (*parts, self.note)

    def as_json(self) -> dict[str, Any]:
        """The rubric for the hash of the bank."""
        return {
            "id": self.id,
            "revision": self.revision,
            "minutes": self.minutes,
            "pass": [self.passing.least, str(self.passing.mean), dict(self.passing.must)],
            "criteria": [[one.id, one.principle, one.samhsa] for one in self.criteria],
            "texts": [text.as_json() for text in self.texts],
        }


def read_rubric(reading: Reading, root: yaml.Node) -> Rubric:
    """The rubric of a file. What is wrong with it is noted with `reading`."""
    keys = reading.keys(root, _KEYS)
    criteria = _criteria(reading, keys.get("criteria"))
    return Rubric(
        id=reading.identifier(keys.get("id"), "the rubric id"),
        revision=reading.whole(keys.get("revision"), "revision", 1, 1_000_000),
        title=reading.words(keys.get("title"), "title"),
        purpose=reading.words(keys.get("purpose"), "purpose"),
        scored_by=reading.words(keys.get("scored_by"), "scored_by"),
        minutes=reading.whole(keys.get("minutes"), "minutes", 1, 480),
        for_trainee=_lines(reading, keys.get("for_trainee"), "for_trainee"),
        for_scorer=_lines(reading, keys.get("for_scorer"), "for_scorer"),
        passing=_pass_rule(reading, keys.get("pass"), [one.id for one in criteria]),
        criteria=criteria,
        note=reading.words(keys.get("note"), "note"),
    )


def _lines(reading: Reading, node: yaml.Node | None, what: str) -> tuple[Words, ...]:
    return tuple(reading.words(part, what) for part in reading.parts(node, what))


def _criteria(reading: Reading, node: yaml.Node | None) -> tuple[Criterion, ...]:
    found: dict[str, Criterion] = {}
    parts = reading.parts(node, "criteria", least=_FEWEST)
    if node is not None and len(parts) > _MOST:
        reading.fault(node, f"criteria has {len(parts)}; {_MOST} is the most that a scorer can hold")
    for part in parts:
        keys = reading.keys(part, ("id", "title", "principle", "samhsa", "levels"))
        levels = _lines(reading, keys.get("levels"), "levels")
        if "levels" in keys and len(levels) != LEVELS:
            reading.fault(keys["levels"], f"a criterion has {LEVELS} levels, this one {len(levels)}")
        criterion = Criterion(
            id=reading.identifier(keys.get("id"), "the criterion id"),
            title=reading.words(keys.get("title"), "title"),
            principle=reading.known(keys.get("principle"), "principle", PRINCIPLES),
            samhsa=reading.known(keys.get("samhsa"), "samhsa", COMPETENCIES),
            levels=levels,
        )
        if criterion.id in found:
            reading.fault(part, f"the criterion '{criterion.id}' is there twice")
        found[criterion.id] = criterion
    return tuple(found.values())


def _pass_rule(reading: Reading, node: yaml.Node | None, criteria: list[str]) -> PassRule:
    keys = reading.keys(node, ("least", "mean", "must")) if node is not None else {}
    must: dict[str, int] = {}
    if "must" in keys:
        for name, level in reading.keys(keys["must"], (), criteria).items():
            must[name] = reading.whole(level, name, 1, LEVELS)
    return PassRule(
        least=reading.whole(keys.get("least"), "least", 1, LEVELS),
        mean=reading.number(keys.get("mean"), "mean", 1, LEVELS),
        must=MappingProxyType(must),
    )


def is_pass(rubric: Rubric, levels: Mapping[str, int]) -> bool:
    """Whether these levels meet the rubric's own pass rule. Raises ValueError unless each has one.

    The mean is not rounded: 2.4 is below 2.5.
    """
    if set(levels) != {one.id for one in rubric.criteria} or not all(1 <= n <= LEVELS for n in levels.values()):
        raise ValueError("every criterion needs one of its levels")
    rule = rubric.passing
    return all(
        levels[one.id] >= max(rule.least, rule.must.get(one.id, 0)) for one in rubric.criteria
    ) and Decimal(sum(levels.values())) >= rule.mean * len(levels)


def fingerprint(rubric: Rubric) -> str:
    """SHA-256 of everything the rubric says, so that what was scored by can be told later."""
    text = json.dumps(rubric.as_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
