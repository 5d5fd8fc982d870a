"""Databases, application, personas and signed-in clients for every test.

`app` + `tx`: a database of its own for each test, copied from one that was migrated once, so that commits,
threads and several processes behave as in life. SQLite by default; LMS_TEST_DATABASE=postgresql runs the
same tests on a real PostgreSQL server that the suite starts.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import hypothesis
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from flask.testing import FlaskClient

from lms import db
from lms.app import Lms, create_app
from lms.config import Settings
from lms.people import sessions
from lms.people.models import Person
from tests import personas as personas_module
from tests.personas import Personas

ROOT = Path(__file__).resolve().parent.parent
IS_POSTGRESQL = os.environ.get("LMS_TEST_DATABASE") == "postgresql"
hypothesis.settings.register_profile("house", deadline=None)  # a busy machine is no fault of the code
hypothesis.settings.load_profile("house")


def migrate(url: str, revision: str = "head") -> None:
    """Bring the database at `url` to a revision."""
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "alembic"))
    config.attributes["url"] = url
    (command.upgrade if revision == "head" else command.downgrade)(config, revision)


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """The address of a PostgreSQL server of our own."""
    from tests.servers import postgresql

    with postgresql() as url:
        yield url


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> str:
    """A database at the newest revision, with the personas in it: copied for each test, never used itself."""
    if IS_POSTGRESQL:
        server = sa.make_url(request.getfixturevalue("postgresql_url"))
        name = f"template_{uuid4().hex[:12]}"
        _on_server(server, f"CREATE DATABASE {name}")
        url = server.set(database=name).render_as_string(hide_password=False)
    else:
        url = f"sqlite:///{tmp_path_factory.mktemp('migrated') / 'lms.db'}"
    migrate(url)
    app = create_app(Settings(env="test", database_url=url, worker="none"))
    with app.app_context(), db.scope(db.Scope.all()):
        with db.transaction():
            app.extensions["personas"] = personas_module.make()
        db.db.engine.dispose()
    _personas[url] = app.extensions["personas"]
    return url


_personas: dict[str, Personas] = {}


def _on_server(server: sa.URL, statement: str) -> None:
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


@pytest.fixture
def database_url(migrated: str, tmp_path: Path) -> Iterator[str]:
    """A database of this test alone."""
    if not IS_POSTGRESQL:
        shutil.copyfile(migrated.removeprefix("sqlite:///"), tmp_path / "lms.db")
        yield f"sqlite:///{tmp_path / 'lms.db'}"
        return
    template = sa.make_url(migrated)
    name = f"test_{uuid4().hex[:12]}"
    _on_server(template.set(database="postgres"), f"CREATE DATABASE {name} TEMPLATE {template.database}")
    yield template.set(database=name).render_as_string(hide_password=False)
    _on_server(template.set(database="postgres"), f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """The settings of the test's application; its files are in the test's own folder."""
    return Settings(env="test", database_url=database_url, worker="none", data_dir=tmp_path / "data")


@pytest.fixture
def app(settings: Settings) -> Iterator[Lms]:
    """The application, on a database of this test alone."""
    made = create_app(settings)
    yield made
    with made.app_context():
        db.db.engine.dispose()


@pytest.fixture
def personas(migrated: str) -> Personas:
    """The ids of the people in every test's database."""
    return _personas[migrated]


class Transactions:
    """`with tx():` writes, `with tx.reading():` reads, both with every row in scope."""

    def __init__(self, app: Lms) -> None:
        self._app = app

    @contextmanager
    def __call__(self) -> Iterator[Any]:
        with self._app.app_context(), db.scope(db.Scope.all()), db.transaction() as current:
            yield current

    @contextmanager
    def reading(self) -> Iterator[Any]:
        with self._app.app_context(), db.scope(db.Scope.all()), db.reading() as current:
            yield current


@pytest.fixture
def tx(app: Lms) -> Transactions:
    """Transactions for arranging and looking: `with tx(): ...`."""
    return Transactions(app)


class Clients:
    """`clients(person_id)` answers a test client signed in as that person; `clients(None)` a stranger."""

    def __init__(self, app: Lms) -> None:
        self._app = app

    def __call__(self, person_id: int | None, *, second_factor: bool = True) -> FlaskClient:
        self._app.config["WTF_CSRF_ENABLED"] = False
        client = self._app.test_client()
        if person_id is None:
            return client
        with self._app.test_request_context(), db.scope(db.Scope.all()):
            from flask import session as cookie

            with db.transaction() as current:
                person = current.get_one(Person, person_id)
                sessions.begin(person, has_second_factor=second_factor)
                uniquifier = person.fs_uniquifier
            values = dict(cookie)
        with client.session_transaction() as cookie_of_client:
            cookie_of_client.update(values)
            cookie_of_client["_user_id"] = uniquifier
            cookie_of_client["_fresh"] = True
        return client


@pytest.fixture
def clients(app: Lms) -> Clients:
    """Signed-in test clients by person id."""
    return Clients(app)
