"""Each fault of an item is found when it is planted, and good items have none."""

from dataclasses import replace
from types import MappingProxyType

import pytest

from lms.assessment.bank import Bank, Examination, ExaminationKind, Form, Place
from lms.assessment.items import Domain, Item, ItemKind, Level, Option, Words
from lms.assessment.quality import faults, problems_with
from lms.assessment.rules import Limits

GOOD = Item(
    id="good",
    revision=1,
    kind=ItemKind.SINGLE,
    module="mutual",
    objective="mutual-1",
    lesson="shared-ground",
    principle="mutual",
    samhsa="C1.5",
    domain=Domain.ADVOCACY,
    level=Level.APPLICATION,
    prompt=Words('Carla says, "I have not opened my mail." What do you do first, when she does not go on?'),
    options=tuple(
        Option(one, Words(text), one == "b", Words("It fits what she told you."))
        for one, text in (
            ("a", "Open the mail for her at once."),
            ("b", "Ask what the pile is like for her."),
            ("c", "Tell her to sort it by the date."),
        )
    ),
)


def with_options(*texts: str, right: int = 1, **changes: object) -> Item:
    options = tuple(
        Option("abcdefg"[place], Words(text), place == right, Words("Because it is."))
        for place, text in enumerate(texts)
    )
    return replace(GOOD, options=options, **changes)


def test_a_good_item_has_no_fault() -> None:
    assert list(problems_with(GOOD)) == []


@pytest.mark.parametrize(
    ("item", "sentence"),
    [
        (with_options("Go now.", "Wait for her."), "has 2 options; an item of this kind has 3 to 5"),
        (with_options(*["One", "two", "three", "four", "five", "six"]), "has 6 options"),
        (
            with_options(*["a", "b", "c", "d", "e", "f", "g"], kind=ItemKind.MULTIPLE),
            "has 7 options; an item of this kind has 3 to 6",
        ),
        (with_options("Go now.", "Wait for her.", "All of the above."), "offers 'All of the above'"),
        (with_options("Go now.", "Wait for her.", "None of these answers."), "offers 'None of these answers'"),
        (with_options("Go now.", "Wait for her.", "Both a and b."), "offers 'Both a and b'"),
        (replace(GOOD, prompt=Words("Carla is sad. Which reply does not help?")), "or write NOT"),
        (replace(GOOD, prompt=Words("What would you never say to Carla?")), "or write NEVER"),
        (replace(GOOD, prompt=Words("Which of these isn't a right?")), "or write N'T"),
        (
            with_options(
                "Go now, at once.", "Ask her in your own words what it is like for her today.", "Wait for it."
            ),
            "characters; at most twice as many is fair",
        ),
        (
            replace(
                GOOD,
                prompt=Words(
                    "Institutional documentation necessitates considerable organisational deliberation."
                ),
            ),
            "reads at grade",
        ),
        (replace(GOOD, prompt=Words("Carla meets an addict. What now?")), "says 'addict'"),
    ],
)
def test_a_planted_fault_is_found(item: Item, sentence: str) -> None:
    assert any(sentence in problem for problem in problems_with(item)), list(problems_with(item))


@pytest.mark.parametrize(
    "prompt",
    [
        "Which reply does NOT help?",
        "What do you do, if he does not answer?",
        'Sam says, "Which pills should I not take?" What now?',
        "You do not know him. What is best?",
    ],
)
def test_a_negative_that_is_no_trick_is_let_be(prompt: str) -> None:
    assert not [one for one in problems_with(replace(GOOD, prompt=Words(prompt))) if "negative" in one]


def bank_of(*items: Item, form: tuple[str, ...] = ()) -> Bank:
    exam = Examination(
        id="exam",
        revision=1,
        title=Words("Exam"),
        kind=ExaminationKind.EXAMINATION,
        minutes=10,
        cut_percent=70,
        cut_reason="",
        limits=Limits(1, 1, 0),
        may_pause=False,
        forms=(Form("exam-a", form),),
    )
    return Bank(
        MappingProxyType({item.id: item for item in items}),
        MappingProxyType({"exam": exam} if form else {}),
        places=MappingProxyType(
            {("item", item.id): Place("assessments/x/items/x.yaml", 10 * n) for n, item in enumerate(items, 1)}
        ),
    )


def own_words(number: int) -> str:
    return "".join("bcdfghjklm"[int(digit)] + "a" for digit in f"{number:02}")


def many(count: int, *, long_keys: int = 0, at: str = "abc") -> list[Item]:
    """Items without a word in common; the first so many have the longest key; keys go round the letters."""
    items = []
    for number in range(count):
        word = own_words(number)
        letter = at[number % len(at)]
        key = f"{word}k {word}m" + (f" {word}n" if number < long_keys else "")
        texts = {one: f"{word}{one} {word}o" for one in "abc"} | {letter: key}
        items.append(
            replace(
                with_options(*(texts[one] for one in "abc"), right="abc".index(letter)),
                id=f"q{number:02}",
                prompt=Words(f"{word}p {word}q {word}r"),
            )
        )
    return items


def sentences(bank: Bank) -> list[str]:
    return [str(fault) for fault in faults(bank) if "reads at grade" not in fault.sentence]


def test_the_key_is_not_the_longest_too_often() -> None:
    assert sentences(bank_of(*many(20, long_keys=7))) == []
    (fault,) = sentences(bank_of(*many(20, long_keys=8)))
    assert fault.startswith("assessments/x/items/x.yaml:10: the key is the longest option in 40% of 20 items")
    assert "q00, q01, q02" in fault


def test_keys_stand_at_each_letter_about_as_often() -> None:
    assert sentences(bank_of(*many(30))) == []
    found = sentences(bank_of(*many(30, at="aab")))
    assert "67% of 30 single items have their key at a; 33% would be even" in found[0]
    assert "0% of 30 single items have their key at c" in found[1]


def test_two_items_are_not_alike() -> None:
    one, other, *rest = many(12)
    twin = replace(other, prompt=one.prompt, options=one.options)
    (fault,) = sentences(bank_of(one, twin, *rest))
    assert (
        fault == "assessments/x/items/x.yaml:20: 'q01' is too much like 'q00': they share 100% of their words"
    )


def test_no_item_of_a_form_gives_another_away() -> None:
    one, other, *rest = many(12)
    key = "Shelter opens before winter evenings"
    one = replace(one, options=(replace(one.options[0], text=Words(key), is_right=True), *one.options[1:]))
    other = replace(
        other, prompt=Words("Our shelter opens early on winter evenings, before supper, at church.")
    )
    assert not [fault for fault in sentences(bank_of(one, other, *rest)) if "gives away" in fault]
    (fault,) = [
        fault for fault in sentences(bank_of(one, other, *rest, form=("q00", "q01"))) if "gives away" in fault
    ]
    assert (
        fault == "assessments/x/items/x.yaml:20: 'q01' gives away the answer of 'q00', and 'exam-a' asks both"
    )
