"""The packet of evidence: what is in it, what never is, and that the same data give the same bytes."""

import csv
import hashlib
import json
from datetime import date
from io import BytesIO, StringIO
from zipfile import ZipFile

import pypdf
import pytest
import sqlalchemy as sa

from lms.audit import Action, AuditEvent
from lms.certification import services
from lms.certification.models import Outcome
from lms.certification.packet import Packet, Section, pdf_of, zip_of
from lms.db import session
from tests.certification import facts
from tests.certification.records import AS_OF
from tests.conftest import Clients, Transactions
from tests.personas import Personas

SECRET = "Between reviewers: ask about the second site."


@pytest.fixture
def application(tx: Transactions, personas: Personas) -> int:
    """The id of an application of the trainee who meets everything."""
    with tx():
        facts.meet_peer_specialist(personas, personas.trainee)
    with tx():
        made = services.apply(personas.trainee, person_id=personas.trainee, scheme_id="peer-specialist")
        return made.id


def _files(data: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(data)) as bundle:
        return {name: bundle.read(name) for name in bundle.namelist()}


def _table(data: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(data.decode("utf-8-sig"))))


def _decide(personas: Personas, application: int) -> None:
    services.note(personas.reviewer, application_id=application, text=SECRET)
    services.decide(
        personas.reviewer,
        application_id=application,
        outcome=Outcome.GRANTED,
        reason="",
        request_key="key-of-a-page",
    )


def test_the_manifest_names_each_file_and_is_named_itself(
    tx: Transactions, clients: Clients, personas: Personas, application: int
) -> None:
    with tx():
        _decide(personas, application)
    answer = clients(personas.trainee).post(f"/applications/{application}/packet/zip")
    assert answer.status_code == 200
    assert answer.mimetype == "application/zip"
    assert f'filename="record-application-{application}.zip"' in answer.headers["Content-Disposition"]
    files = _files(answer.data)
    told = dict(reversed(line.split("  ")) for line in files["MANIFEST.txt"].decode().splitlines())
    assert set(told) == set(files) - {"MANIFEST.txt", "MANIFEST.sha256"}
    assert all(hashlib.sha256(files[name]).hexdigest() == digest for name, digest in told.items())
    assert files["MANIFEST.sha256"].decode().split()[0] == hashlib.sha256(files["MANIFEST.txt"]).hexdigest()
    entries = _table(files["entries.csv"])
    assert len(entries) > 1
    assert all(len(row[7]) == 64 for row in entries[1:])
    assert _table(files["decisions.csv"])[1][2] == "Granted"
    assert json.loads(files["findings.json"])["is_met"] is True
    assert [row[1] for row in _table(files["trail.csv"]) if "grant" in row[1]] == ["certification.grant"]


def test_the_same_data_give_the_same_bytes_to_holder_and_reviewer_and_notes_to_nobody(
    tx: Transactions, clients: Clients, personas: Personas, application: int
) -> None:
    with tx():
        _decide(personas, application)
    taken = [
        clients(person).post(f"/applications/{application}/packet/{kind}").data
        for kind in ("zip", "pdf")
        for person in (personas.trainee, personas.reviewer, personas.trainee)
    ]
    assert taken[0] == taken[1] == taken[2]
    assert taken[3] == taken[4] == taken[5]
    for name, data in _files(taken[0]).items():
        assert SECRET.encode() not in data, name
        assert b"certification.note" not in data, name
    with tx.reading():
        kept = session().scalars(
            sa.select(AuditEvent).where(AuditEvent.action == Action.CERTIFICATION_TAKE_PACKET.value)
        )
        assert [(one.actor_id, one.details["sha256"]) for one in kept] == [
            (person, hashlib.sha256(data).hexdigest())
            for person, data in zip(
                (personas.trainee, personas.reviewer, personas.trainee) * 2, taken, strict=True
            )
        ]


def test_who_may_not_take_it(clients: Clients, personas: Personas, application: int) -> None:
    url = f"/applications/{application}/packet/zip"
    assert clients(personas.foreign_trainee).post(url).status_code == 404
    assert clients(personas.coordinator).post(url).status_code in (403, 404)
    assert clients(personas.trainee).get(url).status_code == 405
    assert clients(personas.trainee).post(f"/applications/{application}/packet/exe").status_code == 404


def test_one_takes_the_record_without_an_application(clients: Clients, personas: Personas) -> None:
    client = clients(personas.trainee)
    answer = client.post("/progress/packet/pdf", data={"scheme": "texas-mhps"})
    assert answer.status_code == 200
    assert answer.data.startswith(b"%PDF")
    assert "Take your record along" in client.get("/progress").text
    assert client.post("/progress/packet/pdf", data={"scheme": "nobody-knows"}).status_code == 404


def _packet(rows: int) -> Packet:
    cells = tuple((f"2026-01-{1 + at % 28:02}", "日" * 3, "f" * 64) for at in range(rows))
    section = Section("entries", "Hours", ("Day", "Name", "SHA-256"), cells, note="A note.")
    return Packet("Record of Ñandú", (("Name", "Ñandú"),), AS_OF, (section,))


@pytest.mark.parametrize("rows", [0, 1, 400])
def test_pages_are_counted_and_fonts_are_inside(rows: int) -> None:
    data = pdf_of(_packet(rows))
    assert data == pdf_of(_packet(rows))
    pages = pypdf.PdfReader(BytesIO(data)).pages
    assert (len(pages) > 5) == (rows == 400)
    for page in pages:
        for font in page["/Resources"]["/Font"].values():
            assert "+" in font.get_object()["/BaseFont"]


def test_a_cell_is_never_a_formula_and_keeps_its_letters() -> None:
    section = Section("papers", "Papers", ("What",), (("=1+1",), ("日本",)))
    files = _files(zip_of(Packet("Record", (), AS_OF, (section,))))
    assert _table(files["papers.csv"]) == [["What"], ["'=1+1"], ["日本"]]


def test_a_file_that_was_brought_is_inside_under_its_hash(
    tx: Transactions, clients: Clients, personas: Personas
) -> None:
    paper = b"%PDF-1.4 a diploma"
    with tx():
        services.bring_proof(
            personas.trainee,
            body_id=personas.body,
            kind="birth",
            on=date(1990, 5, 17),
            told={},
            request_key="a-paper-of-mine",
            file=paper,
        )
    client = clients(personas.trainee)
    files = _files(client.post("/progress/packet/zip", data={"scheme": "peer-specialist"}).data)
    (name,) = (one for one in files if one.startswith("papers/"))
    assert name.endswith(".pdf")
    assert files[name] == paper
    assert hashlib.sha256(paper).hexdigest() in files["documents.csv"].decode()
    assert f"  {name}\n" in files["MANIFEST.txt"].decode()
