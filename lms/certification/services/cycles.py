"""What a grant does to the cycles: the first one opens with a certification, the next with a renewal."""

from datetime import date

import sqlalchemy as sa
from flask_babel import gettext as _

from lms import audit, clock
from lms.audit import Action
from lms.certification.cycles import Cycle, CycleType, cycle_for, next_cycle
from lms.certification.facts import Record
from lms.certification.models import Application, CycleRow, Decision
from lms.certification.queries.cycles import CycleCard, asked_on, latest_cycle, newest_card
from lms.certification.scheme_file import Scheme
from lms.certification.schemes import schemes
from lms.credentials import queries as credentials
from lms.credentials import services as issuing
from lms.credentials.facts import Kind
from lms.db import seeing, session
from lms.errors import Conflict
from lms.people import queries as people


def first_end(scheme: Scheme, granted_on: date, record: Record) -> date | None:
    """The last day of a new certification: by its months, or by the calendar where its cycles go by that."""
    renewal = schemes().renewal_of(scheme.id, granted_on)
    if renewal is None or renewal.renewal is None or renewal.renewal.length.type is CycleType.FROM_ISSUE:
        return scheme.valid_until(granted_on)
    return cycle_for(renewal.renewal, granted_on, born_on=_born_on(record)).ends_on


def renew_credential(
    actor_id: int | None, application: Application, scheme: Scheme, record: Record, as_of: date
) -> str:
    """Open the next period under the same number; what the decision keeps: the number and its period."""
    with seeing(application.person_id):
        latest, following = _following(application, scheme, record, as_of)
        card = newest_card(latest.family)
        issuing.renew(
            actor_id,
            number=card.number,
            starts_on=following.starts_on,
            valid_until=following.ends_on,
            decision_key=f"application:{application.id}",
        )
    return f"{card.number}/{following.sequence}"


def open_cycle(decision: Decision, application: Application, scheme: Scheme, record: Record) -> None:
    """Store the cycle that a grant opens, in the transaction of the grant. One that does not end has none."""
    number = (decision.credential_number or "").partition("/")[0]
    if scheme.kind != "certification" or not number:
        return
    with seeing(application.person_id):
        if scheme.renewal is not None:
            latest, following = _following(application, scheme, record, decision.as_of)
            family = latest.family
        else:
            card = credentials.credential(number)
            if card.valid_until is None:
                return
            family, following = number, Cycle(1, card.issued_on, card.valid_until, card.issued_on)
    session().add(
        CycleRow(
            organisation_id=application.organisation_id,
            person_id=application.person_id,
            family=family,
            sequence=following.sequence,
            starts_on=following.starts_on,
            ends_on=following.ends_on,
            scheme_id=scheme.id,
            scheme_version=str(scheme.version),
            decision_id=decision.id,
            opened_at=clock.now(),
        )
    )
    session().flush()


def open_first_cycle(actor_id: int | None, *, number: str) -> None:
    """Open the first cycle of a certification that was issued without an application, as one taken over.

    Safe to repeat; one that does not end, or is no certification, has none. Raises NotFound.
    """
    card = credentials.credential(number)
    family = credentials.family_of(card)
    is_open = session().scalar(sa.select(CycleRow.id).where(CycleRow.family == family).limit(1))
    if card.kind is not Kind.CERTIFICATION or card.valid_until is None or is_open is not None:
        return
    row = CycleRow(
        organisation_id=card.organisation_id,
        person_id=card.person_id,
        family=family,
        sequence=1,
        starts_on=card.issued_on,
        ends_on=card.valid_until,
        scheme_id=card.scheme_id,
        scheme_version=card.scheme_version,
        opened_at=card.issued_at,
    )
    session().add(row)
    session().flush()
    audit.record(
        Action.CERTIFICATION_OPEN_CYCLE,
        actor_id=actor_id,
        subject="cycle",
        subject_id=row.id,
        organisation_id=card.organisation_id,
        details={"number": card.number},
    )


def _following(
    application: Application, scheme: Scheme, record: Record, as_of: date
) -> tuple[CycleCard, Cycle]:
    latest = latest_cycle(application.person_id, scheme)
    zone = people.organisation(application.organisation_id).timezone
    if latest is None or scheme.renewal is None:
        raise Conflict(_("There is no certification to renew any more."))
    try:
        return latest, next_cycle(
            latest.cycle,
            scheme.renewal,
            asked_on=asked_on(application.id, zone),
            decided_on=as_of,
            born_on=_born_on(record),
        )
    except ValueError as closed:
        raise Conflict(_("The days for renewal were over when it was asked for.")) from closed


def _born_on(record: Record) -> date | None:
    return min((one.on for one in record.births), default=None)
