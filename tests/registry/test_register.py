"""The pages of the registrar, by persona."""

import pytest

from lms.credentials import queries, services
from tests import builders
from tests.conftest import Clients, Transactions
from tests.credentials.making import issued
from tests.personas import Personas


@pytest.fixture
def number(tx: Transactions, personas: Personas) -> str:
    """An active credential of the trainee."""
    with tx():
        return issued(personas).number


def test_the_register_lists_and_finds(
    tx: Transactions, clients: Clients, personas: Personas, number: str
) -> None:
    with tx():
        issued(personas, "decision:2", name_as_issued="Otis Underwood", person_id=personas.other_trainee)
    registrar = clients(personas.registrar)
    address = "/register"
    page = registrar.get("/register?organisation=peer-board").text
    assert "Tara Vázquez" in page
    assert "Otis Underwood" in page
    for search in (number, number.lower().replace("-", " "), "tara", "vazq", "VÁZQUEZ"):
        page = registrar.get(address, query_string={"organisation": "peer-board", "q": search}).text
        assert "Tara Vázquez" in page, search
        assert "Otis Underwood" not in page
    for search in ("zquez", "%", "_", "nobody"):
        page = registrar.get(address, query_string={"organisation": "peer-board", "q": search}).text
        assert "Nothing here fits" in page, search


def test_each_organisation_has_its_own_register(clients: Clients, personas: Personas, number: str) -> None:
    registrar = clients(personas.registrar)
    assert "Tara Vázquez" not in registrar.get("/register?organisation=open-door").text
    assert registrar.get("/register?organisation=far-board").status_code == 404
    foreign = clients(personas.foreign_registrar)
    assert "Tara Vázquez" not in foreign.get("/register").text
    assert foreign.get("/register?organisation=peer-board").status_code == 404


def test_pages_follow_one_another(tx: Transactions, clients: Clients, personas: Personas) -> None:
    with tx():
        for at in range(queries.PAGE + 3):
            issued(personas, f"decision:{at}", name_as_issued=f"Holder {at:03}")
    registrar = clients(personas.registrar)
    first = registrar.get("/register?organisation=peer-board").text
    assert first.count("Holder ") == queries.PAGE
    with tx.reading():
        cards, following = queries.register_page(personas.body)
        rest, none = queries.register_page(personas.body, before=following)
    assert (len(cards), len(rest), none) == (queries.PAGE, 3, None)
    second = registrar.get(f"/register?organisation=peer-board&before={following}").text
    assert second.count("Holder ") == 3
    assert "Older ones" not in second


@pytest.mark.parametrize("act", ["suspend", "revoke"])
def test_suspend_and_revoke_show_on_the_public_page(
    clients: Clients, personas: Personas, number: str, act: str
) -> None:
    registrar = clients(personas.registrar)
    page = registrar.get(f"/register/{number}").text
    assert "What this does:" in page
    answer = registrar.post(f"/register/{number}/{act}", data={"reason": "A board decision."})
    assert (answer.status_code, answer.location) == (303, f"/register/{number}")
    page = registrar.get(f"/register/{number}").text
    assert "A board decision." in page
    assert "Rhea" in page
    public = clients(None).get(f"/verify/{number}").text
    assert {"suspend": "is suspended since", "revoke": "was revoked on"}[act] in public
    assert "A board decision." not in public


def test_reinstate(clients: Clients, personas: Personas, number: str) -> None:
    registrar = clients(personas.registrar)
    registrar.post(f"/register/{number}/suspend", data={"reason": "A letter."})
    registrar.post(f"/register/{number}/reinstate", data={"reason": "It was a mistake."})
    assert "This credential is active." in clients(None).get(f"/verify/{number}").text


def test_replace(clients: Clients, personas: Personas, number: str) -> None:
    registrar = clients(personas.registrar)
    data = {"name_as_issued": "Tara Vega", "reason": "Marriage."}
    answer = registrar.post(f"/register/{number}/replace", data=data)
    assert answer.status_code == 303
    assert "Tara Vega" in registrar.get(answer.location).text
    assert "replaced by a newer one" in clients(None).get(f"/verify/{number}").text


def test_bad_input_redraws_with_the_message_and_what_was_typed(
    clients: Clients, personas: Personas, number: str
) -> None:
    registrar = clients(personas.registrar)
    answer = registrar.post(f"/register/{number}/suspend", data={"reason": "  "})
    assert answer.status_code == 422
    assert "Say why, in a sentence." in answer.text
    answer = registrar.post(f"/register/{number}/replace", data={"name_as_issued": "ꦗꦮ", "reason": "Spelling."})
    assert answer.status_code == 422
    assert "ꦗ ꦮ" in answer.text
    assert "Spelling." in answer.text
    assert 'value="ꦗꦮ"' in answer.text


def test_the_second_time_conflicts(clients: Clients, personas: Personas, number: str) -> None:
    registrar = clients(personas.registrar)
    for status in (303, 409):
        answer = registrar.post(f"/register/{number}/revoke", data={"reason": "A board decision."})
        assert answer.status_code == status
    assert "That is final." in answer.text


@pytest.mark.parametrize("act", ["", "/suspend", "/reinstate", "/revoke", "/replace"])
def test_who_may_not(clients: Clients, personas: Personas, number: str, act: str) -> None:
    def ask(person_id: int | None) -> int:
        client = clients(person_id)
        address = f"/register/{number}{act}"
        return (client.post(address, data={"reason": "x"}) if act else client.get(address)).status_code

    assert ask(personas.foreign_registrar) == 404
    assert ask(personas.foreign_reviewer) == 404
    assert ask(personas.supervisor) == 404
    assert ask(personas.reviewer) == 403
    assert ask(personas.auditor) == 403
    assert ask(personas.trainee) == 403
    assert ask(None) == 302


def test_nobody_keeps_their_own_credential(tx: Transactions, clients: Clients, personas: Personas) -> None:
    with tx():
        own = issued(personas, person_id=personas.registrar).number
    registrar = clients(personas.registrar)
    assert registrar.get(f"/register/{own}").status_code == 200
    assert registrar.post(f"/register/{own}/revoke", data={"reason": "x"}).status_code == 403


def test_who_holds_no_register_finds_none(clients: Clients, personas: Personas) -> None:
    for person_id in (personas.trainee, personas.reviewer, personas.administrator):
        assert clients(person_id).get("/register").status_code == 404


def test_a_page_of_the_register_asks_few_queries(
    tx: Transactions, clients: Clients, personas: Personas
) -> None:
    import sqlalchemy as sa

    from lms.db import db

    registrar = clients(personas.registrar)
    counts = []
    for size in (1, 30):
        with tx():
            for at in range(size):
                made = issued(personas, f"decision:{size}:{at}", person_id=builders.person().id)
                services.suspend(personas.reviewer, number=made.number, reason="x")
        seen: list[str] = []

        def note(_c: object, _cursor: object, statement: str, *_: object, seen: list[str] = seen) -> None:
            seen.append(statement)

        with tx.reading():
            engine = db.engine
        sa.event.listen(engine, "before_cursor_execute", note)
        registrar.get("/register?organisation=peer-board")
        sa.event.remove(engine, "before_cursor_execute", note)
        counts.append(len([statement for statement in seen if statement.startswith("SELECT")]))
    assert counts[0] == counts[1] <= 5
