"""What makes a practice entry sound: dates, lengths, sums, overlaps and oddities.

Values in, values out: the caller brings "today" and the checks. A refusal stops the entry from being saved;
a flag lets it through but puts it before the supervisor by itself, never in a "select all". Which is which,
from which number on and in which words is data: `checks.yaml`.
"""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from lms.practice.rules.amounts import hours_text, monday_of
from lms.practice.rules.limits import Checks, house_checks
from lms.practice.rules.work import (
    MINUTES_IN_A_DAY,
    Period,
    Work,
    covers,
    has_unclear_overlap,
    is_overlapping,
    is_real_time,
    minutes_by_day,
    span_of,
)

# Work further away cannot meet an entry: a day more for midnight, one more for distant zones.
NEAR = 2
# A week holds the entry's day, the day it runs into, and work over midnight on its edges.
IN_THE_WEEK = 8


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong or odd: `field` of the form, `message` as the untranslated sentence.

    `sentences` and `reasons` hold the words by language for checks that come from the data file.
    """

    code: str
    field: str
    message: str
    is_refusal: bool
    facts: Mapping[str, object] = dataclasses.field(default_factory=dict)
    sentences: Mapping[str, str] = dataclasses.field(default_factory=dict)
    reasons: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """The sentence in English."""
        return self.message % self.facts if self.facts else self.message

    def reason_in(self, language: str) -> str:
        """Why this is looked at, in this language or in English; "" when it explains itself."""
        said = self.reasons.get(language) or self.reasons.get("en", "")
        return said % self.facts if self.facts else said


@lru_cache(maxsize=4096)
def plain_note(note: str) -> str:
    """A note without case and spacing, to see copies."""
    return " ".join(note.casefold().split())


def problems_with(
    entry: Work,
    others: Iterable[Work],
    placement: Period,
    agreement: Period | None,
    today: date,
    checks: Checks | None = None,
    *,
    counts_from: date | None = None,
) -> tuple[Problem, ...]:
    """Everything wrong or odd about an entry, refusals first.

    `others` are the same trainee's other entries at all sites; the entry itself and the one that it amends,
    if among them, are left out.
    `agreement` is None when no supervision agreement covers the day. `today` is the day in the entry's zone.
    `counts_from` is the first day from which a certifying body counts hours there, if it set one.
    Sources: domain notes 3.2 to 3.4 (overlap across sites, late logs, signer named on an agreement).
    """
    asked = _Asked(entry, checks or house_checks())
    itself = {entry.entry_id, entry.amends_id} - {None}
    rest = [other for other in others if other.entry_id not in itself]
    asked.clock()
    is_timed_well = not asked.found
    asked.dates(placement, agreement, today, counts_from, is_timed_well=is_timed_well)
    if is_timed_well:
        # Sums and overlaps mean nothing while the times themselves are wrong.
        close = [other for other in rest if abs((other.worked_on - entry.worked_on).days) <= IN_THE_WEEK]
        asked.day(close)
        asked.week(close)
        asked.overlaps([o for o in close if abs((o.worked_on - entry.worked_on).days) <= NEAR])
    if entry.amends_id is not None:
        asked.add("amendment", "note")
    else:
        asked.late(today)  # the work itself was logged when the first line was
        asked.runs(rest)
    asked.copies(rest)
    return tuple(sorted(asked.found, key=lambda problem: not problem.is_refusal))


def refusals(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems that stop an entry."""
    return tuple(p for p in problems if p.is_refusal)


def flags(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems that only ask for a second look."""
    return tuple(p for p in problems if not p.is_refusal)


class _Asked:
    """One entry being looked at, with what was found so far."""

    def __init__(self, entry: Work, checks: Checks) -> None:
        self.entry, self.checks, self.found = entry, checks, list[Problem]()

    def add(self, code: str, field: str, **facts: object) -> None:
        check = self.checks[code]
        problem = Problem(
            code, field, check.sentence["en"], check.is_refusal, facts, check.sentence, check.reason
        )
        self.found.append(problem)

    def clock(self) -> None:
        """Whether the times and the length can be true; the first fault only."""
        entry = self.entry
        if (entry.starts_at is None) != (entry.ends_at is None):
            self.add("half_a_time", "starts_at" if entry.starts_at is None else "ends_at")
        elif entry.starts_at is not None and entry.ends_at is not None:
            self._span()
        elif entry.minutes < 1:
            self.add("no_length", "length")
        elif entry.minutes > MINUTES_IN_A_DAY:
            self.add("too_long", "length")

    def _span(self) -> None:
        entry, span = self.entry, span_of(self.entry)
        assert entry.starts_at is not None
        assert entry.ends_at is not None
        assert span is not None
        last_day = entry.worked_on + timedelta(days=1) if entry.is_overnight else entry.worked_on
        if not is_real_time(entry.worked_on, entry.starts_at, entry.zone):
            self.add("no_such_time", "starts_at")
        elif not is_real_time(last_day, entry.ends_at, entry.zone):
            self.add("no_such_time", "ends_at")
        elif not entry.is_overnight and entry.ends_at < entry.starts_at:
            self.add("end_before_start", "ends_at")
        elif span[1] <= span[0]:
            self.add("empty_span", "ends_at")
        elif entry.minutes > MINUTES_IN_A_DAY:
            self.add("too_long", "ends_at")
        elif entry.minutes < 1:
            self.add("no_length", "length")

    def dates(
        self,
        placement: Period,
        agreement: Period | None,
        today: date,
        counts_from: date | None,
        *,
        is_timed_well: bool,
    ) -> None:
        """Whether the day has come, and lies in the placement, under an agreement and after the gate."""
        on = self.entry.worked_on
        if (max(minutes_by_day(self.entry)) if is_timed_well else on) > today:
            self.add("future", "worked_on")
        if not covers(placement, on):
            self.add("outside_placement", "worked_on")
            return
        if agreement is None or not covers(agreement, on):
            self.add("outside_agreement", "worked_on")
        if counts_from is not None and on < counts_from and self.entry.amends_id is None:
            self.add("before_gate", "worked_on", day=counts_from)

    def day(self, others: Sequence[Work]) -> None:
        """The sum of the fullest day that the entry touches, over all sites and roles."""
        totals = Counter(minutes_by_day(self.entry))
        for other in others:
            for day, minutes in minutes_by_day(other).items():
                if day in totals:
                    totals[day] += minutes
        most = max(totals.values())
        if most > MINUTES_IN_A_DAY:
            self.add("day_over_24", "length", hours=hours_text(most))
        else:
            self._over(most, "day_over_cap", "long_day")

    def week(self, others: Sequence[Work]) -> None:
        """The sum of the fullest week, Monday to Sunday, that the entry touches."""
        totals: Counter[date] = Counter()
        for day, minutes in minutes_by_day(self.entry).items():
            totals[monday_of(day)] += minutes
        for other in others:
            for day, minutes in minutes_by_day(other).items():
                if (monday := monday_of(day)) in totals:
                    totals[monday] += minutes
        self._over(max(totals.values()), "week_over_cap", "long_week")

    def _over(self, minutes: int, cap: str, long: str) -> None:
        for code in (cap, long):
            if minutes > self.checks.minutes(code):
                most = hours_text(self.checks.minutes(code))
                self.add(code, "length", hours=hours_text(minutes), most=most)
                return

    def overlaps(self, others: Sequence[Work]) -> None:
        """Whether the trainee was elsewhere at the same time, or may have been."""
        if any(is_overlapping(self.entry, other) for other in others):
            self.add("overlap", "starts_at")
        if any(has_unclear_overlap(self.entry, other) for other in others):
            self.add("unclear_overlap", "starts_at")

    def late(self, today: date) -> None:
        """How long after the work it was logged."""
        # Measured at the first submission, so that a returned entry does not become late while it is mended.
        days = ((self.entry.first_submitted_on or today) - self.entry.worked_on).days
        if days > self.checks["late"].number:
            self.add("late", "worked_on", days=days, most=self.checks["late"].number)

    def copies(self, others: Sequence[Work]) -> None:
        """Whether the same words stand under several entries."""
        note = plain_note(self.entry.note)
        if not note:
            return
        count = 1 + sum(1 for other in others if plain_note(other.note) == note)
        if count >= self.checks["copied_note"].number:
            self.add("copied_note", "note", count=count)

    def runs(self, others: Sequence[Work]) -> None:
        """Whether the entry ends a run of days that looks filled in rather than lived.

        Only days before the entry are looked at: a run speaks at the day that makes it long enough and at
        those after it, so that nothing changes about what was logged before.
        """
        entry, times = self.entry, (self.entry.starts_at, self.entry.ends_at)
        longest = max(self.checks["every_day"].number, self.checks["same_times"].number)
        first = entry.worked_on - timedelta(days=longest)
        before = [other for other in others if first <= other.worked_on < entry.worked_on]
        worked = {other.worked_on for other in before}
        if _run(worked, entry.worked_on) >= (days := self.checks["every_day"].number):
            self.add("every_day", "worked_on", days=days)
        if times[0] is None:
            return
        alike = {other.worked_on for other in before if (other.starts_at, other.ends_at) == times}
        if _run(alike, entry.worked_on) >= (days := self.checks["same_times"].number):
            self.add("same_times", "starts_at", days=days)


def _run(days: set[date], last: date) -> int:
    """How many days in a row end at `last`, which counts as one."""
    length = 1
    while last - timedelta(days=length) in days:
        length += 1
    return length
