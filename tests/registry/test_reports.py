"""Verification reports: what they say, that they are signed and stay, and what becomes of them."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

import pikepdf
import pypdfium2
import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask.testing import FlaskClient
from sqlalchemy.exc import DBAPIError

from lms import clock, db, files, worker
from lms.app import Lms, create_app
from lms.audit import Action, AuditEvent
from lms.config import Settings
from lms.credentials import queries, reporting, sealing, services
from lms.credentials.badges import multikey, proof
from lms.credentials.log import notes, tree
from lms.credentials.log.salt import salted
from lms.credentials.models import VerificationReport
from lms.credentials.queries import log
from lms.credentials.queries.check import LogCheck
from lms.credentials.queries.keys import Purpose, keys_of, trusted_methods
from lms.credentials.queries.reports import report
from lms.credentials.services.keys import authorities, badge_signer, give_up
from lms.credentials.services.reports import MOST_IN_A_DAY
from tests.conftest import Clients, Transactions
from tests.credentials.making import issued
from tests.credentials.test_sealing import changed_attachment, changed_page
from tests.personas import Personas

NOW = datetime(2026, 11, 22, 15, 15, tzinfo=UTC)
HOUR = timedelta(hours=1)
PAGE = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.fixture
def anyone(clients: Clients) -> FlaskClient:
    return clients(None)


@pytest.fixture(autouse=True)
def _at_one_moment(app: Lms) -> Iterator[None]:
    with clock.at(NOW):
        yield


@pytest.fixture
def number(app: Lms, tx: Transactions, personas: Personas) -> str:
    """A credential whose documents were made, whose list is signed and which a checkpoint covers."""
    with tx(), clock.at(NOW - 2 * HOUR):
        made = issued(personas, valid_until=date(2028, 11, 21)).number
    with app.app_context(), clock.at(NOW - HOUR):
        worker.run_due()
    with tx():
        services.sign_checkpoint()
    return made


def make(client: FlaskClient, number: str, **form: str) -> str:
    """Press the button; the number of the report that came of it."""
    answer = client.post(f"/verify/{number}/report", data=form)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"].rpartition("/")[2])


def document_of(client: FlaskClient, made: str) -> dict[str, Any]:
    return dict(json.loads(client.get(f"/reports/{made}.json").text))


def said(client: FlaskClient, made: str) -> dict[str, Any]:
    return dict(document_of(client, made)["credentialSubject"])


def text_of(pdf: bytes) -> str:
    return " ".join(
        " ".join(page.get_textpage().get_text_bounded().split()) for page in pypdfium2.PdfDocument(pdf)
    )


def leaves(part: Any, *path: str | int) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Every value of a document with the way to it."""
    pairs = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else None
    if pairs is None:
        yield path, part
        return
    for key, value in pairs:
        yield from leaves(value, *path, key)


def test_the_button_makes_a_page_a_document_and_a_pdf(anyone: FlaskClient, number: str) -> None:
    assert "Make a report of this answer" in anyone.get(f"/verify/{number}").text
    made = make(anyone, number)
    assert reporting.is_number(made)
    page = anyone.get(f"/reports/{made}", headers=PAGE)
    assert page.status_code == 200
    pdf = anyone.get(f"/reports/{made}.pdf")
    assert pdf.mimetype == "application/pdf"
    for shown in (made, number, "Tara Vázquez", "Certified Peer Specialist", "This credential is active."):
        assert shown in page.text, shown
        assert shown in text_of(pdf.data), shown
    for shown in ("Asked November 22, 2026, 10:1", "(America/New_York)", "November 21, 2028", "Page 2 of 2"):
        assert shown in text_of(pdf.data), shown
    assert {one.headers["X-Robots-Tag"].partition(",")[0] for one in (page, pdf)} == {"noindex"}
    assert "no-store" in page.headers["Cache-Control"]


def test_the_document_says_what_was_asked_and_answered_and_no_more(anyone: FlaskClient, number: str) -> None:
    document = document_of(anyone, make(anyone, number))
    assert document["type"] == ["VerifiableCredential", "VerificationReport"]
    subject = document["credentialSubject"]
    asked = subject["question"]
    assert set(asked) == {"credentialNumber", "askedAt", "askedAtThere", "zone"}
    assert (asked["credentialNumber"], asked["zone"]) == (number, "America/New_York")
    assert asked["askedAt"].startswith("2026-11-22T15:1")
    assert asked["askedAtThere"].startswith("2026-11-22T10:1")
    assert datetime.fromisoformat(asked["askedAtThere"]) == datetime.fromisoformat(asked["askedAt"])
    assert subject["answer"]["verdict"] == "active"
    assert subject["answer"]["advice"] == "It was in force when this was asked."
    assert subject["credential"] == {
        "number": number,
        "holderName": "Tara Vázquez",
        "title": "Certified Peer Specialist",
        "kind": "certification",
        "kindWord": "Certification",
        "issuerName": "Peer Certification Board",
        "issuedOn": "2026-11-22",
        "validUntil": "2028-11-21",
    }
    assert [one["result"] for one in subject["checks"]] == ["ok"] * 6
    text = json.dumps(document)
    for private in ("75.5", "Okafor", "Foundations", "advocacy", "reviewer"):
        assert private not in text


def test_a_stranger_can_check_the_signature_with_the_issuers_key(anyone: FlaskClient, number: str) -> None:
    document = document_of(anyone, make(anyone, number))
    method = document["proof"][0]["verificationMethod"]
    did = anyone.get("/issuers/peer-board/did.json").get_json(force=True)
    (key,) = [one for one in did["verificationMethod"] if one["id"] == method]
    assert method in did["assertionMethod"]
    assert document["issuer"]["id"] == did["id"]
    assert proof.is_signed(document, multikey.public_key(key["publicKeyMultibase"]))


def test_no_word_of_it_can_be_changed(anyone: FlaskClient, number: str, tx: Transactions) -> None:
    document = document_of(anyone, make(anyone, number))
    with tx.reading():
        key = multikey.public_key(trusted_methods()[document["proof"][0]["verificationMethod"]])
    bare = {name: part for name, part in document.items() if name != "proof"}
    checked = 0
    for path, value in leaves(bare["credentialSubject"], "credentialSubject"):
        changed = json.loads(json.dumps(document))
        place = changed
        for key_of_part in path[:-1]:
            place = place[key_of_part]
        place[path[-1]] = (
            (not value) if isinstance(value, bool) else value + 1 if isinstance(value, int) else "x:y"
        )
        assert not proof.is_signed(changed, key), path
        checked += 1
    assert checked > 30
    document["credentialSubject"]["note"] = "Also a doctor."
    assert not proof.is_signed(document, key)


def test_the_log_proof_holds_without_us(anyone: FlaskClient, number: str, tx: Transactions) -> None:
    told = said(anyone, make(anyone, number))["publicLog"]
    index, steps, note = notes.proof_in(told["inclusionProof"])
    with tx.reading():
        (key,) = keys_of(None, Purpose.LOG)
        public, origin = key.badge_key, log.origin()
    point = notes.checkpoint_in(note, origin, public)
    assert (index, origin) == (told["entryNumber"], told["origin"])
    assert tree.is_included(told["entry"].encode(), index, point.size, steps, point.root)
    entry = json.loads(told["entry"])
    assert entry["id"] == salted(told["salt"], number)
    assert entry["vc"] == salted(told["salt"], anyone.get(f"/c/{number}.json").text)


def test_the_pdf_is_sealed_and_holds_the_document_and_the_proof(
    anyone: FlaskClient, number: str, tx: Transactions
) -> None:
    made = make(anyone, number)
    data = anyone.get(f"/reports/{made}.pdf").data
    with tx.reading():
        trust = authorities()
    assert sealing.examined(data, trust) is sealing.Verdict.OURS
    for forged in (changed_page(data), changed_attachment(data), data[:-2000]):
        assert sealing.examined(forged, trust) is not sealing.Verdict.OURS
    with pikepdf.open(BytesIO(data)) as pdf:
        held = {name: file.get_file().read_bytes() for name, file in pdf.attachments.items()}
        assert str(pdf.Root.Lang) == "en-US"
        assert pdf.Root.StructTreeRoot is not None
        assert [str(one.UF) for one in pdf.Root.AF] == ["report.json", "log-proof.json"]
    assert held["report.json"] == anyone.get(f"/reports/{made}.json").data
    assert json.loads(held["log-proof.json"]) == anyone.get(f"/c/{number}.proof").get_json(force=True)


def test_a_report_stays_as_it_was_made(
    anyone: FlaskClient, number: str, tx: Transactions, personas: Personas
) -> None:
    made = make(anyone, number)
    before = [anyone.get(f"/reports/{made}.{form}").data for form in ("json", "pdf")]
    with tx(), clock.at(NOW + HOUR):
        services.revoke(personas.registrar, number=number, reason="A secret.", reason_class="conduct")
    with clock.at(NOW + 2 * HOUR):
        page = anyone.get(f"/reports/{made}", headers=PAGE).text
        assert "This credential is active." in page
        assert "This credential was revoked on" in page  # what the answer is today
        later = make(anyone, number)
    assert [anyone.get(f"/reports/{made}.{form}").data for form in ("json", "pdf")] == before
    answer = said(anyone, later)["answer"]
    assert (answer["verdict"], answer["reasonClass"], answer["since"]) == ("revoked", "conduct", "2026-11-22")
    assert "A secret" not in anyone.get(f"/reports/{later}").text
    text = text_of(anyone.get(f"/reports/{later}.pdf").data)
    assert "This credential was revoked on Nov 22, 2026." in text
    assert "Kind of reason Conduct" in text


def test_a_report_as_of_an_earlier_day(
    anyone: FlaskClient, number: str, tx: Transactions, personas: Personas
) -> None:
    with tx(), clock.at(NOW + timedelta(days=3)):
        services.suspend(personas.registrar, number=number, reason="A complaint.")
    with clock.at(NOW + timedelta(days=9)):
        page = anyone.get(f"/verify/{number}?as_of=2026-11-23").text
        assert f'href="/verify/{number}/report?as_of=2026-11-23"' in page
        assert 'name="as_of" value="2026-11-23"' in anyone.get(f"/verify/{number}/report?as_of=2026-11-23").text
        now, then = make(anyone, number), make(anyone, number, as_of="2026-11-23")
        assert now != then
        assert said(anyone, now)["answer"]["status"] == "suspended"
        told = said(anyone, then)
        assert told["answer"]["status"] == "active"
        assert told["question"]["asOfDay"] == "2026-11-23"
        assert told["answer"]["advice"].startswith("So it stood at the end of Nov 23, 2026")
        assert "at the end of November 23, 2026" in text_of(anyone.get(f"/reports/{then}.pdf").data)
        for day, sentence in (("2999-01-01", "still to come"), ("yesterday", "Write the day like")):
            refused = anyone.post(f"/verify/{number}/report", data={"as_of": day})
            assert refused.status_code == 422
            assert sentence in refused.text


def test_a_button_pressed_twice_makes_one(anyone: FlaskClient, number: str, tx: Transactions) -> None:
    first = make(anyone, number)
    assert make(anyone, number) == first
    with clock.at(NOW + timedelta(minutes=1)):
        assert make(anyone, number) == first
    with clock.at(NOW + timedelta(minutes=5)):
        assert make(anyone, number) != first
    with tx.reading() as current:
        assert current.scalar(sa.select(sa.func.count(VerificationReport.id))) == 2


def test_two_at_the_same_time_make_one(app: Lms, clients: Clients, number: str, tx: Transactions) -> None:
    browsers, made = [clients(None) for _ in range(2)], []
    gate = threading.Barrier(2)

    def press(browser: FlaskClient) -> None:
        gate.wait()
        made.append(make(browser, number))

    threads = [threading.Thread(target=press, args=(browser,)) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 2
    assert len(set(made)) == 1


def test_an_answer_that_changed_is_another_report(
    anyone: FlaskClient, number: str, tx: Transactions, personas: Personas
) -> None:
    first = make(anyone, number)
    with tx():
        services.suspend(personas.registrar, number=number, reason="A complaint.")
    assert make(anyone, number) != first


def test_no_more_than_so_many_in_a_day(anyone: FlaskClient, number: str, tx: Transactions) -> None:
    made = make(anyone, number)
    with tx() as current:
        row = current.scalars(sa.select(VerificationReport)).one()
        values = {column.name: getattr(row, column.name) for column in VerificationReport.__table__.columns}
        current.execute(
            sa.insert(VerificationReport),
            [
                values | {"id": None, "number": reporting.new_number(), "made_at": NOW - HOUR}
                for _ in range(MOST_IN_A_DAY - 1)
            ],
        )
    assert make(anyone, number) == made
    with clock.at(NOW + timedelta(minutes=5)):
        refused = anyone.post(f"/verify/{number}/report")
    assert refused.status_code == 409
    assert "please make a report tomorrow" in refused.text
    with clock.at(NOW + timedelta(days=1, minutes=5)):
        make(anyone, number)


def test_the_button_works_a_few_times_a_minute(database_url: str, number: str, settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"env": "demo"}))
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    codes = [client.post(f"/verify/{number}/report").status_code for _ in range(11)]
    with app.app_context():
        db.db.engine.dispose()
    assert codes == [303] * 10 + [429]


def test_the_button_needs_the_page_it_stands_on(number: str, app: Lms) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    browser = app.test_client()
    assert browser.post(f"/verify/{number}/report").status_code == 400
    assert "Set-Cookie" not in browser.get(f"/verify/{number}").headers
    form = browser.get(f"/verify/{number}/report").text
    token = form.partition('name="csrf_token" value="')[2].partition('"')[0]
    assert browser.post(f"/verify/{number}/report", data={"csrf_token": token}).status_code == 303


@pytest.mark.parametrize("typed", ["0000-0000-0000-0000-0000", "nothing", "VR-0000-0000-0000-0000"])
def test_a_number_of_nobody_answers_as_everywhere(typed: str, anyone: FlaskClient, number: str) -> None:
    assert anyone.post(f"/verify/{typed}/report").status_code == 404
    unknown = anyone.get(f"/reports/{typed}", headers=PAGE)
    assert unknown.status_code == 404
    never = anyone.get(f"/reports/{reporting.new_number()}", headers=PAGE)
    assert never.status_code == 404
    assert "We know of no report with this number." in unknown.text
    assert [line for line in never.text.splitlines() if "nonce" not in line] == [
        line for line in unknown.text.splitlines() if "nonce" not in line
    ]
    assert anyone.get(f"/verify/{typed}/report").status_code == 404
    assert "Make a report" not in anyone.get(f"/verify/{typed}").text


def test_the_number_is_read_as_people_type_it(anyone: FlaskClient, number: str) -> None:
    made = make(anyone, number)
    for typed in (
        made.lower(),
        made.replace("-", ""),
        made.replace("0", "O"),
        f"https://x.test/reports/{made}",
    ):
        there = anyone.post("/verify", data={"number": typed})
        assert there.headers["Location"] == f"/reports/{made}"
    assert anyone.get(f"/reports/{made.lower()}").status_code == 200
    assert anyone.get(f"/reports/{made[:-1]}{'2' if made[-1] != '2' else '3'}").status_code == 404


@pytest.mark.parametrize("accept", ["", "*/*", "application/json", "application/vc"])
def test_programs_get_the_document(accept: str, anyone: FlaskClient, number: str) -> None:
    made = make(anyone, number)
    answer = anyone.get(f"/reports/{made}", headers={"Accept": accept} if accept else {})
    assert answer.data == anyone.get(f"/reports/{made}.json").data
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Accept" in answer.headers["Vary"]


def test_erasing_takes_what_the_reports_say(
    anyone: FlaskClient, number: str, tx: Transactions, personas: Personas
) -> None:
    made = make(anyone, number)
    with tx.reading():
        card = report(made)
    with tx():
        services.erase(personas.registrar, number=number, reason="Asked for.")
    with tx.reading():
        assert not files.exists(card.json_sha256)
        assert not files.exists(card.pdf_sha256)
        assert report(made).json_sha256 == card.json_sha256
        assert not list(LogCheck().faults())
    for address in (f"/reports/{made}", f"/reports/{made}.json", f"/reports/{made}.pdf"):
        for headers in (PAGE, {}):
            gone = anyone.get(address, headers=headers)
            assert gone.status_code == 410
            assert "holder's data were erased" in gone.text.replace("&#39;", "'")
            assert "Tara" not in gone.text
    assert anyone.post(f"/verify/{number}/report").status_code == 404
    assert anyone.get(f"/verify/{number}/report").status_code == 404
    assert "Make a report" not in anyone.get(f"/verify/{number}").text


def test_the_check_of_the_log_names_a_report_whose_file_is_gone(
    anyone: FlaskClient, number: str, tx: Transactions
) -> None:
    made = make(anyone, number)
    with tx.reading():
        assert not list(LogCheck().faults())
        files.remove(report(made).pdf_sha256)
        (fault,) = LogCheck().faults()
    assert made in fault


def test_rows_are_never_changed(anyone: FlaskClient, number: str, tx: Transactions) -> None:
    make(anyone, number)
    for statement in ("UPDATE verification_report SET language = 'es'", "DELETE FROM verification_report"):
        with pytest.raises(DBAPIError), tx() as current:
            current.execute(sa.text(statement))


def test_who_made_it_is_noted_of_those_who_are_signed_in_alone(
    anyone: FlaskClient, clients: Clients, number: str, tx: Transactions, personas: Personas
) -> None:
    noted = sa.select(AuditEvent).where(AuditEvent.action == Action.CREDENTIALS_MAKE_REPORT.value)
    make(anyone, number)
    with tx.reading() as current:
        assert current.scalars(noted).all() == []
    with clock.at(NOW + HOUR):
        made = make(clients(personas.supervisor), number)
    with tx.reading() as current:
        (event,) = current.scalars(noted)
        assert (event.actor_id, event.details["number"]) == (personas.supervisor, made)


def test_a_report_whose_key_others_know_is_not_to_be_relied_on(
    anyone: FlaskClient, number: str, tx: Transactions, personas: Personas, app: Lms
) -> None:
    made = make(anyone, number)
    with tx():
        give_up(None, organisation_id=personas.body, purpose=Purpose.BADGE)
    assert "Do not rely on this report" in anyone.get(f"/reports/{made}", headers=PAGE).text
    with app.app_context():
        worker.run_due()
    with clock.at(NOW + HOUR):
        again = make(anyone, number)
    assert "Do not rely on this report" not in anyone.get(f"/reports/{again}", headers=PAGE).text
    assert document_of(anyone, again)["proof"][0]["verificationMethod"].endswith("#key-2")


def test_a_report_can_be_made_before_the_documents_are(
    anyone: FlaskClient, tx: Transactions, personas: Personas
) -> None:
    with tx():
        fresh = issued(personas).number
    made = make(anyone, fresh)
    told = said(anyone, made)
    assert "publicLog" not in told
    assert [one["result"] for one in told["checks"]] == ["ok", "ok", "ok", "wait", "wait", "wait"]
    assert "still being made" in text_of(anyone.get(f"/reports/{made}.pdf").data)
    assert anyone.get(f"/reports/{made}", headers=PAGE).status_code == 200


def test_a_document_that_was_changed_on_disk_is_told(
    anyone: FlaskClient, number: str, tx: Transactions, app: Lms
) -> None:
    with tx.reading():
        made = queries.document_of(queries.credential(number))
        assert made is not None
        files.remove(made.json_sha256)
    checks = said(anyone, make(anyone, number))["checks"]
    assert [one["result"] for one in checks] == ["ok", "ok", "ok", "stop", "ok", "stop"]


def test_what_ended_for_good_has_no_days_of_grace(
    anyone: FlaskClient, number: str, tx: Transactions, personas: Personas
) -> None:
    with tx():
        services.relinquish(personas.registrar, number=number, reason="Moved away.")
    told = said(anyone, make(anyone, number))
    assert told["answer"]["status"] == "relinquished"
    assert "graceEndsOn" not in told["credential"]


def test_the_report_is_in_the_language_of_who_asks(anyone: FlaskClient, number: str) -> None:
    english = make(anyone, number)
    anyone.get(f"/verify/{number}?lang=es")
    spanish = make(anyone, number)
    assert english != spanish
    told = said(anyone, spanish)
    assert told["inLanguage"] == "es"
    assert told["answer"]["sentence"] == "Esta credencial está activa."
    text = text_of(anyone.get(f"/reports/{spanish}.pdf").data)
    for shown in ("Informe de verificación", "Válida hasta el 21 de noviembre de 2028", "en orden"):
        assert shown in text
    with pikepdf.open(BytesIO(anyone.get(f"/reports/{spanish}.pdf").data)) as pdf:
        assert str(pdf.Root.Lang) == "es-US"
    page = anyone.get(f"/reports/{english}", headers=PAGE).text
    assert '<section class="card seal " lang="en">' in page


def sent(client: FlaskClient, data: bytes) -> dict[str, Any]:
    """What is said of a file of these bytes."""
    return dict(
        client.post("/verify/file?format=json", data={"file": (BytesIO(data), "report")}).get_json(force=True)
    )


def test_our_report_is_known_again_and_told_how_it_stands_today(
    anyone: FlaskClient, number: str, tx: Transactions, personas: Personas
) -> None:
    made = make(anyone, number, as_of="2026-11-22")
    files_of_it = [anyone.get(f"/reports/{made}.{form}").data for form in ("json", "pdf")]
    with tx(), clock.at(NOW + HOUR):
        services.suspend(personas.registrar, number=number, reason="A complaint.")
    with clock.at(NOW + 2 * HOUR):
        for data in files_of_it:
            told = sent(anyone, data)
            assert told["file"] == "ours"
            assert told["message"].startswith(f"This is our report {made} of Nov 22, 2026")
            messages = [one["message"] for one in told["checks"]]
            assert "It is the very file that was made, byte for byte." in messages
            assert "It was asked how things stood on Nov 22, 2026." in messages
            assert "It said then: On Nov 22, 2026 this credential was active." in messages
            assert messages[-1] == "Today: This credential is suspended since Nov 22, 2026."
            assert told["register"]["status"] == "suspended"
        page = anyone.post("/verify/file", data={"file": (BytesIO(files_of_it[1]), "report.pdf")}).text
    assert f"This is our report {made}" in page
    assert "The page bears our seal, and nothing was changed under it." in page


def test_a_report_that_was_changed_is_not_to_be_relied_on(anyone: FlaskClient, number: str) -> None:
    made = make(anyone, number)
    pdf, document = anyone.get(f"/reports/{made}.pdf").data, document_of(anyone, made)
    said_otherwise = json.loads(json.dumps(document))
    said_otherwise["credentialSubject"]["credential"]["holderName"] = "Somebody Else"
    unsigned_word = json.loads(json.dumps(document))
    unsigned_word["credentialSubject"]["@note"] = "Also a doctor."
    nothing_said = json.loads(json.dumps(document))
    nothing_said["credentialSubject"]["answer"]["note"] = None
    forged = [json.dumps(one).encode() for one in (said_otherwise, unsigned_word, nothing_said)]
    for data in (changed_page(pdf), changed_attachment(pdf), *forged):
        told = sent(anyone, data)
        assert told["file"] == "not_to_be_trusted"
        assert told["message"] == "This file was changed after it was issued. Do not rely on it."
        assert not any("said then" in one["message"] for one in told["checks"])


def test_a_report_under_another_key_is_not_ours(
    anyone: FlaskClient, number: str, tx: Transactions, personas: Personas
) -> None:
    document = document_of(anyone, make(anyone, number))
    bare = {name: part for name, part in document.items() if name != "proof"}
    method = document["proof"][0]["verificationMethod"]
    signed = proof.sign(bare, Ed25519PrivateKey.generate(), method=method, at=NOW)
    assert sent(anyone, json.dumps(signed).encode())["file"] == "not_to_be_trusted"
    with tx():
        give_up(None, organisation_id=personas.body, purpose=Purpose.BADGE)
    told = sent(anyone, json.dumps(document).encode())
    assert told["message"].startswith("This file is not signed by anybody who issues here.")


def test_a_report_with_our_signature_that_was_never_made_here_is_refused(
    anyone: FlaskClient, number: str, tx: Transactions, personas: Personas
) -> None:
    document = document_of(anyone, make(anyone, number))
    bare = {name: part for name, part in document.items() if name != "proof"}
    bare["credentialSubject"]["reportNumber"] = reporting.new_number()
    with tx():
        _key, signer = badge_signer(personas.body)
    method = document["proof"][0]["verificationMethod"]
    told = sent(anyone, json.dumps(proof.sign(bare, signer, method=method, at=NOW)).encode())
    assert told["message"] == "We did not make this report. Do not rely on it."


def test_a_kept_report_of_an_erased_credential_is_told_to_be_ours_and_no_more(
    anyone: FlaskClient, number: str, tx: Transactions, personas: Personas
) -> None:
    kept = anyone.get(f"/reports/{make(anyone, number)}.pdf").data
    with tx():
        services.erase(personas.registrar, number=number, reason="Asked for.")
    told = sent(anyone, kept)
    assert told["checks"][-1]["message"].startswith("Today: The data of this credential were erased")
    assert told["register"] is None
    assert "Tara" not in json.dumps(told)


@pytest.mark.parametrize(
    "name",
    [
        *("Marisol Vázquez Ortega", "Ελένη Παπαδοπούλου", "Анна Ковалёва", "Nguyễn Thị Ánh Tuyết"),
        *("عائشة الفارسي", "שרה לוי", "प्रिया श्रीवास्तव", "王小明", "山田 花子", "김민준", "Þórður Ægisson"),
        "Ngozi " + "van den Berg " * 9 + "Ọlá",
    ],
)
def test_names_in_many_scripts(name: str, anyone: FlaskClient, tx: Transactions, personas: Personas) -> None:
    with tx():
        number = issued(personas, name_as_issued=name).number
    made = make(anyone, number)
    assert said(anyone, made)["credential"]["holderName"] == " ".join(name.split())
    with pikepdf.open(BytesIO(anyone.get(f"/reports/{made}.pdf").data)) as pdf:
        told = [str(one.get("/ActualText", "")) for one in pdf.objects if isinstance(one, pikepdf.Dictionary)]
    assert f"Name: {' '.join(name.split())}" in told
