"""Whether items are fair: no trick, nothing to guess from, plain words, no two alike. Pure.

`lms.assessment.item_file` refuses what cannot be asked; what is judged here can be asked and should be
better. The rules are those of any test committee (Haladyna, Downing and Rodriguez 2002, Applied Measurement
in Education 15): like options, one clear stem, keys that length and place do not betray.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from lms.assessment.angoff import TOLERANCE, mean_estimate
from lms.assessment.bank import Bank
from lms.assessment.items import Item, ItemKind
from lms.assessment.likeness import alike_pairs, cueing_pairs
from lms.assessment.rubrics import Rubric
from lms.errors import Fault
from lms.readability import HIGHEST_GRADE, grade, sentences, unsafe_words

LONGEST_KEY_SHARE = 0.35
PLACE_TOLERANCE = 0.10
# With fewer items a share says nothing.
_ENOUGH = 20
_SHORT_OPTION = 40
_SO_MUCH_LONGER = 2
_NAMED = 8
# Where one option is chosen before others; the parts of an order or a matching may differ in length.
_CHOSEN = (ItemKind.SINGLE, ItemKind.MULTIPLE, ItemKind.JUDGEMENT)
_MOST_OPTIONS = {ItemKind.SINGLE: 5, ItemKind.JUDGEMENT: 5}

_CATCH_ALL = re.compile(
    r"\b(?:all|none|both|neither|any) of (?:the above|the other answers|these answers|these options)\b"
    r"|\b(?:both|neither) [a-e] (?:and|nor) [a-e]\b|\banswers? [a-e] and [a-e]\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”|«[^»]*»")
# A clause about the person may well be in the negative: "What do you do when she does not answer?"
_CLAUSE = re.compile(r",|\b(?:and|or|but|when|if|because|while|after|before|that|who|whose|so)\b")
_NEGATIVE = re.compile(r"\b(?:not|never|except|least)\b|n't\b")
_ASKS = re.compile(r"^(?:which|what|who)\b", re.IGNORECASE)


def faults(bank: Bank) -> list[Fault]:
    """What is to be better in the items of the bank, each at its item's line."""
    items = [bank.items[item_id] for item_id in sorted(bank.items)]
    found = [bank.fault("item", item.id, sentence) for item in items for sentence in problems_with(item)]
    found += [bank.fault("item", item_id, sentence) for item_id, sentence in _alike(items)]
    for item_id, sentence in [*_long_keys(items), *_places(items), *_cues(bank)]:
        found.append(bank.fault("item", item_id, sentence))
    for rubric in bank.rubrics.values():
        found += [bank.fault("rubric", rubric.id, sentence) for sentence in _rubric_problems(rubric)]
    for name in bank.worksheets:
        found += [bank.fault("worksheet", name, sentence) for sentence in _cut_problems(bank, name)]
    return found


# --- one item --------------------------------------------------------------------------------------


def problems_with(item: Item) -> Iterator[str]:
    """What is to be better in one item, in sentences."""
    texts = [option.text.en for option in item.options]
    most = _MOST_OPTIONS.get(item.kind, 6)
    if not 3 <= len(texts) <= most:
        yield f"'{item.id}' has {len(texts)} options; an item of this kind has 3 to {most}"
    for text in texts:
        if caught := _CATCH_ALL.search(text):
            yield f"'{item.id}' offers '{caught[0]}', which tests logic and not the work"
    if negative := _negative_word(item.prompt.en):
        yield f"'{item.id}' asks in the negative; turn it round, or write {negative.upper()}"
    if item.kind in _CHOSEN and _is_uneven(texts):
        long, short = max(map(len, texts)), min(map(len, texts))
        yield f"the options of '{item.id}' have {short} to {long} characters; at most twice as many is fair"
    read = "\n".join([item.prompt.en, *texts, *(target.text.en for target in item.targets)])
    if (found := grade(read)) > HIGHEST_GRADE:
        yield f"'{item.id}' reads at grade {found:.1f}; {HIGHEST_GRADE:.0f} is the most"
    for word in unsafe_words("\n".join([read, *(option.why.en for option in item.options)])):
        yield f"'{item.id}' says '{word}'; say it person-first, and safe for who has lived it"


def _negative_word(prompt: str) -> str | None:
    """The word that turns the question itself round, unless it is in capitals."""
    for sentence in sentences(_QUOTED.sub("", prompt)):
        if _ASKS.match(sentence):
            asked = _CLAUSE.split(_ASKS.sub("", sentence))[0]
            if found := _NEGATIVE.search(asked):
                return found[0]
    return None


def _is_uneven(texts: Collection[str]) -> bool:
    long, short = max(map(len, texts)), min(map(len, texts))
    return long > _SHORT_OPTION and long > _SO_MUCH_LONGER * short


def _rubric_problems(rubric: Rubric) -> Iterator[str]:
    read = "\n".join(text.en for text in rubric.texts)
    if (found := grade(read)) > HIGHEST_GRADE:
        yield f"'{rubric.id}' reads at grade {found:.1f}; {HIGHEST_GRADE:.0f} is the most"
    for word in unsafe_words(read):
        yield f"'{rubric.id}' says '{word}'; say it person-first, and safe for who has lived it"


def _cut_problems(bank: Bank, name: str) -> Iterator[str]:
    """The cut is the worksheet's, and no form is judged to be much harder or easier than it."""
    examination, worksheet = bank.examinations[name], bank.worksheets[name]
    if examination.cut_percent != worksheet.cut_percent:
        cuts = f"{examination.cut_percent} percent, its worksheet at {worksheet.cut_percent}"
        yield f"'{name}' has its cut at {cuts}"
    for form in examination.forms:
        mean = mean_estimate([bank.items[item_id] for item_id in form.items])
        if mean is not None and abs(mean - examination.cut_percent) > TOLERANCE:
            sentence = f"the estimates of '{form.id}' have a mean of {float(mean):.1f}"
            yield f"{sentence}, more than {TOLERANCE} points from the cut of {examination.cut_percent}"


# --- all items -------------------------------------------------------------------------------------


def _alike(items: Iterable[Item]) -> Iterator[tuple[str, str]]:
    for one, other, measure in alike_pairs(items):
        yield other, f"'{other}' is too much like '{one}': they share {measure:.0%} of their words"


def _long_keys(items: Iterable[Item]) -> Iterator[tuple[str, str]]:
    """When the longest option is the key too often, whoever knows nothing chooses by length."""
    asked = [item for item in items if item.kind in (ItemKind.SINGLE, ItemKind.JUDGEMENT)]
    lead = {item.id: _lead_of_key(item) for item in asked}
    long = sorted((item_id for item_id in lead if lead[item_id] > 0), key=lambda one: (-lead[one], one))
    if len(asked) >= _ENOUGH and len(long) > LONGEST_KEY_SHARE * len(asked):
        share = f"{len(long) / len(asked):.0%} of {len(asked)} items; {LONGEST_KEY_SHARE:.0%} is the most"
        yield long[0], f"the key is the longest option in {share}; first {', '.join(long[:_NAMED])}"


def _lead_of_key(item: Item) -> int:
    """By how many characters the key is longer than every other option; 0 when it is not."""
    key = max(len(option.text.en) for option in item.options if option.is_right)
    other = max((len(option.text.en) for option in item.options if not option.is_right), default=0)
    return max(key - other, 0)


def _places(items: Iterable[Item]) -> Iterator[tuple[str, str]]:
    """The keys of single items stand at each place about as often as chance would put them there."""
    singles = [item for item in items if item.kind is ItemKind.SINGLE]
    if len(singles) < _ENOUGH:
        return
    item_options = {item.id: item.options for item in singles}
    keys = Counter(next(n for n, option in enumerate(item.options) if option.is_right) for item in singles)
    for place in range(max(len(item.options) for item in singles)):
        expected = sum(1 / len(item.options) for item in singles if place < len(item.options)) / len(singles)
        share = keys[place] / len(singles)
        if abs(share - expected) > PLACE_TOLERANCE:
            there = [item.id for item in singles if item.options[place:] and item.options[place].is_right]
            there.sort(key=lambda one: (-len(item_options[one]), one))
            sentence = f"{share:.0%} of {len(singles)} single items have their key at {'abcdef'[place]}"
            named = f"; first {', '.join(there[:_NAMED])}" if share > expected else ""
            yield (there or [singles[0].id])[0], f"{sentence}; {expected:.0%} would be even{named}"


def _cues(bank: Bank) -> Iterator[tuple[str, str]]:
    for examination in bank.examinations.values():
        for form in examination.forms:
            for one, other in cueing_pairs(bank.items[item_id] for item_id in form.items):
                yield one, f"'{one}' gives away the answer of '{other}', and '{form.id}' asks both"
