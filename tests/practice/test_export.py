"""The file of one's own hours: all entries, safe to open in a spreadsheet, and nobody else's."""

import csv
import io

from lms.practice.spreadsheet import safe
from tests.conftest import Clients, Transactions
from tests.personas import Personas
from tests.practice import scenes


def test_a_formula_in_a_note_is_text_in_the_file(
    tx: Transactions, personas: Personas, clients: Clients
) -> None:
    with tx():
        placed = scenes.ready(personas)
        entry_id = scenes.submitted(placed, note="=1+1").id
        scenes.draft(placed, scenes.days_ago(3), minutes=90)
    answer = clients(personas.trainee).get("/hours/export.csv")
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert [(row["hours"], row["state"], row["note"]) for row in rows] == [
        ("1.5", "draft", ""),
        ("2", "submitted", "'=1+1"),
    ]
    assert rows[1]["entry"] == str(entry_id)
    assert rows[1]["signed_hours"] == ""


def test_who_is_no_trainee_has_no_such_file(personas: Personas, clients: Clients) -> None:
    assert clients(personas.supervisor).get("/hours/export.csv").status_code == 403


def test_every_beginning_of_a_formula_is_disarmed() -> None:
    assert [safe(text) for text in ("=a", "+a", "-a", "@a", "\ta", "a=", "", None, -2)] == [
        *("'=a", "'+a", "'-a", "'@a", "'\ta", "a=", "", "", "-2")
    ]
