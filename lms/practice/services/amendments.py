"""What a trainee does about hours that are signed already: a new line that names the old one."""

import sqlalchemy as sa
from flask_babel import gettext as _

from lms import clock
from lms.audit import Action
from lms.db import lock, session
from lms.errors import Conflict, Invalid, NotFound
from lms.practice.models import PracticeEntry
from lms.practice.rules import State
from lms.practice.services.hours import Hours, columns_of, hours_of, judged, own_placement, record

LONGEST_REASON = 500


def amend(
    actor_id: int, *, entry_id: int, hours: Hours, reason: str, client_key: str, is_voiding: bool = False
) -> PracticeEntry:
    """Write the line that shall stand for a signed one, or take it back whole; a draft until it is sent.

    The signed line stays as it is and counts until the supervisor signs the new one. Taking back keeps the
    old line's own words: `hours` are not looked at. The same `client_key` a second time answers the first row.
    Raises NotFound for an entry that is not the actor's, Conflict when it is not signed or has an amendment,
    Invalid without a reason, Refused when the rules refuse the new hours.
    """
    if not 8 <= len(client_key) <= 64:
        raise Invalid("client_key", _("Load the page again and send it once more."))
    older = session().scalar(
        lock(sa.select(PracticeEntry).where(PracticeEntry.id == entry_id, PracticeEntry.person_id == actor_id))
    )
    if older is None:
        raise NotFound
    again = session().scalar(
        sa.select(PracticeEntry).where(
            PracticeEntry.person_id == actor_id, PracticeEntry.client_key == client_key
        )
    )
    if again is not None:
        return again
    reason = " ".join(reason.split())
    if not 1 <= len(reason) <= LONGEST_REASON:
        raise Invalid("reason", _("Say why, in 500 letters or fewer."))
    _check_is_open(older)
    hours = hours_of(older) if is_voiding else hours
    placement = own_placement(actor_id, hours.placement_id)
    work, supervisor_id = judged(placement, hours, None, amends_id=older.id)
    entry = PracticeEntry(
        organisation_id=placement.organisation_id,
        person_id=actor_id,
        supervisor_id=supervisor_id,
        state=State.DRAFT.value,
        client_key=client_key,
        version=1,
        created_at=clock.now(),
        amends_id=older.id,
        amendment_reason=reason,
        is_voiding=is_voiding,
        **columns_of(placement, hours, work),
    )
    session().add(entry)
    session().flush()
    record(Action.PRACTICE_AMEND, actor_id, entry)
    return entry


def _check_is_open(older: PracticeEntry) -> None:
    if older.state != State.APPROVED or older.is_voiding:
        raise Conflict(_("Only signed hours need an amendment."))
    newer = session().scalar(sa.select(PracticeEntry.id).where(PracticeEntry.amends_id == older.id))
    if newer is not None:
        raise Conflict(_("There is an amendment of this entry already. Change that one."))
