"""What a reviewer does: note, send back, and decide."""

import sqlalchemy as sa
from flask_babel import force_locale
from flask_babel import gettext as _

from lms import clock, mail
from lms.audit import Action
from lms.certification.models import Decision, Outcome, ReviewNote, State
from lms.certification.queries import pinned
from lms.certification.record import involved_with, record_of
from lms.certification.services.granting import issue_credential, keep_decision, locked, note_act
from lms.db import seeing, session
from lms.errors import Conflict, Forbidden, Invalid
from lms.people import queries as people

LONGEST = 2000


def note(actor_id: int, *, application_id: int, text: str) -> ReviewNote:
    """Leave a note for the other reviewers of the body. The applicant's pages do not show it."""
    application = locked(application_id)
    if not text.strip() or len(text) > LONGEST:
        raise Invalid("text", _("Write a note of 1 to %(most)s letters.", most=LONGEST))
    written = ReviewNote(
        organisation_id=application.organisation_id,
        person_id=application.person_id,
        application_id=application.id,
        by_id=actor_id,
        at=clock.now(),
        text=text.strip(),
    )
    session().add(written)
    session().flush()
    note_act(Action.CERTIFICATION_NOTE, actor_id, application, note_id=written.id)
    return written


def return_application(
    actor_id: int, *, application_id: int, reason: str, request_key: str | None = None
) -> Decision:
    """Send an application back with a reason; the applicant fixes it and sends it again."""
    return decide(
        actor_id,
        application_id=application_id,
        outcome=Outcome.RETURNED,
        reason=reason,
        request_key=request_key,
    )


def decide(
    actor_id: int,
    *,
    application_id: int,
    outcome: Outcome,
    reason: str = "",
    request_key: str | None = None,
) -> Decision:
    """Decide on a waiting application, once. The same `request_key` again answers the same decision.

    The requirements are read anew inside this transaction; a grant that they no longer carry raises
    Conflict, as does an application that is not waiting. Forbidden for one who trained, examined or
    supervised the applicant. A grant issues the credential in the same transaction.
    """
    application = locked(application_id)
    if request_key and (standing := _by_key(request_key, application.id, actor_id)) is not None:
        return standing
    if application.state != State.SUBMITTED:
        raise Conflict(_("This application is not waiting for a decision any more. See what was decided."))
    if outcome is not Outcome.GRANTED and not reason.strip():
        raise Invalid("reason", _("Write the reason. The applicant reads it."))
    if len(reason) > LONGEST:
        raise Invalid("reason", _("Write at most %(most)s letters.", most=LONGEST))
    body = people.organisation(application.organisation_id)
    scheme = pinned(application.scheme_id, application.scheme_version)
    as_of = clock.today(body.timezone)
    with seeing(application.person_id):
        involved = involved_with(application.person_id)
        record = scheme.allocated(record_of(application.person_id, body.timezone, body.id))
    if actor_id in involved or actor_id == application.person_id:
        raise Forbidden(_("You trained, examined or supervised this person. Another reviewer must decide."))
    evaluation = scheme.evaluate(record, as_of)
    number = None
    if outcome is Outcome.GRANTED:
        if not evaluation.is_met:
            raise Conflict(_("The requirements are not all met any more. Load the page again to see which."))
        number = issue_credential(actor_id, application, scheme, body, evaluation, record, as_of)
    application.state = outcome.value
    application.closed_at = None if outcome is Outcome.RETURNED else clock.now()
    decision = keep_decision(
        application, outcome, actor_id, reason.strip(), scheme, evaluation, record, as_of, request_key, number
    )
    note_act(ACTIONS[outcome], actor_id, application, decision_id=decision.id, number=number)
    if outcome is not Outcome.GRANTED:
        _tell_applicant(decision)
    return decision


ACTIONS = {
    Outcome.GRANTED: Action.CERTIFICATION_GRANT,
    Outcome.RETURNED: Action.CERTIFICATION_RETURN,
    Outcome.REFUSED: Action.CERTIFICATION_REFUSE,
}


def _by_key(request_key: str, application_id: int, actor_id: int) -> Decision | None:
    return (
        session()
        .scalars(
            sa.select(Decision).where(
                Decision.request_key == request_key,
                Decision.application_id == application_id,
                Decision.by_id == actor_id,
            )
        )
        .one_or_none()
    )


def _tell_applicant(decision: Decision) -> None:
    """Tell the applicant that there is news; what it is stays behind the sign-in."""
    applicant = people.person(decision.person_id)
    with force_locale(applicant.language):
        subject = _("There is news about your application")
    mail.queue(
        to_person_id=applicant.id,
        to_address=applicant.email,
        subject=subject,
        template="application_news",
        key=f"decision:{decision.id}",
        language=applicant.language,
        name=applicant.chosen_name,
        application_id=decision.application_id,
    )
