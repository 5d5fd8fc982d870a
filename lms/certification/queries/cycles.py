"""The cycles of a certification, what stands today, and the record that a renewal is judged by."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from lms import clock
from lms.audit import Action, AuditEvent
from lms.certification import cycles
from lms.certification.cycles import Conditions, Cycle, Dates, Event, EventKind, Standing
from lms.certification.facts import Record
from lms.certification.findings import Evaluation
from lms.certification.models import Application, CycleRow, RenewalAudit, RenewalAuditItem, State
from lms.certification.record import record_of
from lms.certification.renewing import with_cycle
from lms.certification.scheme_file import Scheme
from lms.certification.schemes import schemes
from lms.credentials import queries as credentials
from lms.credentials.queries import CredentialCard, Period
from lms.credentials.states import EventKind as StatusKind
from lms.credentials.states import State as CredentialState
from lms.db import Scope, scope, seeing, session
from lms.errors import NotFound
from lms.people import queries as people


@dataclass(frozen=True)
class CycleCard:
    """One stored cycle of a family of numbers, with its days in the body's zone."""

    id: int
    person_id: int
    organisation_id: int
    family: str
    scheme_id: str
    scheme_version: str
    decision_id: int | None
    cycle: Cycle


@dataclass(frozen=True)
class Holding:
    """A certification with its cycles, newest last: what stands, when it can be renewed, how far that is.

    `scheme` is the one it is renewed by, None where it is not renewed here; what follows from it is None then.
    """

    card: CredentialCard
    cycles: tuple[CycleCard, ...]
    periods: tuple[Period, ...]
    today: date
    standing: Standing
    scheme: Scheme | None
    dates: Dates | None
    conditions: Conditions | None
    evaluation: Evaluation | None
    application_id: int | None
    to_show: tuple[date, ...]

    @property
    def latest(self) -> Cycle:
        """The newest cycle: the one that a renewal follows."""
        return self.cycles[-1].cycle

    @property
    def is_renewable(self) -> bool:
        """Whether its state and the day let renewal be asked for, and it has not been."""
        return (
            self.conditions is not None
            and self.conditions.may_renew
            and self.application_id is None
            and self.card.state(clock.now()) in RENEWABLE
        )

    @property
    def may_apply(self) -> bool:
        """The same, and all is met."""
        return self.is_renewable and self.evaluation is not None and self.evaluation.is_met


RENEWABLE = (CredentialState.ACTIVE, CredentialState.PROBATION, CredentialState.EXPIRED)


def cycles_of(family: str) -> tuple[CycleCard, ...]:
    """The cycles of a family of numbers in scope, in order."""
    found = session().scalars(sa.select(CycleRow).where(CycleRow.family == family).order_by(CycleRow.sequence))
    return cycle_cards(tuple(found))


def latest_cycle(person_id: int, scheme: Scheme) -> CycleCard | None:
    """The newest cycle of what the person holds that this scheme renews."""
    row = session().scalar(
        sa.select(CycleRow)
        .where(CycleRow.person_id == person_id, CycleRow.scheme_id.in_((scheme.renewal_of, scheme.id)))
        .order_by(CycleRow.id.desc())
        .limit(1)
    )
    return cycle_cards((row,))[0] if row is not None else None


def cycle_cards(rows: tuple[CycleRow, ...]) -> tuple[CycleCard, ...]:
    """These rows with their days in the body's zone."""
    zones = {one: ZoneInfo(people.organisation(one).timezone) for one in {row.organisation_id for row in rows}}
    return tuple(
        CycleCard(
            id=row.id,
            person_id=row.person_id,
            organisation_id=row.organisation_id,
            family=row.family,
            scheme_id=row.scheme_id,
            scheme_version=row.scheme_version,
            decision_id=row.decision_id,
            cycle=Cycle(
                row.sequence,
                row.starts_on,
                row.ends_on,
                row.opened_at.astimezone(zones[row.organisation_id]).date(),
            ),
        )
        for row in rows
    )


def record_under(
    scheme: Scheme, person_id: int, zone: str, application: Application | int | None, body_id: int | None
) -> Record:
    """The person's record; under a renewal's scheme with the cycle that is to be renewed.

    A renewal counts as asked for on the day it was first sent; without an application, today.
    """
    record = record_of(person_id, zone, body_id)
    latest = latest_cycle(person_id, scheme) if scheme.renewal is not None else None
    if latest is None:
        return record
    application_id = application.id if isinstance(application, Application) else application
    return with_cycle(
        record,
        scheme.renewal_of,
        latest.cycle,
        cycle_evidence=f"cycle:{latest.id}",
        asked_on=clock.today(zone) if application_id is None else asked_on(application_id, zone),
        asked_evidence="today" if application_id is None else f"application:{application_id}",
    )


def asked_on(application_id: int, zone: str) -> date:
    """The day on which an application was first sent: sending it again later does not make it late."""
    at = session().scalar(
        sa.select(sa.func.min(AuditEvent.at)).where(
            AuditEvent.action == Action.CERTIFICATION_APPLY.value,
            AuditEvent.subject == "application",
            AuditEvent.subject_id == application_id,
        )
    )
    moment: datetime = at or session().get_one(Application, application_id).submitted_at
    return moment.astimezone(ZoneInfo(zone)).date()


def renewal_scheme_of(scheme_id: str, on: date) -> Scheme | None:
    """The scheme by which a certification is renewed on that day, whichever of its cycles is asked about."""
    book = schemes()
    current = book.current(scheme_id, on)
    if current is not None and current.renewal is not None:
        return current
    return book.renewal_of(scheme_id, on)


def newest_card(family: str) -> CredentialCard:
    """The credential of a family: the last corrected one. Raises NotFound."""
    card = credentials.credential(family)
    while card.superseded_by is not None:
        card = credentials.credential(card.superseded_by)
    return card


def holding_of(number: str) -> Holding:
    """What a number's holder and its registrar see of its cycles. Raises NotFound for one without any.

    The caller has been allowed to see the holder's rows.
    """
    card = credentials.credential(number)
    with seeing(card.person_id):
        family = credentials.family_of(card)
        found = cycles_of(family)
        if not found:
            raise NotFound
        today = clock.today(card.zone)
        scheme = renewal_scheme_of(card.scheme_id, today)
        rules = scheme.renewal if scheme else None
        application_id = _open_application(card.person_id, scheme)
        asked = asked_on(application_id, card.zone) if application_id is not None else None
        latest = found[-1].cycle
        evaluation = None
        if scheme is not None and rules is not None:
            record = scheme.allocated(
                record_under(scheme, card.person_id, card.zone, application_id, card.organisation_id)
            )
            evaluation = scheme.evaluate(record, today)
        return Holding(
            card=card,
            cycles=found,
            periods=credentials.periods_of(card),
            today=today,
            standing=_standing(card, found, scheme, today, asked),
            scheme=scheme,
            dates=cycles.dates_of(latest, rules) if rules else None,
            conditions=cycles.conditions(latest, rules, today) if rules else None,
            evaluation=evaluation,
            application_id=application_id,
            to_show=_audits_waiting(found, today),
        )


def public_standing(card: CredentialCard, on: date | None = None) -> Standing | None:
    """What anyone may know of a certification's cycles, whoever asks; None for one without any.

    As of today, or of the end of an earlier day. Of renewals that were asked for only those are told that
    are still to be decided: what became of the others is for the holder to say.
    """
    with scope(Scope.all()):
        found = cycles_of(credentials.family_of(card))
        if not found:
            return None
        day = on or clock.today(card.zone)
        scheme = renewal_scheme_of(card.scheme_id, day)
        application_id = _open_application(card.person_id, scheme)
        asked = asked_on(application_id, card.zone) if application_id is not None else None
        return _standing(card, found, scheme, day, asked)


def _standing(
    card: CredentialCard,
    found: tuple[CycleCard, ...],
    scheme: Scheme | None,
    today: date,
    asked: date | None,
) -> Standing:
    zone = ZoneInfo(card.zone)
    # An erased credential has nothing left that a cycle could speak of.
    told = [one for one in card.events if one.kind is not StatusKind.ERASED]
    events = [Event(EventKind(one.kind.value), one.at.astimezone(zone).date()) for one in told]
    if card.superseded_at is not None:
        events.append(Event(EventKind.SUPERSEDED, card.superseded_at.astimezone(zone).date()))
    return cycles.standing(
        (one.cycle for one in found), events, today, scheme.renewal if scheme else None, asked_on=asked
    )


def _open_application(person_id: int, scheme: Scheme | None) -> int | None:
    if scheme is None:
        return None
    return session().scalar(
        sa.select(Application.id).where(
            Application.person_id == person_id,
            Application.scheme_id == scheme.id,
            Application.state.in_((State.SUBMITTED.value, State.RETURNED.value)),
        )
    )


def _audits_waiting(found: tuple[CycleCard, ...], today: date) -> tuple[date, ...]:
    """The days until which papers of these cycles are to be shown."""
    due = session().scalars(
        sa.select(RenewalAuditItem.due_on).where(
            RenewalAuditItem.cycle_id.in_([one.id for one in found]), RenewalAuditItem.due_on >= today
        )
    )
    return tuple(sorted(due))


# --- audits of renewals ------------------------------------------------------------------------------


def renewals_between(organisation_id: int, first_on: date, last_on: date) -> tuple[CycleCard, ...]:
    """The renewals of a body that begin in these days, in the order they were stored."""
    rows = session().scalars(
        sa.select(CycleRow)
        .where(
            CycleRow.organisation_id == organisation_id,
            CycleRow.sequence > 1,
            CycleRow.starts_on.between(first_on, last_on),
        )
        .order_by(CycleRow.id)
    )
    return cycle_cards(tuple(rows))


@dataclass(frozen=True)
class AuditCard:
    """One draw, with the holders whose renewals were drawn."""

    id: int
    at: datetime
    first_on: date
    last_on: date
    percent: int
    seed: str
    drawn_from: int
    due_on: date | None
    drawn: tuple[tuple[str, str], ...]


def audits_of(organisation_id: int) -> tuple[AuditCard, ...]:
    """The draws of a body, newest first, each with the number and the name of those who were drawn."""
    rows = (
        session()
        .scalars(
            sa.select(RenewalAudit)
            .where(RenewalAudit.organisation_id == organisation_id)
            .order_by(RenewalAudit.id.desc())
            .limit(50)
        )
        .all()
    )
    items = (
        session()
        .execute(
            sa.select(
                RenewalAuditItem.audit_id, RenewalAuditItem.person_id, RenewalAuditItem.due_on, CycleRow.family
            )
            .join(CycleRow, CycleRow.id == RenewalAuditItem.cycle_id)
            .where(RenewalAuditItem.audit_id.in_([row.id for row in rows]))
            .order_by(RenewalAuditItem.id)
        )
        .all()
    )
    names = people.people(item.person_id for item in items)
    return tuple(
        AuditCard(
            id=row.id,
            at=row.at,
            first_on=row.first_on,
            last_on=row.last_on,
            percent=row.percent,
            seed=row.seed,
            drawn_from=len(row.drawn_from),
            due_on=next((item.due_on for item in items if item.audit_id == row.id), None),
            drawn=tuple(
                (item.family, names[item.person_id].chosen_name) for item in items if item.audit_id == row.id
            ),
        )
        for row in rows
    )
