"""The looks of certificates: chosen by the registrar, kept as versions, frozen into what is issued."""

from dataclasses import replace
from io import BytesIO
from typing import Any

import pypdfium2
import pytest
import sqlalchemy as sa
import zxingcpp

from lms import files, worker
from lms.app import Lms
from lms.audit import AuditEvent
from lms.credentials import queries as credentials
from lms.credentials.look import Look, Signatory
from lms.credentials.queries import templates as queries
from lms.credentials.services import documents
from lms.credentials.services import templates as services
from lms.errors import Conflict, Invalid
from tests.conftest import Clients, Transactions
from tests.credentials.making import issued
from tests.credentials.test_look import picture
from tests.personas import Personas

PLACE = "/register/templates/every?organisation=peer-board"
PREVIEW = "/register/templates/every/preview?organisation=peer-board"
TYPED = {
    "organisation_name": "Board of Peers",
    "accent": "#7A1F3D",
    "trim": "#3d6a7a",
    "seal": "none",
    "signatory_1_name": "Ada Lovelace",
    "signatory_1_title": "Chair",
    "certification_en": "is certified by its peers as",
    "after": "0",
}


def save(personas: Personas, look: Look, after: int = 0, scheme_id: str = "", seal: bytes | None = None) -> int:
    return services.save(
        personas.registrar,
        organisation_id=personas.body,
        scheme_id=scheme_id,
        look=look,
        seal=seal,
        after=after,
    )


def test_each_choice_is_a_version_and_the_old_ones_stay(tx: Transactions, personas: Personas) -> None:
    first, second = Look(accent="#7a1f3d"), Look(accent="#1f3d7a", signatories=(Signatory("Ada"),))
    with tx():
        assert save(personas, first) == 1
    with tx.reading():
        frozen = queries.template_for(personas.body, "peer-specialist")
        assert frozen is not None
        assert frozen.version_id
    with tx():
        assert save(personas, second, after=1) == 2
        assert save(personas, Look(accent="#003300"), scheme_id="peer-specialist") == 1
    with tx.reading() as current:
        assert queries.look_of(frozen.version_id) == frozen
        now = queries.template_for(personas.body, "another")
        assert now is not None
        assert replace(now, version_id=0) == second
        own = queries.template_for(personas.body, "peer-specialist")
        assert own is not None
        assert own.accent == "#003300"
        assert queries.template_for(personas.provider, "peer-specialist") is None
        assert queries.look_of(0) is None
        assert [card.scheme_id for card in queries.templates_of(personas.body)] == ["", "peer-specialist"]
        found = current.scalars(
            sa.select(AuditEvent.action).where(AuditEvent.subject == "certificate_template")
        )
        assert list(found) == ["credentials.save_template"] * 3


def test_the_second_of_two_at_once_is_told(tx: Transactions, personas: Personas) -> None:
    with tx():
        save(personas, Look())
    with pytest.raises(Conflict), tx():
        save(personas, Look(accent="#003300"))


@pytest.mark.parametrize(
    "statement", ["UPDATE certificate_template SET version = 9", "DELETE FROM certificate_template"]
)
def test_a_version_can_not_be_changed(tx: Transactions, personas: Personas, statement: str) -> None:
    with tx():
        save(personas, Look())
    with pytest.raises(sa.exc.DBAPIError), tx() as current:
        current.execute(sa.text(statement))


def test_a_seal_is_kept_and_stays_with_the_next_version(tx: Transactions, personas: Personas) -> None:
    with tx():
        save(personas, Look(seal="picture"), seal=picture())
    with tx():
        save(personas, Look(seal="picture", accent="#003300"), after=1)
    with tx.reading():
        look = queries.template_for(personas.body, "")
        assert look is not None
        assert look.seal_png.startswith(b"\x89PNG")
        assert look.accent == "#003300"


@pytest.mark.parametrize(
    ("look", "seal", "field", "words"),
    [
        (Look(accent="#ffd400"), None, "accent", "too pale"),
        (Look(accent="teal"), None, "accent", "#0b5a60"),
        (Look(trim="#12"), None, "trim", "#0b5a60"),
        (Look(seal="gold"), None, "seal", "Choose a seal"),  # type: ignore[arg-type]
        (Look(seal="picture"), None, "seal_file", "Choose the picture"),
        (Look(seal="picture"), b"GIF89a", "seal_file", "not a PNG"),
        (Look(seal="picture"), b"\0" * 600_000, "seal_file", "500 kB"),
        (Look(signatories=(Signatory("", "Chair"),)), None, "signatory_1_name", "belongs to this title"),
        (Look(signatories=(Signatory("A\x07da"),)), None, "signatory_1_name", "U+0007"),
        (Look(organisation_name="ꦗꦮ"), None, "organisation_name", "ꦗ"),
        (Look(wording=(("completion", "en", "is now certified as"),)), None, "completion_en", "certification"),
        (Look(wording=(("completion", "es", "tiene licencia de"),)), None, "completion_es", "certification"),
        (Look(wording=(("certification", "en", "x" * 121),)), None, "certification_en", "120"),
    ],
)
def test_what_cannot_be_printed_is_refused_in_words(
    tx: Transactions, personas: Personas, look: Look, seal: bytes | None, field: str, words: str
) -> None:
    with tx(), pytest.raises(Invalid) as refused:
        save(personas, look, seal=seal)
    assert refused.value.field == field
    assert words in refused.value.message


def test_the_registrar_chooses_sees_a_sample_and_saves(
    tx: Transactions, clients: Clients, personas: Personas
) -> None:
    registrar = clients(personas.registrar)
    assert (
        "/register/templates?organisation=peer-board" in registrar.get("/register?organisation=peer-board").text
    )
    listed = registrar.get("/register/templates?organisation=peer-board").text
    assert "All certificates without a design of their own" in listed
    assert "As the house draws it" in listed
    assert 'name="accent"' in registrar.get(PLACE).text
    sample = registrar.post(PREVIEW, data={**TYPED, "sample": "certification"})
    assert sample.mimetype == "application/pdf"
    text = pypdfium2.PdfDocument(sample.data)[0].get_textpage().get_text_bounded()
    for shown in ("BOARD OF PEERS", "Sample Holder", "is certified by its peers as", "Ada Lovelace"):
        assert shown in text
    with tx.reading():
        assert queries.templates_of(personas.body) == ()
    assert registrar.post(PLACE, data=TYPED).status_code == 303
    page = registrar.get(PLACE).text
    for shown in (
        "Board of Peers",
        "#7a1f3d",
        "Ada Lovelace",
        "Version 1",
        'name="after" type="hidden" value="1"',
    ):
        assert shown in page
    assert "Version 1" in registrar.get("/register/templates?organisation=peer-board").text


def test_a_fault_is_told_and_nothing_typed_is_lost(clients: Clients, personas: Personas) -> None:
    registrar = clients(personas.registrar)
    for address in (PLACE, PREVIEW):
        answer = registrar.post(address, data={**TYPED, "accent": "#ffe000"})
        assert answer.status_code == 422
        for shown in ("too pale", "Board of Peers", "is certified by its peers as", "#ffe000"):
            assert shown in answer.text


def test_a_seal_is_uploaded_on_the_page(clients: Clients, personas: Personas, tx: Transactions) -> None:
    registrar = clients(personas.registrar)

    def sent(data: bytes) -> Any:
        typed = {**TYPED, "seal": "picture", "seal_file": (BytesIO(data), "seal.png")}
        return registrar.post(PLACE, data=typed, content_type="multipart/form-data")

    assert "not a PNG" in sent(b"<svg/>").text
    assert sent(picture()).status_code == 303
    with tx.reading():
        look = queries.template_for(personas.body, "")
        assert look is not None
        assert look.seal == "picture"


def test_others_do_not_find_the_page(clients: Clients, personas: Personas) -> None:
    for person in (personas.trainee, personas.reviewer, personas.foreign_registrar):
        client = clients(person)
        assert client.get(PLACE).status_code in (403, 404)
        assert client.post(PLACE, data=TYPED).status_code in (403, 404)
        assert client.post(PREVIEW, data=TYPED).status_code in (403, 404)
    registrar = clients(personas.registrar)
    assert registrar.get("/register/templates/no-such?organisation=peer-board").status_code == 404


def test_what_is_issued_keeps_its_design(app: Lms, tx: Transactions, personas: Personas) -> None:
    with tx():
        save(personas, Look(organisation_name="Board of Peers", accent="#7a1f3d"))
    with tx():
        made = issued(personas)
    with tx():
        save(personas, Look(organisation_name="Another Name"), after=1)
    with tx.reading():
        card = credentials.credential(made.number)
        look = documents.certificate_facts(card).look
        assert look is not None
        assert (look.organisation_name, look.accent) == ("Board of Peers", "#7a1f3d")
    with app.app_context():
        worker.run_due()
    with tx.reading():
        found = credentials.document_of(credentials.credential(made.number))
        assert found is not None
        assert found.pdf_sha256
        pdf = files.get(found.pdf_sha256)
        text = pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_bounded()
        assert "BOARD OF PEERS" in text
        picture_of_page = pypdfium2.PdfDocument(pdf)[0].render(scale=150 / 72).to_pil()
        codes = {code.text for code in zxingcpp.read_barcodes(picture_of_page)}
        assert codes == {documents.verify_url(made.number), found.paper_text}
