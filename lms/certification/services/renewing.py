"""What a holder does to renew, the reminders of it, and the draw of renewals to be looked at again."""

from datetime import date, timedelta

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from lms import audit, clock, mail
from lms.audit import Action
from lms.certification.models import Application, RenewalAudit, RenewalAuditItem
from lms.certification.queries import issuer_of
from lms.certification.queries.cycles import CycleCard, audits_of, holding_of, renewals_between
from lms.certification.queries.reminders import reminder_key
from lms.certification.sampling import sample
from lms.certification.services.applying import submitted
from lms.db import session
from lms.errors import Conflict, Invalid, NotFound
from lms.people import queries as people

MOST_DAYS = 366


def apply_for_renewal(actor_id: int, *, person_id: int, number: str) -> Application:
    """Ask for the next cycle of a certification. The rules in force today are pinned.

    Raises NotFound for one that is not the person's or is not renewed here, Conflict when it cannot be
    renewed today or was asked for already, Invalid while something is missing.
    """
    holding = holding_of(number)
    if holding.card.person_id != person_id or holding.scheme is None or holding.evaluation is None:
        raise NotFound
    if holding.application_id is not None:
        raise Conflict(_("You have asked for renewal already."))
    if not holding.is_renewable:
        raise Conflict(_("It cannot be renewed today. The page says when it can."))
    if not holding.evaluation.is_met:
        raise Invalid("scheme", _("Some things are left to do. The list below says which."))
    body = issuer_of(holding.scheme)
    if body is None:
        raise NotFound
    return submitted(
        actor_id,
        person_id,
        holding.scheme,
        body,
        holding.evaluation,
        renews=holding.card.number,
        cycle=holding.latest.sequence,
    )


def remind(cycle: CycleCard, moment: str) -> None:
    """Tell a holder, once for each moment of a cycle, that it ends soon or that its days of grace began."""
    holder = people.person(cycle.person_id)
    with force_locale(holder.language):
        subject = (
            _("Your certification can still be renewed")
            if moment == "grace"
            else _("Your certification ends soon")
        )
    mail.queue(
        to_person_id=holder.id,
        to_address=holder.email,
        subject=subject,
        template="renewal_reminder",
        key=reminder_key(cycle.id, moment),
        language=holder.language,
        name=holder.chosen_name,
        ends_on=cycle.cycle.ends_on,
        is_over=moment == "grace",
        number=cycle.family,
    )
    audit.record(
        Action.CERTIFICATION_REMIND,
        actor_id=None,
        subject="cycle",
        subject_id=cycle.id,
        organisation_id=cycle.organisation_id,
        details={"moment": moment},
    )


def draw_audit(
    actor_id: int,
    *,
    organisation_id: int,
    first_on: date,
    last_on: date,
    percent: int,
    seed: str,
    response_days: int,
) -> RenewalAudit:
    """Draw renewals of a period whose holders are asked to show their papers; they get a letter.

    The same seed draws the same from the same renewals. Raises Invalid, and Conflict for a seed used before.
    """
    if last_on < first_on:
        raise Invalid("last_on", _("The last day is before the first."))
    if not 1 <= percent <= 100:
        raise Invalid("percent", _("Type a percent from 1 to 100."))
    if not 1 <= response_days <= MOST_DAYS:
        raise Invalid("response_days", _("Type 1 to %(most)s days.", most=MOST_DAYS))
    seed = seed.strip()
    if not seed or len(seed) > 40:
        raise Invalid("seed", _("Type a seed of 1 to 40 letters or digits."))
    if seed in {one.seed for one in audits_of(organisation_id)}:
        raise Invalid("seed", _("This seed was used before. Choose another one."))
    body = people.organisation(organisation_id)
    found = {one.id: one for one in renewals_between(organisation_id, first_on, last_on)}
    if not found:
        raise Invalid("first_on", _("No renewal begins in these days."))
    drawn = RenewalAudit(
        organisation_id=organisation_id,
        by_id=actor_id,
        at=clock.now(),
        first_on=first_on,
        last_on=last_on,
        percent=percent,
        seed=seed,
        response_days=response_days,
        drawn_from=sorted(found),
    )
    session().add(drawn)
    try:
        session().flush()
    except IntegrityError as twice:
        raise Conflict(_("This seed was used before. Choose another one.")) from twice
    due_on = clock.today(body.timezone) + timedelta(days=response_days)
    for cycle_id in sample(found, percent, seed):
        _ask_to_show(drawn.id, found[cycle_id], due_on)
    session().flush()
    audit.record(
        Action.CERTIFICATION_DRAW_AUDIT,
        actor_id=actor_id,
        subject="renewal_audit",
        subject_id=drawn.id,
        organisation_id=organisation_id,
        details={"seed": seed, "percent": percent, "drawn_from": len(found)},
    )
    return drawn


def _ask_to_show(audit_id: int, one: CycleCard, due_on: date) -> None:
    session().add(
        RenewalAuditItem(
            organisation_id=one.organisation_id,
            person_id=one.person_id,
            audit_id=audit_id,
            cycle_id=one.id,
            due_on=due_on,
        )
    )
    holder = people.person(one.person_id)
    with force_locale(holder.language):
        subject = _("Please show the papers for your renewal")
    mail.queue(
        to_person_id=holder.id,
        to_address=holder.email,
        subject=subject,
        template="renewal_audit",
        key=f"renewal_audit:{audit_id}:{one.id}",
        language=holder.language,
        name=holder.chosen_name,
        due_on=due_on,
        number=one.family,
    )
