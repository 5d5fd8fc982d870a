"""Numbers in a spreadsheet: rows of CSV or XLSX read, and answers written so that no cell runs. Pure.

What spreadsheets do to a file is borne: commas, semicolons or tabs, UTF-8 with or without a byte order mark,
UTF-16, and the one-byte letters of older Windows programs, which is said. A workbook is opened only when its
parts are few and small and hold few tags, as each one costs time, and none carries a document type, which no
spreadsheet writes.
"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from lms.credentials.naming import search_key
from lms.credentials.numbers import has_shape


def N_(text: str) -> str:
    """Mark a text for translation; it is translated where it is shown."""
    return text


MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 5_000
MOST_COLUMNS = 50
MOST_PARTS = 200
LARGEST_PART = 15 * 1024 * 1024
LARGEST_SMALL_PART = 2 * 1024 * 1024
LARGEST_TOGETHER = 25 * 1024 * 1024
MOST_TAGS = 400_000
MOST_TAGS_OF_SMALL_PART = 20_000
LAST_ROW = 100_000
FORMULA = ("=", "+", "-", "@", "\t", "\r")

# B: the whole file cannot be read. V: what is to be said of a row. A code is never given to something else.
SENTENCES: Mapping[str, str] = {
    "B01": N_("There is nothing to check. Choose a file, or paste the numbers."),
    "B02": N_("This file is too large. Keep it to 5 MB."),
    "B03": N_("We cannot read this file. Save it as CSV or as XLSX, and send it again."),
    "B04": N_("This file has more than %(most)s rows. Cut it into smaller files."),
    "B05": N_("This file has more than %(most)s columns. Take out those that are not needed."),
    "B06": N_("We found no column with numbers. Write “number” above that column."),
    "B07": N_("More than one column could hold the numbers. Write “number” above the right one."),
    "B08": N_("A quotation mark is open and never closed. Look at row %(row)s."),
    "B09": N_("This workbook holds far more than a list of numbers. Save only that sheet, or save it as CSV."),
    "V01": N_("There is no number in this row."),
    "V02": N_("This number has a typing slip. Compare it with the paper."),
    "V03": N_("We know of no credential with this number."),
    "V04": N_("Write a day until today as year, month, day, like 2026-11-22."),
    "V05": N_("The name on the credential is another one."),
    "V06": N_("This number was ours. The data of its holder were erased, and it is not in force."),
    "V07": N_("On that day this credential was not issued yet."),
}
NUMBER_HEADS = (
    ("number", "numero"),
    ("credential number", "certificate number", "certification number", "numero de credencial"),
    ("numero de certificado", "numero de la credencial", "numero del certificado", "numero de certificacion"),
    ("no", "no.", "nr", "nr.", "num", "num.", "#", "credential id", "certificate id", "id", "n.º", "nº", "n°"),
    ("credential", "certificate", "credencial", "certificado"),
)
NAME_HEADS = ("name", "full name", "holder", "name on certificate", "nombre", "nombre completo", "titular")
FIRST_HEADS = ("first name", "given name", "nombres", "primer nombre")
LAST_HEADS = ("last name", "family name", "surname", "apellido", "apellidos")
DAY_HEADS = ("as of", "as of date", "day", "date", "on", "fecha", "a fecha", "al dia", "dia")


@dataclass(frozen=True)
class AskedRow:
    """One row that asks: its row in the spreadsheet, and what stands in the cells that matter, as typed."""

    row: int
    number: str
    name: str | None = None
    day: str | date | None = None


@dataclass(frozen=True)
class Asked:
    """What a file asks. `is_guessed_text` says that its letters were read as those of older programs."""

    rows: tuple[AskedRow, ...]
    has_names: bool
    has_days: bool
    is_guessed_text: bool = False


class UnreadableSheet(Exception):
    """The file as a whole cannot be read; `code` and `facts` say why."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(SENTENCES[code])
        self.code = code
        self.facts = facts


@dataclass(frozen=True)
class _Columns:
    """Where the cells that matter are; `is_headed` says that the first row names the columns."""

    number: int
    is_headed: bool
    names: tuple[int, ...] = ()
    day: int | None = None


Cell = str | date
Rows = list[tuple[int, list[Cell]]]


def asked_in(data: bytes) -> Asked:
    """What a CSV or XLSX file asks. Raises UnreadableSheet."""
    if not data.strip():
        raise UnreadableSheet("B01")
    if len(data) > MOST_BYTES:
        raise UnreadableSheet("B02")
    is_guessed = False
    if data[:4] == b"PK\x03\x04":
        rows = _workbook_rows(data)
    else:
        text, is_guessed = _text(data)
        rows = _text_rows(text)
    if not rows:
        raise UnreadableSheet("B01")
    columns = _columns(rows)
    below = rows[1:] if columns.is_headed else rows
    if not below:
        raise UnreadableSheet("B01")
    if len(below) > MOST_ROWS:
        raise UnreadableSheet("B04", most=MOST_ROWS)
    found = tuple(_asked(number, cells, columns) for number, cells in below)
    return Asked(found, bool(columns.names), columns.day is not None, is_guessed)


# --- plain text --------------------------------------------------------------------------------------


def _text(data: bytes) -> tuple[str, bool]:
    """The text of a file, and whether its letters had to be guessed."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return _decoded(data, encoding), False
    if b"\0" in data[:400]:
        return _decoded(data, "utf-16-be" if data[:1] == b"\0" else "utf-16-le"), False
    try:
        return data.decode("utf-8"), False
    except UnicodeDecodeError:
        return _decoded(data, "latin-1"), True


def _decoded(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise UnreadableSheet("B03") from None
    if "\0" in text:
        raise UnreadableSheet("B03")
    return text


def _text_rows(text: str) -> Rows:
    if "\0" in text:
        raise UnreadableSheet("B03")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    first, _newline, rest = text.partition("\n")
    if named := re.fullmatch(r'"?sep=([;,\t])"?', first.strip(" ")):
        delimiter, text = named[1], rest
    else:
        delimiter = max(",;\t", key=first.count)
    found: Rows = []
    number = 0
    try:
        for number, cells in enumerate(
            csv.reader(io.StringIO(text), delimiter=delimiter, strict=True), start=1
        ):
            _take(found, number, [_plain(cell) for cell in cells])
    except csv.Error:
        raise UnreadableSheet("B08", row=number + 1) from None
    return found


def _take(found: Rows, number: int, cells: list[Cell]) -> None:
    """Add a row with something in it, while there are not too many."""
    while cells and cells[-1] == "":
        cells.pop()
    if not cells:
        return
    if len(cells) > MOST_COLUMNS:
        raise UnreadableSheet("B05", most=MOST_COLUMNS)
    if len(found) > MOST_ROWS:
        raise UnreadableSheet("B04", most=MOST_ROWS)
    found.append((number, cells))


def _plain(cell: str) -> str:
    """A cell without the spaces around it and without the apostrophe that disarms a formula."""
    cell = cell.strip()
    return cell[1:] if cell[:1] == "'" and cell[1:2] in FORMULA else cell


# --- workbooks ---------------------------------------------------------------------------------------

# What openpyxl and what is below it raise for a file that is no workbook; it has no exception of its own.
NO_WORKBOOK = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError, InvalidFileException, KeyError, ValueError),
    *(TypeError, AttributeError, IndexError, SyntaxError, NotImplementedError, RuntimeError),
)


def _workbook_rows(data: bytes) -> Rows:
    try:
        _refuse_bombs(data)
        return _first_sheet(data)
    except NO_WORKBOOK:
        raise UnreadableSheet("B03") from None


def _refuse_bombs(data: bytes) -> None:
    """Look at the sizes of the parts before any is opened, then at their first letters and for entities."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = package.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_TOGETHER:
            raise UnreadableSheet("B09")
        if any(part.file_size > (LARGEST_PART if _is_large(part) else LARGEST_SMALL_PART) for part in parts):
            raise UnreadableSheet("B09")
        left = MOST_TAGS
        for part in parts:
            content = package.read(part)
            if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
                raise UnreadableSheet("B03")
            has_zeros = part.filename.endswith((".xml", ".rels")) and b"\0" in content
            if has_zeros or content[:2] in (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<"):
                raise UnreadableSheet("B03")
            tags = content.count(b"<")
            left -= tags
            if left < 0 or (tags > MOST_TAGS_OF_SMALL_PART and not _is_large(part)):
                raise UnreadableSheet("B09")


def _is_large(part: zipfile.ZipInfo) -> bool:
    return "worksheets/" in part.filename or part.filename.endswith("sharedStrings.xml")


def _first_sheet(data: bytes) -> Rows:
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    found: Rows = []
    try:
        sheet: Any = book.worksheets[0]
        sheet.reset_dimensions()  # what a file says of its own size is not to be believed
        rows = sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS + 1)
        for number, cells in enumerate(rows, start=1):
            if number > LAST_ROW:
                raise UnreadableSheet("B09")
            if any(cell is not None for cell in cells):
                _take(found, number, [_cell(cell) for cell in cells])
    finally:
        book.close()
    return found


def _cell(value: object) -> Cell:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return _plain(str(value))


# --- which column is which ---------------------------------------------------------------------------


def _columns(rows: Rows) -> _Columns:
    heads = [search_key(str(cell).replace("_", " ").rstrip(":")) for cell in rows[0][1]]
    looks = [0] * MOST_COLUMNS
    for _number, cells in rows:
        for place, cell in enumerate(cells):
            looks[place] += isinstance(cell, str) and has_shape(cell)
    alike = [place for place, count in enumerate(looks) if count]
    named = _named(heads, alike)
    is_headed = not any(isinstance(cell, str) and has_shape(cell) for cell in rows[0][1])
    if named is None:
        if not alike:
            raise UnreadableSheet("B06")
        if len(alike) > 1:
            raise UnreadableSheet("B07")
        named = alike[0]
    if not is_headed:
        return _Columns(named, is_headed=False)
    return _Columns(named, is_headed=True, names=_name_columns(heads), day=_first_of(heads, DAY_HEADS))


def _named(heads: Sequence[str], alike: Sequence[int]) -> int | None:
    """The column that is called a number; of several, the one whose cells look like it."""
    for words in NUMBER_HEADS:
        found = [place for place, head in enumerate(heads) if head in words]
        right = [place for place in found if place in alike]
        if len(right) == 1:
            return right[0]
        if len(right) > 1 or (len(found) > 1 and not alike):
            raise UnreadableSheet("B07")
        if found and not alike:
            return found[0]
    return None


def _name_columns(heads: Sequence[str]) -> tuple[int, ...]:
    whole = _first_of(heads, NAME_HEADS)
    first, last = _first_of(heads, FIRST_HEADS), _first_of(heads, LAST_HEADS)
    before = first if first is not None else whole
    if last is not None and before is not None:
        return (before, last)
    return () if whole is None else (whole,)


def _first_of(heads: Sequence[str], words: Iterable[str]) -> int | None:
    known = set(words)
    return next((place for place, head in enumerate(heads) if head in known), None)


def _asked(number: int, cells: Sequence[Cell], columns: _Columns) -> AskedRow:
    def at(place: int) -> Cell:
        return cells[place] if place < len(cells) else ""

    names = " ".join(str(at(place)) for place in columns.names).strip()
    return AskedRow(
        row=number,
        number=str(at(columns.number)),
        name=names if columns.names else None,
        day=None if columns.day is None else at(columns.day) or None,
    )


# --- writing -----------------------------------------------------------------------------------------


def safe(value: object) -> str:
    """A cell that no spreadsheet runs (OWASP, "CSV Injection"), in one line, without control signs."""
    text = "" if value is None else str(value)
    is_formula = text.startswith(FORMULA)
    text = "".join(sign if sign.isprintable() else " " for sign in text).strip()
    return f"'{text}" if is_formula or text.startswith(FORMULA) else text


def as_csv(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A table as CSV in UTF-8, with the mark by which Excel knows it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(heads)
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """The same table as a workbook of one sheet; every cell is text."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("answers")
    sheet.freeze_panes = "A2"
    sheet.append(list(heads))
    for row in rows:
        sheet.append([safe(cell) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
