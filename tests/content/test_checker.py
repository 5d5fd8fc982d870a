"""`check-content` finds what is planted in copies of the real files, and nothing in the real ones' items."""

import shutil
from pathlib import Path

import pytest

from lms import content
from lms.config import Settings

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def copied(tmp_path: Path) -> Settings:
    for name in ("modules", "assessments"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return Settings(env="test", modules_dir=tmp_path / "modules", assessments_dir=tmp_path / "assessments")


def test_the_real_items_are_fair(copied: Settings) -> None:
    assert [str(fault) for fault in content.faults(copied) if "assessments/" in fault.path] == []


def test_an_objective_that_is_asked_too_little_is_named(copied: Settings) -> None:
    for file in (copied.assessments_dir / "mutual" / "items").glob("*.yaml"):
        file.write_text(file.read_text().replace("objective: mutual-4", "objective: mutual-3"))
    (fault,) = [one for one in content.faults(copied) if "mutual-4" in one.sentence]
    home = copied.modules_dir / "mutual" / "module.yaml"
    assert fault.path == str(home)
    assert "id: mutual-4" in home.read_text().splitlines()[fault.line - 1]
    assert "items ask about it; 3 is the least." in fault.sentence


def test_an_item_that_is_not_fair_is_named_at_its_line(copied: Settings) -> None:
    file = copied.assessments_dir / "mutual" / "items" / "peer-and-story.yaml"
    file.write_text(file.read_text().replace("Share it at once, while it fits.", "All of the above."))
    (fault,) = [one for one in content.faults(copied) if "All of the above" in one.sentence]
    assert "- id: mutual-q04" in file.read_text().splitlines()[fault.line - 1]
