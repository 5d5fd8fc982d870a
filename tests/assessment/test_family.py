"""A family of forms: read from its file, drawn from what no module check asks, handed out by turns."""

from pathlib import Path
from typing import Any

import pytest

from lms.assessment import bank as banks
from lms.assessment import queries, services
from lms.assessment.bank import configure, load
from lms.assessment.items import Domain, Level
from tests.builders import write_family_bank

FILE = "assessments/family/forms/family-exam.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_family_bank(tmp_path / "assessments")


def test_a_family_is_drawn_from_what_no_check_asks(folder: Path) -> None:
    bank, faults = load(folder)
    assert faults == []
    examination = bank.examinations["family-exam"]
    assert [form.id for form in examination.forms] == ["family-a", "family-b", "family-c"]
    known = set(bank.examinations["family-check"].forms[0].items)
    for form in examination.forms:
        given = bank.form_given(examination, form)
        assert given.id == form.id
        assert len(given.items) == examination.count == 15
        assert not known & set(form.items)
        assert sum(item.domain is Domain.ADVOCACY for item in given.items) == 3
        assert sum(item.level is Level.APPLICATION for item in given.items) == 5
    first, second, _third = (set(form.items) for form in examination.forms)
    assert not first & second


def test_the_names_and_order_of_files_do_not_matter(folder: Path, tmp_path: Path) -> None:
    other = write_family_bank(tmp_path / "turned" / "assessments", is_turned=True)
    assert load(folder)[0].examinations["family-exam"].forms == load(other)[0].examinations["family-exam"].forms


@pytest.mark.parametrize(
    ("old", "new", "line", "sentence"),
    [
        ("advocacy: 3", "advocacy: 4", 14, "the domains add up to 16, the form asks 15"),
        ("recall: 5", "recall: 4", 15, "the levels add up to 14, the form asks 15"),
        ("advocacy: 3, ", "", 14, "the key 'advocacy' is missing"),
        ("advocacy: 3", "golf: 3", 14, "unknown key 'golf'"),
        ("least: 2", "least: -1", 16, "least must be from 0 to 1000, found -1"),
        ("family-b", "family-a", 11, "a form of the family is there twice"),
        ("family-b", "family-check-a", 11, "the form id 'family-check-a' is taken by"),
        ("least: 2", "least: 9", 11, "at least 9 of each module"),
        ("family:", "form: {id: family-a, items: [family-q001]}\nfamily:", 1, "either a form or a family"),
        ("count: 15", "count: 30", 14, "the domains add up to 15, the form asks 30"),
    ],
)
def test_a_fault_of_a_family_is_named_at_its_line(
    folder: Path, old: str, new: str, line: int, sentence: str
) -> None:
    file = folder.parent / FILE
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))
    bank, faults = load(folder)
    assert any((one.path, one.line) == (FILE, line) and sentence in one.sentence for one in faults), faults
    assert "family-exam" not in bank.examinations


def test_a_pool_that_is_short_is_a_fault_of_the_family(folder: Path) -> None:
    file = folder / "family" / "items" / "advocacy.yaml"
    file.write_text("\n".join(file.read_text().splitlines()[: 16 * 4]) + "\n")
    _bank, faults = load(folder)
    (short,) = [one for one in faults if one.path == FILE]
    assert short.line == 11
    assert short.sentence.startswith("the pool lacks")
    assert "advocacy/comprehension has 0" in short.sentence


def test_each_try_gets_a_form_not_had_yet(
    tx: Any, personas: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(banks, "_in_force", banks.bank())
    monkeypatch.setattr(banks, "_folder", None)
    assert configure(folder) == []
    for number in (1, 2, 3):
        with tx():
            attempt = services.start_attempt(
                personas.trainee, examination_id="family-exam", organisation_id=personas.provider
            )
            assert len(attempt.form["items"]) == 15
            assert attempt.form["id"] == attempt.form_id
            services.hand_in(personas.trainee, attempt_id=attempt.id)
        with tx.reading():
            assert len(set(queries.forms_had(personas.trainee, "family-exam"))) == number
