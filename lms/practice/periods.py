"""Weeks and months that a supervisor signs as a whole: their days, their totals, what changed since. Pure."""

from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from lms.practice.rules import monday_of


class PeriodKind(StrEnum):
    """What can be signed as a whole."""

    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True)
class Span:
    """One week from its Monday, or one month from its first day."""

    kind: PeriodKind
    starts_on: date

    @property
    def ends_on(self) -> date:
        """The last day, still part of it."""
        if self.kind is PeriodKind.WEEK:
            return self.starts_on + timedelta(days=6)
        return self.starts_on.replace(day=monthrange(self.starts_on.year, self.starts_on.month)[1])

    def is_over(self, today: date) -> bool:
        """Whether its last day has come: hours can be signed on the evening of that day."""
        return today >= self.ends_on


def span_with(kind: PeriodKind, on: date) -> Span:
    """The week or month that the day lies in."""
    return Span(kind, monday_of(on) if kind is PeriodKind.WEEK else on.replace(day=1))


def span_named(kind: str, starts_on: date) -> Span | None:
    """The span of an address, or None when it names no week or month by its first day."""
    if kind not in set(PeriodKind):
        return None
    span = span_with(PeriodKind(kind), starts_on)
    return span if span.starts_on == starts_on else None


@dataclass(frozen=True)
class SignedLine:
    """A signed entry as a period lists it: `minutes` and `domain` are those that were signed."""

    entry_id: int
    entry_version: int
    sign_off_id: int
    sha256: str
    worked_on: date
    minutes: int
    domain: str
    mode: str


def totals_of(lines: Iterable[SignedLine]) -> tuple[tuple[str, str, int], ...]:
    """Minutes by domain and mode, each once, in order of their names."""
    sums: Counter[tuple[str, str]] = Counter()
    for line in lines:
        sums[line.domain, line.mode] += line.minutes
    return tuple((domain, mode, minutes) for (domain, mode), minutes in sorted(sums.items()))


@dataclass(frozen=True)
class Drift:
    """How the lines that stand now differ from those that a period signature lists."""

    gone: tuple[int, ...] = ()
    added: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.gone or self.added)


def drift_of(signed: Iterable[tuple[int, int]], now: Sequence[SignedLine]) -> Drift:
    """What changed after a period was signed, by entry id.

    `signed` are pairs of entry and sign-off id. An entry whose signature was taken back, or that has a
    signed amendment, is gone; one that was signed since is added.
    """
    then = set(signed)
    standing = {(line.entry_id, line.sign_off_id) for line in now}
    return Drift(
        gone=tuple(sorted(entry_id for entry_id, _act in then - standing)),
        added=tuple(sorted(entry_id for entry_id, _act in standing - then)),
    )
