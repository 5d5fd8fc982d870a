"""The practice rules: each problem in a table, durations over midnight and clock changes, and properties."""

import dataclasses
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.practice.rules import (
    HOUSE,
    STEPS,
    Checks,
    Dates,
    Kind,
    State,
    Step,
    Work,
    after,
    covers,
    domain_of,
    flags,
    has_unclear_overlap,
    hours_text,
    house_checks,
    is_overlapping,
    is_real_time,
    minutes_between,
    minutes_by_day,
    monday_of,
    problems_with,
    refusals,
    totals_by_domain,
    totals_by_week,
)
from lms.practice.statements import CURRENT, STATEMENTS, canonical, fingerprint

TODAY = date(2026, 11, 20)
DAY = date(2026, 11, 16)
NEW_YORK = "America/New_York"
OPEN = Dates(date(2026, 1, 1))


def work(on: date = DAY, minutes: int | None = None, **more: object) -> Work:
    starts, ends = more.get("starts_at"), more.get("ends_at")
    if minutes is None:
        minutes = 60
        if isinstance(starts, time) and isinstance(ends, time):
            minutes = minutes_between(on, starts, ends, NEW_YORK, is_overnight=bool(more.get("is_overnight")))
    zone = str(more.pop("zone", NEW_YORK))
    return Work(worked_on=on, zone=zone, minutes=minutes, **more)  # type: ignore[arg-type]


def timed(start: str, end: str, on: date = DAY, **more: object) -> Work:
    return work(on, starts_at=time.fromisoformat(start), ends_at=time.fromisoformat(end), **more)


def codes(entry: Work, *others: Work, placement: Dates = OPEN, agreement: Dates | None = OPEN) -> list[str]:
    return [p.code for p in problems_with(entry, others, placement, agreement, TODAY)]


@pytest.mark.parametrize(
    ("entry", "others", "expected"),
    [
        (work(), [], []),
        (work(TODAY), [], []),
        (work(TODAY + timedelta(days=1)), [], ["future"]),
        (timed("22:00", "02:00", TODAY, is_overnight=True), [], ["future"]),
        (timed("22:00", "00:00", TODAY, is_overnight=True), [], []),
        (work(minutes=0), [], ["no_length"]),
        (work(minutes=-5), [], ["no_length"]),
        (work(minutes=24 * 60 + 1), [], ["too_long"]),
        (timed("10:00", "09:00"), [], ["end_before_start"]),
        (timed("10:00", "10:00"), [], ["empty_span"]),
        (timed("08:00", "09:00", is_overnight=True), [], ["too_long"]),
        (work(starts_at=time(9)), [], ["half_a_time"]),
        (work(ends_at=time(9)), [], ["half_a_time"]),
        (work(minutes=480), [], []),
        (work(minutes=481), [], ["long_day"]),
        (work(minutes=960), [], ["long_day"]),
        (work(minutes=961), [], ["day_over_cap"]),
        (work(minutes=900), [work(minutes=541)], ["day_over_24", "unclear_overlap"]),
        (work(minutes=900), [work(minutes=540)], ["day_over_cap", "unclear_overlap"]),
        (timed("08:00", "12:00"), [timed("12:00", "16:00")], []),
        (timed("08:00", "12:01"), [timed("12:00", "16:00")], ["overlap", "long_day"]),
        (timed("08:00", "12:00"), [timed("22:00", "09:00", DAY - timedelta(days=1), is_overnight=True)],
         ["overlap", "long_day"]),
        (timed("08:00", "09:00"), [work()], ["unclear_overlap"]),
        (work(), [timed("23:00", "01:00", DAY - timedelta(days=1), is_overnight=True)], ["unclear_overlap"]),
        (work(TODAY - timedelta(days=30)), [], []),
        (work(TODAY - timedelta(days=31)), [], ["late"]),
        (work(TODAY - timedelta(days=90), first_submitted_on=TODAY - timedelta(days=60)), [], []),
        (work(note="Walked  slowly"), [work(DAY - timedelta(days=n), note="walked SLOWLY") for n in (1, 2)],
         ["copied_note"]),
        (work(note="Walked"), [work(DAY - timedelta(days=1), note="walked")], []),
        (work(note=" "), [work(DAY - timedelta(days=n), note="") for n in (1, 2, 3)], []),
    ],
)  # fmt: skip
def test_each_problem_has_its_case(entry: Work, others: list[Work], expected: list[str]) -> None:
    assert codes(entry, *others) == expected


def test_overlap_is_seen_across_zones() -> None:
    here = timed("12:00", "13:00")
    there = timed("09:30", "10:30", zone="America/Los_Angeles")
    assert is_overlapping(here, there)
    assert codes(here, there)[0] == "overlap"


@pytest.mark.parametrize(
    ("placement", "agreement", "expected"),
    [
        (Dates(DAY, DAY), Dates(DAY, DAY), []),
        (Dates(DAY + timedelta(days=1)), OPEN, ["outside_placement"]),
        (Dates(DAY - timedelta(days=9), DAY - timedelta(days=1)), OPEN, ["outside_placement"]),
        (OPEN, None, ["outside_agreement"]),
        (OPEN, Dates(DAY + timedelta(days=1)), ["outside_agreement"]),
        (OPEN, Dates(DAY - timedelta(days=9), DAY - timedelta(days=1)), ["outside_agreement"]),
    ],
)
def test_an_entry_lies_within_placement_and_agreement(
    placement: Dates, agreement: Dates | None, expected: list[str]
) -> None:
    assert codes(work(), placement=placement, agreement=agreement) == expected


@pytest.mark.parametrize(
    ("on", "start", "end", "overnight", "minutes"),
    [
        (date(2026, 11, 16), "09:00", "12:30", False, 210),
        (date(2026, 11, 16), "22:00", "06:00", True, 480),
        (date(2026, 10, 31), "22:00", "06:00", True, 540),  # the clocks go back on Nov 1: an hour more
        (date(2026, 3, 7), "22:00", "06:00", True, 420),  # they go forward on Mar 8: an hour less
        (date(2026, 3, 8), "01:30", "03:10", False, 40),
        (date(2026, 11, 1), "01:30", "02:00", False, 90),
        (date(2028, 2, 28), "23:00", "01:00", True, 120),
    ],
)
def test_minutes_are_true_over_midnight_and_clock_changes(
    on: date, start: str, end: str, overnight: bool, minutes: int
) -> None:
    got = minutes_between(
        on, time.fromisoformat(start), time.fromisoformat(end), NEW_YORK, is_overnight=overnight
    )
    assert got == minutes


def test_a_skipped_time_is_refused() -> None:
    spring = date(2026, 3, 8)
    assert not is_real_time(spring, time(2, 30), NEW_YORK)
    assert is_real_time(spring, time(3, 0), NEW_YORK)
    assert codes(timed("02:30", "04:00", spring))[0] == "no_such_time"


def test_work_over_midnight_is_cut_there() -> None:
    night = timed("22:00", "06:00", DAY, is_overnight=True)
    assert minutes_by_day(night) == {DAY: 120, DAY + timedelta(days=1): 360}
    # Twenty hours over two days stay under the cap of each.
    assert codes(timed("14:00", "10:00", DAY, is_overnight=True)) == ["long_day"]


def test_sentences_hold_their_numbers() -> None:
    (flag,) = problems_with(work(minutes=570), [], OPEN, OPEN, TODAY)
    assert flag.sentence == "Long day: 9.5 hours in all"
    assert not flag.is_refusal


def _house_but(**numbers: int) -> Checks:
    house = house_checks().by_code
    return Checks(
        house | {code: dataclasses.replace(house[code], number=number) for code, number in numbers.items()}
    )


def test_caps_are_data() -> None:
    strict = _house_but(day_over_cap=4, long_day=2, late=1, copied_note=2)
    found = problems_with(
        work(note="a", minutes=241), [work(DAY - timedelta(days=1), note="A")], OPEN, OPEN, TODAY, strict
    )
    assert [p.code for p in found] == ["day_over_cap", "late", "copied_note"]


def test_only_the_listed_steps_exist() -> None:
    assert len(STEPS) == 10
    for state in State:
        for step in Step:
            assert after(state, step) == STEPS.get((state, step))
    assert {step for state, step in STEPS if state is State.APPROVED} == {Step.UNDO_APPROVE}


def test_every_kind_has_a_domain_decision() -> None:
    assert set(HOUSE.kinds) == set(Kind)
    assert domain_of("advocacy") == "advocacy"
    assert domain_of("received_supervision") == ""
    with pytest.raises(ValueError, match="swimming"):
        domain_of("swimming")


def test_totals() -> None:
    assert totals_by_domain([("one_to_one", 60), ("resource_linkage", 30), ("training", 5)]) == {
        "recovery_wellness": 90,
        "": 5,
    }
    assert totals_by_week([(date(2026, 11, 15), 10), (date(2026, 11, 16), 20), (date(2026, 11, 22), 5)]) == {
        date(2026, 11, 16): 25,
        date(2026, 11, 9): 10,
    }
    assert monday_of(date(2026, 11, 22)) == date(2026, 11, 16)


def test_hours_are_said_plainly() -> None:
    assert [hours_text(m) for m in (60, 90, 600, 5, 0)] == ["1", "1.5", "10", "0.08", "0"]


def test_the_signed_line_has_one_spelling() -> None:
    assert canonical({"b": 1, "a": "ñ"}) == '{"a":"ñ","b":1}'
    assert fingerprint("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert CURRENT.version == max(STATEMENTS)
    # The first wording is under signatures: it must never change.
    assert fingerprint(STATEMENTS[1].text) == "1382c8f81e73f0efdc529ef703b027cbe6d8bcfa9a6a8803be6e48571e25b149"


days = st.dates(min_value=date(2026, 1, 1), max_value=date(2026, 12, 31))
zones = st.sampled_from([NEW_YORK, "America/Los_Angeles", "Europe/Berlin", "UTC", "Asia/Kolkata"])


@st.composite
def works(draw: st.DrawFn) -> Work:
    on, zone = draw(days), draw(zones)
    note = draw(st.sampled_from(["", "a", "b"]))
    if draw(st.booleans()):
        return Work(on, zone, draw(st.integers(1, 1440)), note=note)
    starts, ends, overnight = draw(st.times()), draw(st.times()), draw(st.booleans())
    starts, ends = starts.replace(second=0, microsecond=0), ends.replace(second=0, microsecond=0)
    return Work(
        on, zone, minutes_between(on, starts, ends, zone, is_overnight=overnight), starts, ends, overnight, note
    )


# What is stored already was judged once: its times are in order.
stored = works().filter(lambda work: 1 <= work.minutes <= 24 * 60)


@given(works(), works())
def test_overlap_is_symmetric(one: Work, other: Work) -> None:
    assert is_overlapping(one, other) == is_overlapping(other, one)
    assert has_unclear_overlap(one, other) == has_unclear_overlap(other, one)


@given(works(), st.lists(stored, max_size=5), st.randoms())
def test_the_order_of_the_others_never_matters(entry: Work, others: list[Work], chance: object) -> None:
    before = problems_with(entry, others, OPEN, OPEN, TODAY)
    shuffled = list(others)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert problems_with(entry, shuffled, OPEN, OPEN, TODAY) == before


@given(works(), st.lists(stored, max_size=4), stored)
def test_more_entries_never_make_a_refused_one_fit(entry: Work, others: list[Work], extra: Work) -> None:
    if refusals(problems_with(entry, others, OPEN, OPEN, TODAY)):
        assert refusals(problems_with(entry, [*others, extra], OPEN, OPEN, TODAY))


@given(works(), st.lists(stored, max_size=4))
def test_refusals_come_first_and_flags_never_stop(entry: Work, others: list[Work]) -> None:
    found = problems_with(entry, others, OPEN, OPEN, TODAY)
    assert found == (*refusals(found), *flags(found))


@given(works())
def test_the_days_of_an_entry_sum_to_its_minutes(entry: Work) -> None:
    if not refusals(problems_with(entry, [], OPEN, OPEN, date(2027, 6, 1))):
        assert sum(minutes_by_day(entry).values()) == entry.minutes
        assert all(minutes > 0 for minutes in minutes_by_day(entry).values())


@given(days, st.times(), st.integers(1, 20 * 60), zones)
def test_minutes_agree_with_instants(on: date, at: time, length: int, zone: str) -> None:
    starts = at.replace(second=0, microsecond=0, fold=0)
    if not is_real_time(on, starts, zone):
        return
    begin = datetime.combine(on, starts, ZoneInfo(zone))
    end = (begin.astimezone(ZoneInfo("UTC")) + timedelta(minutes=length)).astimezone(ZoneInfo(zone))
    if end.fold:
        return  # the second showing of a time cannot be typed; such work is logged by its length
    overnight = end.date() > on
    assert minutes_between(on, starts, end.time(), zone, is_overnight=overnight) == length


@given(days, st.integers(0, 400), st.integers(0, 400))
def test_covers_cuts_exactly_at_the_edges(start: date, length: int, offset: int) -> None:
    period = Dates(start, start + timedelta(days=length))
    assert covers(period, start + timedelta(days=offset)) == (offset <= length)
    assert not covers(period, start - timedelta(days=1))
    assert covers(Dates(start), start + timedelta(days=offset))
