"""Certification after the answer: issue under schemes without review once all is met."""

from datetime import timedelta

import sqlalchemy as sa

from lms import clock
from lms.audit import Action, AuditEvent
from lms.certification.models import CompletionCheck
from lms.certification.queries import is_offered_to, issuer_of, overdue_applications
from lms.certification.queries.classes import waiting_rows
from lms.certification.queries.reminders import reminders_due
from lms.certification.schemes import schemes
from lms.certification.services import issue_if_met, issue_row, mark_checked, tell_overdue
from lms.certification.services import remind as send_reminder
from lms.db import session
from lms.people import queries as people
from lms.worker import Sweep, task

LOOK_BACK = timedelta(days=30)


@task("certification.issue_completions")
def issue_completions(person_id: int) -> None:
    """Issue every completion that the person has earned and not been given. Safe to repeat."""
    today = clock.today(people.person(person_id).timezone)
    for scheme in schemes().in_force(today):
        issuer = issuer_of(scheme)
        if not scheme.is_reviewed and issuer is not None and is_offered_to(person_id, scheme, issuer):
            issue_if_met(None, person_id=person_id, scheme_id=scheme.id)
    mark_checked(person_id)


def _people_with_news() -> list[int]:
    """People who learned or were examined since they were last looked at, by the audit trail."""
    changed = (
        sa.select(AuditEvent.actor_id, sa.func.max(AuditEvent.at).label("at"))
        .where(
            AuditEvent.at > clock.now() - LOOK_BACK,
            AuditEvent.actor_id.is_not(None),
            sa.or_(AuditEvent.action.like("curriculum.%"), AuditEvent.action.like("assessment.%")),
        )
        .group_by(AuditEvent.actor_id)
        .subquery()
    )
    return list(
        session().scalars(
            sa.select(changed.c.actor_id)
            .outerjoin(CompletionCheck, CompletionCheck.person_id == changed.c.actor_id)
            .where(sa.or_(CompletionCheck.checked_at.is_(None), CompletionCheck.checked_at < changed.c.at))
            .order_by(changed.c.at)
            .limit(100)
        )
    )


@task("certification.issue_row")
def issue_for_class(row_id: int) -> None:
    """Issue to one person of a class what they have earned, once. Safe to repeat."""
    issue_row(row_id)


@task("certification.remind")
def remind(cycle_id: int) -> None:
    """Send the newest reminder of a cycle that is due and was not sent. Safe to repeat."""
    for one, moment in reminders_due(cycle_id):
        send_reminder(one, moment)


REMINDERS = Sweep(
    "reminders of renewal",
    "certification.remind",
    1800,
    lambda: [one.id for one, _moment in reminders_due()],
)
CLASSES = Sweep("people of classes", "certification.issue_row", 30, waiting_rows)
COMPLETIONS = Sweep("completions to issue", "certification.issue_completions", 60, _people_with_news)


@task("certification.tell_overdue")
def tell_of_overdue(application_id: int) -> None:
    """Tell those who run the body that an answer is late, once for each day it was due. Safe to repeat."""
    if application_id in _overdue_and_not_told():
        tell_overdue(application_id)


def _overdue_and_not_told() -> list[int]:
    overdue = overdue_applications()
    told = session().execute(
        sa.select(AuditEvent.subject_id, AuditEvent.details).where(
            AuditEvent.subject == "application",
            AuditEvent.subject_id.in_(overdue),
            AuditEvent.action == Action.CERTIFICATION_TELL_OVERDUE.value,
        )
    )
    known = {(application_id, details["due_on"]) for application_id, details in told}
    return [one for one, day in overdue.items() if (one, day.isoformat()) not in known]


OVERDUE = Sweep("overdue applications", "certification.tell_overdue", 3600, _overdue_and_not_told)
