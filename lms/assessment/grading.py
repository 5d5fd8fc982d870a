"""Grading, pure: the form given and the answers saved make the result.

An item is worth one point, all or nothing: an answer is right when it is exactly the key. A `multiple`
item with one option too many or too few gets no point, so that ticking everything wins nothing; neither
does a judgement with the best alone, or an order or a matching with one part out of place. An item without
an answer is not right. Answers to items that the form does not ask are ignored.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from lms.assessment.items import Domain, FormGiven, Item, ItemKind


@dataclass(frozen=True)
class DomainTally:
    """How many items of a domain were answered right, of how many."""

    domain: Domain
    right: int
    of: int

    @property
    def percent(self) -> int:
        """Right items in percent, rounded down."""
        return self.right * 100 // self.of

    def reaches(self, cut_percent: int) -> bool:
        """True when the share of right items is at or above the cut."""
        return self.right * 100 >= cut_percent * self.of


@dataclass(frozen=True)
class LessonToStudy:
    """A lesson that an item answered not right belongs to."""

    module: str
    lesson: str
    domain: Domain


@dataclass(frozen=True)
class StudyPart:
    """A domain to study with its lessons; without a tally, lessons of domains that went well."""

    tally: DomainTally | None
    lessons: tuple[LessonToStudy, ...]


@dataclass(frozen=True)
class Grade:
    """What an attempt earned.

    `strengths` are the domains at or above the cut, best first; `to_study` the others, weakest first;
    `items_to_study` the ids of the items answered not right, in the order of the form.
    """

    points: int
    of: int
    percent: int
    cut_percent: int
    is_passed: bool
    domains: tuple[DomainTally, ...]
    strengths: tuple[DomainTally, ...]
    to_study: tuple[DomainTally, ...]
    items_to_study: tuple[str, ...]
    lessons_to_study: tuple[LessonToStudy, ...]


def is_right(item: Item, chosen: Collection[str]) -> bool:
    """True when `chosen` is exactly the key of the item."""
    return frozenset(chosen) == item.key


@dataclass(frozen=True)
class Marked:
    """An item beside the answer given to it, for the page that explains it after the hand-in.

    `given` says by option what it was given: "chosen", "best", "worst", its place or its target.
    """

    item: Item
    is_right: bool
    given: Mapping[str, str]


def marked(item: Item, chosen: Collection[str]) -> Marked:
    """The item with what its options were given. Of two things given to one option, the last counts."""
    given: dict[str, str] = {}
    for one in sorted(chosen):
        first, _colon, last = one.partition(":")
        if item.kind is ItemKind.JUDGEMENT:
            given[last] = first
        else:
            given[first] = last or "chosen"
    return Marked(item, is_right(item, chosen), given)


def grade(form: FormGiven, responses: Mapping[str, Collection[str]], cut_percent: int) -> Grade:
    """What the answers earn: `responses` maps an item id to the strings of its answer.

    The percent is rounded down, so a shown 70 is never a real 69.6; because the cut is a whole number,
    "percent at or above the cut" and "points at or above the cut" are the same.
    """
    if not form.items:
        raise ValueError("a form without items cannot be graded")
    missed = tuple(item for item in form.items if not is_right(item, responses.get(item.id, ())))
    of = len(form.items)
    points = of - len(missed)
    domains = _tallies(form.items, missed)
    strengths, to_study = split_by_cut(domains, cut_percent)
    return Grade(
        points=points,
        of=of,
        percent=points * 100 // of,
        cut_percent=cut_percent,
        is_passed=points * 100 >= cut_percent * of,
        domains=domains,
        strengths=strengths,
        to_study=to_study,
        items_to_study=tuple(item.id for item in missed),
        lessons_to_study=_lessons(missed),
    )


def split_by_cut(
    domains: Collection[DomainTally], cut_percent: int
) -> tuple[tuple[DomainTally, ...], tuple[DomainTally, ...]]:
    """The domains at or above the cut, best first, and the others, weakest first."""
    strong = [tally for tally in domains if tally.reaches(cut_percent)]
    weak = [tally for tally in domains if not tally.reaches(cut_percent)]
    return (
        tuple(sorted(strong, key=lambda tally: -tally.right / tally.of)),
        tuple(sorted(weak, key=lambda tally: tally.right / tally.of)),
    )


def study_plan(to_study: Collection[DomainTally], lessons: Collection[LessonToStudy]) -> tuple[StudyPart, ...]:
    """The domains to study in their order with their lessons; at the end the lessons named by none."""
    parts = [
        StudyPart(tally, tuple(one for one in lessons if one.domain is tally.domain)) for tally in to_study
    ]
    named = {(one.module, one.lesson) for part in parts for one in part.lessons}
    rest = {(one.module, one.lesson): one for one in lessons if (one.module, one.lesson) not in named}
    return (*parts, StudyPart(None, tuple(rest.values()))) if rest else tuple(parts)


def _tallies(items: tuple[Item, ...], missed: tuple[Item, ...]) -> tuple[DomainTally, ...]:
    missed_ids = {item.id for item in missed}
    tallies = []
    for domain in Domain:
        asked = [item for item in items if item.domain is domain]
        if asked:
            right = sum(item.id not in missed_ids for item in asked)
            tallies.append(DomainTally(domain, right, len(asked)))
    return tuple(tallies)


def _lessons(missed: tuple[Item, ...]) -> tuple[LessonToStudy, ...]:
    return tuple(dict.fromkeys(LessonToStudy(item.module, item.lesson, item.domain) for item in missed))
