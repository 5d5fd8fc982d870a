"""Many numbers answered at once: the same public answer as on the page of one, row by row. Nothing is kept."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
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


def answers(asked: Asked) -> tuple[Answered, ...]:
    """The answers in the order of the rows: a few statements for each 500 numbers, whatever they are."""
    now = clock.now()
    marks = [*range(0, len(asked.rows), CHUNK), len(asked.rows)]
    return tuple(one for begin, end in pairwise(marks) for one in _chunk(asked.rows[begin:end], now))


def totals(rows: Sequence[Answered]) -> list[tuple[State | str, int]]:
    """How many rows have each state, and how many each code that no state is said with; most first."""
    said = Counter(
        row.code if row.code in ("V01", "V02", "V04") or row.answer is None else row.answer.state
        for row in rows
    )
    return said.most_common()


def _chunk(rows: Sequence[AskedRow], now: datetime) -> list[Answered]:
    cards = credentials.by_numbers(normalise(row.number) for row in rows if is_well_formed(row.number[:200]))
    expired = [card for card in cards.values() if state_on(card, now) is State.EXPIRED]
    standings = certification.public_standings(expired)
    return [_answered(row, cards, standings, now) for row in rows]


def _answered(
    row: AskedRow, cards: dict[str, CredentialCard], standings: dict[int, Standing], now: datetime
) -> Answered:
    typed = row.number[:LONGEST_TYPED]
    name = row.name or None
    if not compact(typed):
        return Answered(row.row, typed, name, None, code="V01")
    number = normalise(typed)
    if not is_well_formed(typed):
        slip = Slip.CHECK if len(compact(typed)) == LENGTH else Slip.LENGTH
        return Answered(row.row, typed, name, Verification(number, State.UNKNOWN, now, slip=slip), code="V02")
    card = cards.get(number)
    day = None if row.day is None else _day(row.day, card.zone if card else "UTC", now)
    if row.day is not None and day is None:
        return Answered(row.row, typed, name, None, code="V04")
    try:
        answer = answer_for(card, number, now, standings.get(card.id) if card and day is None else None, day)
    except Invalid:  # on that day it was not issued yet
        answer = Verification(number, State.UNKNOWN, now, on=day)
    if answer.credential is None:
        return Answered(row.row, typed, name, answer, code="V06" if answer.state is State.ERASED else "V03")
    is_same = is_same_name(name, answer.credential.name) if name else None
    return Answered(row.row, typed, name, answer, is_same, "V05" if is_same is False else "")


def is_same_name(typed: str, printed: str) -> bool:
    """Whether two names are alike but for accents, capitals, signs between and the order of the words."""
    return _words_of(typed) == _words_of(printed)


def _words_of(name: str) -> list[str]:
    return sorted(re.findall(r"\w+", search_key(name).replace("'", "").replace("’", "")))


def _day(typed: str | date, zone: str, now: datetime) -> date | None:
    """The day that was typed; None for an odd one, and for one that is still to come where the issuer is."""
    try:
        day = date.fromisoformat(typed.strip()) if isinstance(typed, str) else typed
    except ValueError:
        return None
    return day if date(1900, 1, 1) <= day <= now.astimezone(ZoneInfo(zone)).date() else None
