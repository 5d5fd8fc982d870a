"""How alike two items are, and whether one gives the other's answer away. Pure; English words only.

Alike: the share of content words of prompt and key that two items have in common (Jaccard). A cue: nearly
all content words of one item's key stand in the other item's prompt.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lms.assessment.items import Item, ItemKind

# Two good items on one lesson share up to about a third of their words.
ALIKE = 0.45
CUE = 0.8
_CUE_WORDS = 4

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
_ENDING = re.compile(r"(?:'s|ing|ed|es|s|ly)$")
_SMALL_WORDS = """
a about after again all also an and any are as at be because been before being best better but by can choose
come could day did do does done each else ever every first fit fits for from get gets give gives go goes had
has have he her here hers herself him himself his how i if in into is it its just keep know let like look
made make may me might more most much must my next no not now of off on once one only open or other our out
over own peer people person reply right said same say says see she should so some still such support
supporter take tell tells than that the their them then there these they thing this those three time to
today too two up us use very want wants was way we week well were what when where which while who why will
with work worst would yes yet you your
"""
_SMALL = frozenset(_SMALL_WORDS.split())


def content_words(text: str) -> frozenset[str]:
    """The words of a text that carry its sense, cut to their stems."""
    words = _WORD.findall(text.lower().replace("’", "'"))
    return frozenset(_ENDING.sub("", word) for word in words if word not in _SMALL and len(word) > 2)


@dataclass(frozen=True)
class Sense:
    """What an item is about: the content words of its prompt and those of its key."""

    prompt: frozenset[str]
    key: frozenset[str]

    @property
    def all(self) -> frozenset[str]:
        """The words of both."""
        return self.prompt | self.key


def sense_of(item: Item) -> Sense:
    """The item's content words. Every part of an order or of a matching is a part of its key."""
    is_whole = item.kind in (ItemKind.ORDERING, ItemKind.MATCHING)
    right = [option.text.en for option in item.options if is_whole or option.is_right]
    right += [target.text.en for target in item.targets]
    return Sense(content_words(item.prompt.en), content_words(" ".join(right)))


def likeness(one: Sense, other: Sense) -> float:
    """From 0, nothing in common, to 1, the same words."""
    union = one.all | other.all
    return len(one.all & other.all) / len(union) if union else 0.0


def gives_away(one: Sense, other: Sense) -> bool:
    """True when the prompt of `one` holds nearly all words of the key of `other`."""
    if len(other.key) < _CUE_WORDS:
        return False
    return len(one.prompt & other.key) >= CUE * len(other.key)


def alike_pairs(items: Iterable[Item]) -> Iterator[tuple[str, str, float]]:
    """The ids of each two items that are too alike, and how much, in the order of their ids."""
    senses = {item.id: sense_of(item) for item in sorted(items, key=lambda item: item.id)}
    for one, other in _sharing(senses):
        measure = likeness(senses[one], senses[other])
        if measure >= ALIKE:
            yield one, other, measure


def cueing_pairs(items: Iterable[Item]) -> Iterator[tuple[str, str]]:
    """The ids of each two items of which the first gives the second's answer away."""
    senses = {item.id: sense_of(item) for item in sorted(items, key=lambda item: item.id)}
    for one, other in _sharing(senses):
        if gives_away(senses[one], senses[other]):
            yield one, other
        if gives_away(senses[other], senses[one]):
            yield other, one


def _sharing(senses: dict[str, Sense]) -> Iterator[tuple[str, str]]:
    """The pairs with at least as many words in common as either rule can need."""
    holders: dict[str, list[str]] = {}
    for item_id, sense in senses.items():
        for word in sense.all:
            holders.setdefault(word, []).append(item_id)
    shared: Counter[tuple[str, str]] = Counter()
    for ids in holders.values():
        shared.update((one, other) for place, one in enumerate(ids) for other in ids[place + 1 :])
    yield from sorted(pair for pair, count in shared.items() if count >= _CUE_WORDS - 1)
