"""How many statements a page sends: few, and as many for a long list as for a short one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from lms import clock, db
from lms.app import Lms
from lms.certification.models import Application
from lms.certification.services import look
from lms.certification.services import share as share_record
from lms.db import session
from lms.practice.models import Placement, PracticeEntry, SupervisionAgreement
from tests import builders
from tests.conftest import Clients, Transactions
from tests.credentials.making import issued
from tests.personas import Personas

MOST_OF_HOME = 8


@contextmanager
def counted(app: Lms) -> Iterator[list[str]]:
    """The statements that the database is sent meanwhile."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        found.append(statement)

    with app.app_context():
        engine = db.db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def statements_of(app: Lms, client: FlaskClient, path: str) -> list[str]:
    """The statements that opening the page takes, once it has been opened before."""
    assert client.get(path).status_code == 200
    with counted(app) as found:
        assert client.get(path).status_code == 200
    return [one for one in found if not one.startswith(("BEGIN", "PRAGMA", "SET TRANSACTION"))]


def entries(personas: Personas, count: int) -> None:
    """A new trainee whose entries all wait for the supervisor."""
    trainee = builders.person()
    since = clock.today("America/New_York") - timedelta(days=90)
    owned = {"organisation_id": personas.provider, "person_id": trainee.id, "created_at": clock.now()}
    placement = Placement(
        site_name="Harbor House", zone="America/New_York", role="paid", starts_on=since, **owned
    )
    session().add(placement)
    session().flush()
    session().add(
        SupervisionAgreement(
            placement_id=placement.id, supervisor_id=personas.supervisor, starts_on=since, **owned
        )
    )
    for place in range(count):
        session().add(
            PracticeEntry(
                placement_id=placement.id,
                supervisor_id=personas.supervisor,
                worked_on=since + timedelta(days=place + 1),
                zone="America/New_York",
                is_overnight=False,
                minutes=60,
                kind="group",
                mode="in_person",
                note="",
                state="submitted",
                submitted_at=clock.now(),
                first_submitted_at=clock.now(),
                client_key=f"counted-{place}",
                version=1,
                **owned,
            )
        )
    session().flush()


def applications(personas: Personas, count: int) -> None:
    """Applications of new people that wait at the certifying body."""
    for _place in range(count):
        session().add(
            Application(
                organisation_id=personas.body,
                person_id=builders.person().id,
                scheme_id="peer-specialist",
                scheme_version=1,
                state="submitted",
                submitted_at=datetime(2026, 11, 1, tzinfo=UTC),
            )
        )
    session().flush()


def credentials(personas: Personas, count: int) -> None:
    """Credentials of new people in the body's register."""
    for _place in range(count):
        person = builders.person()
        issued(personas, f"counted:{person.id}", person_id=person.id, issued_on=date(2026, 11, 1))


def shares(personas: Personas, count: int) -> None:
    """Leaves of the trainee to see the record, each looked at twice."""
    for place in range(count):
        token = share_record(
            personas.trainee,
            scheme_id="peer-specialist",
            recipient_name="Erin Employer",
            recipient_email="erin@example.test",
            purpose="A job",
            parts=("hours",),
            request_key=f"counted-{count}-{place}",
        )
        for _look in range(2):
            look(token=token)


@pytest.mark.parametrize(
    ("path", "who", "add"),
    [
        ("/home", "supervisor", entries),
        ("/home", "reviewer", applications),
        ("/sign-off", "supervisor", entries),
        ("/reviews", "reviewer", applications),
        ("/shares", "trainee", shares),
        ("/register?organisation=peer-board", "registrar", credentials),
    ],
)
def test_longer_list_takes_no_more_statements(
    app: Lms,
    tx: Transactions,
    clients: Clients,
    personas: Personas,
    path: str,
    who: str,
    add: Callable[[Personas, int], None],
) -> None:
    with tx():
        add(personas, 1)
    client = clients(getattr(personas, who))
    few = len(statements_of(app, client, path))
    with tx():
        add(personas, 12)
    assert len(statements_of(app, client, path)) == few


def test_home_of_a_trainee_takes_few_statements(
    app: Lms, tx: Transactions, clients: Clients, personas: Personas
) -> None:
    client = clients(personas.trainee)
    assert client.post("/modules/mutual/enrol").status_code == 302
    with tx():
        session().add(
            PracticeEntry(
                placement_id=_placement(personas).id,
                organisation_id=personas.provider,
                person_id=personas.trainee,
                supervisor_id=personas.supervisor,
                worked_on=clock.today("America/New_York") - timedelta(days=1),
                zone="America/New_York",
                is_overnight=False,
                minutes=60,
                kind="group",
                mode="in_person",
                note="",
                state="submitted",
                submitted_at=clock.now(),
                first_submitted_at=clock.now(),
                client_key="of-the-trainee",
                version=1,
                created_at=clock.now(),
            )
        )
    found = statements_of(app, client, "/home")
    assert len(found) <= MOST_OF_HOME, "\n\n".join(found)


def _placement(personas: Personas) -> Placement:
    placement = Placement(
        organisation_id=personas.provider,
        person_id=personas.trainee,
        site_name="Harbor House",
        zone="America/New_York",
        role="paid",
        starts_on=clock.today("America/New_York") - timedelta(days=30),
        created_at=clock.now(),
    )
    session().add(placement)
    session().flush()
    return placement
