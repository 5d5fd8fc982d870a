"""Twenty people press the same button at the same moment, over HTTP: it happens once."""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import sqlalchemy as sa
from flask.testing import FlaskClient

from lms.assessment.models import Attempt
from lms.certification import services as certification
from lms.certification.models import Application, Decision, Outcome
from lms.credentials import queries as credentials
from tests.conftest import Clients, Transactions
from tests.journeys.steps import EXAMINATION, SCHEME
from tests.personas import Personas

TIMES = 20


def test_twenty_decisions_are_one(
    application_id: int, clients: Clients, tx: Transactions, personas: Personas
) -> None:
    browsers = [clients(personas.reviewer) for _ in range(TIMES)]
    keys = [uuid4().hex for _ in browsers]
    answers = at_once(
        browsers,
        f"/reviews/{application_id}/decision",
        [{"outcome": "granted", "request_key": key} for key in keys],
    )
    assert answers == Counter({302: 1, 409: TIMES - 1})
    the_one_decision(tx, personas)


def test_one_decision_sent_twenty_times_is_one(
    application_id: int, clients: Clients, tx: Transactions, personas: Personas
) -> None:
    browsers = [clients(personas.reviewer) for _ in range(TIMES)]
    form = {"outcome": "granted", "request_key": uuid4().hex}
    assert at_once(browsers, f"/reviews/{application_id}/decision", [form] * TIMES) == Counter({302: TIMES})
    the_one_decision(tx, personas)


def the_one_decision(tx: Transactions, personas: Personas) -> None:
    with tx.reading() as current:
        decided = current.scalars(sa.select(Decision).where(Decision.scheme_id == SCHEME)).one()
        held = [card.number for card in credentials.credentials_of(personas.trainee)]
        assert held == [decided.credential_number]


def test_twenty_starts_are_one_attempt(clients: Clients, tx: Transactions, personas: Personas) -> None:
    browsers = [clients(personas.trainee) for _ in range(TIMES)]
    form = {"organisation_id": str(personas.provider)}
    assert at_once(browsers, f"/exams/{EXAMINATION}", [form] * TIMES) == Counter({302: TIMES})
    with tx.reading() as current:
        assert current.scalar(sa.select(sa.func.count(Attempt.id))) == 1


def test_twenty_applications_are_one(
    application_id: int, clients: Clients, tx: Transactions, personas: Personas
) -> None:
    with tx():
        certification.decide(
            personas.reviewer, application_id=application_id, outcome=Outcome.REFUSED, reason="Not yet."
        )
    browsers = [clients(personas.trainee) for _ in range(TIMES)]
    answers = at_once(browsers, "/progress/apply", [{"scheme": SCHEME}] * TIMES)
    assert answers == Counter({302: 1, 409: TIMES - 1})
    with tx.reading() as current:
        assert (
            current.scalar(sa.select(sa.func.count(Application.id)).where(Application.id != application_id))
            == 1
        )


def at_once(browsers: Sequence[FlaskClient], address: str, forms: Sequence[dict[str, str]]) -> Counter[int]:
    """Post the forms at the same moment, each from a browser and a thread of its own; counts by status."""
    together = Barrier(len(browsers))

    def press(browser: FlaskClient, form: dict[str, str]) -> int:
        together.wait()
        return browser.post(address, data=form).status_code

    with ThreadPoolExecutor(len(browsers)) as pool:
        return Counter(pool.map(press, browsers, forms))
