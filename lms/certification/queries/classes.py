"""Reads of issuing for a class: who would get a certificate now, and what became of an earlier run."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lms import clock
from lms.certification.certificate_facts import certificate_facts, in_language
from lms.certification.facts import Record
from lms.certification.findings import Evaluation
from lms.certification.models import Application, Decision, IssueRow, IssueRun, RowOutcome
from lms.certification.record import record_of
from lms.certification.scheme_file import Scheme
from lms.certification.schemes import schemes
from lms.credentials import services as issuing
from lms.credentials.certificate import CertificateFacts
from lms.credentials.facts import Kind
from lms.credentials.naming import tidy
from lms.credentials.queries.templates import look_of, version_for
from lms.curriculum import queries as curriculum
from lms.curriculum.queries import LiveSessionCard
from lms.db import seeing, session
from lms.errors import Invalid, NotFound
from lms.people import queries as people
from lms.people.queries import OrganisationCard, PersonCard
from lms.permissions import Role

MOST = 200
SAMPLE_NUMBER = "SAMPLE"


@dataclass(frozen=True)
class Member:
    """One person of a class: what they have already, or what keeps them from it; nothing does when ready."""

    person: PersonCard
    number: str | None
    evaluation: Evaluation
    name_fault: str

    @property
    def is_ready(self) -> bool:
        """Whether a certificate would be issued now."""
        return self.number is None and self.evaluation.is_met and not self.name_fault


@dataclass(frozen=True)
class ClassPreview:
    """What issuing to these people would do now. Nothing is written. `more` were too many for one page."""

    organisation: OrganisationCard
    scheme: Scheme
    members: tuple[Member, ...]
    more: int

    @property
    def ready(self) -> tuple[Member, ...]:
        return tuple(one for one in self.members if one.is_ready)

    @property
    def held(self) -> tuple[Member, ...]:
        return tuple(one for one in self.members if one.number is not None)

    @property
    def not_yet(self) -> tuple[Member, ...]:
        return tuple(one for one in self.members if one.number is None and not one.is_ready)


@dataclass(frozen=True)
class RunCard:
    """A run. The counts are of its rows; what is not done yet waits."""

    id: int
    organisation_id: int
    scheme_id: str
    label: str
    by_id: int
    at: datetime
    stopped_at: datetime | None
    people: int
    done: int
    issued: int

    @property
    def waiting(self) -> int:
        """How many people are still to be looked at."""
        return self.people - self.done


@dataclass(frozen=True)
class RowCard:
    """What became of one person of a run; `outcome` is None while they wait."""

    person: PersonCard
    outcome: RowOutcome | None
    number: str | None
    said: str


def schemes_for_classes(organisation: OrganisationCard) -> tuple[Scheme, ...]:
    """The schemes under which the organisation issues at once, without review."""
    return tuple(
        scheme
        for scheme in schemes().in_force(clock.today(organisation.timezone))
        if scheme.issuer == organisation.slug and not scheme.is_reviewed and scheme.renewal is None
    )


def reviewed_schemes(organisation: OrganisationCard) -> tuple[Scheme, ...]:
    """The schemes of the organisation under which a reviewer decides on each person."""
    return tuple(
        scheme
        for scheme in schemes().in_force(clock.today(organisation.timezone))
        if scheme.issuer == organisation.slug and scheme.is_reviewed
    )


def scheme_for_class(organisation_id: int, scheme_id: str) -> tuple[OrganisationCard, Scheme]:
    """The organisation and its scheme without review. Raises NotFound."""
    organisation = people.organisation(organisation_id)
    for scheme in schemes_for_classes(organisation):
        if scheme.id == scheme_id:
            return organisation, scheme
    raise NotFound


def trainees_of(organisation_id: int) -> tuple[PersonCard, ...]:
    """Everyone who trains there: whom its classes can be made of."""
    return people.people_with_role(organisation_id, Role.TRAINEE)


def classes_held(organisation_id: int) -> tuple[LiveSessionCard, ...]:
    """The live sessions that took place there: who was at one is a class."""
    now = clock.now()
    held = curriculum.live_sessions_of(frozenset({organisation_id}))
    return tuple(one for one in held if not one.is_cancelled and one.starts_at <= now)


def people_at(organisation_id: int, live_session_id: int) -> tuple[int, ...]:
    """Who was at a live session of the organisation, by its record. Raises NotFound."""
    card = curriculum.live_session(live_session_id)
    if card is None or card.organisation_id != organisation_id:
        raise NotFound
    lines = curriculum.roster(card.id, organisation_id, card.module_id)
    return tuple(line.person_id for line in lines if line.minutes)


def named_by_mail(organisation_id: int, text: str) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """The trainees of the organisation with these addresses, and the addresses that none of them has."""
    by_address = {one.email.casefold(): one.id for one in trainees_of(organisation_id)}
    typed = dict.fromkeys(
        word.strip("<>\"'").casefold() for word in text.replace(";", " ").replace(",", " ").split()
    )
    found = tuple(by_address[one] for one in typed if one in by_address)
    return found, tuple(one for one in typed if one and one not in by_address)


def class_preview(organisation_id: int, scheme_id: str, person_ids: Iterable[int] | None) -> ClassPreview:
    """What issuing now to these trainees of the organisation would do; None are all of them. Raises NotFound.

    People of other organisations are left out. The caller has been allowed to see them.
    """
    organisation, scheme = scheme_for_class(organisation_id, scheme_id)
    cards = trainees_of(organisation_id)
    if person_ids is not None:
        wanted = frozenset(person_ids)
        cards = tuple(one for one in cards if one.id in wanted)
    shown = cards[:MOST]
    numbers = _numbers(scheme_id, [one.id for one in shown])
    members = tuple(_member(organisation, scheme, one, numbers.get(one.id)) for one in shown)
    return ClassPreview(organisation, scheme, members, len(cards) - len(shown))


def sample_for(organisation_id: int, scheme_id: str, person_id: int) -> CertificateFacts:
    """What the certificate of a person who is ready would say, under no number. Raises NotFound."""
    organisation, scheme = scheme_for_class(organisation_id, scheme_id)
    holder = next((one for one in trainees_of(organisation_id) if one.id == person_id), None)
    if holder is None:
        raise NotFound
    evaluation, record = _standing(organisation, scheme, person_id)
    if not evaluation.is_met or _name_fault(holder):
        raise NotFound
    return CertificateFacts(
        kind=Kind(scheme.kind),
        number=SAMPLE_NUMBER,
        verify_url=issuing.verify_url(SAMPLE_NUMBER),
        issuer_name=organisation.name,
        title=in_language(scheme.title, holder.language),
        name=tidy(holder.legal_name),
        issued_on=evaluation.as_of,
        valid_until=None,
        scheme_version=str(scheme.version),
        content=certificate_facts(
            scheme,
            evaluation,
            record,
            language=holder.language,
            signatory_name=organisation.signatory_name or "",
            signatory_title=organisation.signatory_title or "",
        ),
        look=look_of(version_for(organisation_id, scheme_id)),
    )


def runs_of(organisation_id: int, limit: int = 20) -> tuple[RunCard, ...]:
    """The runs of an organisation, the newest first."""
    return _runs(IssueRun.organisation_id == organisation_id, limit)


def run(run_id: int) -> RunCard:
    """One run, whichever organisation's it is: authorize before showing it. Raises NotFound."""
    found = _runs(IssueRun.id == run_id, 1)
    if not found:
        raise NotFound
    return found[0]


def rows_of(run_id: int) -> tuple[RowCard, ...]:
    """Everyone of a run by name."""
    rows = (
        session()
        .execute(
            sa.select(IssueRow.person_id, IssueRow.outcome, IssueRow.credential_number, IssueRow.said).where(
                IssueRow.run_id == run_id
            )
        )
        .all()
    )
    cards = people.people(row[0] for row in rows)
    found = [
        RowCard(cards[person_id], RowOutcome(outcome) if outcome else None, number, said)
        for person_id, outcome, number, said in rows
    ]
    return tuple(sorted(found, key=lambda row: (row.person.legal_name.casefold(), row.person.id)))


def waiting_rows() -> list[int]:
    """Ids of rows that nothing has become of yet in runs that go on, at most 100.

    In no order: rows that cannot be done now, whatever the reason, do not keep others waiting.
    """
    return list(
        session().scalars(
            sa.select(IssueRow.id)
            .join(IssueRun, IssueRun.id == IssueRow.run_id)
            .where(IssueRow.outcome.is_(None), IssueRun.stopped_at.is_(None))
            .order_by(sa.func.random())
            .limit(100)
        )
    )


def _runs(wanted: sa.ColumnElement[bool], limit: int) -> tuple[RunCard, ...]:
    rows: Any = session().execute(
        sa.select(
            IssueRun.id,
            IssueRun.organisation_id,
            IssueRun.scheme_id,
            IssueRun.label,
            IssueRun.by_id,
            IssueRun.at,
            IssueRun.stopped_at,
            sa.func.count(IssueRow.id),
            sa.func.count(IssueRow.outcome),
            sa.func.count(sa.case((IssueRow.outcome == RowOutcome.ISSUED.value, 1))),
        )
        .outerjoin(IssueRow, IssueRow.run_id == IssueRun.id)
        .where(wanted)
        .group_by(IssueRun.id)
        .order_by(IssueRun.id.desc())
        .limit(limit)
    )
    return tuple(RunCard(*row) for row in rows)


def _numbers(scheme_id: str, person_ids: list[int]) -> dict[int, str]:
    rows = session().execute(
        sa.select(Application.person_id, Decision.credential_number)
        .join(Decision, Decision.application_id == Application.id)
        .where(
            Application.scheme_id == scheme_id,
            Application.is_automatic,
            Application.person_id.in_(person_ids),
            Decision.credential_number.is_not(None),
        )
    )
    return {person_id: number for person_id, number in rows if number is not None}


def _member(organisation: OrganisationCard, scheme: Scheme, person: PersonCard, number: str | None) -> Member:
    evaluation, _record = _standing(organisation, scheme, person.id)
    return Member(person, number, evaluation, _name_fault(person))


def _standing(organisation: OrganisationCard, scheme: Scheme, person_id: int) -> tuple[Evaluation, Record]:
    with seeing(person_id):
        record = scheme.allocated(record_of(person_id, organisation.timezone, organisation.id))
    return scheme.evaluate(record, clock.today(organisation.timezone)), record


def _name_fault(person: PersonCard) -> str:
    try:
        issuing.check_name(tidy(person.legal_name))
    except Invalid as fault:
        return fault.message
    return ""
