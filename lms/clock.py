"""The only reader of the clock. Pure code is handed `as_of` instead."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_shift = timedelta(0)


def now() -> datetime:
    """This instant, aware, in UTC."""
    return datetime.now(UTC) + _shift


def today(zone: str) -> date:
    """The calendar date it is now in the named zone."""
    return now().astimezone(ZoneInfo(zone)).date()


def pretend_today(day: date | None) -> None:
    """Move the clock so that today is `day` in UTC (demo mode only); None sets it right again."""
    global _shift
    _shift = timedelta(0) if day is None else day - datetime.now(UTC).date()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Run the block as if it were that moment: for demo data with a past, and for tests."""
    global _shift
    before = _shift
    _shift = moment - datetime.now(UTC)
    try:
        yield
    finally:
        _shift = before
