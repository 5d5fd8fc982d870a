"""The transcript: what it lists, over how many pages, told to readers, and for whom."""

import json
import re
from dataclasses import replace
from io import BytesIO

import pikepdf
import pypdfium2
import pytest
from pikepdf import Array, Dictionary, Name

from lms import worker
from lms.app import Lms
from lms.credentials import queries, sealing, services
from lms.credentials.badges import multikey, proof
from lms.credentials.certificate import CertificateFacts
from lms.credentials.facts import CredentialFacts
from lms.credentials.queries.keys import Purpose, signing_key, trusted_methods
from lms.credentials.services import keys
from lms.credentials.services.transcripts import transcript_of
from lms.credentials.transcript import draw_transcript
from tests.conftest import Clients, Transactions
from tests.credentials.making import FACTS, issued
from tests.credentials.test_certificate import CERTIFICATION, COMPLETION
from tests.personas import Personas

DOMAINS = (("advocacy", 600), ("ethical_responsibility", 930), ("recovery_wellness", 3000))
FULL = replace(CERTIFICATION, content=replace(FACTS, domains=DOMAINS))
LONG = replace(
    FULL,
    content=replace(
        FACTS, examinations=tuple(f"Examination number {at} of the long series" for at in range(60))
    ),
)


def text_of(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]


def test_it_lists_all_that_is_noted() -> None:
    (text,) = text_of(draw_transcript(FULL))
    for shown in (
        *("Transcript", "Marisol Vázquez Ortega", "Certified Peer Specialist", FULL.number, "Page 1 of 1"),
        *("November 22, 2026", "November 22, 2028", "Version 2026.1", "Peer specialist, state scheme"),
        *("in person 40 hours", "live online 20 hours", "at own pace 15.5 hours", "All hours 75.5 hours"),
        *("Advocacy 10 hours", "Ethical responsibility 15.5 hours", "Recovery and wellness 50 hours"),
        *("Practice under supervision 500 hours", "Supervision received 25 hours"),
        *("Foundations examination Passed", "It is none itself"),
    ):
        assert shown in text, shown


def test_nothing_is_said_of_what_is_not_noted() -> None:
    (text,) = text_of(draw_transcript(replace(COMPLETION, content=CredentialFacts())))
    assert "No hours or examinations" in text
    for absent in ("Valid until", "Supervision", "All hours", "Scheme 2"):
        assert absent not in text


def test_a_long_one_goes_on_over_pages_and_says_how_many() -> None:
    pages = text_of(draw_transcript(LONG))
    assert len(pages) == 3
    for at, page in enumerate(pages, 1):
        assert f"Page {at} of 3" in page
        assert LONG.verify_url in page
        assert "Examination Result" in page or at == 1
    shown = re.findall(r"Examination number (\d+) of", " ".join(pages))
    assert shown == [str(at) for at in range(60)]


def test_in_spanish_and_in_other_scripts() -> None:
    facts = replace(FULL, name="محمد عبد الله", content=replace(FULL.content, language="es"))
    pdf = draw_transcript(facts)
    assert "Defensa de derechos 10 horas" in text_of(pdf)[0]
    with pikepdf.open(BytesIO(pdf)) as document:
        elements = [one for one in document.objects if isinstance(one, Dictionary) and "/S" in one]
        assert [str(one.ActualText) for one in elements if "/ActualText" in one] == ["محمد عبد الله"]
        assert str(document.Root.Lang) == "es-US"


def test_the_same_facts_give_the_same_bytes() -> None:
    assert draw_transcript(LONG) == draw_transcript(LONG)
    assert draw_transcript(FULL) != draw_transcript(replace(FULL, name="Another"))


@pytest.mark.parametrize("facts", [FULL, LONG, COMPLETION])
def test_every_mark_of_every_page_is_in_the_tree_once(facts: CertificateFacts) -> None:
    every_mark_is_in_the_tree_once(draw_transcript(facts))


def every_mark_is_in_the_tree_once(data: bytes) -> None:
    """Look through the pages of a tagged PDF with tables."""
    with pikepdf.open(BytesIO(data)) as pdf:
        told: dict[tuple[int, int], list[int]] = {}
        tables = []

        def walk(element: pikepdf.Object) -> None:
            if str(element.get("/S", "")) == "/Table":
                tables.append([str(row.S) for row in element.K])
            inside = element.get("/K")
            for child in inside if isinstance(inside, Array) else [inside]:
                if isinstance(child, int):
                    told.setdefault(element.Pg.objgen, []).append(child)
                elif isinstance(child, Dictionary) and "/S" in child:
                    assert child.P.objgen == element.objgen
                    walk(child)

        walk(pdf.Root.StructTreeRoot.K)
        assert tables
        assert {role for rows in tables for role in rows} == {"/TR"}
        for at, page in enumerate(pdf.pages):
            marks = [
                int(operands[1].MCID)
                for operands, operator in pikepdf.parse_content_stream(page)
                if str(operator) == "BDC" and str(operands[0]) != "/Span"
            ]
            assert marks == list(range(len(marks)))
            assert sorted(told[page.obj.objgen]) == marks
            assert page.obj.StructParents == at
            numbers = pdf.Root.StructTreeRoot.ParentTree.Nums
            assert numbers[2 * at] == at
            assert len(numbers[2 * at + 1]) == len(marks)
        heads = [one for one in pdf.objects if isinstance(one, Dictionary) and one.get("/S") == Name.TH]
        assert all(head.A.Scope == Name.Column for head in heads)


def test_the_holder_takes_it_sealed_and_strangers_do_not(
    tx: Transactions, clients: Clients, personas: Personas
) -> None:
    with tx():
        made = issued(personas)
        keys.seal_of(personas.body)
    address = f"/credentials/{made.number}/transcript.pdf"
    answer = clients(personas.trainee).get(address)
    assert answer.mimetype == "application/pdf"
    assert f"transcript-{made.number}.pdf" in answer.headers["Content-Disposition"]
    with tx.reading():
        assert sealing.examined(answer.data, keys.authorities()) is sealing.Verdict.OURS
    assert "500 hours" in text_of(answer.data)[0]
    assert "transcript.pdf" in clients(personas.trainee).get(f"/credentials/{made.number}").text
    assert clients(personas.other_trainee).get(address).status_code == 404
    assert clients(personas.foreign_registrar).get(address).status_code == 404


def test_without_a_key_nothing_is_made_by_looking(tx: Transactions, personas: Personas) -> None:
    with tx():
        made = issued(personas)
    with tx.reading():
        card = replace(queries.credential(made.number), organisation_id=personas.provider)
        assert signing_key(personas.provider, Purpose.SEAL) is None
        assert sealing.examined(transcript_of(card), []) is sealing.Verdict.UNSIGNED
        assert signing_key(personas.provider, Purpose.SEAL) is None


def test_an_erased_credential_has_none(tx: Transactions, clients: Clients, personas: Personas) -> None:
    with tx():
        made = issued(personas)
        services.erase(personas.registrar, number=made.number, reason="The holder asked for it.")
    answer = clients(personas.trainee).get(f"/credentials/{made.number}/transcript.pdf")
    assert answer.status_code == 404


def test_the_record_for_machines_is_the_same_each_time_and_is_in_the_pdf(
    app: Lms, tx: Transactions, clients: Clients, personas: Personas
) -> None:
    with tx():
        made = issued(personas)
    holder, address = clients(personas.trainee), f"/credentials/{made.number}/transcript.json"
    assert holder.get(address).status_code == 404  # Its documents are still to be made.
    assert "transcript.json" not in holder.get(f"/credentials/{made.number}").text
    with app.app_context():
        worker.run_due()
    answer = holder.get(address)
    assert answer.mimetype == "application/vc"
    assert answer.data == holder.get(address).data
    document = json.loads(answer.data)
    public = json.loads(clients(None).get(f"/c/{made.number}.json").data)
    with tx.reading():
        key = multikey.public_key(trusted_methods()[document["proof"][0]["verificationMethod"]])
    (record,) = document["credentialSubject"]["verifiableCredential"]
    assert proof.is_signed(document, key)
    assert proof.is_signed(record, key)
    for shared in ("issuer", "validFrom", "awardedDate", "credentialStatus"):
        assert document[shared] == record[shared] == public[shared]
    values = [one["value"] for one in record["credentialSubject"]["result"]]
    assert "500" in values
    assert "result" not in public["credentialSubject"]
    assert "transcript.json" in holder.get(f"/credentials/{made.number}").text
    with pikepdf.open(BytesIO(holder.get(f"/credentials/{made.number}/transcript.pdf").data)) as pdf:
        (file,) = pdf.Root.AF
        assert bytes(file.EF.F.read_bytes()) == answer.data
    assert clients(personas.other_trainee).get(address).status_code == 404
    assert clients(None).get(address).status_code in (302, 401, 404)


def test_a_key_that_others_know_signs_no_record(
    app: Lms, tx: Transactions, clients: Clients, personas: Personas
) -> None:
    with tx():
        made = issued(personas)
    with app.app_context():
        worker.run_due()
    address = f"/credentials/{made.number}/transcript.json"
    before = clients(personas.trainee).get(address).data
    with tx():
        keys.give_up(personas.registrar, organisation_id=personas.body, purpose=Purpose.BADGE)
    assert clients(personas.trainee).get(address).status_code == 404
    with app.app_context():
        worker.run_due()
    after = clients(personas.trainee).get(address).data
    assert json.loads(after)["proof"] != json.loads(before)["proof"]
