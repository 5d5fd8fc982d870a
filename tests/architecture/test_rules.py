"""The rules of the house hold in every file, and each check finds what it is there for."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from lms.app import SLICES, Lms, create_app
from lms.config import Settings
from tests.architecture import rules


def where(check: str, *, but: tuple[str, ...] = ()) -> list[str]:
    return [
        f"{path}:{line}"
        for path, text in rules.sources()
        if path not in but
        for line in getattr(rules, check)(text)
    ]


def test_only_the_transaction_commits_and_rolls_back() -> None:
    assert where("commits", but=("lms/db.py",)) == []


def test_nothing_catches_everything() -> None:
    assert where("broad_excepts") == []


def test_only_the_clock_reads_the_time() -> None:
    # Flask-Security compares with the machine's own clock, so security.py must hand it that one.
    assert where("clock_readings", but=("lms/clock.py", "lms/people/security.py")) == []


def test_every_view_decides_or_is_public() -> None:
    doors = [(path, text) for path, text in rules.sources() if "/routes" in path or path.endswith("/api.py")]
    assert [f"{path}: {name}" for path, text in doors for name in rules.undecided_views(text)] == []


@pytest.mark.parametrize("name", SLICES)
def test_every_service_that_changes_something_is_audited(name: str) -> None:
    texts = [text for path, text in rules.sources() if path.startswith(f"lms/{name}/services")]
    assert rules.unaudited(texts) == []


def test_no_grab_bags() -> None:
    names = {Path(path).stem for path, _ in rules.sources()}
    assert not names & {"utils", "helpers", "common", "util", "misc"}
    assert not (rules.ROOT / "lms" / "core").exists()


def test_no_file_is_past_its_end() -> None:
    assert [path for path, text in rules.sources() if text.count("\n") > 500] == []


# --- each check, broken on purpose ------------------------------------------------------------------


def test_planted_commit_is_found() -> None:
    assert rules.commits("def act():\n    session().add(row)\n    session().commit()\n") == [3]


@pytest.mark.parametrize(
    "clause", ["except:", "except Exception:", "except (OSError, Exception):", "except BaseException:"]
)
def test_planted_broad_except_is_found(clause: str) -> None:
    assert rules.broad_excepts(f"try:\n    act()\n{clause}\n    pass\n") == [3]


@pytest.mark.parametrize(
    "reading", ["datetime.now(UTC)", "datetime.datetime.utcnow()", "date.today()", "time.time()"]
)
def test_planted_clock_reading_is_found(reading: str) -> None:
    assert rules.clock_readings(f"when = {reading}\n") == [1]


def test_planted_undecided_view_is_found() -> None:
    text = (
        "@bp.get('/a')\ndef a():\n    return load()\n"
        "@bp.post('/b')\n@public\ndef b():\n    return ''\n"
        "@bp.get('/c')\ndef c():\n    return shared()\n"
        "def shared():\n    authorize(Permission.X)\n"
    )
    assert rules.undecided_views(text) == ["a"]


def test_planted_unaudited_service_is_found() -> None:
    text = (
        "def quiet(actor_id, *, row_id):\n    row = load(row_id)\n    row.state = 'done'\n    return row\n"
        "def told(actor_id, *, row_id):\n    row = load(row_id)\n    row.state = 'done'\n"
        "    _tell(actor_id, row)\n"
        "def _tell(actor_id, row):\n    audit.record(Action.X, actor_id=actor_id)\n"
    )
    assert rules.unaudited([text]) == ["quiet"]


@pytest.fixture
def planted(settings: Settings) -> FlaskClient:
    """An application with a view that forgets to decide."""
    app: Lms = create_app(settings)

    @app.get("/forgot")
    def forgot() -> str:
        return "everything about everybody"

    return app.test_client()


def test_view_that_forgets_to_decide_shows_nothing(planted: FlaskClient) -> None:
    answer = planted.get("/forgot")
    assert answer.status_code == 500
    assert "everybody" not in answer.text
