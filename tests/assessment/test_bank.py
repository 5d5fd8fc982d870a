"""The bank is read with every fault named at its line, and good content survives bad content."""

import shutil
from pathlib import Path

import pytest

from lms.assessment import bank as banks
from lms.assessment.bank import ExaminationKind, configure, load
from lms.assessment.items import FormGiven, Item, Words
from lms.assessment.rules import Limits

SAMPLE = Path(__file__).parent / "bank"
ITEMS = "sample/items/sample.yaml"
KINDS = "sample/items/kinds.yaml"
EXAM = "sample/forms/sample.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "assessments"
    shutil.copytree(SAMPLE, copy)
    return copy


def change(folder: Path, file: str, old: str, new: str) -> int:
    """Replace the first `old` by `new` and answer the line it is on."""
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))
    return text[: text.index(old)].count("\n") + 1


def test_a_good_bank_is_read_whole() -> None:
    bank, faults = load(SAMPLE)
    assert faults == []
    examination = bank.examinations["sample-exam"]
    assert examination.kind is ExaminationKind.EXAMINATION
    assert examination.limits == Limits(most=3, within_days=365, wait_days=0)
    assert examination.count == 4
    assert bank.items["sample-q02"].key == {"a", "b"}
    assert bank.items["sample-q01"].prompt.in_language("es").text == "Primera pregunta"
    assert bank.items["sample-q02"].prompt.in_language("es").language == "en"


def test_the_form_given_survives_being_stored() -> None:
    bank, _ = load(SAMPLE)
    form = bank.form_given(bank.examinations["sample-exam"])
    assert FormGiven.from_json(form.as_json()) == form
    assert (form.id, form.revision) == ("sample-a", 3)
    kinds = bank.form_given(bank.examinations["sample-kinds"])
    assert FormGiven.from_json(kinds.as_json()) == kinds
    assert Words.from_json({"en": "one"}) == Words("one")


def test_the_hash_follows_the_content(folder: Path) -> None:
    before = load(folder)[0].content_hash
    assert load(folder)[0].content_hash == before
    change(folder, ITEMS, "Alpha one", "Alpha eleven")
    assert load(folder)[0].content_hash != before


FAULTS = [
    (ITEMS, "  kind: single", "  kind: essay", "kind 'essay' is not one of single, multiple"),
    (ITEMS, "  level: recall", "  level: 3", "level must be text, found a whole number"),
    (ITEMS, "  lesson: ask-first", "  lessen: ask-first", "unknown key 'lessen'"),
    (ITEMS, "  principle: mutual", "  lesson: mutual", "the key 'lesson' is there twice"),
    (ITEMS, "- id: sample-q02", "- id: sample-q01", "the item id 'sample-q01' is taken by assessments/"),
    (ITEMS, "- id: sample-q02", "- id: Sample 2", "must be small letters, digits and single dashes"),
    (ITEMS, "  samhsa: C1.4", "  samhsa: C1.6", "samhsa 'C1.6' is not known; known are C1.1 to C12.4"),
    (ITEMS, "  principle: mutual", "  principle: kind", "principle 'kind' is not known; known are mutual,"),
    (
        ITEMS,
        '"Alpha one"}, right: true',
        '"Alpha one"}, place: 1',
        "unknown key 'place'; known are id,",
    ),
    (ITEMS, "  domain: advocacy", "  domain: golf", "domain 'golf' is not one of advocacy,"),
    (ITEMS, '{en: "Second prompt"}', '{es: "Segunda"}', "the key 'en' is missing"),
    (ITEMS, '{en: "Second prompt"}', '{en: "  "}', "prompt (en) is blank"),
    (ITEMS, '{en: "Second prompt"}', '{en: "x", fr: "y"}', "unknown key 'fr'"),
    (ITEMS, '"Bravo one"}, right: false', '"Bravo one"}, right: "no"', "right must be true or false"),
    (ITEMS, "{id: b, text", "{id: a, text", "the option id 'a' is there twice in this item"),
    (ITEMS, '"Bravo one"', '"Alpha one"', "the option 'b' says the same as another one"),
    (KINDS, "estimate: 60", "estimate: 100", "estimate must be from 1 to 99, found 100"),
    (KINDS, "worst: true", "worst: 1", "worst must be true or false"),
    (KINDS, "place: 2", "place: second", "place must be a whole number, found text"),
    (KINDS, "{id: y, text", "{id: x, text", "the target id 'x' is there twice in this item"),
    (KINDS, '"Yankee seven"', '"Xray seven"', "the target 'y' says the same as another one"),
    (KINDS, ', place: 1, why: {en: "KEYCANARY first six"}', ", place: 1", "the key 'why' is missing"),
    (EXAM, "cut_percent: 75", "cut_percent: 0", "cut_percent must be from 1 to 100, found 0"),
    (EXAM, "cut_percent: 75", "cut_percent: 101", "cut_percent must be from 1 to 100, found 101"),
    (EXAM, "cut_percent: 75", "cut_percent: 75.5", "must be a whole number, found a number with a point"),
    (EXAM, "minutes: 40", "minutes: 0", "minutes must be from 1 to 480, found 0"),
    (EXAM, "most: 3, ", "", "the key 'most' is missing"),
    (EXAM, "may_pause: false", "may_pause: 1", "may_pause must be true or false"),
    (EXAM, "sample-q03", "sample-q99", "the form asks 'sample-q99', and no good item has this id"),
    (EXAM, "sample-q02", "sample-q01", "the form asks 'sample-q01' twice"),
    (EXAM, "id: sample-a,", "id: sample-check-a,", "the form id 'sample-check-a' is taken by"),
    (EXAM, "id: sample-exam", "id: sample-check", "the examination id 'sample-check' is taken by"),
]


@pytest.mark.parametrize(("file", "old", "new", "sentence"), FAULTS)
def test_a_fault_is_named_at_its_line(folder: Path, file: str, old: str, new: str, sentence: str) -> None:
    line = change(folder, file, old, new)
    _, faults = load(folder)
    assert any(
        fault.path == f"assessments/{file}" and fault.line == line and sentence in fault.sentence
        for fault in faults
    ), faults


@pytest.mark.parametrize("key", ["principle", "samhsa", "objective", "estimate"])
def test_an_item_without_its_tags_is_a_fault(folder: Path, key: str) -> None:
    text = (folder / KINDS).read_text()
    without = [line for line in text.splitlines() if not line.startswith(f"  {key}:")]
    (folder / KINDS).write_text("\n".join(without))
    bank, faults = load(folder)
    assert [fault.line for fault in faults if fault.sentence == f"the key '{key}' is missing"] == [1, 16, 31]
    assert "sample-q05" not in bank.items


# The line of the options; what is changed there; what is said of it.
KEYS = [
    (
        14,
        [("right: true", "right: false")],
        "exactly one right option, 'sample-q05' has 0",
    ),
    (
        14,
        [("right: false", "right: true")],
        "exactly one right option, 'sample-q05' has 2",
    ),
    (14, [(", worst: true", "")], "exactly one worst option, 'sample-q05' has 0"),
    (14, [("right: false,", "right: false, worst: true,")], "exactly one worst option, 'sample-q05' has 2"),
    (
        14,
        [(", worst: true", ""), ("right: true,", "right: true, worst: true,")],
        "an option of 'sample-q05' is both right and worst",
    ),
    (30, [("place: 2", "place: 3")], "the places of 'sample-q06' must be 1 to 3, each once"),
    (30, [("place: 3", "place: 4")], "the places of 'sample-q06' must be 1 to 3, each once"),
    (
        30,
        [("place: 2", "place: 9"), ("place: 1", "place: 2"), ("place: 9", "place: 1")],
        "the steps of 'sample-q06' are listed in the right order, which gives it away",
    ),
    (50, [("match: y", "match: w")], "the option 'a' of 'sample-q07' matches 'w'; the targets are x, y, z"),
    (50, [("match: y", "match: x")], "all options of 'sample-q07' match the same target, so it asks nothing"),
]


@pytest.mark.parametrize(("line", "changes", "sentence"), KEYS)
def test_a_key_must_be_one_that_its_kind_can_have(
    folder: Path, line: int, changes: list[tuple[str, str]], sentence: str
) -> None:
    for old, new in changes:
        change(folder, KINDS, old, new)
    bank, faults = load(folder)
    at_options = next(fault for fault in faults if sentence in fault.sentence)
    assert (at_options.path, at_options.line) == (f"assessments/{KINDS}", line)
    assert len(bank.items) == 6


def test_each_kind_has_its_key_and_its_answers() -> None:
    items = load(SAMPLE)[0].items
    assert items["sample-q05"].key == {"best:b", "worst:c"}
    assert items["sample-q06"].key == {"a:2", "b:1", "c:3"}
    assert items["sample-q07"].key == {"a:y", "b:x"}
    assert items["sample-q05"].answers == {f"{end}:{one}" for end in ("best", "worst") for one in "abc"}
    assert items["sample-q06"].answers == {f"{one}:{place}" for one in "abc" for place in (1, 2, 3)}
    assert items["sample-q07"].answers == {f"{one}:{target}" for one in "ab" for target in "xyz"}
    assert items["sample-q05"].estimate == 60
    assert all(item.key <= item.answers for item in items.values())


def test_what_was_stored_before_these_kinds_is_still_read() -> None:
    item = load(SAMPLE)[0].items["sample-q02"]
    stored = item.as_json()
    assert "targets" not in stored
    assert not {"worst", "place", "match"} & set(stored["options"][0])
    old = {name: value for name, value in stored.items() if name != "estimate"}
    assert Item.from_json(old | {"principle": None, "samhsa": None}).key == {"a", "b"}


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("right: true", "right: false", "'sample-q01' has 0"),
        ("right: false", "right: true", "'sample-q01' has 2"),
    ],
)
def test_a_single_item_has_one_right_option(folder: Path, old: str, new: str, sentence: str) -> None:
    change(folder, ITEMS, old, new)
    bank, faults = load(folder)
    at_options = next(fault for fault in faults if sentence in fault.sentence)
    assert at_options.line == 14
    assert "sample-q01" not in bank.items
    assert "sample-exam" not in bank.examinations, "a form cannot ask an item that is left out"


def test_a_multiple_item_asks_something(folder: Path) -> None:
    change(folder, ITEMS, '{en: "Carol two"}, right: false', '{en: "Carol two"}, right: true')
    assert any("so it asks nothing" in fault.sentence for fault in load(folder)[1])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "the file is empty"),
        (b"- id: [", "this is not YAML"),
        (b"\xff\xfe", "the file is not UTF-8 text"),
        (b"a: b\n", "the file must be a list"),
        (b"- just text\n", "expected keys and values, found text"),
        (b"a: \x07", "this is not YAML"),
    ],
)
def test_a_broken_file_is_one_sentence(folder: Path, content: bytes, sentence: str) -> None:
    (folder / "sample/items/more.yaml").write_bytes(content)
    faults = [fault for fault in load(folder)[1] if fault.path.endswith("more.yaml")]
    assert len(faults) == 1
    assert sentence in faults[0].sentence


def test_missing_places_are_faults(folder: Path, tmp_path: Path) -> None:
    (folder / "sample/bank.yaml").unlink()
    assert [fault.sentence for fault in load(folder)[1]] == ["the bank has no bank.yaml"]
    assert load(tmp_path / "nowhere")[1][0].sentence == "there is no such folder of assessments"


def test_bad_content_keeps_the_last_good(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(banks, "_in_force", banks.bank())
    monkeypatch.setattr(banks, "_folder", None)
    assert configure(folder) == []
    good = banks.bank()
    change(folder, EXAM, "minutes: 40", "minutes: many")
    assert banks.reload()
    assert banks.bank() is good
    change(folder, EXAM, "minutes: many", "minutes: 41")
    assert banks.reload() == []
    assert banks.bank().examinations["sample-exam"].minutes == 41
