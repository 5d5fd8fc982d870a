"""Each check behind an answer, as a sentence with its time."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from lms import clock, worker
from lms.app import Lms
from lms.config import Settings
from lms.credentials import queries, services
from lms.credentials.numbers import new_number
from lms.db import session
from tests.conftest import Clients, Transactions
from tests.credentials.making import issued
from tests.personas import Personas


@pytest.fixture
def anyone(clients: Clients) -> FlaskClient:
    return clients(None)


@pytest.fixture
def number(app: Lms, tx: Transactions, personas: Personas) -> str:
    with tx():
        made = issued(personas).number
    with app.app_context():
        while worker.run_due():
            pass
    return made


def told(anyone: FlaskClient, number: str, more: str = "") -> dict[str, str]:
    """Sentence by sentence, what came of it."""
    answer = anyone.get(f"/verify/{number}/checks?format=json{more}")
    assert answer.status_code == 200
    assert answer.json is not None
    assert {one["checked_at"] for one in answer.json["checks"]} == {answer.json["as_of"]}
    return {one["message"]: one["result"] for one in answer.json["checks"]}


def test_all_is_in_order_and_says_so(anyone: FlaskClient, number: str) -> None:
    found = told(anyone, number)
    assert set(found.values()) == {"ok"}
    assert len(found) == 6
    page = anyone.get(f"/verify/{number}/checks")
    assert "Our own register knows the number" in page.text
    assert "Set-Cookie" not in page.headers
    assert page.headers["Cache-Control"] == "no-store"
    assert f"/verify/{number}/checks" in anyone.get(f"/verify/{number}").text
    assert "Nuestro propio registro" in anyone.get(f"/verify/{number}/checks?lang=es").text


def test_before_the_documents_are_made_it_waits(
    anyone: FlaskClient, tx: Transactions, personas: Personas
) -> None:
    with tx():
        made = issued(personas).number
    found = told(anyone, made)
    assert found["The signed document of the credential is still being made."] == "wait"
    assert found["This credential is active."] == "ok"


def test_what_was_changed_behind_our_back_is_told(
    anyone: FlaskClient, number: str, tx: Transactions, settings: Settings
) -> None:
    """The kept file is another one than was signed and logged."""
    with tx.reading():
        made = queries.document_of(queries.credential(number))
        assert made is not None
    (kept,) = (settings.data_dir / "files").rglob(made.json_sha256)
    kept.chmod(0o600)
    kept.write_text(kept.read_text("utf-8").replace("Tara", "Sara"), "utf-8")
    found = told(anyone, number)
    assert found["The document of the credential is not as it was signed. Please ask the issuer."] == "stop"
    assert found["The public log does not speak of this document. Please ask the issuer."] == "stop"


def test_a_day_is_answered_from_what_was_signed_by_then(
    app: Lms, anyone: FlaskClient, number: str, tx: Transactions, personas: Personas
) -> None:
    later = clock.now() + timedelta(days=3)
    with clock.at(later):
        with tx():
            services.revoke(personas.registrar, number=number, reason="It was issued in error.")
        with app.app_context():
            while worker.run_due():
                pass
        day = (later - timedelta(days=2)).date().isoformat()
        now = [text for text in told(anyone, number) if "status list" in text]
        then = [text for text in told(anyone, number, f"&as_of={day}") if "status list" in text]
    assert "says that it ended for good" in now[0]
    assert "does not say that it ended" in then[0]


def test_nobodys_number_and_a_day_that_is_none(anyone: FlaskClient, number: str, tx: Transactions) -> None:
    assert anyone.get(f"/verify/{new_number()}/checks").status_code == 404
    assert anyone.get(f"/verify/{number}/checks?as_of=yesterday").status_code == 422
    with tx.reading():
        assert session().scalar(sa.text("SELECT count(*) FROM verification_report")) == 0
