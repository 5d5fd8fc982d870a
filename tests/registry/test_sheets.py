"""Lists of numbers read as spreadsheets write them, refused when they are none, and answers written safely."""

import csv
import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from lms.credentials.numbers import new_number
from lms.registry.sheets import UnreadableSheet, as_csv, as_xlsx, asked_in, safe

ONE, TWO = new_number(), new_number()


def workbook(*rows: tuple[object, ...]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def code_of(data: bytes) -> str:
    with pytest.raises(UnreadableSheet) as raised:
        asked_in(data)
    return raised.value.code


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1"])
def test_text_of_every_program_is_read_and_a_guess_is_said(delimiter: str, encoding: str) -> None:
    text = f"Número{delimiter}Nombre\r\n{ONE}{delimiter}Tara Vázquez\r\n"
    asked = asked_in(text.encode(encoding))
    assert [(row.row, row.number, row.name) for row in asked.rows] == [(2, ONE, "Tara Vázquez")]
    assert asked.is_guessed_text is (encoding == "latin-1")


@pytest.mark.parametrize(
    ("head", "number", "name", "day"),
    [
        ("Name,Number,As of", 1, 0, 2),
        ("credential,certificate number,full_name", 1, 2, None),
        ("Fecha,Titular,N.º", 2, 1, 0),
        ("Whatever,Other", 1, None, None),
    ],
)
def test_columns_are_found_by_their_names_or_by_how_numbers_look(
    head: str, number: int, name: int | None, day: int | None
) -> None:
    cells = ["x"] * (head.count(",") + 1)
    cells[number] = ONE
    if name is not None:
        cells[name] = "Tara"
    if day is not None:
        cells[day] = "2026-11-01"
    (row,) = asked_in(f"{head}\n{','.join(cells)}\n".encode()).rows
    assert (row.number, row.name, row.day) == (
        ONE,
        "Tara" if name is not None else None,
        "2026-11-01" if day is not None else None,
    )


def test_first_and_last_name_are_put_together() -> None:
    (row,) = asked_in(f"Last name,First name,Number\nVázquez,Tara,{ONE}".encode()).rows
    assert row.name == "Tara Vázquez"


def test_a_bare_list_needs_no_first_row_and_empty_rows_keep_their_count() -> None:
    asked = asked_in(f"{ONE}\n\n\n{TWO}\n".encode())
    assert [(row.row, row.number) for row in asked.rows] == [(1, ONE), (4, TWO)]
    assert not asked.has_names


def test_a_workbook_is_read_with_its_dates() -> None:
    asked = asked_in(
        workbook(("Number", "As of"), (ONE, datetime(2026, 11, 1, 9)), (None, None), (TWO, "2026-11-02"))
    )
    assert [(row.row, row.number, row.day) for row in asked.rows] == [
        (2, ONE, date(2026, 11, 1)),
        (4, TWO, "2026-11-02"),
    ]


def test_files_that_cannot_be_read_have_a_code() -> None:
    assert code_of(b"") == "B01"
    assert code_of(b"number\n") == "B01"
    assert code_of(b"x" * (5 * 1024 * 1024 + 1)) == "B02"
    assert code_of(b"\xff\xfe\x00") == "B03"
    assert code_of(b"PK\x03\x04 and no more") == "B03"
    assert code_of(b"number\n" + b"1\n" * 5_001) == "B04"
    assert code_of(b"number" + b",x" * 50 + b"\n") == "B05"
    assert code_of(b"who,what\nTara,peer\n") == "B06"
    assert code_of(f"a,b\n{ONE},{TWO}\n".encode()) == "B07"
    assert code_of(b'number\n"open\n') == "B08"


def test_the_most_rows_are_taken() -> None:
    assert len(asked_in(b"number\n" + b"1\n" * 5_000).rows) == 5_000


def package(**parts: bytes) -> bytes:
    """The workbook of one number, with these parts put in place of its own or added."""
    made = workbook(("Number",), (ONE,))
    out = io.BytesIO()
    named = {name.replace("__", "/").replace("_xml", ".xml"): data for name, data in parts.items()}
    with zipfile.ZipFile(io.BytesIO(made)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            if part.filename not in named:
                new.writestr(part, old.read(part))
        for name, data in named.items():
            new.writestr(name, data)
    return out.getvalue()


def test_a_workbook_that_unpacks_to_far_more_is_not_opened() -> None:
    bomb = package(xl__worksheets__sheet1_xml=b" " * (16 * 1024 * 1024))
    assert len(bomb) < 100_000
    assert code_of(bomb) == "B09"
    assert code_of(package(xl__styles_xml=b" " * (3 * 1024 * 1024))) == "B09"
    assert code_of(package(**{f"xl__media__{number}": b"" for number in range(201)})) == "B09"


def test_a_workbook_whose_parts_would_take_long_is_not_opened() -> None:
    def sheet(inside: bytes) -> bytes:
        return b"<worksheet><sheetData>" + inside + b"</sheetData></worksheet>"

    assert code_of(package(xl__worksheets__sheet1_xml=sheet(b"<row/>" * 400_001))) == "B09"
    assert code_of(package(xl__styles_xml=b"<fonts>" + b"<font/>" * 20_001 + b"</fonts>")) == "B09"
    far = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="999999999"><c r="A1"><v>1</v></c></row></sheetData></worksheet>'
    )
    assert code_of(package(xl__worksheets__sheet1_xml=far)) == "B09"


def test_a_workbook_with_entities_is_not_opened() -> None:
    poison = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><worksheet>&b;</worksheet>'
    assert code_of(package(xl__worksheets__sheet1_xml=poison)) == "B03"
    assert code_of(package(xl__worksheets__sheet1_xml=poison.decode().encode("utf-16"))) == "B03"


@pytest.mark.parametrize("bad", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", " =1+1", "\x00=1"])
def test_no_written_cell_runs(bad: str) -> None:
    assert safe(bad).startswith("'")
    text = as_csv(("a",), [(bad,)]).decode("utf-8-sig")
    assert next(iter(list(csv.reader(io.StringIO(text)))[1])).startswith("'")
    sheet = openpyxl.load_workbook(io.BytesIO(as_xlsx(("a",), [(bad,)]))).active
    assert sheet["A2"].data_type == "s"
    assert sheet["A2"].value.startswith("'")


def test_what_was_written_safely_is_read_back_as_it_was() -> None:
    (row,) = asked_in(as_csv(("number", "name"), [(ONE, "-Tara")])).rows
    assert row.name == "-Tara"
