"""Migrations run in this process: no file of Alembic's settings, no second program."""

import logging
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

SCRIPTS = Path(__file__).resolve().parent.parent / "alembic"


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["url"] = url
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database at `url` up to the revision."""
    _make_folder(url)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    command.upgrade(_config(url), revision)


def downgrade(url: str, revision: str) -> None:
    """Take the database at `url` back to the revision; "base" is the empty database."""
    command.downgrade(_config(url), revision)


def heads() -> tuple[str, ...]:
    """The newest revisions of the scripts: one, when all is well."""
    return tuple(ScriptDirectory.from_config(_config("sqlite://")).get_heads())


def current(url: str) -> str | None:
    """The revision that the database is at; None when it was never migrated."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def _make_folder(url: str) -> None:
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:"):
        Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True)
