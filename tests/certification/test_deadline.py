"""The day by which a body answers, and until when a refusal can be appealed."""

from datetime import UTC, date, datetime

import pytest

from lms.certification.deadline import due_on, last_day_to_appeal
from lms.certification.two_reviewers import closes, disagree

ZONE = "America/New_York"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("sent", "returned", "due"),
    [
        (["2026-01-01T12:00"], [], date(2026, 1, 31)),
        # By the body's calendar: late in the evening of December 31 there.
        (["2026-01-01T03:00"], [], date(2026, 1, 30)),
        # Over the change of the clock.
        (["2026-03-01T12:00"], [], date(2026, 3, 31)),
        # While the applicant has it there is no day.
        (["2026-01-01T12:00"], ["2026-01-05T12:00"], None),
        # Ten days with the applicant do not count.
        (["2026-01-01T12:00", "2026-01-15T12:00"], ["2026-01-05T12:00"], date(2026, 2, 10)),
        # Back and forth twice: 10 and 1 days; the same day counts nothing.
        (
            ["2026-01-01T12:00", "2026-01-15T12:00", "2026-01-17T12:00", "2026-01-20T15:00"],
            ["2026-01-05T12:00", "2026-01-16T12:00", "2026-01-20T14:00"],
            date(2026, 2, 11),
        ),
        # A return from before sendings were kept: only what is known counts.
        (["2026-01-15T12:00"], ["2026-01-05T12:00"], date(2026, 2, 14)),
        ([], [], None),
    ],
)
def test_the_clock_runs_from_the_first_sending_and_stops_while_it_is_returned(
    sent: list[str], returned: list[str], due: date | None
) -> None:
    assert due_on(map(at, sent), map(at, returned), within_days=30, zone=ZONE) == due
    assert due_on(map(at, reversed(sent)), map(at, returned), within_days=30, zone=ZONE) == due
    assert due_on(map(at, sent), map(at, returned), within_days=None, zone=ZONE) is None


def test_the_last_day_to_appeal_is_by_the_bodys_calendar() -> None:
    assert last_day_to_appeal(at("2026-02-01T03:00"), within_days=30, zone=ZONE) == date(2026, 3, 2)


@pytest.mark.parametrize(
    ("earlier", "outcome", "is_closed"),
    [
        ([], "granted", False),
        ([], "refused", False),
        (["granted"], "granted", True),
        (["refused"], "refused", True),
        (["granted"], "refused", False),
        (["refused"], "granted", False),
        (["granted", "refused"], "granted", True),
        (["granted", "refused"], "refused", True),
    ],
)
def test_two_agreeing_words_or_a_third_decide(earlier: list[str], outcome: str, is_closed: bool) -> None:
    assert closes(earlier, outcome) is is_closed


def test_only_two_different_words_disagree() -> None:
    assert [disagree(words) for words in ([], ["granted"], ["granted", "granted"])] == [False] * 3
    assert disagree(["refused", "granted"])
