"""After erasing, nothing about the person is left that hangs on a credential, but for what must stay."""

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from lms import clock, db, worker
from lms.app import Lms
from lms.config import Settings
from lms.credentials import services
from lms.credentials.models import CredentialDocument, ShareCode
from lms.mail import OutgoingMail
from lms.people.models import Person
from lms.registry import reporting
from lms.registry import services as registry
from lms.registry.api_scopes import ApiScope
from tests.conftest import Clients, Transactions
from tests.credentials.making import FACTS, issued
from tests.personas import Personas

NAME, LATER_NAME, CHOSEN = "Canaryname Quokka", "Canarylater Quokka", "Canarychosen"
EMAIL, READER, EXAM = "canarymail@quokka.example", "Canaryreader Clinic", "Canaryexam"
REASON, WHY_ERASED, WHY_REPLACED = "Canaryreason", "Canarywhy", "Canarymarried"
CANARIES = ("canary", "quokka")

MUST_STAY = {
    ("person", "chosen_name"): "the account is the person's own, and ends in another way",
    ("person", "email"): "the same",
    ("status_event", "reason"): "why a register acted must stay answerable; only who keeps it reads that",
    ("audit_event", "details"): "the same: the trail of what was done is never rewritten; names are not in it",
}
"""Where canaries may be found after erasing, and why."""
STAYING_WORDS = {
    ("status_event", "reason"): {REASON, WHY_ERASED},
    ("audit_event", "details"): {REASON, WHY_ERASED, WHY_REPLACED},
}


@pytest.fixture
def token(tx: Transactions, personas: Personas) -> dict[str, str]:
    with tx():
        text = registry.make_token(
            personas.registrar,
            organisation_id=personas.body,
            name="Payroll",
            scopes=frozenset(ApiScope),
            expires_on=clock.today("UTC") + timedelta(days=3),
            once=str(uuid4()),
        )
    return {"Authorization": f"Bearer {text}", "Idempotency-Key": "one"}


def _cells(current: Any) -> Iterator[tuple[str, str, str]]:
    for table in db.Base.metadata.sorted_tables:
        for row in current.execute(sa.select(table)).mappings():
            yield from ((table.name, column, str(value)) for column, value in row.items())


def _has_canary(text: str) -> bool:
    return any(canary in text.lower() for canary in CANARIES)


def _everything(settings: Settings) -> dict[str, bytes]:
    return {
        str(path.relative_to(settings.data_dir)): path.read_bytes()
        for path in settings.data_dir.rglob("*")
        if path.is_file() and path.parent.name != "mail"  # what was sent lies in somebody's letter box
    }


def _run(app: Lms) -> None:
    with app.app_context():
        worker.run_due()


def test_no_canary_outlives_erasing(
    app: Lms,
    settings: Settings,
    tx: Transactions,
    personas: Personas,
    clients: Clients,
    token: dict[str, str],
) -> None:
    registrar = personas.registrar
    with tx() as current:
        holder = current.get_one(Person, personas.trainee)
        holder.chosen_name, holder.email = CHOSEN, EMAIL
        services.choose_identity(personas.trainee, shows="name_email")
        services.allow_name_search(registrar, organisation_id=personas.body, is_allowed=True)
    facts = replace(FACTS, examinations=(EXAM,), evidence=(EXAM,))
    with tx():
        number = issued(personas, name_as_issued=NAME, facts=facts).number
        other = issued(personas, "decision:2", person_id=personas.other_trainee).number
    _run(app)
    with tx():
        services.suspend(registrar, number=number, reason=REASON)
        services.reinstate(registrar, number=number, reason=REASON)
        newer = services.replace(
            registrar, number=number, name_as_issued=LATER_NAME, reason=WHY_REPLACED
        ).number
        services.list_by_name(personas.trainee, number=newer, is_listed=True)
        codes = [
            services.make_code(
                personas.trainee,
                number=newer,
                for_whom=READER,
                parts=["examinations"],
                most_looks=3,
                request_key=key * 32,
            )
            for key in ("a", "b")
        ]
    _run(app)
    with tx():
        report = reporting.report_of(None, number=newer, on=None, language="en")
    anyone, reader, keeper = clients(None), clients(None), clients(registrar)
    many = {"numbers": [number, newer]}
    assert LATER_NAME in anyone.post("/api/v1/verifications", json=many, headers=token).text
    assert EXAM in reader.post(f"/verify/{newer}/details", data={"code": codes[0]}, follow_redirects=True).text
    assert newer in anyone.post("/verify/search", data={"name": LATER_NAME, "issuer": personas.body}).text
    papers = [anyone.get(f"/c/{one}.json").text for one in (number, newer)]
    hashes = [one["identityHash"] for one in json.loads(papers[0])["credentialSubject"]["identifier"]]
    with tx.reading() as current:
        before = set(_everything(settings))
        letters = current.scalars(sa.select(OutgoingMail.body)).all()
        assert sum(CHOSEN in letter for letter in letters) == 2
        assert {(table, column) for table, column, text in _cells(current) if _has_canary(text)} >= {
            ("credential", "name_as_issued"),
            ("credential", "name_key"),
            ("credential", "content"),
            ("share_code", "for_whom"),
            ("outgoing_mail", "body"),
            ("outgoing_mail", "to_address"),
            ("api_answer", "body"),
        }

    assert keeper.post(f"/register/{newer}/erase", data={"reason": WHY_ERASED}).status_code == 303
    _run(app)

    with tx.reading() as current:
        for table, column, text in _cells(current):
            if _has_canary(text):
                assert (table, column) in MUST_STAY, (table, column, text)
                words = STAYING_WORDS.get((table, column), {text})
                left = text
                for word in words:
                    left = left.replace(word, "")
                assert not _has_canary(left), (table, column, text)
            assert not any(one in text for one in hashes), (table, column)
        papers_left = set(current.scalars(sa.select(CredentialDocument.paper_text)))
        assert len(papers_left - {""}) == 1  # that of the other holder; the text of a paper is packed
        ended = current.execute(sa.select(ShareCode.for_whom, ShareCode.revoked_at)).all()
        assert {for_whom for for_whom, _at in ended} == {"-"}
        assert all(at is not None for _for_whom, at in ended)
        mail = current.execute(
            sa.select(OutgoingMail.key, OutgoingMail.to_address, OutgoingMail.subject, OutgoingMail.body)
        ).all()
        assert sorted(row[1:] == ("", "", "") for row in mail if row[0].startswith("certificate:")) == [
            *(False, True, True)
        ]
    after = _everything(settings)
    gone = before - set(after)
    assert len(gone) == 6  # a PDF and a JSON of each number, and of the report
    assert not [
        name for name, data in after.items() if name != "lms.db" and _has_canary(data.decode("latin-1"))
    ]
    assert anyone.get(f"/c/{other}.json").status_code == 200

    for one in (number, newer):
        for path in (
            *(
                f"/verify/{one}",
                f"/verify/{one}?lang=es",
                f"/verify/{one}?format=json",
                f"/verify/{one}/details",
            ),
            *(f"/verify/{one}?as_of={clock.today('America/New_York')}", f"/api/v1/credentials/{one}"),
            *(
                f"/c/{one}",
                f"/c/{one}.json",
                f"/c/{one}.jwt",
                f"/c/{one}.png",
                f"/c/{one}.svg",
                f"/c/{one}.proof",
            ),
        ):
            for browser in (anyone, reader):
                answer = browser.get(path)
                assert not _has_canary(answer.text), path
        assert anyone.get(f"/c/{one}.json").status_code == 410
        assert READER not in clients(personas.trainee).get(f"/credentials/{one}/share").text
    for code in codes:
        answer = anyone.get(f"/shared-details/{code}")
        assert answer.status_code == 404
        assert not _has_canary(answer.text)
    pages = (
        *("/offline", "/offline/bundle.json", "/issuers/peer-board", "/issuers/peer-board/did.json"),
        *(f"/reports/{report}", f"/reports/{report}.pdf", f"/reports/{report}.json"),
        *("/issuers/peer-board/status/1", "/issuers/peer-board/achievements/state-cps/2026.1", "/log"),
    )
    for path in pages:
        assert not _has_canary(anyone.get(path).text), path
    size = int(anyone.get("/log/checkpoint").text.splitlines()[1])
    assert not _has_canary(anyone.get(f"/log/tile/entries/000.p/{size}").data.decode("latin-1"))
    assert not _has_canary(
        anyone.post("/verify/many", data={"lines": f"{number}\n{newer}", "answer": "csv"}).text
    )
    found = anyone.post("/verify/search", data={"name": LATER_NAME, "issuer": personas.body}).text
    assert newer not in found
    for headers in (token, token | {"Idempotency-Key": "two"}):
        answer = anyone.post("/api/v1/verifications", json=many, headers=headers)
        assert answer.status_code == 200
        assert [row["status"] for row in answer.json["verifications"]] == ["erased"] * 2  # type: ignore[index]
        assert not _has_canary(answer.text)
    assert not _has_canary(anyone.get("/api/v1/credentials", headers=token).text)
    for paper in papers:  # somebody still has the file: it is told from a forgery, and says nothing new
        sent = {"file": (io.BytesIO(paper.encode()), "credential.json")}
        assert READER not in anyone.post("/verify/file", data=sent).text


def test_a_letter_that_has_not_left_never_leaves(app: Lms, tx: Transactions, personas: Personas) -> None:
    with tx() as current:
        number = issued(personas).number
    _run(app)
    with tx() as current:
        current.execute(sa.update(OutgoingMail).values(sent_at=None))
        services.erase(personas.registrar, number=number, reason=WHY_ERASED)
    with tx.reading() as current:
        assert current.scalar(sa.select(sa.func.count(OutgoingMail.id))) == 0


@pytest.mark.parametrize(
    "change",
    [
        "for_whom = 'Somebody else'",
        "for_whom = '-'",
        "for_whom = 'Somebody else', revoked_at = created_at",
        "for_whom = '-', revoked_at = created_at, most_looks = 9",
        "code_hash = 'x'",
    ],
)
def test_a_reader_is_forgotten_and_never_rewritten(tx: Transactions, personas: Personas, change: str) -> None:
    with tx():
        number = issued(personas).number
        services.make_code(
            personas.trainee,
            number=number,
            for_whom=READER,
            parts=["training"],
            most_looks=1,
            request_key="a" * 32,
        )
    with pytest.raises(sa.exc.DBAPIError), tx() as current:
        current.execute(sa.text(f"UPDATE share_code SET {change}"))
    with tx() as current:
        code_id = current.scalar(sa.select(ShareCode.id))
        services.end_code(personas.trainee, number=number, code_id=code_id)
    for late in ("revoked_at = NULL", "for_whom = '-', revoked_at = NULL", "most_looks = 9"):
        with pytest.raises(sa.exc.DBAPIError), tx() as current:
            current.execute(sa.text(f"UPDATE share_code SET {late}"))
    with tx():
        services.erase(personas.registrar, number=number, reason=WHY_ERASED)
