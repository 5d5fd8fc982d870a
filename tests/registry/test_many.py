"""Many numbers at once: each row gets the answer of the page of one, in order; nothing is kept."""

import csv
import io
from dataclasses import replace
from datetime import date, timedelta

import openpyxl
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from lms import clock, db
from lms.app import Lms
from lms.credentials import services
from lms.credentials.numbers import new_number
from lms.registry import many, queries
from lms.registry.sheets import Asked, AskedRow
from tests.conftest import Clients, Transactions
from tests.credentials.making import issued
from tests.personas import Personas


@pytest.fixture
def numbers(tx: Transactions, personas: Personas) -> dict[str, str]:
    """A number in each state, and a successor."""
    yesterday = clock.today("America/New_York") - timedelta(days=1)
    made = {"unknown": new_number()}
    with tx():
        for state in ("active", "suspended", "revoked", "superseded", "expired", "inactive", "erased"):
            until = yesterday if state == "expired" else None
            made[state] = issued(
                personas, f"decision:{state}", issued_on=date(2024, 11, 22), valid_until=until
            ).number
        services.suspend(personas.registrar, number=made["suspended"], reason="Looked at.")
        services.revoke(personas.registrar, number=made["revoked"], reason="Found out.")
        services.make_inactive(personas.registrar, number=made["inactive"], reason="Asked for.")
        services.erase(personas.registrar, number=made["erased"], reason="Asked for.")
        made["successor"] = services.replace(
            personas.registrar, number=made["superseded"], name_as_issued="Tara Vega", reason="Name."
        ).number
    return made


@pytest.fixture
def anyone(clients: Clients) -> FlaskClient:
    """A browser without an account."""
    return clients(None)


def sent(anyone: FlaskClient, text: str | bytes, answer: str = "csv", name: str = "list.csv"):  # type: ignore[no-untyped-def]
    data = text if isinstance(text, bytes) else text.encode()
    return anyone.post("/verify/many", data={"file": (io.BytesIO(data), name), "answer": answer})


def answers_of(anyone: FlaskClient, text: str | bytes) -> list[dict[str, str]]:
    answer = sent(anyone, text)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_each_row_is_answered_as_the_page_of_one_number(numbers: dict[str, str], tx: Transactions) -> None:
    asked = Asked(tuple(AskedRow(row, number) for row, number in enumerate(numbers.values())), False, False)
    with tx.reading():
        for row, number in zip(many.answers(asked), numbers.values(), strict=True):
            alone = queries.verification(number)
            assert row.answer is not None
            assert replace(row.answer, as_of=alone.as_of) == alone


def test_the_file_of_answers_keeps_the_order_and_says_codes(
    numbers: dict[str, str], anyone: FlaskClient
) -> None:
    lines = [
        "name,number,as of",
        f"tara vazquez,{numbers['active'].lower().replace('-', ' ')},",
        f'"VÁZQUEZ, Tara",{numbers["suspended"]},',
        f"Someone Else,{numbers['revoked']},",
        f",{numbers['superseded']},",
        f"Tara,{numbers['unknown']},",
        f"Tara,{numbers['active'][:-1]},",
        "Tara,,",
        f"Tara Vazquez,{numbers['active']},2026-31-12",
        f"Tara Vazquez,{numbers['active']},2999-01-01",
        f"Tara Vazquez,{numbers['erased']},",
        f"Tara Vazquez,{numbers['suspended']},{clock.today('UTC') - timedelta(days=3)}",
    ]
    found = answers_of(anyone, "\n".join(lines))
    assert [(row["row"], row["status"], row["name_match"], row["code"]) for row in found] == [
        ("2", "active", "yes", ""),
        ("3", "suspended", "yes", ""),
        ("4", "revoked", "no", "V05"),
        ("5", "superseded", "", ""),
        ("6", "unknown", "", "V03"),
        ("7", "unknown", "", "V02"),
        ("8", "", "", "V01"),
        ("9", "", "", "V04"),
        ("10", "", "", "V04"),
        ("11", "erased", "", "V06"),
        ("12", "unknown", "", "V07"),  # it was issued later than that day
    ]
    assert found[3]["superseded_by"] == numbers["successor"]
    assert found[4]["name"] == ""
    assert found[0]["issuer"] == "Peer Certification Board"


def test_a_workbook_comes_back_as_a_workbook(numbers: dict[str, str], anyone: FlaskClient) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Number", "Name"])
    book.active.append([numbers["active"], "Tara Vázquez"])
    out = io.BytesIO()
    book.save(out)
    answer = sent(anyone, out.getvalue(), "xlsx", "list.xlsx")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].endswith('.xlsx"')
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    heads, row = ([cell.value for cell in cells] for cells in sheet.iter_rows())
    assert heads == list(many.COLUMNS)
    assert row[:5] == ["2", numbers["active"], "active", "yes", "Tara Vázquez"]


def test_the_page_shows_totals_and_the_first_hundred(numbers: dict[str, str], anyone: FlaskClient) -> None:
    page = anyone.post("/verify/many", data={"lines": "\n".join([numbers["active"]] * 101), "answer": "page"})
    assert page.status_code == 200
    assert "101 rows were checked" in page.text
    assert page.text.count("<h3>Row ") == 100
    assert page.headers["Cache-Control"] == "no-store"


def test_what_cannot_be_read_is_said_and_nothing_typed_is_lost(anyone: FlaskClient) -> None:
    page = anyone.post("/verify/many", data={"lines": "who,what\nTara,peer", "answer": "csv"})
    assert page.status_code == 422
    assert "We found no column with numbers." in page.text
    assert "who,what" in page.text
    much = anyone.post(
        "/verify/many", data=b"x" * (6 * 1024 * 1024), content_type="multipart/form-data; boundary=x"
    )
    assert much.status_code == 422
    assert "Keep it to 5 MB." in much.text


def test_a_name_typed_as_a_formula_comes_back_disarmed(numbers: dict[str, str], anyone: FlaskClient) -> None:
    (row,) = answers_of(anyone, f"number\n=HYPERLINK({numbers['active']})")
    assert row["number"].startswith("'=")


def test_statements_do_not_grow_with_rows_and_nothing_is_written(
    app: Lms, tx: Transactions, numbers: dict[str, str]
) -> None:
    def statements(count: int) -> int:
        rows = tuple(AskedRow(row, list(numbers.values())[row % 9]) for row in range(count))
        seen: list[str] = []
        with tx.reading():
            listener = lambda *args: seen.append(args[2])  # noqa: E731
            sa.event.listen(db.db.engine, "before_cursor_execute", listener)
            many.answers(Asked(rows, False, False))
            sa.event.remove(db.db.engine, "before_cursor_execute", listener)
        assert not any(one.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")) for one in seen)
        return len(seen)

    assert statements(9) == statements(400)


def test_five_thousand_rows_are_answered_at_once(anyone: FlaskClient, numbers: dict[str, str]) -> None:
    lines = "\n".join(list(numbers.values())[row % 9] for row in range(5_000))
    assert len(answers_of(anyone, lines)) == 5_000
