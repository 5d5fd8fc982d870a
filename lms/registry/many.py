"""Many numbers answered at once: the same public answer as on the page of one, row by row. Nothing is kept."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from lms import clock
from lms.certification import queries as certification
from lms.certification.cycles import Standing, Status
from lms.credentials import queries as credentials
from lms.credentials.naming import search_key
from lms.credentials.numbers import LENGTH, compact, is_well_formed, normalise
from lms.credentials.queries import CredentialCard
from lms.credentials.states import State, state_on, valid_until_at
from lms.registry.queries import EVENT_OF, PublicCredential, Slip, Verification
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
            said.as_of.isoformat(timespec="seconds") if said else "",
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
    moment = now if row.day is None else _moment(row.day, card.zone if card else "UTC", now)
    if moment is None:
        return Answered(row.row, typed, name, None, code="V04")
    answer = answer_for(card, number, moment, standings.get(card.id) if card and moment == now else None)
    if answer.credential is None:
        return Answered(row.row, typed, name, answer, code="V06" if answer.state is State.ERASED else "V03")
    is_same = is_same_name(name, answer.credential.name) if name else None
    return Answered(row.row, typed, name, answer, is_same, "V05" if is_same is False else "")


def answer_for(
    card: CredentialCard | None, number: str, moment: datetime, standing: Standing | None
) -> Verification:
    """The public answer about a well-formed number at an instant, as it was known then.

    `standing` is that of the certification's cycles today, where there are any.
    """
    state = state_on(card, moment)
    if card is None or state is State.UNKNOWN:
        return Verification(number, State.UNKNOWN, moment)
    if state is State.ERASED:
        return Verification(number, state, moment, since=_since(card, state, clock.now()))
    is_replaced = card.superseded_at is not None and card.superseded_at <= moment
    valid_until = valid_until_at(card, moment)
    cycles = standing if state is State.EXPIRED else None
    return Verification(
        number,
        state,
        moment,
        since=_since(card, state, moment),
        credential=PublicCredential(
            kind=card.kind,
            title=card.title,
            name=card.name_as_issued,
            issuer=card.issuer_name,
            issued_on=card.issued_on,
            valid_until=valid_until,
            superseded_by=card.superseded_by if is_replaced else None,
        ),
        is_in_grace=cycles is not None and cycles.status is Status.GRACE,
        is_renewal_in_process=cycles is not None and cycles.is_renewal_in_process,
    )


def _since(card: CredentialCard, state: State, moment: datetime) -> date | None:
    if state is State.EXPIRED:
        return valid_until_at(card, moment)
    if state is State.SUPERSEDED:
        at = card.superseded_at
    else:
        wanted = EVENT_OF.get(state)
        at = max((one.at for one in card.events if one.kind is wanted and one.at <= moment), default=None)
    return at.astimezone(ZoneInfo(card.zone)).date() if at else None


def is_same_name(typed: str, printed: str) -> bool:
    """Whether two names are alike but for accents, capitals, signs between and the order of the words."""
    return _words_of(typed) == _words_of(printed)


def _words_of(name: str) -> list[str]:
    return sorted(re.findall(r"\w+", search_key(name).replace("'", "").replace("’", "")))


def _moment(typed: str | date, zone: str, now: datetime) -> datetime | None:
    """The end of a day where the issuer is, or now when that day is not over; None for a later or odd one."""
    try:
        day = date.fromisoformat(typed.strip()) if isinstance(typed, str) else typed
    except ValueError:
        return None
    local = ZoneInfo(zone)
    if day > now.astimezone(local).date() or day.year < 1900:
        return None
    end = datetime.combine(day + timedelta(days=1), datetime.min.time(), local) - timedelta(microseconds=1)
    return min(end.astimezone(UTC), now)
