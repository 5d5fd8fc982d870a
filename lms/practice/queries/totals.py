"""What was signed at one placement, added up for a form on paper."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from lms.db import session
from lms.practice.models import PracticeEntry
from lms.practice.queries.facts import practice_hours_of, supervision_of
from lms.practice.queries.placements import PlacementLine
from lms.practice.rules import State


@dataclass(frozen=True)
class Totals:
    """What was signed at a placement within a span of days, in minutes. `first` and `last` are days of work."""

    first: date | None
    last: date | None
    minutes: int
    by_domain: dict[str, int]
    supervision: int
    entries: int


def totals_of(place: PlacementLine, from_on: date, until_on: date) -> Totals:
    """The signed minutes of the placement in the span, by domain, and the supervision its supervisors gave.

    A supervision session counts when both have signed it. Work that counts in no domain is under "".
    """
    here = set(
        session().scalars(
            sa.select(PracticeEntry.id).where(
                PracticeEntry.placement_id == place.id, PracticeEntry.worked_on.between(from_on, until_on)
            )
        )
    )
    signed = [
        hour
        for hour in practice_hours_of(place.person_id)
        if hour.entry_id in here and hour.state == State.APPROVED and hour.minutes
    ]
    by_domain: dict[str, int] = {}
    for hour in signed:
        by_domain[hour.domain] = by_domain.get(hour.domain, 0) + hour.minutes
    supervisors = {agreement.supervisor_id for agreement in place.agreements}
    met = sum(
        fact.minutes
        for fact in supervision_of(place.person_id)
        if fact.is_signed and fact.supervisor_id in supervisors and from_on <= fact.on <= until_on
    )
    days = [hour.on for hour in signed]
    return Totals(
        min(days, default=None),
        max(days, default=None),
        sum(hour.minutes for hour in signed),
        by_domain,
        met,
        len(signed),
    )
