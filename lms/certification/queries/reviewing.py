"""The reviewers' queue, and what they see beside an application."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from lms import clock
from lms.certification.facts import Record
from lms.certification.findings import Evaluation
from lms.certification.models import Application, Decision, ReviewNote, State
from lms.certification.queries.applications import ApplicationCard, pinned
from lms.certification.record import involved_with, record_of
from lms.certification.scheme_file import Scheme
from lms.db import seeing, session
from lms.people import queries as people
from lms.people.queries import OrganisationCard, PersonCard


@dataclass(frozen=True)
class QueueLine:
    """An application that waits for a reviewer, and for how many days."""

    id: int
    applicant: PersonCard
    scheme: Scheme
    state: str
    submitted_at: datetime
    days: int


@dataclass(frozen=True)
class NoteCard:
    """A reviewer's note."""

    by_id: int
    at: datetime
    text: str


@dataclass(frozen=True)
class Review:
    """Everything a reviewer needs beside an application."""

    application: ApplicationCard
    applicant: PersonCard
    body: OrganisationCard
    evaluation: Evaluation
    record: Record
    involved: frozenset[int]
    notes: tuple[NoteCard, ...]
    names: dict[int, PersonCard]


def queue_of(organisation_ids: frozenset[int], *, most: int = 100) -> tuple[QueueLine, ...]:
    """Open applications of these bodies, the longest waiting first; sent-back ones after the waiting."""
    rows = (
        session()
        .execute(
            sa.select(
                Application.id,
                Application.person_id,
                Application.scheme_id,
                Application.scheme_version,
                Application.state,
                Application.submitted_at,
            )
            .where(
                Application.organisation_id.in_(sorted(organisation_ids)),
                Application.state.in_((State.SUBMITTED.value, State.RETURNED.value)),
            )
            .order_by(Application.state.desc(), Application.submitted_at, Application.id)
            .limit(most)
        )
        .all()
    )
    cards = people.people(row.person_id for row in rows)
    now = clock.now()
    return tuple(
        QueueLine(
            id=row.id,
            applicant=cards[row.person_id],
            scheme=pinned(row.scheme_id, row.scheme_version),
            state=row.state,
            submitted_at=row.submitted_at,
            days=max(0, (now - row.submitted_at).days),
        )
        for row in rows
    )


def review_of(card: ApplicationCard) -> Review:
    """What a reviewer sees of an application. The caller has been allowed to see the applicant's rows.

    A closed application is shown as it was decided; an open one as it stands today.
    """
    body = people.organisation(card.organisation_id)
    with seeing(card.person_id):
        involved = involved_with(card.person_id)
        last = card.last
        if card.closed_at is not None and last is not None:
            inputs = session().scalars(sa.select(Decision.inputs).where(Decision.id == last.id)).one()
            record, evaluation = Record.from_json(inputs["record"]), last.evaluation
        else:
            record = card.scheme.allocated(record_of(card.person_id, body.timezone, body.id))
            evaluation = card.scheme.evaluate(record, clock.today(body.timezone))
        notes = session().scalars(
            sa.select(ReviewNote).where(ReviewNote.application_id == card.id).order_by(ReviewNote.id)
        )
        found = tuple(NoteCard(note.by_id, note.at, note.text) for note in notes)
    named = {
        *involved,
        *(note.by_id for note in found),
        *(one.by_id for one in card.decisions if one.by_id is not None),
        *(entry.supervisor_id for entry in record.practice if entry.supervisor_id),
        *(held.supervisor_id for held in record.supervision if held.supervisor_id),
        card.person_id,
    }
    names = people.people(named)
    return Review(card, names[card.person_id], body, evaluation, record, involved, found, names)


def involved_in(card: ApplicationCard) -> frozenset[int]:
    """Who trained, examined or supervised the applicant."""
    with seeing(card.person_id):
        return involved_with(card.person_id)
