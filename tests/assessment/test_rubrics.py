"""Rubrics: read with every fault at its line, shown to whoever is signed in, and the real ones are whole."""

import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from lms.assessment import bank as banks
from lms.assessment.bank import configure, load
from lms.assessment.quality import faults

REAL = Path(__file__).resolve().parents[2] / "assessments"
FILE = "assessments/rubrics/five-minute-story.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(REAL / "rubrics", tmp_path / "assessments" / "rubrics")
    return tmp_path / "assessments"


def test_the_real_rubrics_are_whole() -> None:
    rubrics = load(REAL)[0].rubrics
    assert len(rubrics) == 5
    for rubric in rubrics.values():
        assert 4 <= len(rubric.criteria) <= 6
        assert all(text.en.endswith((".", "?")) for one in rubric.criteria for text in one.levels)
        assert all(words.es for words in (rubric.title, *(one.title for one in rubric.criteria)))
        assert rubric.passing.mean == Decimal("2.5")
        assert rubric.passing.must
        assert "panel" in rubric.note.en


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("minutes: 5", "minutes: some", "minutes must be a whole number"),
        ("mean: 2.5", "mean: 4.5", "mean must be from 1 to 4, found 4.5"),
        ("mean: 2.5", "mean: most", "mean must be a number, found text"),
        ("{safe-for-all: 3}", "{safe-for-none: 3}", "unknown key 'safe-for-none'"),
        ("{safe-for-all: 3}", "{safe-for-all: 5}", "safe-for-all must be from 1 to 4, found 5"),
        ("- id: hope", "- id: purpose", "the criterion 'purpose' is there twice"),
        ("principle: mutual", "principle: kind", "principle 'kind' is not known"),
        ("samhsa: C3.1", "samhsa: C3.9", "samhsa 'C3.9' is not known"),
        ('      - {en: "It is not clear why', '#     - {en: "It is not clear why', "has 4 levels, this one 3"),
        ("id: five-minute-story", "id: reflective-essay", "the rubric id 'reflective-essay' is taken by"),
        ("note: {en", "notes: {en", "the key 'note' is missing"),
    ],
)
def test_a_fault_of_a_rubric_is_named(folder: Path, old: str, new: str, sentence: str) -> None:
    file = folder.parent / FILE
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))
    bank, found = load(folder)
    assert any(sentence in fault.sentence for fault in found), found
    assert len(bank.rubrics) == 4


def test_a_rubric_is_plain_and_safe(folder: Path) -> None:
    file = folder.parent / FILE
    file.write_text(file.read_text().replace("It labels people", "It speaks of an addict"))
    (fault,) = faults(load(folder)[0])
    assert str(fault).startswith(f"{FILE}:1: 'five-minute-story' says 'addict'")


def test_the_pages_are_for_everyone_signed_in(
    clients: Any, personas: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert clients(None).get("/rubrics").status_code == 302
    client = clients(personas.trainee)
    assert client.get("/rubrics").status_code == 200
    monkeypatch.setattr(banks, "_in_force", banks.bank())
    monkeypatch.setattr(banks, "_folder", None)
    configure(folder)
    assert "/rubrics" in client.get("/exams").text
    assert "/rubrics" in clients(personas.assessor).get("/results").text
    assert client.get("/rubrics").text.count("<h2>") == 5
    for person_id in (personas.trainee, personas.assessor, personas.supervisor):
        page = clients(person_id).get("/rubrics/five-minute-story").text
        assert "Level 2 or more in each part, and 2.5 on average." in page
        assert "It is safe for teller and listener: level 3 or more" in page.replace("\n", "")
        assert page.count("<dt>Level 4</dt>") == 5
    assert client.get("/rubrics/no-such").status_code == 404
    assert "La historia tiene un propósito" in client.get("/rubrics/five-minute-story?lang=es").text
