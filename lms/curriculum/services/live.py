"""What a trainer does: plans a live session, calls it off, and says who was there for how long."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask_babel import gettext as _

from lms import audit, clock
from lms.audit import Action
from lms.curriculum.catalog import catalog
from lms.curriculum.content import LONGEST_LIVE_MINUTES
from lms.curriculum.models import Attendance, LiveSession
from lms.curriculum.queries import roster
from lms.curriculum.services.once import insert_once
from lms.db import lock, session
from lms.errors import Conflict, Forbidden, Invalid, NotFound
from lms.people.queries import has_role, organisation
from lms.permissions import Role


def plan_live_session(
    actor_id: int,
    *,
    organisation_id: int,
    trainer_id: int,
    module_id: str,
    mode: str,
    local_start: datetime,
    minutes: int,
    venue: str = "",
) -> LiveSession:
    """Plan a live session of a module. `local_start` is the time on the organisation's own clock.

    The same session planned twice answers the row that is there. Raises Invalid with the field at fault.
    """
    module = catalog().module(module_id)
    if module is None or module.live is None:
        raise Invalid("module_id", _("Choose a module that has a live session."))
    if mode not in {one.value for one in module.live.modes}:
        raise Invalid("mode", _("This module is not given that way. Choose the other one."))
    if not 1 <= minutes <= LONGEST_LIVE_MINUTES:
        raise Invalid("minutes", _("Choose between 1 and %(most)s minutes.", most=LONGEST_LIVE_MINUTES))
    if not has_role(trainer_id, organisation_id, Role.TRAINER):
        raise Invalid("trainer_id", _("Choose a trainer of this organisation."))
    zone = organisation(organisation_id).timezone
    starts_at = _instant(local_start, zone)
    facts = {
        "organisation_id": organisation_id,
        "module_id": module_id,
        "trainer_id": trainer_id,
        "starts_at": starts_at,
    }
    is_new = insert_once(
        LiveSession,
        **facts,
        mode=mode,
        venue=venue.strip(),
        timezone=zone,
        minutes=minutes,
        planned_by=actor_id,
        planned_at=clock.now(),
    )
    row = session().scalars(sa.select(LiveSession).filter_by(**facts)).one()
    if is_new:
        _record(
            Action.CURRICULUM_PLAN_LIVE_SESSION, actor_id, row, module=module_id, mode=mode, minutes=minutes
        )
    return row


def _instant(local: datetime, zone: str) -> datetime:
    """The instant of a local time. Raises Invalid for one that the change to summer time leaves out."""
    aware = local.replace(tzinfo=ZoneInfo(zone))
    instant = aware.astimezone(ZoneInfo("UTC"))
    if instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local:
        raise Invalid("at", _("Clocks move forward that night, so this time does not exist. Choose another."))
    return instant


def cancel_live_session(actor_id: int, *, live_session_id: int) -> LiveSession:
    """Call a live session off; a second time changes nothing. Raises Conflict once attendance stands."""
    row = _locked(live_session_id)
    if row.cancelled_at is not None:
        return row
    if session().scalar(sa.select(Attendance.id).filter_by(live_session_id=row.id).limit(1)) is not None:
        raise Conflict(_("Attendance is recorded for this session, so it took place."))
    row.cancelled_at, row.cancelled_by = clock.now(), actor_id
    session().flush()
    _record(Action.CURRICULUM_CANCEL_LIVE_SESSION, actor_id, row)
    return row


def record_attendance(
    actor_id: int, *, live_session_id: int, minutes_of: Mapping[int, int]
) -> tuple[Attendance, ...]:
    """Say how many minutes each of these people was there; 0 for who was not. Answers the new rows.

    What stands already and is the same is left alone; what differs is corrected by a new row. Raises
    Forbidden for the actor's own attendance, Conflict before the session begins or when it was called
    off, Invalid (field `minutes-<person id>`) for minutes that cannot be.
    """
    row = _locked(live_session_id)
    if actor_id in minutes_of:
        raise Forbidden(_("Somebody else records your own attendance."))
    if row.cancelled_at is not None:
        raise Conflict(_("This session was called off."))
    if row.starts_at > clock.now():
        raise Conflict(_("This session has not begun yet. Record attendance after it starts."))
    lines = {line.person_id: line for line in roster(row.id, row.organisation_id, row.module_id)}
    for person_id, minutes in minutes_of.items():
        if person_id not in lines:
            raise NotFound
        if not 0 <= minutes <= row.minutes:
            message = _(
                "%(name)s: choose between 0 and %(most)s minutes.",
                name=lines[person_id].chosen_name,
                most=row.minutes,
            )
            raise Invalid(f"minutes-{person_id}", message)
    now = clock.now()
    made = [
        Attendance(
            live_session_id=row.id,
            enrolment_id=lines[person_id].enrolment_id,
            person_id=person_id,
            organisation_id=row.organisation_id,
            minutes=minutes,
            recorded_by=actor_id,
            recorded_at=now,
            corrects_id=lines[person_id].attendance_id,
        )
        for person_id, minutes in minutes_of.items()
        if lines[person_id].minutes != minutes
    ]
    if made:
        session().add_all(made)
        session().flush()
        people = {str(one.person_id): one.minutes for one in made}
        _record(Action.CURRICULUM_RECORD_ATTENDANCE, actor_id, row, minutes=people)
    return tuple(made)


def _locked(live_session_id: int) -> LiveSession:
    row = session().scalar(lock(sa.select(LiveSession).where(LiveSession.id == live_session_id)))
    if row is None:
        raise NotFound
    return row


def _record(action: Action, actor_id: int, row: LiveSession, **details: object) -> None:
    audit.record(
        action,
        actor_id=actor_id,
        subject="live_session",
        subject_id=row.id,
        organisation_id=row.organisation_id,
        details=details,
    )
