"""Exceptions from a requirement, and a body's approval of training: given, and ended by a row of their own."""

from datetime import date

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from lms import audit, clock
from lms.audit import Action
from lms.certification.brought import approval, waiver, waivers_of
from lms.certification.models import TrainingApproval, Waiver
from lms.certification.record import involved_with
from lms.certification.schemes import schemes
from lms.curriculum.catalog import catalog
from lms.db import seeing, session
from lms.errors import Conflict, Forbidden, Invalid, NotFound
from lms.people import queries as people

LONGEST = 2000


def waive(
    actor_id: int,
    *,
    person_id: int,
    body_id: int,
    scheme_id: str,
    requirement_id: str,
    reason: str,
    request_key: str,
    until_on: date | None = None,
) -> Waiver:
    """Make an exception for one person from one requirement of one of the body's schemes, from today on.

    The reason stays with the body. The same `request_key` again answers the same row. Forbidden for one who
    trained, examined or supervised the person; Conflict while one holds; NotFound for another body's scheme.
    """
    standing = session().scalars(sa.select(Waiver).where(Waiver.request_key == request_key)).one_or_none()
    if standing is not None and (standing.person_id, standing.by_id) == (person_id, actor_id):
        return standing
    _refuse_involved(actor_id, person_id)
    body = people.organisation(body_id)
    today = clock.today(body.timezone)
    asked = {
        one.id
        for (found, _version), scheme in schemes().versions.items()
        if found == scheme_id and scheme.issuer == body.slug
        for one in scheme.walk()
    }
    if requirement_id not in asked:
        raise NotFound
    if not reason.strip() or len(reason) > LONGEST:
        raise Invalid(
            "reason", _("Write why, in at most %(most)s letters. It stays with the body.", most=LONGEST)
        )
    if until_on is not None and until_on < today:
        raise Invalid("until_on", _("This day is past. Write a day from today on, or none."))
    for held in waivers_of(person_id, body_id):
        if (held.scheme_id, held.requirement_id) == (scheme_id, requirement_id) and held.holds_on(today):
            raise Conflict(_("This requirement is waived already."))
    made = Waiver(
        organisation_id=body_id,
        person_id=person_id,
        scheme_id=scheme_id,
        requirement_id=requirement_id,
        on=today,
        until_on=until_on,
        reason=reason.strip(),
        by_id=actor_id,
        at=clock.now(),
        request_key=request_key,
    )
    return _kept(Action.CERTIFICATION_WAIVE, actor_id, made)


def end_waiver(actor_id: int, *, waiver_id: int, reason: str, request_key: str) -> Waiver:
    """Take an exception back from today on, with a reason that stays with the body. Conflict a second time."""
    person_id, card = waiver(waiver_id)
    _refuse_involved(actor_id, person_id)
    if not reason.strip() or len(reason) > LONGEST:
        raise Invalid(
            "reason", _("Write why, in at most %(most)s letters. It stays with the body.", most=LONGEST)
        )
    if card.ended_at is not None:
        raise Conflict(_("This waiver has ended already."))
    body = people.organisation(card.organisation_id)
    made = Waiver(
        organisation_id=card.organisation_id,
        person_id=person_id,
        scheme_id=card.scheme_id,
        requirement_id=card.requirement_id,
        on=clock.today(body.timezone),
        reason=reason.strip(),
        by_id=actor_id,
        at=clock.now(),
        ends_id=waiver_id,
        request_key=request_key,
    )
    return _kept(Action.CERTIFICATION_END_WAIVER, actor_id, made)


def _kept(action: Action, actor_id: int, row: Waiver) -> Waiver:
    session().add(row)
    try:
        session().flush()
    except IntegrityError as twice:
        raise Conflict(_("This was sent already. Load the page again.")) from twice
    audit.record(
        action,
        actor_id=actor_id,
        subject="waiver",
        subject_id=row.id,
        organisation_id=row.organisation_id,
        details={"scheme": row.scheme_id, "requirement": row.requirement_id},
    )
    return row


def approve_training(
    actor_id: int,
    *,
    body_id: int,
    provider_id: int,
    by_name: str,
    on: date,
    request_key: str,
    until_on: date | None = None,
    module_id: str = "",
    course: str = "",
) -> TrainingApproval:
    """Say that a provider's training counts from a day on: all of it, or one module as the body's course.

    `by_name` is who approves, in the word that the scheme uses. The same `request_key` answers the same row.
    """
    standing = (
        session()
        .scalars(sa.select(TrainingApproval).where(TrainingApproval.request_key == request_key))
        .one_or_none()
    )
    if standing is not None and (standing.organisation_id, standing.by_id) == (body_id, actor_id):
        return standing
    provider = people.organisation(provider_id)
    if not provider.is_training_provider:
        raise Invalid("provider_id", _("Choose a training provider."))
    if module_id and catalog().module(module_id) is None:
        raise Invalid("module_id", _("Choose a module."))
    if until_on is not None and until_on < on:
        raise Invalid("until_on", _("Write the last day. It can not be before the first."))
    made = TrainingApproval(
        organisation_id=body_id,
        provider_id=provider_id,
        provider=provider.slug,
        by_name=by_name,
        module_id=module_id,
        course=course,
        on=on,
        until_on=until_on,
        by_id=actor_id,
        at=clock.now(),
        request_key=request_key,
    )
    return _kept_approval(Action.CERTIFICATION_APPROVE_TRAINING, actor_id, made)


def end_approval(actor_id: int, *, approval_id: int, request_key: str) -> TrainingApproval:
    """End an approval from today on; what was trained before keeps counting. Conflict a second time."""
    card = approval(approval_id)
    if card.ended_at is not None:
        raise Conflict(_("This approval has ended already."))
    body = people.organisation(card.organisation_id)
    made = TrainingApproval(
        organisation_id=card.organisation_id,
        provider_id=card.provider_id,
        provider=card.provider,
        by_name=card.by_name,
        module_id=card.module_id,
        course=card.course,
        on=clock.today(body.timezone),
        by_id=actor_id,
        at=clock.now(),
        ends_id=approval_id,
        request_key=request_key,
    )
    return _kept_approval(Action.CERTIFICATION_END_APPROVAL, actor_id, made)


def _kept_approval(action: Action, actor_id: int, row: TrainingApproval) -> TrainingApproval:
    session().add(row)
    try:
        session().flush()
    except IntegrityError as twice:
        raise Conflict(_("This was sent already. Load the page again.")) from twice
    audit.record(
        action,
        actor_id=actor_id,
        subject="training_approval",
        subject_id=row.id,
        organisation_id=row.organisation_id,
        details={"provider": row.provider_id, "course": row.course},
    )
    return row


def _refuse_involved(actor_id: int, person_id: int) -> None:
    with seeing(person_id):
        involved = involved_with(person_id)
    if actor_id in involved or actor_id == person_id:
        raise Forbidden(_("You trained, examined or supervised this person. Another reviewer must decide."))
