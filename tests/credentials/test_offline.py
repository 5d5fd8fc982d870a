"""`bin/lms verify-offline`: papers are told apart without network and without database."""

import base64
import hashlib
import json
import os
import re
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import segno
import sqlalchemy as sa
from flask.testing import FlaskClient

from lms import cli, clock, worker
from lms.app import Lms
from lms.credentials import paper, queries, services
from lms.credentials.models import SignedList
from lms.credentials.paper import Paper
from lms.credentials.queries.keys import Purpose
from lms.credentials.services import keys
from lms.registry import offline as offline_page
from tests.conftest import Clients, Transactions
from tests.credentials import papers
from tests.credentials.making import issued
from tests.personas import Personas


@pytest.fixture
def held(tmp_path: Path) -> Path:
    """A bundle in a file, with the paper in place 4711 revoked."""
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps(papers.bundle((4711,))), encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is configured: the command needs no database."""
    monkeypatch.setenv("LMS_DATABASE_URL", "nonsense://")


def verify(held: Path, *words: object, at: Any = papers.AT) -> int:
    with clock.at(at):
        return cli.main(["verify-offline", "--bundle", str(held), *map(str, words)])


def test_a_hundred_papers_are_told_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kinds, bundle = papers.hundred()
    held, file = tmp_path / "bundle.json", tmp_path / "papers.txt"
    held.write_text(json.dumps(bundle), encoding="utf-8")
    file.write_text("\n".join(code for _kind, code in kinds) + "\n", encoding="utf-8")
    assert verify(held, file) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(": ")[1] for line in lines] == [kind for kind, _code in kinds]
    assert len(lines) == 100


@pytest.mark.parametrize(
    ("code", "exit_code"),
    [
        (papers.code(1), 0),
        (papers.altered(1), 1),
        (papers.altered(2), 1),
        (papers.code(4711), 2),
        (papers.code(1, papers.AT.date() - timedelta(days=1)), 3),
        ("PSC1:ABC", 5),
        ("no-such-file.png", 5),
    ],
)
def test_the_exit_code_says_what_was_found(code: str, exit_code: int, held: Path) -> None:
    assert verify(held, code) == exit_code


def test_the_gravest_of_several_decides(held: Path) -> None:
    assert verify(held, papers.code(1), papers.code(4711)) == 2
    assert verify(held, papers.code(4711), papers.altered(1)) == 1
    assert verify(held, papers.code(1), "PSC1:") == 5


def test_an_old_list_says_nothing_of_papers_in_force(held: Path, capsys: pytest.CaptureFixture[str]) -> None:
    later = papers.AT + timedelta(days=5)
    assert verify(held, papers.code(1), at=later) == 0
    assert verify(held, papers.code(1), "--max-age-days", "3", at=later) == 5
    assert "too old" in capsys.readouterr().out


def test_without_a_bundle_nothing_can_be_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify(tmp_path / "none.json", papers.code(1)) == 5
    assert "--fetch" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "PSC1", "issuers": [1]}', '{"format": "X"}'])
def test_what_is_no_bundle_is_said_to_be_none(text: str, tmp_path: Path) -> None:
    (tmp_path / "bundle.json").write_text(text, encoding="utf-8")
    assert verify(tmp_path / "bundle.json", papers.code(1)) == 5


@pytest.mark.parametrize("url", ["http://lms.example.test/b", "file:///etc/passwd", "ftp://localhost/b", "x"])
def test_a_bundle_comes_from_nowhere_but_https(url: str, held: Path) -> None:
    before = held.read_bytes()
    assert verify(held, "--fetch", url, papers.code(1)) == 5
    assert held.read_bytes() == before


def test_names_do_nothing_to_the_terminal(held: Path, capsys: pytest.CaptureFixture[str]) -> None:
    verify(held, "no\x1b[31mfile")
    assert "\x1b" not in capsys.readouterr().out


def test_the_code_is_read_from_pictures_and_pdfs(
    held: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if not (shutil.which("zbarimg") and shutil.which("pdftoppm")):
        assert os.environ.get("LMS_TEST_REQUIRE_ALL") != "1"
        pytest.skip("zbar-tools and poppler-utils are not here")
    drawn = segno.make(papers.code(1), error="m", boost_error=False)
    for name, given in (("paper.png", {"scale": 4}), ("paper.pdf", {"scale": 3})):
        drawn.save(str(tmp_path / name), border=4, **given)
        assert verify(held, tmp_path / name) == 0
        assert f"{name}: VALID: " in capsys.readouterr().out


def test_without_the_reader_of_pictures_its_package_is_named(
    held: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    segno.make(papers.code(1)).save(str(tmp_path / "paper.png"))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert verify(held, tmp_path / "paper.png") == 5
    assert "apt install zbar-tools" in capsys.readouterr().out


# --- the bundle that the application answers ---------------------------------------------------------


@pytest.fixture
def anyone(clients: Clients) -> FlaskClient:
    return clients(None)


def made(app: Lms, tx: Transactions, number: str) -> str:
    """Do what is left to do; the code of the paper."""
    with app.app_context():
        worker.run_due()
    with tx.reading():
        found = queries.document_of(queries.credential(number))
        assert found is not None
        return found.paper_text


def said(anyone: FlaskClient, code: str) -> Paper:
    answer = anyone.get("/offline/bundle.json")
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.json
    return paper.checked(code, answer.json, clock.now()).paper


def test_a_paper_of_ours_is_valid_until_it_is_revoked(
    app: Lms, tx: Transactions, personas: Personas, anyone: FlaskClient
) -> None:
    with tx():
        number = issued(personas).number
    code = made(app, tx, number)
    assert said(anyone, code) is Paper.VALID
    with tx():
        services.revoke(personas.registrar, number=number, reason="The record was false.")
    assert made(app, tx, number) == code
    assert said(anyone, code) is Paper.REVOKED


def test_what_a_retired_key_signed_stays_valid(
    app: Lms, tx: Transactions, personas: Personas, anyone: FlaskClient
) -> None:
    with tx():
        number = issued(personas).number
    code = made(app, tx, number)
    with tx():
        keys.rotate(None, organisation_id=personas.body, purpose=Purpose.BADGE)
    assert said(anyone, code) is Paper.VALID


def test_what_a_compromised_key_signed_is_not_ours(
    app: Lms, tx: Transactions, personas: Personas, anyone: FlaskClient
) -> None:
    with tx():
        number = issued(personas).number
    code = made(app, tx, number)
    with tx():
        keys.give_up(None, organisation_id=personas.body, purpose=Purpose.BADGE)
    assert said(anyone, code) is Paper.NOT_OURS


def test_a_list_without_the_signature_for_paper_is_signed_anew(
    app: Lms, tx: Transactions, personas: Personas, anyone: FlaskClient
) -> None:
    with tx():
        number = issued(personas).number
    code = made(app, tx, number)
    with tx() as current:
        (row,) = current.execute(sa.select(SignedList)).scalars()
        values = {name: getattr(row, name) for name in ("list_id", "document", "bits_set", "key_id", "at")}
        log_number = services.log.append("status-list", list="0" * 64, doc="0" * 64)
        current.add(SignedList(**values, log_number=log_number, paper_signature=None))
    assert said(anyone, code) is Paper.STATUS_UNKNOWN
    made(app, tx, number)
    assert said(anyone, code) is Paper.VALID


def test_the_page_carries_the_bundle_and_lets_nothing_else_in(
    app: Lms, tx: Transactions, personas: Personas, anyone: FlaskClient
) -> None:
    with tx():
        number = issued(personas).number
    code = made(app, tx, number)
    answer = anyone.get("/offline")
    assert answer.status_code == 200
    held = re.search(r'<script type="application/json" id="bundle">(.*?)</script>', answer.text)
    assert held is not None
    assert paper.checked(code, json.loads(held[1]), clock.now()).paper is Paper.VALID
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    for tag in ('script type="module"', "style"):
        (inside,) = re.findall(rf"<{tag}>(.*?)</{tag.split()[0]}>", answer.text, re.DOTALL)
        assert base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode() in policy
    assert not re.search(r'(src|href)="(?!/offline"|#)', answer.text)


def test_the_library_of_the_page_is_the_published_one() -> None:
    library = (offline_page.HERE / "noble-ed25519.js").read_bytes()
    assert hashlib.sha256(library).hexdigest() == offline_page.LIBRARY_SHA256
    assert offline_page.EXPORTS in library.decode()
