"""What machines are answered: a credential at its address, keys, lists and the log."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from lms import clock, worker
from lms.app import Lms
from lms.credentials import queries, services
from lms.credentials.badges import baking, did, multikey, proof, status_list
from lms.credentials.log import notes, tree
from lms.credentials.log.salt import salted
from lms.credentials.numbers import new_number
from lms.credentials.queries import keys
from lms.credentials.queries.keys import Purpose
from tests.conftest import Clients, Transactions
from tests.credentials.making import issued
from tests.personas import Personas

PAGE = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.fixture
def anyone(clients: Clients) -> FlaskClient:
    return clients(None)


@pytest.fixture
def number(app: Lms, tx: Transactions, personas: Personas) -> str:
    """A credential whose documents are made, in a log that is signed."""
    with tx():
        made = issued(personas).number
    with app.app_context():
        worker.run_due()
    return made


@pytest.mark.parametrize("accept", ["", "*/*", "application/json", "application/vc", "application/vc+ld+json"])
def test_a_program_gets_the_signed_document_at_the_credentials_address(
    accept: str, number: str, anyone: FlaskClient
) -> None:
    answer = anyone.get(f"/c/{number}", headers={"Accept": accept} if accept else {})
    assert answer.status_code == 200
    assert json.loads(answer.text)["id"].endswith(f"/c/{number}")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Accept" in answer.headers["Vary"]


def test_a_person_gets_the_public_page(number: str, anyone: FlaskClient) -> None:
    answer = anyone.get(f"/c/{number}", headers=PAGE)
    assert answer.status_code == 303
    assert answer.location == f"/verify/{number}"


def test_every_form_holds_the_same_bytes(number: str, anyone: FlaskClient) -> None:
    text = anyone.get(f"/c/{number}.json").text
    assert baking.in_png(anyone.get(f"/c/{number}.png").data) == text
    assert baking.in_svg(anyone.get(f"/c/{number}.svg").data) == text
    assert anyone.get(f"/c/{number.lower()}").text == text


def test_an_unknown_number_is_not_found_and_one_to_be_made_says_so(
    tx: Transactions, personas: Personas, anyone: FlaskClient
) -> None:
    assert anyone.get(f"/c/{new_number()}").status_code == 404
    with tx():
        waiting = issued(personas).number
    answer = anyone.get(f"/c/{waiting}", headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert answer.json is not None
    assert "being made" in answer.json["detail"]


def test_the_document_of_keys_verifies_the_credential(number: str, anyone: FlaskClient) -> None:
    credential = json.loads(anyone.get(f"/c/{number}").text)
    address = credential["issuer"]["id"].removeprefix("did:web:").replace(":", "/")
    assert address.startswith("localhost%3A5000/")
    answer = anyone.get(f"/{address.partition('/')[2]}/did.json")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.mimetype == "application/did+ld+json"
    document = json.loads(answer.text)
    assert document["id"] == credential["issuer"]["id"]
    (method,) = document["verificationMethod"]
    assert method["id"] == credential["proof"][0]["verificationMethod"]
    assert proof.is_signed(credential, multikey.public_key(method["publicKeyMultibase"]))


def test_the_list_of_a_credential_is_signed_and_says_what_became_of_it(
    app: Lms, tx: Transactions, personas: Personas, number: str, anyone: FlaskClient
) -> None:
    entry = json.loads(anyone.get(f"/c/{number}").text)["credentialStatus"]
    path = entry["statusListCredential"].removeprefix("https://localhost:5000")
    before = datetime.now(UTC) + timedelta(minutes=1)

    def is_ended(query: str = "") -> bool:
        answer = anyone.get(path + query)
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        signed = json.loads(answer.text)
        with tx.reading():
            (key,) = keys.keys_of(personas.body, Purpose.BADGE)
        assert proof.is_signed(signed, key.badge_key)
        assert signed["issuer"] == did.did_of("https://localhost:5000", "peer-board")
        bits = status_list.decoded(signed["credentialSubject"]["encodedList"])
        return status_list.is_set(bits, int(entry["statusListIndex"]))

    assert not is_ended()
    with clock.at(clock.now() + timedelta(hours=1)), app.app_context():
        with tx():
            services.revoke(personas.registrar, number=number, reason="It was issued in error.")
        worker.run_due()
    assert is_ended()
    assert not is_ended(f"?timestamp={before:%Y-%m-%dT%H:%M:%SZ}")
    assert anyone.get(f"{path}?timestamp=yesterday").status_code == 422
    assert anyone.get(f"{path}?timestamp=1999-01-01T00:00:00Z").status_code == 404


def test_the_proof_leads_from_the_credential_to_the_checkpoint(
    tx: Transactions, number: str, anyone: FlaskClient
) -> None:
    found = json.loads(anyone.get(f"/c/{number}.proof").text)
    assert json.loads(found["entry"])["vc"] == salted(found["salt"], anyone.get(f"/c/{number}").text)
    index, path, note = notes.proof_in(found["proof"])
    assert note == anyone.get("/log/checkpoint").text
    origin = note.partition("\n")[0]
    with tx.reading():
        (key,) = keys.keys_of(None, Purpose.LOG)
    checkpoint = notes.checkpoint_in(note, origin, key.badge_key)
    assert tree.is_included(found["entry"].encode(), index, checkpoint.size, path, checkpoint.root)
    assert not tree.is_included(found["entry"].encode() + b" ", index, checkpoint.size, path, checkpoint.root)


def test_tiles_are_served_up_to_the_checkpoint(number: str, anyone: FlaskClient) -> None:
    size = int(anyone.get("/log/checkpoint").text.splitlines()[1])
    hashes = anyone.get(f"/log/tile/0/000.p/{size}").data
    assert len(hashes) == 32 * size
    entries = anyone.get(f"/log/tile/entries/000.p/{size}").data
    length = int.from_bytes(entries[:2], "big")
    assert tree.leaf_hash(entries[2 : 2 + length]) == hashes[:32]
    for path in (f"0/000.p/{size + 1}", "0/001", "0/000", "9/000", "entries/x000/000"):
        assert anyone.get(f"/log/tile/{path}").status_code == 404


def test_people_can_read_of_the_issuer_and_the_log(number: str, anyone: FlaskClient, tx: Transactions) -> None:
    page = anyone.get("/issuers/peer-board", headers=PAGE).text
    assert "did:web:localhost%3A5000:issuers:peer-board" in page
    assert "In use since" in page
    assert "localhost:5000/log" in anyone.get("/log", headers=PAGE).text
    with tx.reading():
        assert queries.credential(number)


def test_what_a_credential_was_given_for_has_an_address(number: str, anyone: FlaskClient) -> None:
    given = json.loads(anyone.get(f"/c/{number}").text)["credentialSubject"]["achievement"]
    answer = anyone.get(given["id"].removeprefix("https://localhost:5000"))
    assert json.loads(answer.text) == given
    assert anyone.get("/issuers/peer-board/achievements/state-cps/1999").status_code == 404
