"""The pages of practice, by personas: they work, strangers learn nothing, faults redraw what was typed."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from flask_security import hash_password

from lms import clock, db
from lms.app import Lms
from lms.people.models import Person
from lms.practice import queries, services
from lms.practice.models import Placement, PracticeEntry, SignOff
from lms.practice.rules import State
from lms.practice.statements import CURRENT
from tests.conftest import Clients, Transactions
from tests.personas import Personas
from tests.practice import scenes


def typed(placed: Placement, **more: object) -> dict[str, object]:
    """What a trainee types for a plain entry."""
    return {
        "worked_on": scenes.days_ago(1).isoformat(),
        "length": "2",
        "placement_id": placed.id,
        "kind": "group",
        "mode": "in_person",
        "note": "Made soup together",
        "client_key": "key-of-this-form",
    } | more


@pytest.fixture
def placed(tx: Transactions, personas: Personas) -> Placement:
    """The trainee's placement with the supervisor's agreement."""
    with tx():
        return scenes.ready(personas)


def waiting(tx: Transactions, placed: Placement, *days: int, **more: object) -> list[int]:
    """Entries of those days ago that wait for the supervisor."""
    with tx():
        return [scenes.submitted(placed, scenes.days_ago(day), **more).id for day in days]


def states(tx: Transactions) -> list[str]:
    with tx.reading() as session:
        return list(session.scalars(sa.select(PracticeEntry.state).order_by(PracticeEntry.id)))


def lines_of(page: str) -> list[str]:
    """The hidden lines of a confirmation page."""
    return re.findall(r'name="line" value="([^"]+)"', page)


def sign(client: FlaskClient, lines: list[str], **more: object) -> object:
    data = {"line": lines, "is_meant": "y", "statement_version": CURRENT.version} | more
    return client.post("/sign-off/sign", data=data)


def test_a_trainee_logs_and_sends(
    tx: Transactions, clients: Clients, personas: Personas, placed: Placement
) -> None:
    client = clients(personas.trainee)
    page = client.get("/hours")
    assert page.status_code == 200
    assert "Who sees this: Sam, and the certifying body" in page.text
    assert client.post("/hours", data=typed(placed, do="save")).status_code == 302
    assert states(tx) == ["draft"]
    again = client.post("/hours", data=typed(placed, do="save"))
    assert again.status_code == 302
    assert states(tx) == ["draft"]
    client.post(
        "/hours", data=typed(placed, do="submit", client_key="another-form", worked_on=scenes.days_ago(2))
    )
    assert states(tx) == ["draft", "submitted"]
    page = client.get("/hours")
    assert "Send 1 draft" in page.text
    assert "With Sam since" in page.text
    client.post("/hours/submit")
    assert states(tx) == ["submitted", "submitted"]


def test_same_as_last_time_fills_the_form(
    tx: Transactions, clients: Clients, personas: Personas, placed: Placement
) -> None:
    waiting(tx, placed, 2, kind="outreach", mode="phone", minutes=210)
    page = clients(personas.trainee).get("/hours?same=1").text
    assert 'value="3.5"' in page
    assert re.search(r'<input checked[^>]*value="outreach"', page)
    assert re.search(r'<input checked[^>]*value="phone"', page)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"worked_on": "2999-01-01"}, "still to come"),
        ({"length": "abc"}, "Write hours like 3.5"),
        ({"length": ""}, "Say how long it was"),
        ({"length": "17"}, "The most is 16"),
        ({"length": "25"}, "24 hours at most"),
        ({"length": "", "starts_at": "10:00", "ends_at": "09:00"}, "The end is before the start"),
        ({"length": "", "starts_at": "10:00"}, "both the start and the end"),
        ({"kind": ""}, "Choose what you did"),
        ({"kind": "swimming"}, "Choose what you did"),
        ({"placement_id": "999"}, "Choose one of your placements"),
        ({"note": "x" * 281}, "280 letters"),
        ({"worked_on": ""}, "Choose the day"),
    ],
)
def test_bad_hours_redraw_with_what_was_typed(
    tx: Transactions,
    clients: Clients,
    personas: Personas,
    placed: Placement,
    more: dict[str, object],
    sentence: str,
) -> None:
    page = clients(personas.trainee).post("/hours", data=typed(placed, **({"note": "Made soup"} | more)))
    assert page.status_code == 422
    assert sentence in page.text
    assert "Made soup" in page.text or "note" in more
    assert "key-of-this-form" in page.text
    assert states(tx) == []


def test_each_fault_has_its_sentence(clients: Clients, personas: Personas, placed: Placement) -> None:
    page = clients(personas.trainee).post("/hours", data=typed(placed, worked_on="2999-01-01", length="17"))
    assert "2 things need a fix" in page.text


def test_an_odd_entry_is_taken_and_its_trainee_told(
    clients: Clients, personas: Personas, placed: Placement
) -> None:
    client = clients(personas.trainee)
    client.post("/hours", data=typed(placed, do="submit", length="9.5"))
    assert "Sam will look at this twice: Long day: 9.5 hours in all." in client.get("/hours").text


def test_a_trainee_fixes_withdraws_and_deletes(
    tx: Transactions, clients: Clients, personas: Personas, placed: Placement
) -> None:
    (entry_id,) = waiting(tx, placed, 1)
    with tx():
        services.return_entry(personas.supervisor, entry_id=entry_id, reason="End time?")
    client = clients(personas.trainee)
    assert "Needs a fix: End time?" in client.get("/hours").text
    page = client.get(f"/hours/{entry_id}").text
    version = re.search(r'name="version"[^>]*value="(\d+)"', page)
    assert version is not None
    data = typed(placed, length="1.5", version=version[1], do="submit")
    assert client.post(f"/hours/{entry_id}", data=data).status_code == 302
    assert client.post(f"/hours/{entry_id}", data=data).status_code == 409
    assert states(tx) == ["submitted"]
    assert client.post(f"/hours/{entry_id}/withdraw").status_code == 409
    assert client.post(f"/hours/{entry_id}/discard").status_code == 409
    with tx():
        scrap = scenes.draft(placed, scenes.days_ago(3)).id
    assert "Delete this draft" in client.get(f"/hours/{scrap}").text
    assert client.post(f"/hours/{scrap}/discard").status_code == 302
    assert client.get(f"/hours/{scrap}").status_code == 404
    assert states(tx) == ["submitted"]


def test_a_bad_fix_redraws(tx: Transactions, clients: Clients, personas: Personas, placed: Placement) -> None:
    with tx():
        entry_id = scenes.draft(placed).id
    page = clients(personas.trainee).post(f"/hours/{entry_id}", data=typed(placed, length="0", version=1))
    assert page.status_code == 422
    assert "more than zero" in page.text


def test_no_trainee_page_uses_hard_words(
    tx: Transactions, clients: Clients, personas: Personas, placed: Placement
) -> None:
    (entry_id,) = waiting(tx, placed, 1)
    with tx():
        services.return_entry(personas.supervisor, entry_id=entry_id, reason="End time?")
    client = clients(personas.trainee)
    for address in ("/hours", f"/hours/{entry_id}", "/placements", "/supervision", "/supervision/new"):
        page = client.get(address)
        assert page.status_code == 200
        assert not re.search(r"reject|fail|denied|violation", page.text, re.I)


def test_the_queue_puts_odd_entries_first_and_apart(
    tx: Transactions, clients: Clients, personas: Personas, placed: Placement
) -> None:
    fitting = waiting(tx, placed, 1, 2)
    odd = waiting(tx, placed, 3, minutes=570)
    client = clients(personas.supervisor)
    page = client.get("/sign-off").text
    assert "3 entries to sign" in page
    assert "1 needs a look" in page
    assert "Long day: 9.5 hours in all" in page
    assert page.index(f'id="e{odd[0]}"') < page.index(f'id="e{fitting[0]}"')
    assert "Sign all 2 that fit" in page
    everything = lines_of(client.get("/sign-off/sign?all=1").text)
    assert sorted(everything) == sorted(f"{entry_id}:2" for entry_id in fitting)


def test_a_supervisor_returns_one_of_ten_and_signs_nine(
    tx: Transactions, clients: Clients, personas: Personas, placed: Placement
) -> None:
    entries = waiting(tx, placed, *range(1, 11))
    client = clients(personas.supervisor)
    page = client.get(f"/sign-off/ask?e={entries[4]}").text
    lines = lines_of(page)
    assert client.post("/sign-off/ask", data={"line": lines, "reason": ""}).status_code == 422
    assert client.post("/sign-off/ask", data={"line": lines, "reason": "Which group?"}).status_code == 302
    rest = [entry_id for entry_id in entries if entry_id != entries[4]]
    page = client.get("/sign-off/sign?" + "&".join(f"e={entry_id}" for entry_id in rest)).text
    assert CURRENT.text in page
    assert 'name="is_meant"' in page
    assert "checked" not in page
    lines = lines_of(page)
    assert len(lines) == 9
    unticked = client.post("/sign-off/sign", data={"line": lines, "statement_version": CURRENT.version})
    assert unticked.status_code == 422
    answer = sign(client, lines)
    assert answer.status_code == 302
    page = client.get(answer.location).text
    assert "Signed 9 entries." in page
    assert "Undo (until " in page
    assert states(tx).count("approved") == 9
    assert states(tx)[4] == "returned"
    assert sign(client, lines).status_code == 409

    trainee = clients(personas.trainee)
    assert "Needs a fix: Which group?" in trainee.get("/hours").text
    trainee.post(f"/hours/{entries[4]}/submit")
    assert sign(client, lines_of(client.get("/sign-off/sign?all=1").text)).status_code == 302
    assert set(states(tx)) == {"approved"}


def test_each_line_may_have_its_own_reason(
    tx: Transactions, clients: Clients, personas: Personas, placed: Placement
) -> None:
    one, two = waiting(tx, placed, 1, 2)
    client = clients(personas.supervisor)
    lines = lines_of(client.get(f"/sign-off/ask?e={one}&e={two}").text)
    client.post("/sign-off/ask", data={"line": lines, "reason": "Shared", f"reason_{two}": "Own"})
    with tx.reading():
        assert [queries.entry(entry_id).reason for entry_id in (one, two)] == ["Shared", "Own"]


def test_fewer_hours_can_be_signed(
    tx: Transactions, clients: Clients, personas: Personas, placed: Placement
) -> None:
    (entry_id,) = waiting(tx, placed, 1)
    client = clients(personas.supervisor)
    lines = lines_of(client.get(f"/sign-off/sign?e={entry_id}").text)
    assert sign(client, lines, **{f"fewer_{entry_id}": "many"}).status_code == 422
    assert sign(client, lines, **{f"fewer_{entry_id}": "9"}).status_code == 409
    assert sign(client, lines, **{f"fewer_{entry_id}": "1.5"}).status_code == 302
    assert "for 1.5 hours" in clients(personas.trainee).get("/hours").text


def test_a_week_is_signed_with_one_button(
    tx: Transactions, clients: Clients, personas: Personas, placed: Placement
) -> None:
    waiting(tx, placed, 1, 10)
    client = clients(personas.supervisor)
    keys = re.findall(r'name="group" value="([^"]+)"', client.get("/sign-off").text)
    assert len(keys) == 2
    assert len(lines_of(client.get(f"/sign-off/sign?group={keys[0]}").text)) == 1


def test_nothing_chosen_and_too_much_chosen_redraw(
    tx: Transactions, clients: Clients, personas: Personas, placed: Placement
) -> None:
    waiting(tx, placed, 1)
    client = clients(personas.supervisor)
    for address in ("/sign-off/sign", "/sign-off/ask", "/sign-off/sign?group=nonsense"):
        page = client.get(address)
        assert page.status_code == 422
        assert "Choose at least one entry." in page.text
    page = client.get("/sign-off/sign?" + "&".join(f"e={number}" for number in range(1, 102)))
    assert page.status_code == 422
    assert "Choose 100 entries at most." in page.text
    for lines in ([], ["1"], ["x:1"], ["1:2:3"], ["1:²"]):
        assert sign(client, lines).status_code == 404


def test_undo_from_the_page(tx: Transactions, clients: Clients, personas: Personas, placed: Placement) -> None:
    (entry_id,) = waiting(tx, placed, 1)
    client = clients(personas.supervisor)
    page = client.get(sign(client, lines_of(client.get(f"/sign-off/sign?e={entry_id}").text)).location).text
    undo = re.search(r'action="(/sign-off/[^"]+/undo)"', page)
    assert undo is not None
    assert clients(personas.other_supervisor).post(undo[1]).status_code == 404
    assert client.post(undo[1]).status_code == 302
    assert states(tx) == ["submitted"]
    assert client.post(undo[1]).status_code == 409


def test_undo_from_the_page_after_ten_minutes(
    tx: Transactions, clients: Clients, personas: Personas, placed: Placement
) -> None:
    (entry_id,) = waiting(tx, placed, 1)
    client = clients(personas.supervisor)
    location = sign(client, lines_of(client.get(f"/sign-off/sign?e={entry_id}").text)).location
    undo = re.search(r'action="(/sign-off/[^"]+/undo)"', client.get(location).text)
    assert undo is not None
    with clock.at(clock.now() + timedelta(minutes=11)):
        assert "/undo" not in client.get(location).text
        assert client.post(undo[1]).status_code == 409
    assert states(tx) == ["approved"]


def test_a_signed_entry_cannot_be_changed_by_any_route(
    tx: Transactions, clients: Clients, personas: Personas, placed: Placement
) -> None:
    (entry_id,) = waiting(tx, placed, 1)
    with tx():
        services.sign_off(personas.supervisor, entry_ids=[entry_id], statement_version=CURRENT.version)
        version = queries.entry(entry_id).version
    trainee, supervisor = clients(personas.trainee), clients(personas.supervisor)
    assert "Fix it" not in trainee.get(f"/hours/{entry_id}").text
    line = f"{entry_id}:{version}"
    for answer in (
        trainee.post(f"/hours/{entry_id}", data=typed(placed, version=version)),
        trainee.post(f"/hours/{entry_id}/submit"),
        trainee.post(f"/hours/{entry_id}/withdraw"),
        trainee.post(f"/hours/{entry_id}/discard"),
        sign(supervisor, [line]),
        supervisor.post("/sign-off/ask", data={"line": line, "reason": "Late thought"}),
    ):
        assert answer.status_code == 409
    with tx.reading():
        entry = queries.entry(entry_id)
        assert (entry.version, entry.state, entry.minutes) == (version, State.APPROVED, 120)


def test_who_may_open_what(tx: Transactions, clients: Clients, personas: Personas, placed: Placement) -> None:
    (entry_id,) = waiting(tx, placed, 1)
    entry = {"trainee": 200, "supervisor": 200, "coordinator": 200}
    table: dict[str, dict[str, int]] = {
        "/hours": {"trainee": 200, "other_trainee": 200, "foreign_trainee": 200}
        | dict.fromkeys(("supervisor", "coordinator", "reviewer", "administrator"), 403),
        f"/hours/{entry_id}": entry
        | dict.fromkeys(("other_trainee", "other_supervisor", "trainer", "administrator", "reviewer"), 404),
        "/sign-off": {"supervisor": 200, "other_supervisor": 200, "foreign_supervisor": 200}
        | dict.fromkeys(("trainee", "coordinator", "administrator"), 403),
        f"/sign-off/sign?e={entry_id}": {"supervisor": 200, "other_supervisor": 404, "foreign_supervisor": 404},
        f"/sign-off/ask?e={entry_id}": {"supervisor": 200, "other_supervisor": 404, "foreign_supervisor": 404},
        "/placements": {"trainee": 200, "supervisor": 200, "coordinator": 200, "reviewer": 403},
        f"/placements/{placed.id}": entry
        | dict.fromkeys(("other_trainee", "other_supervisor", "trainer"), 404),
        "/placements/new": {"coordinator": 200, "trainee": 404, "supervisor": 404},
        f"/placements/{placed.id}/agreements/new": {"coordinator": 200, "trainee": 403, "supervisor": 403},
        "/supervision": {"trainee": 200, "supervisor": 200, "coordinator": 403},
        "/supervision/new": {"trainee": 200, "supervisor": 200, "coordinator": 403},
    }
    foreign = ("foreign_trainee", "foreign_supervisor", "foreign_coordinator", "foreign_registrar")
    signed_in = {name: clients(getattr(personas, name)) for row in table.values() for name in row}
    signed_in |= {name: clients(getattr(personas, name)) for name in foreign}
    for address, row in table.items():
        for name, status in row.items():
            assert (address, name, signed_in[name].get(address).status_code) == (address, name, status)
        assert clients(None).get(address).status_code == 302
        if any(character.isdigit() for character in address):
            for name in foreign:
                got = signed_in[name].get(address).status_code
                # The queue's own pages are closed to people without the role before any id is looked at.
                assert (
                    address,
                    name,
                    got in (404, 403) if address.startswith("/sign-off") else got == 404,
                ) == (
                    address,
                    name,
                    True,
                )


def test_strangers_cannot_act(
    tx: Transactions, clients: Clients, personas: Personas, placed: Placement
) -> None:
    (entry_id,) = waiting(tx, placed, 1)
    for name in ("other_trainee", "foreign_trainee", "foreign_supervisor", "foreign_coordinator"):
        client = clients(getattr(personas, name))
        for act in ("", "/submit", "/withdraw", "/discard"):
            assert client.post(f"/hours/{entry_id}{act}", data=typed(placed)).status_code == 404
        assert client.post(f"/placements/{placed.id}/end", data={"ends_on": "2026-01-01"}).status_code == 404
    for act in ("", "/submit", "/withdraw", "/discard"):
        assert clients(personas.supervisor).post(f"/hours/{entry_id}{act}").status_code == 403
    for name, status in (("other_supervisor", 404), ("foreign_supervisor", 404), ("trainee", 403)):
        client = clients(getattr(personas, name))
        assert sign(client, [f"{entry_id}:2"]).status_code == status
        ask = client.post("/sign-off/ask", data={"line": f"{entry_id}:2", "reason": "No"})
        assert ask.status_code == status
    assert states(tx) == ["submitted"]


def test_a_coordinator_arranges_placement_and_agreement(
    tx: Transactions, clients: Clients, personas: Personas
) -> None:
    client = clients(personas.coordinator)
    page = client.get("/placements/new").text
    assert "Tara" in page
    assert "Finn" not in page
    first = scenes.days_ago(30).isoformat()
    data = {"person_id": personas.trainee, "site_name": "Drop-in", "role": "paid", "starts_on": first}
    answer = client.post("/placements/new", data=data | {"ends_on": scenes.days_ago(40).isoformat()})
    assert answer.status_code == 422
    assert "The last day is before the first day." in answer.text
    assert "Drop-in" in answer.text
    foreign = client.post("/placements/new", data=data | {"person_id": personas.foreign_trainee})
    assert foreign.status_code == 422
    elsewhere = client.post(f"/placements/new?organisation={personas.foreign_provider}", data=data)
    assert elsewhere.status_code == 404
    address = client.post("/placements/new", data=data).location
    assert "Sam" in client.get(address).text
    agreed = {"supervisor_id": personas.supervisor, "starts_on": first}
    answer = client.post(address, data=agreed)
    assert answer.status_code == 302
    assert client.post(address, data=agreed).status_code == 422
    page = client.get(answer.location).text
    assert "Sam" in page
    ends = re.findall(r'action="(/placements/[^"]+/end)"', page)
    assert len(ends) == 2
    for end in reversed(ends):
        assert client.post(end, data={"ends_on": scenes.days_ago(60).isoformat()}).status_code == 422
        assert client.post(end, data={"ends_on": ""}).status_code == 422
        assert client.post(end, data={"ends_on": scenes.today().isoformat()}).status_code == 302
    assert client.post(ends[1].replace(re.findall(r"\d+", ends[1])[1], "999")).status_code == 404
    assert "Drop-in" in clients(personas.trainee).get("/placements").text
    assert "Drop-in" in clients(personas.supervisor).get("/placements").text
    assert "Drop-in" not in clients(personas.other_supervisor).get("/placements").text


def test_a_session_is_signed_by_both(
    tx: Transactions, clients: Clients, personas: Personas, placed: Placement
) -> None:
    supervisor, trainee = clients(personas.supervisor), clients(personas.trainee)
    assert "Tara" in supervisor.get("/supervision/new").text
    data = {
        "pair": f"{personas.trainee}-{personas.supervisor}",
        "held_on": scenes.days_ago(1).isoformat(),
        "length": "1",
        "format": "individual",
        "mode": "video",
        "topics": "Boundaries",
        "client_key": "session-form-key",
        "is_meant": "y",
        "statement_version": "1",
    }
    bad = supervisor.post("/supervision/new", data=data | {"held_on": "2999-01-01"})
    assert bad.status_code == 422
    assert "still to come" in bad.text
    other = f"{personas.other_trainee}-{personas.supervisor}"
    assert supervisor.post("/supervision/new", data=data | {"pair": other}).status_code == 404
    assert supervisor.post("/supervision/new", data=data | {"pair": ""}).status_code == 422
    assert supervisor.post("/supervision/new", data=data).status_code == 302
    assert "Waits for Tara" in supervisor.get("/supervision").text
    page = trainee.get("/supervision").text
    assert "Waits for you" in page
    found = re.search(r'href="(/supervision/\d+)"', page)
    assert found is not None
    assert "Sign the session" in trainee.get(found[1]).text
    assert "Sign the session" not in supervisor.get(found[1]).text
    sign_address = (found[0], f"{found[1]}/sign")
    unmeant = trainee.post(sign_address[1], data={"statement_version": "1"})
    assert unmeant.status_code == 422
    assert "Tick the box" in unmeant.text
    assert trainee.post(sign_address[1], data={"is_meant": "y", "statement_version": "7"}).status_code == 409
    meant = {"is_meant": "y", "statement_version": "1"}
    assert clients(personas.other_supervisor).post(sign_address[1]).status_code == 404
    assert clients(personas.coordinator).post(sign_address[1]).status_code == 403
    assert clients(personas.foreign_coordinator).post(sign_address[1]).status_code == 404
    assert trainee.post(sign_address[1], data=meant).status_code == 302
    assert trainee.post(sign_address[1], data=meant).status_code == 409
    assert "Signed by both" in supervisor.get("/supervision").text
    older = found[1].rsplit("/", 1)[1]
    address = f"/supervision/new?corrects={older}"
    assert "Boundaries" in trainee.get(address).text
    changed = data | {"length": "0:45", "client_key": "session-form-key-2"}
    assert trainee.post(address, data=changed).status_code == 422
    assert trainee.post(address, data=changed | {"correction_reason": "Shorter."}).status_code == 302
    assert "See the correction" in supervisor.get(found[1]).text
    assert trainee.post(address, data=changed | {"client_key": "session-form-key-3"}).status_code == 409
    assert clients(personas.other_trainee).get(address).status_code == 404
    assert clients(personas.coordinator).get(found[1]).status_code == 200
    assert clients(personas.other_trainee).get(found[1]).status_code == 404
    assert clients(personas.foreign_coordinator).get(found[1]).status_code == 404


@contextmanager
def counted(app: Lms) -> Iterator[list[str]]:
    """The statements sent within the block."""
    sent: list[str] = []
    with app.app_context():
        engine = db.db.engine

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        sent.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    yield sent
    sa.event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    ("address", "name"),
    [("/sign-off", "supervisor"), ("/sign-off/sign?all=1", "supervisor"), ("/hours", "trainee")],
)
def test_the_number_of_queries_does_not_grow(
    app: Lms,
    tx: Transactions,
    clients: Clients,
    personas: Personas,
    placed: Placement,
    address: str,
    name: str,
) -> None:
    client = clients(getattr(personas, name))
    waiting(tx, placed, 1)
    client.get(address)
    with counted(app) as few:
        assert client.get(address).status_code == 200
    with tx():
        other = scenes.placement(personas, personas.other_trainee)
        scenes.agreement(personas, other)
    waiting(tx, placed, *range(2, 20), note="Something")
    waiting(tx, other, *range(2, 20))
    with counted(app) as many:
        assert client.get(address).status_code == 200
    assert len(many) == len(few)
    assert sum(statement.startswith("SELECT") for statement in many) <= 10


def test_the_summary_takes_two_queries(
    app: Lms, tx: Transactions, personas: Personas, placed: Placement
) -> None:
    waiting(tx, placed, 1, 2, 3)
    with tx.reading(), counted(app) as sent:
        queries.hours_summary(personas.trainee)
    assert len([statement for statement in sent if statement.startswith("SELECT")]) == 2


def test_a_signature_needs_the_password_once_in_15_minutes(
    tx: Transactions, clients: Clients, personas: Personas, placed: Placement
) -> None:
    one, two = waiting(tx, placed, 1, 2)
    client = clients(personas.supervisor)
    with tx() as session:
        session.get_one(Person, personas.supervisor).password = hash_password("a long password of Sam's")
    with clock.at(clock.now() + timedelta(minutes=16)):
        page = client.get(f"/sign-off/sign?e={one}").text
        assert 'type="password"' in page
        for wrong in ("", "not this one"):
            answer = sign(client, lines_of(page), password=wrong)
            assert answer.status_code == 422
            assert "not your password" in answer.text
        assert states(tx) == ["submitted", "submitted"]
        assert sign(client, lines_of(page), password="a long password of Sam's").status_code == 302
        page = client.get(f"/sign-off/sign?e={two}").text
        assert 'type="password"' not in page
        assert sign(client, lines_of(page)).status_code == 302
    assert states(tx) == ["approved", "approved"]
    with tx.reading() as session:
        assert set(session.scalars(sa.select(SignOff.method))) == {"password"}


def test_filters_narrow_the_queue_and_what_all_means(
    tx: Transactions, clients: Clients, personas: Personas, placed: Placement
) -> None:
    waiting(tx, placed, 1, 2, 40)
    with tx():
        other = scenes.placement(personas, personas.other_trainee)
        scenes.agreement(personas, other)
    waiting(tx, other, 1, 15)
    client = clients(personas.supervisor)

    def shown(words: str) -> int:
        return client.get(f"/sign-off?{words}").text.count('name="e"')

    week = scenes.days_ago(15).isoformat()
    assert [
        shown(words)
        for words in (
            "",
            f"trainee={personas.trainee}",
            "site=Clubhouse",
            "site=Elsewhere",
            f"week={week}",
            "flagged=1",
            f"trainee={personas.other_trainee}&flagged=1",
            "trainee=nobody&week=never&flagged=",
        )
    ] == [5, 3, 5, 0, 1, 1, 0, 1]
    otis = f"trainee={personas.other_trainee}"
    page = client.get(f"/sign-off/sign?all=1&{otis}").text
    assert len(lines_of(page)) == 2
    assert f'action="/sign-off/sign?{otis}"' in page
    assert "2 of 5 entries are shown." in client.get(f"/sign-off?{otis}").text
    assert re.search(r'aria-label="Otis, \w{3} \d+, \d{4}, 2 hours"', client.get(f"/sign-off?{otis}").text)
