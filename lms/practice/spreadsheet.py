"""Hours in a spreadsheet: rows of CSV read, a numbered fault for each that cannot be, and written. Pure.

What Excel does to a file is borne: semicolons or tabs between cells, a byte order mark, line ends of two
letters, a first line "sep=;". A cell that a spreadsheet would run as a formula is written with an apostrophe
in front (OWASP, "CSV Injection"), and read without it.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time

from lms.practice.lengths import minutes_typed
from lms.practice.rules import N_, Kind, Mode, populations

MOST_ROWS = 2_000
MOST_BYTES = 1_000_000
LONGEST_NOTE = 280
COLUMNS = (
    *("date", "site", "hours", "start", "end", "next_day", "activity", "mode", "note"),
    *("role", "contact", "group"),
)
NEEDED = ("date", "activity", "mode")
FORMULA = ("=", "+", "-", "@", "\t", "\r")

# F: the whole file cannot be read. R below 40: a row that cannot be read. R40 on: a row that the checks of
# logging refuse; the sentence is then the check's own. A number is never given to something else.
SENTENCES: Mapping[str, str] = {
    "F01": N_("There is nothing in this file. Choose a file, or paste its lines."),
    "F02": N_("This file is too large. Keep it to 1 MB."),
    "F03": N_("This is not a plain text file. In your spreadsheet, save it as “CSV UTF-8”."),
    "F04": N_("This file has more than %(most)s rows. Cut it into smaller files."),
    "F05": N_("The first row must name the columns. Missing: %(columns)s."),
    "F06": N_("These columns are not known: %(columns)s. Take them out, or correct their names."),
    "F07": N_("These columns are there twice: %(columns)s. Keep one of each."),
    "F08": N_("A quotation mark is open and never closed. Look at row %(row)s."),
    "R01": N_("This row has more cells than there are columns."),
    "R02": N_("Write the day as year, month, day: 2026-11-22."),
    "R03": N_("Write hours like 3.5 or 3:30."),
    "R04": N_("Write times on the 24-hour clock, like 09:00 or 17:30."),
    "R05": N_("Say how long it was, or give start and end."),
    "R06": N_("Write yes or no under next_day."),
    "R07": N_("This activity is not known: %(typed)s. The list is below."),
    "R08": N_("This way of meeting is not known: %(typed)s. Write in_person, phone or video."),
    "R09": N_("Keep the note to 280 letters."),
    "R10": N_("You have no placement called “%(typed)s”. Write the name as it is under your placements."),
    "R11": N_("Name the site: you have more than one placement."),
    "R12": N_("Two of your placements have this name on this day. Ask your coordinator."),
    "R13": N_("Write paid or volunteer under role, or leave it empty."),
    "R14": N_("Write direct or indirect under contact, or leave it empty."),
    "R15": N_("This group is not known: %(typed)s. Leave it empty, or write one of the list."),
    "R40": N_("This row cannot be taken as it is."),
}
CODE_OF_PROBLEM: Mapping[str, str] = {
    "future": "R41",
    "outside_placement": "R42",
    "outside_agreement": "R43",
    "half_a_time": "R44",
    "no_such_time": "R45",
    "end_before_start": "R46",
    "no_length": "R47",
    "too_long": "R48",
    "day_over_24": "R49",
    "day_over_cap": "R50",
    "overlap": "R51",
    "empty_span": "R52",
    "before_gate": "R53",
    "week_over_cap": "R54",
    "late": "R55",
}


@dataclass(frozen=True)
class SheetFault:
    """One thing wrong with a file or a row: its number, and the values that its sentence names."""

    code: str
    facts: Mapping[str, object] = field(default_factory=dict)


class Unreadable(Exception):
    """The file as a whole cannot be read; `fault` says why."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(SENTENCES[code])
        self.fault = SheetFault(code, facts)


@dataclass(frozen=True)
class Row:
    """One row as it was read. `number` is its row in the spreadsheet; the column names are row 1.

    `copy` counts rows of the very same content before it, so that two equal rows stay two entries.
    """

    number: int
    cells: Mapping[str, str]
    faults: tuple[SheetFault, ...]
    copy: int = 0
    worked_on: date | None = None
    site: str = ""
    minutes: int | None = None
    starts_at: time | None = None
    ends_at: time | None = None
    is_overnight: bool = False
    kind: str = ""
    mode: str = ""
    note: str = ""
    role: str = ""
    is_direct: bool | None = None
    population: str = ""


def rows_of(data: bytes) -> tuple[Row, ...]:
    """The rows of a file, each with its faults. Raises Unreadable for a file that is none."""
    records = _records(_text(data))
    header = next(((number, cells) for number, cells in records if any(cells)), None)
    if header is None:
        raise Unreadable("F01")
    columns = _columns(header[1])
    below = [(number, cells) for number, cells in records if number > header[0] and any(cells)]
    if not below:
        raise Unreadable("F01")
    if len(below) > MOST_ROWS:
        raise Unreadable("F04", most=MOST_ROWS)
    seen: Counter[tuple[str, ...]] = Counter()
    found = []
    for number, cells in below:
        named = dict(zip(columns, (*cells, *[""] * len(columns)), strict=False))
        content = tuple(" ".join(named.get(column, "").split()).casefold() for column in COLUMNS)
        found.append(_row(number, named, seen[content], is_too_long=any(cells[len(columns) :])))
        seen[content] += 1
    return tuple(found)


def _text(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise Unreadable("F02")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("F03") from None
    if "\0" in text:
        raise Unreadable("F03")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _records(text: str) -> list[tuple[int, list[str]]]:
    """The cells of each row with the row's number, as a spreadsheet would count it."""
    first, _newline, rest = text.partition("\n")
    if named := re.fullmatch(r'"?sep=([;,\t])"?', first.strip(" ")):
        delimiter, text = named[1], rest
    else:
        delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    found: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            found.append((len(found) + 1, [_plain(cell) for cell in cells]))
    except csv.Error:
        raise Unreadable("F08", row=len(found) + 1) from None
    return found


def _plain(cell: str) -> str:
    """A cell without the spaces around it and without the apostrophe that disarms a formula."""
    cell = cell.strip()
    return cell[1:] if cell[:1] == "'" and cell[1:2] in FORMULA else cell


def _columns(cells: Sequence[str]) -> list[str]:
    columns = ["_".join(cell.casefold().split()) for cell in cells]
    while columns and not columns[-1]:
        columns.pop()
    twice = sorted(column for column, count in Counter(columns).items() if count > 1)
    if twice:
        raise Unreadable("F07", columns=", ".join(twice))
    missing = [column for column in NEEDED if column not in columns]
    if missing:
        raise Unreadable("F05", columns=", ".join(missing))
    unknown = [column for column in columns if column not in COLUMNS and column not in ONLY_WRITTEN]
    if unknown:
        raise Unreadable("F06", columns=", ".join(column or "?" for column in unknown))
    return columns


def _row(number: int, cells: Mapping[str, str], copy: int, *, is_too_long: bool) -> Row:
    faults: list[SheetFault] = [SheetFault("R01")] if is_too_long else []
    typed = {column: cells.get(column, "") for column in COLUMNS}
    worked_on = _day(typed["date"], faults)
    minutes = _length(typed["hours"], faults)
    starts_at, ends_at = _clock(typed["start"], faults), _clock(typed["end"], faults)
    is_overnight = _yes(typed["next_day"], faults) if typed["next_day"] else False
    if not (typed["hours"] or typed["start"] or typed["end"]):
        faults.append(SheetFault("R05"))
    kind, mode = _word(typed["activity"]), _word(typed["mode"])
    if kind not in set(Kind):
        faults.append(SheetFault("R07", {"typed": typed["activity"][:40]}))
    if mode not in set(Mode):
        faults.append(SheetFault("R08", {"typed": typed["mode"][:40]}))
    if len(typed["note"]) > LONGEST_NOTE:
        faults.append(SheetFault("R09"))
    role, contact, group = _word(typed["role"]), _word(typed["contact"]), _word(typed["group"])
    if role not in ("", "paid", "volunteer"):
        faults.append(SheetFault("R13"))
    if contact not in ("", "direct", "indirect"):
        faults.append(SheetFault("R14"))
    if group and group not in populations():
        faults.append(SheetFault("R15", {"typed": typed["group"][:40]}))
    return Row(
        number=number,
        cells=dict(cells),
        faults=tuple(faults),
        copy=copy,
        worked_on=worked_on,
        site=typed["site"],
        minutes=minutes,
        starts_at=starts_at,
        ends_at=ends_at,
        is_overnight=is_overnight,
        kind=kind,
        mode=mode,
        note=typed["note"],
        role=role,
        is_direct={"direct": True, "indirect": False}.get(contact),
        population=group,
    )


def _day(typed: str, faults: list[SheetFault]) -> date | None:
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", typed):
            return date.fromisoformat(typed)
    except ValueError:
        pass
    faults.append(SheetFault("R02"))
    return None


def _length(typed: str, faults: list[SheetFault]) -> int | None:
    minutes = minutes_typed(typed) if typed else None
    if typed and minutes is None:
        faults.append(SheetFault("R03"))
    return minutes


def _clock(typed: str, faults: list[SheetFault]) -> time | None:
    if not typed:
        return None
    shown = re.fullmatch(r"(\d{1,2}):(\d{2})(?::00)?", typed)
    if shown and int(shown[1]) < 24 and int(shown[2]) < 60:
        return time(int(shown[1]), int(shown[2]))
    if SheetFault("R04") not in faults:
        faults.append(SheetFault("R04"))
    return None


def _yes(typed: str, faults: list[SheetFault]) -> bool:
    word = typed.casefold()
    if word not in ("yes", "no", "sí", "si", "true", "false", "1", "0"):
        faults.append(SheetFault("R06"))
    return word in ("yes", "sí", "si", "true", "1")


def _word(typed: str) -> str:
    return "_".join(re.split(r"[\s_-]+", typed.strip().casefold()))


def written(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """CSV with a row of column names, safe to open in a spreadsheet; a byte order mark shows it is UTF-8."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([[safe(cell) for cell in row] for row in rows])
    return "\ufeff" + target.getvalue()


def safe(cell: object) -> str:
    """The cell as text that no spreadsheet runs as a formula; numbers stay numbers."""
    if cell is None:
        return ""
    text = str(cell)
    if isinstance(cell, int | float) or not text.startswith(FORMULA):
        return text
    return "'" + text


# What an export says beside the columns of an import: the checks, not the person, decide these.
ONLY_WRITTEN = (
    "entry",
    "time_zone",
    "state",
    "counts",
    "sent_at",
    "signed_hours",
    "signed_domain",
    "signed_by",
    "signed_at",
    "sha256",
    "amends",
    "reason",
)
EXPORT_COLUMNS = (*COLUMNS, *ONLY_WRITTEN)
TEMPLATE_ROWS: tuple[tuple[str, ...], ...] = (
    ("2026-11-02", "", "3.5", "", "", "", "one_to_one", "in_person", "", "", "", ""),
    ("2026-11-03", "", "", "18:00", "19:30", "no", "group", "video", "Planned the evening", "", "", ""),
)
