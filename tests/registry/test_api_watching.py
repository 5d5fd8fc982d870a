"""Being told of changes through the programming interface: asked in bulk, by its own organisation alone."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
import time_machine
from flask.testing import FlaskClient

from lms import clock, worker
from lms.app import Lms
from lms.credentials import services as credentials
from lms.credentials.numbers import new_number
from lms.registry import services, watching
from lms.registry.api_scopes import ApiScope
from tests.conftest import Clients, Transactions
from tests.credentials.making import issued
from tests.personas import Personas

Headers = dict[str, str]


@pytest.fixture(autouse=True)
def moment() -> Iterator[time_machine.Traveller]:
    """A moment that moves only when a test moves it."""
    with time_machine.travel(datetime.fromisoformat("2026-11-23T15:00:00+00:00"), tick=False) as traveller:
        yield traveller


@pytest.fixture
def anyone(clients: Clients) -> FlaskClient:
    return clients(None)


@pytest.fixture
def bearer(tx: Transactions, personas: Personas) -> Callable[[int], Headers]:
    """The header of a new token of an organisation."""

    def make(organisation_id: int) -> Headers:
        with tx():
            text = services.make_token(
                personas.registrar,
                organisation_id=organisation_id,
                name="Rota",
                scopes=frozenset({ApiScope.WATCH}),
                expires_on=clock.today("UTC") + timedelta(days=300),
                once=str(uuid4()),
            )
        return {"Authorization": f"Bearer {text}"}

    return make


@pytest.fixture
def mine(bearer: Callable[[int], Headers], personas: Personas) -> Headers:
    """The header of a token of the provider."""
    return bearer(personas.provider)


@pytest.fixture
def numbers(tx: Transactions, personas: Personas) -> list[str]:
    """Two credentials of two people."""
    with tx():
        return [
            issued(personas, "decision:1").number,
            issued(personas, "decision:2", person_id=personas.other_trainee).number,
        ]


def letters(tx: Transactions) -> int:
    with tx.reading() as current:
        return int(
            current.scalar(sa.text("SELECT count(*) FROM outgoing_mail WHERE key LIKE 'watch-asked:%'")) or 0
        )


def test_many_are_asked_about_at_once_and_each_holder_is_written_to_once(
    tx: Transactions, anyone: FlaskClient, mine: Headers, numbers: list[str]
) -> None:
    other = new_number()
    sent = {"numbers": [*numbers, numbers[0].lower(), "x", "", other]}
    for _each in range(2):
        answer = anyone.post("/api/v1/subscriptions", json=sent, headers=mine)
        assert answer.status_code == 200
        assert answer.json is not None
        rows = answer.json["subscriptions"]
        assert [row["code"] for row in rows] == [None, None, None, "V02", "V01", "V03"]
        assert [row["state"] for row in rows] == ["waiting"] * 3 + [None] * 3
        assert [row["number"] for row in rows[:3]] == [*numbers, numbers[0]]
    assert letters(tx) == 2


def test_a_holder_answers_and_a_no_is_not_told(
    tx: Transactions, personas: Personas, anyone: FlaskClient, mine: Headers, numbers: list[str]
) -> None:
    anyone.post("/api/v1/subscriptions", json={"numbers": numbers}, headers=mine)
    with tx():
        watching.agree(personas.trainee, number=numbers[0], watch_id=1, until=date(2027, 1, 31))
        watching.say_no(personas.other_trainee, number=numbers[1], watch_id=2)
    answer = anyone.get("/api/v1/subscriptions", headers=mine)
    assert answer.json is not None
    assert [(row["number"], row["state"], row["until"]) for row in answer.json["subscriptions"]] == [
        (numbers[0], "told", "2027-01-31"),
        (numbers[1], "waiting", None),
    ]


def test_pages_go_on_where_they_ended(anyone: FlaskClient, mine: Headers, numbers: list[str]) -> None:
    anyone.post("/api/v1/subscriptions", json={"numbers": numbers}, headers=mine)
    first = anyone.get("/api/v1/subscriptions?limit=1", headers=mine).json
    assert first is not None
    second = anyone.get(f"/api/v1/subscriptions?limit=1&cursor={first['next_cursor']}", headers=mine).json
    assert second is not None
    assert [first["subscriptions"][0]["number"], second["subscriptions"][0]["number"]] == numbers
    assert second["next_cursor"] is None


def test_one_organisation_knows_nothing_of_another(
    tx: Transactions,
    personas: Personas,
    anyone: FlaskClient,
    mine: Headers,
    bearer: Callable[[int], Headers],
    numbers: list[str],
) -> None:
    anyone.post("/api/v1/subscriptions", json={"numbers": numbers}, headers=mine)
    other = bearer(personas.foreign_provider)
    assert anyone.get("/api/v1/subscriptions", headers=other).json == {"subscriptions": [], "next_cursor": None}
    assert anyone.delete(f"/api/v1/subscriptions/{numbers[0]}", headers=other).status_code == 204
    assert len(anyone.get("/api/v1/subscriptions", headers=mine).json["subscriptions"]) == 2  # type: ignore[index]
    assert anyone.get("/api/v1/subscriptions").status_code == 401


def test_it_is_ended_and_asked_for_anew(
    tx: Transactions, anyone: FlaskClient, mine: Headers, numbers: list[str]
) -> None:
    for number in (numbers[0], numbers[0], new_number()):
        anyone.post("/api/v1/subscriptions", json={"numbers": numbers[:1]}, headers=mine)
        assert anyone.delete(f"/api/v1/subscriptions/{number}", headers=mine).status_code == 204
    assert letters(tx) == 3


def test_the_same_key_asks_once(
    tx: Transactions, anyone: FlaskClient, mine: Headers, numbers: list[str]
) -> None:
    keyed = mine | {"Idempotency-Key": "one"}
    first, again = (
        anyone.post("/api/v1/subscriptions", json={"numbers": numbers}, headers=keyed) for _each in range(2)
    )
    assert first.data == again.data
    assert again.headers["Idempotency-Replayed"] == "true"
    changed = anyone.post("/api/v1/subscriptions", json={"numbers": numbers[:1]}, headers=keyed)
    assert changed.status_code == 422


def test_messages_are_listed_and_sent_again(
    app: Lms,
    tx: Transactions,
    personas: Personas,
    anyone: FlaskClient,
    mine: Headers,
    bearer: Callable[[int], Headers],
    numbers: list[str],
    moment: time_machine.Traveller,
) -> None:
    anyone.post("/api/v1/subscriptions", json={"numbers": numbers[:1]}, headers=mine)
    with tx():
        watching.agree(personas.trainee, number=numbers[0], watch_id=1, until=date(2027, 1, 31))
    moment.shift(60)
    with tx():
        credentials.suspend(personas.registrar, number=numbers[0], reason="A complaint.")
    with app.app_context():
        worker.run_due("registry.note_changes")
    found = anyone.get("/api/v1/deliveries", headers=mine).json
    assert found is not None
    (line,) = found["deliveries"]
    assert (line["number"], line["state"], line["change"], line["tries"]) == (numbers[0], "waiting", None, 0)
    address = f"/api/v1/deliveries/{line['id']}/resend"
    assert anyone.post(address, headers=mine).json == {"id": line["id"], "state": "waiting"}
    assert anyone.post(address, headers=bearer(personas.foreign_provider)).status_code == 404
    assert anyone.post("/api/v1/deliveries/msg_none/resend", headers=mine).status_code == 404
    with tx():
        watching.say_no(personas.trainee, number=numbers[0], watch_id=1)
    assert anyone.post(address, headers=mine).status_code == 409


@pytest.mark.parametrize("sent", [{}, {"numbers": []}, {"numbers": [1]}, {"numbers": ["x"] * 1001}, []])
def test_what_cannot_be_taken_is_said(sent: object, anyone: FlaskClient, mine: Headers) -> None:
    answer = anyone.post("/api/v1/subscriptions", json=sent, headers=mine)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
