"""Problems of the programming interface: their kinds, their languages, and the page that explains them."""

import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from lms.app import Lms
from lms.credentials.numbers import new_number
from lms.registry import queries
from lms.registry.problems import PROBLEMS
from tests.conftest import Clients
from tests.personas import Personas

SPANISH = {"Accept-Language": "es-MX,es;q=0.9,en;q=0.5"}
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def anyone(clients: Clients) -> FlaskClient:
    return clients(None)


def test_kinds_keep_their_names_and_numbers() -> None:
    assert {name: kind.status for name, kind in PROBLEMS.items()} == {
        "invalid": 422,
        "no-token": 401,
        "missing-scope": 403,
        "not-found": 404,
        "unknown-number": 404,
        "no-method": 405,
        "conflict": 409,
        "too-large": 413,
        "too-many": 429,
        "broken": 500,
        "cannot-be-checked-now": 503,
    }


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("GET", "credentials/x", "unknown-number"),
        ("GET", f"credentials/{new_number()}?as_of=yesterday", "invalid"),
        ("GET", "credentials", "no-token"),
        ("GET", "nowhere", "not-found"),
        ("GET", "problems/nothing", "not-found"),
        ("POST", "nowhere", "not-found"),
        ("DELETE", "credentials", "no-method"),
        ("GET", "verifications", "no-method"),
    ],
)
def test_each_problem_leads_to_what_it_means_in_both_languages(
    method: str, path: str, name: str, anyone: FlaskClient
) -> None:
    said: dict[str, dict[str, Any]] = {}
    for language, headers in (("en", {}), ("es", SPANISH)):
        answer = anyone.open(f"/api/v1/{path}", method=method, headers=headers)
        assert (answer.status_code, answer.mimetype) == (PROBLEMS[name].status, "application/problem+json")
        assert answer.headers["Content-Language"] == language
        assert "Accept-Language" in answer.headers["Vary"]
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.json is not None
        said[language] = answer.json
    assert said["en"]["type"] == said["es"]["type"] == f"http://127.0.0.1:5000/api/v1/problems/{name}"
    assert said["en"]["title"] == PROBLEMS[name].title != said["es"]["title"]
    assert said["en"]["detail"] != said["es"]["detail"]
    about = anyone.get(said["en"]["type"])
    assert about.json is not None
    assert (about.json["type"], about.json["title"]) == (said["en"]["type"], said["en"]["title"])
    there = anyone.get(said["en"]["type"], headers=BROWSER)
    assert (there.status_code, there.location) == (303, f"/api#problem-{name}")
    assert f'id="problem-{name}"' in anyone.get("/api").text


def test_the_type_does_not_follow_the_name_of_the_host(anyone: FlaskClient) -> None:
    answer = anyone.get("/api/v1/credentials", headers={"Host": "elsewhere.example"})
    assert answer.json is not None
    assert answer.json["type"].startswith("http://127.0.0.1:5000/")


def test_a_cookie_changes_no_language(personas: Personas, clients: Clients) -> None:
    client = clients(personas.registrar)
    assert 'lang="es"' in client.get("/verify?lang=es").text
    answer = client.get("/api/v1/credentials/x")
    assert answer.headers["Content-Language"] == "en"
    assert answer.json is not None
    assert answer.json["detail"] == "That number has a typing slip."


def test_a_wrong_method_is_told_the_right_ones(anyone: FlaskClient) -> None:
    answer = anyone.post("/api/v1/credentials")
    assert {"GET", "HEAD", "OPTIONS"} == set(answer.headers["Allow"].split(", "))
    page = anyone.post("/log")
    assert (page.status_code, page.mimetype) == (405, "text/html")
    assert "GET" in page.headers["Allow"]
    lost = anyone.get("/apiary")
    assert (lost.status_code, lost.mimetype) == (404, "text/html")


def test_a_register_that_cannot_be_read_says_nothing_of_a_credential(
    app: Lms, anyone: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_text: str, _on: object = None) -> queries.Verification:
        raise sa.exc.OperationalError("SELECT", {}, Exception("the disk is gone"))

    monkeypatch.setattr(queries, "verification", broken)
    answer = anyone.get(f"/api/v1/credentials/{new_number()}")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert answer.json is not None
    assert answer.json["type"].endswith("/cannot-be-checked-now")
    assert "disk" not in answer.text


def test_what_breaks_on_our_side_is_a_problem_with_a_reference(
    app: Lms, anyone: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_text: str, _on: object = None) -> queries.Verification:
        raise RuntimeError("a secret of ours")

    monkeypatch.setattr(queries, "verification", broken)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = anyone.get(f"/api/v1/credentials/{new_number()}")
    assert (answer.status_code, answer.mimetype) == (500, "application/problem+json")
    assert answer.json is not None
    assert re.fullmatch("[0-9a-f]{8}", answer.json["reference"])
    assert "secret" not in answer.text


def test_the_page_for_programs_begins_with_examples_and_a_token(personas: Personas, clients: Clients) -> None:
    page = clients(None).get("/api")
    assert page.status_code == 200
    assert page.text.count("curl ") == 3
    assert "/api/v1/openapi.json" in page.text
    assert "The registrar or an administrator of your organisation makes one" in page.text
    assert "Make a token</a>" not in page.text
    for person in (personas.registrar, personas.administrator):
        assert "Make a token</a>" in clients(person).get("/api").text
    spanish = clients(None).get("/api?lang=es").text
    assert spanish.count("curl ") == 3


def test_those_who_may_make_tokens_are_led_there(personas: Personas, clients: Clients) -> None:
    assert "/register/tokens" in clients(personas.registrar).get("/register").text
    administrator = clients(personas.administrator)
    assert 'href="/register/tokens"' in administrator.get("/admin").text
    assert administrator.get("/register/tokens").status_code == 200
