"""The checks of an entry over many entries: 500 bad ones are all caught, 5,000 good ones all pass.

Both lists are made from counters, never from chance, so that each run looks at the same entries.
"""

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from lms.practice import services, words
from lms.practice.rules import (
    Checks,
    Dates,
    Work,
    flags,
    house_checks,
    minutes_between,
    problems_with,
    refusals,
)
from lms.practice.rules.data_file import BadData
from lms.practice.rules.domains import FOLDER, load_mapping, load_populations
from lms.practice.rules.limits import FILE, load
from tests.conftest import Transactions
from tests.personas import Personas
from tests.practice import scenes

TODAY = date(2026, 11, 20)
PLACE = Dates(date(2025, 1, 1), date(2026, 12, 31))
GATE = date(2026, 1, 10)
ZONES = ("America/New_York", "America/Los_Angeles", "America/Phoenix", "Europe/Berlin", "UTC")
# The hour that the clocks skipped, where they do: zone, day, time.
SKIPPED = (
    ("America/New_York", date(2026, 3, 8), time(2, 30)),
    ("America/Los_Angeles", date(2025, 3, 9), time(2, 10)),
    ("Europe/Berlin", date(2026, 3, 29), time(2, 45)),
)


@dataclass(frozen=True)
class Case:
    """One entry with what surrounds it, and the code that must stop it."""

    code: str
    entry: Work
    others: tuple[Work, ...] = ()
    placement: Dates = PLACE
    agreement: Dates | None = PLACE
    counts_from: date | None = None


def length(n: int, minutes: int, *, on: date | None = None) -> Work:
    return Work(on or date(2026, 2, 2) + timedelta(days=n), ZONES[n % 5], minutes)


def clock(on: date, zone: str, start: time, end: time, *, is_overnight: bool = False) -> Work:
    minutes = minutes_between(on, start, end, zone, is_overnight=is_overnight)
    return Work(on, zone, minutes, start, end, is_overnight)


def _overlap(n: int) -> Case:
    on = date(2026, 2, 2) + timedelta(days=n)
    if n % 3 == 0:  # over midnight, at another site
        late = clock(on - timedelta(days=1), "America/New_York", time(22), time(2), is_overnight=True)
        return Case("overlap", clock(on, "America/New_York", time(1), time(4)), (late,))
    if n % 3 == 1:  # two zones: 12:00 in New York is 9:00 in Los Angeles
        there = clock(on, "America/Los_Angeles", time(9), time(10))
        return Case("overlap", clock(on, "America/New_York", time(12, 30), time(14)), (there,))
    # the same site in two roles: the rules do not look at the role, so nobody is paid and volunteers at once
    return Case(
        "overlap", clock(on, ZONES[n % 5], time(9), time(11)), (clock(on, ZONES[n % 5], time(10), time(12)),)
    )


def _week(n: int) -> Case:
    monday = date(2026, 2, 2) + timedelta(weeks=n % 30)
    days = [Work(monday + timedelta(days=k), "America/New_York", 14 * 60) for k in range(5)]
    return Case(
        "week_over_cap", Work(monday + timedelta(days=6), "America/New_York", 10 * 60 + 1 + n), tuple(days)
    )


def _clock_change(n: int) -> Case:
    zone, on, at = SKIPPED[n % 3]
    return Case("no_such_time", clock(on, zone, at, time(8, n % 60)))


def _outside(n: int) -> Case:
    ended = Dates(date(2026, 1, 1), date(2026, 1, 31)) if n % 2 else Dates(date(2026, 11, 1))
    return Case("outside_placement", length(n, 60), placement=ended)


def _unsupervised(n: int) -> Case:
    return Case("outside_agreement", length(n, 60), agreement=None if n % 2 else Dates(date(2026, 11, 1)))


def _half(n: int) -> Case:
    times = {"starts_at": time(9)} if n % 2 else {"ends_at": time(9)}
    return Case("half_a_time", dataclasses.replace(length(n, 60), **times))


def _future(n: int) -> Case:
    if n % 2:  # begins today and ends tomorrow
        return Case("future", clock(TODAY, ZONES[n % 5], time(22), time(2), is_overnight=True))
    return Case("future", length(n, 60, on=TODAY + timedelta(days=1 + n)))


def _backwards(n: int) -> Case:
    return Case("end_before_start", clock(date(2026, 2, 2), ZONES[n % 5], time(12, n), time(11, n)))


def _empty(n: int) -> Case:
    return Case("empty_span", clock(date(2026, 2, 2), ZONES[n % 5], time(12, n), time(12, n)))


def _full_day(n: int) -> Case:
    return Case("day_over_24", length(n, 900), (length(n, 541 + n),))


def _long_night(n: int) -> Case:
    # The part after midnight falls on the next day, which is full already.
    night = clock(date(2026, 6, 1), ZONES[n % 5], time(20), time(6), is_overnight=True)
    return Case("day_over_cap", night, (Work(date(2026, 6, 2), ZONES[n % 5], 601 + n),))


MAKERS: tuple[Callable[[int], Case], ...] = (
    _overlap,
    _week,
    _clock_change,
    _outside,
    _unsupervised,
    _half,
    _future,
    _backwards,
    _empty,
    _full_day,
    _long_night,
    lambda n: Case("no_length", length(n, -n)),
    lambda n: Case("too_long", length(n, 1441 + n)),
    lambda n: Case("day_over_cap", length(n, 961 + n)),
    lambda n: Case("before_gate", length(n, 60, on=GATE - timedelta(days=1 + n)), counts_from=GATE),
)


def bad() -> list[Case]:
    return [MAKERS[n % len(MAKERS)](n // len(MAKERS)) for n in range(500)]


def good() -> Iterator[tuple[Work, list[Work]]]:
    """5,000 entries of 10 people, with the entries just before: two sites, nights, five zones."""
    for person in range(10):
        zone, logged = ZONES[person % 5], list[Work]()
        for n in range(500):
            on = date(2025, 7, 1) + timedelta(days=n // 2 * 2)
            if n % 2 == 0:
                work = clock(on, zone, time(9, person), time(12, n % 60))
            elif n % 10 == 1:
                work = clock(on, zone, time(22, 30), time(1, n % 60), is_overnight=True)
            else:  # another site, the minute after the first: ends may touch
                work = clock(on, zone, logged[-1].ends_at or time(12), time(15, n % 60))
            logged.append(dataclasses.replace(work, entry_id=n, note=f"Day {n}"))
            yield logged[-1], logged[-30:-1]


def look(case: Case) -> tuple[str, ...]:
    found = problems_with(
        case.entry, case.others, case.placement, case.agreement, TODAY, counts_from=case.counts_from
    )
    return tuple(problem.code for problem in refusals(found))


def test_every_hard_rule_catches_its_entries() -> None:
    cases = bad()
    assert len(cases) == 500
    missed = [case for case in cases if case.code not in look(case)]
    assert missed == []
    hard = {code for code, check in house_checks().by_code.items() if check.is_refusal}
    assert {case.code for case in cases} == hard


def test_no_good_entry_is_refused() -> None:
    counted = Counter[str]()
    for entry, others in good():
        found = problems_with(entry, others, PLACE, PLACE, date(2026, 11, 20), counts_from=date(2025, 7, 1))
        counted.update(problem.code if problem.is_refusal else "flag" for problem in found)
        counted["looked"] += 1
    assert counted["looked"] == 5000
    assert {code for code in counted if code not in ("looked", "flag")} == set()


def _row(days: int, *, same: bool) -> list[Work]:
    """A day of work on each of so many days before the 20th of October."""
    return [
        clock(date(2026, 10, 20) - timedelta(days=k), ZONES[0], time(9), time(12, 0 if same else k))
        for k in range(1, days + 1)
    ]


ON = clock(date(2026, 10, 20), ZONES[0], time(9), time(12))
FLAGGED = {
    "long_day": (length(0, 600), []),
    "long_week": (length(0, 60), [length(k, 600) for k in range(1, 7)]),
    "unclear_overlap": (length(0, 60), [length(0, 60)]),
    "amendment": (dataclasses.replace(length(0, 60), amends_id=7), []),
    "late": (dataclasses.replace(ON, first_submitted_on=date(2026, 11, 20)), []),
    "copied_note": (
        dataclasses.replace(ON, note="Walked"),
        [dataclasses.replace(length(k, 60), note="walked ") for k in (1, 2)],
    ),
    "same_times": (ON, _row(9, same=True)),
    "every_day": (ON, _row(20, same=False)),
}


@pytest.mark.parametrize("code", FLAGGED)
def test_each_flag_says_what_and_why(code: str) -> None:
    entry, others = FLAGGED[code]
    found = {problem.code: problem for problem in flags(problems_with(entry, others, PLACE, PLACE, TODAY))}
    assert code in found
    flag = found[code]
    for language in ("en", "es"):
        assert flag.sentences[language].strip()
        assert "%(" not in flag.reason_in(language)
        assert len(flag.reason_in(language)) > 20
    assert flag.sentence == words.say(flag)


def test_every_flag_has_its_case() -> None:
    assert set(FLAGGED) == {code for code, check in house_checks().by_code.items() if not check.is_refusal}


def test_a_run_speaks_only_when_it_is_long_enough() -> None:
    def codes(*others: Work) -> set[str]:
        return {problem.code for problem in problems_with(ON, others, PLACE, PLACE, TODAY)}

    assert "same_times" not in codes(*_row(8, same=True))
    assert "every_day" not in codes(*_row(19, same=False))
    gap = [work for work in _row(25, same=True) if work.worked_on != date(2026, 10, 15)]
    assert not {"same_times", "every_day"} & codes(*gap)


def test_a_week_is_cut_on_sunday_at_midnight() -> None:
    sunday = date(2026, 2, 8)
    night = clock(sunday, ZONES[0], time(22), time(6), is_overnight=True)  # 2 hours of it on Sunday
    week = [Work(sunday - timedelta(days=k), ZONES[0], 13 * 60) for k in range(1, 7)]
    assert "week_over_cap" not in look(Case("", night, tuple(week)))  # 78 + 2
    assert "week_over_cap" in look(Case("", night, (*week, Work(sunday, ZONES[0], 1))))


def test_an_organisation_can_have_its_own_numbers(tmp_path: Path) -> None:
    own = "organisations:\n  north: {late: {severity: refuse, days: 5}}\n"
    file = _with(tmp_path, "organisations: {}\n", own)
    book = load(file)
    late = dataclasses.replace(length(0, 60, on=TODAY - timedelta(days=6)))

    def stopped(checks: Checks) -> bool:
        return bool(refusals(problems_with(late, [], PLACE, PLACE, TODAY, checks)))

    assert stopped(book.of("north"))
    assert not stopped(book.of("south"))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("hours: 80", "hours: many", "A whole number above zero is expected here."),
        ("hours: 80\n", "\n", "'hours' is missing."),
        ("severity: flag\n    days: 30", "severity: maybe\n    days: 30", "This must be one of: refuse, flag."),
        ("organisations: {}", "organisations: {a: {future: {severity: flag}}}", "'future' is fixed"),
        ("organisations: {}", "organisations: {a: {lates: {days: 5}}}", "'lates' is not known here."),
        ("source: >-", "source: [>-", "This is not YAML"),
    ],
)
def test_each_fault_of_the_checks_names_its_line(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    file = _with(tmp_path, old, new)
    with pytest.raises(BadData) as error:
        load(file)
    assert sentence in str(error.value)
    assert str(error.value).startswith(f"{file}:")


def test_a_mapping_names_every_kind(tmp_path: Path) -> None:
    text = (FOLDER / "mappings" / "house.yaml").read_text("utf-8")
    file = tmp_path / "house.yaml"
    file.write_text(text.replace("  outreach: {domain: harm_reduction, direct: true}\n", ""), "utf-8")
    with pytest.raises(BadData, match="'outreach' is missing"):
        load_mapping(file)
    assert load_populations(FOLDER / "populations.yaml")


def _with(folder: Path, old: str, new: str) -> Path:
    text = FILE.read_text("utf-8")
    assert old in text
    file = folder / "checks.yaml"
    file.write_text(text.replace(old, new, 1), "utf-8")
    return file


def test_the_services_ask_the_same_checks(tx: Transactions, personas: Personas) -> None:
    """A sample through the real services: each hard rule that a form can break, and what an entry keeps."""
    with tx():
        placed = scenes.ready(personas)
        services.set_terms(
            personas.coordinator, placement_id=placed.id, counts_from=scenes.days_ago(20), asks_population=True
        )
        entry = scenes.draft(placed, kind="documentation", population="youth")
        assert (entry.role, entry.is_direct, entry.population) == ("volunteer", False, "youth")
        scenes.draft(placed, scenes.days_ago(3), starts_at=time(9), ends_at=time(12))
        faults: tuple[tuple[date, dict[str, object], str], ...] = (
            (scenes.days_ago(-1), {}, "worked_on"),
            (scenes.days_ago(21), {}, "worked_on"),
            (scenes.days_ago(300), {}, "worked_on"),
            (scenes.days_ago(3), {"starts_at": time(11), "ends_at": time(13), "role": "paid"}, "starts_at"),
            (scenes.days_ago(4), {"minutes": 961}, "length"),
            (scenes.days_ago(4), {"population": "somebody"}, "population"),
            (scenes.days_ago(4), {"role": "boss"}, "role"),
        )
        for on, more, field in faults:
            with pytest.raises(services.Refused) as refused:
                scenes.draft(placed, on, **more)
            assert refused.value.field == field, (on, more)
