"""The public check: six different answers, in words and for machines, at one address."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from lms import clock, db
from lms.app import Lms, create_app
from lms.config import Settings
from lms.credentials import services
from lms.credentials.numbers import ALPHABET, new_number
from tests.conftest import Clients, Transactions
from tests.credentials.making import issued
from tests.personas import Personas

REASON = "A complaint is being looked at."


@pytest.fixture
def numbers(tx: Transactions, personas: Personas) -> dict[str, str]:
    """A number in each of the six states."""
    yesterday = clock.today("America/New_York") - timedelta(days=1)
    made: dict[str, str] = {"unknown": new_number()}
    with tx():
        for state in ("active", "suspended", "revoked", "superseded", "expired"):
            until = yesterday if state == "expired" else None
            made[state] = issued(
                personas, f"decision:{state}", issued_on=date(2024, 11, 22), valid_until=until
            ).number
        services.suspend(personas.registrar, number=made["suspended"], reason=REASON)
        services.revoke(personas.registrar, number=made["revoked"], reason=REASON)
        made["successor"] = services.replace(
            personas.registrar, number=made["superseded"], name_as_issued="Tara Vega", reason="Name."
        ).number
    return made


@pytest.fixture
def anyone(clients: Clients) -> FlaskClient:
    """A browser without an account."""
    return clients(None)


WORDS = {
    "active": "This credential is active.",
    "expired": "This credential expired after",
    "suspended": "This credential is suspended since",
    "revoked": "This credential was revoked on",
    "superseded": "This credential was replaced by a newer one on",
    "unknown": "We know of no credential with this number.",
}


@pytest.mark.parametrize("state", WORDS)
def test_each_state_has_its_own_page_and_its_own_json(
    state: str, numbers: dict[str, str], anyone: FlaskClient
) -> None:
    address = f"/verify/{numbers[state]}"
    page = anyone.get(address)
    answer = anyone.get(address, headers={"Accept": "application/json"})
    status = 404 if state == "unknown" else 200
    assert (page.status_code, answer.status_code) == (status, status)
    assert page.mimetype == "text/html"
    assert answer.mimetype == "application/json"
    assert [found for found, words in WORDS.items() if words in page.text] == [state]
    assert "As of " in page.text
    assert "UTC" in page.text
    assert answer.json is not None
    assert answer.json["status"] == state
    assert answer.json["as_of"].endswith("+00:00")
    assert anyone.get(f"{address}?format=json").json["status"] == state  # type: ignore[index]


def test_the_public_sees_name_credential_issuer_dates_status_and_nothing_else(
    numbers: dict[str, str], anyone: FlaskClient
) -> None:
    address = f"/verify/{numbers['suspended']}"
    page, answer = anyone.get(address).text, anyone.get(f"{address}?format=json").json
    for shown in ("Tara Vázquez", "Certified Peer Specialist", "Peer Certification Board", "Nov 22, 2024"):
        assert shown in page
    for hidden in (REASON, "75.5", "500 hours", "Foundations examination", "example.test", "completion:1"):
        assert hidden not in page
        assert hidden not in str(answer)
    assert answer is not None
    assert set(answer) == {
        *("number", "status", "as_of", "since", "kind", "credential", "name", "issuer"),
        *("issued_on", "valid_until", "superseded_by", "message", "in_grace", "renewal_in_process"),
        *("verdict", "reason_class"),
    }


def test_a_superseded_number_points_to_the_newer_one(numbers: dict[str, str], anyone: FlaskClient) -> None:
    page = anyone.get(f"/verify/{numbers['superseded']}").text
    assert f'href="/verify/{numbers["successor"]}"' in page
    assert anyone.get(f"/verify/{numbers['successor']}?format=json").json["name"] == "Tara Vega"  # type: ignore[index]


def test_spaces_dashes_lower_case_and_look_alikes_do_not_matter(
    numbers: dict[str, str], anyone: FlaskClient
) -> None:
    number = numbers["active"]
    for typed in (
        number.lower(),
        number.replace("-", ""),
        number.replace("-", " "),
        number.replace("-", "–"),
        f"  {number} ",
        number.replace("0", "o").replace("1", "l"),
    ):
        assert anyone.get(f"/verify/{typed}?format=json").json["status"] == "active"  # type: ignore[index]
        followed = anyone.get("/verify", query_string={"number": typed}, follow_redirects=True)
        assert WORDS["active"] in followed.text
        assert followed.request.path == f"/verify/{number}"
        posted = anyone.post("/verify", data={"number": typed})
        assert (posted.status_code, posted.location) == (303, f"/verify/{number}")


def test_a_typing_slip_is_told_apart_from_an_unknown_number(
    numbers: dict[str, str], anyone: FlaskClient
) -> None:
    number = numbers["active"]
    other = ALPHABET[(ALPHABET.index(number[0]) + 1) % 32]
    for typed in (other + number[1:], number[:-1], number + "7"):
        page = anyone.get(f"/verify/{typed}")
        assert page.status_code == 404
        assert "That number has a typing slip." in page.text
        assert WORDS["unknown"] not in page.text
        answer = anyone.get(f"/verify/{typed}?format=json").json
        assert answer is not None
        assert (answer["status"], answer["problem"]) == ("unknown", "typing_slip")


def test_nothing_typed_and_anything_typed_are_answered_kindly(anyone: FlaskClient) -> None:
    assert anyone.get("/verify").status_code == 200
    assert anyone.post("/verify", data={"number": " - "}).status_code == 422
    for typed in ("x", "'; DROP TABLE credential", "<script>", "🙂" * 30, "a" * 5000, "../..", "%00"):
        answer = anyone.get("/verify", query_string={"number": typed}, follow_redirects=True)
        assert answer.status_code in (404, 422)
        assert "<script>" not in answer.text


def test_the_answer_is_never_kept_by_anyone(numbers: dict[str, str], anyone: FlaskClient) -> None:
    answer = anyone.get(f"/verify/{numbers['active']}")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert "Accept" in answer.headers["Vary"]
    assert "Set-Cookie" not in answer.headers


def test_one_query_answers(app: Lms, numbers: dict[str, str], anyone: FlaskClient) -> None:
    seen: list[str] = []
    with app.app_context():
        engine = db.db.engine

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    anyone.get(f"/verify/{numbers['revoked']}")
    sa.event.listen(engine, "before_cursor_execute", note)
    anyone.get(f"/verify/{numbers['revoked']}")
    sa.event.remove(engine, "before_cursor_execute", note)
    assert len([statement for statement in seen if statement.startswith("SELECT")]) == 1


def test_too_many_tries_from_one_address_are_asked_to_wait(settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"env": "development"}))
    client = app.test_client()
    codes = [client.get(f"/verify/{new_number()}").status_code for _ in range(62)]
    with app.app_context():
        db.db.engine.dispose()
    assert codes[:60] == [404] * 60
    assert codes[-1] == 429


def test_the_address_in_a_code_may_be_pasted(numbers: dict[str, str], anyone: FlaskClient) -> None:
    number = numbers["active"]
    for address in (
        f"https://lms.example.test/verify/{number}",
        f"https://lms.example.test/c/{number}?lang=es",
        f" http://localhost/c/{number}.json ",
        f"/verify/{number}/",
    ):
        asked = anyone.get("/verify", query_string={"number": address})
        assert (asked.status_code, asked.location) == (303, f"/verify/{number}")
