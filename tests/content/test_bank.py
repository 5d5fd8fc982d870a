"""The real items and examinations: without fault, and tied to modules, lessons and objectives that exist."""

from collections import Counter
from pathlib import Path

import pytest
import yaml

from lms.assessment.bank import Bank, Examination, ExaminationKind, load
from lms.assessment.grading import grade
from lms.assessment.items import FormGiven

ROOT = Path(__file__).resolve().parents[2]
BANK, FAULTS = load(ROOT / "assessments")
ITEMS = sorted(BANK.items.values(), key=lambda item: item.id)
EXAMINATIONS = sorted(BANK.examinations)
FORMS = [
    pytest.param(one, BANK.form_given(one, form), id=form.id)
    for one in BANK.examinations.values()
    for form in one.forms
]


def taught() -> dict[str, tuple[set[str], set[str]]]:
    """The objectives and the lesson ids of each module, read from its files."""
    found = {}
    for file in (ROOT / "modules").glob("*/module.yaml"):
        module = yaml.safe_load(file.read_text())
        lessons = {
            yaml.safe_load(lesson.read_text().split("---")[1])["id"]
            for name in module["lessons"]
            for lesson in [file.parent / f"{name}.en.md"]
        }
        found[module["id"]] = ({one["id"] for one in module["objectives"]}, lessons)
    return found


TAUGHT = taught()


def test_the_content_has_no_fault() -> None:
    assert [str(fault) for fault in FAULTS] == []
    assert isinstance(BANK, Bank)
    assert BANK.items
    assert BANK.examinations


def test_items_ask_what_is_taught() -> None:
    for item in ITEMS:
        objectives, lessons = TAUGHT[item.module]
        assert item.objective in objectives, item.id
        assert item.lesson in lessons, item.id


def test_the_key_cannot_be_guessed_by_its_length_in_spanish() -> None:
    """English is judged by the checker; few items have Spanish, so they are judged together."""
    longest = asked = 0
    for item in ITEMS:
        if item.prompt.es is not None and item.kind == "single":
            lengths = sorted((len(option.text.es or ""), option.is_right) for option in item.options)
            asked += 1
            longest += lengths[-1][1] and lengths[-1][0] > lengths[-2][0]
    assert asked >= 30
    assert longest <= 0.35 * asked


@pytest.mark.parametrize(("examination", "form"), FORMS)
def test_a_form_can_be_passed_and_not_passed(examination: Examination, form: FormGiven) -> None:
    assert grade(form, {item.id: item.key for item in form.items}, examination.cut_percent).percent == 100
    assert not grade(form, {}, examination.cut_percent).is_passed


@pytest.mark.parametrize(("examination", "form"), FORMS)
def test_ticking_one_letter_or_everything_does_not_pass(examination: Examination, form: FormGiven) -> None:
    for place in range(4):
        column = {item.id: [slot[min(place, len(slot) - 1)] for slot in item.slots] for item in form.items}
        assert not grade(form, column, examination.cut_percent).is_passed
    everything = {item.id: item.answers for item in form.items}
    assert not grade(form, everything, examination.cut_percent).is_passed


@pytest.mark.parametrize("examination_id", EXAMINATIONS)
def test_the_line_is_explained(examination_id: str) -> None:
    examination = BANK.examinations[examination_id]
    assert len(examination.cut_reason.split()) >= 8
    assert examination.minutes >= examination.count


@pytest.mark.parametrize(("examination", "form"), FORMS)
def test_an_examination_asks_for_more_than_recall(examination: Examination, form: FormGiven) -> None:
    if examination.kind is ExaminationKind.EXAMINATION:
        assert sum(item.level == "recall" for item in form.items) * 2 < examination.count
        assert len({item.domain for item in form.items}) >= 3


def test_a_module_names_its_check() -> None:
    for file in (ROOT / "modules").glob("*/module.yaml"):
        check = yaml.safe_load(file.read_text()).get("check")
        if check is not None:
            assert BANK.examinations[check].kind is ExaminationKind.MODULE_CHECK


def test_the_certification_examination_is_a_family_of_equal_forms() -> None:
    examination = BANK.examinations["certification-exam"]
    asked = examination.blueprint
    assert asked is not None
    assert [form.id for form in examination.forms] == ["certification-a", "certification-b", "certification-c"]
    learned = {
        item_id
        for check in BANK.examinations.values()
        if check.kind is ExaminationKind.MODULE_CHECK
        for item_id in check.forms[0].items
    }
    modules = {item.module for item in BANK.items.values() if item.id not in learned}
    for form in examination.forms:
        given = BANK.form_given(examination, form)
        assert len({item.id for item in given.items} - learned) == 100
        assert Counter(item.domain for item in given.items) == dict(asked.domains)
        assert Counter(item.level for item in given.items) == dict(asked.levels)
        tally = Counter(item.module for item in given.items)
        assert all(tally[module] >= asked.least_a_module for module in modules)
    first, second, _third = (set(form.items) for form in examination.forms)
    assert not first & second
    assert BANK.worksheets["certification-exam"].cut_percent == examination.cut_percent
