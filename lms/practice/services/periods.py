"""A supervisor signs a week or a month as a whole: the list of its signed lines, and their totals."""

import sqlalchemy as sa
from flask_babel import gettext as _

from lms import audit, clock
from lms.audit import Action
from lms.db import lock, session
from lms.errors import Conflict, Forbidden, NotFound
from lms.people.queries import people
from lms.practice.models import PeriodSignature, Placement
from lms.practice.periods import Span
from lms.practice.queries import period_sheet
from lms.practice.statements import (
    CURRENT_PERIOD,
    canonical,
    facts_of_period,
    fingerprint,
    list_of_period,
)


def sign_period(
    actor_id: int,
    *,
    placement_id: int,
    span: Span,
    shown: str,
    statement_version: int,
    method: str = "statement",
) -> PeriodSignature:
    """Sign a period of a placement over the lines that the actor signed in it.

    `shown` is the fingerprint of what the page showed. The same period a second time answers the first
    row; when its lines changed since, a new row names the one it replaces.
    Raises NotFound, Forbidden for one's own hours, Conflict when the period is not over, has no signed
    line, or looks otherwise now than on the page.
    """
    # The lock makes two presses at once take turns: the second finds what the first has signed.
    placement = session().scalar(lock(sa.select(Placement).where(Placement.id == placement_id)))
    if placement is None:
        raise NotFound
    if placement.person_id == actor_id:
        raise Forbidden(_("Nobody signs for their own hours."))
    if statement_version != CURRENT_PERIOD.version:
        raise Conflict(_("The statement has a new wording. Read it, then sign."))
    if not span.is_over(clock.today(placement.zone)):
        raise Conflict(_("This period is not over yet. You can sign it on its last day."))
    sheet = period_sheet(placement_id, placement.person_id, actor_id, span)
    if not sheet.lines:
        raise Conflict(_("You have signed no hours in this period."))
    if sheet.mark is not None and not sheet.mark.drift:
        return session().get_one(PeriodSignature, sheet.mark.id)
    if sheet.shown != shown:
        raise Conflict(_("The hours of this period have changed since you opened the page. Look again."))
    names = people({actor_id, placement.person_id})
    row = PeriodSignature(
        organisation_id=placement.organisation_id,
        person_id=placement.person_id,
        placement_id=placement_id,
        kind=span.kind.value,
        starts_on=span.starts_on,
        ends_on=span.ends_on,
        minutes=sheet.minutes,
        sessions=sheet.sessions,
        session_minutes=sheet.session_minutes,
        replaces_id=sheet.mark.id if sheet.mark else None,
        by_id=actor_id,
        by_name=names[actor_id].legal_name,
        at=clock.now(),
        method=method,
        statement_version=CURRENT_PERIOD.version,
        statement=CURRENT_PERIOD.text,
    )
    trainee = {"trainee_name": names[placement.person_id].legal_name}
    row.line = canonical(facts_of_period(row) | list_of_period(sheet.lines) | trainee)
    row.sha256 = fingerprint(row.line)
    session().add(row)
    session().flush()
    audit.record(
        Action.PRACTICE_SIGN_PERIOD,
        actor_id=actor_id,
        subject="period_signature",
        subject_id=row.id,
        organisation_id=row.organisation_id,
        details={
            "kind": row.kind,
            "starts_on": row.starts_on.isoformat(),
            "entries": len(sheet.lines),
            "sha256": row.sha256,
        },
    )
    return row
