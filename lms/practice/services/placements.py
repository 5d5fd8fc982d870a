"""What a coordinator arranges: where a trainee practises and who may sign for it."""

from datetime import date

import sqlalchemy as sa
from flask_babel import gettext as _

from lms import audit, clock
from lms.audit import Action
from lms.db import lock, session
from lms.errors import Invalid, NotFound
from lms.people.queries import has_role, organisation
from lms.people.roles import Role
from lms.practice.models import Placement, SupervisionAgreement
from lms.practice.rules import Dates, covers
from lms.practice.services.agreements import check_alternate

LONGEST_PLAN = 4000


def create_placement(
    actor_id: int,
    *,
    organisation_id: int,
    person_id: int,
    site_name: str,
    role: str,
    starts_on: date,
    ends_on: date | None = None,
    site_organisation_id: int | None = None,
) -> Placement:
    """Arrange a placement. Its zone is the site's own organisation's if there is one, else the programme's.

    Raises Invalid when the person is no trainee there, or the dates or the site make no sense.
    """
    if not has_role(person_id, organisation_id, Role.TRAINEE):
        raise Invalid("person_id", _("Choose a trainee of this organisation."))
    if not 1 <= len(site_name.strip()) <= 120:
        raise Invalid("site_name", _("Give the site's name."))
    if role not in ("paid", "volunteer"):
        raise Invalid("role", _("Choose paid or volunteer."))
    _check_dates(starts_on, ends_on)
    row = Placement(
        organisation_id=organisation_id,
        person_id=person_id,
        site_name=site_name.strip(),
        site_organisation_id=site_organisation_id,
        zone=organisation(site_organisation_id or organisation_id).timezone,
        role=role,
        starts_on=starts_on,
        ends_on=ends_on,
        created_at=clock.now(),
    )
    session().add(row)
    session().flush()
    _record(Action.PRACTICE_CREATE_PLACEMENT, actor_id, "placement", row.id, organisation_id)
    return row


def create_agreement(
    actor_id: int,
    *,
    placement_id: int,
    supervisor_id: int,
    starts_on: date,
    ends_on: date | None = None,
    plan: str = "",
    alternate_id: int | None = None,
    needs_approval: bool = False,
) -> SupervisionAgreement:
    """Name who may sign for a placement, for which days and by which plan, and who may sign instead.

    With `needs_approval` nothing is signed under it before its approval is noted.

    Raises Invalid when the person is no supervisor there, is the trainee, the days lie outside the
    placement or another agreement with the same supervisor holds on some of them.
    """
    placement = session().scalar(lock(sa.select(Placement).where(Placement.id == placement_id)))
    if placement is None:
        raise NotFound
    if supervisor_id == placement.person_id:
        raise Invalid("supervisor_id", _("Nobody supervises their own work."))
    if not has_role(supervisor_id, placement.organisation_id, Role.SUPERVISOR):
        raise Invalid("supervisor_id", _("Choose a supervisor of this organisation."))
    if alternate_id is not None:
        check_alternate(placement.organisation_id, placement.person_id, supervisor_id, alternate_id)
    if len(plan) > LONGEST_PLAN:
        raise Invalid("plan", _("Keep it to %(most)s letters.", most=LONGEST_PLAN))
    _check_dates(starts_on, ends_on)
    if not covers(Dates(placement.starts_on, placement.ends_on), starts_on):
        raise Invalid("starts_on", _("The placement does not cover this day."))
    if placement.ends_on is not None and (ends_on is None or ends_on > placement.ends_on):
        ends_on = placement.ends_on
    standing = session().scalars(
        sa.select(SupervisionAgreement).where(
            SupervisionAgreement.placement_id == placement_id,
            SupervisionAgreement.supervisor_id == supervisor_id,
        )
    )
    if any(
        starts_on <= (other.ends_on or date.max) and other.starts_on <= (ends_on or date.max)
        for other in standing
    ):
        raise Invalid("starts_on", _("There is an agreement with this supervisor for some of these days."))
    row = SupervisionAgreement(
        organisation_id=placement.organisation_id,
        person_id=placement.person_id,
        placement_id=placement_id,
        supervisor_id=supervisor_id,
        starts_on=starts_on,
        ends_on=ends_on,
        plan=plan.strip(),
        alternate_id=alternate_id,
        needs_approval=needs_approval,
        created_at=clock.now(),
    )
    session().add(row)
    session().flush()
    _record(
        Action.PRACTICE_CREATE_AGREEMENT, actor_id, "supervision_agreement", row.id, placement.organisation_id
    )
    return row


def end_placement(actor_id: int, *, placement_id: int, ends_on: date) -> Placement:
    """Set a placement's last day. Days before it still count. Raises Invalid for a day before its start."""
    row = session().scalar(lock(sa.select(Placement).where(Placement.id == placement_id)))
    if row is None:
        raise NotFound
    _check_dates(row.starts_on, ends_on)
    row.ends_on = ends_on
    session().flush()
    _record(Action.PRACTICE_END_PLACEMENT, actor_id, "placement", row.id, row.organisation_id)
    return row


def set_terms(
    actor_id: int, *, placement_id: int, counts_from: date | None, asks_population: bool
) -> Placement:
    """Say from when hours at a placement count, and whether entries name a group of people.

    What is logged already stays as it is. Raises NotFound, Invalid for a day after the placement's last.
    """
    row = session().scalar(lock(sa.select(Placement).where(Placement.id == placement_id)))
    if row is None:
        raise NotFound
    if counts_from is not None and row.ends_on is not None and counts_from > row.ends_on:
        raise Invalid("counts_from", _("The placement has ended by then."))
    row.counts_from, row.asks_population = counts_from, asks_population
    session().flush()
    _record(Action.PRACTICE_SET_TERMS, actor_id, "placement", row.id, row.organisation_id)
    return row


def end_agreement(actor_id: int, *, agreement_id: int, ends_on: date) -> SupervisionAgreement:
    """Set an agreement's last day. Work until then can still be signed. Raises Invalid before its start."""
    row = session().scalar(lock(sa.select(SupervisionAgreement).where(SupervisionAgreement.id == agreement_id)))
    if row is None:
        raise NotFound
    _check_dates(row.starts_on, ends_on)
    row.ends_on = ends_on
    session().flush()
    _record(Action.PRACTICE_END_AGREEMENT, actor_id, "supervision_agreement", row.id, row.organisation_id)
    return row


def _check_dates(starts_on: date, ends_on: date | None) -> None:
    if ends_on is not None and ends_on < starts_on:
        raise Invalid("ends_on", _("The last day is before the first day."))


def _record(action: Action, actor_id: int, subject: str, subject_id: int, organisation_id: int) -> None:
    audit.record(
        action, actor_id=actor_id, subject=subject, subject_id=subject_id, organisation_id=organisation_id
    )
