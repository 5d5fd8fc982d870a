"""How hours are counted: what falls in the window, what waits, and which minimum an hour goes to. Pure.

Every hour counts once inside a requirement (domain shape R46): an hour that fits two topics goes to one
of them, chosen so that as many minimums as possible are reached.
"""

from calendar import monthrange
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from lms.certification.findings import N_, Excluded, Sentence, say


@dataclass(frozen=True)
class Window:
    """Which dates count. The first day of a look-back counts; `after` counts from the next day on."""

    months: int | None = None
    days: int | None = None
    after: date | None = None

    def opens(self, as_of: date) -> date | None:
        """The first day that counts at `as_of`, or None where there is no limit."""
        starts = []
        if self.months is not None:
            starts.append(months_before(as_of, self.months))
        if self.days is not None:
            starts.append(as_of - timedelta(days=self.days))
        if self.after is not None:
            starts.append(self.after + timedelta(days=1))
        return max(starts, default=None)


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier; the last day of a shorter month stands in for a missing one."""
    return months_after(day, -months)


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the last day of a shorter month stands in for a missing one."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True)
class Piece:
    """One amount of time that may count. `refused` is final; `waits` may still be signed."""

    evidence: str
    on: date
    minutes: int
    groups: tuple[str, ...] = ()
    mode: str = ""
    refused: Sentence | None = None
    waits: Sentence | None = None
    who: str = ""
    person_id: int | None = None


@dataclass(frozen=True)
class Tally:
    """Pieces sorted into those that count, those that wait, and the reasons for all that do not count."""

    counted: tuple[Piece, ...]
    waiting: tuple[Piece, ...]
    excluded: tuple[Excluded, ...] = field(default=())

    @property
    def minutes(self) -> int:
        return sum(piece.minutes for piece in self.counted)

    @property
    def projected(self) -> int:
        """What it would be if all that waits were signed."""
        return self.minutes + sum(piece.minutes for piece in self.waiting)

    @property
    def evidence(self) -> tuple[str, ...]:
        return tuple(sorted(piece.evidence for piece in self.counted))


def outside(on: date, window: Window, as_of: date) -> Sentence | None:
    """Why a date does not count, or None when it does."""
    opens = window.opens(as_of)
    if on > as_of:
        return say(N_("The date is after the day of this check."))
    if opens is not None and on < opens:
        return say(
            N_("The date is before %(opens_on)s, the first day that counts."), opens_on=opens.isoformat()
        )
    return None


def tally(pieces: Iterable[Piece], window: Window, as_of: date) -> Tally:
    """Sort pieces by what they count for. Evidence given twice counts once, as the smaller amount."""
    once: dict[str, Piece] = {}
    for piece in sorted(pieces, key=lambda piece: (piece.evidence, piece.minutes, piece.on, repr(piece))):
        once.setdefault(piece.evidence, piece)
    counted, waiting = [], []
    reasons: dict[tuple[Sentence, bool, str, int | None], list[Piece]] = {}
    for piece in once.values():
        final = outside(piece.on, window, as_of) or piece.refused
        if final is not None:
            reasons.setdefault((final, False, "", None), []).append(piece)
        elif piece.waits is not None:
            waiting.append(piece)
            reasons.setdefault((piece.waits, True, piece.who, piece.person_id), []).append(piece)
        else:
            counted.append(piece)
    excluded = (
        Excluded(
            amount=sum(piece.minutes for piece in held),
            reason=reason,
            evidence=tuple(sorted(piece.evidence for piece in held)),
            is_waiting=is_waiting,
            who=who,
            person_id=person_id,
        )
        for (reason, is_waiting, who, person_id), held in reasons.items()
    )
    return Tally(
        tuple(counted),
        tuple(waiting),
        tuple(sorted(excluded, key=lambda one: (not one.is_waiting, one.evidence))),
    )


def assign(pieces: Iterable[Piece], minimums: Mapping[str, int]) -> dict[str, int]:
    """Minutes for each named group, every minute in one group only, as many minimums reached as can be.

    A maximum flow from the sets of groups that hours fit to the groups that need them; what is left over
    then goes to the first group it fits, so that the numbers show all the work.
    """
    supply: dict[tuple[str, ...], int] = {}
    for piece in pieces:
        fits = tuple(sorted(set(piece.groups) & set(minimums)))
        if fits:
            supply[fits] = supply.get(fits, 0) + piece.minutes
    left = dict(sorted(supply.items()))
    lacks = dict(sorted(minimums.items()))
    flow = {(fits, group): 0 for fits in left for group in fits}
    while (path := _path(left, lacks, flow)) is not None:
        _push(path, left, lacks, flow)
    given = {group: sum(flow[key] for key in flow if key[1] == group) for group in minimums}
    for fits, minutes in left.items():
        given[fits[0]] += minutes
    return given


Step = tuple[tuple[str, ...], str]


def _path(
    left: Mapping[tuple[str, ...], int], lacks: Mapping[str, int], flow: Mapping[Step, int]
) -> list[Step] | None:
    """A way from spare minutes to a group that lacks some: steps forward, with steps back between them."""
    waiting = deque((fits, list[Step]()) for fits, minutes in left.items() if minutes > 0)
    seen = {fits for fits, _way in waiting}
    while waiting:
        fits, way = waiting.popleft()
        for group in fits:
            onward = [*way, (fits, group)]
            if lacks[group] > 0:
                return onward
            for other, held in flow:
                if held == group and flow[other, held] > 0 and other not in seen:
                    seen.add(other)
                    waiting.append((other, [*onward, (other, held)]))
    return None


def _push(
    path: list[Step], left: dict[tuple[str, ...], int], lacks: dict[str, int], flow: dict[Step, int]
) -> None:
    back = path[1::2]
    amount = min(left[path[0][0]], lacks[path[-1][1]], *(flow[step] for step in back))
    for place, step in enumerate(path):
        flow[step] += amount if place % 2 == 0 else -amount
    left[path[0][0]] -= amount
    lacks[path[-1][1]] -= amount
