"""Joining by invitation, roles and their end, the account page, statements, the administrator's pages."""

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from lms import clock
from lms.app import Lms
from lms.audit import AuditEvent
from lms.db import Scope, scope, transaction
from lms.errors import Conflict, Forbidden, NotFound
from lms.mail import OutgoingMail
from lms.people import queries, services
from lms.people.models import Attestation, Invitation, Person, RoleGrant
from lms.permissions import Role
from tests.conftest import Clients, Transactions
from tests.personas import Personas

TYPED = {
    "chosen_name": "Nadia",
    "legal_name": "Nadia Ann Holt",
    "timezone": "America/Chicago",
    "language": "es",
    "password": "otter lantern velvet canyon",
}


def _events(tx: Transactions) -> list[str]:
    with tx.reading() as current:
        return list(
            current.scalars(
                sa.select(AuditEvent.action)
                .where(AuditEvent.action != "people.sign_in")
                .order_by(AuditEvent.id)
            )
        )


def _invite(clients: Clients, tx: Transactions, personas: Personas, email: str = "nadia@example.test") -> str:
    """Invite by the page; answers the path of the link in the mail."""
    client = clients(personas.coordinator)
    address = f"/organisation/{personas.provider}/people"
    answer = client.post(address, data={"email": email, "role": "trainee"})
    assert answer.location == address, answer.text
    assert email in client.get(address).text
    with tx.reading() as current:
        body = current.scalars(sa.select(OutgoingMail.body).order_by(OutgoingMail.id.desc())).first()
    link = next(line for line in body.splitlines() if "/join/" in line)
    return link.removeprefix("http://127.0.0.1:5000").strip()


def test_invited_person_joins(clients: Clients, tx: Transactions, personas: Personas) -> None:
    path = _invite(clients, tx, personas)
    client = clients(None)
    assert "Open Door Training" in client.get(path).text
    assert client.get(path).status_code == 200
    answer = client.post(path, data=TYPED)
    assert answer.location == "/home", answer.text
    page = client.get("/account")
    assert "Nadia Ann Holt" in page.text
    with tx.reading() as current:
        person = current.scalars(sa.select(Person).where(Person.email == "nadia@example.test")).one()
        assert (person.language, person.timezone, person.is_password_long) == ("es", "America/Chicago", True)
        assert queries.has_role(person.id, personas.provider, Role.TRAINEE)
    assert _events(tx) == ["people.invite", "people.join"]
    again = clients(None).post(path, data=TYPED)
    assert again.status_code == 404
    assert clients(None).get(path).status_code == 404


def test_joining_redraws_what_was_typed_and_leaves_no_trace(
    clients: Clients, tx: Transactions, personas: Personas
) -> None:
    path = _invite(clients, tx, personas)
    client = clients(None)
    for change, sentence in (
        ({"password": "too short"}, "Use at least 15 characters."),
        ({"password": "nadia loves long walks"}, "Leave out your name"),
        ({"password": "opendoortraining!1"}, "Leave out your name"),
        ({"legal_name": ""}, "Type a name."),
        ({"timezone": "Mars/Olympus"}, ""),
    ):
        answer = client.post(path, data=TYPED | change)
        assert answer.status_code == 422
        assert sentence in answer.text
        assert 'value="Nadia"' in answer.text
        assert TYPED["password"] not in answer.text
    with tx.reading() as current:
        assert current.scalar(sa.select(Person.id).where(Person.email == "nadia@example.test")) is None
    assert client.post(path, data=TYPED).location == "/home"


def test_invitation_ends_after_two_weeks(clients: Clients, tx: Transactions, personas: Personas) -> None:
    path = _invite(clients, tx, personas)
    with clock.at(clock.now() + timedelta(days=14, seconds=1)):
        assert clients(None).get(path).status_code == 404
        assert clients(None).post(path, data=TYPED).status_code == 404
    assert clients(None).get("/join/nothing").status_code == 404


def test_two_at_once_make_one_account(app: Lms, clients: Clients, tx: Transactions, personas: Personas) -> None:
    token = _invite(clients, tx, personas).rpartition("/")[2]
    together = threading.Barrier(2)
    said: list[str] = []

    def go() -> None:
        with app.test_request_context(), scope(Scope.all()):
            together.wait()
            try:
                with transaction():
                    services.join(token=token, **TYPED)
                said.append("joined")
            except (NotFound, Conflict) as answer:
                said.append(type(answer).__name__)

    threads = [threading.Thread(target=go) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["NotFound", "joined"]
    with tx.reading() as current:
        assert (
            current.scalar(sa.select(sa.func.count(Person.id)).where(Person.email == "nadia@example.test")) == 1
        )


def test_existing_account_accepts_after_signing_in(
    clients: Clients, tx: Transactions, personas: Personas
) -> None:
    with tx.reading() as current:
        email = current.get_one(Person, personas.foreign_trainee).email
    path = _invite(clients, tx, personas, email)
    stranger = clients(None)
    assert "Sign in, and you can accept" in stranger.get(path).text
    assert stranger.post(path, data=TYPED).status_code == 409
    assert stranger.post(f"{path}/accept").status_code == 302
    other = clients(personas.other_trainee)
    assert "another e-mail address" in other.get(path).text
    assert other.post(f"{path}/accept").status_code == 404
    mine = clients(personas.foreign_trainee)
    assert ">Accept<" in mine.get(path).text
    assert mine.post(f"{path}/accept").location == "/home"
    assert mine.post(f"{path}/accept").status_code == 404
    with tx.reading():
        assert queries.has_role(personas.foreign_trainee, personas.provider, Role.TRAINEE)


def test_coordinator_cannot_invite_administrators_or_themselves(
    clients: Clients, tx: Transactions, personas: Personas
) -> None:
    client = clients(personas.coordinator)
    address = f"/organisation/{personas.provider}/people"
    assert client.post(address, data={"email": "a@example.test", "role": "administrator"}).status_code == 422
    with tx.reading() as current:
        own = current.get_one(Person, personas.coordinator).email
        known = current.get_one(Person, personas.trainee).email
    for email, sentence in (
        (own, "Nobody gives a role to themselves."),
        (known, "has that role here already"),
        ("no address", "Type an e-mail address"),
        ("", "Type their e-mail address."),
    ):
        answer = client.post(address, data={"email": email, "role": "trainee"})
        assert answer.status_code == 422
        assert sentence in answer.text
        assert f'value="{email}"' in answer.text
    with tx.reading() as current:
        assert current.scalar(sa.select(sa.func.count(Invitation.id))) == 0
    admin = clients(personas.administrator)
    assert admin.post(address, data={"email": "a@example.test", "role": "administrator"}).status_code == 302


def test_nobody_gives_a_role_to_themselves(tx: Transactions, personas: Personas) -> None:
    with pytest.raises(Forbidden), tx():
        services.grant_role(
            personas.administrator,
            person_id=personas.administrator,
            organisation_id=personas.body,
            role=Role.REGISTRAR,
        )
    with tx():
        for _ in range(2):
            services.grant_role(
                personas.administrator,
                person_id=personas.trainer,
                organisation_id=personas.body,
                role=Role.REGISTRAR,
            )
    assert _events(tx) == ["people.grant_role"]


def test_inviter_who_becomes_the_address_cannot_accept(
    clients: Clients, tx: Transactions, personas: Personas
) -> None:
    token = _invite(clients, tx, personas).rpartition("/")[2]
    with tx() as current:
        current.get_one(Person, personas.coordinator).email = "nadia@example.test"
    client = clients(personas.coordinator)
    assert client.post(f"/join/{token}/accept").status_code == 403


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("coordinator", 200),
        ("administrator", 200),
        ("trainer", 403),
        ("trainee", 404),
        ("foreign_coordinator", 404),
        ("reviewer", 404),
        (None, 302),
    ],
)
def test_who_sees_the_people_of_an_organisation(
    clients: Clients, tx: Transactions, personas: Personas, who: str | None, status: int
) -> None:
    client = clients(getattr(personas, who) if who else None)
    address = f"/organisation/{personas.provider}/people"
    assert client.get(address).status_code == status
    posted = client.post(address, data={"email": "x@example.test", "role": "trainee"}).status_code
    assert posted == (302 if status == 200 else status)
    with tx.reading() as current:
        grant_id = current.scalar(sa.select(RoleGrant.id).where(RoleGrant.person_id == personas.trainee))
    ended = client.post(f"/organisation/{personas.provider}/roles/{grant_id}/end").status_code
    assert ended == (302 if status == 200 else status)
    assert client.get("/organisation/999999/people").status_code in ({302} if who is None else {404})


def test_ending_a_role(clients: Clients, tx: Transactions, personas: Personas) -> None:
    with tx.reading() as current:
        ids = dict(current.execute(sa.select(RoleGrant.person_id, RoleGrant.id)).all())
    client = clients(personas.coordinator)
    home = f"/organisation/{personas.provider}/roles"
    assert client.post(f"{home}/{ids[personas.foreign_trainee]}/end").status_code == 404
    assert client.post(f"{home}/{ids[personas.administrator]}/end").status_code == 403
    assert client.post(f"{home}/{ids[personas.trainee]}/end").status_code == 302
    assert client.post(f"{home}/{ids[personas.trainee]}/end").status_code == 409
    admin = clients(personas.administrator)
    last = admin.post(f"{home}/{ids[personas.administrator]}/end")
    assert last.status_code == 409
    assert "last administrator" in last.text
    assert _events(tx) == ["people.end_role"]
    with tx.reading():
        assert not queries.has_role(personas.trainee, personas.provider, Role.TRAINEE)


def test_profile(clients: Clients, tx: Transactions, personas: Personas) -> None:
    client = clients(personas.trainee)
    typed = {"chosen_name": "Tee", "timezone": "America/Denver", "language": "es"}
    assert client.post("/account", data=typed | {"legal_name": "Somebody Else"}).location == "/account"
    with tx.reading():
        card = queries.person(personas.trainee)
    assert (card.chosen_name, card.timezone, card.language) == ("Tee", "America/Denver", "es")
    assert card.legal_name == "Tara Legal"
    for wrong in ({"chosen_name": " "}, {"timezone": "Moon"}, {"language": "xx"}):
        assert client.post("/account", data=typed | {"chosen_name": "Other"} | wrong).status_code == 422
    with tx.reading():
        assert queries.person(personas.trainee).chosen_name == "Tee"
    assert _events(tx) == ["people.change_profile"]


def test_statement_is_made_once(clients: Clients, tx: Transactions, personas: Personas) -> None:
    client = clients(personas.trainee)
    page = client.get("/attest/code-of-ethics?next=/account")
    assert "Who sees this:" in page.text
    without = client.post("/attest/code-of-ethics", data={})
    assert without.status_code == 422
    assert "Tick the box to agree." in without.text
    for _ in range(2):
        answer = client.post("/attest/code-of-ethics?next=/account", data={"agree": "y"})
        assert answer.location == "/account"
    assert "You agreed on" in client.get("/attest/code-of-ethics").text
    for address in ("//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example"):
        answer = client.post("/attest/supervised-work", query_string={"next": address}, data={"agree": "y"})
        assert answer.location == "/home"
    assert client.get("/attest/nothing").status_code == 404
    with tx.reading() as current:
        assert current.scalar(sa.select(sa.func.count(Attestation.id))) == 2
        facts = queries.attestations_of(personas.trainee)
        assert [(fact.text_id, fact.text_version) for fact in facts] == [
            ("code-of-ethics", 1),
            ("supervised-work", 1),
        ]
    assert _events(tx) == ["people.attest", "people.attest"]


@pytest.mark.parametrize(("who", "status"), [("administrator", 200), ("coordinator", 403), ("trainee", 403)])
def test_who_may_administer(clients: Clients, personas: Personas, who: str, status: int) -> None:
    client = clients(getattr(personas, who))
    assert client.get("/admin").status_code == status
    assert client.get("/admin/organisations/new").status_code == status


def test_administrator_finds_people_and_adds_organisations(
    clients: Clients, tx: Transactions, personas: Personas
) -> None:
    client = clients(personas.administrator)
    page = client.get("/admin?q=tar")
    assert "Tara Legal" in page.text
    assert "Otis" not in page.text
    assert "Nobody was found." in client.get("/admin?q=%25%25").text
    typed = {"name": "New House", "slug": "new-house", "timezone": "UTC", "is_placement_site": "y"}
    for wrong in ({"slug": "Not Good"}, {"slug": "open-door"}, {"is_placement_site": ""}, {"name": ""}):
        data = {key: value for key, value in (typed | wrong).items() if value}
        assert client.post("/admin/organisations/new", data=data).status_code == 422
    answer = client.post("/admin/organisations/new", data=typed)
    assert answer.status_code == 302
    assert "New House" in client.get(answer.location).text
    assert _events(tx) == ["people.add_organisation"]


def test_coordinator_goes_straight_to_the_one_organisation(clients: Clients, personas: Personas) -> None:
    assert clients(personas.coordinator).get("/people").location == f"/organisation/{personas.provider}/people"
    assert "Far Shore College" in clients(personas.administrator).get("/people").text
    assert clients(personas.trainee).get("/people").status_code == 403


def test_create_person_for_the_command_line(tx: Transactions) -> None:
    with tx():
        made = services.create_person(
            None, email="Root@Example.test", chosen_name="Root", legal_name="Root R", password=TYPED["password"]
        )
        assert made.email == "root@example.test"
        assert made.password
    assert _events(tx) == ["people.add_person"]


def test_language_is_kept_by_the_browser(clients: Clients) -> None:
    client = clients(None)
    assert 'lang="es"' in client.get("/?lang=es").text.split("<head>")[0]
    assert 'lang="es"' in client.get("/").text.split("<head>")[0]
