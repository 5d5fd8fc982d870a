"""Two small modules in place of the real ones: one with everything a lesson may have, one that follows it."""

from pathlib import Path

import pytest

from lms.config import Settings

MODULES = Path(__file__).parent / "modules"


@pytest.fixture
def modules_dir(tmp_path: Path) -> Path:
    """A copy of the two modules that a test may change."""
    copy = tmp_path / "modules"
    for path in sorted(MODULES.rglob("*")):
        if path.is_file():
            there = copy / path.relative_to(MODULES)
            there.parent.mkdir(parents=True, exist_ok=True)
            there.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    return copy


@pytest.fixture
def settings(settings: Settings, modules_dir: Path) -> Settings:
    """The test's settings, teaching from the test's own modules."""
    return settings.model_copy(update={"modules_dir": modules_dir})
