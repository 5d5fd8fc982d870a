"""When a body has to answer, and until when a refusal can be appealed. Pure."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo


def due_on(
    sent: Iterable[datetime], returned: Iterable[datetime], *, within_days: int | None, zone: str
) -> date | None:
    """The last day to answer: so many days after the first sending, by the calendar of the body's zone.

    The days from a return to the next sending do not count. None without a deadline, and while the
    application is with the applicant.
    """
    sendings = sorted(sent)
    if within_days is None or not sendings:
        return None
    paused = 0
    for back in sorted(returned):
        again = next((one for one in sendings if one >= back), None)
        if again is None:
            return None
        if back >= sendings[0]:
            paused += (_day(again, zone) - _day(back, zone)).days
    return _day(sendings[0], zone) + timedelta(days=within_days + paused)


def last_day_to_appeal(decided_at: datetime, *, within_days: int, zone: str) -> date:
    """The last day on which an appeal is taken, in the body's zone."""
    return _day(decided_at, zone) + timedelta(days=within_days)


def _day(instant: datetime, zone: str) -> date:
    return instant.astimezone(ZoneInfo(zone)).date()
