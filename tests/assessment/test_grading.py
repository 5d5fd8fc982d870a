"""Grading in tables and properties."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.assessment.grading import DomainTally, grade, is_right, study_plan
from lms.assessment.items import Domain, FormGiven, Item, ItemKind, Level, Option, Target, Words


def item(number: int, key: str, *, kind: ItemKind = ItemKind.SINGLE, domain: Domain | None = None) -> Item:
    return Item(
        id=f"q{number}",
        revision=1,
        kind=kind,
        module="mutual",
        objective="mutual-1",
        lesson=f"lesson-{number % 2}",
        principle=None,
        samhsa=None,
        domain=domain or list(Domain)[number % len(Domain)],
        level=Level.RECALL,
        prompt=Words("?"),
        options=tuple(Option(one, Words(one), one in key, Words("because")) for one in "abcd"),
    )


def form(*items: Item) -> FormGiven:
    return FormGiven("form-a", 1, items)


@pytest.mark.parametrize(
    ("key", "chosen", "expected"),
    [
        ("a", ["a"], True),
        ("a", ["b"], False),
        ("a", [], False),
        ("ab", ["a", "b"], True),
        ("ab", ["b", "a"], True),
        ("ab", ["a"], False),
        ("ab", ["a", "b", "c"], False),
    ],
)
def test_an_item_is_all_or_nothing(key: str, chosen: list[str], expected: bool) -> None:
    assert is_right(item(1, key, kind=ItemKind.MULTIPLE), chosen) is expected


def of_kind(kind: ItemKind) -> Item:
    """An item with the best a and the worst c, the order c a b, and the matches a-y b-x c-y."""
    options = tuple(
        Option(one, Words(one), one == "a", Words("because"), one == "c", place, match)
        for one, place, match in (("a", 2, "y"), ("b", 3, "x"), ("c", 1, "y"))
    )
    targets = tuple(Target(one, Words(one)) for one in "xyz")
    return replace(item(1, "a", kind=kind), options=options, targets=targets)


@pytest.mark.parametrize(
    ("kind", "chosen", "is_complete", "expected"),
    [
        (ItemKind.JUDGEMENT, ["worst:c", "best:a"], True, True),
        (ItemKind.JUDGEMENT, ["best:a"], False, False),
        (ItemKind.JUDGEMENT, ["best:a", "worst:b"], True, False),
        (ItemKind.JUDGEMENT, ["best:c", "worst:a"], True, False),
        (ItemKind.JUDGEMENT, ["best:a", "worst:a"], False, False),
        (ItemKind.ORDERING, ["c:1", "a:2", "b:3"], True, True),
        (ItemKind.ORDERING, ["c:1", "a:2"], False, False),
        (ItemKind.ORDERING, ["a:1", "b:2", "c:3"], True, False),
        (ItemKind.ORDERING, ["a:1", "b:1", "c:3"], False, False),
        (ItemKind.MATCHING, ["a:y", "b:x", "c:y"], True, True),
        (ItemKind.MATCHING, ["a:y", "b:x"], False, False),
        (ItemKind.MATCHING, ["a:y", "b:y", "c:y"], True, False),
        (ItemKind.MATCHING, [], False, False),
    ],
)
def test_each_kind_is_all_or_nothing(
    kind: ItemKind, chosen: list[str], is_complete: bool, expected: bool
) -> None:
    asked = of_kind(kind)
    assert is_right(asked, chosen) is expected
    assert asked.is_complete(chosen) is is_complete
    assert asked.answers.issuperset(chosen)


@given(st.sampled_from(ItemKind), st.data())
def test_an_answer_that_is_right_is_complete_and_can_be_read(kind: ItemKind, data: st.DataObject) -> None:
    asked = of_kind(kind)
    assert asked.is_complete(asked.key)
    assert not asked.is_twofold(asked.key)
    chosen = data.draw(st.sets(st.sampled_from(sorted(asked.answers))))
    assert is_right(asked, chosen) == (chosen == asked.key)
    if kind is not ItemKind.MULTIPLE and len(chosen) > len(asked.slots):
        assert asked.is_twofold(chosen)


@pytest.mark.parametrize(
    ("right", "of", "cut", "percent", "is_passed"),
    [
        (7, 10, 70, 70, True),
        (6, 10, 70, 60, False),
        (2, 3, 66, 66, True),
        (2, 3, 67, 66, False),
        (0, 1, 1, 0, False),
        (1, 1, 100, 100, True),
        (69, 99, 70, 69, False),
    ],
)
def test_the_cut_is_exact(right: int, of: int, cut: int, percent: int, is_passed: bool) -> None:
    items = [item(number, "a") for number in range(of)]
    result = grade(form(*items), {f"q{number}": ["a"] for number in range(right)}, cut)
    assert (result.points, result.of, result.percent, result.is_passed) == (right, of, percent, is_passed)


def test_strengths_come_best_first_and_study_weakest_first() -> None:
    domains = [Domain.ADVOCACY] * 2 + [Domain.RECOVERY_WELLNESS] * 4 + [Domain.HARM_REDUCTION] * 2
    items = [item(number, "a", domain=domain) for number, domain in enumerate(domains)]
    answers = {"q0": ["a"], "q2": ["a"], "q3": ["a"], "q4": ["a"], "q5": ["a"]}
    result = grade(form(*items), answers, 75)
    assert [tally.domain for tally in result.strengths] == [Domain.RECOVERY_WELLNESS]
    assert [tally.domain for tally in result.to_study] == [Domain.HARM_REDUCTION, Domain.ADVOCACY]
    assert result.items_to_study == ("q1", "q6", "q7")
    assert [(one.lesson, one.domain) for one in result.lessons_to_study] == [
        ("lesson-1", Domain.ADVOCACY),
        ("lesson-0", Domain.HARM_REDUCTION),
        ("lesson-1", Domain.HARM_REDUCTION),
    ]
    plan = study_plan(result.to_study, result.lessons_to_study)
    assert [[one.lesson for one in part.lessons] for part in plan] == [["lesson-0", "lesson-1"], ["lesson-1"]]
    plan = study_plan(result.to_study[:1], result.lessons_to_study)
    assert plan[1:] == ()
    rest = study_plan((), result.lessons_to_study)
    assert [(part.tally, len(part.lessons)) for part in rest] == [(None, 2)]
    assert result.domains[0] == DomainTally(Domain.ADVOCACY, 1, 2)
    assert result.domains[0].percent == 50


def test_an_empty_form_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError):
        grade(FormGiven("form-a", 1, ()), {}, 70)


keys = st.sets(st.sampled_from("abcd"), min_size=1, max_size=4).map("".join)
forms = st.lists(keys, min_size=1, max_size=12).map(
    lambda each: form(*(item(number, key, kind=ItemKind.MULTIPLE) for number, key in enumerate(each)))
)
choices = st.lists(st.sets(st.sampled_from("abcd")), max_size=12)
cuts = st.integers(1, 100)


@given(forms, choices, cuts)
def test_percent_stays_in_its_range_and_tallies_add_up(
    asked: FormGiven, chosen: list[set[str]], cut: int
) -> None:
    result = grade(asked, {f"q{number}": one for number, one in enumerate(chosen)}, cut)
    assert 0 <= result.percent <= 100
    assert result.is_passed == (result.percent >= cut)
    assert sum(tally.right for tally in result.domains) == result.points
    assert sum(tally.of for tally in result.domains) == result.of == len(asked.items)
    assert set(result.strengths) | set(result.to_study) == set(result.domains)
    assert result.points + len(result.items_to_study) == result.of


@given(forms, choices, cuts)
def test_order_never_matters(asked: FormGiven, chosen: list[set[str]], cut: int) -> None:
    answers = {f"q{number}": sorted(one) for number, one in enumerate(chosen)}
    turned = {key: list(reversed(value)) for key, value in reversed(list(answers.items()))}
    assert grade(asked, answers, cut) == grade(asked, turned, cut)


@given(forms, cuts, st.integers(0, 11))
def test_one_more_right_answer_never_lowers(asked: FormGiven, cut: int, count: int) -> None:
    answers = {one.id: one.key for one in asked.items[:count]}
    more = {one.id: one.key for one in asked.items[: count + 1]}
    assert grade(asked, more, cut).points >= grade(asked, answers, cut).points
    everything = grade(asked, {one.id: one.key for one in asked.items}, cut)
    assert everything.percent == 100
    assert everything.is_passed


@given(forms, cuts)
def test_answers_to_other_items_change_nothing(asked: FormGiven, cut: int) -> None:
    assert grade(asked, {"elsewhere": ["a"]}, cut) == grade(asked, {}, cut)
