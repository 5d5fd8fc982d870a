"""Content files become frozen pieces, or faults that name the true line."""

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from lms.app import create_app
from lms.config import Settings
from lms.curriculum import catalog
from lms.curriculum.content import from_json, to_json
from lms.curriculum.rendering import to_html, to_sections


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_sample_is_read_whole(modules_dir: Path) -> None:
    found, faults = catalog.load(modules_dir)
    assert faults == []
    assert [module.id for module in found] == ["walking", "resting"]
    walking = found.modules["walking"]
    assert walking.minutes == 30
    assert walking.live is not None
    assert walking.live.guide["en"].startswith("# Guide")
    text, language = walking.lessons[0].text_in("es")
    assert (text.title, language) == ("El paso de quién", "es")
    assert walking.lessons[1].text_in("es")[1] == "en"
    with pytest.raises(FrozenInstanceError):
        walking.revision = 2  # type: ignore[misc]


def test_content_survives_being_kept(modules_dir: Path) -> None:
    walking = catalog.load(modules_dir)[0].modules["walking"]
    again = from_json(to_json(walking))
    assert again == walking
    assert again.content_hash == walking.content_hash


def test_the_hash_follows_every_word(modules_dir: Path) -> None:
    before = catalog.load(modules_dir)[0].modules["walking"].content_hash
    change(modules_dir / "walking" / "01-pace.es.md", "Camine despacio.", "Camine muy despacio.")
    assert catalog.load(modules_dir)[0].modules["walking"].content_hash != before


YAML, PACE, PACE_ES, PATH = "module.yaml", "01-pace.en.md", "01-pace.es.md", "02-path.en.md"


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "words"),
    [
        (YAML, "revision: 1", "revision: one", 2, "`revision`"),
        (YAML, "revision: 1\n", "", 1, "`revision` is missing"),
        (YAML, "id: walking\n", "id: running\n", 1, "the folder's name"),
        (YAML, 'title: {en: "Walking beside", es: "Caminar al lado"}', "title: {es: a}", 3, "English text"),
        (YAML, "mentoring_education: 30", "dancing: 30", 7, "must be one of"),
        (YAML, "mentoring_education: 30", "mentoring_education: 31", 7, "add up to 91 minutes"),
        (YAML, "order: 10", "order: 10\norder: 11", 9, "given twice"),
        (YAML, "order: 10", "order: 10\ncolour: red", 9, "`colour` is not a field"),
        (YAML, "id: walking-1,", "id: Walking One,", 10, "`id`"),
        (
            YAML,
            "lessons: [01-pace, 02-path]",
            "lessons:\n  - 01-pace\n  - 02-path\n  - 03-gone",
            14,
            "03-gone.en.md is missing",
        ),
        (YAML, "lessons: [01-pace, 02-path]", "lessons: [01-pace]", 11, "02-path.en.md is not one of"),
        (YAML, "guide: live-session", "guide: other", 12, "other.en.md is missing"),
        (YAML, "[live_remote, in_person]", "[live_remote, by_post]", 12, "`modes`"),
        (YAML, "https://example.org", "example.org", 16, "`url`"),
        (YAML, "id: walking-book", "id: Walking Book", 16, "needs an `id`"),
        (PACE, "[^walking-book]", "[^nobody]", 21, "names no source `nobody`"),
        (PACE, "Walk slowly.", "[Walk](slowly).", 21, "leads nowhere"),
        (YAML, "samhsa: [C1.4]", "samhsa: [C1.4", 7, "not YAML"),
        (PACE, "---\nid: pace", "id: pace", 1, "begins with front matter"),
        (PACE, "question.\n---\n", "question.\n", 1, "no closing line"),
        (PACE, "minutes: 20", "minutes: 0", 4, "must be 1 or more"),
        (PACE, "minutes: 20", "minutes: 20: 3", 4, "not YAML"),
        (PACE, "objective: walking-1", "objective: walking-9", 5, "not one of the module's"),
        (
            PACE,
            "right: true, why: You stay together.",
            "right: false, why: No.",
            10,
            "No option of the check is right",
        ),
        (PACE, "right: true, why: You stay together.", "right: true", 12, "`why` is missing"),
        (PACE, "better: true", "better: false", 15, "No choice of the scenario"),
        (PACE, "act: Answer the question.\n", "", 2, "`act` is missing"),
        (PACE, "## Together", "# Together", 23, "begin with `##`"),
        (PACE, "It happens.", "![](picture.png)", 31, "no pictures"),
        (PATH, "Someone fell here once. This is the hard part.", "", 14, "no text"),
        (PACE_ES, "minutes: 20", "minutes: 25", 4, "differs from the English"),
        (PACE_ES, "right: false, why: Se queda", "right: true, why: Se queda", 10, "same order"),
        (PACE_ES, 'reflection: "¿Cuándo caminó alguien a su paso?"\n', "", 2, "Only one of the two languages"),
    ],
)
def test_each_fault_names_its_line(
    modules_dir: Path, file: str, old: str, new: str, line: int, words: str
) -> None:
    path = modules_dir / "walking" / file
    change(path, old, new)
    _found, faults = catalog.load(modules_dir)
    mine = [fault for fault in faults if fault.path.endswith(f"walking/{file}")]
    assert [fault.line for fault in mine][:1] == [line], [str(fault) for fault in faults]
    assert words in mine[0].sentence
    assert str(mine[0]).startswith(f"{path}:{line}: ")


def test_modules_that_wait_for_each_other_are_a_fault(modules_dir: Path) -> None:
    change(modules_dir / "walking" / "module.yaml", "order: 10", "order: 10\nrequires: [resting]")
    _found, faults = catalog.load(modules_dir)
    assert any("wait for each other" in fault.sentence and fault.line == 9 for fault in faults)


def test_a_folder_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    _found, faults = catalog.load(tmp_path / "nowhere")
    assert [str(fault) for fault in faults] == [
        f"{tmp_path / 'nowhere'}:1: There is no such folder of modules."
    ]


def test_a_file_that_is_not_text_is_a_fault(modules_dir: Path) -> None:
    (modules_dir / "walking" / "02-path.en.md").write_bytes(b"\xff\xfe\x00")
    _found, faults = catalog.load(modules_dir)
    assert any("UTF-8" in fault.sentence for fault in faults)


def test_a_reload_with_a_fault_keeps_the_last_good_content(modules_dir: Path) -> None:
    assert catalog.configure(modules_dir) == []
    before = catalog.catalog()
    change(modules_dir / "walking" / "module.yaml", "revision: 1", "revision: none")
    assert catalog.reload() != []
    assert catalog.catalog() is before
    change(modules_dir / "walking" / "module.yaml", "revision: none", "revision: 2")
    assert catalog.reload() == []
    assert catalog.catalog().modules["walking"].revision == 2


def test_a_changed_file_is_read_again_while_the_server_runs(
    settings: Settings, modules_dir: Path, database_url: str
) -> None:
    made = create_app(settings.model_copy(update={"env": "development"}))
    client = made.test_client()
    change(modules_dir / "walking" / "module.yaml", "revision: 1", "revision: none")
    assert client.get("/").status_code == 200
    assert catalog.catalog().modules["walking"].revision == 1
    change(modules_dir / "walking" / "module.yaml", "revision: none", "revision: 12")
    client.get("/")
    assert catalog.catalog().modules["walking"].revision == 12


def test_what_is_drawn_cannot_run() -> None:
    html = to_html(
        "<script>alert(1)</script>\n\n[a](javascript:alert(1)) [b](https://example.org)\n\n"
        "::: dialogue\n**Ana:** Hello.\n:::\n"
    )
    assert "<script" not in html
    assert "javascript:" not in html.replace("(javascript:", "")
    assert 'href="https://example.org"' in html
    assert '<div class="dialogue">' in html


def test_a_text_is_cut_at_its_second_headings() -> None:
    parts = to_sections("First.\n\n## One\n\nText.\n\n## Two\n\nText.\n")
    assert [part.anchor for part in parts] == ["part-1", "part-2", "part-3"]
    assert parts[1].html.startswith("<h2>One</h2>")
