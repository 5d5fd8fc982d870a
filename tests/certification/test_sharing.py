"""Sharing a record with a named person: the link, the looks, the end."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from lms import clock
from lms.audit import Action, AuditEvent
from lms.certification import queries, services
from lms.certification.models import ShareGrant, ShareLook
from lms.db import session
from lms.errors import Conflict, NotFound
from lms.mail import OutgoingMail
from tests.certification import facts
from tests.conftest import Clients, Transactions
from tests.personas import Personas

FORM = {
    "recipient_name": "Erin Employer",
    "recipient_email": "erin@example.test",
    "purpose": "My application for a job",
    "scheme": "peer-specialist",
    "part_hours": "y",
    "part_sessions": "y",
    "request_key": "key-of-a-page",
}


@pytest.fixture
def token(tx: Transactions, personas: Personas) -> str:
    """The token of a link to the trainee's hours and meetings."""
    with tx():
        facts.meet_peer_specialist(personas, personas.trainee)
    with tx():
        return services.share(
            personas.trainee,
            scheme_id="peer-specialist",
            recipient_name=" Erin  Employer ",
            recipient_email="Erin@Example.test",
            purpose="My application for a job",
            parts=("hours", "sessions"),
            request_key="key-of-a-page",
        )


def test_a_holder_shares_and_sees_the_link_once(tx: Transactions, clients: Clients, personas: Personas) -> None:
    client = clients(personas.trainee)
    page = client.post("/shares", data=FORM)
    assert page.status_code == 200
    (token,) = re.findall(r"/shared/([\w-]{43})", page.text)
    assert "erin@example.test" in client.get("/shares").text
    assert token not in client.get("/shares").text
    with tx.reading():
        row = session().scalars(sa.select(ShareGrant)).one()
        assert row.token_hash == queries.sharing.hash_of(token)
        assert row.parts == ["hours", "sessions"]
        assert row.ends_at - row.created_at == timedelta(days=21)
        mail = session().scalars(sa.select(OutgoingMail).where(OutgoingMail.key == f"share:{row.id}")).one()
        assert f"/shared/{token}" in mail.body
        assert "My application for a job" in mail.body
    assert client.post("/shares", data=FORM).status_code == 409


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"recipient_email": "nobody"}, "address"),
        ({"recipient_name": ""}, "Write the name of the person."),
        ({"purpose": " "}, "Write what they need it for."),
        ({"part_hours": "", "part_sessions": ""}, "Choose at least one part."),
    ],
)
def test_bad_input_is_said_and_nothing_typed_is_lost(
    clients: Clients, personas: Personas, change: dict[str, str], told: str
) -> None:
    data = {name: value for name, value in (FORM | change).items() if value}
    page = clients(personas.trainee).post("/shares", data=data)
    assert page.status_code == 422
    assert told in page.text
    assert all(word in page.text for word in ("Erin Employer", "My application") if word in str(data))


def test_opening_the_link_is_no_look_and_pressing_the_button_is_one(
    tx: Transactions, clients: Clients, personas: Personas, token: str
) -> None:
    stranger = clients(None)
    landing = stranger.get(f"/shared/{token}")
    assert landing.status_code == 200
    assert "Supervision meetings" in landing.text
    assert "<table" not in landing.text
    for name, value in (("Referrer-Policy", "no-referrer"), ("Cache-Control", "no-store")):
        assert landing.headers[name] == value
    assert "noindex" in landing.headers["X-Robots-Tag"]
    with tx.reading():
        assert queries.shares_of(personas.trainee)[0].looks == ()
    record = stranger.post(f"/shared/{token}")
    assert record.status_code == 200
    assert 'id="part-hours"' in record.text
    assert 'id="part-sessions"' in record.text
    assert 'id="part-entries"' not in record.text
    assert "Examination results" not in record.text
    with tx.reading():
        assert len(queries.shares_of(personas.trainee)[0].looks) == 1
    assert "One look" in clients(personas.trainee).get("/shares").text


def test_unknown_ended_and_old_links_answer_the_same(
    tx: Transactions, clients: Clients, personas: Personas, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = clients(None)
    unknown = stranger.get("/shared/no-such-token")
    assert unknown.status_code == 404
    later = clock.now() + timedelta(days=21)
    with monkeypatch.context() as patched:
        patched.setattr(clock, "now", lambda: later)
        for old in (stranger.get(f"/shared/{token}"), stranger.post(f"/shared/{token}")):
            assert old.status_code == 404
            assert "This link does not work now" in old.text
    with tx.reading():
        (card,) = queries.shares_of(personas.trainee)
    assert clients(personas.other_trainee).post(f"/shares/{card.id}/end").status_code == 404
    assert stranger.get(f"/shared/{token}").status_code == 200
    assert clients(personas.trainee).post(f"/shares/{card.id}/end").status_code == 302
    for method in (stranger.get, stranger.post):
        assert method(f"/shared/{token}").text == unknown.text
    with tx():
        with pytest.raises(NotFound):
            services.look(token=token)
        services.end_share(personas.trainee, share_id=card.id)
    with tx.reading():
        acts = session().scalars(sa.select(AuditEvent.action).where(AuditEvent.subject == "share_grant")).all()
        assert acts == [Action.CERTIFICATION_SHARE.value, Action.CERTIFICATION_END_SHARE.value]


def test_looks_and_leaves_stay_as_they_were(tx: Transactions, personas: Personas, token: str) -> None:
    with tx():
        services.look(token=token)
    for change in (
        sa.update(ShareGrant).values(recipient_email="other@example.test"),
        sa.update(ShareGrant).values(ends_at=clock.now() + timedelta(days=400)),
        sa.update(ShareLook).values(at=clock.now() - timedelta(days=400)),
        sa.delete(ShareLook),
    ):
        with pytest.raises(DatabaseError), tx():
            session().execute(change)


def test_the_same_form_shares_once(tx: Transactions, personas: Personas, token: str) -> None:
    with pytest.raises(Conflict), tx():
        services.share(
            personas.trainee,
            scheme_id="peer-specialist",
            recipient_name="Erin",
            recipient_email="erin@example.test",
            purpose="A job",
            parts=("hours",),
            request_key="key-of-a-page",
        )
