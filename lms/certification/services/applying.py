"""What an applicant does: apply, send again, and take a completion at once."""

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from lms import clock
from lms.audit import Action
from lms.certification.findings import Evaluation
from lms.certification.models import Application, CompletionCheck, Decision, Outcome, State
from lms.certification.queries import is_offered_to, issuer_of, pinned, version_held_to
from lms.certification.queries.cycles import record_under
from lms.certification.record import record_of
from lms.certification.scheme_file import Scheme
from lms.certification.schemes import schemes
from lms.certification.services.granting import (
    issue_credential,
    keep_decision,
    keep_sending,
    locked,
    note_act,
)
from lms.certification.services.pinning import pin_at_start
from lms.credentials import queries as credentials
from lms.credentials.queries import CredentialCard
from lms.credentials.states import State as Standing
from lms.credentials.states import state_on
from lms.db import session
from lms.errors import Conflict, Invalid, NotFound
from lms.people import queries as people
from lms.people.queries import OrganisationCard

LONGEST = 2000


def apply(actor_id: int, *, person_id: int, scheme_id: str) -> Application:
    """Ask the certifying body to decide, under the version that the person is held to, else today's.

    Raises NotFound for a scheme that nobody here decides on, Invalid while something is missing, and
    Conflict when an application is open or the credential is held already.
    """
    scheme, body = _offered(person_id, scheme_id)
    scheme = version_held_to(person_id, scheme)
    if not scheme.is_reviewed or scheme.renewal is not None:
        raise NotFound
    evaluation = scheme.evaluate(record_of(person_id, body.timezone, body.id), clock.today(body.timezone))
    _need_all(evaluation)
    _refuse_second(person_id, scheme_id)
    return submitted(actor_id, person_id, scheme, body, evaluation)


def submitted(
    actor_id: int,
    person_id: int,
    scheme: Scheme,
    body: OrganisationCard,
    evaluation: Evaluation,
    **details: object,
) -> Application:
    """The application, waiting for the reviewers of the body. Raises Conflict when one is open already."""
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
    keep_sending(application, evaluation)
    pin_at_start(application)
    note_act(Action.CERTIFICATION_APPLY, actor_id, application, scheme_version=scheme.version, **details)
    return application


def send_again(actor_id: int, *, application_id: int) -> Application:
    """Send a returned application back to the reviewers, under the version it was pinned to."""
    application = locked(application_id)
    if application.state != State.RETURNED:
        raise Conflict(_("This application is not waiting for you."))
    body = people.organisation(application.organisation_id)
    scheme = pinned(application.scheme_id, application.scheme_version)
    record = record_under(scheme, application.person_id, body.timezone, application, body.id)
    evaluation = scheme.evaluate(record, clock.today(body.timezone))
    _need_all(evaluation)
    application.state = State.SUBMITTED.value
    application.submitted_at = clock.now()
    session().flush()
    keep_sending(application, evaluation)
    note_act(Action.CERTIFICATION_SEND_AGAIN, actor_id, application)
    return application


def issue_if_met(actor_id: int | None, *, person_id: int, scheme_id: str) -> str | None:
    """Issue at once under a scheme without review; the number, also when it was issued before.

    None while something is missing. Safe to repeat: one per person and scheme by constraint.
    """
    scheme, issuer = _offered(person_id, scheme_id)
    if scheme.is_reviewed:
        raise NotFound
    if (number := issued_at_once(person_id, scheme_id)) is not None:
        return number
    as_of = clock.today(issuer.timezone)
    record = scheme.allocated(record_of(person_id, issuer.timezone, issuer.id))
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
    number = issue_credential(actor_id, application, scheme, issuer, evaluation, record, as_of)
    keep_decision(application, Outcome.GRANTED, None, "", scheme, evaluation, record, as_of, None, number)
    note_act(Action.CERTIFICATION_ISSUE_COMPLETION, actor_id, application, number=number)
    return number


def mark_checked(person_id: int) -> None:
    """Remember that the person was looked at now for schemes that issue at once."""
    check = session().get(CompletionCheck, person_id)
    if check is None:
        session().add(CompletionCheck(person_id=person_id, checked_at=clock.now()))
    else:
        check.checked_at = clock.now()
    session().flush()


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
        if card is not None and state_on(card, clock.now()) in HELD:
            raise Conflict(_("You hold this certificate already."))


HELD = (Standing.ACTIVE, Standing.SUSPENDED, Standing.PROBATION, Standing.INACTIVE)


def _standing_credential(number: str) -> CredentialCard | None:
    """The credential of a number, or the corrected one that took its place."""
    card = credentials.by_number(number)
    while card is not None and card.superseded_by is not None:
        card = credentials.by_number(card.superseded_by)
    return card


def issued_at_once(person_id: int, scheme_id: str) -> str | None:
    """The number that was issued under a scheme without review, or None."""
    return session().scalar(
        sa.select(Decision.credential_number)
        .join(Application, Application.id == Decision.application_id)
        .where(
            Application.person_id == person_id,
            Application.scheme_id == scheme_id,
            Application.is_automatic,
        )
    )
