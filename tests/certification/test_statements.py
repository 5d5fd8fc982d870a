"""Pages ask the database the same number of times, however much there is to show."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy import event

from lms import clock
from lms.certification import services
from lms.certification.models import Application
from lms.db import session
from tests import builders
from tests.certification import facts
from tests.certification import test_proofs as proofs
from tests.conftest import Clients, Transactions
from tests.personas import Personas


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are executed in the block."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.startswith("SELECT"):
            seen.append(statement)

    event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(sa.Engine, "before_cursor_execute", note)


def _statements(clients: Clients, person_id: int, address: str) -> int:
    client = clients(person_id)
    with counted() as seen:
        assert client.get(address).status_code == 200
    return len(seen)


def test_progress(tx: Transactions, clients: Clients, personas: Personas) -> None:
    with tx():
        facts.practise(personas, personas.trainee, hours=8)
        facts.practise(personas, personas.other_trainee, hours=80)
    few = _statements(clients, personas.trainee, "/progress")
    many = _statements(clients, personas.other_trainee, "/progress")
    assert few == many <= 18


def test_all_paths(tx: Transactions, clients: Clients, personas: Personas) -> None:
    with tx():
        facts.practise(personas, personas.trainee, hours=8)
        facts.practise(personas, personas.other_trainee, hours=80)
    few = _statements(clients, personas.trainee, "/progress/all")
    many = _statements(clients, personas.other_trainee, "/progress/all")
    assert few == many <= 26


def test_reviews(tx: Transactions, clients: Clients, personas: Personas) -> None:
    def add(count: int) -> None:
        for _each in range(count):
            session().add(
                Application(
                    organisation_id=personas.body,
                    person_id=builders.person().id,
                    scheme_id="peer-specialist",
                    scheme_version=1,
                    state="submitted",
                    submitted_at=clock.now(),
                )
            )

    with tx():
        add(1)
    few = _statements(clients, personas.reviewer, "/reviews")
    with tx():
        add(30)
    assert _statements(clients, personas.reviewer, "/reviews") == few <= 8


def test_papers(tx: Transactions, clients: Clients, personas: Personas) -> None:
    def bring(count: int, first: int) -> None:
        for number in range(first, first + count):
            key = f"key-of-paper-{number}"
            made = proofs.bring(personas, key, kind="stage", told={"stage": f"step_{number}"}, on=proofs.TODAY)
            if number % 2:
                services.return_proof(personas.reviewer, proof_id=made, reason="Which day was it?")

    places = (
        (personas.trainee, "/proofs"),
        (personas.trainee, "/progress"),
        (personas.reviewer, "/reviews/papers"),
        (personas.reviewer, f"/reviews/people/{personas.trainee}/papers"),
    )
    with tx():
        bring(2, 0)
    few = [_statements(clients, reader, where) for reader, where in places]
    with tx():
        bring(20, 2)
    assert [_statements(clients, reader, where) for reader, where in places] == few
    assert max(few) <= 32
