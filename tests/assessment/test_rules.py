"""When an attempt may start, and when it ends."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.assessment.rules import (
    GRACE,
    Hold,
    Limits,
    PastAttempt,
    StartAnswer,
    deadline,
    is_over,
    may_start,
)

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
MOMENT = timedelta(microseconds=1)
LIMITS = Limits(most=2, within_days=10, wait_days=3)


def past(days_ago: float, *, is_passed: bool = False, is_open: bool = False) -> PastAttempt:
    at = NOON - days_ago * DAY
    return PastAttempt(at, None if is_open else at, is_passed)


@pytest.mark.parametrize(
    ("history", "limits", "expected"),
    [
        ([], LIMITS, StartAnswer(True, None, None, 0, 2)),
        ([past(3)], LIMITS, StartAnswer(True, None, None, 1, 1)),
        ([past(2)], LIMITS, StartAnswer(False, Hold.WAIT, NOON + DAY, 1, 1)),
        ([past(9), past(4)], LIMITS, StartAnswer(False, Hold.TRIES, NOON + DAY, 2, 0)),
        ([past(10), past(4)], LIMITS, StartAnswer(True, None, None, 1, 1)),
        ([past(9), past(1)], LIMITS, StartAnswer(False, Hold.WAIT, NOON + 2 * DAY, 2, 0)),
        ([past(4, is_open=True)], LIMITS, StartAnswer(False, Hold.OPEN, None, 1, 1)),
        ([past(4, is_passed=True)], LIMITS, StartAnswer(False, Hold.PASSED, NOON + 6 * DAY, 1, 1)),
        ([past(10, is_passed=True)], LIMITS, StartAnswer(True, None, None, 0, 2)),
        ([past(0)], Limits(3, 365, 0), StartAnswer(True, None, None, 1, 2)),
    ],
)
def test_may_start(history: list[PastAttempt], limits: Limits, expected: StartAnswer) -> None:
    assert may_start(history, limits, NOON) == expected
    assert may_start(reversed(history), limits, NOON) == expected


@given(
    st.lists(st.tuples(st.floats(0, 30), st.booleans()), max_size=6),
    st.integers(1, 4),
    st.integers(1, 20),
    st.integers(0, 8),
)
def test_the_promised_moment_is_exact(
    days: list[tuple[float, bool]], most: int, within_days: int, wait_days: int
) -> None:
    history = [past(ago, is_passed=is_passed) for ago, is_passed in days]
    limits = Limits(most, within_days, wait_days)
    answer = may_start(history, limits, NOON)
    assert answer.is_allowed == (answer.next_at is None)
    assert answer.tries_left == max(most - answer.tries_used, 0)
    if answer.next_at is not None:
        assert answer.next_at > NOON
        assert may_start(history, limits, answer.next_at).is_allowed
        assert not may_start(history, limits, answer.next_at - MOMENT).is_allowed


@pytest.mark.parametrize(
    ("minutes", "percent", "seconds"),
    [(40, 100, 2400), (40, 150, 3600), (1, 133, 80), (1, 101, 61), (90, 200, 10800)],
)
def test_the_deadline_follows_the_time_factor(minutes: int, percent: int, seconds: int) -> None:
    assert deadline(NOON, minutes, percent) == NOON + timedelta(seconds=seconds)


def test_an_answer_on_its_way_still_counts() -> None:
    assert not is_over(NOON, NOON + GRACE)
    assert is_over(NOON, NOON + GRACE + MOMENT)
