"""How a credential stood on a day, verdicts in a word, and a register that cannot be read."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from lms import clock
from lms.app import Lms
from lms.credentials import services
from lms.registry import queries
from tests.conftest import Clients, Transactions
from tests.credentials.making import issued
from tests.personas import Personas

ISSUED = datetime(2024, 3, 10, 16, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def anyone(clients: Clients) -> FlaskClient:
    return clients(None)


@pytest.fixture
def number(tx: Transactions, personas: Personas) -> str:
    """Issued on March 10, suspended on the 20th, reinstated on the 22nd, revoked on the 30th."""
    with tx(), clock.at(ISSUED):
        made = issued(personas, issued_on=date(2024, 3, 10), valid_until=date(2025, 3, 9)).number
    acts = ((10, services.suspend, {}), (12, services.reinstate, {}))
    for days, act, more in acts:
        with tx(), clock.at(ISSUED + days * DAY):
            act(personas.registrar, number=made, reason="A complaint.", **more)
    with tx(), clock.at(ISSUED + 20 * DAY):
        services.revoke(personas.registrar, number=made, reason="A secret.", reason_class="conduct")
    return made


@pytest.mark.parametrize(
    ("on", "status", "since"),
    [
        ("2024-03-10", "active", None),
        ("2024-03-19", "active", None),
        ("2024-03-20", "suspended", "2024-03-20"),
        ("2024-03-21", "suspended", "2024-03-20"),
        ("2024-03-22", "active", None),
        ("2024-03-29", "active", None),
        ("2024-03-30", "revoked", "2024-03-30"),
        ("2025-06-01", "revoked", "2024-03-30"),
    ],
)
def test_each_day_has_its_own_answer(
    on: str, status: str, since: str | None, number: str, anyone: FlaskClient
) -> None:
    answer = anyone.get(f"/verify/{number}?as_of={on}&format=json").json
    assert answer is not None
    assert (answer["status"], answer["since"], answer["on"]) == (status, since, on)
    page = anyone.get(f"/verify/{number}?as_of={on}").text
    assert "This is how it stood at the end of" in page
    assert "A secret" not in page


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("2999-01-01", "That day is still to come."),
        ("2024-03-09", "On that day this credential was not issued yet."),
        ("last week", "Write the day like 2026-11-22."),
    ],
)
def test_a_day_without_an_answer_is_said(asked: str, sentence: str, number: str, anyone: FlaskClient) -> None:
    page = anyone.get(f"/verify/{number}?as_of={asked}")
    assert page.status_code == 422
    assert sentence in page.text
    assert asked in page.text
    answer = anyone.get(f"/verify/{number}?as_of={asked}&format=json")
    assert answer.json is not None
    assert sentence in answer.json["detail"]
    assert "on" not in answer.json


def test_the_public_is_told_the_kind_of_reason_and_no_more(number: str, anyone: FlaskClient) -> None:
    page = anyone.get(f"/verify/{number}").text
    assert "Conduct" in page
    assert "A secret" not in page
    answer = anyone.get(f"/verify/{number}?format=json").json
    assert answer is not None
    assert (answer["reason_class"], answer["verdict"]) == ("conduct", "revoked")


def test_validity_is_told_as_it_stood_before_a_renewal(
    tx: Transactions, personas: Personas, anyone: FlaskClient
) -> None:
    with tx(), clock.at(ISSUED):
        number = issued(personas, issued_on=date(2024, 3, 10), valid_until=date(2025, 3, 9)).number
    with tx(), clock.at(datetime(2025, 2, 20, 16, tzinfo=UTC)):
        services.renew(
            personas.registrar,
            number=number,
            starts_on=date(2025, 3, 10),
            valid_until=date(2099, 3, 9),
            decision_key="renewal:1",
        )
    for on, until in (("2025-02-19", "2025-03-09"), ("2025-02-20", "2099-03-09"), ("2025-04-01", "2099-03-09")):
        answer = anyone.get(f"/verify/{number}?as_of={on}&format=json").json
        assert answer is not None
        assert (answer["status"], answer["valid_until"]) == ("active", until)


def test_when_the_register_cannot_be_read_that_is_said(
    app: Lms, number: str, anyone: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_text: str, _on: date | None = None) -> queries.Verification:
        raise sa.exc.OperationalError("SELECT", {}, Exception("the disk is gone"))

    monkeypatch.setattr(queries, "verification", broken)
    page = anyone.get(f"/verify/{number}")
    assert page.status_code == 503
    assert "That says nothing about the credential." in page.text
    assert page.headers["Retry-After"] == "60"
    answer = anyone.get(f"/verify/{number}?format=json").json
    assert answer is not None
    assert answer["verdict"] == "cannot_be_checked_now"
    assert "disk" not in page.text
