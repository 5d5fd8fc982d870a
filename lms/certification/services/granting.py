"""The parts that applying and deciding share: the locked application, the credential, the decision."""

from datetime import date

import sqlalchemy as sa

from lms import audit, clock
from lms.audit import Action
from lms.certification.certificate_facts import certificate_facts, in_language
from lms.certification.facts import Record
from lms.certification.findings import Evaluation
from lms.certification.models import Application, Decision, Outcome, Sending
from lms.certification.replay import hash_of, inputs_of
from lms.certification.scheme_file import Scheme
from lms.certification.services.cycles import first_end, open_cycle, renew_credential
from lms.credentials import services as issuing
from lms.db import lock, session
from lms.errors import NotFound
from lms.people import queries as people
from lms.people.queries import OrganisationCard

LONGEST = 2000


def locked(application_id: int) -> Application:
    application = (
        session().scalars(lock(sa.select(Application).where(Application.id == application_id))).one_or_none()
    )
    if application is None:
        raise NotFound
    return application


def issue_credential(
    actor_id: int | None,
    application: Application,
    scheme: Scheme,
    issuer: OrganisationCard,
    evaluation: Evaluation,
    record: Record,
    as_of: date,
) -> str:
    """Issue the credential of this application: its key makes a second call answer the first number.

    A renewal opens the next period of the number held instead.
    """
    if scheme.renewal is not None:
        return renew_credential(actor_id, application, scheme, record, as_of)
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
        valid_until=first_end(scheme, as_of, record),
        decision_key=f"application:{application.id}",
    )
    return issued.number


def keep_decision(
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
    if outcome is Outcome.GRANTED:
        open_cycle(decision, application, scheme, record)
    return decision


def note_act(action: Action, actor_id: int | None, application: Application, **details: object) -> None:
    audit.record(
        action,
        actor_id=actor_id,
        subject="application",
        subject_id=application.id,
        organisation_id=application.organisation_id,
        details=dict(details),
    )


def keep_sending(application: Application, evaluation: Evaluation | None) -> Sending:
    """Remember that the application was sent now, and how each requirement stood."""
    earlier = session().scalar(
        sa.select(sa.func.max(Sending.round)).where(Sending.application_id == application.id)
    )
    sending = Sending(
        organisation_id=application.organisation_id,
        person_id=application.person_id,
        application_id=application.id,
        round=(earlier or 0) + 1,
        at=application.submitted_at,
        findings=evaluation.as_json() if evaluation else None,
    )
    session().add(sending)
    session().flush()
    return sending
