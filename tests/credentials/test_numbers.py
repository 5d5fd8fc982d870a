"""Numbers: random, and no single slip of the hand passes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.credentials.numbers import (
    ALPHABET,
    LENGTH,
    RANDOM_CHARACTERS,
    check_character,
    compact,
    is_well_formed,
    new_number,
    normalise,
    shown,
)

bodies = st.text(ALPHABET, min_size=RANDOM_CHARACTERS, max_size=RANDOM_CHARACTERS)


def _complete(body: str) -> str:
    return body + check_character(body)


def test_a_number_has_ninety_five_random_bits_in_five_groups() -> None:
    number = new_number()
    assert [len(group) for group in number.split("-")] == [4] * 5
    assert len(ALPHABET) == len(set(ALPHABET)) == 32
    assert RANDOM_CHARACTERS * 5 >= 80
    assert not set("ILOU") & set(ALPHABET)


def test_many_numbers_are_all_different_and_well_formed() -> None:
    numbers = [new_number() for _ in range(5_000)]
    assert len(set(numbers)) == len(numbers)
    assert all(is_well_formed(number) for number in numbers[:500])
    assert all(set(column) >= set("0Z7") for column in zip(*numbers, strict=True) if column[0] != "-")


@settings(max_examples=20)
@given(bodies)
def test_every_wrong_character_is_caught(body: str) -> None:
    number = _complete(body)
    for at in range(LENGTH):
        for other in ALPHABET:
            if other != number[at]:
                assert not is_well_formed(number[:at] + other + number[at + 1 :])


@settings(max_examples=20)
@given(bodies)
def test_every_swap_of_two_characters_is_caught(body: str) -> None:
    number = _complete(body)
    for first in range(LENGTH):
        for second in range(first + 1, LENGTH):
            if number[first] != number[second]:
                signs = list(number)
                signs[first], signs[second] = signs[second], signs[first]
                assert not is_well_formed("".join(signs)), (number, first, second)


@given(bodies)
def test_a_missing_or_added_character_is_caught(body: str) -> None:
    number = _complete(body)
    assert not is_well_formed(number[1:])
    assert not is_well_formed(number + number[-1])


@given(bodies)
def test_the_shown_form_is_the_normal_form(body: str) -> None:
    number = shown(_complete(body))
    assert normalise(number) == number
    assert normalise(normalise(number.lower())) == number


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("7q2m k4xd 9tpa", "7Q2MK4XD9TPA"),
        ("oOiIlL", "001111"),
        ("7Q2M–K4XD—9TPA‐3WZ8", "7Q2MK4XD9TPA3WZ8"),
        ("\t7Q2M\u00a0K4XD\n", "7Q2MK4XD"),
        ("７Ｑ２Ｍ", "7Q2M"),
        ("7Q2M.K4XD_9TPA", "7Q2MK4XD9TPA"),
        ("", ""),
    ],
)
def test_fillers_case_and_look_alikes_are_read(typed: str, read: str) -> None:
    assert compact(typed) == read


@given(st.text(max_size=60))
def test_any_text_is_answered(text: str) -> None:
    assert len(normalise(text)) >= len(compact(text))
    if is_well_formed(text):
        assert normalise(normalise(text)) == normalise(text)
