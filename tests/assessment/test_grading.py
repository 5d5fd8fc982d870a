"""Grading in tables and properties."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.assessment.grading import DomainTally, grade, is_right, study_plan
from lms.assessment.items import Domain, FormGiven, Item, ItemKind, Level, Option, Words


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
