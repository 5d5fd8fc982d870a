"""The programming interface: what each token may, paging, repeated requests, problems, and its description."""

import re
import threading
from collections.abc import Callable
from datetime import date, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from lms import clock, db
from lms.app import Lms, create_app
from lms.config import Settings
from lms.credentials import services as credentials
from lms.credentials.numbers import new_number
from lms.registry import openapi, services, tokens
from lms.registry.api_scopes import ApiScope, digest_of
from lms.registry.models import ApiAnswer, ApiToken
from tests.conftest import Clients, Transactions
from tests.credentials.making import issued
from tests.personas import Personas

Make = Callable[..., dict[str, str]]


@pytest.fixture
def anyone(clients: Clients) -> FlaskClient:
    return clients(None)


@pytest.fixture
def bearer(tx: Transactions, personas: Personas) -> Make:
    """The header of a new token with these scopes."""

    def make(*scopes: ApiScope, organisation_id: int | None = None) -> dict[str, str]:
        with tx():
            text = services.make_token(
                personas.registrar,
                organisation_id=organisation_id or personas.body,
                name="Payroll",
                scopes=frozenset(scopes or ApiScope),
                expires_on=clock.today("UTC") + timedelta(days=3),
                once=str(uuid4()),
            )
        return {"Authorization": f"Bearer {text}"}

    return make


def test_every_route_is_described_and_every_description_has_a_route(app: Lms) -> None:
    routes = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    described = {(path, method) for path, acts in openapi.PATHS.items() for method in acts}
    assert routes == described


def test_the_description_holds_together(anyone: FlaskClient) -> None:
    document = anyone.get("/api/v1/openapi.json").json
    assert document is not None
    assert document["openapi"] == "3.1.0"
    assert {"title", "version"} <= set(document["info"])
    named = set(re.findall(r"#/components/schemas/(\w+)", str(document)))
    assert named == set(document["components"]["schemas"])
    ids = [act["operationId"] for acts in document["paths"].values() for act in acts.values()]
    assert len(ids) == len(set(ids))
    for path, acts in document["paths"].items():
        for act in acts.values():
            in_path = {one["name"] for one in act.get("parameters", ()) if one["in"] == "path"}
            assert in_path == set(re.findall(r"{(\w+)}", path))
            assert all(answer["description"] for answer in act["responses"].values())


def test_anyone_asks_about_one_number(tx: Transactions, personas: Personas, anyone: FlaskClient) -> None:
    with tx():
        number = issued(personas).number
        credentials.suspend(personas.registrar, number=number, reason="A complaint.")
    answer = anyone.get(f"/api/v1/credentials/{number}")
    assert answer.status_code == 200
    assert answer.json is not None
    assert (answer.json["status"], answer.json["name"]) == ("suspended", "Tara Vázquez")
    assert "complaint" not in answer.text
    assert "Set-Cookie" not in answer.headers
    wrong = anyone.get(f"/api/v1/credentials/{number}?as_of=yesterday")
    assert (wrong.status_code, wrong.json["field"]) == (422, "as_of")  # type: ignore[index]


@pytest.mark.parametrize("typed", ["unknown", "x", "nothing"])
def test_faults_are_problem_documents(typed: str, anyone: FlaskClient) -> None:
    path = {"unknown": f"credentials/{new_number()}", "x": "credentials/x", "nothing": "issuers/nobody"}[typed]
    answer = anyone.get(f"/api/v1/{path}")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert answer.json is not None
    assert answer.json["status"] == 404
    assert anyone.get(answer.json["type"]).json["title"] == answer.json["title"]  # type: ignore[index]


@pytest.mark.parametrize("scope", list(ApiScope))
def test_a_token_opens_what_its_scopes_say_and_nothing_else(
    scope: ApiScope, bearer: Make, anyone: FlaskClient
) -> None:
    headers = bearer(scope)
    read = anyone.get("/api/v1/credentials", headers=headers).status_code
    verify = anyone.post("/api/v1/verifications", json={"numbers": ["x"]}, headers=headers).status_code
    watch = anyone.get("/api/v1/subscriptions", headers=headers).status_code
    opened = {ApiScope.READ: read, ApiScope.VERIFY: verify, ApiScope.WATCH: watch}
    assert opened == {one: 200 if one is scope else 403 for one in ApiScope}


def test_no_token_a_made_up_an_ended_and_a_late_one_open_nothing(
    tx: Transactions, personas: Personas, bearer: Make, anyone: FlaskClient, app: Lms
) -> None:
    good = bearer()

    def asked(headers: dict[str, str]) -> int:
        return anyone.get("/api/v1/credentials", headers=headers).status_code

    for headers in ({}, {"Authorization": "Bearer lms_" + "0" * 48}, {"Authorization": "Basic eDp5"}):
        assert asked(headers) == 401
    assert asked(good) == 200
    with clock.at(clock.now() + timedelta(days=4)):
        assert asked(good) == 401
    with tx() as current:
        token_id = current.scalar(sa.select(ApiToken.id))
        assert current.scalar(sa.select(ApiToken.last_used_on)) == clock.today("UTC")
        services.revoke_token(personas.registrar, token_id=token_id)
    ended = anyone.get("/api/v1/credentials", headers=good)
    assert (ended.status_code, ended.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_only_the_digest_of_a_token_is_kept(tx: Transactions, bearer: Make) -> None:
    text = bearer()["Authorization"].split()[1]
    with tx.reading() as current:
        row = current.execute(sa.text("SELECT * FROM api_token")).mappings().one()
    assert row["digest"] == digest_of(text)
    assert text not in str(dict(row))


def test_paging_walks_every_row_once_while_rows_are_added_and_shows_no_others(
    tx: Transactions, personas: Personas, bearer: Make, anyone: FlaskClient
) -> None:
    with tx():
        made = [issued(personas, f"decision:{n}").number for n in range(5)]
        issued(personas, "decision:far", organisation_id=personas.foreign_body)
    headers, seen, cursor = bearer(ApiScope.READ), [], None
    for step in range(9):
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = anyone.get("/api/v1/credentials", query_string=query, headers=headers).json
        assert page is not None
        seen += [one["number"] for one in page["credentials"]]
        cursor = page["next_cursor"]
        if step == 0:
            with tx():
                made.append(issued(personas, "decision:late").number)
        if cursor is None:
            break
    assert seen == made
    bad = anyone.get("/api/v1/credentials?cursor=zzz", headers=headers)
    assert (bad.status_code, bad.json["field"]) == (422, "cursor")  # type: ignore[index]


def test_the_register_is_filtered_by_status_and_by_change(
    tx: Transactions, personas: Personas, bearer: Make, anyone: FlaskClient
) -> None:
    with tx(), clock.at(clock.now() - timedelta(days=9)):
        numbers = [issued(personas, f"decision:{n}", issued_on=date(2026, 11, 1)).number for n in range(3)]
    with tx():
        credentials.revoke(personas.registrar, number=numbers[1], reason="Fraud.")
    since = (clock.now() - timedelta(days=1)).isoformat()
    headers = bearer(ApiScope.READ)
    for query in ({"status": "revoked"}, {"changed_since": since}):
        page = anyone.get("/api/v1/credentials", query_string=query, headers=headers).json
        assert [one["number"] for one in page["credentials"]] == [numbers[1]]  # type: ignore[index]


def test_many_numbers_are_answered_in_order(
    tx: Transactions, personas: Personas, bearer: Make, anyone: FlaskClient
) -> None:
    with tx():
        number = issued(personas).number
    asked = ["x", number, new_number(), number.lower()]
    answer = anyone.post("/api/v1/verifications", json={"numbers": asked}, headers=bearer()).json
    assert answer is not None
    said = answer["verifications"]
    assert [one["asked"] for one in said] == asked
    assert [one["status"] for one in said] == ["unknown", "active", "unknown", "active"]
    for body in ({}, {"numbers": []}, {"numbers": [1]}, {"numbers": ["x"] * 501}, []):
        assert anyone.post("/api/v1/verifications", json=body, headers=bearer()).status_code == 422


def test_a_repeated_request_gets_its_first_answer_and_another_body_does_not(
    tx: Transactions, personas: Personas, bearer: Make, anyone: FlaskClient
) -> None:
    with tx():
        number = issued(personas).number
    mine, other = bearer(), bearer()

    def ask(headers: dict[str, str], *numbers: str) -> tuple[int, str]:
        headers = headers | {"Idempotency-Key": "one"}
        answer = anyone.post("/api/v1/verifications", json={"numbers": list(numbers)}, headers=headers)
        return answer.status_code, answer.text

    first = ask(mine, number)
    with tx():
        credentials.revoke(personas.registrar, number=number, reason="Fraud.")
    assert ask(mine, number) == first
    assert ask(mine, "x")[0] == 422
    assert "revoked" in ask(other, number)[1]
    with tx.reading():
        assert tokens.old_answers() == []
    with clock.at(clock.now() + timedelta(hours=25)):
        with tx.reading():
            assert len(tokens.old_answers()) == 2
        assert "revoked" in ask(mine, number)[1]


def test_two_at_once_with_one_key_make_one_answer(app: Lms, tx: Transactions, bearer: Make) -> None:
    bearer()
    with tx.reading() as current:
        token_id = current.scalar(sa.select(ApiToken.id))
    made: list[int] = []
    said: list[tuple[str, bool]] = []
    start = threading.Barrier(2)

    def ask() -> None:
        start.wait()
        with app.app_context(), db.scope(db.Scope.all()), db.transaction():

            def answer() -> str:
                made.append(1)
                return "the answer"

            said.append(services.answered_once(token_id, "one", b"body", answer))

    both = [threading.Thread(target=ask) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert made == [1]
    assert sorted(said) == [("the answer", False), ("the answer", True)]
    with tx.reading() as current:
        assert current.scalar(sa.select(sa.func.count(ApiAnswer.id))) == 1


def test_too_many_requests_are_asked_to_wait(settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"env": "development"}))
    client = app.test_client()
    headers = {"Authorization": "Bearer lms_" + "0" * 48}
    answers = [client.get("/api/v1/issuers/peer-board", headers=headers) for _ in range(61)]
    with app.app_context():
        db.db.engine.dispose()
    assert [answer.status_code for answer in answers[:60]] == [200] * 60
    assert (answers[-1].status_code, answers[-1].mimetype) == (429, "application/problem+json")
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_a_registrar_makes_a_token_sees_it_once_and_ends_it(
    tx: Transactions, personas: Personas, clients: Clients
) -> None:
    registrar = clients(personas.registrar)
    page = registrar.get("/register/tokens?organisation=peer-board").text
    once = re.search(r'name="once"[^>]*value="([^"]+)"', page)
    assert once is not None
    typed = {
        "name": "Payroll",
        "scopes": [ApiScope.READ.value],
        "expires_on": (clock.today("UTC") + timedelta(days=9)).isoformat(),
        "once": once[1],
    }
    faulty = registrar.post("/register/tokens?organisation=peer-board", data=typed | {"scopes": []})
    assert faulty.status_code == 422
    assert "Payroll" in faulty.text
    made = registrar.post("/register/tokens?organisation=peer-board", data=typed)
    text = re.search(r"lms_[0-9a-f]{48}", made.text)
    assert text is not None
    assert registrar.post("/register/tokens?organisation=peer-board", data=typed).status_code == 409
    headers = {"Authorization": f"Bearer {text[0]}"}
    anyone = clients(None)
    assert anyone.get("/api/v1/credentials", headers=headers).status_code == 200
    assert text[0] not in registrar.get("/register/tokens?organisation=peer-board").text
    with tx.reading() as current:
        token_id = current.scalar(sa.select(ApiToken.id))
    for stranger in (personas.foreign_registrar, personas.trainee):
        assert clients(stranger).post(f"/register/tokens/{token_id}/end").status_code == 404
    assert clients(personas.reviewer).post(f"/register/tokens/{token_id}/end").status_code == 403
    assert registrar.post(f"/register/tokens/{token_id}/end").status_code == 303
    assert anyone.get("/api/v1/credentials", headers=headers).status_code == 401
