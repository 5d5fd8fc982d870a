"""The log's checkpoints by mail: confirmed by a link, each one once, and off the list when it is ended."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask.testing import FlaskClient

from lms import clock, worker
from lms.app import Lms
from lms.credentials import services
from lms.credentials.queries import log
from tests.conftest import Clients, Transactions
from tests.credentials.making import issued
from tests.personas import Personas

ADDRESS = "board@example.org"


@pytest.fixture
def anyone(clients: Clients) -> FlaskClient:
    """A browser without an account."""
    return clients(None)


def mails(tx: Transactions, word: str) -> list[str]:
    with tx.reading() as current:
        return list(
            current.execute(
                sa.text("SELECT body FROM outgoing_mail WHERE key LIKE :key ORDER BY id"), {"key": f"{word}:%"}
            ).scalars()
        )


def link_in(body: str, what: str) -> str:
    found = re.search(rf"(/log/{what}/\S+)", body)
    assert found, body
    return found[1]


@pytest.fixture
def subscribed(anyone: FlaskClient, tx: Transactions) -> str:
    """An address that confirmed."""
    assert anyone.post("/log/subscribe", data={"email": ADDRESS, "every_days": "7"}).status_code == 200
    (body,) = mails(tx, "log-confirm")
    assert "You get the checkpoints now" in anyone.post(link_in(body, "subscribe")).text
    return ADDRESS


def grown(app: Lms, tx: Transactions, personas: Personas, key: str) -> str:
    """Issue one more, and sign how far the log has come; answers the checkpoint."""
    with tx():
        issued(personas, key)
    with app.app_context():
        worker.run_due("credentials.make_document", "credentials.sign_checkpoint")
    with tx.reading():
        newest = log.newest_checkpoint()
    assert newest is not None
    return newest.note


def told(app: Lms) -> None:
    with app.app_context():
        worker.run_due("credentials.tell_subscriber")


def test_an_address_is_no_subscriber_until_it_is_confirmed(anyone: FlaskClient, tx: Transactions) -> None:
    for _each in range(2):
        assert (
            anyone.post("/log/subscribe", data={"email": "Board@Example.org", "every_days": "7"}).status_code
            == 200
        )
    (body,) = mails(tx, "log-confirm")
    link = link_in(body, "subscribe")
    assert ADDRESS in anyone.get(link).text
    with tx.reading() as current:
        assert current.scalar(sa.text("SELECT count(*) FROM log_subscriber")) == 0
    for _each in range(2):
        assert anyone.post(link).status_code == 200
    with tx.reading() as current:
        assert current.execute(sa.text("SELECT address, every_days FROM log_subscriber")).all() == [
            (ADDRESS, 7)
        ]


def test_each_checkpoint_comes_once_and_at_most_once_a_week(
    app: Lms, tx: Transactions, personas: Personas, subscribed: str
) -> None:
    now = clock.now()
    with time_machine.travel(now, tick=False):
        told(app)
        assert mails(tx, "log-checkpoint") == []
        first = grown(app, tx, personas, "decision:1")
        told(app)
        told(app)
        (body,) = mails(tx, "log-checkpoint")
        assert first in body
        second = grown(app, tx, personas, "decision:2")
    with time_machine.travel(now + timedelta(days=6), tick=False):
        told(app)
        assert len(mails(tx, "log-checkpoint")) == 1
    with time_machine.travel(now + timedelta(days=7), tick=False):
        told(app)
        told(app)
        assert len(mails(tx, "log-checkpoint")) == 2
        assert second in mails(tx, "log-checkpoint")[1]
    with time_machine.travel(now + timedelta(days=30), tick=False):
        told(app)
        assert len(mails(tx, "log-checkpoint")) == 2


def test_the_link_in_each_mail_ends_it_and_its_row_is_gone(
    app: Lms, tx: Transactions, personas: Personas, anyone: FlaskClient, subscribed: str
) -> None:
    grown(app, tx, personas, "decision:1")
    told(app)
    link = link_in(mails(tx, "log-checkpoint")[0], "unsubscribe")
    page = anyone.get(link)
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert ADDRESS in page.text
    with tx.reading() as current:
        assert current.scalar(sa.text("SELECT count(*) FROM log_subscriber")) == 1
    for _each in range(2):
        assert "You get no more of these mails" in anyone.post(link).text
    with tx.reading() as current:
        assert current.scalar(sa.text("SELECT count(*) FROM log_subscriber")) == 0
        details = current.execute(
            sa.text("SELECT details FROM audit_event WHERE action LIKE 'credentials.%subscribe%'")
        ).scalars()
        assert ADDRESS not in str(list(details))
    grown(app, tx, personas, "decision:2")
    told(app)
    assert len(mails(tx, "log-checkpoint")) == 1


def test_links_that_are_not_ours_or_too_old_open_nothing(anyone: FlaskClient, tx: Transactions) -> None:
    anyone.post("/log/subscribe", data={"email": ADDRESS, "every_days": "1"})
    link = link_in(mails(tx, "log-confirm")[0], "subscribe")
    with time_machine.travel(clock.now() + timedelta(days=8)):
        assert anyone.get(link).status_code == anyone.post(link).status_code == 404
    token = link.rpartition("/")[2]
    for other in (f"/log/unsubscribe/{token}", "/log/subscribe/none", "/log/unsubscribe/none", f"{link}x"):
        assert anyone.get(other).status_code == anyone.post(other).status_code == 404


def test_what_cannot_be_an_address_is_said(anyone: FlaskClient, tx: Transactions) -> None:
    page = anyone.post("/log/subscribe", data={"email": "nobody", "every_days": "7"})
    assert page.status_code == 422
    assert 'value="nobody"' in page.text
    assert anyone.post("/log/subscribe", data={"email": ADDRESS, "every_days": "2"}).status_code == 422
    assert mails(tx, "log-confirm") == []


def test_asking_again_changes_how_often(anyone: FlaskClient, tx: Transactions, subscribed: str) -> None:
    anyone.post("/log/subscribe", data={"email": ADDRESS, "every_days": "1"})
    anyone.post(link_in(mails(tx, "log-confirm")[1], "subscribe"))
    with tx.reading() as current:
        assert current.execute(sa.text("SELECT every_days FROM log_subscriber")).scalars().all() == [1]
    with tx():
        services.tell_subscriber(999)
