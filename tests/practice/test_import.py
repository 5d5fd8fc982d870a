"""Past hours from a spreadsheet: each fault by its number, all rows or none, and nothing twice."""

from io import BytesIO
from typing import Any

import pytest

from lms.errors import Forbidden
from lms.practice import queries, services
from lms.practice.models import Placement
from lms.practice.spreadsheet import COLUMNS, EXPORT_COLUMNS, TEMPLATE_ROWS, Unreadable, rows_of, written
from tests.conftest import Clients, Transactions
from tests.personas import Personas
from tests.practice import scenes

HEAD = "date,site,hours,start,end,next_day,activity,mode,note\n"


def day(ago: int) -> str:
    return scenes.days_ago(ago).isoformat()


def row(ago: int = 3, **cells: str) -> str:
    said = {"hours": "2", "activity": "one_to_one", "mode": "in_person"} | cells
    names = ("date", "site", "hours", "start", "end", "next_day", "activity", "mode", "note")
    return ",".join([said.get("date", day(ago)), *(said.get(name, "") for name in names[1:])]) + "\n"


@pytest.fixture
def placed(tx: Transactions, personas: Personas) -> Placement:
    with tx():
        made = scenes.placement(personas)
        scenes.agreement(personas, made)
        return made


def codes(tx: Transactions, personas: Personas, text: str) -> list[list[str]]:
    with tx():
        found = services.import_hours(
            personas.trainee, person_id=personas.trainee, data=text.encode(), is_dry_run=True
        )
    return [[code for code, _sentence in one.faults] for one in found.rows]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "F01"),
        (HEAD.encode(), "F01"),
        (b"x" * 1_000_001, "F02"),
        (b"\xff\xfe", "F03"),
        (b"date\x00,activity,mode\n", "F03"),
        (HEAD.encode() + row().encode() * 2001, "F04"),
        (b"date,hours\n2026-01-01,2\n", "F05"),
        (b"date,activity,mode,diagnosis\n2026-01-01,group,video,x\n", "F06"),
        (b"date,activity,mode,mode\n2026-01-01,group,video,x\n", "F07"),
        (HEAD.encode() + b'"2026', "F08"),
    ],
)
def test_a_file_that_is_none_is_told_by_number(data: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        rows_of(data)
    assert refused.value.fault.code == code


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"date": "11/02/2026"}, "R02"),
        ({"hours": "two"}, "R03"),
        ({"hours": "", "start": "9 am", "end": "10:00"}, "R04"),
        ({"hours": ""}, "R05"),
        ({"next_day": "perhaps"}, "R06"),
        ({"activity": "swimming"}, "R07"),
        ({"mode": "pigeon"}, "R08"),
        ({"note": "x" * 281}, "R09"),
        ({"site": "Nowhere"}, "R10"),
    ],
)
def test_a_row_that_cannot_be_read_is_told_by_number(
    tx: Transactions, personas: Personas, placed: Placement, cells: dict[str, str], code: str
) -> None:
    assert codes(tx, personas, HEAD + row() + row(4, **cells)) == [[], [code]]


def test_a_row_meets_the_checks_of_logging(tx: Transactions, personas: Personas, placed: Placement) -> None:
    text = HEAD + row(-3) + row(4000) + row(hours="20") + row(5, hours="", start="09:00", end="08:00")
    assert codes(tx, personas, text) == [["R41"], ["R42"], ["R50"], ["R46"]]


def test_a_row_sees_the_rows_above_it(tx: Transactions, personas: Personas, placed: Placement) -> None:
    first = row(3, hours="", start="09:00", end="11:00")
    again = row(3, hours="", start="10:00", end="12:00")
    assert codes(tx, personas, HEAD + first + again) == [[], ["R51"]]


def test_one_bad_row_keeps_the_others_out(tx: Transactions, personas: Personas, placed: Placement) -> None:
    with tx():
        found = services.import_hours(
            personas.trainee, person_id=personas.trainee, data=(HEAD + row() + row(-1)).encode()
        )
        assert (found.added, len(found.with_faults)) == ((), 1)
    with tx.reading():
        assert queries.entries_of(personas.trainee) == ()


def test_good_rows_are_drafts_once_however_often_the_file_comes(
    tx: Transactions, personas: Personas, placed: Placement
) -> None:
    data = (HEAD + row(3) + row(4) + row(4)).encode()
    with tx():
        assert len(services.import_hours(personas.trainee, person_id=personas.trainee, data=data).added) == 3
    with tx():
        again = services.import_hours(personas.trainee, person_id=personas.trainee, data=data)
        assert (again.added, [one.is_there for one in again.rows]) == ((), [True] * 3)
    with tx.reading():
        assert [line.state for line in queries.entries_of(personas.trainee)] == ["draft"] * 3


def test_what_excel_makes_of_a_file_is_read(tx: Transactions, personas: Personas, placed: Placement) -> None:
    text = "\ufeff" + (HEAD + row(3, hours="1:30", note="'=1+1")).replace(",", ";").replace("\n", "\r\n")
    with tx():
        made = services.import_hours(personas.trainee, person_id=personas.trainee, data=text.encode())
    with tx.reading():
        (line,) = queries.entries(made.added)
        assert (line.minutes, line.note) == (90, "=1+1")


def test_an_export_comes_back_as_nothing_new(
    tx: Transactions, clients: Clients, personas: Personas, placed: Placement
) -> None:
    with tx():
        services.import_hours(
            personas.trainee, person_id=personas.trainee, data=(HEAD + row(3) + row(4)).encode()
        )
    data = clients(personas.trainee).get("/hours/export.csv").data
    assert data.decode("utf-8-sig").split("\r\n")[0] == ",".join(EXPORT_COLUMNS)
    with tx():
        found = services.import_hours(personas.trainee, person_id=personas.trainee, data=data)
        assert (found.added, [one.is_there for one in found.rows]) == ((), [True, True])


def test_without_a_placement_nothing_is_brought(tx: Transactions, personas: Personas) -> None:
    with tx(), pytest.raises(Forbidden):
        services.import_hours(personas.trainee, person_id=personas.trainee, data=(HEAD + row()).encode())


def test_the_file_to_fill_in_can_be_read() -> None:
    found = rows_of(written(COLUMNS, TEMPLATE_ROWS).encode())
    assert [one.faults for one in found] == [(), ()]


class TestPage:
    def send(self, clients: Clients, personas: Personas, **form: Any) -> Any:
        return clients(personas.trainee).post(
            "/hours/import", data=form, content_type="multipart/form-data", follow_redirects=True
        )

    def test_rows_are_shown_first_and_kept_when_asked(
        self, tx: Transactions, clients: Clients, personas: Personas, placed: Placement
    ) -> None:
        text = HEAD + row(3)
        looked = self.send(clients, personas, file=(BytesIO(text.encode()), "hours.csv"), do="look")
        assert looked.status_code == 200
        assert "1 row can be taken." in looked.text
        assert day(3) in looked.text  # the rows are in the page, to be kept or mended
        with tx.reading():
            assert queries.entries_of(personas.trainee) == ()
        kept = self.send(clients, personas, lines=text, do="keep")
        assert "1 entry is a draft now." in kept.text

    def test_a_fault_is_told_with_its_row_and_what_was_typed_stays(
        self, clients: Clients, personas: Personas, placed: Placement
    ) -> None:
        answer = self.send(clients, personas, lines=HEAD + row(3) + row(4, mode="pigeon"), do="keep")
        assert answer.status_code == 422
        assert "Row 3" in answer.text
        assert "R08" in answer.text
        assert "pigeon" in answer.text

    def test_a_file_that_is_none_is_told(self, clients: Clients, personas: Personas, placed: Placement) -> None:
        answer = self.send(clients, personas, lines="hello", do="look")
        assert answer.status_code == 422
        assert "F0" in answer.text

    def test_others_may_not(self, clients: Clients, personas: Personas) -> None:
        assert clients(personas.supervisor).get("/hours/import").status_code == 403
