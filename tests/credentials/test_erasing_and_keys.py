"""Erasing a holder's data, changing keys, and the command that looks whether all still fits together."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from lms import cli, files, worker
from lms.app import Lms
from lms.config import Settings
from lms.credentials import queries, sealing, services
from lms.credentials.badges import proof, status_list
from lms.credentials.models import Credential, CredentialDocument, LogEntry, SignedList
from lms.credentials.queries import DocumentCard, keys, log
from lms.credentials.queries.check import LogCheck
from lms.credentials.queries.keys import Purpose
from lms.credentials.services.keys import authorities, distrusted_seals, give_up, rotate
from lms.credentials.states import State
from lms.errors import Conflict
from lms.mail import OutgoingMail
from tests.conftest import Clients, Transactions
from tests.credentials.making import issued
from tests.personas import Personas

WHY = "The holder asked for it in writing."


@pytest.fixture
def number(app: Lms, tx: Transactions, personas: Personas) -> str:
    with tx():
        made = issued(personas).number
    run_due(app)
    return made


def run_due(app: Lms) -> None:
    with app.app_context():
        worker.run_due()


def document(tx: Transactions, number: str) -> DocumentCard:
    with tx.reading():
        found = queries.document_of(queries.credential(number))
        assert found is not None
        return found


def faults(tx: Transactions, kept: str = "") -> list[str]:
    with tx.reading():
        return list(LogCheck().faults(kept))


# --- erasing ----------------------------------------------------------------------------------------


def test_erasing_leaves_the_number_and_nothing_about_the_person(
    app: Lms, tx: Transactions, personas: Personas, number: str, clients: Clients
) -> None:
    before = document(tx, number)
    with tx():
        services.erase(personas.registrar, number=number, reason=WHY)
    run_due(app)
    anyone = clients(None)
    answer = anyone.get(f"/verify/{number}", headers={"Accept": "application/json"})
    assert answer.status_code == 410
    assert answer.json is not None
    assert answer.json["status"] == "erased"
    assert "erased" in anyone.get(f"/verify/{number}").text
    assert anyone.get(f"/c/{number}.json").status_code == 410
    with tx.reading() as current:
        assert not files.exists(before.pdf_sha256)
        assert not files.exists(before.json_sha256)
        row = current.execute(sa.select(Credential.__table__)).one()
        assert (row.name_as_issued, row.name_key, row.content) == ("", "", {})
        rest = json.dumps(
            [list(map(str, one)) for one in current.execute(sa.select(CredentialDocument.__table__))]
        )
        assert "Vázquez" not in rest
        document_of_list = current.scalars(sa.select(SignedList.document).order_by(SignedList.id)).all()[-1]
        bits = status_list.decoded(json.loads(document_of_list)["credentialSubject"]["encodedList"])
        assert status_list.is_set(bits, before.list_index)
        assert json.loads(current.scalars(sa.select(LogEntry.body)).all()[-2])["op"] == "erase"
    assert faults(tx) == []


def test_erasing_reaches_the_numbers_that_hold_the_same_name(
    app: Lms, tx: Transactions, personas: Personas, number: str
) -> None:
    with tx():
        newer = services.replace(
            personas.registrar, number=number, name_as_issued="Tara Vega", reason="She married."
        ).number
    run_due(app)
    with tx():
        services.erase(personas.registrar, number=number, reason=WHY)
    run_due(app)
    with tx.reading() as current:
        assert set(current.scalars(sa.select(Credential.name_as_issued))) == {""}
        assert queries.credential(newer).state(queries.credential(newer).issued_at) is State.ERASED
    with pytest.raises(Conflict, match="final"), tx():
        services.erase(personas.registrar, number=newer, reason=WHY)


def test_what_was_not_made_yet_is_never_made(app: Lms, tx: Transactions, personas: Personas) -> None:
    with tx():
        number = issued(personas).number
        services.erase(personas.registrar, number=number, reason=WHY)
    run_due(app)
    with tx.reading() as current:
        assert queries.document_of(queries.credential(number)) is None
        assert queries.unmade() == []
        assert current.scalar(sa.select(sa.func.count(OutgoingMail.id))) == 0


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE credential SET name_as_issued = 'Somebody', name_key = 'somebody'",
        "UPDATE credential SET name_as_issued = '', name_key = '', content = '{}', title = 'Director'",
        "UPDATE credential SET name_as_issued = '', name_key = ''",
        "UPDATE credential_document SET paper_text = 'forged'",
        "DELETE FROM credential",
    ],
)
def test_nothing_else_can_be_changed_in_the_database(tx: Transactions, number: str, change: str) -> None:
    with pytest.raises(sa.exc.DBAPIError), tx() as current:
        current.execute(sa.text(change))
    assert faults(tx) == []


# --- keys -------------------------------------------------------------------------------------------


def test_a_retired_key_still_verifies_and_the_next_one_signs(
    app: Lms, tx: Transactions, personas: Personas, number: str
) -> None:
    with tx():
        rotate(personas.registrar, organisation_id=personas.body, purpose=Purpose.BADGE)
        later = issued(personas, key="decision:2").number
    run_due(app)
    with tx.reading():
        _did, text = keys.did_document(personas.body)
        trusted = {one["id"] for one in json.loads(text)["verificationMethod"]}
        methods = [
            json.loads(document_of.json_text)["proof"][0]["verificationMethod"]
            for one in (number, later)
            if (document_of := queries.document_of(queries.credential(one)))
        ]
    assert len(set(methods)) == 2
    assert trusted == set(methods)
    assert faults(tx) == []


@pytest.mark.parametrize("purpose", [Purpose.BADGE, Purpose.SEAL, Purpose.AUTHORITY])
def test_after_a_compromise_all_is_signed_anew_and_the_log_keeps_the_old_date(
    app: Lms, tx: Transactions, personas: Personas, number: str, purpose: Purpose
) -> None:
    before = document(tx, number)
    owner = None if purpose is Purpose.AUTHORITY else personas.body
    with tx():
        give_up(personas.registrar, organisation_id=owner, purpose=purpose)
    run_due(app)
    after = document(tx, number)
    assert (before.edition, after.edition) == (1, 2)
    with tx.reading() as current:
        _did, text = keys.did_document(personas.body)
        trusted = {one["id"] for one in json.loads(text)["verificationMethod"]}
        signed = json.loads(after.json_text)
        assert signed["proof"][0]["verificationMethod"] in trusted
        (key,) = [one for one in keys.keys_of(personas.body, Purpose.BADGE) if one.is_signing]
        assert proof.is_signed(signed, key.badge_key)
        newest = current.scalars(sa.select(SignedList.document).order_by(SignedList.id)).all()[-1]
        assert proof.is_signed(json.loads(newest), key.badge_key)
        new = files.get(after.pdf_sha256)
        assert sealing.examined(new, authorities(), distrusted_seals()) is sealing.Verdict.OURS
        if purpose is Purpose.BADGE:
            assert json.loads(before.json_text)["proof"][0]["verificationMethod"] not in trusted
        if purpose is not Purpose.BADGE:
            old = files.get(before.pdf_sha256)
            assert sealing.examined(old, authorities(), distrusted_seals()) is sealing.Verdict.NOT_OURS
        ops = [json.loads(body) for body in current.scalars(sa.select(LogEntry.body))]
        assert [one["op"] for one in ops if "vc" in one] == ["issue", "sign_again"]
        assert len({one["id"] for one in ops if "vc" in one}) == 1
        assert current.scalar(sa.select(sa.func.count(OutgoingMail.id))) == 1
    assert faults(tx) == []


# --- the command ------------------------------------------------------------------------------------


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("kind", ["json_sha256", "pdf_sha256"])
@pytest.mark.parametrize("harm", [flip, Path.unlink])
def test_a_changed_or_lost_file_is_named(
    tx: Transactions, settings: Settings, number: str, kind: str, harm: Callable[[Path], None]
) -> None:
    name = getattr(document(tx, number), kind)
    harm(settings.data_dir / "files" / name[:2] / name)
    (fault,) = faults(tx)
    assert number in fault
    assert name in fault


def test_a_kept_checkpoint_is_continued(app: Lms, tx: Transactions, personas: Personas, number: str) -> None:
    with tx.reading():
        newest = log.newest_checkpoint()
        assert newest is not None
    with tx():
        issued(personas, key="decision:2")
    run_due(app)
    assert faults(tx, newest.note) == []
    (fault,) = faults(tx, newest.note.replace(f"\n{newest.size}\n", f"\n{newest.size - 1}\n"))
    assert "not signed by this log" in fault


def test_the_command_says_how_many_were_checked(
    settings: Settings, number: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("env", "database_url", "data_dir", "worker"):
        monkeypatch.setenv(f"LMS_{name.upper()}", str(getattr(settings, name)))
    assert cli.main(["check-log"]) == 0
    assert "3 entries and 1 documents were checked. Faults: none." in capsys.readouterr().out
    assert cli.main(["rotate-key", "badge", "--organisation", "peer-board"]) == 0
    assert cli.main(["give-up-key", "badge", "--organisation", "peer-board"]) == 0
    assert "would sign 0 documents" in capsys.readouterr().out
    assert cli.main(["give-up-key", "seal", "--organisation", "peer-board", "--yes"]) == 0
    assert "1 documents were to be signed anew" in capsys.readouterr().out
    assert cli.main(["check-log"]) == 0
    assert cli.main(["rotate-key", "seal"]) == 1
