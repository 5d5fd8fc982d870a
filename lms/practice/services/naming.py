"""Supervisors without an account: somebody names them, and a coordinator answers."""

import sqlalchemy as sa
from flask_babel import gettext as _

from lms import audit, clock
from lms.audit import Action
from lms.db import lock, session
from lms.errors import Conflict, Invalid, NotFound
from lms.people.queries import person
from lms.people.services import admit_signer, plain_address
from lms.practice.models import NamedSupervisor, Placement
from lms.practice.services.placements import create_agreement

LONGEST_ANSWER = 500


def name_supervisor(actor_id: int, *, placement_id: int, name: str, email: str) -> NamedSupervisor:
    """Name somebody who may sign for a placement without an account. Nothing can be confirmed yet.

    Raises NotFound, Invalid for a name or address that cannot be used, or one that was named already.
    """
    placement = session().scalar(lock(sa.select(Placement).where(Placement.id == placement_id)))
    if placement is None:
        raise NotFound
    name, email = " ".join(name.split()), plain_address(email)
    if not 1 <= len(name) <= 120:
        raise Invalid("name", _("Type a name."))
    if email in (person(placement.person_id).email, person(actor_id).email):
        raise Invalid("email", _("Nobody signs for their own hours. Give the supervisor's address."))
    known = session().scalar(
        sa.select(NamedSupervisor).where(
            NamedSupervisor.placement_id == placement_id, NamedSupervisor.email == email
        )
    )
    if known is not None:
        raise Invalid("email", _("This person was named for this placement already."))
    row = NamedSupervisor(
        organisation_id=placement.organisation_id,
        person_id=placement.person_id,
        placement_id=placement_id,
        name=name,
        email=email,
        named_by_id=actor_id,
        named_at=clock.now(),
        starts_on=placement.starts_on,
    )
    session().add(row)
    session().flush()
    _record(Action.PRACTICE_NAME_SUPERVISOR, actor_id, row)
    return row


def approve_named(actor_id: int, *, named_id: int) -> NamedSupervisor:
    """Say yes: the person gets the supervisor's role without a way to sign in, and an agreement.

    Raises NotFound, Conflict when it was answered already, Invalid when an account has the address without
    being a supervisor here.
    """
    row = _waiting(named_id)
    if row.named_by_id == actor_id and row.person_id == actor_id:
        raise Conflict(_("Somebody else has to answer this."))
    supervisor_id = admit_signer(actor_id, organisation_id=row.organisation_id, name=row.name, email=row.email)
    create_agreement(
        actor_id, placement_id=row.placement_id, supervisor_id=supervisor_id, starts_on=row.starts_on
    )
    row.answered_at, row.answered_by_id, row.supervisor_id = clock.now(), actor_id, supervisor_id
    session().flush()
    _record(Action.PRACTICE_ANSWER_NAMED, actor_id, row)
    return row


def decline_named(actor_id: int, *, named_id: int, answer: str) -> NamedSupervisor:
    """Say no, with the reason that the trainee reads. Raises NotFound, Conflict, Invalid without a reason."""
    row = _waiting(named_id)
    answer = " ".join(answer.split())
    if not 1 <= len(answer) <= LONGEST_ANSWER:
        raise Invalid("answer", _("Say why, in 500 letters or fewer."))
    row.answered_at, row.answered_by_id, row.answer = clock.now(), actor_id, answer
    session().flush()
    _record(Action.PRACTICE_ANSWER_NAMED, actor_id, row)
    return row


def _waiting(named_id: int) -> NamedSupervisor:
    row = session().scalar(lock(sa.select(NamedSupervisor).where(NamedSupervisor.id == named_id)))
    if row is None:
        raise NotFound
    if row.answered_at is not None:
        raise Conflict(_("This was answered already."))
    return row


def _record(action: Action, actor_id: int, row: NamedSupervisor) -> None:
    audit.record(
        action,
        actor_id=actor_id,
        subject="named_supervisor",
        subject_id=row.id,
        organisation_id=row.organisation_id,
        details={"placement": row.placement_id, "supervisor": row.supervisor_id},
    )
