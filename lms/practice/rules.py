"""What makes a practice entry sound: dates, lengths, overlaps, oddities, states and domains.

Everything here is pure: values in, values out. The caller brings "today" and the caps. A refusal stops
the entry from being saved; a flag lets it through but puts it before the supervisor by itself, never in a
"select all".
"""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

MINUTES_IN_A_DAY = 24 * 60


def N_(text: str) -> str:
    """Mark a sentence for translation; the page translates it when it is shown."""
    return text


class Kind(StrEnum):
    """What the trainee did."""

    ONE_TO_ONE = "one_to_one"
    GROUP = "group"
    OUTREACH = "outreach"
    ADVOCACY = "advocacy"
    RESOURCE_LINKAGE = "resource_linkage"
    DOCUMENTATION = "documentation"
    OBSERVATION = "observation"
    TRAINING = "training"
    RECEIVED_SUPERVISION = "received_supervision"


class Mode(StrEnum):
    """How the trainee and the people served met."""

    IN_PERSON = "in_person"
    PHONE = "phone"
    VIDEO = "video"


class State(StrEnum):
    """Where an entry stands. The words shown on pages are in `words`."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    # These two are computed from the lines themselves and never stored: see `queries.standing`.
    AMENDED = "amended"
    VOID = "void"


STORED_STATES = (State.DRAFT, State.SUBMITTED, State.RETURNED, State.APPROVED)


class DisputeKind(StrEnum):
    """A step in the timeline of a dispute."""

    OPENED = "opened"
    ANSWERED = "answered"
    ESCALATED = "escalated"
    SETTLED = "settled"
    DECIDED = "decided"


class DisputeState(StrEnum):
    """Who has a dispute now, or how it ended: computed from its timeline."""

    OPEN = "open"
    ESCALATED = "escalated"
    SETTLED = "settled"
    DECIDED = "decided"


class Outcome(StrEnum):
    """What a coordinator may decide."""

    FOR_TRAINEE = "for_trainee"
    STANDS = "stands"


class Step(StrEnum):
    """What can be done to an entry."""

    CHANGE = "change"
    DISCARD = "discard"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    APPROVE = "approve"
    RETURN = "return"
    UNDO_APPROVE = "undo_approve"
    UNDO_RETURN = "undo_return"


# Every step that exists, by the state it starts from. What is not here cannot be done. A signed entry
# knows one way only, the recorded reversal: its content never changes under a signature.
STEPS: Mapping[tuple[State, Step], State] = {
    (State.DRAFT, Step.CHANGE): State.DRAFT,
    (State.DRAFT, Step.DISCARD): State.DRAFT,
    (State.DRAFT, Step.SUBMIT): State.SUBMITTED,
    (State.SUBMITTED, Step.WITHDRAW): State.DRAFT,
    (State.SUBMITTED, Step.APPROVE): State.APPROVED,
    (State.SUBMITTED, Step.RETURN): State.RETURNED,
    (State.RETURNED, Step.CHANGE): State.RETURNED,
    (State.RETURNED, Step.SUBMIT): State.SUBMITTED,
    (State.RETURNED, Step.UNDO_RETURN): State.SUBMITTED,
    (State.APPROVED, Step.UNDO_APPROVE): State.SUBMITTED,
}


def after(state: State, step: Step) -> State | None:
    """The state that `step` leads to from `state`, or None when the step is not open there."""
    return STEPS.get((state, step))


# The house's own reading of the five domains that the IC&RC peer recovery outline names. Boards differ, and
# none of the sources prints a table from activities to domains, so a scheme that counts by domain should be
# read together with this table. Time spent being taught or supervised counts in no domain: Texas, for one,
# leaves "independent study" and "received supervision" out of practice hours.
DOMAIN_OF_KIND: Mapping[Kind, str] = {
    Kind.ONE_TO_ONE: "recovery_wellness",
    Kind.GROUP: "mentoring_education",
    Kind.OUTREACH: "harm_reduction",
    Kind.ADVOCACY: "advocacy",
    Kind.RESOURCE_LINKAGE: "recovery_wellness",
    Kind.DOCUMENTATION: "ethical_responsibility",
    Kind.OBSERVATION: "mentoring_education",
    Kind.TRAINING: "",
    Kind.RECEIVED_SUPERVISION: "",
}


# What a supervisor may sign a line as, in the order in which pages offer them.
DOMAINS = tuple(dict.fromkeys(domain for domain in DOMAIN_OF_KIND.values() if domain))


def domain_of(kind: str) -> str:
    """The domain an activity kind counts for, or "" for kinds that count for none."""
    return DOMAIN_OF_KIND[Kind(kind)]


@dataclass(frozen=True)
class Caps:
    """Limits, as data, so that a programme can set its own."""

    most_minutes_in_a_day: int = 16 * 60
    long_day_minutes: int = 8 * 60
    late_after_days: int = 30
    copied_from: int = 3


@dataclass(frozen=True)
class Work:
    """One piece of work as the rules see it: a local date in a zone, with clock times or only a length."""

    worked_on: date
    zone: str
    minutes: int
    starts_at: time | None = None
    ends_at: time | None = None
    is_overnight: bool = False
    note: str = ""
    first_submitted_on: date | None = None
    entry_id: int | None = None
    amends_id: int | None = None


class Period(Protocol):
    """Anything with a first day and perhaps a last one: a placement, a supervision agreement."""

    @property
    def starts_on(self) -> date: ...
    @property
    def ends_on(self) -> date | None: ...


@dataclass(frozen=True)
class Dates:
    """The plainest Period."""

    starts_on: date
    ends_on: date | None = None


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong or odd: `field` of the form, `message` as the untranslated sentence."""

    code: str
    field: str
    message: str
    is_refusal: bool
    facts: Mapping[str, object] = dataclasses.field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """The sentence in English."""
        return self.message % self.facts if self.facts else self.message


def covers(period: Period, on: date) -> bool:
    """Whether the day lies in the period, first and last day included."""
    return period.starts_on <= on and (period.ends_on is None or on <= period.ends_on)


def span_of(work: Work) -> tuple[datetime, datetime] | None:
    """Begin and end as instants, or None for an entry that has only a length.

    A time that the clocks show twice is read as the first of the two.
    """
    if work.starts_at is None or work.ends_at is None:
        return None
    zone = ZoneInfo(work.zone)
    last_day = work.worked_on + timedelta(days=1) if work.is_overnight else work.worked_on
    begin = datetime.combine(work.worked_on, work.starts_at, zone)
    end = datetime.combine(last_day, work.ends_at, zone)
    return begin.astimezone(UTC), end.astimezone(UTC)


def minutes_between(on: date, starts_at: time, ends_at: time, zone: str, *, is_overnight: bool = False) -> int:
    """Whole minutes from start to end in the zone; true across midnight and across a change of the clocks."""
    span = span_of(Work(on, zone, 0, starts_at, ends_at, is_overnight))
    assert span is not None
    return int((span[1] - span[0]).total_seconds() // 60)


def is_real_time(on: date, at: time, zone: str) -> bool:
    """Whether the zone's clocks showed this time on this day (they skip an hour in spring)."""
    local = datetime.combine(on, at, ZoneInfo(zone))
    return local.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local.replace(tzinfo=None)


def minutes_by_day(work: Work) -> dict[date, int]:
    """The minutes that fall on each local day; work over midnight is cut there."""
    span = span_of(work)
    if span is None or not work.is_overnight:
        return {work.worked_on: work.minutes}
    next_day = work.worked_on + timedelta(days=1)
    midnight = datetime.combine(next_day, time(0), ZoneInfo(work.zone)).astimezone(UTC)
    before = int((midnight - span[0]).total_seconds() // 60)
    cut = {work.worked_on: before, next_day: work.minutes - before}
    return {day: minutes for day, minutes in cut.items() if minutes}


def is_overlapping(one: Work, other: Work) -> bool:
    """Whether two pieces of work with clock times share a moment; touching ends do not overlap."""
    first, second = span_of(one), span_of(other)
    if first is None or second is None:
        return False
    return first[0] < second[1] and second[0] < first[1]


def has_unclear_overlap(one: Work, other: Work) -> bool:
    """Whether two pieces of work share a day and one of them says only how long it was."""
    if span_of(one) is not None and span_of(other) is not None:
        return False
    return not minutes_by_day(one).keys().isdisjoint(minutes_by_day(other))


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
    caps: Caps = Caps(),
) -> tuple[Problem, ...]:
    """Everything wrong or odd about an entry, refusals first.

    `others` are the same trainee's other entries at all sites; the entry itself and the one that it amends,
    if among them, are left out.
    `agreement` is None when no supervision agreement covers the day. `today` is the day in the entry's zone.
    Sources: domain notes 3.2 to 3.4 (overlap across sites, late logs, signer named on an agreement);
    the caps of 16 and 8 hours are the house's own.
    """
    itself = {entry.entry_id, entry.amends_id} - {None}
    rest = tuple(other for other in others if other.entry_id not in itself)
    clock = _clock_problems(entry)
    found = [*clock, *_date_problems(entry, placement, agreement, today)]
    if not clock:
        # Sums and overlaps mean nothing while the times themselves are wrong.
        # Work of other days cannot meet this entry: a day more for midnight, one more for distant zones.
        near = [other for other in rest if abs((other.worked_on - entry.worked_on).days) <= 2]
        found += [*_sum_problems(entry, near, caps), *_overlap_problems(entry, near)]
    if entry.amends_id is not None:
        found.append(Problem("amendment", "note", N_("Changes hours that are signed"), False))
    else:
        found += _late_problems(entry, today, caps)  # the work itself was logged when the first line was
    found += _copy_problems(entry, rest, caps)
    return tuple(sorted(found, key=lambda p: not p.is_refusal))


def refusals(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems that stop an entry."""
    return tuple(p for p in problems if p.is_refusal)


def flags(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems that only ask for a second look."""
    return tuple(p for p in problems if not p.is_refusal)


def _clock_problems(entry: Work) -> list[Problem]:
    if (entry.starts_at is None) != (entry.ends_at is None):
        missing = "starts_at" if entry.starts_at is None else "ends_at"
        return [Problem("half_a_time", missing, N_("Give both the start and the end, or only how long."), True)]
    if entry.starts_at is not None and entry.ends_at is not None:
        last_day = entry.worked_on + timedelta(days=1) if entry.is_overnight else entry.worked_on
        for name, on, at in (
            ("starts_at", entry.worked_on, entry.starts_at),
            ("ends_at", last_day, entry.ends_at),
        ):
            if not is_real_time(on, at, entry.zone):
                text = N_("The clocks skipped this time on that day. Choose the time shown after the change.")
                return [Problem("no_such_time", name, text, True)]
        span = span_of(entry)
        assert span is not None
        if not entry.is_overnight and entry.ends_at < entry.starts_at:
            text = N_("The end is before the start. If you worked past midnight, tick “Ended the next day”.")
            return [Problem("end_before_start", "ends_at", text, True)]
        if span[1] <= span[0]:
            return [Problem("no_length", "ends_at", N_("The end must be after the start."), True)]
        if entry.minutes > MINUTES_IN_A_DAY:
            return [Problem("too_long", "ends_at", N_("One entry can hold 24 hours at most."), True)]
    if entry.minutes < 1:
        return [Problem("no_length", "length", N_("Say how long it was: more than zero."), True)]
    if entry.minutes > MINUTES_IN_A_DAY:
        return [Problem("too_long", "length", N_("One entry can hold 24 hours at most."), True)]
    return []


def _date_problems(entry: Work, placement: Period, agreement: Period | None, today: date) -> list[Problem]:
    found = []
    last_day = max(minutes_by_day(entry)) if not _clock_problems(entry) else entry.worked_on
    if last_day > today:
        found.append(
            Problem("future", "worked_on", N_("This day is still to come. Log it once it has happened."), True)
        )
    if not covers(placement, entry.worked_on):
        found.append(
            Problem("outside_placement", "worked_on", N_("Your placement there does not cover this day."), True)
        )
    elif agreement is None or not covers(agreement, entry.worked_on):
        text = N_("No supervision agreement covers this day. Ask your coordinator to add one.")
        found.append(Problem("outside_agreement", "worked_on", text, True))
    return found


def _sum_problems(entry: Work, others: Sequence[Work], caps: Caps) -> list[Problem]:
    own = minutes_by_day(entry)
    totals = Counter(own)
    for other in others:
        for day, minutes in minutes_by_day(other).items():
            if day in own:
                totals[day] += minutes
    most = max(totals.values())
    facts = {"hours": hours_text(most)}
    if most > MINUTES_IN_A_DAY:
        text = N_("Together with your other entries this day would have %(hours)s hours. A day has 24.")
        return [Problem("day_over_24", "length", text, True, facts)]
    if most > caps.most_minutes_in_a_day:
        facts["most"] = hours_text(caps.most_minutes_in_a_day)
        text = N_("Together with your other entries this day would have %(hours)s hours. The most is %(most)s.")
        return [Problem("day_over_cap", "length", text, True, facts)]
    if most > caps.long_day_minutes:
        facts["most"] = hours_text(caps.long_day_minutes)
        return [Problem("long_day", "length", N_("Long day: %(hours)s hours in all"), False, facts)]
    return []


def _overlap_problems(entry: Work, others: Sequence[Work]) -> list[Problem]:
    found = []
    if any(is_overlapping(entry, other) for other in others):
        text = N_("You have another entry at the same time. Change the times of one of them.")
        found.append(Problem("overlap", "starts_at", text, True))
    if any(has_unclear_overlap(entry, other) for other in others):
        text = N_("Two entries on one day, and one has no start and end")
        found.append(Problem("unclear_overlap", "starts_at", text, False))
    return found


def _late_problems(entry: Work, today: date, caps: Caps) -> list[Problem]:
    # Measured at the first submission, so that a returned entry does not become late while it is mended.
    days = ((entry.first_submitted_on or today) - entry.worked_on).days
    if days <= caps.late_after_days:
        return []
    return [Problem("late", "worked_on", N_("Logged %(days)s days later"), False, {"days": days})]


def _copy_problems(entry: Work, others: Sequence[Work], caps: Caps) -> list[Problem]:
    note = plain_note(entry.note)
    if not note:
        return []
    count = 1 + sum(1 for other in others if plain_note(other.note) == note)
    if count < caps.copied_from:
        return []
    return [Problem("copied_note", "note", N_("Same note on %(count)s entries"), False, {"count": count})]


def hours_text(minutes: int) -> str:
    """Minutes as hours with at most two decimals and no trailing zeros: 570 → "9.5"."""
    return f"{minutes / 60:.2f}".rstrip("0").rstrip(".")


def is_time_for_mail(local: time) -> bool:
    """Whether a mail that can wait is sent at this local time: between 8:00 and 20:00."""
    return time(8) <= local < time(20)


def monday_of(on: date) -> date:
    """The Monday of the week the day lies in."""
    return on - timedelta(days=on.weekday())


def totals_by_domain(amounts: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Minutes by domain from (kind, minutes) pairs; kinds that count for no domain are under ""."""
    totals: Counter[str] = Counter()
    for kind, minutes in amounts:
        totals[domain_of(kind)] += minutes
    return dict(totals)


def totals_by_week(amounts: Iterable[tuple[date, int]]) -> dict[date, int]:
    """Minutes by week from (day, minutes) pairs, under the week's Monday, newest first."""
    totals: Counter[date] = Counter()
    for on, minutes in amounts:
        totals[monday_of(on)] += minutes
    return dict(sorted(totals.items(), reverse=True))
