"""How hours are counted: what falls in the window, what waits, and which minimum an hour goes to. Pure.

Every hour counts once inside a requirement (domain shape R46): an hour that fits two topics goes to one
of them, chosen so that as many minimums as possible are reached. What is more than a maximum is cut off.
"""

from calendar import monthrange
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from operator import attrgetter
from typing import NamedTuple

from lms.certification.findings import N_, Excluded, Sentence, say


@dataclass(frozen=True)
class Window:
    """Which dates count. The first day of a look-back counts; `after` counts from the next day on.

    `first` and `until` are the first and the last day themselves.
    """

    months: int | None = None
    days: int | None = None
    after: date | None = None
    first: date | None = None
    until: date | None = None

    def opens(self, as_of: date) -> date | None:
        """The first day that counts at `as_of`, or None where there is no limit."""
        starts = []
        if self.months is not None:
            starts.append(months_before(as_of, self.months))
        if self.days is not None:
            starts.append(as_of - timedelta(days=self.days))
        if self.after is not None:
            starts.append(self.after + timedelta(days=1))
        if self.first is not None:
            starts.append(self.first)
        return max(starts, default=None)


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier; the last day of a shorter month stands in for a missing one."""
    return months_after(day, -months)


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the last day of a shorter month stands in for a missing one."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


class Piece(NamedTuple):
    """One amount of time that may count. `refused` is final; `waits` can still come to count.

    `traits` are what else is known of it, as `mode:phone` or `activity:group`. A tuple, because a person
    may have thousands and a frozen dataclass takes several times as long to make.
    """

    evidence: str
    on: date
    minutes: int
    groups: tuple[str, ...] = ()
    mode: str = ""
    refused: Sentence | None = None
    waits: Sentence | None = None
    who: str = ""
    person_id: int | None = None
    traits: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Tally:
    """Pieces sorted into those that count, those that wait, and the reasons for all that do not count."""

    counted: tuple[Piece, ...]
    waiting: tuple[Piece, ...]
    excluded: tuple[Excluded, ...] = field(default=())

    @cached_property
    def minutes(self) -> int:
        return _minutes(self.counted)

    @cached_property
    def projected(self) -> int:
        """What it would be if all that waits were signed."""
        return self.minutes + _minutes(self.waiting)

    @cached_property
    def evidence(self) -> tuple[str, ...]:
        return _names(self.counted)


def _minutes(pieces: Iterable[Piece]) -> int:
    return sum(map(attrgetter("minutes"), pieces))


def _names(pieces: Iterable[Piece]) -> tuple[str, ...]:
    return tuple(sorted(map(attrgetter("evidence"), pieces)))


def outside(on: date, window: Window, as_of: date) -> Sentence | None:
    """Why a date does not count, or None when it does."""
    return _gate(window, as_of)(on)


def _gate(window: Window, as_of: date) -> Callable[[date], Sentence | None]:
    """Says of a date why it does not count; each sentence is made once for all the dates it is said of."""
    opens, until = window.opens(as_of), window.until
    first, last = opens or date.min, min(until or date.max, as_of)
    late = say(N_("The date is after the day of this check."))
    early = past = late
    if opens is not None:
        told = opens.isoformat()
        early = say(N_("The date is before %(opens_on)s, the first day that counts."), opens_on=told)
    if until is not None:
        told = until.isoformat()
        past = say(N_("The date is after %(last_on)s, the last day that counts."), last_on=told)

    def reason(on: date) -> Sentence | None:
        if first <= on <= last:
            return None
        if on > as_of:
            return late
        return early if on < first else past

    return reason


def tally(
    pieces: Iterable[Piece], window: Window, as_of: date, refused: Mapping[int, Sentence] | None = None
) -> Tally:
    """Sort pieces by what they count for. Evidence given twice counts once, as the smaller amount.

    `refused` names, by `id`, pieces that are refused here, as if they said so themselves.
    """
    refused = refused or {}
    once = _once(pieces, refused)
    outside_of = _gate(window, as_of)
    counted, waiting = [], []
    final: dict[int, tuple[Sentence, list[Piece]]] = {}
    held: dict[tuple[int, str, int | None], list[Piece]] = {}
    for name in sorted(once):
        piece = once[name]
        reason = outside_of(piece.on) or piece.refused or refused.get(id(piece))
        if reason is not None:
            same = final.get(id(reason))
            if same is None:
                same = final[id(reason)] = reason, []
            same[1].append(piece)
        elif piece.waits is not None:
            waiting.append(piece)
            held.setdefault((id(piece.waits), piece.who, piece.person_id), []).append(piece)
        else:
            counted.append(piece)
    return Tally(tuple(counted), tuple(waiting), _left_out(final.values(), held.values()))


def _once(pieces: Iterable[Piece], refused: Mapping[int, Sentence]) -> dict[str, Piece]:
    def order(piece: Piece) -> tuple[int, date, str]:
        said = piece._replace(refused=piece.refused or refused.get(id(piece)))
        return piece.minutes, piece.on, repr(said)

    given = tuple(pieces)
    once = {piece.evidence: piece for piece in given}
    if len(once) < len(given):
        for piece in given:
            once[piece.evidence] = min(once[piece.evidence], piece, key=order)
    return once


def _left_out(
    final: Iterable[tuple[Sentence, list[Piece]]], held: Iterable[list[Piece]]
) -> tuple[Excluded, ...]:
    """What does not count, by reason. Those of the very same sentence come together, which is quick to find."""
    reasons: dict[tuple[Sentence, bool, str, int | None], list[Piece]] = {}
    for reason, pieces in final:
        reasons.setdefault((reason, False, "", None), []).extend(pieces)
    for pieces in held:
        first = pieces[0]
        reasons.setdefault((first.waits or say(""), True, first.who, first.person_id), []).extend(pieces)
    excluded = (
        Excluded(_minutes(pieces), reason, _names(pieces), is_waiting, who, person_id)
        for (reason, is_waiting, who, person_id), pieces in reasons.items()
    )
    return tuple(sorted(excluded, key=lambda one: (not one.is_waiting, one.evidence)))


def capped(found: Tally, is_capped: Callable[[Piece], bool], most: int, reason: Sentence) -> Tally:
    """The tally with at most `most` minutes of some pieces: the earlier ones count. What waits comes last."""

    def spare(pieces: tuple[Piece, ...], room: int) -> int:
        return max(0, _minutes(filter(is_capped, pieces)) - room)

    counted, cut = _cut(found.counted, {(): spare(found.counted, most)}, lambda p: () if is_capped(p) else None)
    room = most - _minutes(filter(is_capped, counted))
    waiting, _later = _cut(
        found.waiting, {(): spare(found.waiting, room)}, lambda p: () if is_capped(p) else None
    )
    return Tally(counted, waiting, (*found.excluded, *_dropped(cut, reason)))


def within_most(found: Tally, most: Mapping[str, int], reason: Sentence) -> Tally:
    """The tally without what is more than the maximums of its groups, however the hours are shared out."""
    if not most:
        return found
    counted, cut = _cut(found.counted, _over(found.counted, most), lambda p: _fits(p.groups, most))
    later = sum(_over((*counted, *found.waiting), most).values())
    waiting, _later = _cut(found.waiting, {(): later}, lambda p: None if ANY in _fits(p.groups, most) else ())
    return Tally(counted, waiting, (*found.excluded, *_dropped(cut, reason)))


Groups = tuple[str, ...]


def _cut(
    pieces: Iterable[Piece], spare: dict[Groups, int], key: Callable[[Piece], Groups | None]
) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """The pieces without the spare minutes, and what was cut off: the latest goes first."""
    kept, cut = [], []
    for piece in sorted(pieces, key=lambda piece: (piece.on, piece.evidence), reverse=True):
        group = key(piece)
        drop = min(piece.minutes, spare.get(group, 0)) if group is not None else 0
        if drop and group is not None:
            spare[group] -= drop
            cut.append(piece._replace(minutes=drop))
        if drop < piece.minutes:
            kept.append(piece._replace(minutes=piece.minutes - drop) if drop else piece)
    return tuple(reversed(kept)), tuple(reversed(cut))


def _dropped(cut: tuple[Piece, ...], reason: Sentence) -> tuple[Excluded, ...]:
    if not cut:
        return ()
    return (Excluded(_minutes(cut), reason, _names(cut)),)


ANY = ""
NO_END = 10**9


def _fits(groups: Groups, most: Mapping[str, int]) -> Groups:
    """The groups that a piece of these may go to; ANY stands for all those without a maximum."""
    return tuple(sorted({group if group in most else ANY for group in groups} or {ANY}))


def _by_groups(pieces: Iterable[Piece]) -> dict[Groups, int]:
    """The minutes of the pieces with the same groups."""
    found: dict[Groups, int] = {}
    for piece in pieces:
        found[piece.groups] = found.get(piece.groups, 0) + piece.minutes
    return found


def _over(pieces: Iterable[Piece], most: Mapping[str, int]) -> dict[Groups, int]:
    """The minutes that find no room, by the groups they fit: what a maximum flow leaves over."""
    supply: dict[Groups, int] = {}
    for groups, minutes in _by_groups(pieces).items():
        fits = _fits(groups, most)
        supply[fits] = supply.get(fits, 0) + minutes
    left = dict(sorted(supply.items()))
    lacks = {**{group: most[group] for group in sorted(most)}, ANY: NO_END}
    flow = {(fits, group): 0 for fits in left for group in fits}
    while (path := _path(left, lacks, flow)) is not None:
        _push(path, left, lacks, flow)
    return left


def assign(
    pieces: Iterable[Piece], minimums: Mapping[str, int], most: Mapping[str, int] | None = None
) -> dict[str, int]:
    """Minutes for each named group, every minute in one group only, as many minimums reached as can be.

    A maximum flow from the sets of groups that hours fit to the groups that need them; what is left over
    then goes to the first group it fits that has room, so that the numbers show all the work.
    """
    supply: dict[Groups, int] = {}
    for groups, minutes in _by_groups(pieces).items():
        fits = tuple(sorted(set(groups) & set(minimums)))
        if fits:
            supply[fits] = supply.get(fits, 0) + minutes
    left = dict(sorted(supply.items()))
    lacks = dict(sorted(minimums.items()))
    flow = {(fits, group): 0 for fits in left for group in fits}
    while (path := _path(left, lacks, flow)) is not None:
        _push(path, left, lacks, flow)
    given = {group: sum(flow[key] for key in flow if key[1] == group) for group in minimums}
    for fits, minutes in left.items():
        for group in fits:
            room = max(0, (most or {}).get(group, NO_END) - given[group])
            given[group] += min(room, minutes)
            minutes -= min(room, minutes)
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
