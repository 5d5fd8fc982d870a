"""The application of these tests asks the sample bank."""

from pathlib import Path

import pytest

from lms.config import Settings

SAMPLE = Path(__file__).parent / "bank"


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """The kernel's test settings, with the sample bank instead of the real one."""
    return Settings(
        env="test", database_url=database_url, worker="none", data_dir=tmp_path / "data", assessments_dir=SAMPLE
    )
