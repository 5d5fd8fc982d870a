"""Cycles: no gap, no overlap, one status a day, and every boundary cut exactly."""

import random
from datetime import date, timedelta
from itertools import pairwise

import pytest

from lms.certification.cycles import (
    Band,
    Begins,
    Cycle,
    CycleType,
    Event,
    EventKind,
    Length,
    Phase,
    RenewalRules,
    Status,
    conditions,
    cycle_for,
    dates_of,
    next_cycle,
    standing,
)
from lms.certification.sampling import sample

ONE = timedelta(days=1)
HISTORIES = 10_000
BANDS = (
    Band("grace", (), 30, True, Begins.DAY_AFTER),
    Band("late", (), 90, False, Begins.DECISION, fee_usd=25),
    Band("later", (), 365, False, Begins.DECISION, fee_usd=50),
)
RULES = RenewalRules(Length(CycleType.FROM_ISSUE, 24), 90, BANDS)
CYCLE = Cycle(1, date(2024, 3, 1), date(2026, 2, 28), date(2024, 3, 1))


@pytest.mark.parametrize(
    ("length", "starts", "ends"),
    [
        (Length(CycleType.FROM_ISSUE, 12), date(2026, 1, 1), date(2026, 12, 31)),
        (Length(CycleType.FROM_ISSUE, 12), date(2028, 2, 29), date(2029, 2, 28)),
        (Length(CycleType.FROM_ISSUE, 12), date(2027, 3, 1), date(2028, 2, 29)),
        (Length(CycleType.FROM_ISSUE, 6), date(2026, 8, 31), date(2027, 2, 28)),
        (Length(CycleType.FROM_ISSUE, 24), date(2026, 11, 23), date(2028, 11, 22)),
        (Length(CycleType.CALENDAR_YEAR, 12), date(2026, 7, 4), date(2026, 12, 31)),
        (Length(CycleType.CALENDAR_YEAR, 24), date(2026, 12, 31), date(2027, 12, 31)),
        (Length(CycleType.FIXED_DATE, 12, (6, 30)), date(2026, 6, 30), date(2026, 6, 30)),
        (Length(CycleType.FIXED_DATE, 12, (6, 30)), date(2026, 7, 1), date(2027, 6, 30)),
        (Length(CycleType.FIXED_DATE, 12, (2, 29)), date(2027, 1, 1), date(2027, 2, 28)),
        (Length(CycleType.FIXED_DATE, 12, (2, 29)), date(2028, 1, 1), date(2028, 2, 29)),
    ],
)
def test_where_a_cycle_ends(length: Length, starts: date, ends: date) -> None:
    assert length.ends(starts) == ends


def test_a_birthday_is_used_where_it_is_known() -> None:
    length = Length(CycleType.BIRTHDAY, 12)
    assert length.ends(date(2026, 5, 2), date(1980, 5, 1)) == date(2027, 5, 1)
    assert length.ends(date(2027, 1, 1), date(1980, 2, 29)) == date(2027, 2, 28)
    assert length.ends(date(2026, 5, 2)) == date(2027, 5, 1)


@pytest.mark.parametrize(
    ("on", "phase", "band", "status"),
    [
        (date(2025, 11, 29), Phase.TOO_EARLY, None, Status.ACTIVE),
        (date(2025, 11, 30), Phase.ON_TIME, None, Status.ACTIVE),
        (date(2026, 2, 28), Phase.ON_TIME, None, Status.ACTIVE),
        (date(2026, 3, 1), Phase.LATE, "grace", Status.GRACE),
        (date(2026, 3, 30), Phase.LATE, "grace", Status.GRACE),
        (date(2026, 3, 31), Phase.LATE, "late", Status.EXPIRED),
        (date(2026, 5, 29), Phase.LATE, "late", Status.EXPIRED),
        (date(2026, 5, 30), Phase.LATE, "later", Status.EXPIRED),
        (date(2027, 2, 28), Phase.LATE, "later", Status.EXPIRED),
        (date(2027, 3, 1), Phase.OVER, None, Status.EXPIRED),
    ],
)
def test_every_band_is_cut_exactly(on: date, phase: Phase, band: str | None, status: Status) -> None:
    found = conditions(CYCLE, RULES, on)
    assert (found.phase, found.band.id if found.band else None) == (phase, band)
    stands = standing([CYCLE], [], on, RULES, asked_on=date(2026, 2, 1))
    assert (stands.status, stands.expires_on) == (status, CYCLE.ends_on)
    assert stands.is_renewal_in_process == (on >= date(2026, 2, 1))
    if found.may_renew:
        following = next_cycle(CYCLE, RULES, asked_on=on, decided_on=on)
        is_late = found.band is not None and found.band.begins is Begins.DECISION
        assert following.starts_on == (on if is_late else CYCLE.ends_on + ONE)
    else:
        with pytest.raises(ValueError, match="no renewal"):
            next_cycle(CYCLE, RULES, asked_on=on, decided_on=on)


def test_asked_for_in_time_and_decided_late_leaves_no_gap() -> None:
    following = next_cycle(CYCLE, RULES, asked_on=CYCLE.ends_on, decided_on=date(2026, 8, 1))
    assert (following.starts_on, following.ends_on) == (date(2026, 3, 1), date(2028, 2, 29))
    assert standing([CYCLE, following], [], date(2026, 7, 31), RULES).status is Status.EXPIRED
    assert standing([CYCLE, following], [], date(2026, 8, 1), RULES).status is Status.ACTIVE


def test_a_tier_has_its_most_renewals() -> None:
    rules = RenewalRules(Length(CycleType.FROM_ISSUE, 12), 90, is_provisional=True, most_renewals=1)
    first = cycle_for(rules, date(2026, 1, 1))
    second = next_cycle(first, rules, asked_on=first.ends_on, decided_on=first.ends_on)
    assert standing([first], [], date(2026, 6, 1), rules).status is Status.PROVISIONAL
    assert conditions(second, rules, second.ends_on).phase is Phase.OVER
    with pytest.raises(ValueError, match="no renewal"):
        next_cycle(second, rules, asked_on=second.ends_on, decided_on=second.ends_on)


@pytest.mark.parametrize(
    ("kind", "status", "past_the_end"),
    [
        (EventKind.REVOKED, Status.REVOKED, Status.REVOKED),
        (EventKind.SUPERSEDED, Status.SUPERSEDED, Status.SUPERSEDED),
        (EventKind.RELINQUISHED, Status.RELINQUISHED, Status.RELINQUISHED),
        (EventKind.SUSPENDED, Status.SUSPENDED, Status.SUSPENDED),
        (EventKind.MADE_INACTIVE, Status.INACTIVE, Status.INACTIVE),
        (EventKind.PROBATION, Status.PROBATION, Status.GRACE),
    ],
)
def test_events_stand_from_their_day_on(kind: EventKind, status: Status, past_the_end: Status) -> None:
    on = date(2025, 5, 5)
    event, back = Event(kind, on), Event(EventKind.REINSTATED, on + 9 * ONE)
    assert standing([CYCLE], [event], on - ONE, RULES).status is Status.ACTIVE
    assert standing([CYCLE], [event], on, RULES).status is status
    assert standing([CYCLE], [event], CYCLE.ends_on + ONE, RULES).status is past_the_end
    is_final = kind in (EventKind.REVOKED, EventKind.SUPERSEDED, EventKind.RELINQUISHED)
    assert standing([CYCLE], [event, back], back.on, RULES).status is (status if is_final else Status.ACTIVE)


def test_before_the_first_cycle_it_is_pending() -> None:
    on = CYCLE.starts_on - ONE
    assert standing([CYCLE], [], on, RULES, asked_on=on).status is Status.PENDING
    assert standing([], [], on, RULES, asked_on=on).status is Status.PENDING


def _rules(draw: random.Random) -> RenewalRules:
    kind = draw.choice(tuple(CycleType))
    months = draw.choice((6, 12, 18, 24, 36)) if kind is CycleType.FROM_ISSUE else draw.choice((12, 24, 36))
    ends, bands = 0, []
    for place in range(draw.randrange(4)):
        ends += draw.randint(1, 200)
        begins = draw.choice(tuple(Begins))
        bands.append(Band(f"band-{place}", (), ends, place == 0 and draw.random() < 0.7, begins))
    month_day = (draw.randint(1, 12), draw.randint(1, 28))
    month_day = draw.choice((month_day, (2, 29), (12, 31)))
    return RenewalRules(Length(kind, months, month_day), draw.randint(1, 150), tuple(bands))


def _history(draw: random.Random, rules: RenewalRules) -> tuple[list[Cycle], list[tuple[bool, bool]]]:
    """Cycles, and for each renewal whether it was asked for in time and whether it continues by its band."""
    born = draw.choice((None, date(1980, 2, 29), date(1990, 7, 1)))
    cycles = [cycle_for(rules, date(2020, 1, 1) + draw.randrange(2000) * ONE, born_on=born)]
    how = []
    for _each in range(draw.randrange(1, 6)):
        last = cycles[-1]
        dates = dates_of(last, rules)
        earliest = max(dates.opens_on, last.opened_on)
        latest = dates.last_on
        if earliest > latest:
            break
        edges = [dates.opens_on, last.ends_on, *(last.ends_on + one.until_days * ONE for one in rules.bands)]
        edges += [one + ONE for one in edges]
        choices = [one for one in edges if earliest <= one <= latest]
        asked = earliest + draw.randrange((latest - earliest).days + 1) * ONE
        asked = draw.choice(choices) if choices and draw.random() < 0.5 else asked
        decided = asked + draw.choice((0, 0, 1, 20)) * ONE
        band = conditions(last, rules, asked).band
        cycles.append(next_cycle(last, rules, asked_on=asked, decided_on=decided, born_on=born))
        how.append((band is None, band is None or band.begins is Begins.DAY_AFTER))
    return cycles, how


def test_ten_thousand_histories_have_no_overlap_no_gap_and_one_status_a_day() -> None:
    draw = random.Random("cycles")
    for _each in range(HISTORIES):
        rules = _rules(draw)
        cycles, how = _history(draw, rules)
        for (before, after), (is_in_time, goes_on) in zip(pairwise(cycles), how, strict=True):
            assert after.starts_on > before.ends_on
            assert after.ends_on >= after.starts_on
            assert after.ends_on >= after.opened_on
            if is_in_time or goes_on:
                # Only a cycle so short that it would be over before the decision begins with the decision.
                assert after.starts_on in (before.ends_on + ONE, after.opened_on)
            if is_in_time and after.opened_on <= before.ends_on:
                assert after.starts_on == before.ends_on + ONE
        _check_days(draw, rules, cycles)


def _check_days(draw: random.Random, rules: RenewalRules, cycles: list[Cycle]) -> None:
    """At every edge and on a random day: one status, valid inside the known cycles and nowhere else."""
    edges = {day for one in cycles for day in (one.starts_on, one.ends_on, one.ends_on + ONE, one.opened_on)}
    for day in (*sorted(edges), cycles[0].starts_on + draw.randrange(4000) * ONE):
        known = [one for one in cycles if one.opened_on <= day]
        inside = [one for one in known if one.starts_on <= day <= one.ends_on]
        stands = standing(cycles, [], day, rules)
        assert len(inside) <= 1
        assert (stands.status is Status.ACTIVE) == bool(inside)
        assert stands.status in (Status.ACTIVE, Status.GRACE, Status.EXPIRED)
        if stands.status is Status.GRACE:
            assert stands.expires_on is not None
            assert stands.expires_on < day
            assert stands.expires_on in {one.ends_on for one in known}


def test_a_sample_is_made_again_from_its_seed() -> None:
    ids = range(1, 201)
    drawn = sample(ids, 10, "2026-spring")
    assert drawn == sample(reversed(ids), 10, "2026-spring")
    assert len(drawn) == 20
    assert drawn != sample(ids, 10, "2026-autumn")
    assert sample(ids, 100, "x") == tuple(ids)
    assert len(sample(range(3), 1, "x")) == 1
    assert sample((), 50, "x") == ()
    # Every renewal is drawn about as often as any other.
    times = [sum(one in sample(ids, 10, str(seed)) for seed in range(200)) for one in (1, 50, 200)]
    assert all(5 <= each <= 40 for each in times)
