"""Mail about hours: one for each return, one digest a day, none at night."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from lms import clock, worker
from lms.app import Lms
from lms.mail import OutgoingMail
from lms.people.models import Person
from lms.practice import services
from lms.practice.rules import is_time_for_mail
from lms.practice.statements import CURRENT
from tests.conftest import Transactions
from tests.personas import Personas
from tests.practice import scenes


def sent(tx: Transactions, like: str) -> list[tuple[int, str]]:
    with tx.reading() as session:
        rows = session.execute(
            sa.select(OutgoingMail.to_person_id, OutgoingMail.subject)
            .where(OutgoingMail.key.like(like))
            .order_by(OutgoingMail.id)
        )
        return [(row[0], row[1]) for row in rows]


def test_a_trainee_hears_of_returns_once_for_each_press(tx: Transactions, personas: Personas) -> None:
    with tx() as session:
        placed = scenes.ready(personas)
        ids = [scenes.submitted(placed, scenes.days_ago(days)).id for days in (1, 2, 3)]
        session.get_one(Person, personas.trainee).language = "es"
    with tx():
        services.return_entries(personas.supervisor, reasons=dict.fromkeys(ids[:2], "Secret words"))
    with tx():
        services.return_entry(personas.supervisor, entry_id=ids[2], reason="Secret words")
    assert [person for person, _subject in sent(tx, "returned:%")] == [personas.trainee] * 2
    assert "2 " in sent(tx, "returned:%")[0][1]
    with tx.reading() as session:
        bodies = session.scalars(sa.select(OutgoingMail.body)).all()
    assert not any("Secret" in body for body in bodies)


def sweep(app: Lms) -> None:
    with app.app_context():
        worker.run_due("practice.send_digest")


@pytest.mark.parametrize(
    ("zone", "hour", "expected"),
    [
        ("America/New_York", 7, 0),  # 2 or 3 in the morning there
        ("America/New_York", 15, 1),
        ("America/Los_Angeles", 14, 0),  # before 8 there
        ("Asia/Tokyo", 15, 0),  # midnight there
        ("Europe/Berlin", 15, 1),
    ],
)
def test_a_digest_is_never_sent_at_night(
    app: Lms, tx: Transactions, personas: Personas, zone: str, hour: int, expected: int
) -> None:
    with tx() as session:
        scenes.submitted(scenes.ready(personas))
        session.get_one(Person, personas.supervisor).timezone = zone
    moment = datetime.combine(clock.now().date() + timedelta(days=1), datetime.min.time(), tzinfo=UTC)
    with clock.at(moment + timedelta(hours=hour)):
        sweep(app)
    assert len(sent(tx, "hours-waiting:%")) == expected


def test_a_digest_comes_once_a_day_and_only_while_something_waits(
    app: Lms, tx: Transactions, personas: Personas
) -> None:
    with tx():
        entry_id = scenes.submitted(scenes.ready(personas)).id
    noon = datetime.combine(clock.now().date() + timedelta(days=1), datetime.min.time(), tzinfo=UTC)
    for day, counted in ((0, 1), (1, 2)):
        for hour in (15, 16, 20):
            with clock.at(noon + timedelta(days=day, hours=hour)):
                sweep(app)
        assert len(sent(tx, "hours-waiting:%")) == counted
    with tx():
        services.sign_off(personas.supervisor, entry_ids=[entry_id], statement_version=CURRENT.version)
    with clock.at(noon + timedelta(days=2, hours=15)):
        sweep(app)
    assert sent(tx, "hours-waiting:%") == [(personas.supervisor, "1 entry waits for you")] * 2


def test_the_hours_of_mail() -> None:
    hours = [hour for hour in range(24) if is_time_for_mail(datetime(2026, 1, 1, hour).time())]
    assert hours == list(range(8, 20))
