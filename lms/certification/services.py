"""Acts of certification: apply, send again, note, return, decide, and issue at once."""

from datetime import date

import sqlalchemy as sa
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from lms import audit, clock, mail
from lms.audit import Action
from lms.certification.certificate_facts import certificate_facts, in_language
from lms.certification.facts import Record
from lms.certification.findings import Evaluation
from lms.certification.models import Application, CompletionCheck, Decision, Outcome, ReviewNote, State
from lms.certification.queries import is_offered_to, issuer_of, pinned
from lms.certification.record import involved_with, record_of
from lms.certification.replay import hash_of, inputs_of
from lms.certification.scheme_file import Scheme
from lms.certification.schemes import schemes
from lms.credentials import queries as credentials
from lms.credentials import services as issuing
from lms.credentials.queries import CredentialCard
from lms.credentials.states import State as Standing
from lms.credentials.states import state_on
from lms.db import lock, seeing, session
from lms.errors import Conflict, Forbidden, Invalid, NotFound
from lms.people import queries as people
from lms.people.queries import OrganisationCard

LONGEST = 2000


# --- the applicant --------------------------------------------------------------------------------


def apply(actor_id: int, *, person_id: int, scheme_id: str) -> Application:
    """Ask the certifying body to decide. The version in force today is pinned.

    Raises NotFound for a scheme that nobody here decides on, Invalid while something is missing, and
    Conflict when an application is open or the credential is held already.
    """
    scheme, body = _offered(person_id, scheme_id)
    if not scheme.is_reviewed:
        raise NotFound
    evaluation = scheme.evaluate(record_of(person_id, body.timezone), clock.today(body.timezone))
    _need_all(evaluation)
    _refuse_second(person_id, scheme_id)
    application = Application(
        organisation_id=body.id,
        person_id=person_id,
        scheme_id=scheme.id,
        scheme_version=scheme.version,
        state=State.SUBMITTED.value,
        submitted_at=clock.now(),
    )
    session().add(application)
    try:
        session().flush()
    except IntegrityError as twice:
        raise Conflict(_("You have applied already.")) from twice
    _audit(Action.CERTIFICATION_APPLY, actor_id, application, scheme_version=scheme.version)
    return application


def send_again(actor_id: int, *, application_id: int) -> Application:
    """Send a returned application back to the reviewers, under the version it was pinned to."""
    application = _locked(application_id)
    if application.state != State.RETURNED:
        raise Conflict(_("This application is not waiting for you."))
    body = people.organisation(application.organisation_id)
    scheme = pinned(application.scheme_id, application.scheme_version)
    record = record_of(application.person_id, body.timezone)
    _need_all(scheme.evaluate(record, clock.today(body.timezone)))
    application.state = State.SUBMITTED.value
    application.submitted_at = clock.now()
    session().flush()
    _audit(Action.CERTIFICATION_SEND_AGAIN, actor_id, application)
    return application


def issue_if_met(actor_id: int | None, *, person_id: int, scheme_id: str) -> str | None:
    """Issue at once under a scheme without review; the number, also when it was issued before.

    None while something is missing. Safe to repeat: one per person and scheme by constraint.
    """
    scheme, issuer = _offered(person_id, scheme_id)
    if scheme.is_reviewed:
        raise NotFound
    if (number := _issued_at_once(person_id, scheme_id)) is not None:
        return number
    as_of = clock.today(issuer.timezone)
    record = scheme.allocated(record_of(person_id, issuer.timezone))
    evaluation = scheme.evaluate(record, as_of)
    if not evaluation.is_met:
        return None
    application = Application(
        organisation_id=issuer.id,
        person_id=person_id,
        scheme_id=scheme.id,
        scheme_version=scheme.version,
        state=State.GRANTED.value,
        is_automatic=True,
        submitted_at=clock.now(),
        closed_at=clock.now(),
    )
    session().add(application)
    try:
        session().flush()
    except IntegrityError as twice:
        raise Conflict(_("Your certificate is being made. Load the page again.")) from twice
    number = _issue(actor_id, application, scheme, issuer, evaluation, record, as_of)
    _keep_decision(application, Outcome.GRANTED, None, "", scheme, evaluation, record, as_of, None, number)
    _audit(Action.CERTIFICATION_ISSUE_COMPLETION, actor_id, application, number=number)
    return number


def mark_checked(person_id: int) -> None:
    """Remember that the person was looked at now for schemes that issue at once."""
    check = session().get(CompletionCheck, person_id)
    if check is None:
        session().add(CompletionCheck(person_id=person_id, checked_at=clock.now()))
    else:
        check.checked_at = clock.now()
    session().flush()


# --- the reviewer ---------------------------------------------------------------------------------


def note(actor_id: int, *, application_id: int, text: str) -> ReviewNote:
    """Leave a note for the other reviewers of the body. The applicant's pages do not show it."""
    application = _locked(application_id)
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
    _audit(Action.CERTIFICATION_NOTE, actor_id, application, note_id=written.id)
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
    application = _locked(application_id)
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
        record = scheme.allocated(record_of(application.person_id, body.timezone))
    if actor_id in involved or actor_id == application.person_id:
        raise Forbidden(_("You trained, examined or supervised this person. Another reviewer must decide."))
    evaluation = scheme.evaluate(record, as_of)
    number = None
    if outcome is Outcome.GRANTED:
        if not evaluation.is_met:
            raise Conflict(_("The requirements are not all met any more. Load the page again to see which."))
        number = _issue(actor_id, application, scheme, body, evaluation, record, as_of)
    application.state = outcome.value
    application.closed_at = None if outcome is Outcome.RETURNED else clock.now()
    decision = _keep_decision(
        application, outcome, actor_id, reason.strip(), scheme, evaluation, record, as_of, request_key, number
    )
    _audit(ACTIONS[outcome], actor_id, application, decision_id=decision.id, number=number)
    if outcome is not Outcome.GRANTED:
        _tell_applicant(decision)
    return decision


ACTIONS = {
    Outcome.GRANTED: Action.CERTIFICATION_GRANT,
    Outcome.RETURNED: Action.CERTIFICATION_RETURN,
    Outcome.REFUSED: Action.CERTIFICATION_REFUSE,
}


# --- parts ----------------------------------------------------------------------------------------


def _offered(person_id: int, scheme_id: str) -> tuple[Scheme, OrganisationCard]:
    scheme = schemes().current(scheme_id, clock.today(people.person(person_id).timezone))
    issuer = issuer_of(scheme) if scheme else None
    if scheme is None or issuer is None or not is_offered_to(person_id, scheme, issuer):
        raise NotFound
    return scheme, issuer


def _need_all(evaluation: Evaluation) -> None:
    if not evaluation.is_met:
        raise Invalid("scheme", _("Some things are left to do. The list below says which."))


def _refuse_second(person_id: int, scheme_id: str) -> None:
    earlier = session().execute(
        sa.select(Application.state, Decision.credential_number)
        .outerjoin(
            Decision,
            sa.and_(Decision.application_id == Application.id, Decision.outcome == Outcome.GRANTED.value),
        )
        .where(Application.person_id == person_id, Application.scheme_id == scheme_id)
    )
    for state, number in earlier:
        if state in (State.SUBMITTED, State.RETURNED):
            raise Conflict(_("You have applied already."))
        card = _standing_credential(number) if number else None
        if card is not None and state_on(card, clock.now()) in (Standing.ACTIVE, Standing.SUSPENDED):
            raise Conflict(_("You hold this certificate already."))


def _standing_credential(number: str) -> CredentialCard | None:
    """The credential of a number, or the corrected one that took its place."""
    card = credentials.by_number(number)
    while card is not None and card.superseded_by is not None:
        card = credentials.by_number(card.superseded_by)
    return card


def _issued_at_once(person_id: int, scheme_id: str) -> str | None:
    return session().scalar(
        sa.select(Decision.credential_number)
        .join(Application, Application.id == Decision.application_id)
        .where(
            Application.person_id == person_id,
            Application.scheme_id == scheme_id,
            Application.is_automatic,
        )
    )


def _locked(application_id: int) -> Application:
    application = (
        session().scalars(lock(sa.select(Application).where(Application.id == application_id))).one_or_none()
    )
    if application is None:
        raise NotFound
    return application


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


def _issue(
    actor_id: int | None,
    application: Application,
    scheme: Scheme,
    issuer: OrganisationCard,
    evaluation: Evaluation,
    record: Record,
    as_of: date,
) -> str:
    """Issue the credential of this application: its key makes a second call answer the first number."""
    holder = people.person(application.person_id)
    issued = issuing.issue(
        actor_id,
        person_id=application.person_id,
        organisation_id=issuer.id,
        kind=scheme.kind,
        title=in_language(scheme.title, holder.language),
        name_as_issued=holder.legal_name,
        scheme_id=scheme.id,
        scheme_version=str(scheme.version),
        facts=certificate_facts(
            scheme,
            evaluation,
            record,
            language=holder.language,
            signatory_name=issuer.signatory_name or "",
            signatory_title=issuer.signatory_title or "",
        ),
        issued_on=as_of,
        valid_until=scheme.valid_until(as_of),
        decision_key=f"application:{application.id}",
    )
    return issued.number


def _keep_decision(
    application: Application,
    outcome: Outcome,
    by_id: int | None,
    reason: str,
    scheme: Scheme,
    evaluation: Evaluation,
    record: Record,
    as_of: date,
    request_key: str | None,
    number: str | None,
) -> Decision:
    decision = Decision(
        organisation_id=application.organisation_id,
        person_id=application.person_id,
        application_id=application.id,
        outcome=outcome.value,
        by_id=by_id,
        at=clock.now(),
        reason=reason,
        scheme_id=scheme.id,
        scheme_version=scheme.version,
        as_of=as_of,
        findings=evaluation.as_json(),
        inputs=inputs_of(scheme, record, as_of),
        evidence=list(evaluation.evidence),
        evidence_hash=hash_of(record),
        request_key=request_key,
        credential_number=number,
    )
    session().add(decision)
    session().flush()
    return decision


def _audit(action: Action, actor_id: int | None, application: Application, **details: object) -> None:
    audit.record(
        action,
        actor_id=actor_id,
        subject="application",
        subject_id=application.id,
        organisation_id=application.organisation_id,
        details=dict(details),
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
