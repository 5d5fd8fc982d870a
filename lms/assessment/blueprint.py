"""Forms drawn from a pool by a blueprint: the same pool and the same ids give the same forms. Pure.

All forms of a family ask the same number of items in each cell (domain and level), so that they are alike.
The first two share no item; each later form takes the items that earlier ones asked least. No form holds
two items that are too alike or of which one gives the other's answer away.

How: (1) the cells, from the totals of the blueprint, in proportion to the pool; (2) from each module and
cell so many items, by the cheapest flow, for the first two forms together; (3) these are dealt out along
trails through modules and cells, one to each form by turns, which splits every cell evenly; (4) within a
module and cell the items stand in an order that a hash of the form's id shuffles; (5) of two items that may
not meet, one is put aside and the drawing begins again.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from types import MappingProxyType

from lms.assessment.flow import Network
from lms.assessment.items import Domain, Item, Level
from lms.assessment.likeness import alike_pairs, cueing_pairs

Cell = tuple[Domain, Level]
# Prices: what a module must have comes first, then how often an item was asked, then an even spread.
_MUST, _ASKED, _SPREAD = 10**12, 10**6, 10**3


@dataclass(frozen=True)
class Blueprint:
    """What each form of a family holds: so many items by domain, by level, and at least by module."""

    forms: tuple[str, ...]
    count: int
    domains: tuple[tuple[Domain, int], ...]
    levels: tuple[tuple[Level, int], ...]
    least_a_module: int


class Short(Exception):
    """The pool cannot fill the forms; the text says what it is short of."""


def stable_number(*parts: object) -> int:
    """A number that depends on the parts alone: not on the process, the machine or the day."""
    text = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])


def draw(blueprint: Blueprint, pool: Iterable[Item]) -> Mapping[str, tuple[str, ...]]:
    """The item ids of each form, by its id. Raises Short. The order of the pool does not matter."""
    return _draw(blueprint, tuple(sorted(pool, key=lambda item: item.id)))


@lru_cache(maxsize=8)
def _draw(blueprint: Blueprint, pool: tuple[Item, ...]) -> Mapping[str, tuple[str, ...]]:
    items = {item.id: item for item in pool}
    together = blueprint.forms[:2]
    cells = _cells(blueprint, items.values(), len(together))
    foes = _foes(items.values())
    asked: Counter[str] = Counter()
    drawn: dict[str, tuple[str, ...]] = {}
    for names in (together, *((name,) for name in blueprint.forms[2:])):
        for name, chosen in _drawn(blueprint, names, items, cells, foes, asked).items():
            asked.update(chosen)
            drawn[name] = tuple(sorted(chosen, key=lambda one: stable_number(name, "order", one)))
    return MappingProxyType(drawn)


def form_for(forms: Sequence[str], had: Sequence[str], *seed: object) -> str:
    """The form of the next attempt: one not had yet, else the one had least and longest ago.

    Whose first attempt gets which form follows the seed, spread evenly over people.
    """
    start = stable_number(*seed) % len(forms)
    turned = [*forms[start:], *forms[:start]]
    last = {form: place for place, form in enumerate(had)}
    return min(turned, key=lambda form: (had.count(form), last.get(form, -1)))


# --- the cells -------------------------------------------------------------------------------------


def _cells(blueprint: Blueprint, items: Collection[Item], times: int) -> dict[Cell, int]:
    """How many items of each cell a form asks: the totals exactly, in proportion to the pool."""
    sizes = Counter((item.domain, item.level) for item in items)
    network = Network()
    for domain, count in blueprint.domains:
        network.add("source", domain, [0] * count)
        for level, _count in blueprint.levels:
            room = sizes[domain, level] // times
            network.add(domain, level, [(2 * unit + 1) * _SPREAD // room for unit in range(room)])
    for level, count in blueprint.levels:
        network.add(level, "sink", [0] * count)
    sent = network.send("source", "sink", blueprint.count)
    if sent < blueprint.count:
        reached = network.reached("source")
        short = [
            f"{domain}/{level} has {sizes[domain, level]}"
            for domain, _count in blueprint.domains
            for level, _number in blueprint.levels
            if domain in reached and level not in reached
        ]
        lacking = (blueprint.count - sent) * times
        raise Short(f"the pool lacks {lacking} items for {_forms(times)}: {', '.join(short)}")
    return {(domain, level): network.sent(domain, level) for domain in Domain for level in Level}


def _forms(times: int) -> str:
    return "a form" if times == 1 else "two forms that share none"


# --- the items -------------------------------------------------------------------------------------


def _foes(items: Collection[Item]) -> dict[str, set[str]]:
    """For each item those that may not stand in one form with it."""
    foes: dict[str, set[str]] = defaultdict(set)
    pairs = [(one, other) for one, other, _measure in alike_pairs(items)]
    for one, other in [*pairs, *cueing_pairs(items)]:
        foes[one].add(other)
        foes[other].add(one)
    return foes


def _drawn(
    blueprint: Blueprint,
    names: tuple[str, ...],
    items: Mapping[str, Item],
    cells: Mapping[Cell, int],
    foes: Mapping[str, set[str]],
    asked: Counter[str],
) -> dict[str, list[str]]:
    aside: set[str] = set()
    while True:  # Each turn puts at least one more item aside, and without items the pool is short.
        left = [item for item in items.values() if item.id not in aside]
        chosen = _chosen(blueprint, names, left, cells, asked)
        dealt = _dealt(names, [items[one] for one in chosen])
        meeting = [
            pair
            for form in dealt.values()
            for pair in combinations(sorted(form), 2)
            if pair[1] in foes[pair[0]]
        ]
        if not meeting:
            return dealt
        for pair in meeting:
            if aside.isdisjoint(pair):  # Whoever has more foes is put aside: that frees the most.
                aside.add(max(pair, key=lambda one: (len(foes[one]), stable_number(*names, one))))


def _chosen(
    blueprint: Blueprint,
    names: tuple[str, ...],
    items: Collection[Item],
    cells: Mapping[Cell, int],
    asked: Counter[str],
) -> list[str]:
    """The ids for these forms together: each cell and each module has what all of them need."""
    times = len(names)
    shelves: dict[tuple[str, Cell], list[str]] = defaultdict(list)
    for item in items:
        shelves[item.module, (item.domain, item.level)].append(item.id)
    for shelf in shelves.values():
        shelf.sort(key=lambda one: (asked[one], stable_number(*names, one)))
    sizes = Counter(item.module for item in items)
    least = blueprint.least_a_module * times
    network = Network()
    for module, size in sorted(sizes.items()):
        rest = [(2 * unit + 1) * _SPREAD // size for unit in range(size - min(least, size))]
        network.add("source", module, [-_MUST] * min(least, size) + rest)
    for (module, cell), shelf in sorted(shelves.items()):
        network.add(module, cell, [asked[one] * _ASKED for one in shelf])
    for cell, count in cells.items():
        network.add(cell, "sink", [0] * count * times)
    sent = network.send("source", "sink", blueprint.count * times)
    few = [module for module in sizes if network.sent("source", module) < least]
    if sent < blueprint.count * times or few:
        what = f"at least {blueprint.least_a_module} of each module"
        lacking = f"short are {', '.join(few)}" if few else "too many of its items are alike"
        raise Short(f"the pool cannot give {_forms(times)} {what}: {lacking}")
    return [one for (module, cell), shelf in shelves.items() for one in shelf[: network.sent(module, cell)]]


def _dealt(names: tuple[str, ...], items: Sequence[Item]) -> dict[str, list[str]]:
    """The items of one form, or dealt to two so that each cell is halved and each module nearly.

    Items are the edges between modules and cells. Along a trail they go to one form and the other by
    turns; between two kinds of nodes every closed trail is even, so what comes in pairs is halved.
    """
    if len(names) == 1:
        return {names[0]: [item.id for item in items]}
    edges: dict[object, list[Item]] = defaultdict(list)
    degrees = Counter(item.module for item in items)
    for item in sorted(items, key=lambda item: stable_number(*names, "deal", item.id)):
        edges[item.module].append(item)
        edges[item.domain, item.level].append(item)
    dealt: dict[str, list[str]] = {name: [] for name in names}
    done: set[str] = set()
    # Trails begin at the modules with an odd number, where they also end; the rest are closed.
    for start in sorted(degrees, key=lambda module: (degrees[module] % 2 == 0, module)):
        while trail := _trail(edges, start, done):
            for place, one in enumerate(trail):
                dealt[names[place % 2]].append(one)
    return dealt


def _trail(edges: Mapping[object, list[Item]], start: str, done: set[str]) -> list[str]:
    """The ids along unused edges from a module until no way leads on."""
    trail: list[str] = []
    here: object = start
    while True:
        item = next((item for item in edges[here] if item.id not in done), None)
        if item is None:
            return trail
        done.add(item.id)
        trail.append(item.id)
        here = (item.domain, item.level) if here == item.module else item.module
