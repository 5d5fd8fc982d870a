"""Signing in: by password, with limits, with a code that counts once, with a recovery code, and its end."""

import re
import time
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from flask_security import hash_password, verify_password
from passlib.totp import TOTP

from lms import clock
from lms.app import Lms, create_app
from lms.audit import AuditEvent
from lms.config import Settings
from lms.mail import OutgoingMail
from lms.people import rules, services, throttle
from lms.people.models import Person, RoleGrant, SignInFailure, SignInSession
from lms.permissions import Role
from tests import builders
from tests.conftest import Clients, Transactions
from tests.personas import Personas

PASSWORD = "otter lantern velvet canyon"
MISMATCH = "That e-mail and password do not match."


@pytest.fixture
def trainee(app: Lms, tx: Transactions, personas: Personas) -> str:
    """Gives the trainee a password; answers the address."""
    return _with_password(tx, personas.trainee)


def _with_password(tx: Transactions, person_id: int, password: str = PASSWORD) -> str:
    with tx() as current:
        person = current.get_one(Person, person_id)
        person.password = hash_password(password)
        person.is_password_long = len(password) >= 15
        return str(person.email)


def _sign_in(client: FlaskClient, email: str, password: str = PASSWORD, **more: str):
    return client.post("/login", data={"email": email, "password": password, **more})


def _told(page: str, typed: str) -> str:
    """What a page tells, without what was typed and without the tokens of its forms."""
    return re.sub(r'name="csrf_token" value="[^"]*"', "", page).replace(typed, "")


def _failures(tx: Transactions) -> int:
    with tx.reading() as current:
        return current.scalar(sa.select(sa.func.count(SignInFailure.id)))


def test_password_signs_in(clients: Clients, trainee: str, tx: Transactions, personas: Personas) -> None:
    client = clients(None)
    answer = _sign_in(client, trainee.upper())
    assert (answer.status_code, answer.location) == (302, "/home")
    assert client.get("/account").status_code == 200
    with tx.reading() as current:
        row = current.scalars(sa.select(SignInSession)).one()
        assert (row.person_id, row.has_second_factor) == (personas.trainee, False)
        assert current.scalars(sa.select(AuditEvent.action)).all() == ["people.sign_in"]


def test_wrong_password_says_so_keeps_what_was_typed_and_is_counted(
    clients: Clients, trainee: str, tx: Transactions
) -> None:
    known = _sign_in(clients(None), trainee, "not my password at all")
    unknown = _sign_in(clients(None), "nobody@example.test", "not my password at all")
    for answer, typed in ((known, trainee), (unknown, "nobody@example.test")):
        assert answer.status_code == 422
        assert answer.text.count(MISMATCH) == 1
        assert f'value="{typed}"' in answer.text
        assert "not my password" not in answer.text
    assert _told(known.text, trainee) == _told(unknown.text, "nobody@example.test")
    assert _failures(tx) == 2


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"email": "", "password": "x"}, "Type your e-mail address."),
        ({"email": "name", "password": "x"}, "Type an e-mail address, like name@example.org."),
        ({"email": "a@example.test", "password": ""}, "Type your password."),
    ],
)
def test_missing_parts_are_named(clients: Clients, data: dict[str, str], sentence: str) -> None:
    answer = clients(None).post("/login", data=data)
    assert answer.status_code == 422
    assert sentence in answer.text


def test_next_stays_on_this_site(clients: Clients, trainee: str) -> None:
    for address in ("https://evil.example/", "//evil.example", "///evil.example", "/\\evil.example"):
        answer = clients(None).post(
            "/login", query_string={"next": address}, data={"email": trainee, "password": PASSWORD}
        )
        assert answer.status_code == 302
        # The library quotes a backslash, so that a browser reads it as part of a path here.
        assert answer.location in ("/home", "/%5Cevil.example")
    answer = clients(None).post("/login?next=/account", data={"email": trainee, "password": PASSWORD})
    assert answer.location == "/account"


def test_ten_tries_close_the_pair_but_not_the_owner_elsewhere(
    clients: Clients, trainee: str, tx: Transactions
) -> None:
    stranger = clients(None)
    for _ in range(throttle.MOST_PER_PAIR):
        assert _sign_in(stranger, trainee, "wrong wrong wrong").status_code == 422
    closed = _sign_in(stranger, trainee)
    assert closed.status_code == 429
    assert "Too many tries from here." in closed.text
    elsewhere = clients(None)
    answer = elsewhere.post(
        "/login", data={"email": trainee, "password": PASSWORD}, environ_base={"REMOTE_ADDR": "192.0.2.9"}
    )
    assert answer.location == "/home"
    with clock.at(clock.now() + timedelta(minutes=16)):
        assert _sign_in(clients(None), trainee).location == "/home"


def test_thirty_tries_close_the_address(clients: Clients, trainee: str) -> None:
    stranger = clients(None)
    for number in range(throttle.MOST_PER_ADDRESS):
        _sign_in(stranger, f"nobody{number}@example.test", "wrong wrong wrong")
    assert _sign_in(stranger, trainee).status_code == 429


def test_old_tries_are_forgotten(tx: Transactions, app: Lms) -> None:
    from lms import worker

    with tx() as current:
        old = clock.now() - timedelta(days=2)
        current.add(SignInFailure(account="a", address="b", at=old))
        current.add(SignInFailure(account="a", address="b", at=clock.now()))
    with app.app_context():
        worker.run_due()
    assert _failures(tx) == 1


def test_ended_session_is_out(clients: Clients, trainee: str, personas: Personas) -> None:
    here, there = clients(None), clients(None)
    _sign_in(here, trainee)
    _sign_in(there, trainee)
    assert here.get("/account").text.count("End this session") == 1
    assert here.post("/account/sessions/end-others").status_code == 302
    assert there.get("/account").status_code == 302
    assert here.get("/account").status_code == 200


def test_session_of_another_person_is_a_404(clients: Clients, tx: Transactions, personas: Personas) -> None:
    mine, other = clients(personas.trainee), clients(personas.other_trainee)
    with tx.reading() as current:
        ids = dict(current.execute(sa.select(SignInSession.person_id, SignInSession.id)).all())
    assert mine.post(f"/account/sessions/{ids[personas.other_trainee]}/end").status_code == 404
    assert other.get("/account").status_code == 200
    assert mine.post(f"/account/sessions/{ids[personas.trainee]}/end").status_code == 302
    assert mine.get("/account").status_code == 302


@pytest.mark.parametrize(("who", "minutes"), [("trainee", 60), ("trainer", 30)])
def test_idle_session_ends_and_stays_ended(
    clients: Clients, personas: Personas, who: str, minutes: int
) -> None:
    client = clients(getattr(personas, who))
    start = clock.now()
    with clock.at(start + timedelta(minutes=minutes - 1)):
        assert client.get("/account").status_code == 200
    with clock.at(start + timedelta(minutes=2 * minutes)):
        assert client.get("/account").status_code == 302
        assert client.get("/account").status_code == 302


def test_session_ends_after_twelve_hours(clients: Clients, personas: Personas) -> None:
    client = clients(personas.trainee)
    start = clock.now()
    for hour in range(12):
        with clock.at(start + timedelta(minutes=59 * (hour + 1))):
            assert client.get("/account").status_code == 200
    with clock.at(start + timedelta(hours=12, seconds=1)):
        assert client.get("/account").status_code == 302


def test_ended_role_is_out_at_the_next_request(clients: Clients, tx: Transactions, personas: Personas) -> None:
    client = clients(personas.coordinator)
    address = f"/organisation/{personas.provider}/people"
    assert client.get(address).status_code == 200
    with tx() as current:
        current.execute(
            sa.update(RoleGrant).where(RoleGrant.person_id == personas.coordinator).values(ended_at=clock.now())
        )
    assert client.get(address).status_code == 404


def test_sign_out_ends_the_session_on_the_server(
    clients: Clients, tx: Transactions, personas: Personas
) -> None:
    client = clients(personas.trainee)
    assert client.get("/logout").status_code == 405
    assert client.post("/logout").location == "/"
    with tx.reading() as current:
        assert current.scalars(sa.select(SignInSession)).one().ended_at is not None


# --- second factor --------------------------------------------------------------------------------------


def _set_up_app(client: FlaskClient) -> TOTP:
    page = client.post("/tf-setup", data={"setup": "authenticator"})
    assert page.status_code == 200, page.text
    key = page.text.split("data-noread>")[1].split("<")[0]
    totp = TOTP(key=key.replace("-", ""))
    done = client.post("/tf-validate", data={"code": totp.generate().token})
    assert done.location == "/mf-recovery-codes", done.text
    return totp


def _later(monkeypatch: pytest.MonkeyPatch, seconds: int) -> float:
    """Stop the real clock, which codes go by, so many seconds from now; answers that moment."""
    moved = time.time() + seconds
    monkeypatch.setattr(TOTP, "now", staticmethod(lambda: moved))
    return moved


def test_code_from_the_app_counts_once(
    clients: Clients, trainee: str, tx: Transactions, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = clients(None)
    _sign_in(first, trainee)
    totp = _set_up_app(first)
    code = totp.generate(_later(monkeypatch, 60)).token
    client = clients(None)
    assert _sign_in(client, trainee).location.startswith("/tf-validate")
    assert client.get("/account").status_code == 302
    assert client.post("/tf-validate", data={"code": code}).location == "/home"
    assert client.get("/account").status_code == 200
    thief = clients(None)
    _sign_in(thief, trainee)
    refused = thief.post("/tf-validate", data={"code": code})
    assert refused.status_code == 422
    assert "That code does not fit." in refused.text
    assert _failures(tx) == 1
    with tx.reading() as current:
        newest = current.scalars(sa.select(SignInSession).order_by(SignInSession.id.desc())).first()
        assert newest.has_second_factor


def test_setup_code_is_not_taken_again(clients: Clients, trainee: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first = clients(None)
    _sign_in(first, trainee)
    moment = _later(monkeypatch, 0)
    totp = _set_up_app(first)
    client = clients(None)
    _sign_in(client, trainee)
    assert client.post("/tf-validate", data={"code": totp.generate(moment).token}).status_code == 422


def test_wrong_setup_code_redraws_and_keeps_the_key(clients: Clients, trainee: str) -> None:
    client = clients(None)
    _sign_in(client, trainee)
    page = client.post("/tf-setup", data={"setup": "authenticator"})
    key = page.text.split("data-noread>")[1].split("<")[0]
    assert client.post("/tf-validate", data={"code": "12"}).status_code == 422
    totp = TOTP(key=key.replace("-", ""))
    assert client.post("/tf-validate", data={"code": totp.generate().token}).location == "/mf-recovery-codes"


def test_recovery_code_counts_once(clients: Clients, trainee: str, tx: Transactions) -> None:
    first = clients(None)
    _sign_in(first, trainee)
    _set_up_app(first)
    page = first.post("/mf-recovery-codes", data={"generate_new_codes": "yes"})
    codes = [part.split("<")[0] for part in page.text.split("<li>")[1:]][:10]
    assert len(set(codes)) == 10
    with tx.reading() as current:
        kept = current.scalars(sa.select(Person.mf_recovery_codes).where(Person.email == trainee)).one()
        assert len(kept) == 10
        assert not set(kept) & set(codes)
    for expected in (302, 422):
        client = clients(None)
        _sign_in(client, trainee)
        answer = client.post("/mf-recovery", data={"code": codes[0].upper()})
        assert answer.status_code == expected, answer.text
    assert "9 left" in first.get("/account").text


def test_role_that_needs_a_second_factor_is_sent_to_set_one_up(
    clients: Clients, tx: Transactions, personas: Personas
) -> None:
    email = _with_password(tx, personas.administrator)
    client = clients(None)
    _sign_in(client, email)
    assert client.get("/admin").location == "/tf-setup"
    assert client.get("/account").status_code == 200
    assert client.get("/tf-setup").status_code == 200
    _set_up_app(client)
    assert client.get("/admin").status_code == 200
    page = client.get("/tf-setup")
    assert "Turn the app off" not in page.text
    assert client.post("/tf-setup", data={"setup": "disable"}).status_code == 422


def test_role_given_later_asks_for_the_code(
    clients: Clients, trainee: str, tx: Transactions, personas: Personas, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = clients(None)
    _sign_in(first, trainee)
    totp = _set_up_app(first)
    client = clients(personas.trainee, second_factor=False)
    with tx():
        builders.grant(personas.trainee, personas.provider, Role.ASSESSOR)
    assert client.get("/attest/code-of-ethics").location.startswith("/account/second-step?next=")
    assert client.post("/account/second-step", data={"code": "123"}).status_code == 422
    moment = _later(monkeypatch, 60)
    answer = client.post(
        "/account/second-step?next=/attest/code-of-ethics", data={"code": totp.generate(moment).token}
    )
    assert answer.location == "/attest/code-of-ethics"
    assert client.get("/attest/code-of-ethics").status_code == 200


def test_trainee_may_turn_the_app_off(clients: Clients, trainee: str) -> None:
    client = clients(None)
    _sign_in(client, trainee)
    _set_up_app(client)
    assert client.post("/tf-setup", data={"setup": "disable"}).status_code == 302
    assert _sign_in(clients(None), trainee).location == "/home"


# --- passwords ------------------------------------------------------------------------------------------


def test_weak_password_redraws(clients: Clients, trainee: str) -> None:
    client = clients(None)
    _sign_in(client, trainee)
    for new, sentence in (
        ("short pass", "Use at least 15 characters."),
        ("passwordpassword", "Many people use this password."),
        ("open door training 7", "Leave out your name"),
        ("aaaaaaaaaaaaaaaaaaaa", "Use more than a few different characters."),
    ):
        answer = client.post(
            "/change", data={"password": PASSWORD, "new_password": new, "new_password_confirm": new}
        )
        assert answer.status_code == 422
        assert sentence in answer.text, answer.text


def test_changing_the_password_ends_other_sessions(clients: Clients, trainee: str, tx: Transactions) -> None:
    here, there = clients(None), clients(None)
    _sign_in(here, trainee)
    _sign_in(there, trainee)
    new = "seven quiet harbours at dusk"
    answer = here.post("/change", data={"password": PASSWORD, "new_password": new, "new_password_confirm": new})
    assert answer.location == "/account", answer.text
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 302
    assert _sign_in(clients(None), trainee).status_code == 422
    assert _sign_in(clients(None), trainee, new).location == "/home"
    with tx.reading() as current:
        assert current.scalars(sa.select(OutgoingMail.subject)).all() == ["Your password was changed"]


def test_changing_the_password_keeps_the_second_factor(
    clients: Clients, tx: Transactions, personas: Personas
) -> None:
    _with_password(tx, personas.supervisor)
    client = clients(personas.supervisor)
    new = "seven quiet harbours at dusk"
    client.post("/change", data={"password": PASSWORD, "new_password": new, "new_password_confirm": new})
    assert client.get("/attest/code-of-ethics").status_code == 200


def test_eight_characters_do_with_a_second_factor(clients: Clients, trainee: str, tx: Transactions) -> None:
    client = clients(None)
    _sign_in(client, trainee)
    _set_up_app(client)
    new = "vQ7 harb!"
    answer = client.post(
        "/change", data={"password": PASSWORD, "new_password": new, "new_password_confirm": new}
    )
    assert answer.status_code == 302, answer.text
    assert client.post("/tf-setup", data={"setup": "disable"}).status_code == 422


def test_reset_by_mail(clients: Clients, trainee: str, tx: Transactions) -> None:
    client = clients(None)
    pages = [client.post("/reset", data={"email": email}) for email in (trainee, trainee, "x@example.test")]
    assert {page.status_code for page in pages} == {200}
    assert _told(pages[0].text, trainee) == _told(pages[2].text, "x@example.test")
    with tx.reading() as current:
        to, body = current.execute(sa.select(OutgoingMail.to_address, OutgoingMail.body)).one()
    assert to == trainee
    address = next(line for line in body.splitlines() if "/reset/" in line)
    assert address.startswith("http://127.0.0.1:5000/reset/")
    path = address.removeprefix("http://127.0.0.1:5000")
    old = clients(None)
    _sign_in(old, trainee)
    assert client.get(path).status_code == 200
    assert client.post(path, data={"password": "short", "password_confirm": "short"}).status_code == 422
    new = "seven quiet harbours at dusk"
    assert client.post(path, data={"password": new, "password_confirm": new}).location == "/login"
    assert old.get("/account").status_code == 302
    assert client.post(path, data={"password": PASSWORD, "password_confirm": PASSWORD}).location == "/reset"
    assert _sign_in(clients(None), trainee, new).location == "/home"


def test_reset_link_does_not_trust_the_host_header(clients: Clients, trainee: str, tx: Transactions) -> None:
    clients(None).post("/reset", data={"email": trainee}, headers={"Host": "evil.example"})
    with tx.reading() as current:
        assert "evil" not in current.scalars(sa.select(OutgoingMail)).one().body


def test_hash_is_argon2id_of_the_wanted_strength(database_url: str) -> None:
    made = create_app(Settings(env="development", database_url=database_url, worker="none"))
    with made.app_context():
        hashed = hash_password(PASSWORD)
        assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
        assert verify_password(PASSWORD, hashed)


def test_hashing_happens_before_the_transaction(
    app: Lms, clients: Clients, trainee: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lms.db import session

    context = app.extensions["lms_security"].pwd_context
    inner = context._context
    inside: list[bool] = []

    class Watch:
        def __getattr__(self, name: str):
            if name in ("hash", "verify"):
                inside.append("after_commit" in session().info)
            return getattr(inner, name)

    monkeypatch.setattr(context, "_context", Watch())
    client = clients(None)
    _sign_in(client, trainee)
    _sign_in(clients(None), "nobody@example.test")
    new = "seven quiet harbours at dusk"
    client.post("/change", data={"password": PASSWORD, "new_password": new, "new_password_confirm": new})
    assert inside
    assert not any(inside)


# --- confirming -----------------------------------------------------------------------------------------


def test_confirming_holds_for_fifteen_minutes(clients: Clients, trainee: str) -> None:
    client = clients(None)
    _sign_in(client, trainee)
    with clock.at(clock.now() + timedelta(minutes=16)):
        assert client.get("/wan-register").location.startswith("/confirm?next=")
        wrong = client.post("/confirm", data={"password": "wrong wrong wrong"})
        assert wrong.status_code == 422
        assert "That is not your password." in wrong.text
        assert client.get("/wan-register").status_code == 302
        answer = client.post("/confirm?next=/wan-register", data={"password": PASSWORD})
        assert answer.location == "/wan-register"
        assert client.get("/wan-register").status_code == 200


def test_confirm_identity_service(app: Lms, clients: Clients, trainee: str, tx: Transactions) -> None:
    from flask import request

    from lms.errors import Invalid
    from lms.permissions import public

    @app.post("/sign-something")
    @public
    def sign_something() -> tuple[str, int]:
        try:
            services.confirm_identity(request.form["password"])
        except Invalid as fault:
            return fault.message, 422
        return str(services.is_confirmed()), 200

    client = clients(None)
    _sign_in(client, trainee)
    assert client.post("/sign-something", data={"password": "wrong"}).status_code == 422
    assert _failures(tx) == 1
    assert client.post("/sign-something", data={"password": PASSWORD}).text == "True"


# --- cookies and forged requests ------------------------------------------------------------------------


def test_cookie_flags(database_url: str, tx: Transactions, personas: Personas) -> None:
    email = _with_password(tx, personas.trainee)
    production = create_app(
        Settings(
            env="production",
            database_url=database_url,
            worker="none",
            secret_key="k" * 40,
            base_url="https://lms.example",
        )
    )
    demo = create_app(Settings(env="demo", database_url=database_url, worker="none"))
    seen = {}
    for name, made in (("production", production), ("demo", demo)):
        made.config["WTF_CSRF_ENABLED"] = False
        answer = made.test_client().post(
            "/login", data={"email": email, "password": PASSWORD}, base_url="https://localhost"
        )
        seen[name] = answer.headers.getlist("Set-Cookie")
    assert len(seen["production"]) == 1
    for flag in ("__Host-lms=", "Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert flag in seen["production"][0]
    assert "Secure" not in seen["demo"][0]
    assert "HttpOnly" in seen["demo"][0]


def test_sign_in_needs_the_token_of_its_page(app: Lms, trainee: str) -> None:
    client = app.test_client()
    assert _sign_in(client, trainee).status_code == 400
    token = client.get("/login").text.split('name="csrf_token" value="')[1].split('"')[0]
    assert _sign_in(client, trainee, csrf_token=token).location == "/home"
    page = client.get("/account")
    token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    assert client.post("/logout").status_code == 400
    assert client.post("/logout", data={"csrf_token": token}).location == "/"


def test_pages_of_signing_in_hold_their_parts(clients: Clients, personas: Personas) -> None:
    stranger, person = clients(None), clients(personas.trainee)
    for client, address in (
        (stranger, "/login"),
        (stranger, "/reset"),
        (stranger, "/wan-signin"),
        (person, "/confirm"),
        (person, "/change"),
        (person, "/tf-setup"),
        (person, "/mf-recovery-codes"),
        (person, "/wan-register"),
        (person, "/wan-verify"),
        (person, "/account"),
        (stranger, "/help"),
        (stranger, "/"),
    ):
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert answer.text.count("<h1") == 1, address
        assert " style=" not in answer.text, address
        assert " onclick=" not in answer.text, address
    assert 'autocomplete="username"' in stranger.get("/login").text
    assert 'autocomplete="current-password"' in stranger.get("/login").text


def test_inactive_person_cannot_sign_in(clients: Clients, trainee: str, tx: Transactions) -> None:
    client = clients(None)
    _sign_in(client, trainee)
    with tx() as current:
        current.execute(sa.update(Person).where(Person.email == trainee).values(active=False))
    assert client.get("/account").status_code == 302
    assert _sign_in(clients(None), trainee).status_code == 422


def test_one_passkey_serves_both_ways() -> None:
    from flask_security import webauthn

    assert webauthn._is_cred_usable.__module__ == "lms.people.factors"
    assert rules.LONGEST >= 64
