"""A trainee takes an entry back until its supervisor has looked at it, and not a moment longer."""

import pytest

from lms.errors import Conflict, NotFound
from lms.practice import queries, services
from lms.practice.models import Placement
from lms.practice.rules import State
from lms.practice.statements import CURRENT
from tests.conftest import Clients, Transactions
from tests.personas import Personas
from tests.practice import scenes

BUTTON = "Take it back"


@pytest.fixture
def entry_id(tx: Transactions, personas: Personas) -> int:
    """One entry that waits for the supervisor."""
    with tx():
        return scenes.submitted(scenes.ready(personas)).id


def sign(tx: Transactions, who: Personas, entry_id: int) -> str:
    with tx():
        return services.sign_off(
            who.supervisor, entry_ids=[entry_id], statement_version=CURRENT.version
        ).batch_id


def refuses(tx: Transactions, who: Personas, entry_id: int) -> bool:
    try:
        with tx():
            services.withdraw(who.trainee, entry_id=entry_id)
    except Conflict:
        return True
    return False


def test_before_any_review_it_comes_back_as_often_as_wanted(
    tx: Transactions, clients: Clients, personas: Personas, entry_id: int
) -> None:
    for _again in range(2):
        assert BUTTON in clients(personas.trainee).get(f"/hours/{entry_id}").text
        with tx():
            assert services.withdraw(personas.trainee, entry_id=entry_id).state == State.DRAFT
            services.submit(personas.trainee, entry_ids=[entry_id])


def test_only_the_trainee_takes_it_back(tx: Transactions, personas: Personas, entry_id: int) -> None:
    for other in (personas.supervisor, personas.other_trainee, personas.coordinator):
        with pytest.raises(NotFound), tx():
            services.withdraw(other, entry_id=entry_id)


def test_signed_it_stays_also_after_undo(
    tx: Transactions, clients: Clients, personas: Personas, entry_id: int
) -> None:
    batch_id = sign(tx, personas, entry_id)
    assert refuses(tx, personas, entry_id)
    with tx():
        services.undo(personas.supervisor, batch_id=batch_id)
    assert refuses(tx, personas, entry_id)
    page = clients(personas.trainee).get(f"/hours/{entry_id}").text
    assert BUTTON not in page
    assert clients(personas.trainee).post(f"/hours/{entry_id}/withdraw").status_code == 409


def test_returned_and_sent_again_it_stays(tx: Transactions, personas: Personas, entry_id: int) -> None:
    with tx():
        batch_id = services.return_entry(personas.supervisor, entry_id=entry_id, reason="When?").batch_id
    assert refuses(tx, personas, entry_id)  # it is back already
    with tx():
        services.undo(personas.supervisor, batch_id=batch_id)
    assert refuses(tx, personas, entry_id)
    with tx():
        services.return_entry(personas.supervisor, entry_id=entry_id, reason="When?")
    with tx():
        services.submit(personas.trainee, entry_ids=[entry_id])
    assert refuses(tx, personas, entry_id)


def test_an_amendment_comes_back_until_it_is_looked_at(
    tx: Transactions, personas: Personas, entry_id: int
) -> None:
    sign(tx, personas, entry_id)
    with tx() as session:
        placed = session.get_one(Placement, queries.entry(entry_id).placement_id)
        newer = services.amend(
            personas.trainee,
            entry_id=entry_id,
            hours=scenes.hours(placed, minutes=60),
            reason="It was one hour.",
            client_key="amend-key-1",
        ).id
        services.submit(personas.trainee, entry_ids=[newer])
    with tx():
        assert services.withdraw(personas.trainee, entry_id=newer).state == State.DRAFT
        services.submit(personas.trainee, entry_ids=[newer])
    with tx():
        services.return_entry(personas.supervisor, entry_id=newer, reason="Which hour?")
        services.submit(personas.trainee, entry_ids=[newer])
    assert refuses(tx, personas, newer)
