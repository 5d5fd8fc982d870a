"""Which cycles a holder is to be reminded of now: the newest moment that is due, once each."""

from datetime import date, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from lms import clock, mail
from lms.certification.cycles import Status
from lms.certification.models import CycleRow
from lms.certification.queries.cycles import CycleCard, cycle_cards, newest_card, public_standing
from lms.db import session
from lms.people import queries as people

MOMENTS = (90, 60, 30, 7)
GRACE = "grace"
DAYTIME = range(8, 20)
LOOK_BACK = timedelta(days=60)
MOST = 100


def reminder_key(cycle_id: int, moment: str) -> str:
    """The name of one reminder: its mail is queued once."""
    return f"cycle:{cycle_id}:{moment}"


def moment_of(ends_on: date, today: date) -> str | None:
    """The newest moment that has come for a cycle; earlier ones are not made up for."""
    left = (ends_on - today).days
    if left < 0:
        return GRACE
    due = [days for days in MOMENTS if left <= days]
    return str(min(due)) if due else None


def reminders_due(cycle_id: int | None = None) -> tuple[tuple[CycleCard, str], ...]:
    """Cycles and the moment to remind of, where it is day for the holder; those of one cycle if it is named.

    Only what can be renewed is reminded of, and only its newest cycle; no one who has asked already.
    """
    later = aliased(CycleRow)
    today = clock.now().date()
    statement = (
        sa.select(CycleRow)
        .where(
            CycleRow.ends_on.between(today - LOOK_BACK, today + timedelta(days=MOMENTS[0] + 1)),
            ~sa.exists().where(later.family == CycleRow.family, later.sequence > CycleRow.sequence),
        )
        .order_by(CycleRow.ends_on, CycleRow.id)
    )
    if cycle_id is not None:
        statement = statement.where(CycleRow.id == cycle_id)
    found = cycle_cards(tuple(session().scalars(statement)))
    bodies = {one.organisation_id for one in found}
    days = {body: clock.today(people.organisation(body).timezone) for body in bodies}
    moments = ((one, moment_of(one.cycle.ends_on, days[one.organisation_id])) for one in found)
    wanted = [(one, moment) for one, moment in moments if moment is not None]
    sent = mail.queued(reminder_key(one.id, moment) for one, moment in wanted)
    fresh = [(one, moment) for one, moment in wanted if reminder_key(one.id, moment) not in sent]
    holders = people.people(one.person_id for one, _moment in fresh)
    at_day = (
        (one, moment)
        for one, moment in fresh
        if clock.now().astimezone(ZoneInfo(holders[one.person_id].timezone)).hour in DAYTIME
    )
    return tuple(islice(((one, moment) for one, moment in at_day if _is_open(one, moment)), MOST))


def _is_open(one: CycleCard, moment: str) -> bool:
    standing = public_standing(newest_card(one.family))
    if standing is None or standing.is_renewal_in_process:
        return False
    if moment == GRACE:
        return standing.status is Status.GRACE
    return standing.status in (Status.ACTIVE, Status.PROVISIONAL, Status.PROBATION)
