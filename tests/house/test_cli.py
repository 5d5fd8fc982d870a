"""The commands of an operator, run in this process on databases of their own."""

import io
import shutil
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from lms import cli, db, migrations
from lms.app import create_app
from lms.config import Settings
from lms.people import queries
from lms.permissions import Role

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "nine kind otters walk home"


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings of a new installation in the environment; there is no database yet."""
    monkeypatch.setenv("LMS_ENV", "test")
    monkeypatch.setenv("LMS_DATABASE_URL", f"sqlite:///{tmp_path / 'new' / 'lms.db'}")
    monkeypatch.setenv("LMS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("LMS_WORKER", "none")
    return Settings.from_environment()


@pytest.fixture
def migrated_installation(installation: Settings) -> Settings:
    """The same, with its tables."""
    migrations.upgrade(installation.database_url)
    return installation


def test_migrate_makes_the_database_and_takes_it_back(
    installation: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["migrate"]) == 0
    assert f"revision {migrations.heads()[0]}" in capsys.readouterr().err
    assert cli.main(["migrate", "--down-to", "base"]) == 0
    assert migrations.current(installation.database_url) is None


def test_user_makes_the_first_administrator(
    migrated_installation: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
    words = ["user", "ada@example.org", "--name", "Ada", "--role", "administrator", "--organisation", "harbor"]
    assert cli.main([*words, "--organisation-name", "Harbor Center"]) == 0
    assert "ada@example.org is administrator at harbor now." in capsys.readouterr().err
    assert cli.main(["user", "ada@example.org", "--role", "registrar", "--organisation", "harbor"]) == 0
    app = create_app(migrated_installation)
    with app.app_context(), db.scope(db.Scope.all()), db.reading():
        person = queries.person_by_email("ada@example.org")
        assert person is not None
        organisation = queries.organisation_by_slug("harbor")
        assert queries.has_role(person.id, organisation.id, Role.ADMINISTRATOR)
        assert queries.has_role(person.id, organisation.id, Role.REGISTRAR)
    with app.app_context():
        db.db.engine.dispose()


def test_user_with_a_weak_password_makes_nothing(
    migrated_installation: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("password\n"))
    words = ["user", "ada@example.org", "--name", "Ada", "--role", "trainer", "--organisation", "harbor"]
    assert cli.main([*words, "--organisation-name", "Harbor Center"]) == 1
    engine = sa.create_engine(migrated_installation.database_url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM person")) == 0
        assert connection.scalar(sa.text("SELECT count(*) FROM organisation")) == 0
    engine.dispose()


@pytest.mark.usefixtures("migrated_installation")
def test_role_that_is_none_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["user", "ada@example.org", "--role", "boss", "--organisation", "harbor"]) == 2
    assert "There is no role boss" in capsys.readouterr().err


@pytest.mark.usefixtures("migrated_installation")
def test_sweep_with_nothing_to_do_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["sweep"]) == 0
    assert "Nothing was left undone." in capsys.readouterr().err


@pytest.mark.usefixtures("installation")
def test_beat_is_refused_without_celery(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["beat"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_made_up_people_are_refused_in_production(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LMS_ENV", "production")
    monkeypatch.setenv("LMS_SECRET_KEY", "k" * 40)
    monkeypatch.setenv("LMS_BASE_URL", "https://training.example.org")
    assert cli.main(["seed"]) == 2
    assert "production" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["migrate", "serve", "worker", "beat", "sweep", "check-content"])
def test_bad_setting_stops_every_start_with_one_sentence(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LMS_ENV", "production")
    monkeypatch.setenv("LMS_BASE_URL", "https://training.example.org")
    assert cli.main([command]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert told.startswith("LMS_SECRET_KEY must be set")


@pytest.mark.usefixtures("installation")
def test_content_as_it_is_has_no_fault(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check-content"]) == 0
    assert "Every content file can be used." in capsys.readouterr().err


@pytest.mark.usefixtures("installation")
@pytest.mark.parametrize(
    ("file", "before", "after", "sentence"),
    [
        ("modules/mutual/module.yaml", "check: mutual-check", "check: no-such-check", "no examination"),
        ("assessments/mutual/items/peer-and-story.yaml", "right: true", "right: maybe", ""),
    ],
)
def test_fault_in_content_is_told_with_file_and_line(
    file: str,
    before: str,
    after: str,
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:

    for folder in ("modules", "assessments"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
        monkeypatch.setenv(f"LMS_{folder.upper()}_DIR", str(tmp_path / folder))
    target = tmp_path / file
    lines = target.read_text(encoding="utf-8").splitlines()
    number = next(index for index, line in enumerate(lines, start=1) if before in line)
    lines[number - 1] = lines[number - 1].replace(before, after)
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert cli.main(["check-content"]) == 1
    told = capsys.readouterr().out
    assert f"{Path(file).name}:{number}: " in told
    assert sentence in told


def test_doctor_names_what_is_missing(installation: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["doctor"]) == 1
    assert "bin/lms migrate makes it" in capsys.readouterr().out
    migrations.upgrade(installation.database_url)
    assert cli.main(["doctor"]) == 0
    told = capsys.readouterr().out
    assert "answers and is at revision" in told
    assert "Every content file can be used." in told


def test_doctor_tells_an_old_database(
    migrated_installation: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    path = migrated_installation.database_url.removeprefix("sqlite:///")
    connection = sqlite3.connect(path)
    connection.execute("UPDATE alembic_version SET version_num = '0001'")
    connection.commit()
    connection.close()
    if migrations.heads() != ("0001",):
        assert cli.main(["doctor"]) == 1
        assert "not the newest: run bin/lms migrate" in capsys.readouterr().out
