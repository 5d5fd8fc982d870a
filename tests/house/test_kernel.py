"""The house itself: reading pages cannot write, a view that did not decide cannot commit, rows stay apart."""

import pytest
import sqlalchemy as sa
from flask import g

from lms import audit, db
from lms.app import Lms
from lms.audit import Action, AuditEvent
from lms.permissions import public
from tests.conftest import Clients, Transactions
from tests.personas import Personas


def an_event(person_id: int) -> None:
    audit.record(Action.PEOPLE_ATTEST, actor_id=person_id, subject="test", subject_id=1)


def events(tx: Transactions) -> int:
    with tx.reading() as current:
        return current.scalar(sa.select(sa.func.count(AuditEvent.id)).where(AuditEvent.subject == "test"))


def test_welcome_page_opens_without_signing_in(clients: Clients) -> None:
    answer = clients(None).get("/")
    assert answer.status_code == 200
    assert "<h1" in answer.text


def test_get_that_writes_fails_loudly(app: Lms, tx: Transactions, clients: Clients, personas: Personas) -> None:
    @app.get("/writes")
    @public
    def writes() -> str:
        an_event(personas.trainee)
        db.session().flush()
        return "written"

    assert clients(personas.trainee).get("/writes").status_code == 500
    assert events(tx) == 0


def test_post_without_authorize_commits_nothing(
    app: Lms, tx: Transactions, clients: Clients, personas: Personas
) -> None:
    @app.post("/undecided")
    def undecided() -> str:
        an_event(personas.trainee)
        return "done"

    assert clients(personas.trainee).post("/undecided").status_code == 500
    assert events(tx) == 0


def test_post_that_is_public_commits(app: Lms, tx: Transactions, clients: Clients, personas: Personas) -> None:
    @app.post("/decided")
    @public
    def decided() -> str:
        an_event(g.actor.person_id)
        return "done"

    assert clients(personas.trainee).post("/decided").status_code == 200
    assert events(tx) == 1


def test_after_commit_runs_only_after_the_commit(tx: Transactions) -> None:
    ran: list[str] = []
    with tx():
        db.after_commit(lambda: ran.append("first"))
        assert ran == []
    with pytest.raises(RuntimeError, match="stop"), tx():
        db.after_commit(lambda: ran.append("second"))
        raise RuntimeError("stop")
    assert ran == ["first"]


def test_audit_events_are_never_changed_or_deleted(tx: Transactions, personas: Personas) -> None:
    with tx():
        an_event(personas.trainee)
    for statement in ("UPDATE audit_event SET subject = 'x'", "DELETE FROM audit_event"):
        with pytest.raises(sa.exc.DBAPIError), tx() as current:
            current.execute(sa.text(statement))
    assert events(tx) == 1


def test_ended_session_is_a_stranger(tx: Transactions, clients: Clients, personas: Personas) -> None:
    client = clients(personas.trainee)
    assert client.get("/account").status_code == 200
    with tx() as current:
        current.execute(sa.text("UPDATE sign_in_session SET ended_at = started_at"))
    assert client.get("/account").status_code == 302
