"""A supervisor without an account confirms hours through a mailed link: four screens, one use."""

import json
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from lms import clock
from lms.app import Lms
from lms.errors import Conflict, Forbidden, Invalid, NotFound
from lms.mail import OutgoingMail
from lms.people import services as people_services
from lms.people.models import Person, RoleGrant
from lms.people.queries import outsiders
from lms.permissions import Role
from lms.practice import queries, services
from lms.practice.models import Confirmation, ConfirmationLink, Placement, PracticeEntry, SignOff
from lms.practice.statements import CURRENT, CURRENT_DECLARATION, fingerprint
from tests.conftest import Clients, Transactions
from tests.personas import Personas
from tests.practice import scenes

EMAIL = "jo.field@clinic.example.org"
WHO = {
    "name": "Jo Field",
    "credential_type": "Licensed social worker",
    "credential_number": "LSW 12",
    "is_true": "y",
}


def body_of(tx: Transactions, template: str) -> str:
    """The newest mail whose key begins so."""
    with tx.reading() as session:
        return session.scalars(
            sa.select(OutgoingMail.body)
            .where(OutgoingMail.key.like(f"{template}:%"))
            .order_by(OutgoingMail.id.desc())
        ).first()


def address_in(tx: Transactions) -> str:
    return "/confirm-hours/" + body_of(tx, "confirm-hours").partition("/confirm-hours/")[2].split()[0]


def code_in(tx: Transactions) -> str:
    found = re.search(r"Your code is (\d{6})\.", body_of(tx, "confirm-code"))
    assert found is not None
    return found[1]


@pytest.fixture
def placed(tx: Transactions, personas: Personas) -> Placement:
    """A placement whose supervisor was named by the trainee and approved by the coordinator."""
    with tx():
        place = scenes.placement(personas)
        named = services.name_supervisor(
            personas.trainee, placement_id=place.id, name="Jo Field", email=f" {EMAIL.upper()} "
        )
        services.approve_named(personas.coordinator, named_id=named.id)
        return place


def jo(tx: Transactions) -> int:
    with tx.reading() as session:
        return session.scalars(sa.select(Person.id).where(Person.email == EMAIL)).one()


@pytest.fixture
def address(tx: Transactions, personas: Personas, placed: Placement) -> str:
    """The address in the mail, for three entries."""
    supervisor_id = jo(tx)
    with tx():
        for days in (3, 2, 1):
            scenes.submitted(placed, scenes.days_ago(days), note=f"Day {days}, “café”.")
        services.send_link(personas.trainee, placement_id=placed.id, supervisor_id=supervisor_id)
    return address_in(tx)


def at_lines(client: FlaskClient, tx: Transactions, address: str) -> str:
    """Go through the first two screens; the third."""
    answer = client.post(address, data=WHO)
    assert answer.location.endswith("/code")
    answer = client.post(answer.location, data={"code": code_in(tx)})
    assert answer.location.endswith("/lines")
    return client.get(answer.location).text


def test_four_screens_from_the_mail_to_the_receipt(
    app: Lms, tx: Transactions, clients: Clients, personas: Personas, address: str
) -> None:
    client = clients(None)
    first = client.get(address)
    assert first.status_code == 200
    assert "Confirm hours for Tara" in first.text
    assert CURRENT_DECLARATION.text in first.text
    assert "café" not in first.text  # nothing of the hours before the code
    assert first.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in first.headers["X-Robots-Tag"]
    assert client.post(address, data=WHO | {"is_true": ""}).status_code == 422
    assert client.get(f"{address}/lines").location.endswith(address)
    page = at_lines(client, tx, address)
    assert page.count("café") == 3
    assert CURRENT.text in page
    with tx.reading() as session:
        ids = session.scalars(sa.select(PracticeEntry.id).order_by(PracticeEntry.worked_on)).all()
    data = {f"act_{id}": "sign" for id in ids} | {"is_meant": "y", "statement_version": CURRENT.version}
    unsaid = client.post(f"{address}/lines", data=data | {f"act_{ids[0]}": "return"})
    assert unsaid.status_code == 422
    assert "Say what to fix" in unsaid.text
    data |= {f"act_{ids[0]}": "return", f"reason_{ids[0]}": "Which group?"}
    assert client.post(f"{address}/lines", data=data).status_code == 302
    for anybody in (client, clients(None)):
        done = anybody.get(address)
        assert "Done. Thank you." in done.text
        assert done.text.count("Sent back") == 1
        assert "café" not in done.text
        for more in ("/code", "/lines"):
            assert anybody.get(f"{address}{more}").location.endswith(address)
        assert anybody.post(f"{address}/lines", data=data).status_code == 302
    with tx.reading() as session:
        row = session.scalars(sa.select(Confirmation)).one()
        assert (row.by_name, row.credential_type, row.email) == ("Jo Field", "Licensed social worker", EMAIL)
        assert row.sha256 == fingerprint(row.line)
        assert [line[2] for line in json.loads(row.line)["lines"]] == ["return", "approve", "approve"]
        acts = session.scalars(sa.select(SignOff)).all()
        assert {(act.method, act.by_name, act.by_id) for act in acts} == {("link", "Jo Field", jo(tx))}
        states = session.scalars(sa.select(PracticeEntry.state).order_by(PracticeEntry.worked_on)).all()
        assert list(states) == ["returned", "approved", "approved"]
        assert list(queries.Recheck().mismatches()) == []
    shown = clients(personas.trainee).get(f"/hours/{ids[1]}").text
    assert "By a link in a mail, as Jo Field, Licensed social worker (LSW 12), jo.field@" in shown


def test_unknown_ended_and_old_links_get_the_same_page(
    tx: Transactions, clients: Clients, personas: Personas, address: str, placed: Placement
) -> None:
    client = clients(None)
    unknown = client.get("/confirm-hours/nothing-like-it")
    assert unknown.status_code == 404
    with tx():
        services.send_link(personas.trainee, placement_id=placed.id, supervisor_id=jo(tx))
    newer = address_in(tx)
    assert newer != address
    for post in ("", "/code", "/code/again", "/lines"):
        assert client.post(f"{address}{post}", data=WHO).status_code == 404
    assert client.get(address).text == unknown.text
    with pytest.MonkeyPatch.context() as patch:
        now = clock.now()
        patch.setattr(clock, "now", lambda: now + timedelta(days=14))
        assert client.get(newer).text == unknown.text
        patch.setattr(clock, "now", lambda: now + timedelta(days=13, hours=23))
        assert client.get(newer).status_code == 200


def test_only_its_hash_is_kept(tx: Transactions, address: str) -> None:
    token = address.rpartition("/")[2]
    with tx.reading() as session:
        row = session.execute(sa.select(ConfirmationLink.__table__)).one()
        assert token not in str(tuple(row))
        assert row.token_hash == queries.hash_of(token)


def test_a_code_has_five_tries_ten_minutes_and_one_use(
    tx: Transactions, clients: Clients, address: str
) -> None:
    client = clients(None)
    assert client.get(f"{address}/code").status_code == 302  # first say who you are
    client.post(address, data=WHO)
    code = code_in(tx)
    wrong = f"{(int(code) + 1) % 10**6:06}"
    for _try in range(4):
        assert "does not fit" in client.post(f"{address}/code", data={"code": wrong}).text
    assert "used up" in client.post(f"{address}/code", data={"code": wrong}).text
    assert client.post(f"{address}/code", data={"code": code}).status_code == 422
    again = client.post(f"{address}/code/again")
    assert again.status_code == 302
    assert "Wait a minute" in client.post(f"{address}/code/again").text
    code = code_in(tx)
    with pytest.MonkeyPatch.context() as patch:
        now = clock.now()
        patch.setattr(clock, "now", lambda: now + timedelta(minutes=10))
        assert "too old" in client.post(f"{address}/code", data={"code": code}).text
    assert client.post(f"{address}/code", data={"code": f"{code[:3]} {code[3:]}"}).status_code == 302
    assert "used up" in client.post(f"{address}/code", data={"code": code}).text
    assert clients(None).get(f"{address}/lines").status_code == 302  # the proof is this browser's
    assert client.get(f"{address}/lines").status_code == 200
    with pytest.MonkeyPatch.context() as patch:
        now = clock.now()
        patch.setattr(clock, "now", lambda: now + timedelta(hours=1))
        assert client.get(f"{address}/lines").status_code == 302


def test_nothing_is_confirmed_without_the_proof(tx: Transactions, address: str) -> None:
    token = address.rpartition("/")[2]
    said = {"name": "Jo", "credential_type": "Nurse", "credential_number": ""}
    with tx():
        services.declare(token=token, is_true=True, **said)
    with tx():
        services.confirm_code(token=token, code=code_in(tx))
    for proof in ("", "another"):
        with pytest.raises(Conflict, match="Open the link"), tx():
            services.confirm_lines(token=token, proof=proof, statement_version=CURRENT.version, reasons={})


def test_codes_run_out(tx: Transactions, address: str) -> None:
    token = address.rpartition("/")[2]
    said = {"token": token, "name": "Jo", "credential_type": "Nurse", "credential_number": "", "is_true": True}
    for _time in range(10):
        with tx():
            services.declare(**said)
    with pytest.raises(Invalid, match="Ten codes"), tx():
        services.declare(**said)


def test_exactly_these_lines(
    tx: Transactions, clients: Clients, personas: Personas, address: str, placed: Placement
) -> None:
    """A line taken back is gone, one changed since is gone, and one sent later is not part of it."""
    with tx.reading() as session:
        ids = session.scalars(sa.select(PracticeEntry.id).order_by(PracticeEntry.id)).all()
    with tx():
        services.withdraw(personas.trainee, entry_id=ids[0])
        services.withdraw(personas.trainee, entry_id=ids[1])
        services.submit(personas.trainee, entry_ids=[ids[1]])
        services.discard_entry(personas.trainee, entry_id=ids[0])
        scenes.submitted(placed, scenes.days_ago(5), note="A later one, “café”.")
    client = clients(None)
    page = at_lines(client, tx, address)
    assert page.count("café") == 1
    assert f"act_{ids[2]}" in page
    with tx():
        services.withdraw(personas.trainee, entry_id=ids[2])
    assert "nothing left to sign" in client.get(f"{address}/lines").text
    data = {"is_meant": "y", "statement_version": CURRENT.version}
    assert client.post(f"{address}/lines", data=data).status_code == 409
    with tx.reading() as session:
        assert session.scalar(sa.select(sa.func.count(SignOff.id))) == 0


def test_a_line_that_may_not_be_signed_stops_all_of_it(
    tx: Transactions, clients: Clients, personas: Personas, address: str, placed: Placement
) -> None:
    with tx():
        agreement = queries.placement(placed.id).agreements[0]
        services.end_agreement(personas.coordinator, agreement_id=agreement.id, ends_on=scenes.days_ago(2))
    client = clients(None)
    page = at_lines(client, tx, address)
    ids = re.findall(r'name="act_(\d+)" type="radio" value="sign"', page) or re.findall(
        r'name="act_(\d+)"', page
    )
    first = min(map(int, ids))
    data = {f"act_{id}": "sign" for id in ids} | {"is_meant": "y", "statement_version": CURRENT.version}
    data |= {f"act_{first}": "return", f"reason_{first}": "Which group?"}
    refused = client.post(f"{address}/lines", data=data)
    assert refused.status_code == 409
    assert "Send this line back" in refused.text
    with tx.reading() as session:
        assert session.scalar(sa.select(sa.func.count(SignOff.id))) == 0  # nor was the first sent back


def test_the_forms_keep_their_tokens_without_a_referrer(app: Lms, tx: Transactions, address: str) -> None:
    """Over HTTPS without a referrer, as these pages ask for: without the token nothing happens."""
    app.config["WTF_CSRF_ENABLED"], app.config["WTF_CSRF_SSL_STRICT"] = True, True
    client = app.test_client()
    page = client.get(address, base_url="https://localhost").text
    assert client.post(address, base_url="https://localhost", data=WHO).status_code == 422
    assert client.post(f"{address}/code/again", base_url="https://localhost").status_code == 302
    assert body_of(tx, "confirm-code") is None
    token = page.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]
    answer = client.post(address, base_url="https://localhost", data=WHO | {"csrf_token": token})
    assert answer.status_code == 302
    assert body_of(tx, "confirm-code") is not None
    assert client.post(f"{address}/code/again", base_url="https://localhost").status_code == 302
    with tx.reading() as session:
        assert session.scalars(sa.select(ConfirmationLink.codes_sent)).one() == 1


def test_what_a_link_is_for_is_fixed_in_the_database(tx: Transactions, address: str) -> None:
    for change in ("email = 'x@example.org'", "lines = '[[1, 9]]'", "expires_at = '2099-01-01'"):
        with pytest.raises(sa.exc.DBAPIError), tx() as session:
            session.execute(sa.text(f"UPDATE confirmation_link SET {change}"))


# --- naming and answering ---------------------------------------------------------------------------


def test_named_answered_and_no_way_to_sign_in(tx: Transactions, clients: Clients, personas: Personas) -> None:
    with tx():
        place = scenes.placement(personas)
        placement_id = place.id
    tara, cora = clients(personas.trainee), clients(personas.coordinator)
    page = f"/placements/{placement_id}"
    assert f"{page}/named/new" in tara.get(page).text
    assert tara.post(f"{page}/named/new", data={"name": "Jo", "email": "jo"}).status_code == 422
    assert tara.post(f"{page}/named/new", data={"name": "Jo Field", "email": EMAIL}).status_code == 302
    again = tara.post(f"{page}/named/new", data={"name": "Jo", "email": EMAIL.upper()})
    assert "named for this placement already" in again.text
    assert "The coordinator looks at it" in tara.get(page).text
    assert "A named supervisor waits for your answer" in cora.get("/placements").text
    yes = f"{page}/named/1/approve"
    assert yes in cora.get(page).text
    assert yes not in tara.get(page).text
    assert tara.post(yes).status_code == 403
    for stranger in (personas.foreign_coordinator, personas.other_trainee):
        assert clients(stranger).post(yes).status_code == 404
    assert cora.post(f"{page}/named/1/decline", data={"answer": ""}).status_code == 302
    assert cora.post(yes).status_code == 302
    assert cora.post(yes).status_code == 409
    with tx.reading() as session:
        person = session.scalars(sa.select(Person).where(Person.email == EMAIL)).one()
        assert (person.active, person.password) == (False, None)
        assert outsiders([person.id, personas.supervisor]) == {person.id}
        assert session.scalars(sa.select(RoleGrant.role).where(RoleGrant.person_id == person.id)).all() == [
            Role.SUPERVISOR.value
        ]
    client = clients(None)
    client.post("/forgot-password", data={"email": EMAIL})
    assert body_of(tx, "reset_password") is None


def test_declined_says_why(tx: Transactions, clients: Clients, personas: Personas) -> None:
    with tx():
        place = scenes.placement(personas)
        services.name_supervisor(personas.trainee, placement_id=place.id, name="Jo", email=EMAIL)
        page = f"/placements/{place.id}"
    cora = clients(personas.coordinator)
    assert cora.post(f"{page}/named/1/decline", data={"answer": "They left the site."}).status_code == 302
    assert "May not sign: They left the site." in clients(personas.trainee).get(page).text
    assert cora.post(f"{page}/named/1/approve").status_code == 409


@pytest.mark.parametrize("email", ["tara@example.org", "not an address"])
def test_an_address_that_cannot_be_named(tx: Transactions, personas: Personas, email: str) -> None:
    with tx() as session:
        place = scenes.placement(personas)
        if email.startswith("tara"):
            email = session.get_one(Person, personas.trainee).email
        with pytest.raises(Invalid):
            services.name_supervisor(personas.trainee, placement_id=place.id, name="Jo", email=email)


def test_somebody_with_an_account_is_treated_as_such(tx: Transactions, personas: Personas) -> None:
    with tx() as session:
        place = scenes.placement(personas)
        emails = [session.get_one(Person, id).email for id in (personas.supervisor, personas.trainer)]
        sam, tomas = (
            services.name_supervisor(personas.trainee, placement_id=place.id, name="X", email=email)
            for email in emails
        )
        assert (
            services.approve_named(personas.coordinator, named_id=sam.id).supervisor_id == personas.supervisor
        )
        with pytest.raises(Conflict, match="has an account"):
            services.send_link(personas.trainee, placement_id=place.id, supervisor_id=personas.supervisor)
        with pytest.raises(Invalid, match="has an account"):
            services.approve_named(personas.coordinator, named_id=tomas.id)


def test_nobody_signs_or_admits_themselves(tx: Transactions, personas: Personas) -> None:
    with tx() as session:
        email = session.get_one(Person, personas.coordinator).email
        place = scenes.placement(personas)
        with pytest.raises(Invalid):
            services.name_supervisor(personas.coordinator, placement_id=place.id, name="Me", email=email)
        with pytest.raises(NotFound):
            services.approve_named(personas.coordinator, named_id=999)
        with pytest.raises(Forbidden):
            outsider = people_services.admit_signer(
                personas.coordinator, organisation_id=personas.provider, name="Jo", email=EMAIL
            )
            people_services.admit_signer(outsider, organisation_id=personas.provider, name="Jo", email=EMAIL)


def test_an_invitation_later_makes_it_an_account(
    tx: Transactions, clients: Clients, personas: Personas, placed: Placement
) -> None:
    supervisor_id = jo(tx)
    with tx():
        people_services.invite(
            personas.coordinator, organisation_id=personas.provider, email=EMAIL, role=Role.TRAINER
        )
    join = "/join/" + body_of(tx, "invitation").partition("/join/")[2].split()[0]
    assert "Make my account" in clients(None).get(join).text
    data = {
        "chosen_name": "Jo",
        "legal_name": "Joanna Field",
        "timezone": "America/New_York",
        "language": "en",
        "password": "seven green boats by the lake",
    }
    assert clients(None).post(join, data=data).status_code == 302
    with tx.reading() as session:
        person = session.get_one(Person, supervisor_id)
        assert (person.email, person.active, person.legal_name) == (EMAIL, True, "Joanna Field")
        assert outsiders([supervisor_id]) == frozenset()


# --- asking ------------------------------------------------------------------------------------------


def test_the_trainee_asks_from_the_page_of_hours(
    tx: Transactions, clients: Clients, personas: Personas, placed: Placement
) -> None:
    tara, supervisor_id = clients(personas.trainee), jo(tx)
    ask = {"supervisor_id": supervisor_id}
    where = f"/placements/{placed.id}/links"
    assert "Mail Jo Field a link" not in tara.get("/hours").text
    assert tara.post(where, data=ask).status_code == 409
    with tx():
        scenes.submitted(placed)
    assert "Mail Jo Field a link" in tara.get("/hours").text
    assert "Mail Jo Field a link" in clients(personas.coordinator).get(f"/placements/{placed.id}").text
    assert tara.post(where, data=ask).status_code == 302
    assert "Mail Jo Field a new link" in tara.get("/hours").text
    assert tara.post(where, data={"supervisor_id": personas.supervisor}).status_code == 404
    assert clients(personas.other_trainee).post(where, data=ask).status_code == 404
    assert clients(personas.foreign_coordinator).post(where, data=ask).status_code == 404
    for _more in range(4):
        assert clients(personas.coordinator).post(where, data=ask).status_code == 302
    assert tara.post(where, data=ask).status_code == 409


def test_no_digest_asks_them_to_sign_in(
    tx: Transactions, personas: Personas, placed: Placement, monkeypatch: pytest.MonkeyPatch
) -> None:
    noon = clock.now().replace(hour=17)
    monkeypatch.setattr(clock, "now", lambda: noon)
    with tx():
        scenes.submitted(placed)
        other = scenes.placement(personas, personas.other_trainee)
        scenes.agreement(personas, other)
        scenes.submitted(other)
    with tx.reading():
        assert queries.supervisors_to_remind() == [personas.supervisor]
