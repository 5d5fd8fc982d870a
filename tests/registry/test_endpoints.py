"""Programs are told of changes by signed messages: retried under one id, each once, never without a yes."""

import base64
import hashlib
import hmac
import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask.testing import FlaskClient

from lms import db, worker
from lms.app import Lms, create_app
from lms.config import Settings, SettingsFault
from lms.credentials import queries as credentials
from lms.credentials import services
from lms.credentials.services import IssuedCredential
from lms.errors import Invalid
from lms.registry import deliveries, endpoints, sending, watching, webhooks
from lms.registry.posting import post
from tests.conftest import Clients, Transactions
from tests.credentials.making import issued
from tests.personas import Personas

NOW = datetime.fromisoformat("2026-11-23T15:00:00+00:00")


@dataclass
class Receiver:
    """A program that is told: what it got, and the status codes that it answers, the last one for ever."""

    url: str = ""
    codes: list[int] = field(default_factory=lambda: [200])
    got: list[tuple[dict[str, str], dict[str, Any], bytes]] = field(default_factory=list)

    def take(self, headers: dict[str, str], body: bytes) -> int:
        self.got.append((headers, json.loads(body), body))
        return self.codes.pop(0) if len(self.codes) > 1 else self.codes[0]

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _message, _body in self.got]

    @property
    def changes(self) -> list[str]:
        return [message["data"].get("change", "test") for _headers, message, _body in self.got]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A real server on this machine."""
    kept = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            code = kept.take({name.lower(): value for name, value in self.headers.items()}, body)
            self.send_response(code)
            self.end_headers()

        def log_message(self, *_more: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    kept.url = f"http://127.0.0.1:{server.server_port}/told"
    yield kept
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The usual ones, and programs may be on this machine."""
    return settings.model_copy(update={"webhook_loopback": True})


@pytest.fixture(autouse=True)
def moment() -> Iterator[time_machine.Traveller]:
    """A moment that moves only when a test moves it."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def made(tx: Transactions, personas: Personas) -> IssuedCredential:
    """A certification valid for a year."""
    with tx():
        return issued(personas, valid_until=date(2027, 11, 22))


@pytest.fixture
def registrar(clients: Clients, personas: Personas) -> FlaskClient:
    """The browser of a registrar of the provider, whose program is told."""
    return clients(personas.registrar)


@pytest.fixture
def secret(registrar: FlaskClient, receiver: Receiver) -> bytes:
    """The secret of an endpoint that was added by its page."""
    page = registrar.post("/register/endpoints?organisation=open-door", data={"url": receiver.url})
    return secret_in(page.text)


def secret_in(page: str) -> bytes:
    found = re.search(r"whsec_([A-Za-z0-9+/=]+)", page)
    assert found, page
    return base64.b64decode(found[1])


@pytest.fixture
def watched(tx: Transactions, personas: Personas, made: IssuedCredential, secret: bytes) -> int:
    """A watch by the provider that the holder said yes to, a minute ago."""
    with tx():
        held = watching.watch(
            credentials.credential(made.number),
            name="Open Door Training",
            language="en",
            organisation_id=personas.provider,
        )
        assert held is not None
        watching.agree(personas.trainee, number=made.number, watch_id=held.id, until=date(2027, 11, 23))
    return held.id


def suspended(tx: Transactions, personas: Personas, number: str) -> None:
    with tx():
        services.suspend(personas.registrar, number=number, reason="A secret reason.")


def reinstated(tx: Transactions, personas: Personas, number: str) -> None:
    with tx():
        services.reinstate(personas.registrar, number=number, reason="Fine.")


def work(app: Lms) -> None:
    """Run what the sweeps would."""
    with app.app_context():
        worker.run_due("registry.note_changes")
        worker.run_due("registry.send_change")


def kept(tx: Transactions) -> list[Any]:
    with tx.reading() as current:
        return list(
            current.execute(
                sa.text(
                    "SELECT message_id, tries, last_code, last_said, told_at, dropped_at, next_try_at "
                    "FROM status_delivery ORDER BY id"
                )
            )
        )


def is_signed(secret: bytes, headers: dict[str, str], body: bytes) -> bool:
    """The check that a receiver makes, as docs/watching-status.md shows it."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(one, f"v1,{expected}") for one in headers["webhook-signature"].split(" "))


def test_a_change_is_told_once_signed_and_without_a_name(
    app: Lms,
    tx: Transactions,
    personas: Personas,
    made: IssuedCredential,
    receiver: Receiver,
    secret: bytes,
    watched: int,
) -> None:
    suspended(tx, personas, made.number)
    for _each in range(2):
        work(app)
    ((headers, message, body),) = receiver.got
    assert is_signed(secret, headers, body)
    assert not is_signed(b"other", headers, body)
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert message["type"] == "credential.status_changed"
    assert message["data"] == {
        "number": made.number,
        "change": "suspended",
        "status": "suspended",
        "since": "2026-11-23",
        "reason_class": None,
        "superseded_by": None,
        "url": f"http://127.0.0.1:5000/api/v1/credentials/{made.number}",
    }
    assert "zquez" not in body.decode()
    assert "secret" not in body.decode()
    (row,) = kept(tx)
    assert (row.message_id, row.tries, row.last_code) == (headers["webhook-id"], 1, 200)
    assert row.told_at is not None


def test_what_did_not_arrive_is_tried_again_under_the_same_id(
    app: Lms,
    tx: Transactions,
    personas: Personas,
    made: IssuedCredential,
    receiver: Receiver,
    watched: int,
    moment: time_machine.Traveller,
) -> None:
    receiver.codes = [500, 200]
    suspended(tx, personas, made.number)
    work(app)
    work(app)
    assert len(receiver.got) == 1
    (row,) = kept(tx)
    assert (row.tries, row.last_code, row.told_at) == (1, 500, None)
    moment.shift(61)
    work(app)
    work(app)
    assert len(receiver.got) == 2
    assert len(set(receiver.ids)) == 1
    assert kept(tx)[0].told_at is not None


def test_a_change_and_its_reversal_arrive_in_their_order(
    app: Lms,
    tx: Transactions,
    personas: Personas,
    made: IssuedCredential,
    receiver: Receiver,
    watched: int,
    moment: time_machine.Traveller,
) -> None:
    receiver.codes = [503, 200]
    suspended(tx, personas, made.number)
    work(app)
    moment.shift(10)
    reinstated(tx, personas, made.number)
    moment.shift(1)
    work(app)
    assert receiver.changes == ["suspended"]
    moment.shift(61)
    work(app)
    assert receiver.changes == ["suspended", "suspended", "reinstated"]


def test_a_doorbell_does_not_overtake_the_message_before(
    app: Lms,
    tx: Transactions,
    personas: Personas,
    made: IssuedCredential,
    receiver: Receiver,
    watched: int,
    moment: time_machine.Traveller,
) -> None:
    suspended(tx, personas, made.number)
    moment.shift(1)
    reinstated(tx, personas, made.number)
    with app.app_context():
        worker.run_due("registry.note_changes")
        assert worker.run_now("registry.send_change", 2)
        assert receiver.got == []
        assert worker.run_now("registry.send_change", 1)
        assert worker.run_now("registry.send_change", 2)
    assert receiver.changes == ["suspended", "reinstated"]


def test_a_yes_that_ends_while_a_message_waits_ends_the_message(
    app: Lms,
    tx: Transactions,
    personas: Personas,
    made: IssuedCredential,
    receiver: Receiver,
    watched: int,
    moment: time_machine.Traveller,
) -> None:
    receiver.codes = [500]
    suspended(tx, personas, made.number)
    work(app)
    with tx():
        watching.say_no(personas.trainee, number=made.number, watch_id=watched)
    moment.shift(timedelta(hours=1))
    work(app)
    assert len(receiver.got) == 1
    assert kept(tx)[0].dropped_at is not None


def test_a_yes_that_lapses_while_a_message_waits_ends_the_message(
    app: Lms,
    tx: Transactions,
    personas: Personas,
    made: IssuedCredential,
    receiver: Receiver,
    watched: int,
    moment: time_machine.Traveller,
) -> None:
    receiver.codes = [500]
    with tx():
        watching.agree(personas.trainee, number=made.number, watch_id=watched, until=date(2026, 11, 23))
    suspended(tx, personas, made.number)
    work(app)
    moment.shift(timedelta(days=1))
    work(app)
    assert len(receiver.got) == 1
    assert kept(tx)[0].dropped_at is not None


def test_after_the_last_try_it_is_stopped_and_its_owners_get_a_letter(
    app: Lms,
    tx: Transactions,
    personas: Personas,
    made: IssuedCredential,
    receiver: Receiver,
    watched: int,
    registrar: FlaskClient,
    moment: time_machine.Traveller,
) -> None:
    receiver.codes = [500]
    suspended(tx, personas, made.number)
    work(app)
    for wait in webhooks.BACK_OFF:
        moment.shift(wait + timedelta(seconds=1))
        work(app)
    assert len(receiver.got) == 8
    assert len(set(receiver.ids)) == 1
    moment.shift(timedelta(days=3))
    work(app)
    assert len(receiver.got) == 8
    with tx.reading() as current:
        keys = current.execute(
            sa.text("SELECT to_person_id FROM outgoing_mail WHERE key LIKE 'endpoint-stopped:%'")
        ).scalars()
        assert set(keys) == {personas.registrar, personas.administrator}
        there = deliveries.endpoint_of(personas.provider)
    assert there is not None
    assert there.stopped_at is not None
    receiver.codes = [200]
    with tx():
        endpoints.resume(personas.registrar, endpoint_id=there.id)
    work(app)
    assert len(receiver.got) == 9
    assert kept(tx)[0].told_at is not None


def test_a_receiver_that_says_it_is_gone_is_stopped_at_once(
    app: Lms, tx: Transactions, personas: Personas, made: IssuedCredential, receiver: Receiver, watched: int
) -> None:
    receiver.codes = [410]
    suspended(tx, personas, made.number)
    work(app)
    with tx.reading():
        there = deliveries.endpoint_of(personas.provider)
    assert there is not None
    assert there.stopped_at is not None


def test_one_that_does_not_answer_rests_for_a_minute(
    app: Lms,
    tx: Transactions,
    personas: Personas,
    made: IssuedCredential,
    receiver: Receiver,
    watched: int,
    moment: time_machine.Traveller,
) -> None:
    """A dead receiver costs one try a minute, however much waits for it."""
    receiver.codes = [500]
    with tx():
        other = issued(personas, "decision:2", person_id=personas.other_trainee)
        held = watching.watch(
            credentials.credential(other.number),
            name="Open Door",
            language="en",
            organisation_id=personas.provider,
        )
        assert held is not None
        watching.agree(personas.other_trainee, number=other.number, watch_id=held.id, until=date(2027, 1, 1))
    for number in (made.number, other.number):
        suspended(tx, personas, number)
    work(app)
    assert len(receiver.got) == 1
    moment.shift(61)
    work(app)
    assert len(receiver.got) == 2


def test_killed_between_sending_and_noting_it_is_sent_again_under_the_same_id(
    app: Lms,
    tx: Transactions,
    personas: Personas,
    made: IssuedCredential,
    receiver: Receiver,
    watched: int,
    moment: time_machine.Traveller,
) -> None:
    suspended(tx, personas, made.number)
    with app.app_context():
        worker.run_due("registry.note_changes")
    with tx() as current:
        message = sending.claim(current.scalar(sa.text("SELECT id FROM status_delivery")))
    assert message is not None
    post(message.url, message.headers, message.body, is_loopback_allowed=True)  # and here it dies
    work(app)
    assert len(receiver.got) == 1
    moment.shift(61)
    work(app)
    assert len(receiver.got) == 2
    assert len(set(receiver.ids)) == 1
    moment.shift(timedelta(days=1))
    work(app)
    assert len(receiver.got) == 2


def test_two_workers_at_once_tell_each_change_once(
    app: Lms,
    settings: Settings,
    tx: Transactions,
    personas: Personas,
    made: IssuedCredential,
    receiver: Receiver,
    watched: int,
) -> None:
    with tx():
        numbers = [made.number]
        for place in range(2, 8):
            one = issued(personas, f"decision:{place}")
            held = watching.watch(
                credentials.credential(one.number),
                name="Open Door",
                language="en",
                organisation_id=personas.provider,
            )
            assert held is not None
            watching.agree(personas.trainee, number=one.number, watch_id=held.id, until=date(2027, 1, 1))
            numbers.append(one.number)
    for number in numbers:
        suspended(tx, personas, number)
    together = threading.Barrier(2)

    def run() -> None:
        together.wait(30)
        work(app)

    both = [threading.Thread(target=run) for _each in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join(60)
    work(app)
    assert len(receiver.got) == len(set(receiver.ids)) == len(numbers)
    assert {message["data"]["number"] for _headers, message, _body in receiver.got} == set(numbers)


def test_a_new_secret_overlaps_the_one_before(
    app: Lms,
    tx: Transactions,
    personas: Personas,
    made: IssuedCredential,
    receiver: Receiver,
    secret: bytes,
    watched: int,
    registrar: FlaskClient,
    moment: time_machine.Traveller,
) -> None:
    with tx.reading():
        there = deliveries.endpoint_of(personas.provider)
    assert there is not None
    newer = secret_in(registrar.post(f"/register/endpoints/{there.id}/secret").text)
    assert newer != secret
    suspended(tx, personas, made.number)
    work(app)
    moment.shift(timedelta(hours=25))
    reinstated(tx, personas, made.number)
    work(app)
    signed = [(is_signed(newer, one[0], one[2]), is_signed(secret, one[0], one[2])) for one in receiver.got]
    assert signed == [(True, True), (True, False)]


def test_its_page_shows_what_became_of_each_and_sends_again(
    app: Lms,
    tx: Transactions,
    personas: Personas,
    made: IssuedCredential,
    receiver: Receiver,
    secret: bytes,
    watched: int,
    registrar: FlaskClient,
    moment: time_machine.Traveller,
) -> None:
    address = "/register/endpoints?organisation=open-door"
    receiver.codes = [500, 200]
    suspended(tx, personas, made.number)
    work(app)
    page = registrar.get(address).text
    assert receiver.url in page
    assert "Answer 500" in page
    assert "Next try" in page
    assert "whsec_" not in page
    message_id = receiver.ids[0]
    assert registrar.post(f"/register/messages/{message_id}/again").status_code == 303
    moment.shift(61)
    work(app)
    assert "Arrived" in registrar.get(address).text
    assert registrar.post(f"/register/messages/{message_id}/again").status_code == 303
    work(app)
    assert receiver.ids == [message_id] * 3
    with tx():
        watching.say_no(personas.trainee, number=made.number, watch_id=watched)
    assert registrar.post(f"/register/messages/{message_id}/again").status_code == 409


def test_it_can_be_tried_paused_and_removed(
    app: Lms,
    tx: Transactions,
    personas: Personas,
    made: IssuedCredential,
    receiver: Receiver,
    secret: bytes,
    watched: int,
    registrar: FlaskClient,
) -> None:
    with tx.reading():
        there = deliveries.endpoint_of(personas.provider)
    assert there is not None
    root = f"/register/endpoints/{there.id}"
    assert registrar.post(f"{root}/test").status_code == 303
    work(app)
    ((headers, message, body),) = receiver.got
    assert (message["type"], message["data"]) == ("test", {})
    assert is_signed(secret, headers, body)
    assert registrar.post(f"{root}/pause").status_code == 303
    assert registrar.post(f"{root}/test").status_code == 409
    suspended(tx, personas, made.number)
    work(app)
    assert len(receiver.got) == 1
    assert registrar.post(f"{root}/resume").status_code == 303
    work(app)
    assert len(receiver.got) == 2
    assert registrar.post(f"{root}/remove").status_code == 303
    reinstated(tx, personas, made.number)
    work(app)
    assert len(receiver.got) == 2
    assert registrar.post(f"{root}/remove").status_code == 404
    again = registrar.post("/register/endpoints?organisation=open-door", data={"url": receiver.url})
    assert secret_in(again.text) != secret
    work(app)
    assert receiver.changes == ["test", "suspended", "reinstated"]


def test_there_is_one_and_only_a_good_address_is_taken(registrar: FlaskClient, secret: bytes) -> None:
    there = "/register/endpoints?organisation=peer-board"
    for url in ("https://10.0.0.1/", "http://hooks.example.org/", "https://a:b@hooks.example.org/", "", "x"):
        page = registrar.post(there, data={"url": url})
        assert page.status_code == 422
        assert f'value="{url}"' in page.text
    assert registrar.post(there, data={"url": "https://hooks.example.org/x"}).status_code == 200
    assert registrar.post(there, data={"url": "https://hooks.example.org/y"}).status_code == 409


def test_only_those_who_manage_tokens_reach_it(
    clients: Clients, tx: Transactions, personas: Personas, secret: bytes
) -> None:
    with tx.reading():
        there = deliveries.endpoint_of(personas.provider)
    assert there is not None
    for person_id, expected in (
        (personas.trainee, (404,)),
        (personas.foreign_registrar, (404,)),
        (personas.coordinator, (403,)),
    ):
        other = clients(person_id)
        assert other.post(f"/register/endpoints/{there.id}/remove").status_code in expected
        assert other.get("/register/endpoints?organisation=open-door").status_code in (403, 404)


def test_this_machine_is_closed_in_production() -> None:
    with pytest.raises(SettingsFault, match="LMS_WEBHOOK_LOOPBACK"):
        Settings.from_environment(
            {
                "LMS_ENV": "production",
                "LMS_SECRET_KEY": "x" * 40,
                "LMS_BASE_URL": "https://x.example",
                "LMS_WEBHOOK_LOOPBACK": "1",
            }
        )


def test_a_program_on_this_machine_is_refused_by_default(
    database_url: str, tx: Transactions, personas: Personas, receiver: Receiver
) -> None:
    usual = create_app(Settings(env="test", database_url=database_url, worker="none"))
    writing = db.transaction()
    with usual.app_context(), db.scope(db.Scope.all()), writing, pytest.raises(Invalid):
        endpoints.add_endpoint(personas.registrar, organisation_id=personas.provider, url=receiver.url)
    with usual.app_context():
        db.db.engine.dispose()
