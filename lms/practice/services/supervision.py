"""Supervision sessions: one of the two writes it down and signs, the other signs too."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from lms import audit, clock
from lms.audit import Action
from lms.db import session
from lms.errors import Conflict, Forbidden, Invalid, NotFound
from lms.practice.models import LONGEST_NOTE, Placement, SupervisionAgreement, SupervisionSession
from lms.practice.rules import MINUTES_IN_A_DAY, Mode


def record_supervision(
    actor_id: int,
    *,
    person_id: int,
    supervisor_id: int,
    held_on: date,
    minutes: int,
    format: str,
    mode: str,
    topics: str,
    client_key: str,
) -> SupervisionSession:
    """Write down a session between a trainee and a supervisor, signed by the actor, who is one of them.

    The same `client_key` a second time answers the first row. Raises Invalid for a day without an
    agreement or still to come, Forbidden when the actor is neither of the two.
    """
    if actor_id not in (person_id, supervisor_id):
        raise Forbidden(_("Only the trainee or the supervisor can write down their session."))
    again = session().scalar(
        sa.select(SupervisionSession).where(
            SupervisionSession.person_id == person_id, SupervisionSession.client_key == client_key
        )
    )
    if again is not None:
        return again
    _check(minutes, format, mode, topics)
    agreement = (
        session()
        .execute(
            sa.select(SupervisionAgreement.organisation_id, Placement.zone)
            .join(Placement, Placement.id == SupervisionAgreement.placement_id)
            .where(
                SupervisionAgreement.person_id == person_id,
                SupervisionAgreement.supervisor_id == supervisor_id,
                SupervisionAgreement.starts_on <= held_on,
                sa.or_(SupervisionAgreement.ends_on.is_(None), SupervisionAgreement.ends_on >= held_on),
            )
            .order_by(SupervisionAgreement.id)
        )
        .first()
    )
    if agreement is None:
        raise Invalid("held_on", _("No supervision agreement of you two covers this day."))
    if held_on > clock.today(agreement.zone):
        raise Invalid("held_on", _("This day is still to come. Log it once it has happened."))
    now = clock.now()
    row = SupervisionSession(
        organisation_id=agreement.organisation_id,
        person_id=person_id,
        supervisor_id=supervisor_id,
        held_on=held_on,
        minutes=minutes,
        format=format,
        mode=mode,
        topics=topics.strip(),
        trainee_signed_at=now if actor_id == person_id else None,
        supervisor_signed_at=now if actor_id == supervisor_id else None,
        client_key=client_key,
        created_at=now,
    )
    session().add(row)
    session().flush()
    _record(Action.PRACTICE_RECORD_SUPERVISION, actor_id, row)
    return row


def sign_supervision(actor_id: int, *, session_id: int) -> SupervisionSession:
    """Add the actor's own signature. Raises Conflict when it is there already, Forbidden for anyone else."""
    row = session().scalar(sa.select(SupervisionSession).where(SupervisionSession.id == session_id))
    if row is None:
        raise NotFound
    if actor_id not in (row.person_id, row.supervisor_id):
        raise Forbidden(_("Only the trainee and the supervisor can sign their session."))
    column = (
        SupervisionSession.trainee_signed_at
        if actor_id == row.person_id
        else SupervisionSession.supervisor_signed_at
    )
    signed: sa.CursorResult[Any] = session().execute(  # type: ignore[assignment]
        sa.update(SupervisionSession)
        .where(SupervisionSession.id == session_id, column.is_(None))
        .values({column: clock.now()})
        .execution_options(synchronize_session=False)
    )
    if signed.rowcount != 1:
        raise Conflict(_("You have signed this session already."))
    session().expire(row)
    _record(Action.PRACTICE_SIGN_SUPERVISION, actor_id, row)
    return row


def _check(minutes: int, format: str, mode: str, topics: str) -> None:
    if not 1 <= minutes <= MINUTES_IN_A_DAY:
        raise Invalid("length", _("Say how long it was: more than zero."))
    if format not in ("individual", "group"):
        raise Invalid("format", _("Choose one."))
    if mode not in set(Mode):
        raise Invalid("mode", _("Choose how you met."))
    if not topics.strip():
        raise Invalid("topics", _("Say in a few words what you talked about."))
    if len(topics) > LONGEST_NOTE:
        raise Invalid("topics", _("Keep the note to %(most)s letters.", most=LONGEST_NOTE))


def _record(action: Action, actor_id: int, row: SupervisionSession) -> None:
    audit.record(
        action,
        actor_id=actor_id,
        subject="supervision_session",
        subject_id=row.id,
        organisation_id=row.organisation_id,
    )
