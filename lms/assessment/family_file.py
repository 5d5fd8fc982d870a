"""The blueprint of a family of forms, read from an examination's file."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

import yaml

from lms.assessment.blueprint import Blueprint
from lms.assessment.items import Domain, Level
from lms.assessment.reading import Reading

E = TypeVar("E", bound=StrEnum)
_MOST = 1000


def read_blueprint(reading: Reading, node: yaml.Node) -> Blueprint:
    """The blueprint at the node. Domains and levels must each add up to the count."""
    keys = reading.keys(node, ("forms", "count", "domains", "levels", "modules"))
    count = reading.whole(keys.get("count"), "count", 1, _MOST)
    forms = [
        reading.identifier(part, "a form id") for part in reading.parts(keys.get("forms"), "the family's forms")
    ]
    if len(set(forms)) < len(forms):
        reading.fault(keys["forms"], "a form of the family is there twice")
    modules = reading.keys(keys["modules"], ("least",)) if "modules" in keys else {}
    return Blueprint(
        forms=tuple(forms),
        count=count,
        domains=_shares(reading, keys.get("domains"), "domains", Domain, count),
        levels=_shares(reading, keys.get("levels"), "levels", Level, count),
        least_a_module=reading.whole(modules.get("least"), "least", 0, _MOST),
    )


def _shares(
    reading: Reading, node: yaml.Node | None, what: str, parts: type[E], count: int
) -> tuple[tuple[E, int], ...]:
    keys = reading.keys(node, tuple(parts)) if node is not None else {}
    shares = tuple((part, reading.whole(keys.get(part), part, 0, _MOST)) for part in parts)
    if node is not None and (total := sum(share for _part, share in shares)) != count:
        reading.fault(node, f"the {what} add up to {total}, the form asks {count}")
    return shares
