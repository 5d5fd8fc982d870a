"""Whom a digest of what waits is due to: at most one a day, and never at night in the supervisor's zone."""

from zoneinfo import ZoneInfo

import sqlalchemy as sa

from lms import clock
from lms.db import session
from lms.mail import OutgoingMail
from lms.people.queries import PersonCard, outsiders, people
from lms.practice.models import PracticeEntry
from lms.practice.rules import State, is_time_for_mail


def digest_is_due(supervisor: PersonCard) -> bool:
    """Whether it is day where the supervisor is."""
    return is_time_for_mail(clock.now().astimezone(ZoneInfo(supervisor.timezone)).time())


def supervisors_to_remind() -> list[int]:
    """The supervisors with something waiting, where it is day, and whom nobody has written to today."""
    waiting = session().scalars(
        sa.select(PracticeEntry.supervisor_id)
        .where(PracticeEntry.state == State.SUBMITTED.value)
        .group_by(PracticeEntry.supervisor_id)
        .order_by(sa.func.min(PracticeEntry.submitted_at))
    )
    found_waiting = list(waiting)
    without_account = outsiders(found_waiting)
    cards = people(person_id for person_id in found_waiting if person_id not in without_account)
    keys = {
        f"hours-waiting:{card.id}:{clock.today(card.timezone).isoformat()}": card.id
        for card in cards.values()
        if digest_is_due(card)
    }
    found = []
    names = list(keys)
    for first in range(0, len(names), 500):
        part = names[first : first + 500]
        told = set(session().scalars(sa.select(OutgoingMail.key).where(OutgoingMail.key.in_(part))))
        found += [keys[key] for key in part if key not in told]
    return found[:100]
