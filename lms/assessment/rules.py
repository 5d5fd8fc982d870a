"""When an attempt may start and when it ends. Pure: no clock, no database.

Both ends of a window are cut exactly: an attempt started at `t` counts while `now < t + within_days`,
and a new attempt may start at the very moment `handed_in_at + wait_days`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# An answer that was on its way when the clock ran out still counts. The rules page says so.
GRACE = timedelta(seconds=15)


@dataclass(frozen=True)
class Limits:
    """At most `most` attempts in any `within_days` days, `wait_days` days after the last hand-in."""

    most: int
    within_days: int
    wait_days: int


@dataclass(frozen=True)
class PastAttempt:
    """What the rules need to know of an earlier attempt."""

    started_at: datetime
    handed_in_at: datetime | None
    is_passed: bool


class Hold(StrEnum):
    """Why an attempt may not start now."""

    OPEN = "open"
    PASSED = "passed"
    TRIES = "tries"
    WAIT = "wait"


@dataclass(frozen=True)
class StartAnswer:
    """Whether an attempt may start; if not, why, and the first moment at which it may.

    `next_at` is None when it may start now or when an open attempt has to be handed in first.
    """

    is_allowed: bool
    hold: Hold | None
    next_at: datetime | None
    tries_used: int
    tries_left: int


def may_start(history: Iterable[PastAttempt], limits: Limits, now: datetime) -> StartAnswer:
    """Whether a new attempt may start at `now`, given all earlier ones in any order.

    A pass also closes the examination for the length of the window: there is nothing to gain, and each
    sitting shows the items once more.
    """
    past = tuple(history)
    window = timedelta(days=limits.within_days)
    counted = sorted(one.started_at for one in past if now < one.started_at + window)
    used = len(counted)
    left = max(limits.most - used, 0)
    if any(one.handed_in_at is None for one in past):
        return StartAnswer(False, Hold.OPEN, None, used, left)
    ends: list[tuple[datetime, Hold]] = []
    if used >= limits.most:
        ends.append((counted[used - limits.most] + window, Hold.TRIES))
    for one in past:
        if one.handed_in_at is None:
            continue
        if one.is_passed and now < one.handed_in_at + window:
            ends.append((one.handed_in_at + window, Hold.PASSED))
        if now < one.handed_in_at + timedelta(days=limits.wait_days):
            ends.append((one.handed_in_at + timedelta(days=limits.wait_days), Hold.WAIT))
    if not ends:
        return StartAnswer(True, None, None, used, left)
    # A pass is the reason that matters to the person, whatever else holds at the same time.
    next_at, hold = max(ends)
    if any(reason is Hold.PASSED for _, reason in ends):
        hold = Hold.PASSED
    return StartAnswer(False, hold, next_at, used, left)


def allowed_seconds(minutes: int, time_percent: int) -> int:
    """The time a person has, in seconds: the examination's minutes times their factor, rounded up."""
    return -(-minutes * 60 * time_percent // 100)


def deadline(started_at: datetime, minutes: int, time_percent: int) -> datetime:
    """When the attempt closes. `time_percent` is 100 without extra time, 150 for half as much again."""
    return started_at + timedelta(seconds=allowed_seconds(minutes, time_percent))


def is_over(deadline_at: datetime, now: datetime) -> bool:
    """True once not even an answer on its way may still be saved."""
    return now > deadline_at + GRACE


def resumed_deadline(deadline_at: datetime, paused_at: datetime, now: datetime) -> datetime:
    """The deadline after a pause: the time that was left when the clock stopped is left again."""
    return deadline_at + (now - paused_at)


def extended_deadline(deadline_at: datetime, minutes: int, old_percent: int, new_percent: int) -> datetime:
    """The deadline of a running attempt after its time factor changed."""
    more = allowed_seconds(minutes, new_percent) - allowed_seconds(minutes, old_percent)
    return deadline_at + timedelta(seconds=more)
