"""Pieces of work in time: their clock times, lengths, days and overlaps. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

MINUTES_IN_A_DAY = 24 * 60


@dataclass(frozen=True)
class Work:
    """One piece of work as the rules see it: a local date in a zone, with clock times or only a length."""

    worked_on: date
    zone: str
    minutes: int
    starts_at: time | None = None
    ends_at: time | None = None
    is_overnight: bool = False
    note: str = ""
    first_submitted_on: date | None = None
    entry_id: int | None = None
    amends_id: int | None = None


class Period(Protocol):
    """Anything with a first day and perhaps a last one: a placement, a supervision agreement."""

    @property
    def starts_on(self) -> date: ...
    @property
    def ends_on(self) -> date | None: ...


@dataclass(frozen=True)
class Dates:
    """The plainest Period."""

    starts_on: date
    ends_on: date | None = None


def covers(period: Period, on: date) -> bool:
    """Whether the day lies in the period, first and last day included."""
    return period.starts_on <= on and (period.ends_on is None or on <= period.ends_on)


def span_of(work: Work) -> tuple[datetime, datetime] | None:
    """Begin and end as instants, or None for an entry that has only a length.

    A time that the clocks show twice is read as the first of the two.
    """
    if work.starts_at is None or work.ends_at is None:
        return None
    zone = ZoneInfo(work.zone)
    last_day = work.worked_on + timedelta(days=1) if work.is_overnight else work.worked_on
    begin = datetime.combine(work.worked_on, work.starts_at, zone)
    end = datetime.combine(last_day, work.ends_at, zone)
    return begin.astimezone(UTC), end.astimezone(UTC)


def minutes_between(on: date, starts_at: time, ends_at: time, zone: str, *, is_overnight: bool = False) -> int:
    """Whole minutes from start to end in the zone; true across midnight and across a change of the clocks."""
    span = span_of(Work(on, zone, 0, starts_at, ends_at, is_overnight))
    assert span is not None
    return int((span[1] - span[0]).total_seconds() // 60)


def is_real_time(on: date, at: time, zone: str) -> bool:
    """Whether the zone's clocks showed this time on this day (they skip an hour in spring)."""
    local = datetime.combine(on, at, ZoneInfo(zone))
    return local.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local.replace(tzinfo=None)


def minutes_by_day(work: Work) -> dict[date, int]:
    """The minutes that fall on each local day; work over midnight is cut there."""
    span = span_of(work)
    if span is None or not work.is_overnight:
        return {work.worked_on: work.minutes}
    next_day = work.worked_on + timedelta(days=1)
    midnight = datetime.combine(next_day, time(0), ZoneInfo(work.zone)).astimezone(UTC)
    before = int((midnight - span[0]).total_seconds() // 60)
    cut = {work.worked_on: before, next_day: work.minutes - before}
    return {day: minutes for day, minutes in cut.items() if minutes}


def is_overlapping(one: Work, other: Work) -> bool:
    """Whether two pieces of work with clock times share a moment; touching ends do not overlap."""
    first, second = span_of(one), span_of(other)
    if first is None or second is None:
        return False
    return first[0] < second[1] and second[0] < first[1]


def has_unclear_overlap(one: Work, other: Work) -> bool:
    """Whether two pieces of work share a day and one of them says only how long it was."""
    if span_of(one) is not None and span_of(other) is not None:
        return False
    return not minutes_by_day(one).keys().isdisjoint(minutes_by_day(other))
