"""Tracks: what adds up is taught; what does not is named with its line."""

from pathlib import Path

import pytest

from lms.curriculum import catalog
from tests.conftest import Clients
from tests.personas import Personas

TRACKS = """tracks:
  - id: short
    title: {en: "A short track", es: "Un camino corto"}
    summary: {en: "Two modules."}
    hours: 2
    parts:
      - module: walking
      - module: resting
  - id: long
    title: {en: "A long track"}
    summary: {en: "Planned."}
    hours: 10
    is_outline: true
    parts:
      - {module: walking, minutes: 500, note: "A walk in the hills."}
      - {module: resting, minutes: 100}
"""


def read(folder: Path, text: str) -> tuple[catalog.Catalog, list[str]]:
    (folder / "tracks.yaml").write_text(text)
    found, faults = catalog.load(folder)
    return found, [f"{fault.line}: {fault.sentence}" for fault in faults if fault.path.endswith("tracks.yaml")]


@pytest.fixture
def folder(modules_dir: Path) -> Path:
    """The sample with a live session long enough that both modules take two hours."""
    home = modules_dir / "walking" / "module.yaml"
    home.write_text(
        home.read_text()
        .replace("live: {minutes: 60", "live: {minutes: 75")
        .replace("recovery_wellness: 60", "recovery_wellness: 75")
    )
    assert sum(module.contact_minutes for module in catalog.load(modules_dir)[0]) == 120
    return modules_dir


def test_a_track_is_read(folder: Path) -> None:
    found, faults = read(folder, TRACKS)
    assert faults == []
    assert [track.id for track in found.tracks] == ["short", "long"]
    assert [part.module for part in found.tracks[0].parts] == ["walking", "resting"]


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("hours: 10", "hours: 11", 12, "The parts take 600 minutes, 11 hours are 660."),
        ("minutes: 500", "minutes: 5", 15, "`walking` alone takes"),
        ("{module: resting, minutes: 100}", "{module: resting}", 16, "An outline plans `minutes`"),
        (
            "{module: resting, minutes: 100}",
            "{module: dancing, minutes: 100}",
            16,
            "There is no module `dancing`",
        ),
        ("id: long", "id: short", 9, "is there twice"),
        (
            "      - module: walking\n      - module: resting",
            "      - module: resting\n      - module: walking",
            7,
            "",
        ),
        (
            "    parts:\n      - module: walking",
            "    parts:\n      - module: resting",
            7,
            "`walking` must come before",
        ),
    ],
)
def test_a_track_that_does_not_fit_is_named(folder: Path, old: str, new: str, line: int, words: str) -> None:
    assert old in TRACKS
    _found, faults = read(folder, TRACKS.replace(old, new))
    assert faults
    assert faults[0].startswith(f"{line}: ")
    assert words in faults[0]


def test_the_training_page_shows_what_is_taught(clients: Clients, personas: Personas) -> None:
    text = clients(personas.trainee).get("/modules").text
    assert "Walking beside" in text
    assert "Not joined" in text
