"""Hours written for a spreadsheet. Pure.

A cell that a spreadsheet would run as a formula gets an apostrophe in front (OWASP, "CSV Injection").
"""

import csv
import io
from collections.abc import Iterable, Sequence

FORMULA = ("=", "+", "-", "@", "\t", "\r")
EXPORT_COLUMNS = (
    *("date", "site", "hours", "start", "end", "next_day", "activity", "mode", "note"),
    *("entry", "time_zone", "state", "counts", "sent_at"),
    *("signed_hours", "signed_by", "signed_at", "sha256", "amends", "reason"),
)


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
