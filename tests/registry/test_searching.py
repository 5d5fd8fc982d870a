"""By name, only what the body's rule and the holder allow is found, whole words only, and few at a time."""

import re

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.exc import DatabaseError

from lms.app import create_app
from lms.config import Settings
from lms.credentials import queries, services
from lms.errors import Conflict, NotFound
from tests.conftest import Clients, Transactions
from tests.credentials.making import issued
from tests.personas import Personas


@pytest.fixture
def number(tx: Transactions, personas: Personas) -> str:
    """A certification of the trainee, which nobody said may be found."""
    with tx():
        return issued(personas).number


@pytest.fixture
def listed(tx: Transactions, personas: Personas, number: str) -> str:
    """The same, its body and its holder having said that it may."""
    with tx():
        services.allow_name_search(personas.registrar, organisation_id=personas.body, is_allowed=True)
        services.list_by_name(personas.trainee, number=number, is_listed=True)
    return number


@pytest.fixture
def anyone(clients: Clients) -> FlaskClient:
    """A browser without an account."""
    return clients(None)


def asked(anyone: FlaskClient, personas: Personas, name: str):  # type: ignore[no-untyped-def]
    return anyone.post("/verify/search", data={"name": name, "issuer": personas.body})


@pytest.mark.parametrize("name", ["Tara Vázquez", "vazquez tara", "VAZQUEZ", "Vázquez, Tara"])
def test_whole_words_find_what_may_be_found(
    anyone: FlaskClient, personas: Personas, listed: str, name: str
) -> None:
    page = asked(anyone, personas, name)
    assert page.status_code == 200
    assert f'href="/verify/{listed}"' in page.text
    assert "One was found" in page.text


@pytest.mark.parametrize("name", ["Vazq", "Vazquez Tar", "Vazque%", "Tara Vazquez Lopez", "____"])
def test_beginnings_and_signs_find_nothing(
    anyone: FlaskClient, personas: Personas, listed: str, name: str
) -> None:
    page = asked(anyone, personas, name)
    assert page.status_code == 200
    assert listed not in page.text


@pytest.mark.parametrize("name", ["", "T", "Tam", "%", "--"])
def test_too_little_is_not_looked_for(anyone: FlaskClient, personas: Personas, listed: str, name: str) -> None:
    page = asked(anyone, personas, name)
    assert page.status_code == 422
    assert listed not in page.text


def test_nobody_and_not_listed_are_one_answer(
    anyone: FlaskClient, tx: Transactions, personas: Personas, number: str
) -> None:
    with tx():
        services.allow_name_search(personas.registrar, organisation_id=personas.body, is_allowed=True)
    there, nobody = asked(anyone, personas, "Tara Vazquez"), asked(anyone, personas, "Zara Vazquez")
    assert there.status_code == nobody.status_code == 200
    shape = re.compile(r'value="[^"]*"|nonce="[^"]*"')
    assert shape.sub("", there.text) == shape.sub("", nobody.text)


def test_either_word_taken_back_ends_it(
    anyone: FlaskClient, tx: Transactions, clients: Clients, personas: Personas, listed: str
) -> None:
    holder, registrar = clients(personas.trainee), clients(personas.registrar)
    assert holder.post(f"/credentials/{listed}/listing", data={"listed": "no"}).status_code == 303
    assert listed not in asked(anyone, personas, "Tara Vazquez").text
    assert holder.post(f"/credentials/{listed}/listing", data={"listed": "yes"}).status_code == 303
    assert listed in asked(anyone, personas, "Tara Vazquez").text
    registrar.post("/register/name-search", data={"organisation": "peer-board", "allowed": "no"})
    assert asked(anyone, personas, "Tara Vazquez").status_code == 422
    assert "No register here can be searched by name." in anyone.get("/verify/search").text
    with tx.reading():
        assert queries.found_by_name(personas.body, ("tara", "vazquez")) == ()


def test_a_replaced_credential_is_not_found(
    anyone: FlaskClient, tx: Transactions, personas: Personas, listed: str
) -> None:
    with tx():
        services.replace(personas.registrar, number=listed, name_as_issued="Tara Vega", reason="Name.")
    assert listed not in asked(anyone, personas, "Tara Vazquez").text
    assert "/verify/" + listed not in asked(anyone, personas, "Tara Vega").text


def test_at_most_ten_are_shown(anyone: FlaskClient, tx: Transactions, personas: Personas, listed: str) -> None:
    with tx():
        for key in range(12):
            made = issued(personas, f"many:{key}").number
            services.list_by_name(personas.trainee, number=made, is_listed=True)
    assert asked(anyone, personas, "Tara Vazquez").text.count("<h3>") == 10


def test_only_holder_and_registrar_say_so(
    clients: Clients, tx: Transactions, personas: Personas, number: str
) -> None:
    assert clients(personas.foreign_trainee).post(f"/credentials/{number}/listing").status_code == 404
    assert clients(personas.registrar).post(f"/credentials/{number}/listing").status_code == 403
    form = {"organisation": "peer-board", "allowed": "yes"}
    assert clients(personas.trainee).post("/register/name-search", data=form).status_code == 404
    assert clients(personas.reviewer).post("/register/name-search", data=form).status_code == 403
    with pytest.raises(NotFound), tx():
        services.list_by_name(personas.other_trainee, number=number, is_listed=True)
    with pytest.raises(Conflict), tx():
        services.list_by_name(personas.trainee, number=number, is_listed=True)


def test_the_pages_ask_for_both_words(clients: Clients, personas: Personas, number: str) -> None:
    holder, registrar = clients(personas.trainee), clients(personas.registrar)
    assert "found by my name" not in holder.get(f"/credentials/{number}").text
    page = registrar.get("/register?organisation=peer-board").text
    assert "Allow search by name" in page
    registrar.post("/register/name-search", data={"organisation": "peer-board", "allowed": "yes"})
    assert "Do not allow search by name" in registrar.get("/register?organisation=peer-board").text
    assert "Let it be found by my name" in holder.get(f"/credentials/{number}").text


def test_words_once_said_stay_written(tx: Transactions, personas: Personas, listed: str) -> None:
    with tx():
        services.list_by_name(personas.trainee, number=listed, is_listed=False)
        services.list_by_name(personas.trainee, number=listed, is_listed=False)
    with tx.reading() as current:
        said = current.execute(sa.text("SELECT is_listed FROM public_listing ORDER BY id")).scalars().all()
    assert [bool(one) for one in said] == [True, False]
    for table in ("public_listing", "name_search_rule"):
        with pytest.raises(DatabaseError), tx() as current:
            current.execute(sa.text(f"DELETE FROM {table}"))


def test_a_search_is_answered_a_few_times_a_minute(database_url: str, personas: Personas, listed: str) -> None:
    app = create_app(Settings(env="demo", database_url=database_url, worker="none"))
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    answers = [asked(client, personas, "Tara Vazquez").status_code for _each in range(7)]
    assert answers == [200] * 6 + [429]
