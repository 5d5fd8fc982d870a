"""Appeals of a refusal: made once by the applicant, answered by somebody who did not decide."""

from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from lms import clock, mail
from lms.audit import Action
from lms.certification.models import Appeal, AppealAnswer, Application, State
from lms.certification.queries import application as application_card
from lms.certification.queries import judges_of, overdue_applications, way_of
from lms.certification.record import involved_with
from lms.certification.services.granting import LONGEST, keep_sending, locked, note_act
from lms.certification.services.reviewing import tell_applicant
from lms.db import seeing, session
from lms.errors import Conflict, Forbidden, Invalid, NotFound
from lms.people import queries as people
from lms.permissions import Role


class Answer(StrEnum):
    """What is said to an appeal."""

    UPHELD = "upheld"
    STANDS = "stands"


def appeal(actor_id: int, *, application_id: int, reason: str) -> Appeal:
    """Ask that somebody else looks at a refusal. Once for each, within the days that the scheme gives.

    Raises Invalid without a reason, Conflict when it was not refused, was appealed before, came from an
    appeal itself, or the days are over.
    """
    application = locked(application_id)
    reason = _reason(reason)
    card = application_card(application_id)
    way = way_of(card, people.organisation(application.organisation_id).timezone)
    if way.appeal_by is None or card.last is None:
        raise Conflict(_("This decision cannot be appealed, or not any more. Its page says why."))
    made = Appeal(
        organisation_id=application.organisation_id,
        person_id=application.person_id,
        application_id=application.id,
        decision_id=card.last.id,
        reason=reason,
        at=clock.now(),
    )
    session().add(made)
    try:
        session().flush()
    except IntegrityError as twice:
        raise Conflict(_("You have appealed already.")) from twice
    note_act(Action.CERTIFICATION_APPEAL, actor_id, application, appeal_id=made.id)
    judges = judges_of(application.id)
    for role in (Role.REVIEWER, Role.REGISTRAR):
        for card_of in people.people_with_role(application.organisation_id, role):
            if card_of.id not in judges:
                _tell(card_of, "appeal_news", f"appeal:{made.id}:{card_of.id}", appeal_id=made.id)
    return made


def answer_appeal(actor_id: int, *, appeal_id: int, outcome: Answer, reason: str) -> AppealAnswer:
    """Answer an appeal, once: upheld, which opens a new application, or the decision stands.

    Raises Forbidden for one who decided, recommended, trained, examined or supervised; Invalid without a
    reason; Conflict when it was answered.
    """
    asked = session().get(Appeal, appeal_id)
    if asked is None:
        raise NotFound
    application = locked(asked.application_id)
    reason = _reason(reason)
    with seeing(application.person_id):
        involved = involved_with(application.person_id)
    if actor_id in involved | judges_of(application.id) | {application.person_id}:
        raise Forbidden(_("You decided the first time, or you know this person. Somebody else must answer."))
    answered = sa.select(AppealAnswer.id).where(AppealAnswer.appeal_id == appeal_id)
    if session().scalar(answered) is not None:
        raise Conflict(_("This appeal was answered already."))
    again = _opened_again(application) if outcome is Answer.UPHELD else None
    answer = AppealAnswer(
        organisation_id=application.organisation_id,
        person_id=application.person_id,
        appeal_id=asked.id,
        outcome=outcome.value,
        reason=reason,
        by_id=actor_id,
        at=clock.now(),
        new_application_id=again.id if again else None,
    )
    session().add(answer)
    try:
        session().flush()
    except IntegrityError as twice:
        raise Conflict(_("This appeal was answered already.")) from twice
    note_act(
        Action.CERTIFICATION_ANSWER_APPEAL, actor_id, application, appeal_id=asked.id, outcome=outcome.value
    )
    tell_applicant(application, f"appeal_answer:{answer.id}")
    return answer


def _opened_again(application: Application) -> Application:
    """The application that others look at now: one that is open already, else a new one."""
    standing = session().scalars(
        sa.select(Application).where(
            Application.person_id == application.person_id,
            Application.scheme_id == application.scheme_id,
            Application.state.in_((State.SUBMITTED.value, State.RETURNED.value)),
        )
    )
    if (open_now := standing.one_or_none()) is not None:
        return open_now
    again = Application(
        organisation_id=application.organisation_id,
        person_id=application.person_id,
        scheme_id=application.scheme_id,
        scheme_version=application.scheme_version,
        state=State.SUBMITTED.value,
        submitted_at=clock.now(),
    )
    session().add(again)
    session().flush()
    keep_sending(again, None)
    return again


def tell_overdue(application_id: int) -> None:
    """Tell the body's registrars and coordinators, once, that the day for an answer is over."""
    day = overdue_applications().get(application_id)
    if day is None:
        return
    application = locked(application_id)
    told = 0
    for role in (Role.REGISTRAR, Role.COORDINATOR):
        for card in people.people_with_role(application.organisation_id, role):
            key = f"overdue:{application_id}:{day}:{card.id}"
            _tell(card, "application_overdue", key, application_id=application_id, day=day)
            told += 1
    note_act(Action.CERTIFICATION_TELL_OVERDUE, None, application, due_on=day.isoformat(), told=told)


def _tell(card: people.PersonCard, template: str, key: str, **facts: Any) -> None:
    with force_locale(card.language):
        subject = {
            "appeal_news": _("An appeal waits for an answer"),
            "application_overdue": _("An application waits too long"),
        }[template]
    mail.queue(
        to_person_id=card.id,
        to_address=card.email,
        subject=subject,
        template=template,
        key=key,
        language=card.language,
        name=card.chosen_name,
        **facts,
    )


def _reason(typed: str) -> str:
    if not typed.strip() or len(typed) > LONGEST:
        raise Invalid("reason", _("Write the reason in 1 to %(most)s letters.", most=LONGEST))
    return typed.strip()
