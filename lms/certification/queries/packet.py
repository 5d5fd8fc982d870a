"""All that a packet of evidence, or a shared view, is made from: constant in statements."""

from dataclasses import dataclass, replace
from datetime import date, datetime

import sqlalchemy as sa

from lms import clock
from lms.audit import Action, AuditEvent
from lms.certification.brought import proofs_of
from lms.certification.facts import FACTS, Record
from lms.certification.findings import Evaluation
from lms.certification.models import Decision
from lms.certification.queries.applications import ApplicationCard, applications_of
from lms.certification.queries.cycles import record_under
from lms.certification.queries.progress import issuer_of, progress_of
from lms.certification.scheme_file import Scheme
from lms.db import seeing, session
from lms.people import queries as people
from lms.people.queries import OrganisationCard, PersonCard
from lms.practice import queries as practice
from lms.practice.queries import SignedLine

HIDDEN = (Action.CERTIFICATION_NOTE.value, Action.CERTIFICATION_TAKE_PACKET.value)


@dataclass(frozen=True)
class Trail:
    """One event of the matter: what was done, when and by whom."""

    at: datetime
    action: str
    actor_id: int | None


@dataclass(frozen=True)
class Hashes:
    """What a decision was made from: its day, and the hash over all evidence."""

    decision_id: int
    as_of: date
    evidence_hash: str


@dataclass(frozen=True)
class Paper:
    """A file that was brought: the evidence it is of, its SHA-256, which is its name, and its type."""

    evidence: str
    sha256: str
    type: str


@dataclass(frozen=True)
class PacketFacts:
    """A person's record under one scheme. Never notes, reflections or answers: they are not read."""

    person: PersonCard
    scheme: Scheme
    body: OrganisationCard | None
    record: Record
    evaluation: Evaluation
    applications: tuple[ApplicationCard, ...]
    hashes: dict[int, Hashes]
    signatures: dict[str, SignedLine]
    trail: tuple[Trail, ...]
    names: dict[int, PersonCard]
    papers: tuple[Paper, ...] = ()


def packet_of_application(card: ApplicationCard) -> PacketFacts:
    """The record of one application: as it was decided, or as it stands today. The caller may see it."""
    body = people.organisation(card.organisation_id)
    last = card.last
    with seeing(card.person_id):
        if card.closed_at is not None and last is not None:
            inputs = session().scalars(sa.select(Decision.inputs).where(Decision.id == last.id)).one()
            record, evaluation = Record.from_json(inputs["record"]), last.evaluation
        else:
            record = card.scheme.allocated(
                record_under(card.scheme, card.person_id, body.timezone, card.id, body.id)
            )
            evaluation = card.scheme.evaluate(record, clock.today(body.timezone))
        return _facts(card.person_id, card.scheme, body, record, evaluation, (card,))


def packet_of_person(person_id: int, scheme_id: str) -> PacketFacts:
    """A person's record as it stands today under the scheme. Raises NotFound for an unknown one."""
    with seeing(person_id):
        found = progress_of(person_id, scheme_id)
        mine = tuple(one for one in applications_of(person_id) if one.scheme.id == scheme_id)
        body = found.issuer or issuer_of(found.scheme)
        return _facts(person_id, found.scheme, body, found.record, found.evaluation, mine)


def _facts(
    person_id: int,
    scheme: Scheme,
    body: OrganisationCard | None,
    record: Record,
    evaluation: Evaluation,
    applications: tuple[ApplicationCard, ...],
) -> PacketFacts:
    ids = [one.id for one in applications]
    columns = sa.select(Decision.id, Decision.as_of, Decision.evidence_hash)
    made = columns.where(Decision.application_id.in_(ids))
    events = (
        sa.select(AuditEvent.at, AuditEvent.action, AuditEvent.actor_id)
        .where(
            AuditEvent.subject == "application",
            AuditEvent.subject_id.in_(ids),
            AuditEvent.action.not_in(HIDDEN),
        )
        .order_by(AuditEvent.id)
    )
    hashes = {row[0]: Hashes(*row) for row in session().execute(made)} if ids else {}
    trail = tuple(Trail(*row) for row in session().execute(events)) if ids else ()
    named = {
        person_id,
        *(one.actor_id for one in trail if one.actor_id is not None),
        *(each.by_id for one in applications for each in one.decisions if each.by_id is not None),
        *(hour.supervisor_id for hour in record.practice if hour.supervisor_id),
        *(held.supervisor_id for held in record.supervision if held.supervisor_id),
    }
    names = people.people(named)
    signatures = practice.signed_lines_of(person_id)
    ordered = replace(
        record,
        practice=tuple(sorted(record.practice, key=lambda one: (one.on, one.evidence))),
        supervision=tuple(sorted(record.supervision, key=lambda one: (one.on, one.evidence))),
        training=tuple(sorted(record.training, key=lambda one: (one.on, one.evidence))),
    )
    return PacketFacts(
        person=names[person_id],
        scheme=scheme,
        body=body,
        record=ordered,
        evaluation=evaluation,
        applications=applications,
        hashes=hashes,
        signatures=signatures,
        trail=trail,
        names=names,
        papers=_papers(person_id, record),
    )


def _papers(person_id: int, record: Record) -> tuple[Paper, ...]:
    """The files of the proofs that are in the record, and no others."""
    inside = {fact.evidence for name in FACTS for fact in getattr(record, name)}
    brought = (
        Paper(f"proof:{one.id}", one.file, one.file_type)
        for one in proofs_of(person_id)
        if one.file is not None and one.file_type is not None
    )
    return tuple(one for one in brought if one.evidence in inside)
