"""A holder's code: made for somebody, opened once, read for half an hour, taken back, alike when gone."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.exc import DatabaseError

from lms import clock
from lms.audit import AuditEvent
from lms.credentials import queries, services
from lms.credentials.models import ShareCode, ShareCodeLook
from lms.credentials.numbers import new_number
from lms.errors import Conflict, Invalid, NotFound
from tests.conftest import Clients, Transactions
from tests.credentials.making import issued
from tests.personas import Personas

HOURS = "75.5 hours"
CODE = re.compile(r"<strong>([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})</strong>")


@pytest.fixture
def number(tx: Transactions, personas: Personas) -> str:
    """A certification of the trainee."""
    with tx():
        return issued(personas).number


def made(tx: Transactions, personas: Personas, number: str, **changes: object) -> str:
    """A code for the hours, made by the holder."""
    values: dict[str, object] = {
        "for_whom": "Harbor Clinic",
        "parts": ("training",),
        "most_looks": 1,
        "request_key": f"key-{clock.now().isoformat()}",
    }
    with tx():
        return services.make_code(personas.trainee, number=number, **(values | changes))  # type: ignore[arg-type]


@pytest.fixture
def code(tx: Transactions, personas: Personas, number: str) -> str:
    """A code that opens once."""
    return made(tx, personas, number)


def opened(client: FlaskClient, number: str, code: str):  # type: ignore[no-untyped-def]
    return client.post(f"/verify/{number}/details", data={"code": code}, follow_redirects=True)


def test_a_holder_makes_a_code_and_sees_the_look(clients: Clients, personas: Personas, number: str) -> None:
    holder = clients(personas.trainee)
    assert "Nobody" not in holder.get(f"/credentials/{number}/share").text
    answer = holder.post(
        f"/credentials/{number}/share",
        data={"for_whom": "Harbor Clinic", "part_training": "y", "most_looks": "1", "request_key": "a" * 32},
    )
    found = CODE.search(answer.text)
    assert found, answer.text
    assert f"/shared-details/{found[1]}" in answer.text
    listed = holder.get(f"/credentials/{number}/share").text
    assert "Nobody has looked yet." in listed
    assert found[1] not in listed
    page = opened(clients(None), number, found[1].lower().replace("-", " "))
    assert page.status_code == 200
    assert HOURS in page.text
    assert "Foundations examination" not in page.text
    assert "This credential is active." in page.text
    listed = holder.get(f"/credentials/{number}/share").text
    assert "One look" in listed
    assert "Used up" in listed


def test_one_opening_is_read_again_by_its_browser_for_half_an_hour(
    clients: Clients, number: str, code: str
) -> None:
    first, second = clients(None), clients(None)
    now = clock.now()
    with time_machine.travel(now, tick=False):
        assert HOURS in opened(first, number, code).text
        late = opened(second, number, code)
        assert late.status_code == 422
        assert HOURS not in late.text
        assert HOURS not in second.get(f"/verify/{number}/details").text
    with time_machine.travel(now + timedelta(minutes=29), tick=False):
        assert HOURS in first.get(f"/verify/{number}/details").text
    with time_machine.travel(now + timedelta(minutes=31), tick=False):
        assert HOURS not in first.get(f"/verify/{number}/details").text


def test_a_code_taken_back_closes_what_is_open(
    clients: Clients, tx: Transactions, personas: Personas, number: str, code: str
) -> None:
    reader, holder = clients(None), clients(personas.trainee)
    assert HOURS in opened(reader, number, code).text
    with tx.reading() as current:
        code_id = current.scalar(sa.select(ShareCode.id))
    assert holder.post(f"/credentials/{number}/share/{code_id}/end").status_code == 303
    assert HOURS not in reader.get(f"/verify/{number}/details").text
    assert holder.post(f"/credentials/{number}/share/{code_id}/end").status_code == 303


def test_erased_data_are_opened_by_nothing(
    clients: Clients, tx: Transactions, personas: Personas, number: str
) -> None:
    used, fresh = made(tx, personas, number), made(tx, personas, number)
    reader = clients(None)
    assert HOURS in opened(reader, number, used).text
    with tx():
        services.erase(personas.registrar, number=number, reason="The holder asked for it.")
    assert HOURS not in reader.get(f"/verify/{number}/details").text
    assert opened(clients(None), number, fresh).status_code == 422
    assert clients(None).get(f"/shared-details/{fresh}").status_code == 404
    with pytest.raises(Conflict):
        made(tx, personas, number)


def test_every_code_that_does_not_open_answers_alike(
    clients: Clients, tx: Transactions, personas: Personas, number: str
) -> None:
    used, ended, old, other = (made(tx, personas, number) for _each in range(4))
    with tx():
        another = issued(personas, "decision:2").number
        services.open_by_code(code=used)
        (of_ended,) = (one for one in queries.codes_of(queries.credential(number)) if one.id == 2)
        services.end_code(personas.trainee, number=number, code_id=of_ended.id)
    anyone = clients(None)

    def plain(text: str) -> str:
        return re.sub(r'value="[^"]*"|nonce="[^"]*"|/shared-details/\S+|[0-9A-Z]{4}(-[0-9A-Z]{4})+', "", text)

    with time_machine.travel(clock.now() + timedelta(days=22)):
        pages = [anyone.get(f"/shared-details/{code}") for code in (used, ended, old, "no-such-code")]
        typed = [
            anyone.post(f"/verify/{of}/details", data={"code": code})
            for of, code in [(number, old), (number, "ABCD"), (new_number(), other)]
        ]
    typed += [
        anyone.post(f"/verify/{of}/details", data={"code": code})
        for of, code in [(number, used), (number, ended), (another, other)]
    ]
    assert {page.status_code for page in pages} == {404}
    assert len({plain(page.text) for page in pages}) == 1
    assert {page.status_code for page in typed} == {422}
    assert len({plain(page.text) for page in typed}) == 1


def test_the_page_of_a_number_nobody_has_is_that_of_any_number(clients: Clients, number: str) -> None:
    anyone = clients(None)
    nobodys = new_number()
    mine, none = (anyone.get(f"/verify/{one}/details") for one in (number, nobodys))
    assert mine.status_code == none.status_code == 200
    shape = re.compile(r'value="[^"]*"|nonce="[^"]*"')
    assert shape.sub("", mine.text).replace(number, "") == shape.sub("", none.text).replace(nobodys, "")


def test_a_link_opens_by_its_button_only(clients: Clients, tx: Transactions, number: str, code: str) -> None:
    anyone = clients(None)
    page = anyone.get(f"/shared-details/{code}")
    assert "Harbor Clinic" in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert HOURS not in page.text
    with tx.reading() as current:
        assert current.scalar(sa.select(sa.func.count(ShareCodeLook.id))) == 0
    answer = anyone.post(f"/shared-details/{code}", follow_redirects=True)
    assert HOURS in answer.text
    assert anyone.post(f"/shared-details/{code}").status_code == 404


def test_only_the_holder_comes_to_the_codes(clients: Clients, personas: Personas, number: str) -> None:
    assert clients(personas.foreign_trainee).get(f"/credentials/{number}/share").status_code == 404
    assert clients(personas.registrar).get(f"/credentials/{number}/share").status_code == 403
    answer = clients(personas.registrar).post(f"/credentials/{number}/share", data={"for_whom": "Me"})
    assert answer.status_code == 403


def test_bad_input_is_said_and_nothing_typed_is_lost(clients: Clients, personas: Personas, number: str) -> None:
    answer = clients(personas.trainee).post(
        f"/credentials/{number}/share",
        data={"for_whom": "Harbor Clinic", "most_looks": "1", "request_key": "b" * 32},
    )
    assert answer.status_code == 422
    assert "Choose at least one part." in answer.text
    assert 'value="Harbor Clinic"' in answer.text


def test_what_a_code_may_be(tx: Transactions, personas: Personas, number: str) -> None:
    with pytest.raises(Invalid):
        made(tx, personas, number, most_looks=2)
    with pytest.raises(Invalid):
        made(tx, personas, number, parts=("reasons",))
    made(tx, personas, number, request_key="the-same-form")
    with pytest.raises(Conflict):
        made(tx, personas, number, request_key="the-same-form")
    with pytest.raises(NotFound), tx():
        services.make_code(
            personas.other_trainee,
            number=number,
            for_whom="Me",
            parts=("training",),
            most_looks=1,
            request_key="x" * 10,
        )


def test_the_tables_hold_no_code_and_do_not_change(tx: Transactions, number: str, code: str) -> None:
    with tx():
        services.open_by_code(code=code, number=number)
    with tx.reading() as current:
        row = current.execute(sa.text("SELECT * FROM share_code")).one()
        assert code not in str(row)
        assert code.replace("-", "") not in str(row)
        actions = current.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert actions[-2:] == ["credentials.make_code", "credentials.open_by_code"]
    for statement in (
        "UPDATE share_code SET most_looks = 9",
        "UPDATE share_code_look SET turn = 9",
        "DELETE FROM share_code_look",
    ):
        with pytest.raises(DatabaseError), tx() as current:
            current.execute(sa.text(statement))
