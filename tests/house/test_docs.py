"""The documents are true: they name every command, setting and permission, and their links lead somewhere."""

import argparse
import re
from pathlib import Path

import pytest

from lms import cli
from lms.config import Settings

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "THIRD_PARTY.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
NAMED = sorted(set(re.findall(r"bin/lms ([a-z-]+)", "".join(map(Path.read_text, PAGES)))))


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def commands() -> list[str]:
    actions = [part for part in cli._parser()._actions if isinstance(part, argparse._SubParsersAction)]
    return sorted(actions[0].choices)


def test_settings_example_is_what_the_settings_say() -> None:
    assert text_of(".env.example") == cli._env_example()


def test_page_of_permissions_is_what_the_map_says() -> None:
    assert text_of("docs/permissions.md") == cli._permission_page(), (
        "write it again: bin/lms permissions > docs/permissions.md"
    )


@pytest.mark.parametrize("command", commands())
def test_every_command_is_described(command: str) -> None:
    assert f"`bin/lms {command}" in text_of("docs/operations.md")


@pytest.mark.parametrize(
    "command", sorted(set(re.findall(r"bin/lms ([a-z-]+)", "".join(map(Path.read_text, PAGES)))))
)
def test_every_command_named_exists(command: str) -> None:
    assert command in commands()


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_described(name: str) -> None:
    assert f"`LMS_{name.upper()}`" in text_of("docs/operations.md")


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if not re.match(r"https?://|mailto:", target):
            assert (page.parent / target).exists(), target


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = [int(path.name[:4]) for path in sorted((ROOT / "docs" / "decisions").glob("*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=lambda path: path.name)
def test_decisions_have_their_four_parts(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Rejected", "Consequences"]


def test_first_page_shows_the_two_commands() -> None:
    text = text_of("README.md")
    assert "bin/lms demo" in text
    assert "bin/lms test" in text
