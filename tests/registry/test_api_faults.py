"""What programs send by mistake or on purpose: each answer is a described one. Most were found by fuzzing."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from lms import clock
from lms.registry import openapi, services
from lms.registry.api_scopes import ApiScope
from tests.conftest import Clients, Transactions
from tests.credentials.making import issued
from tests.personas import Personas

ODD_MOMENTS = (
    "0001-01-01T00:00:00%2B14:00",
    "9999-12-31T23:59:59-14:00",
    "yesterday",
    "",
    "2026-13-01T00:00:00Z",
)


@pytest.fixture
def client(clients: Clients) -> FlaskClient:
    return clients(None)


@pytest.fixture
def headers(tx: Transactions, personas: Personas) -> dict[str, str]:
    with tx():
        text = services.make_token(
            personas.registrar,
            organisation_id=personas.body,
            name="Payroll",
            scopes=frozenset(ApiScope),
            expires_on=clock.today("UTC") + timedelta(days=3),
            once=str(uuid4()),
        )
    return {"Authorization": f"Bearer {text}", "Content-Type": "application/json"}


def must_be_described(path: str, method: str, answer: Any) -> None:
    described = openapi.PATHS[path][method]["responses"]
    assert str(answer.status_code) in described, answer.text
    assert answer.mimetype in described[str(answer.status_code)]["content"]


@pytest.mark.parametrize("typed", ODD_MOMENTS)
def test_an_odd_moment_is_a_fault_of_the_caller(
    typed: str, client: FlaskClient, headers: dict[str, str]
) -> None:
    answer = client.get(f"/api/v1/credentials?changed_since={typed}", headers=headers)
    assert answer.status_code == 422, answer.text
    assert answer.json is not None
    assert answer.json["field"] == "changed_since"
    signed = client.get(f"/issuers/peer-board/status/1?timestamp={typed or 'x'}")
    assert signed.status_code == 422


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"[", 422),
        (b"null", 422),
        (b"\xff\xfe", 422),
        (b"[" * 100_000, 422),
        (b'{"numbers":' * 50_000, 422),
        (b'{"numbers": [' + b"9" * 5000 + b"]}", 422),
        (b'{"numbers": ["x"], "numbers": ["y"]}', 422),
        (b'{"numbers": [{"number": "x", "number": "y"}]}', 422),
        (b'{"numbers": [NaN]}', 422),
        (b'{"numbers": [null]}', 422),
        (b'{"numbers": ["x"], "as_of": "\\ud800"}', 422),
        (b'{"numbers": ["\\ud800", "\\u0000"]}', 200),
        (b'{"numbers": [{"number": "x", "as_of": "\\u0000"}]}', 200),
        (b'{"numbers": ["' + b"x" * 3_000_000 + b'"]}', 413),
    ],
)
def test_any_body_gets_a_described_answer(
    body: bytes, status: int, client: FlaskClient, headers: dict[str, str]
) -> None:
    for more in ({}, {"Idempotency-Key": "one"}):
        answer = client.post("/api/v1/verifications", data=body, headers=headers | more)
        assert answer.status_code == status, answer.text
        must_be_described("/api/v1/verifications", "post", answer)


def test_odd_words_in_addresses_and_queries_get_a_described_answer(
    tx: Transactions, personas: Personas, client: FlaskClient, headers: dict[str, str]
) -> None:
    with tx():
        number = issued(personas).number
    for odd in ("%00", "%F0%9F%98%80", "%ED%A0%80", "x" * 5000, "..", "%2e%2e", "%25", "-1", "١"):
        for path in ("credentials/{number}", "issuers/{slug}", "problems/{name}"):
            answer = client.get(f"/api/v1/{path.partition('{')[0]}{odd}")
            if answer.status_code != 308:
                must_be_described(f"/api/v1/{path}", "get", answer)
        must_be_described(
            "/api/v1/credentials/{number}", "get", client.get(f"/api/v1/credentials/{number}?as_of={odd}")
        )
        for name in ("cursor", "limit", "status", "changed_since"):
            answer = client.get(f"/api/v1/credentials?{name}={odd}", headers=headers)
            assert answer.status_code == 422, (name, odd)
            must_be_described("/api/v1/credentials", "get", answer)


@pytest.mark.parametrize(
    "value", ["Bearer", "Bearer ", "Bearer lms_é", "lms_" + "0" * 48, "Digest x", "Bearer \x7f"]
)
def test_an_odd_token_opens_nothing(value: str, client: FlaskClient) -> None:
    for method, path in (("GET", "credentials"), ("POST", "verifications"), ("GET", "credentials/x")):
        answer = client.open(f"/api/v1/{path}", method=method, headers={"Authorization": value.encode("utf-8")})
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_page_elsewhere_may_ask_with_a_token(client: FlaskClient) -> None:
    asked = {
        "Origin": "https://payroll.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, content-type",
    }
    answer = client.options("/api/v1/verifications", headers=asked)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    allowed = answer.headers["Access-Control-Allow-Headers"].lower()
    assert {"authorization", "content-type", "idempotency-key"} == set(allowed.split(", "))
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_no_answer_sets_a_cookie(client: FlaskClient) -> None:
    for path in ("credentials/x?lang=es", "openapi.json?lang=es", "credentials?lang=es"):
        assert "Set-Cookie" not in client.get(f"/api/v1/{path}").headers
