"""What a renewal asks of one cycle: requirements within its days, and the record with the cycle in it. Pure.

The cycle lies in the record as a credential held, and the day of asking as a step reached. A decision keeps
its record, so a renewal is replayed from what is stored like any other decision.
"""

from dataclasses import replace
from datetime import date

from lms.certification.counting import Window
from lms.certification.cycles import Cycle, Phase, RenewalRules, conditions
from lms.certification.facts import CredentialHeld, Record, StageReached
from lms.certification.kinds import AllOf, AnyOf, Requirement
from lms.certification.reading.binding import bound, walk

ASKED, FIRST = "renewal_asked", "first_cycle"


def with_cycle(
    record: Record, credential: str, cycle: Cycle, *, cycle_evidence: str, asked_on: date, asked_evidence: str
) -> Record:
    """The record with the cycle that is to be renewed, and the day on which that was asked for."""
    stages = [StageReached(asked_evidence, asked_on, ASKED)]
    if cycle.sequence == 1:
        stages.append(StageReached(cycle_evidence, cycle.starts_on, FIRST))
    held = CredentialHeld(cycle_evidence, cycle.starts_on, credential, until_on=cycle.ends_on, is_verified=True)
    return replace(record, credentials=(*record.credentials, held), stages=(*record.stages, *stages))


def requirements_in(
    asked: tuple[Requirement, ...], rules: RenewalRules, credential: str, record: Record, as_of: date
) -> tuple[Requirement, ...]:
    """The requirements for the cycle in the record: in its days, with what its band adds.

    What names a window of its own keeps it: that is how an item on a longer cycle is asked for (R39).
    Without a cycle in the record nothing falls in its days.
    """
    held = next(
        (
            one
            for one in record.credentials
            if one.credential == credential and one.evidence.startswith("cycle:") and not one.is_claimed
        ),
        None,
    )
    if held is None or held.until_on is None:
        return bound(tuple(_within(one, Window(first=date.max)) for one in asked))
    asked_on = max((one.on for one in record.stages if one.stage == ASKED and one.on <= as_of), default=as_of)
    cycle = Cycle(1, held.on, held.until_on, held.on)
    now = conditions(cycle, replace(rules, most_renewals=None), asked_on)
    until = held.until_on
    if rules.do_late_hours_count and now.phase is Phase.LATE:
        until = max(until, as_of)
    first = rules.first_cycle
    is_first = any(one.stage == FIRST for one in record.stages)
    if first is not None and is_first and first.applies(held.on, held.until_on):
        lighter = dict(first.minutes)
        asked = tuple(_lighter(one, lighter) for one in asked if one.id not in first.waives)
    added = now.band.requirements if now.band is not None else ()
    return bound(tuple(_within(one, Window(first=held.on, until=until)) for one in (*asked, *added)))


def _within(one: Requirement, window: Window) -> Requirement:
    if isinstance(one, AllOf | AnyOf):
        return replace(one, of=tuple(_within(child, window) for child in one.of))
    if getattr(one, "window", None) == Window() and not getattr(one, "period", ""):
        return replace(one, window=window)  # type: ignore[call-arg]  # Asked for by name: it has one.
    return one


def _lighter(one: Requirement, minutes: dict[str, int]) -> Requirement:
    return replace(one, minutes=minutes[one.id]) if one.id in minutes else one  # type: ignore[call-arg]


def problems(asked: tuple[Requirement, ...], rules: RenewalRules) -> tuple[str, ...]:
    """Requirements that the rules for the first cycle name and that are not there, or have no hours."""
    if rules.first_cycle is None:
        return ()
    by_id = {one.id: one for one in walk(asked)}
    unknown = [name for name in rules.first_cycle.waives if name not in by_id]
    unknown += [name for name, _m in rules.first_cycle.minutes if not hasattr(by_id.get(name), "minutes")]
    return tuple(f"The first cycle names '{name}', which has nothing to lighten here." for name in unknown)
