"""The tables that check-content prints, and the twelve words that no text of ours may share with another."""

from pathlib import Path

import pytest

from lms import content, coverage, likeness
from lms.certification.kinds import NotEvaluated
from lms.config import Settings
from lms.standards import CATEGORIES, category_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def found() -> content.Content:
    settings = Settings(env="development", modules_dir=ROOT / "modules", assessments_dir=ROOT / "assessments")
    return content.read(settings)


def test_the_content_has_no_fault(found: content.Content) -> None:
    assert [str(fault) for fault in found.faults] == []


def test_the_tables_are_complete(found: content.Content) -> None:
    tables = {table.title: table for table in coverage.tables(found.modules, found.bank, found.schemes)}
    lessons = sum(len(module.lessons) for module in found.modules)
    text = "\n".join(map(str, tables.values()))
    for module in found.modules:
        assert module.id in text
    (minutes,) = (table for title, table in tables.items() if title.startswith("Minutes"))
    assert len(minutes.rows) == lessons
    (reading,) = (table for title, table in tables.items() if title.startswith("Reading"))
    assert sum(bool(row[0]) for row in reading.rows) == lessons
    (objectives,) = (table for title, table in tables.items() if title.startswith("Objectives"))
    assert [row for row in objectives.rows if row[-1]] == []
    assert {category_of(item.samhsa) for item in found.bank.items.values() if item.samhsa} == set(CATEGORIES)


def test_what_nobody_checks_is_listed(found: content.Content) -> None:
    *_others, table = coverage.tables(found.modules, found.bank, found.schemes)
    assert table.title == "Not evaluated yet, and never counted as met"
    assert ("tennessee-cprs v1", "no-conservator", "legal_status", "No conservator") in table.rows
    unknown = [one for scheme in found.schemes.versions.values() for one in scheme.walk()]
    assert len(table.rows) == sum(isinstance(one, NotEvaluated) for one in unknown)


def test_twelve_words_in_a_row_are_found(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours" / "docs", tmp_path / "theirs"
    ours.mkdir(parents=True)
    theirs.mkdir()
    words = "one two three four five six seven eight nine ten eleven twelve"
    (theirs / "book.txt").write_text(f"It says: {words} thirteen.")
    (ours / "page.md").write_text(f"First line.\n\n{words.replace('six', 'Six,')}\n")
    (fault,) = likeness.faults(tmp_path / "ours", theirs)
    assert (Path(fault.path).name, fault.line) == ("page.md", 3)
    assert "book.txt" in fault.sentence
    (ours / "page.md").write_text(words.replace("six", "sixth"))
    assert likeness.faults(tmp_path / "ours", theirs) == []
