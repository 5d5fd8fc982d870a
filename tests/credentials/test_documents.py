"""What is made of a credential: a signed document, a sealed page, an entry of the log, a place in a list."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from io import BytesIO
from itertools import pairwise
from typing import Any

import pikepdf
import pytest
import sqlalchemy as sa

from lms import clock, files, worker
from lms.app import Lms
from lms.credentials import paper, queries, sealing, services
from lms.credentials.badges import badge, proof, status_list
from lms.credentials.log.salt import salted
from lms.credentials.models import Credential, CredentialDocument, CredentialIdentity, LogEntry, SignedList
from lms.credentials.queries import DocumentCard, keys, log
from lms.credentials.queries.keys import Purpose
from lms.credentials.services import lists
from lms.credentials.services.keys import authorities
from lms.credentials.shuffle import place_of
from lms.people.models import Organisation, Person
from tests.conftest import Transactions
from tests.credentials.making import issued
from tests.personas import Personas


def made(app: Lms, tx: Transactions, number: str) -> DocumentCard:
    with app.app_context():
        worker.run_due()
    with tx.reading():
        found = queries.document_of(queries.credential(number))
        assert found is not None
        return found


def said(app: Lms, found: DocumentCard) -> Any:
    with app.app_context():
        return json.loads(found.json_text)


def test_the_signed_document_says_who_what_and_when_and_no_hours(
    app: Lms, tx: Transactions, personas: Personas
) -> None:
    with tx():
        number = issued(personas, valid_until=date(2028, 11, 22)).number
    found = made(app, tx, number)
    document = said(app, found)
    with tx.reading():
        (key,) = keys.keys_of(personas.body, Purpose.BADGE)
        assert proof.is_signed(document, key.badge_key)
    assert document["id"] == f"https://localhost:5000/c/{number}"
    assert document["proof"][0]["verificationMethod"] == f"{document['issuer']['id']}#key-1"
    assert document["validUntil"] == "2028-11-23T05:00:00Z"
    subject = document["credentialSubject"]
    assert subject["identifier"][0]["identityHash"] == "Tara Vázquez"
    assert "result" not in subject
    assert "resultDescription" not in subject["achievement"]


def test_the_sealed_page_carries_the_very_document(app: Lms, tx: Transactions, personas: Personas) -> None:
    with tx():
        number = issued(personas).number
    found = made(app, tx, number)
    with tx.reading():
        pdf = files.get(found.pdf_sha256)
        assert sealing.examined(pdf, authorities()) is sealing.Verdict.OURS
        with pikepdf.open(BytesIO(pdf)) as opened:
            attached = opened.attachments["credential.json"].get_file().read_bytes()
        assert attached.decode() == found.json_text


def test_the_log_has_one_entry_that_only_the_salt_opens(app: Lms, tx: Transactions, personas: Personas) -> None:
    with tx():
        number = issued(personas).number
    found = made(app, tx, number)
    made(app, tx, number)
    with tx.reading() as current:
        entries = [json.loads(body) for body in current.scalars(sa.select(LogEntry.body))]
        assert sorted(entry["op"] for entry in entries) == ["did", "issue", "status-list"]
        entry = entries[found.log_number]
        assert entry["id"] == salted(found.salt, number)
        assert entry["vc"] == salted(found.salt, found.json_text)
        assert entry["pdf"] == salted(found.salt, files.get(found.pdf_sha256))
        assert number not in json.dumps(entries)
        assert log.proof_of(found.log_number)
        assert list(log.faults()) == []


def test_the_paper_statement_is_checked_with_the_issuers_key(
    app: Lms, tx: Transactions, personas: Personas
) -> None:
    with tx():
        number = issued(personas).number
    found = made(app, tx, number)
    statement, _signature, _signed = paper.read(found.paper_text)
    assert (statement.number, statement.name) == (number, "Tara Vázquez")
    assert (statement.list_number, statement.list_index) == (1, found.list_index)
    with tx.reading():
        (key,) = keys.keys_of(personas.body, Purpose.BADGE)
    assert statement.key_id == paper.key_id(key.badge_key)


@pytest.mark.parametrize(
    ("shows", "kinds"), [("name", ["name"]), ("name_email", ["name", "emailAddress"]), ("nothing", [])]
)
def test_the_holder_is_identified_as_chosen(
    app: Lms, tx: Transactions, personas: Personas, shows: str, kinds: list[str]
) -> None:
    with tx() as current:
        number = issued(personas).number
        current.execute(sa.update(CredentialIdentity).values(shows=shows))
    document = said(app, made(app, tx, number))
    given = document["credentialSubject"].get("identifier", [])
    assert [one["identityType"] for one in given] == kinds
    for one in given:
        if one["identityType"] == "emailAddress":
            with tx.reading() as current:
                email = current.get_one(Person, personas.trainee).email
            assert one["identityHash"] == badge.identity_hash(email, one["salt"])


def test_a_renewal_keeps_the_address_and_adds_an_entry(app: Lms, tx: Transactions, personas: Personas) -> None:
    with tx():
        number = issued(personas, issued_on=date(2026, 11, 22), valid_until=date(2027, 11, 22)).number
    first = made(app, tx, number)
    with tx():
        services.renew(
            personas.registrar,
            number=number,
            starts_on=date(2027, 11, 23),
            valid_until=date(2029, 11, 22),
            decision_key="renewal:1",
        )
    second = made(app, tx, number)
    assert (first.sequence, second.sequence) == (1, 2)
    with tx.reading() as current:
        before, after = json.loads(first.json_text), json.loads(second.json_text)
        assert before["id"] == after["id"]
        assert before["credentialStatus"] == after["credentialStatus"]
        assert after["validUntil"] == "2029-11-23T05:00:00Z"
        assert after["awardedDate"] == before["awardedDate"]
        bodies = [json.loads(body)["op"] for body in current.scalars(sa.select(LogEntry.body))]
        assert bodies.count("renew") == 1


def test_what_was_made_cannot_be_made_otherwise(app: Lms, tx: Transactions, personas: Personas) -> None:
    with tx():
        number = issued(personas).number
    made(app, tx, number)
    for change in ({"pdf_sha256": "0" * 64}, {"json_sha256": "0" * 64}, {"made_at": None}, {"log_number": 0}):
        with pytest.raises(sa.exc.DBAPIError), tx() as current:
            current.execute(sa.update(CredentialDocument).values(**change))


# --- lists ------------------------------------------------------------------------------------------


def bits(tx: Transactions) -> list[bytes]:
    """The lists as they were signed, the oldest first."""
    with tx.reading() as current:
        rows = current.scalars(sa.select(SignedList.document).order_by(SignedList.id)).all()
    return [status_list.decoded(json.loads(row)["credentialSubject"]["encodedList"]) for row in rows]


def test_a_revocation_sets_the_bit_at_once_and_a_suspension_does_not(
    app: Lms, tx: Transactions, personas: Personas
) -> None:
    with tx():
        number = issued(personas).number
    found = made(app, tx, number)
    with tx():
        services.suspend(personas.registrar, number=number, reason="A complaint is being looked at.")
    made(app, tx, number)
    assert [status_list.is_set(one, found.list_index) for one in bits(tx)] == [False]
    with tx():
        services.revoke(personas.registrar, number=number, reason="It was issued in error.")
    made(app, tx, number)
    assert [status_list.is_set(one, found.list_index) for one in bits(tx)] == [False, True]
    with tx.reading() as current:
        ops = [json.loads(body)["op"] for body in current.scalars(sa.select(LogEntry.body))]
    assert [ops.count(op) for op in ("suspend", "revoke", "status-list")] == [1, 1, 2]


def test_the_old_number_is_ended_when_a_new_one_stands_for_it(
    app: Lms, tx: Transactions, personas: Personas
) -> None:
    with tx():
        old = issued(personas).number
        new = services.replace(
            personas.registrar, number=old, name_as_issued="Tara Vázquez Ruiz", reason="She married."
        ).number
    first, second = made(app, tx, old), made(app, tx, new)
    assert first.list_index != second.list_index
    assert status_list.is_set(bits(tx)[-1], first.list_index)
    assert not status_list.is_set(bits(tx)[-1], second.list_index)


def test_a_list_is_signed_anew_each_day(app: Lms, tx: Transactions, personas: Personas) -> None:
    with tx():
        number = issued(personas).number
    made(app, tx, number)
    for hours, times in ((1, 1), (21, 2), (22, 2), (42, 3)):
        with clock.at(clock.now() + timedelta(hours=hours)):
            made(app, tx, number)
        assert len(bits(tx)) == times


def test_a_full_list_is_followed_by_the_next(tx: Transactions, personas: Personas) -> None:
    with tx() as current:
        issued(personas)
        current.execute(sa.text("UPDATE status_list SET taken = 131072"))
        current.expire_all()
        assert lists.free_place(personas.body)[0] != lists.free_place(personas.foreign_body)[0]
        numbers = current.execute(
            sa.text("SELECT number FROM status_list WHERE organisation_id = :body ORDER BY number"),
            {"body": personas.body},
        )
        assert [row[0] for row in numbers] == [1, 2]


def test_places_never_meet_and_do_not_follow_each_other() -> None:
    size = status_list.ENTRIES
    places = [place_of(turn, "0f" * 16, size) for turn in range(size)]
    assert sorted(places) == list(range(size))
    steps = {after - before for before, after in pairwise(places[:200])}
    assert len(steps) > 150
    with pytest.raises(ValueError, match="no turn"):
        place_of(size, "0f", size)


def test_twenty_issues_at_once_take_twenty_places(tx: Transactions, personas: Personas) -> None:
    def one(number: int) -> str:
        with tx():
            return issued(personas, key=f"decision:{number}").number

    with ThreadPoolExecutor(20) as pool:
        assert len(set(pool.map(one, range(20)))) == 20
    with tx.reading() as current:
        held = current.scalars(sa.select(CredentialIdentity.list_index)).all()
        assert len(set(held)) == current.scalar(sa.select(sa.func.count(Credential.id))) == 20


def test_the_issuer_is_named_as_it_was_then(app: Lms, tx: Transactions, personas: Personas) -> None:
    with tx() as current:
        number = issued(personas).number
        current.get_one(Organisation, personas.body).name = "Renamed Board"
    assert said(app, made(app, tx, number))["issuer"]["name"] != "Renamed Board"
