"""Many numbers answered at once: the same public answer as on the page of one, row by row. Nothing is kept."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from lms import clock
from lms.certification import queries as certification
from lms.certification.cycles import Standing
from lms.credentials import queries as credentials
from lms.credentials.naming import search_key
from lms.credentials.numbers import LENGTH, compact, is_well_formed, normalise
from lms.credentials.queries import CredentialCard
from lms.credentials.states import State, state_on
from lms.errors import Invalid
from lms.registry.queries import Slip, Verification, answer_for
from lms.registry.sheets import SENTENCES, Asked, AskedRow

CHUNK = 500
LONGEST_TYPED = 100
EARLIEST_ZONE = "Pacific/Kiritimati"  # where each day begins first
COLUMNS = (
    *("row", "number", "status", "name_match", "name", "credential", "kind", "issuer", "issued_on"),
    *("valid_until", "in_grace", "since", "superseded_by", "as_of", "code", "explanation"),
)


@dataclass(frozen=True, slots=True)
class Answered:
    """One row with its answer. `code` is that of `SENTENCES`, or empty when all is answered and alike.

    `is_same_name` is None when no name was given, or there is none to compare it with.
    """

    row: int
    typed: str
    name_typed: str | None
    answer: Verification | None
    is_same_name: bool | None = None
    code: str = ""

    @property
    def explanation(self) -> str:
        """The sentence of the code, in the reader's language."""
        return str(_(SENTENCES[self.code])) if self.code else ""

    def cells(self) -> tuple[object, ...]:
        """The row of the answers' file, in the order of `COLUMNS`; words are those of machines."""
        said = self.answer
        shown = said.credential if said else None
        return (
            self.row,
            self.typed,
            said.state.value if said else "",
            {True: "yes", False: "no", None: ""}[self.is_same_name],
            shown.name if shown else "",
            shown.title if shown else "",
            shown.kind.value if shown else "",
            shown.issuer if shown else "",
            shown.issued_on if shown else "",
            (shown.valid_until or "") if shown else "",
            ("yes" if said and said.is_in_grace else "no") if shown else "",
            (said.since or "") if said else "",
            (shown.superseded_by or "") if shown else "",
            (said.on or said.as_of.isoformat(timespec="seconds")) if said else "",
            self.code,
            self.explanation,
        )


def answers(asked: Asked, on: str | date | None = None) -> tuple[Answered, ...]:
    """The answers in the order of the rows: a few statements for each 500 numbers, whatever they are.

    `on` asks for the end of an earlier day in all rows that name no day of their own.
    """
    now = clock.now()
    rows = tuple(row if row.day is not None else replace(row, day=on) for row in asked.rows)
    marks = [*range(0, len(rows), CHUNK), len(rows)]
    return tuple(one for begin, end in pairwise(marks) for one in _chunk(rows[begin:end], now))


def totals(rows: Sequence[Answered]) -> list[tuple[State | str, int]]:
    """How many rows have each state, and how many each code that no state is said with; most first."""
    said = Counter(
        row.code if row.code in ("V01", "V02", "V04") or row.answer is None else row.answer.state
        for row in rows
    )
    return said.most_common()


def _chunk(rows: Sequence[AskedRow], now: datetime) -> list[Answered]:
    numbers = [normalise(row.number) if is_well_formed(row.number[:200]) else "" for row in rows]
    cards = credentials.by_numbers(number for number in numbers if number)
    days = [
        _day_of(row, card.zone if (card := cards.get(number)) else "UTC", now)
        for row, number in zip(rows, numbers, strict=True)
    ]
    expired = [
        (card, day or now.astimezone(ZoneInfo(card.zone)).date())
        for number, day in zip(numbers, days, strict=True)
        if (card := cards.get(number)) and state_on(card, day or now) is State.EXPIRED
    ]
    standings = certification.public_standings(expired)
    return [_answered(row, day, cards, standings, now) for row, day in zip(rows, days, strict=True)]


def _answered(
    row: AskedRow,
    day: date | None,
    cards: dict[str, CredentialCard],
    standings: dict[tuple[int, date], Standing],
    now: datetime,
) -> Answered:
    typed = row.number[:LONGEST_TYPED]
    name = row.name or None
    if not compact(typed):
        return Answered(row.row, typed, name, None, code="V01")
    number = normalise(typed)
    if not is_well_formed(typed):
        slip = Slip.CHECK if len(compact(typed)) == LENGTH else Slip.LENGTH
        return Answered(row.row, typed, name, Verification(number, State.UNKNOWN, now, slip=slip), code="V02")
    if row.day is not None and day is None:
        return Answered(row.row, typed, name, None, code="V04")
    card = cards.get(number)
    stands = None
    if card is not None:
        stands = standings.get((card.id, day or now.astimezone(ZoneInfo(card.zone)).date()))
    try:
        answer = answer_for(card, number, now, stands, day)
    except Invalid:  # what is left of the faults: on that day it was not issued yet
        return Answered(row.row, typed, name, Verification(number, State.UNKNOWN, now, on=day), code="V07")
    if answer.credential is None:
        return Answered(row.row, typed, name, answer, code="V06" if answer.state is State.ERASED else "V03")
    is_same = is_same_name(name, answer.credential.name) if name else None
    return Answered(row.row, typed, name, answer, is_same, "V05" if is_same is False else "")


def is_same_name(typed: str, printed: str) -> bool:
    """Whether two names are alike but for accents, capitals, signs between and the order of the words."""
    return _words_of(typed) == _words_of(printed)


def _words_of(name: str) -> list[str]:
    return sorted(re.findall(r"\w+", search_key(name).replace("'", "").replace("’", "")))


def _day_of(row: AskedRow, zone: str, now: datetime) -> date | None:
    """The day that a row names; None without one, for an odd one, and for one to come where the issuer is."""
    try:
        day = date.fromisoformat(row.day.strip()) if isinstance(row.day, str) else row.day
    except ValueError:
        return None
    is_past = day is not None and date(1900, 1, 1) <= day <= now.astimezone(ZoneInfo(zone)).date()
    return day if is_past else None
