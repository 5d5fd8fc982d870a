"""The rules that a module is written by: each is broken once, and each is named with file and line."""

import shutil
from pathlib import Path

import pytest

from lms.curriculum import catalog, quality
from lms.curriculum.content import LessonText
from lms.curriculum.rendering import cited, to_html, to_sections
from lms.readability import grade, inflesz, unsafe_words, worst_sentences

ROOT = Path(__file__).resolve().parents[2]
LESSON, GUIDE, HOME = "01-shared-ground.en.md", "live-session.en.md", "module.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A module of ours, to break."""
    shutil.copytree(ROOT / "modules" / "mutual", tmp_path / "mutual")
    return tmp_path


def faults(folder: Path) -> dict[str, list[tuple[int, str]]]:
    found, wrong = catalog.load(folder)
    assert [str(fault) for fault in wrong] == []
    by_file: dict[str, list[tuple[int, str]]] = {}
    for fault in quality.faults(found, folder):
        by_file.setdefault(Path(fault.path).name, []).append((fault.line, fault.sentence))
    return by_file


def test_minutes_are_words_and_tasks() -> None:
    text = LessonText(title="One", act="Read it.", body=" ".join(["word"] * 899))
    assert quality.measured_minutes(text) == pytest.approx(5.0)
    with_practice = LessonText(title="One", act="Read it.", body=text.body + "\n\n::: practice\n\n:::\n")
    assert quality.measured_minutes(with_practice) == pytest.approx(7.0)


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        (LESSON, "minutes: 15", "minutes: 40", "declares 40 minutes"),
        (LESSON, "::: dialogue", "::: practice", "no worked example"),
        (LESSON, "## Keep this", "## Keep this\n\nMany an addict knows this.", "`addict`"),
        (GUIDE, "- **5 minutes: Welcome.**", "- **6 minutes: Welcome.**", "adds up to 61 minutes"),
        (GUIDE, "**Blind people and people with low vision.**", "**Others.**", "adapt for blind people"),
    ],
)
def test_each_shortcoming_is_named(folder: Path, file: str, old: str, new: str, words: str) -> None:
    path = folder / "mutual" / file
    text = path.read_text()
    assert words not in str(faults(folder).get(file))
    assert old in text
    path.write_text(text.replace(old, new))
    if file == LESSON and old.startswith("minutes"):  # a translation must say the same
        twin = path.with_name(path.name.replace(".en.", ".es."))
        twin.write_text(twin.read_text().replace(old, new))
        home = folder / "mutual" / HOME
        home.write_text(home.read_text().replace("recovery_wellness: 60", "recovery_wellness: 85"))
    named = [(line, sentence) for line, sentence in faults(folder)[file] if words in sentence]
    assert named
    changed = path.read_text().splitlines()
    if old.startswith(("minutes", "- **5")):
        assert named[0][0] <= len(changed)
    if "addict" in words:
        assert "addict" in changed[named[0][0] - 1]


def test_a_source_that_nothing_cites_is_named(folder: Path) -> None:
    home = folder / "mutual" / HOME
    extra = '  - {id: unread, title: "Unread", url: "https://example.org/", read_on: 2026-11-01}\n'
    home.write_text(home.read_text().replace("sources:\n", "sources:\n" + extra))
    line = home.read_text().splitlines().index(extra.rstrip("\n")) + 1
    assert (line, "No lesson cites the source `unread`.") in faults(folder)[HOME]


def test_citations_become_numbers_that_lead_to_the_list() -> None:
    text = "One fact. [^b] Another. [^a] The first again. [^b]"
    assert cited(text) == ("b", "a")
    html = to_html(text)
    assert html.count("<sup><a") == 3
    assert html.index('href="#source-b"') < html.index('href="#source-a"')
    assert "[1]" in html
    assert "[2]" in html
    assert "[3]" not in html


def test_a_practice_block_is_drawn() -> None:
    (section,) = to_sections("## Do\n\n::: practice\nSay it.\n:::\n")
    assert '<div class="practice">' in section.html


def test_easy_is_easier_than_hard() -> None:
    easy = "He sat down. She gave him tea. They talked."
    hard = "Organisational considerations necessitate interdisciplinary documentation procedures."
    assert grade(easy) < 3 < 8 < grade(hard)
    assert (
        inflesz("Ella le dio un té. Hablaron.")
        > 65
        > inflesz("La institucionalización organizacional imposibilita consideraciones interdisciplinarias.")
    )
    assert worst_sentences(f"{easy} {hard} It is one more easy line to read.", 1)[0][1] != easy


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("An addict came.", ["addict"]),
        ('They called him "an addict" once.', []),
        ("**Joe:** I'm an addict.", []),
        ("She goes to Alcoholics Anonymous.", []),
        ("He suffers from sadness and committed suicide.", ["suffers from", "committed suicide"]),
        ("A person who uses drugs came.", []),
    ],
)
def test_unsafe_words_are_found_in_our_own_voice(text: str, found: list[str]) -> None:
    assert unsafe_words(text) == found
