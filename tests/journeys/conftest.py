"""A database in which the trainee has applied: made once, copied for each test that asks for `applied`."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from lms import db
from lms.app import create_app
from lms.config import Settings
from tests.conftest import IS_POSTGRESQL, Transactions
from tests.journeys.steps import MainJob
from tests.personas import Personas


@dataclass(frozen=True)
class Applied:
    """The database in which all is done up to the application."""

    database_url: str
    application_id: int


@pytest.fixture(scope="session")
def applied_once(
    migrated: str, all_personas: Personas, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Applied]:
    """The template of the tests that begin where the trainee has applied; never used itself."""
    with a_copy_of(migrated, tmp_path_factory.mktemp("applied")) as url:
        app = create_app(Settings(env="test", database_url=url, worker="none"))
        application_id = MainJob(Transactions(app), all_personas).until_applied()
        with app.app_context():
            db.db.engine.dispose()
        yield Applied(url, application_id)


@pytest.fixture(scope="session")
def all_personas(migrated: str) -> Personas:
    """The ids of the people, for what is made once."""
    from tests import conftest

    return conftest._personas[migrated]


@pytest.fixture
def application_id(applied_once: Applied) -> int:
    """The trainee's application, in a test whose database is a copy of the applied one."""
    return applied_once.application_id


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of this test alone, with the application in it when the test asks for its id."""
    if "application_id" in request.fixturenames:
        template = request.getfixturevalue("applied_once").database_url
    else:
        template = request.getfixturevalue("migrated")
    with a_copy_of(template, tmp_path) as url:
        yield url


@contextmanager
def a_copy_of(template: str, folder: Path) -> Iterator[str]:
    """The address of a copy of a database that nobody is connected to; dropped after the block."""
    if not IS_POSTGRESQL:
        shutil.copyfile(template.removeprefix("sqlite:///"), folder / "lms.db")
        yield f"sqlite:///{folder / 'lms.db'}"
        return
    source = sa.make_url(template)
    name = f"journey_{uuid4().hex[:12]}"
    engine = sa.create_engine(
        source.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
    )
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {source.database}")
        yield source.set(database=name).render_as_string(hide_password=False)
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    engine.dispose()
