"""What a reviewer does: note, send back, recommend, and decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from lms import clock, mail
from lms.audit import Action
from lms.certification.facts import Record
from lms.certification.findings import Evaluation
from lms.certification.models import Application, Decision, Outcome, Recommendation, ReviewNote, State
from lms.certification.queries import judges_before, pinned, round_of, words_of_round
from lms.certification.queries.cycles import record_under
from lms.certification.record import involved_with
from lms.certification.scheme_file import Scheme
from lms.certification.services.granting import issue_credential, keep_decision, locked, note_act
from lms.certification.two_reviewers import closes
from lms.db import seeing, session
from lms.errors import Conflict, Forbidden, Invalid
from lms.people import queries as people
from lms.people.queries import OrganisationCard

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
    case = _case(actor_id, application, outcome, reason)
    if case.scheme.reviewers > 1 and outcome is not Outcome.RETURNED:
        earlier = words_of_round(application.id)
        if not closes([word.outcome for word in earlier], outcome.value):
            raise Conflict(_("Two reviewers must agree. Your word is kept as a recommendation."))
        _keep_word(actor_id, application, earlier, outcome, reason)
    number = None
    if outcome is Outcome.GRANTED:
        number = issue_credential(
            actor_id, application, case.scheme, case.body, case.evaluation, case.record, case.as_of
        )
    application.state = outcome.value
    application.closed_at = None if outcome is Outcome.RETURNED else clock.now()
    decision = keep_decision(
        application,
        outcome,
        actor_id,
        reason.strip(),
        case.scheme,
        case.evaluation,
        case.record,
        case.as_of,
        request_key,
        number,
    )
    note_act(ACTIONS[outcome], actor_id, application, decision_id=decision.id, number=number)
    if outcome is not Outcome.GRANTED:
        tell_applicant(application, f"decision:{decision.id}")
    return decision


def recommend(actor_id: int, *, application_id: int, outcome: Outcome, reason: str = "") -> Recommendation:
    """Keep a reviewer's word that does not decide: the first of two, or a second that differs.

    Raises Conflict where the word would decide, or where the reviewer has spoken in this round; the same
    word again answers the first. A word that differs from the first needs a reason.
    """
    application = locked(application_id)
    earlier = words_of_round(application.id)
    own = next((word for word in earlier if word.by_id == actor_id), None)
    if own is not None and own.outcome == outcome and application.state == State.SUBMITTED:
        return own
    case = _case(actor_id, application, outcome, reason)
    if case.scheme.reviewers == 1 or outcome is Outcome.RETURNED:
        raise Conflict(_("One reviewer decides here."))
    if closes([word.outcome for word in earlier], outcome.value):
        raise Conflict(_("Another reviewer has looked at it by now. Load the page again."))
    word = _keep_word(actor_id, application, earlier, outcome, reason)
    note_act(
        Action.CERTIFICATION_RECOMMEND, actor_id, application, recommendation_id=word.id, outcome=word.outcome
    )
    return word


def review(
    actor_id: int, *, application_id: int, outcome: Outcome, reason: str = "", request_key: str | None = None
) -> Decision | Recommendation:
    """A reviewer's word: the decision where it decides, otherwise a recommendation to the next reviewer."""
    application = locked(application_id)
    scheme = pinned(application.scheme_id, application.scheme_version)
    earlier = words_of_round(application.id) if scheme.reviewers > 1 else ()
    decides = (
        scheme.reviewers == 1
        or outcome is Outcome.RETURNED
        or application.state != State.SUBMITTED
        or (
            all(word.by_id != actor_id for word in earlier)
            and closes([word.outcome for word in earlier], outcome.value)
        )
    )
    if decides:
        return decide(
            actor_id, application_id=application_id, outcome=outcome, reason=reason, request_key=request_key
        )
    return recommend(actor_id, application_id=application_id, outcome=outcome, reason=reason)


@dataclass(frozen=True)
class _Case:
    """What a reviewer's word is about, read in this transaction."""

    scheme: Scheme
    body: OrganisationCard
    as_of: date
    record: Record
    evaluation: Evaluation


def _case(actor_id: int, application: Application, outcome: Outcome, reason: str) -> _Case:
    """Check who speaks and what is said, and read the requirements anew."""
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
        record = scheme.allocated(
            record_under(scheme, application.person_id, body.timezone, application, body.id)
        )
    if actor_id in involved or actor_id == application.person_id:
        raise Forbidden(_("You trained, examined or supervised this person. Another reviewer must decide."))
    if actor_id in judges_before(application.id):
        raise Forbidden(_("You decided the first time. Another reviewer must look at it now."))
    evaluation = scheme.evaluate(record, as_of)
    if outcome is Outcome.GRANTED and not evaluation.is_met:
        raise Conflict(_("The requirements are not all met any more. Load the page again to see which."))
    return _Case(scheme, body, as_of, record, evaluation)


def _keep_word(
    actor_id: int,
    application: Application,
    earlier: Sequence[Recommendation],
    outcome: Outcome,
    reason: str,
) -> Recommendation:
    if any(word.by_id == actor_id for word in earlier):
        raise Conflict(_("You have given your word on this application already."))
    if len(earlier) == 1 and earlier[0].outcome != outcome and not reason.strip():
        raise Invalid("reason", _("You see it differently from the first reviewer. Write why."))
    word = Recommendation(
        organisation_id=application.organisation_id,
        person_id=application.person_id,
        application_id=application.id,
        round=round_of(application.id),
        place=len(earlier) + 1,
        outcome=outcome.value,
        reason=reason.strip(),
        by_id=actor_id,
        at=clock.now(),
    )
    session().add(word)
    try:
        session().flush()
    except IntegrityError as twice:
        raise Conflict(_("You have given your word on this application already.")) from twice
    return word


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


def tell_applicant(application: Application, key: str) -> None:
    """Tell the applicant that there is news; what it is stays behind the sign-in."""
    applicant = people.person(application.person_id)
    with force_locale(applicant.language):
        subject = _("There is news about your application")
    mail.queue(
        to_person_id=applicant.id,
        to_address=applicant.email,
        subject=subject,
        template="application_news",
        key=key,
        language=applicant.language,
        name=applicant.chosen_name,
        application_id=application.id,
    )
