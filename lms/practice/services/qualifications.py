"""What supervisors hold, as somebody has looked it up: recorded once, ended by a row of its own."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from flask_babel import gettext as _

from lms import audit, clock
from lms.audit import Action
from lms.db import lock, session
from lms.errors import Conflict, Forbidden, Invalid, NotFound
from lms.people.queries import has_role
from lms.people.roles import Role
from lms.practice.models import QualificationEnd, SupervisorQualification
from lms.practice.standing_to_sign import Credential


@dataclass(frozen=True)
class Checked:
    """What a check found: `valid_until` is the last good day, `source` where one looked, amounts minutes."""

    credential: str
    issuer: str
    valid_from: date
    source: str
    valid_until: date | None = None
    number: str = ""
    training_minutes: int = 0
    practice_minutes: int = 0
    joint_minutes: int = 0


def check_qualification(
    actor_id: int, *, organisation_id: int, supervisor_id: int, checked: Checked, client_key: str
) -> SupervisorQualification:
    """Record a qualification that the actor has checked. The same `client_key` answers the first row again.

    Raises Forbidden for one's own, Invalid when the person is no supervisor there or the facts make no sense.
    """
    if actor_id == supervisor_id:
        raise Forbidden(_("Somebody else has to check this: it is about you."))
    again = session().scalar(
        sa.select(SupervisorQualification).where(
            SupervisorQualification.organisation_id == organisation_id,
            SupervisorQualification.client_key == client_key,
        )
    )
    if again is not None:
        return again
    if not has_role(supervisor_id, organisation_id, Role.SUPERVISOR):
        raise Invalid("supervisor_id", _("Choose a supervisor of this organisation."))
    _check(checked)
    row = SupervisorQualification(
        supervisor_id=supervisor_id,
        organisation_id=organisation_id,
        credential=str(checked.credential),
        number=checked.number.strip(),
        issuer=checked.issuer.strip(),
        valid_from=checked.valid_from,
        valid_until=checked.valid_until,
        training_minutes=checked.training_minutes,
        practice_minutes=checked.practice_minutes,
        joint_minutes=checked.joint_minutes,
        source=checked.source.strip(),
        checked_by_id=actor_id,
        checked_at=clock.now(),
        client_key=client_key,
    )
    session().add(row)
    session().flush()
    audit.record(
        Action.PRACTICE_CHECK_QUALIFICATION,
        actor_id=actor_id,
        subject="supervisor_qualification",
        subject_id=row.id,
        organisation_id=organisation_id,
        details={"supervisor": supervisor_id},
    )
    return row


def end_qualification(actor_id: int, *, qualification_id: int, ended_on: date, reason: str) -> QualificationEnd:
    """Say from which day a qualification no longer holds. Its first day takes it back whole.

    Raises Invalid for a day before its first or without a reason, Conflict when it was ended before.
    """
    row = session().scalar(
        lock(sa.select(SupervisorQualification).where(SupervisorQualification.id == qualification_id))
    )
    if row is None:
        raise NotFound
    if actor_id == row.supervisor_id:
        raise Forbidden(_("Somebody else has to check this: it is about you."))
    reason = " ".join(reason.split())
    if not 1 <= len(reason) <= 500:
        raise Invalid("reason", _("Say why, in 500 letters or fewer."))
    if ended_on < row.valid_from:
        raise Invalid("ended_on", _("This day is before its first day."))
    if session().scalar(
        sa.select(QualificationEnd.id).where(QualificationEnd.qualification_id == qualification_id)
    ):
        raise Conflict(_("This qualification was ended already."))
    end = QualificationEnd(
        qualification_id=qualification_id, ended_on=ended_on, reason=reason, by_id=actor_id, at=clock.now()
    )
    session().add(end)
    session().flush()
    audit.record(
        Action.PRACTICE_END_QUALIFICATION,
        actor_id=actor_id,
        subject="supervisor_qualification",
        subject_id=row.id,
        organisation_id=row.organisation_id,
    )
    return end


def _check(checked: Checked) -> None:
    if checked.credential not in set(Credential):
        raise Invalid("credential", _("Choose from the list."))
    if not 1 <= len(checked.issuer.strip()) <= 120:
        raise Invalid("issuer", _("Say who gave it."))
    if len(checked.number.strip()) > 80:
        raise Invalid("number", _("Keep it to %(most)s letters.", most=80))
    if not 1 <= len(checked.source.strip()) <= 300:
        raise Invalid("source", _("Say where you looked it up."))
    if checked.valid_until is not None and checked.valid_until < checked.valid_from:
        raise Invalid("valid_until", _("The last day is before the first day."))
    if min(checked.training_minutes, checked.practice_minutes, checked.joint_minutes) < 0:
        raise Invalid("training", _("Hours are zero or more."))
