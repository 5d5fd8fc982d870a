"""Checking a file: what is ours is said to be, what was forged is not, and what means harm does none."""

import json
import zlib
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient

from lms import files, worker
from lms.app import Lms
from lms.credentials import queries, sealing, services
from lms.credentials.badges import baking, proof
from lms.credentials.certificate import SEAL_FIELD, draw
from lms.credentials.examining import Form, form_of
from lms.credentials.queries.keys import Purpose, trusted_methods
from lms.credentials.services.keys import badge_signer, give_up
from lms.credentials.tagging import Attachment
from lms.registry import examiner
from tests.conftest import Clients, Transactions
from tests.credentials.making import issued
from tests.credentials.sealing_keys import new_authority, new_seal
from tests.credentials.test_sealing import AT, changed_attachment, changed_page
from tests.personas import Personas

OURS = "This file is ours, and it is as it was issued."
TRANSCRIPT = "This transcript is ours, and it is as it was written for its holder."
CHANGED = "This file was changed after it was issued. Do not rely on it."
NOT_OURS = "This file is not signed by anybody who issues here. Do not rely on it."
TOO_MUCH = "We stopped, since this file took too long to check. We issue no such file."


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


@pytest.fixture
def pdf(tx: Transactions, number: str) -> bytes:
    with tx.reading():
        made = queries.document_of(queries.credential(number))
        assert made is not None
        return files.get(made.pdf_sha256)


@pytest.fixture
def text(anyone: FlaskClient, number: str) -> str:
    return anyone.get(f"/c/{number}.json").text


def answer(anyone: FlaskClient, data: bytes) -> dict[str, Any]:
    sent = anyone.post("/verify/file?format=json", data={"file": (BytesIO(data), "file")})
    assert sent.status_code == 200
    assert sent.json is not None
    return dict(sent.json)


def test_each_form_of_ours_is_ours(anyone: FlaskClient, pdf: bytes, number: str) -> None:
    for data in (pdf, *(anyone.get(f"/c/{number}.{form}").data for form in ("json", "png", "svg"))):
        told = answer(anyone, data)
        assert told["message"] == OURS
        assert told["register"]["name"] == "Tara Vázquez"
        assert told["register"]["status"] == "active"
    for data in (pdf, anyone.get(f"/c/{number}.json").data):
        messages = [check["message"] for check in answer(anyone, data)["checks"]]
        assert "It is the very file that was issued, byte for byte." in messages


def test_the_page_says_it_in_words(anyone: FlaskClient, pdf: bytes, number: str) -> None:
    page = anyone.post("/verify/file", data={"file": (BytesIO(pdf), "certificate.pdf")}).text
    assert OURS in page
    assert "This credential is active." in page
    assert "The file was not kept." in page
    assert number in page


def test_what_became_of_it_is_said_by_the_register(
    anyone: FlaskClient, pdf: bytes, number: str, tx: Transactions, personas: Personas
) -> None:
    with tx():
        services.revoke(personas.registrar, number=number, reason="It was issued in error.")
    told = answer(anyone, pdf)
    assert told["message"] == OURS
    assert told["register"]["status"] == "revoked"


def sealed_by_another(pdf: bytes, text: str) -> bytes:
    """The same page, drawn anew, with the same credential, under a seal of the forger's own."""
    private, authority = new_authority("Peer Certification Board", AT)
    key = new_seal("Peer Certification Board", private, authority, AT)
    from tests.credentials.test_certificate import CERTIFICATION

    drawn = draw(CERTIFICATION, Attachment("credential.json", "The credential", text.encode()))
    return sealing.sealed(drawn, key, field=SEAL_FIELD, at=AT, reason="Issued")


def test_the_three_forgeries_are_told(anyone: FlaskClient, pdf: bytes, text: str) -> None:
    for forged, message in (
        (changed_page(pdf), CHANGED),
        (changed_attachment(pdf), CHANGED),
        (sealed_by_another(pdf, text), NOT_OURS),
    ):
        told = answer(anyone, forged)
        assert told["message"] == message
        assert told["file"] == "not_to_be_trusted"


def test_a_changed_document_is_told(
    anyone: FlaskClient, text: str, app: Lms, tx: Transactions, personas: Personas
) -> None:
    document = json.loads(text)
    document["credentialSubject"]["identifier"][0]["identityHash"] = "Somebody Else"
    told = answer(anyone, json.dumps(document).encode())
    assert told["message"] == CHANGED
    assert "The name in the file is not the one in our register." in [one["message"] for one in told["checks"]]
    del document["proof"]
    assert "not signed" in answer(anyone, json.dumps(document).encode())["message"]
    document = json.loads(text)
    document["proof"][0]["verificationMethod"] = "did:web:elsewhere.test#key-1"
    assert answer(anyone, json.dumps(document).encode())["message"] == NOT_OURS


def test_what_a_signature_does_not_cover_makes_a_document_a_changed_one(anyone: FlaskClient, text: str) -> None:
    """Linked data drops what it has no word for: the signature still fits, the text does not."""
    plain = json.loads(text)
    hidden = {"@context": None, "@value": None, "identityType": "name", "identityHash": "Somebody Else"}
    named = json.loads(text)
    named["credentialSubject"]["identifier"].insert(0, hidden)
    told_more = plain | {"remark": "Also licensed to prescribe."}
    own_words = plain | {"@context": [*plain["@context"], {"remark": None}], "remark": "Also licensed."}
    twice = text.replace('{"@context"', '{"name":"Another credential","@context"', 1)
    assert twice != text
    for forged in (json.dumps(named), json.dumps(told_more), twice):
        told = answer(anyone, forged.encode())
        assert told["message"] == CHANGED
        assert told["file"] == "not_to_be_trusted"
    assert (
        "no credential in this file that we can read"
        in answer(anyone, json.dumps(own_words).encode())["message"]
    )
    assert answer(anyone, json.dumps(plain, indent=2).encode())["message"] == OURS


def test_a_transcript_of_ours_is_ours_and_more_hours_are_not(
    anyone: FlaskClient, clients: Clients, personas: Personas, number: str
) -> None:
    holder = clients(personas.trainee)
    page = holder.get(f"/credentials/{number}/transcript.pdf").data
    record = holder.get(f"/credentials/{number}/transcript.json").data
    for data in (page, record):
        told = answer(anyone, data)
        assert told["message"] == TRANSCRIPT
        assert told["register"]["number"] == number
        assert told["file"] == "ours"
    more, bare, other = json.loads(record), json.loads(record), json.loads(record)
    (inside,) = more["credentialSubject"]["verifiableCredential"]
    inside["credentialSubject"]["result"][0]["value"] = "9999"
    del bare["proof"]
    other["credentialSubject"]["id"] = "urn:uuid:00000000-0000-4000-8000-000000000000"
    assert answer(anyone, json.dumps(more).encode())["message"] == CHANGED
    assert answer(anyone, json.dumps(bare).encode())["file"] == "not_to_be_trusted"
    assert answer(anyone, json.dumps(other).encode())["message"] == CHANGED
    assert answer(anyone, changed_attachment(page))["message"] == CHANGED


def test_an_issuer_cannot_sign_for_another(
    anyone: FlaskClient, text: str, app: Lms, tx: Transactions, personas: Personas
) -> None:
    document = json.loads(text)
    del document["proof"]
    with tx():
        _key, other = badge_signer(personas.foreign_body)
        method = next(one for one in trusted_methods() if not one.startswith(document["issuer"]["id"]))
    forged = proof.sign(document, other, method=method, at=AT)
    assert answer(anyone, json.dumps(forged).encode())["message"] == NOT_OURS


def test_a_key_that_others_know_is_not_trusted(
    anyone: FlaskClient, pdf: bytes, text: str, tx: Transactions, personas: Personas
) -> None:
    with tx():
        give_up(personas.registrar, organisation_id=personas.body, purpose=Purpose.BADGE)
        give_up(personas.registrar, organisation_id=personas.body, purpose=Purpose.SEAL)
    assert answer(anyone, text.encode())["message"] == NOT_OURS
    assert answer(anyone, pdf)["message"] == NOT_OURS


def test_a_number_that_is_not_ours_is_said(
    anyone: FlaskClient, text: str, tx: Transactions, personas: Personas
) -> None:
    document = json.loads(text)
    del document["proof"]
    document["credentialSubject"]["licenseNumber"] = "0000-0000-0000-0000-0000"
    with tx():
        key, signer = badge_signer(personas.body)
        signed = proof.sign(document, signer, method=f"{document['issuer']['id']}#{key.name}", at=AT)
    told = answer(anyone, json.dumps(signed).encode())
    assert told["register"] is None
    assert told["checks"][-1]["result"] == "stop"


# --- files that mean harm ---------------------------------------------------------------------------


def poison(text: str) -> bytes:
    """A small document that a canonicaliser would take for ever over: many nameless parts that look alike."""
    document = json.loads(text)
    people = [{"type": ["Profile"], "endorsement": []} for _ in range(9)]
    for one in people:
        one["otherIdentifier"] = [{"type": "IdentifierEntry"} for _ in range(8)]
    document["credentialSubject"]["source"] = people
    return json.dumps(document).encode()


def clique(text: str) -> bytes:
    document = json.loads(text)
    document["credentialSubject"]["evidence"] = [
        {"id": f"_:b{one}", "type": ["Evidence"], "alignment": [{"id": f"_:b{two}"} for two in range(9)]}
        for one in range(9)
    ]
    return json.dumps(document).encode()


def bomb() -> bytes:
    """A PDF of some kilobytes whose attachment unpacks to a gigabyte, three times packed."""
    data = zlib.compress(zlib.compress(zlib.compress(b"\0" * 100_000_000, 9), 9), 9)
    stream = b"<< /Length %d /Filter [/FlateDecode /FlateDecode /FlateDecode] >>\nstream\n" % len(data)
    parts = [
        b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R /AF [3 0 R] >>\nendobj\n",
        b"2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\n",
        b"3 0 obj\n<< /Type /Filespec /EF << /F 4 0 R >> >>\nendobj\n",
        b"4 0 obj\n" + stream + data + b"\nendstream\nendobj\n",
    ]
    made, places = b"%PDF-1.7\n", []
    for part in parts:
        places.append(len(made))
        made += part
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        made
        + b"xref\n0 5\n0000000000 65535 f \n"
        + table
        + b"trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(made)
    )


LAUGHS = (
    b'<!DOCTYPE svg [<!ENTITY a "' + b"ha" * 50 + b'">'
    b'<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">'
    b'<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;">]>'
    b'<svg xmlns="http://www.w3.org/2000/svg">&e;</svg>'
)
SCRIPT = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script></svg>'


def test_files_that_mean_harm_are_answered_with_a_sentence(anyone: FlaskClient, text: str, pdf: bytes) -> None:
    deep = b'{"a":' * 20_000 + b"1" + b"}" * 20_000
    for data in (
        poison(text),
        clique(text),
        bomb(),
        LAUGHS,
        SCRIPT,
        deep,
        b"%PDF-",
        b"\x89PNG\r\n\x1a\n",
        b"x",
    ):
        told = answer(anyone, data)
        assert told["message"] not in (OURS, "")
        assert "alert" not in json.dumps(told)
    assert answer(anyone, pdf)["message"] == OURS


def test_a_file_that_takes_too_long_is_stopped(
    anyone: FlaskClient, pdf: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examiner, "WALL_SECONDS", 0.0)
    assert answer(anyone, pdf)["message"] == TOO_MUCH
    monkeypatch.undo()
    assert answer(anyone, pdf)["message"] == OURS


def test_what_is_too_large_is_not_read(anyone: FlaskClient) -> None:
    sent = anyone.post("/verify/file", data=b"x" * 3_000_000, content_type="multipart/form-data; boundary=x")
    assert sent.status_code == 413
    assert "Send less than 2 MB" in sent.text


def test_nothing_sent_is_said_kindly(anyone: FlaskClient) -> None:
    sent = anyone.post("/verify/file", data={})
    assert sent.status_code == 422
    assert "Choose a file first." in sent.text


def test_forms_are_known_by_how_they_begin() -> None:
    assert form_of(b"\xef\xbb\xbf {}") is Form.JSON
    assert form_of(b"junk\n%PDF-1.4") is Form.PDF
    assert form_of(baking.SIGNATURE) is Form.PNG
    assert form_of(b"<?xml version='1.0'?><svg>") is Form.SVG
    assert form_of(b"<html>") is Form.OTHER
