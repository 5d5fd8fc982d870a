"""Migrations: one line of them, both directions, on the database of this run, equal to the models."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from lms import migrations
from lms.app import SLICES
from lms.db import Base
from tests import conftest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database: SQLite, or PostgreSQL in the twin run."""
    if not conftest.IS_POSTGRESQL:
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server = sa.make_url(request.getfixturevalue("postgresql_url"))
    name = f"empty_{uuid4().hex[:12]}"
    conftest._on_server(server, f"CREATE DATABASE {name}")
    yield server.set(database=name).render_as_string(hide_password=False)
    conftest._on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


def test_up_down_and_up_again(empty_url: str) -> None:
    migrations.upgrade(empty_url)
    assert (migrations.current(empty_url),) == migrations.heads()
    migrations.downgrade(empty_url, "base")
    assert migrations.current(empty_url) is None
    engine = sa.create_engine(empty_url, poolclass=sa.NullPool)
    assert set(sa.inspect(engine).get_table_names()) <= {"alembic_version"}
    engine.dispose()
    migrations.upgrade(empty_url)


def test_models_equal_migrations(empty_url: str) -> None:
    for name in SLICES:
        if (ROOT / "lms" / name / "models.py").exists() or (ROOT / "lms" / name / "models").exists():
            import_module(f"lms.{name}.models")
    migrations.upgrade(empty_url)
    engine = sa.create_engine(empty_url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        differences = compare_metadata(context, Base.metadata)
    engine.dispose()
    assert differences == []


def test_there_is_one_newest_revision() -> None:
    assert len(migrations.heads()) == 1


def test_revisions_are_numbered_and_named() -> None:
    for path in (ROOT / "alembic" / "versions").glob("*.py"):
        assert path.name[:4].isdigit()
        assert path.name[4] == "_"


def test_folder_of_migrations_does_not_shadow_the_library() -> None:
    assert not (ROOT / "alembic" / "__init__.py").exists()
