"""Watchers beside other parts: days of grace that a scheme gives, and several workers at once."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from lms import clock, worker
from lms.app import Lms
from lms.certification import queries as certification
from lms.certification import services as certifying
from lms.certification.models import Outcome
from lms.credentials import queries as credentials
from lms.credentials import services
from lms.registry import watching
from tests.certification import facts
from tests.conftest import Transactions
from tests.credentials.making import issued
from tests.personas import Personas

ONE = timedelta(days=1)


@contextmanager
def on(day: date) -> Iterator[None]:
    """Noon in New York, where the body is."""
    with clock.at(datetime(day.year, day.month, day.day, 17, tzinfo=UTC)):
        yield


def told(app: Lms) -> None:
    with app.app_context():
        worker.run_due("registry.note_changes", "registry.mail_changes")


def bodies(tx: Transactions) -> list[str]:
    with tx.reading() as current:
        return list(
            current.scalars(
                sa.text("SELECT body FROM outgoing_mail WHERE key LIKE 'watch-changes:%' ORDER BY id")
            )
        )


def watched(personas: Personas, number: str, until: date, address: str = "hr@harbor.example") -> int:
    """A watch that its holder says yes to, in the transaction that is open."""
    held = watching.watch(credentials.credential(number), name="Harbor", language="en", address=address)
    assert held is not None
    watching.agree(personas.trainee, number=number, watch_id=held.id, until=until)
    return held.id


@pytest.fixture
def number(tx: Transactions, personas: Personas) -> str:
    """A certification with cycles that was granted today."""
    with tx():
        facts.meet_peer_specialist(personas, personas.trainee)
    with tx():
        made = certifying.apply(personas.trainee, person_id=personas.trainee, scheme_id="peer-specialist").id
    with tx():
        decided = certifying.decide(personas.reviewer, application_id=made, outcome=Outcome.GRANTED)
        return str(decided.credential_number)


def test_days_of_grace_are_told_at_both_ends(
    app: Lms, tx: Transactions, personas: Personas, number: str
) -> None:
    with tx.reading():
        end = certification.holding_of(number).latest.ends_on
    with on(end - 60 * ONE), tx():
        watched(personas, number, end + 200 * ONE)
    seen = []
    for days in (0, 1, 2, 29, 31, 32):
        with on(end + days * ONE):
            told(app)
            told(app)
            seen.append(len(bodies(tx)))
    assert seen == [0, 1, 1, 1, 2, 2]
    first, second = bodies(tx)
    assert "in its days of grace" in first
    assert "expired after" in second


def test_two_workers_at_once_mail_each_change_once(app: Lms, tx: Transactions, personas: Personas) -> None:
    numbers = []
    with clock.at(clock.now() - timedelta(minutes=5)), tx():
        for place in range(6):
            numbers.append(issued(personas, f"decision:{place}").number)
            watched(personas, numbers[-1], date(2027, 1, 1), f"hr{place % 2}@harbor.example")
    for one in numbers:
        with tx():
            services.suspend(personas.registrar, number=one, reason="A complaint.")
    together = threading.Barrier(3)

    def run() -> None:
        together.wait(30)
        told(app)

    threads = [threading.Thread(target=run) for _each in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    told(app)
    sent = "\n".join(bodies(tx))
    assert [sent.count(f"{one}: suspended") for one in numbers] == [1] * 6
    with tx.reading() as current:
        assert current.scalar(sa.text("SELECT count(*) FROM status_delivery WHERE told_at IS NULL")) == 0
