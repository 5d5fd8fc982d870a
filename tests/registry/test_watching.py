"""Employers are told of changes of a credential by mail: only with its holder's yes, and each change once."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask.testing import FlaskClient

from lms import clock, worker
from lms.app import Lms
from lms.credentials import queries as credentials
from lms.credentials import services
from lms.credentials.services import IssuedCredential
from lms.registry import watching
from tests.conftest import Clients, Transactions
from tests.credentials.making import issued
from tests.personas import Personas

ADDRESS = "hr@harbor.example"
NOW = datetime.fromisoformat("2026-11-23T15:00:00+00:00")
TOLD = ("registry.note_changes", "registry.mail_changes", "registry.tell_of_end")


@pytest.fixture(autouse=True)
def moment() -> Iterator[time_machine.Traveller]:
    """A moment that moves only when a test moves it."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def anyone(clients: Clients) -> FlaskClient:
    """A browser without an account."""
    return clients(None)


@pytest.fixture
def holder(clients: Clients, personas: Personas) -> FlaskClient:
    """The browser of who holds the credential."""
    return clients(personas.trainee)


@pytest.fixture
def made(tx: Transactions, personas: Personas) -> IssuedCredential:
    """A certification valid for a year."""
    with tx():
        return issued(personas, valid_until=date(2027, 11, 22))


def mails(tx: Transactions, word: str) -> list[sa.Row[tuple[str, str, str, str]]]:
    with tx.reading() as current:
        return list(
            current.execute(
                sa.text(
                    "SELECT to_address, subject, body, leave FROM outgoing_mail WHERE key LIKE :k ORDER BY id"
                ),
                {"k": f"{word}:%"},
            )
        )


def count(tx: Transactions, table: str) -> int:
    with tx.reading() as current:
        return int(current.scalar(sa.text(f"SELECT count(*) FROM {table}")))


def link_in(body: str) -> str:
    found = re.search(r"(/watching/\S+)", body)
    assert found, body
    return found[1]


def told(app: Lms) -> None:
    """Run what the sweeps would: note what changed, and write the mails."""
    with app.app_context():
        worker.run_due(*TOLD)


def asked(anyone: FlaskClient, tx: Transactions, number: str, address: str = ADDRESS) -> int:
    """An employer asks and confirms; answers the id of the watch."""
    page = anyone.post(f"/verify/{number}/watch", data={"name": "Harbor Clinic", "email": address})
    assert page.status_code == 200, page.text
    assert anyone.post(link_in(mails(tx, "watch-confirm")[-1].body)).status_code == 200
    with tx.reading() as current:
        return int(current.scalar(sa.text("SELECT max(id) FROM status_watch")) or 0)


def agreed(holder: FlaskClient, number: str, watch_id: int, until: str = "2027-11-23") -> None:
    page = holder.post(f"/credentials/{number}/watchers/{watch_id}/agree", data={"until": until})
    assert page.status_code == 303, page.text


@pytest.fixture
def watched(anyone: FlaskClient, holder: FlaskClient, tx: Transactions, made: IssuedCredential) -> int:
    """A watch that the holder said yes to."""
    watch_id = asked(anyone, tx, made.number)
    agreed(holder, made.number, watch_id)
    return watch_id


def suspended(tx: Transactions, personas: Personas, number: str) -> None:
    with tx():
        services.suspend(personas.registrar, number=number, reason="A secret reason.")


def test_an_employer_asks_and_the_holder_agrees(
    app: Lms,
    anyone: FlaskClient,
    holder: FlaskClient,
    tx: Transactions,
    personas: Personas,
    made: IssuedCredential,
    moment: time_machine.Traveller,
) -> None:
    assert f"/verify/{made.number}/watch" in anyone.get(f"/verify/{made.number}").text
    watch_id = asked(anyone, tx, made.number)
    (letter,) = mails(tx, "watch-asked")
    assert "Harbor Clinic" in letter.body
    assert ADDRESS in letter.body
    page = holder.get(f"/credentials/{made.number}/watchers")
    assert "Waits for your word" in page.text
    assert f"/credentials/{made.number}/watchers" in holder.get(f"/credentials/{made.number}").text
    agreed(holder, made.number, watch_id)
    assert mails(tx, "watch-begun")[0].to_address == ADDRESS
    moment.shift(60)
    suspended(tx, personas, made.number)
    for _each in range(2):
        told(app)
    (mail,) = mails(tx, "watch-changes")
    assert mail.to_address == ADDRESS
    assert "suspended on Nov 23, 2026" in mail.body
    assert made.number in mail.body
    assert "Vázquez" not in mail.body + mail.subject
    assert "secret" not in mail.body
    page = holder.get(f"/credentials/{made.number}/watchers")
    assert "Told on" in page.text
    with tx.reading() as current:
        consent = current.execute(sa.text("SELECT text_id, text_version, by_id FROM watch_consent")).one()
        actions = current.execute(sa.text("SELECT action FROM audit_event WHERE action LIKE 'registry.%'"))
        assert consent == ("status-watch", 1, personas.trainee)
        assert {"registry.ask_to_watch", "registry.answer_watcher"} <= set(actions.scalars())


def test_without_a_yes_nothing_is_told(
    app: Lms,
    anyone: FlaskClient,
    holder: FlaskClient,
    tx: Transactions,
    personas: Personas,
    made: IssuedCredential,
) -> None:
    waiting = asked(anyone, tx, made.number)
    suspended(tx, personas, made.number)
    told(app)
    holder.post(f"/credentials/{made.number}/watchers/{waiting}/decline")
    with tx():
        services.reinstate(personas.registrar, number=made.number, reason="Fine.")
    told(app)
    assert mails(tx, "watch-changes") == mails(tx, "watch-over") == []
    assert count(tx, "status_delivery") == count(tx, "status_change") == 0


def test_what_was_before_the_yes_is_not_told(
    app: Lms,
    anyone: FlaskClient,
    holder: FlaskClient,
    tx: Transactions,
    personas: Personas,
    made: IssuedCredential,
    moment: time_machine.Traveller,
) -> None:
    waiting = asked(anyone, tx, made.number)
    suspended(tx, personas, made.number)
    moment.shift(60)
    agreed(holder, made.number, waiting)
    told(app)
    assert mails(tx, "watch-changes") == []


def test_of_what_was_before_and_after_the_yes_only_the_later_is_told(
    app: Lms,
    anyone: FlaskClient,
    holder: FlaskClient,
    tx: Transactions,
    personas: Personas,
    made: IssuedCredential,
    moment: time_machine.Traveller,
) -> None:
    waiting = asked(anyone, tx, made.number)
    suspended(tx, personas, made.number)
    moment.shift(60)
    agreed(holder, made.number, waiting)
    moment.shift(60)
    with tx():
        services.reinstate(personas.registrar, number=made.number, reason="Fine.")
    told(app)
    (mail,) = mails(tx, "watch-changes")
    assert "reinstated on" in mail.body
    assert "suspended on" not in mail.body


def test_a_yes_that_lapses_between_change_and_mail_ends_the_mail(
    app: Lms,
    holder: FlaskClient,
    tx: Transactions,
    personas: Personas,
    made: IssuedCredential,
    watched: int,
    moment: time_machine.Traveller,
) -> None:
    agreed(holder, made.number, watched, "2026-11-23")
    moment.shift(60)
    suspended(tx, personas, made.number)
    with app.app_context():
        worker.run_due("registry.note_changes")
    moment.shift(timedelta(days=1))
    with app.app_context():
        worker.run_due("registry.mail_changes")
    assert mails(tx, "watch-changes") == []
    with tx.reading() as current:
        assert current.scalar(sa.text("SELECT count(*) FROM status_delivery WHERE dropped_at IS NOT NULL")) == 1


def test_a_yes_that_ends_between_change_and_mail_ends_the_mail(
    app: Lms,
    holder: FlaskClient,
    tx: Transactions,
    personas: Personas,
    made: IssuedCredential,
    watched: int,
    moment: time_machine.Traveller,
) -> None:
    moment.shift(60)
    suspended(tx, personas, made.number)
    with app.app_context():
        worker.run_due("registry.note_changes")
    holder.post(f"/credentials/{made.number}/watchers/{watched}/decline")
    told(app)
    assert mails(tx, "watch-changes") == []
    (over,) = mails(tx, "watch-over")
    assert "says nothing about the credential" in over.body
    assert "Not told" in holder.get(f"/credentials/{made.number}/watchers").text


def test_a_yes_ends_by_itself_after_its_last_day(
    app: Lms,
    holder: FlaskClient,
    tx: Transactions,
    personas: Personas,
    made: IssuedCredential,
    watched: int,
    moment: time_machine.Traveller,
) -> None:
    agreed(holder, made.number, watched, "2026-11-25")
    moment.move_to(datetime.fromisoformat("2026-11-26T05:00:00+00:00"))
    suspended(tx, personas, made.number)
    for _each in range(2):
        told(app)
    assert mails(tx, "watch-changes") == []
    assert len(mails(tx, "watch-over")) == 1


def test_a_change_and_its_reversal_come_in_one_mail_in_their_order(
    app: Lms,
    tx: Transactions,
    personas: Personas,
    made: IssuedCredential,
    watched: int,
    moment: time_machine.Traveller,
) -> None:
    moment.shift(60)
    suspended(tx, personas, made.number)
    moment.shift(60)
    with tx():
        services.reinstate(personas.registrar, number=made.number, reason="Fine.")
    told(app)
    (mail,) = mails(tx, "watch-changes")
    assert mail.body.index("suspended on") < mail.body.index("reinstated on")
    assert count(tx, "status_delivery") == 2


def test_the_calendar_changes_it_too(
    app: Lms,
    holder: FlaskClient,
    tx: Transactions,
    made: IssuedCredential,
    watched: int,
    moment: time_machine.Traveller,
) -> None:
    moment.move_to(datetime.fromisoformat("2027-11-22T20:00:00+00:00"))
    told(app)
    assert mails(tx, "watch-changes") == []
    moment.move_to(datetime.fromisoformat("2027-11-23T15:00:00+00:00"))
    for _each in range(2):
        told(app)
    (mail,) = mails(tx, "watch-changes")
    assert "expired after Nov 22, 2027" in mail.body


def test_the_number_of_a_newer_one_is_told(
    app: Lms,
    tx: Transactions,
    personas: Personas,
    made: IssuedCredential,
    watched: int,
    moment: time_machine.Traveller,
) -> None:
    moment.shift(60)
    with tx():
        newer = services.replace(
            personas.registrar, number=made.number, name_as_issued="Tara Ruiz", reason="Married."
        )
    told(app)
    (mail,) = mails(tx, "watch-changes")
    assert newer.number in mail.body
    assert "Ruiz" not in mail.body


def test_an_erasure_is_told_and_ends_it(
    app: Lms,
    holder: FlaskClient,
    tx: Transactions,
    personas: Personas,
    made: IssuedCredential,
    watched: int,
    moment: time_machine.Traveller,
) -> None:
    moment.shift(60)
    suspended(tx, personas, made.number)
    moment.shift(60)
    with tx():
        services.erase(personas.registrar, number=made.number, reason="Asked for.")
    for _each in range(2):
        told(app)
    (mail,) = mails(tx, "watch-changes")
    assert "its data were erased" in mail.body
    page = holder.post(f"/credentials/{made.number}/watchers/{watched}/agree", data={"until": "2027-01-01"})
    assert page.status_code == 409


def test_who_watched_is_forgotten_once_the_erasure_is_told(
    app: Lms,
    anyone: FlaskClient,
    tx: Transactions,
    personas: Personas,
    made: IssuedCredential,
    watched: int,
    moment: time_machine.Traveller,
) -> None:
    waiting = asked(anyone, tx, made.number, "other@harbor.example")
    moment.shift(60)

    def names() -> dict[int, tuple[str, str | None, bool]]:
        with app.app_context():
            worker.run_due("registry.forget_watcher")
        with tx.reading() as current:
            rows = current.execute(sa.text("SELECT id, name, address, ended_at FROM status_watch"))
            return {row.id: (row.name, row.address, row.ended_at is not None) for row in rows}

    before = names()
    assert before[watched] == ("Harbor Clinic", ADDRESS, False)
    with tx():
        services.erase(personas.registrar, number=made.number, reason="Asked for.")
    after = names()
    assert after[waiting] == ("-", None, True)
    assert after[watched] == before[watched]
    with app.app_context():
        worker.run_due("registry.note_changes")
    assert names()[watched] == before[watched]
    told(app)
    assert names()[watched] == ("-", None, True)
    assert len(mails(tx, "watch-changes")) == 1


def test_a_number_nobody_knows_is_asked_about_alike(
    anyone: FlaskClient, tx: Transactions, made: IssuedCredential
) -> None:
    from lms.credentials.numbers import new_number

    other = new_number()
    known, unknown = (anyone.get(f"/verify/{number}/watch") for number in (made.number, other))
    assert known.status_code == unknown.status_code == 200
    pages = []
    for number in (made.number, other):
        page = anyone.post(f"/verify/{number}/watch", data={"name": "Harbor", "email": ADDRESS})
        confirmed = anyone.post(link_in(mails(tx, "watch-confirm")[-1].body))
        pages.append((page.status_code, page.text, confirmed.status_code, confirmed.text))
    assert pages[0] == pages[1]
    assert count(tx, "status_watch") == 1
    assert anyone.get("/verify/none/watch").status_code == 404


def test_bad_names_and_addresses_are_said_and_nothing_typed_is_lost(
    anyone: FlaskClient, tx: Transactions, made: IssuedCredential
) -> None:
    for name, email in (
        ("", ADDRESS),
        ("Harbor", "nobody"),
        ("Win at https://evil.example", ADDRESS),
        ("x" * 121, ADDRESS),
    ):
        page = anyone.post(f"/verify/{made.number}/watch", data={"name": name, "email": email})
        assert page.status_code == 422
        assert f'value="{email}"' in page.text
    assert mails(tx, "watch-confirm") == []


def test_a_holder_is_not_written_to_again_and_again(
    anyone: FlaskClient,
    tx: Transactions,
    personas: Personas,
    made: IssuedCredential,
    moment: time_machine.Traveller,
) -> None:
    watch_id = asked(anyone, tx, made.number)
    moment.shift(timedelta(days=2))
    asked(anyone, tx, made.number)
    assert len(mails(tx, "watch-asked")) == 1
    with tx():
        watching.say_no(personas.trainee, number=made.number, watch_id=watch_id)
    moment.shift(timedelta(days=89))
    asked(anyone, tx, made.number)
    assert len(mails(tx, "watch-asked")) == 1
    moment.shift(timedelta(days=2))
    asked(anyone, tx, made.number)
    assert len(mails(tx, "watch-asked")) == 2
    with tx():
        card = credentials.credential(made.number)
        for one in range(25):
            watching.watch(card, name="Harbor", language="en", address=f"someone{one}@other.example")
    assert len(mails(tx, "watch-asked")) == 22


def test_a_watcher_ends_it_by_one_post_and_their_address_goes(
    app: Lms,
    anyone: FlaskClient,
    holder: FlaskClient,
    tx: Transactions,
    personas: Personas,
    made: IssuedCredential,
    watched: int,
    moment: time_machine.Traveller,
) -> None:
    moment.shift(60)
    suspended(tx, personas, made.number)
    told(app)
    (mail,) = mails(tx, "watch-changes")
    page = anyone.get(link_in(mail.body))
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert made.number in page.text
    assert count(tx, "status_watch") == 1
    done = anyone.post(mail.leave, data={"List-Unsubscribe": "One-Click"})
    assert done.status_code == 200
    with tx.reading() as current:
        assert current.execute(sa.text("SELECT address FROM status_watch")).scalars().all() == [None]
    assert "Does not ask any more" in holder.get(f"/credentials/{made.number}/watchers").text
    with tx():
        services.reinstate(personas.registrar, number=made.number, reason="Fine.")
    told(app)
    assert len(mails(tx, "watch-changes")) == 1
    for method in (anyone.get, anyone.post):
        assert method("/watching/none/end" if method == anyone.post else "/watching/none").status_code == 404


def test_mail_programs_read_how_to_end_it(
    app: Lms,
    tx: Transactions,
    personas: Personas,
    made: IssuedCredential,
    watched: int,
    moment: time_machine.Traveller,
) -> None:
    moment.shift(60)
    suspended(tx, personas, made.number)
    told(app)
    with app.app_context():
        worker.run_due("mail.send")
    folder = app.config["SETTINGS"].data_dir / "mail"
    sent = [path.read_text() for path in folder.glob("*.eml") if "has changed" in path.read_text()]
    assert len(sent) == 1
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in sent[0]
    found = re.search(r"^List-Unsubscribe: <http://127\.0\.0\.1:5000(/watching/[\w.=-]+/end)>$", sent[0], re.M)
    assert found, sent[0]
    (mail,) = mails(tx, "watch-changes")
    assert found[1] == mail.leave


def test_only_the_holder_answers(
    clients: Clients,
    holder: FlaskClient,
    anyone: FlaskClient,
    tx: Transactions,
    personas: Personas,
    made: IssuedCredential,
) -> None:
    watch_id = asked(anyone, tx, made.number)
    for person_id, expected in ((personas.other_trainee, 404), (personas.registrar, 403)):
        other = clients(person_id)
        assert other.get(f"/credentials/{made.number}/watchers").status_code == expected
        page = other.post(f"/credentials/{made.number}/watchers/{watch_id}/agree", data={"until": "2027-01-01"})
        assert page.status_code == expected
    late = holder.post(f"/credentials/{made.number}/watchers/{watch_id}/agree", data={"until": "2027-11-24"})
    assert late.status_code == 422
    assert 'value="2027-11-24"' in late.text
    assert (
        holder.post(f"/credentials/{made.number}/watchers/999/agree", data={"until": "2027-01-01"}).status_code
        == 404
    )


def test_links_that_are_not_ours_or_too_old_open_nothing(
    anyone: FlaskClient, tx: Transactions, made: IssuedCredential, moment: time_machine.Traveller
) -> None:
    anyone.post(f"/verify/{made.number}/watch", data={"name": "Harbor", "email": ADDRESS})
    link = link_in(mails(tx, "watch-confirm")[0].body)
    assert anyone.get(link).status_code == 200
    assert count(tx, "status_watch") == 0
    moment.shift(timedelta(days=8))
    assert anyone.get(link).status_code == anyone.post(link).status_code == 404
    assert anyone.get(f"{link}x").status_code == 404


def test_words_and_changes_are_never_rewritten(
    app: Lms,
    tx: Transactions,
    personas: Personas,
    made: IssuedCredential,
    watched: int,
    moment: time_machine.Traveller,
) -> None:
    moment.shift(60)
    suspended(tx, personas, made.number)
    told(app)
    for statement in (
        "UPDATE watch_consent SET is_agreed = false",
        "DELETE FROM watch_consent",
        "UPDATE status_change SET kind = 'revoked'",
    ):
        with pytest.raises(sa.exc.DBAPIError), tx() as current:
            current.execute(sa.text(statement))
    assert clock.now() == NOW + timedelta(seconds=60)
    assert watching.TEXT_VERSION == 1
