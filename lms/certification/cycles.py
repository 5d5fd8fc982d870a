"""The periods of a certification: when one ends, when it can be renewed and how, and what stands today.

Pure. All dates are calendar days in the certifying body's zone and both ends of a period belong to it, so
that a change of the clock moves nothing. Rules come from the `renewal` block of a scheme file (domain
shapes R36, R37, R41, R42); the statuses are those of the field's normalised model.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from lms.certification.counting import months_after
from lms.certification.kinds import Requirement, Title

DAY = timedelta(days=1)


class Status(StrEnum):
    """What is said of a certification on one day."""

    PENDING = "pending"
    PROVISIONAL = "provisional"
    ACTIVE = "active"
    GRACE = "grace"
    EXPIRED = "expired"
    INACTIVE = "inactive"
    PROBATION = "probation"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    RELINQUISHED = "relinquished"
    SUPERSEDED = "superseded"


class CycleType(StrEnum):
    """How the last day of a cycle is found."""

    FROM_ISSUE = "from_issue"
    CALENDAR_YEAR = "calendar_year"
    FIXED_DATE = "fixed_date"
    BIRTHDAY = "birthday"


class Begins(StrEnum):
    """Where the cycle of a late renewal begins."""

    DAY_AFTER = "day_after"
    DECISION = "decision"


class Phase(StrEnum):
    """Where a day lies in the way to renewal."""

    TOO_EARLY = "too_early"
    ON_TIME = "on_time"
    LATE = "late"
    OVER = "over"


@dataclass(frozen=True)
class Length:
    """How long a cycle is. `months` are whole years for every type but `from_issue`."""

    type: CycleType
    months: int
    month_day: tuple[int, int] = (12, 31)

    def ends(self, starts_on: date, born_on: date | None = None) -> date:
        """The last day of a cycle that begins on that day. Without a known birthday it runs from issue."""
        if self.type is CycleType.FROM_ISSUE or (self.type is CycleType.BIRTHDAY and born_on is None):
            same = months_after(starts_on, self.months)
            # From February 29 a year ends on the last of February: that day stands in for the missing one.
            return same - DAY if same.day == starts_on.day else same
        month, day = self.month_day if self.type is CycleType.FIXED_DATE else (12, 31)
        if self.type is CycleType.BIRTHDAY and born_on is not None:
            month, day = born_on.month, born_on.day
        first = _in_year(starts_on.year, month, day)
        year = starts_on.year + (first < starts_on) + self.months // 12 - 1
        return _in_year(year, month, day)


def _in_year(year: int, month: int, day: int) -> date:
    """That day of the year; February 28 where there is no 29."""
    return date(year, month, 28 if (month, day) == (2, 29) and not _is_leap(year) else day)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


@dataclass(frozen=True)
class Band:
    """Days after the last one on which renewal is still open, and on which conditions.

    `until_days` counts from the last day of the cycle; the band goes on to that day, and it is in it.
    """

    id: str
    title: Title
    until_days: int
    is_grace: bool
    begins: Begins
    fee_usd: int = 0
    requirements: tuple[Requirement, ...] = ()


@dataclass(frozen=True)
class FirstCycle:
    """What is asked less of the first cycle, always or where it is shorter than so many months (R41)."""

    waives: tuple[str, ...] = ()
    minutes: tuple[tuple[str, int], ...] = ()
    shorter_than_months: int | None = None

    def applies(self, starts_on: date, ends_on: date) -> bool:
        """Whether a first cycle of these days is let off."""
        if self.shorter_than_months is None:
            return True
        return ends_on + DAY < months_after(starts_on, self.shorter_than_months)


@dataclass(frozen=True)
class RenewalRules:
    """How a certification is renewed. `after` says what is left once the last band is over."""

    length: Length
    opens_days_before: int
    bands: tuple[Band, ...] = ()
    after: str = "reapply"
    is_provisional: bool = False
    most_renewals: int | None = None
    do_late_hours_count: bool = False
    first_cycle: FirstCycle | None = None


@dataclass(frozen=True)
class Cycle:
    """One period, both days included; `opened_on` is the day on which it was granted."""

    sequence: int
    starts_on: date
    ends_on: date
    opened_on: date


class EventKind(StrEnum):
    """What may happen to a certification apart from its cycles."""

    MADE_INACTIVE = "made_inactive"
    PROBATION = "probation"
    SUSPENDED = "suspended"
    REINSTATED = "reinstated"
    RELINQUISHED = "relinquished"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"


@dataclass(frozen=True)
class Event:
    """One of them, on a day. Events of one day are given in their order."""

    kind: EventKind
    on: date


@dataclass(frozen=True)
class Standing:
    """The one status of a day. `expires_on` is the true last day, which grace never moves.

    `since_on` is the day of the event behind the status, or the first day without a valid cycle.
    """

    status: Status
    expires_on: date | None = None
    since_on: date | None = None
    cycle: Cycle | None = None
    is_renewal_in_process: bool = False


FINAL = (
    (EventKind.REVOKED, Status.REVOKED),
    (EventKind.SUPERSEDED, Status.SUPERSEDED),
    (EventKind.RELINQUISHED, Status.RELINQUISHED),
)
PASSING = {EventKind.SUSPENDED: Status.SUSPENDED, EventKind.MADE_INACTIVE: Status.INACTIVE}


def cycle_for(rules: RenewalRules, starts_on: date, *, born_on: date | None = None) -> Cycle:
    """The first cycle of a certification that is granted on that day."""
    return Cycle(1, starts_on, rules.length.ends(starts_on, born_on), starts_on)


def standing(
    cycles: Iterable[Cycle],
    events: Iterable[Event],
    on: date,
    rules: RenewalRules | None = None,
    *,
    asked_on: date | None = None,
) -> Standing:
    """What stands at the end of a day, as it was known then. `asked_on` is when an open application came in."""
    known = sorted((one for one in cycles if one.opened_on <= on), key=lambda one: one.sequence)
    so_far = [one for one in events if one.on <= on]
    is_asked = asked_on is not None and asked_on <= on
    if not known:
        return Standing(Status.PENDING if is_asked else Status.EXPIRED, is_renewal_in_process=False)
    held = next((one for one in reversed(known) if one.starts_on <= on), known[0])
    expires_on = known[-1].ends_on
    for kind, status in FINAL:
        final = next((one for one in so_far if one.kind is kind), None)
        if final is not None:
            return Standing(status, expires_on, final.on, held)
    latest = so_far[-1] if so_far else None
    if latest is not None and latest.kind in PASSING:
        return Standing(PASSING[latest.kind], expires_on, latest.on, held, is_asked)
    if on > held.ends_on:
        band = conditions(held, rules, on).band if rules else None
        status = Status.GRACE if band is not None and band.is_grace else Status.EXPIRED
        return Standing(status, held.ends_on, held.ends_on + DAY, held, is_asked)
    if latest is not None and latest.kind is EventKind.PROBATION:
        return Standing(Status.PROBATION, expires_on, latest.on, held, is_asked)
    status = Status.PROVISIONAL if rules is not None and rules.is_provisional else Status.ACTIVE
    return Standing(status, expires_on, None, held, is_asked)


@dataclass(frozen=True)
class Conditions:
    """What a day means for renewing a cycle; `first_on` and `last_on` are the days for which it holds."""

    phase: Phase
    first_on: date | None
    last_on: date | None
    band: Band | None = None

    @property
    def may_renew(self) -> bool:
        """Whether renewal can be asked for."""
        return self.phase in (Phase.ON_TIME, Phase.LATE)


@dataclass(frozen=True)
class Dates:
    """When renewal opens, the last day on time, and the last day at all."""

    opens_on: date
    on_time_until: date
    last_on: date


def dates_of(cycle: Cycle, rules: RenewalRules) -> Dates:
    """The days that matter for renewing a cycle. It never opens before the cycle itself."""
    opens = max(cycle.starts_on, cycle.ends_on - rules.opens_days_before * DAY)
    last = rules.bands[-1].until_days if rules.bands else 0
    return Dates(opens, cycle.ends_on, cycle.ends_on + last * DAY)


def conditions(cycle: Cycle, rules: RenewalRules, on: date) -> Conditions:
    """On which conditions a cycle can be renewed on that day."""
    dates = dates_of(cycle, rules)
    if on < dates.opens_on:
        return Conditions(Phase.TOO_EARLY, None, dates.opens_on - DAY)
    if rules.most_renewals is not None and cycle.sequence > rules.most_renewals:
        return Conditions(Phase.OVER, dates.opens_on, None)
    if on <= dates.on_time_until:
        return Conditions(Phase.ON_TIME, dates.opens_on, dates.on_time_until)
    first = dates.on_time_until + DAY
    for band in rules.bands:
        last = cycle.ends_on + band.until_days * DAY
        if on <= last:
            return Conditions(Phase.LATE, first, last, band)
        first = last + DAY
    return Conditions(Phase.OVER, first, None)


def next_cycle(
    cycle: Cycle, rules: RenewalRules, *, asked_on: date, decided_on: date, born_on: date | None = None
) -> Cycle:
    """The cycle that a renewal opens. Raises ValueError when it was not open on the day it was asked for.

    One that was asked for in time begins on the day after the old one, however early or late it was decided.
    A late one begins as its band says; where that cycle would be over before the decision, on the day of it.
    """
    asked = conditions(cycle, rules, asked_on)
    if not asked.may_renew or decided_on < asked_on:
        raise ValueError(f"no renewal of cycle {cycle.sequence} on {asked_on}")
    starts = cycle.ends_on + DAY
    if asked.band is not None and asked.band.begins is Begins.DECISION:
        starts = max(starts, decided_on)
    ends = rules.length.ends(starts, born_on)
    if ends < decided_on:
        starts = decided_on
        ends = rules.length.ends(starts, born_on)
    return Cycle(cycle.sequence + 1, starts, ends, decided_on)
