"""Amounts of work as pages say them, by week, and when a mail may go out. Pure."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, time, timedelta


def hours_text(minutes: int) -> str:
    """Minutes as hours with at most two decimals and no trailing zeros: 570 → "9.5"."""
    return f"{minutes / 60:.2f}".rstrip("0").rstrip(".")


def is_time_for_mail(local: time) -> bool:
    """Whether a mail that can wait is sent at this local time: between 8:00 and 20:00."""
    return time(8) <= local < time(20)


def monday_of(on: date) -> date:
    """The Monday of the week the day lies in."""
    return on - timedelta(days=on.weekday())


def totals_by_week(amounts: Iterable[tuple[date, int]]) -> dict[date, int]:
    """Minutes by week from (day, minutes) pairs, under the week's Monday, newest first."""
    totals: Counter[date] = Counter()
    for on, minutes in amounts:
        totals[monday_of(on)] += minutes
    return dict(sorted(totals.items(), reverse=True))
