"""A module with a check is completed only when the check is passed, and then by an act."""

import pytest
from flask.testing import FlaskClient

from lms.assessment import services as assessment
from lms.assessment.bank import bank
from lms.curriculum import queries
from tests.conftest import Clients, Transactions
from tests.personas import Personas

RESTING = "/modules/resting"
BENCH = f"{RESTING}/lessons/bench"


@pytest.fixture
def trainee(clients: Clients, personas: Personas) -> FlaskClient:
    """A trainee who completed `walking` and finished the only lesson of `resting`."""
    client = clients(personas.trainee)
    joining = {"organisation_id": personas.provider}
    client.post("/modules/walking/enrol", data=joining)
    for lesson in ("pace", "path"):
        client.post(f"/modules/walking/lessons/{lesson}/check", data={"check-choice": "0"})
        client.post(f"/modules/walking/lessons/{lesson}/finish")
    assert client.post(f"{RESTING}/enrol", data=joining).status_code == 302
    assert client.post(f"{BENCH}/finish").status_code == 302
    return client


def sit_check(tx: Transactions, personas: Personas, is_right: bool) -> None:
    with tx():
        examination = bank().examinations["foundations-exam"]
        attempt = assessment.start_attempt(
            personas.trainee, examination_id=examination.id, organisation_id=personas.provider
        )
        for item in bank().form_given(examination).items:
            right = {option.id for option in item.options if option.is_right}
            chosen = right if is_right else {option.id for option in item.options} - right
            assessment.save_response(
                personas.trainee,
                attempt_id=attempt.id,
                item_id=item.id,
                chosen=sorted(chosen)[:1] if not is_right else chosen,
            )
        assessment.hand_in(personas.trainee, attempt_id=attempt.id)


def completed(tx: Transactions, personas: Personas) -> set[str]:
    with tx.reading():
        return {one.module_id for one in queries.completions_of(personas.trainee)}


def test_lessons_alone_do_not_complete_it(trainee: FlaskClient, tx: Transactions, personas: Personas) -> None:
    page = trainee.get(RESTING).text
    assert "Pass the module check" in page
    assert "/foundations-exam" in page
    assert trainee.post(f"{RESTING}/complete").status_code == 409
    sit_check(tx, personas, is_right=False)
    assert trainee.post(f"{RESTING}/complete").status_code == 409
    assert completed(tx, personas) == {"walking"}


def test_a_passed_check_and_an_act_complete_it(
    trainee: FlaskClient, tx: Transactions, personas: Personas
) -> None:
    sit_check(tx, personas, is_right=True)
    assert completed(tx, personas) == {"walking"}
    assert "Complete this module" in trainee.get(RESTING).text
    for _time in range(2):
        assert trainee.post(f"{RESTING}/complete").status_code == 302
    assert completed(tx, personas) == {"walking", "resting"}
    with tx.reading():
        assert queries.completions_of(personas.trainee)[1].revision == 3
        assert [card.percent for card in queries.module_cards(personas.trainee)] == [100, 100]
        assert queries.modules_in_progress(personas.trainee) == ()
