"""The worksheet behind the cut: read with its faults, and compared with what the forms ask."""

from pathlib import Path

import pytest

from lms.assessment.bank import load
from lms.assessment.quality import faults
from tests.builders import write_family_bank

FILE = "assessments/family/angoff.yaml"
TEXT = """\
examination: family-exam
revision: 1
method: "Modified Angoff."
barely_qualified: "Just ready."
rounds: ["Judge alone.", "Judge again."]
panel: []
status: "starting point"
source: "the authors"
cut_percent: 70
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    home = write_family_bank(tmp_path / "assessments")
    (home / "family" / "angoff.yaml").write_text(TEXT)
    return home


def cut_sentences(folder: Path) -> list[str]:
    return [str(fault) for fault in faults(load(folder)[0]) if fault.path == FILE]


def test_a_worksheet_belongs_to_its_examination(folder: Path) -> None:
    bank, found = load(folder)
    assert found == []
    assert bank.worksheets["family-exam"].rounds == ("Judge alone.", "Judge again.")
    assert bank.worksheets["family-exam"].panel == ()
    assert cut_sentences(folder) == []


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("family-exam", "other-exam", "there is no good examination 'other-exam'"),
        ("cut_percent: 70", "cut_percent: 0", "cut_percent must be from 1 to 100"),
        ("panel: []", "panel: nobody", "panel must be a list"),
        ("status:", "state:", "the key 'status' is missing"),
    ],
)
def test_a_fault_of_a_worksheet_is_named(folder: Path, old: str, new: str, sentence: str) -> None:
    (folder / "family" / "angoff.yaml").write_text(TEXT.replace(old, new))
    bank, found = load(folder)
    assert any(fault.path == FILE and sentence in fault.sentence for fault in found)
    assert not bank.worksheets


def test_a_cut_that_is_not_the_worksheets_is_named(folder: Path) -> None:
    (folder / "family" / "angoff.yaml").write_text(TEXT.replace("70", "71"))
    assert cut_sentences(folder) == [
        f"{FILE}:1: 'family-exam' has its cut at 70 percent, its worksheet at 71",
    ]


@pytest.mark.parametrize(("estimate", "is_named"), [(67, False), (73, False), (66, True), (74, True)])
def test_a_form_far_from_the_cut_is_named(folder: Path, estimate: int, is_named: bool) -> None:
    for file in (folder / "family" / "items").glob("*.yaml"):
        file.write_text(file.read_text().replace("estimate: 70", f"estimate: {estimate}"))
    found = cut_sentences(folder)
    assert len(found) == 3 * is_named
    if is_named:
        mean = f"have a mean of {estimate}.0, more than 3 points from the cut of 70"
        assert found[0] == f"{FILE}:1: the estimates of 'family-a' {mean}"
