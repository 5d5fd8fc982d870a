"""Forms drawn from generated pools: blueprints are met, forms share nothing, and nothing depends on chance."""

import random
from collections import Counter
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.assessment.blueprint import Blueprint, Short, draw, form_for
from lms.assessment.items import Domain, Item, ItemKind, Level, Option, Words
from lms.assessment.likeness import alike_pairs, cueing_pairs

DOMAINS, LEVELS = list(Domain), list(Level)


def item(number: int, *, domain: Domain, level: Level, module: str, prompt: str = "") -> Item:
    return Item(
        id=f"q{number:03}",
        revision=1,
        kind=ItemKind.SINGLE,
        module=module,
        objective=f"{module}-1",
        lesson="first",
        principle="mutual",
        samhsa="C1.1",
        domain=domain,
        level=level,
        prompt=Words(prompt or f"{letters(number)}one {letters(number)}two {letters(number)}three"),
        options=(
            Option("a", Words(f"{letters(number)}four"), True, Words("because")),
            Option("b", Words(f"{letters(number)}six"), False, Words("because")),
        ),
    )


def letters(number: int) -> str:
    """The number as letters, so that items have words of their own."""
    return "".join("abcdefghij"[int(digit)] for digit in f"{number:03}") + "x"


def blueprint(cells: Counter[tuple[Domain, Level]], forms: int, least: int) -> Blueprint:
    """The totals of a table of cells."""
    return Blueprint(
        forms=tuple(f"form-{letter}" for letter in "abcde"[:forms]),
        count=cells.total(),
        domains=tuple((one, sum(cells[one, level] for level in LEVELS)) for one in DOMAINS),
        levels=tuple((one, sum(cells[domain, one] for domain in DOMAINS)) for one in LEVELS),
        least_a_module=least,
    )


@st.composite
def plenty(draw: st.DrawFn) -> tuple[Blueprint, list[Item]]:
    """A blueprint, and a pool that has each of its cells twice in each of its modules."""
    cells = Counter(
        draw(st.dictionaries(st.sampled_from(list(product(DOMAINS, LEVELS))), st.integers(1, 4), min_size=1))
    )
    modules = [f"m{number}" for number in range(draw(st.integers(1, 4)))]
    least = draw(st.integers(0, max(0, cells.total() // (2 * len(modules)))))
    places = [
        (cell, module)
        for cell, count in cells.items()
        for module in modules
        for _copy in range(2 * count + draw(st.integers(0, 1)))
    ]
    pool = [
        item(number, domain=cell[0], level=cell[1], module=module)
        for number, (cell, module) in enumerate(places)
    ]
    return blueprint(cells, draw(st.integers(1, 4)), least), pool


def tallies(form: tuple[str, ...], pool: list[Item]) -> tuple[Counter[Domain], Counter[Level], Counter[str]]:
    asked = [one for one in pool if one.id in form]
    return (
        Counter(one.domain for one in asked),
        Counter(one.level for one in asked),
        Counter(one.module for one in asked),
    )


@settings(max_examples=60, deadline=None)
@given(plenty(), st.randoms(use_true_random=False))
def test_any_pool_with_enough_gives_forms_that_meet_the_blueprint(
    given_: tuple[Blueprint, list[Item]], chance: random.Random
) -> None:
    asked, pool = given_
    forms = draw(asked, pool)
    assert tuple(forms) == asked.forms
    tables = set()
    for form in forms.values():
        assert len(set(form)) == len(form) == asked.count
        domains, levels, modules = tallies(form, pool)
        assert all(domains[one] == count for one, count in asked.domains)
        assert all(levels[one] == count for one, count in asked.levels)
        assert all(modules[one.module] >= asked.least_a_module for one in pool)
        tables.add(tuple(sorted(Counter((one.domain, one.level) for one in pool if one.id in form).items())))
    assert len(tables) == 1, "each form asks as many of each cell"
    first, *others = (set(form) for form in forms.values())
    assert not others or not first & others[0]
    shuffled = list(pool)
    chance.shuffle(shuffled)
    assert draw(asked, shuffled) == forms


def large(size: int = 12) -> tuple[Blueprint, list[Item]]:
    """The blueprint of the examination, and a pool of 15 cells with so many items for each of four modules."""
    cells = list(product(DOMAINS, LEVELS))
    pool = [
        item(number, domain=domain, level=level, module=f"m{number % 4}")
        for number, ((domain, level), _copy) in enumerate(product(cells, range(size * 4)))
    ]
    asked = Blueprint(
        forms=("form-a", "form-b", "form-c", "form-d"),
        count=100,
        domains=tuple(zip(DOMAINS, (14, 28, 24, 24, 10), strict=True)),
        levels=tuple(zip(LEVELS, (15, 30, 55), strict=True)),
        least_a_module=3,
    )
    return asked, pool


def test_later_forms_ask_what_was_asked_least() -> None:
    forms = draw(*large(size=16))
    assert all(not set(one) & set(other) for one, other in combinations(forms.values(), 2))
    forms = draw(*large(size=7))  # 420 items: three forms share nothing where the cells allow it
    seen = Counter(one for form in forms.values() for one in form)
    assert max(seen.values()) <= 3
    assert not set(forms["form-a"]) & set(forms["form-b"])


def test_the_same_ids_give_the_same_forms_and_others_give_others() -> None:
    asked, pool = large()
    forms = draw(asked, pool)
    renamed = Blueprint(("other-a", "other-b"), asked.count, asked.domains, asked.levels, asked.least_a_module)
    assert forms["form-a"] != draw(renamed, pool)["other-a"]
    # Written down once: a change of the drawing is a change of the forms that people are given.
    assert forms["form-a"][:3] == ("q507", "q424", "q098")


def test_items_that_are_alike_or_give_away_do_not_meet() -> None:
    asked, pool = large()
    words = "river stone candle window"
    twins = [
        item(
            number, domain=Domain.ADVOCACY, level=Level.RECALL, module="m0", prompt=f"{words} {letters(number)}"
        )
        for number in range(900, 906)
    ]
    kept = [one for one in pool if (one.domain, one.level) != (Domain.ADVOCACY, Level.RECALL)]
    some = [one for one in pool if (one.domain, one.level) == (Domain.ADVOCACY, Level.RECALL)][:12]
    pool = [*kept, *some, *twins]
    assert len(list(alike_pairs(pool))) == 15
    for form in draw(asked, pool).values():
        asked_items = [one for one in pool if one.id in form]
        assert not list(alike_pairs(asked_items))
        assert not list(cueing_pairs(asked_items))


def test_a_pool_that_is_short_says_of_what() -> None:
    asked, pool = large()
    thin = [one for one in pool if one.domain is not Domain.HARM_REDUCTION][:]
    thin += [one for one in pool if one.domain is Domain.HARM_REDUCTION][:7]
    with pytest.raises(
        Short, match="lacks 14 items for two forms that share none: harm_reduction/recall has 7"
    ):
        draw(asked, thin)
    lonely = [*pool, item(999, domain=Domain.ADVOCACY, level=Level.RECALL, module="lonely")]
    with pytest.raises(Short, match="at least 3 of each module: short are lonely"):
        draw(asked, lonely)


@given(st.lists(st.sampled_from("abc"), max_size=7), st.integers(1, 10_000))
def test_the_next_form_is_one_not_had_yet(had: list[str], person: int) -> None:
    found = form_for("abc", had, "exam", person)
    assert had.count(found) == min(had.count(one) for one in "abc")
    assert found == form_for("abc", had, "exam", person)


def test_first_forms_are_spread_over_people() -> None:
    first = Counter(form_for("abc", [], "exam", person) for person in range(3000))
    assert min(first.values()) > 900
    assert form_for("abc", ["a", "b", "c", "b", "c", "a"], "exam", 7) == "b", "least often, then longest ago"
