"""One item of a file of items: its keys by its kind, and what its key must be."""

from __future__ import annotations

import yaml

from lms.assessment.items import Domain, Item, ItemKind, Level, Option, Target
from lms.assessment.reading import Reading
from lms.standards import COMPETENCIES, PRINCIPLES

_NEEDED = (
    "id",
    "revision",
    "kind",
    "module",
    "objective",
    "lesson",
    "principle",
    "samhsa",
    "domain",
    "level",
    "estimate",
    "prompt",
    "options",
)
# What an option says besides id, text and why: what it needs, and what it may leave out.
_OPTION_KEYS: dict[ItemKind, tuple[tuple[str, ...], tuple[str, ...]]] = {
    ItemKind.SINGLE: (("right",), ()),
    ItemKind.MULTIPLE: (("right",), ()),
    ItemKind.JUDGEMENT: (("right",), ("worst",)),
    ItemKind.ORDERING: (("place",), ()),
    ItemKind.MATCHING: (("match",), ()),
}


def read_item(reading: Reading, node: yaml.Node) -> Item:
    """The item at the node. What is wrong with it is noted with `reading`."""
    kind = _kind(node)
    needed = (*_NEEDED, "targets") if kind is ItemKind.MATCHING else _NEEDED
    keys = reading.keys(node, needed)
    before = len(reading.faults)
    item = Item(
        id=reading.identifier(keys.get("id"), "the item id"),
        revision=reading.whole(keys.get("revision"), "revision", 1, 1_000_000),
        kind=reading.one_of(keys.get("kind"), "kind", ItemKind),
        module=reading.identifier(keys.get("module"), "module"),
        objective=reading.identifier(keys.get("objective"), "objective"),
        lesson=reading.identifier(keys.get("lesson"), "lesson"),
        principle=reading.known(keys.get("principle"), "principle", PRINCIPLES),
        samhsa=reading.known(keys.get("samhsa"), "samhsa", COMPETENCIES),
        domain=reading.one_of(keys.get("domain"), "domain", Domain),
        level=reading.one_of(keys.get("level"), "level", Level),
        prompt=reading.words(keys.get("prompt"), "prompt"),
        options=_options(reading, keys.get("options"), kind),
        targets=_targets(reading, keys.get("targets")),
        estimate=reading.whole(keys.get("estimate"), "estimate", 1, 99),
    )
    if "options" in keys and item.options and len(reading.faults) == before:
        _judge_key(reading, keys["options"], item)
    return item


def _kind(node: yaml.Node) -> ItemKind:
    """The kind that the node names; `single` when it names none, which is a fault elsewhere."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    named = next((value.value for key, value in pairs if key.value == "kind"), "")
    return ItemKind(named) if named in list(ItemKind) else ItemKind.SINGLE


def _options(reading: Reading, node: yaml.Node | None, kind: ItemKind) -> tuple[Option, ...]:
    options: dict[str, Option] = {}
    needed, optional = _OPTION_KEYS[kind]
    for part in reading.parts(node, "options", least=2):
        keys = reading.keys(part, ("id", "text", *needed, "why"), optional)
        option = Option(
            id=reading.identifier(keys.get("id"), "the option id"),
            text=reading.words(keys.get("text"), "text"),
            is_right=reading.flag(keys.get("right"), "right"),
            why=reading.words(keys.get("why"), "why"),
            is_worst=reading.flag(keys.get("worst"), "worst"),
            place=reading.whole(keys["place"], "place", 1, 99) if "place" in keys else None,
            match=reading.identifier(keys["match"], "match") if "match" in keys else None,
        )
        if option.id in options:
            reading.fault(part, f"the option id '{option.id}' is there twice in this item")
        elif any(option.text.en == other.text.en != "" for other in options.values()):
            reading.fault(part, f"the option '{option.id}' says the same as another one")
        options[option.id] = option
    return tuple(options.values())


def _targets(reading: Reading, node: yaml.Node | None) -> tuple[Target, ...]:
    targets: dict[str, Target] = {}
    for part in reading.parts(node, "targets", least=2):
        keys = reading.keys(part, ("id", "text"))
        target = Target(
            id=reading.identifier(keys.get("id"), "the target id"),
            text=reading.words(keys.get("text"), "text"),
        )
        if target.id in targets:
            reading.fault(part, f"the target id '{target.id}' is there twice in this item")
        elif any(target.text.en == other.text.en != "" for other in targets.values()):
            reading.fault(part, f"the target '{target.id}' says the same as another one")
        targets[target.id] = target
    return tuple(targets.values())


def _judge_key(reading: Reading, node: yaml.Node, item: Item) -> None:
    right = sum(option.is_right for option in item.options)
    if item.kind is ItemKind.SINGLE and right != 1:
        reading.fault(node, f"a single item has exactly one right option, '{item.id}' has {right}")
    elif item.kind is ItemKind.MULTIPLE and right < 1:
        reading.fault(node, f"a multiple item has at least one right option, '{item.id}' has none")
    elif item.kind is ItemKind.MULTIPLE and right == len(item.options):
        reading.fault(node, f"all options of '{item.id}' are right, so it asks nothing")
    elif item.kind is ItemKind.JUDGEMENT:
        _judge_best_and_worst(reading, node, item)
    elif item.kind is ItemKind.ORDERING:
        _judge_places(reading, node, item)
    elif item.kind is ItemKind.MATCHING:
        _judge_matches(reading, node, item)


def _judge_best_and_worst(reading: Reading, node: yaml.Node, item: Item) -> None:
    right = [option.id for option in item.options if option.is_right]
    worst = [option.id for option in item.options if option.is_worst]
    if len(right) != 1:
        reading.fault(node, f"a judgement item has exactly one right option, '{item.id}' has {len(right)}")
    if len(worst) != 1:
        reading.fault(node, f"a judgement item has exactly one worst option, '{item.id}' has {len(worst)}")
    if set(right) & set(worst):
        reading.fault(node, f"an option of '{item.id}' is both right and worst")


def _judge_places(reading: Reading, node: yaml.Node, item: Item) -> None:
    places = [option.place for option in item.options]
    in_order = list(range(1, len(places) + 1))
    if sorted(place or 0 for place in places) != in_order:
        sentence = f"the places of '{item.id}' must be 1 to {len(places)}, each once"
        reading.fault(node, sentence)
    elif places == in_order:
        reading.fault(node, f"the steps of '{item.id}' are listed in the right order, which gives it away")


def _judge_matches(reading: Reading, node: yaml.Node, item: Item) -> None:
    targets = [target.id for target in item.targets]
    for option in item.options:
        if option.match not in targets:
            known = ", ".join(targets)
            sentence = (
                f"the option '{option.id}' of '{item.id}' matches '{option.match}'; the targets are {known}"
            )
            reading.fault(node, sentence)
    if len({option.match for option in item.options}) == 1:
        reading.fault(node, f"all options of '{item.id}' match the same target, so it asks nothing")
