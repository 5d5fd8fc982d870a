"""Who gets which form of a credential, how long it may be kept, and who may read it from elsewhere."""

import json

import pytest
from flask.testing import FlaskClient

from lms import worker
from lms.app import Lms
from lms.credentials import services
from lms.credentials.numbers import new_number
from lms.registry.negotiation import chosen
from tests.conftest import Clients, Transactions
from tests.credentials.making import issued
from tests.personas import Personas

VC, PAGE = "application/vc+ld+json", "text/html"
BROWSERS = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,"
    "application/signed-exchange;v=b3;q=0.7",
    "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5",
)
RENDERINGS = ("json", "jwt", "png", "svg", "proof")


@pytest.fixture
def anyone(clients: Clients) -> FlaskClient:
    return clients(None)


@pytest.fixture
def number(app: Lms, tx: Transactions, personas: Personas) -> str:
    with tx():
        made = issued(personas).number
    with app.app_context():
        worker.run_due()
    return made


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, VC),
        ("", VC),
        ("*/*", VC),
        ("*/*;q=0.1", VC),
        ("application/*", VC),
        ("application/json", "application/json"),
        ("APPLICATION/JSON", "application/json"),
        ("application/vc", "application/vc"),
        ('application/ld+json;profile="http://www.w3.org/ns/json-ld#expanded"', "application/ld+json"),
        ("application/ld+json, application/json", "application/ld+json"),
        ("application/json, application/ld+json", "application/json"),
        ("application/json, text/plain, */*", "application/json"),
        ("application/json;q=0.5, application/vc;q=0.9", "application/vc"),
        ("text/html;q=0.5, application/json", "application/json"),
        ("text/html;q=0, */*", VC),
        ("application/json, text/html", "application/json"),
        ("text/html, application/json", PAGE),
        ("text/html", PAGE),
        ("text/*", PAGE),
        ("text/html, application/json;q=0.9", PAGE),
        ("application/vc+ld+json;q=0, application/json", "application/json"),
        ("application/pdf", PAGE),
        ("image/webp", PAGE),
        ("application/json;q=0", PAGE),
        ("*/*;q=0", PAGE),
        (";;;,,,", PAGE),
        ("nonsense", PAGE),
        *((accept, PAGE) for accept in BROWSERS),
    ],
)
def test_each_caller_gets_a_form_and_nobody_406(
    accept: str | None, kind: str, number: str, anyone: FlaskClient
) -> None:
    headers = {} if accept is None else {"Accept": accept}
    for method in ("GET", "HEAD"):
        answer = anyone.open(f"/c/{number}", method=method, headers=headers)
        assert "Accept" in answer.headers["Vary"].replace("Accept-Language", "")
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        if kind == PAGE:
            assert (answer.status_code, answer.location) == (303, f"/verify/{number}")
        else:
            assert (answer.status_code, answer.mimetype) == (200, kind)


def test_choosing_is_total() -> None:
    assert chosen([("", 1.0)]) == PAGE
    assert chosen([("*/*", 1.0), (VC, 0.0)]) == "application/vc"
    assert chosen([("*/*", 0.5), *((kind, 0.0) for kind in (VC, "application/vc", "application/ld+json"))]) == (
        "application/json"
    )


@pytest.mark.parametrize("path", ["", *(f".{one}" for one in RENDERINGS)])
def test_head_says_what_get_says(path: str, number: str, anyone: FlaskClient) -> None:
    got, head = (anyone.open(f"/c/{number}{path}", method=method) for method in ("GET", "HEAD"))
    assert (got.status_code, head.status_code) == (200, 200)
    assert head.data == b""
    for name in ("Content-Type", "Content-Length", "Cache-Control", "Access-Control-Allow-Origin", "ETag"):
        if path == ".jwt" and name == "ETag":
            continue  # signed anew each time, with a number used once
        assert head.headers[name] == got.headers[name], name
    assert int(got.headers["Content-Length"]) == len(got.data)


@pytest.mark.parametrize("path", ["", ".json", ".png", ".svg", ".proof"])
def test_what_did_not_change_is_not_sent_again(path: str, number: str, anyone: FlaskClient) -> None:
    got = anyone.get(f"/c/{number}{path}")
    mark = got.headers["ETag"]
    again = anyone.get(f"/c/{number}{path}", headers={"If-None-Match": f'"other", {mark}'})
    assert (again.status_code, again.data) == (304, b"")
    for name in ("ETag", "Cache-Control", "Access-Control-Allow-Origin"):
        assert again.headers[name] == got.headers[name]
    assert anyone.get(f"/c/{number}{path}", headers={"If-None-Match": '"other"'}).status_code == 200


def test_two_forms_have_two_marks(number: str, anyone: FlaskClient) -> None:
    marks = {
        anyone.get(f"/c/{number}", headers={"Accept": kind}).headers["ETag"]
        for kind in (VC, "application/json")
    }
    assert len(marks) == 2


def test_nothing_that_tells_of_a_revocation_is_kept_longer_than_a_minute(
    app: Lms, tx: Transactions, personas: Personas, number: str, anyone: FlaskClient
) -> None:
    listed = json.loads(anyone.get(f"/c/{number}").text)["credentialStatus"]["statusListCredential"]
    listed = "/issuers/" + listed.partition("/issuers/")[2]

    def kept() -> dict[str, str]:
        paths = (
            f"/verify/{number}",
            f"/verify/{number}?format=json",
            f"/c/{number}",
            f"/c/{number}.json",
            listed,
        )
        return {path: anyone.get(path).headers["Cache-Control"] for path in paths}

    wanted = {
        f"/verify/{number}": "no-store",
        f"/verify/{number}?format=json": "no-store",
        f"/c/{number}": "no-cache",
        f"/c/{number}.json": "no-cache",
        listed: "public, max-age=60",
    }
    assert kept() == wanted
    before = anyone.get(listed)
    assert anyone.get(listed, headers={"If-None-Match": before.headers["ETag"]}).status_code == 304
    with tx():
        services.suspend(personas.registrar, number=number, reason="A complaint.")
    assert kept() == wanted
    with tx():
        services.revoke(personas.registrar, number=number, reason="It was true.")
    with app.app_context():
        worker.run_due()
    assert kept() == wanted
    after = anyone.get(listed, headers={"If-None-Match": before.headers["ETag"]})
    assert (after.status_code, after.text != before.text) == (200, True)
    assert anyone.get(f"/verify/{number}?format=json").json["status"] == "revoked"  # type: ignore[index]
    with tx():
        services.erase(personas.registrar, number=number, reason="Asked for.")
    for path in ("", ".json"):
        gone = anyone.get(f"/c/{number}{path}")
        assert (gone.status_code, gone.headers["Cache-Control"]) == (410, "no-store")


def test_what_is_not_there_is_told_to_programs_and_shown_to_people(
    tx: Transactions, personas: Personas, anyone: FlaskClient
) -> None:
    with tx():
        erased, waiting = (issued(personas, f"decision:{n}").number for n in "12")
        services.erase(personas.registrar, number=erased, reason="Asked for.")
    for number, status in ((new_number(), 404), (erased, 410), (waiting, 404), ("x", 404)):
        for path in ("", ".json", ".svg", ".proof"):
            answer = anyone.get(f"/c/{number}{path}", headers={"Accept": "application/json"})
            assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
            assert answer.json is not None
            assert answer.json["status"] == status
            page = anyone.get(f"/c/{number}{path}", headers={"Accept": BROWSERS[0]})
            assert (page.status_code, page.location) == (303, f"/verify/{number.upper()}")


@pytest.mark.parametrize(
    "path",
    [
        *("/c/{}", "/c/{}.json", "/c/{}.jwt", "/c/{}.proof", "/issuers/peer-board/did.json"),
        *("/issuers/peer-board/status/1", "/log/checkpoint", "/offline/bundle.json"),
    ],
)
def test_a_page_elsewhere_may_ask_with_any_header(path: str, number: str, anyone: FlaskClient) -> None:
    asked = {
        "Origin": "https://verifier.example",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "cache-control, x-requested-with",
    }
    answer = anyone.options(path.format(number), headers=asked)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Allow-Headers"] == "*"
    assert "GET" in answer.headers["Access-Control-Allow-Methods"]
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert anyone.post(path.format(number)).status_code == 405


def test_pages_with_forms_are_not_open_to_other_pages(number: str, anyone: FlaskClient) -> None:
    for path in ("/verify", f"/verify/{number}/details", "/register"):
        for method in ("OPTIONS", "GET"):
            answer = anyone.open(path, method=method, headers={"Origin": "https://verifier.example"})
            assert "Access-Control-Allow-Origin" not in answer.headers


def test_the_pdf_is_for_who_holds_it(number: str, personas: Personas, clients: Clients) -> None:
    holder, stranger, nobody = clients(personas.trainee), clients(personas.other_trainee), clients(None)
    paper = holder.get(f"/c/{number}.pdf", follow_redirects=True)
    assert (paper.status_code, paper.mimetype) == (200, "application/pdf")
    assert paper.data.startswith(b"%PDF")
    assert "Your certificate (PDF)" in holder.get(f"/verify/{number}").text
    for client, status in ((stranger, 404), (nobody, 200)):
        answer = client.get(f"/c/{number}.pdf", follow_redirects=True)
        assert (answer.status_code, answer.mimetype) == (status, "text/html")
        assert "Your certificate (PDF)" not in client.get(f"/verify/{number}").text
    known, unknown = (nobody.get(f"/c/{one}.pdf") for one in (number, new_number()))
    assert (known.status_code, unknown.status_code) == (303, 303)
