"""The reviewers' queue, and what they see beside an application."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from lms import clock
from lms.certification.facts import Record
from lms.certification.findings import Evaluation
from lms.certification.models import Application, Decision, Recommendation, ReviewNote, Sending, State
from lms.certification.queries.answering import Waiting, Way, answer_days, judges_before, judges_of, way_of
from lms.certification.queries.applications import ApplicationCard, pinned
from lms.certification.queries.cycles import record_under
from lms.certification.record import involved_with
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
    answer_by: date | None = None
    is_overdue: bool = False
    has_first_word: bool = False


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
    way: Way


def queue_of(organisation_ids: frozenset[int], *, most: int = 100) -> tuple[QueueLine, ...]:
    """Open applications of these bodies: those past their day first, then the longest waiting.

    Sent-back ones come after those that wait.
    """
    rows = (
        session()
        .execute(
            sa.select(
                Application.id,
                Application.person_id,
                Application.organisation_id,
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
    waiting = [
        Waiting(row.id, row.organisation_id, row.scheme_id, row.scheme_version)
        for row in rows
        if row.state == State.SUBMITTED
    ]
    zones = {one.id: one.timezone for one in people.organisations()} if waiting else {}
    days = answer_days(waiting, zones)
    spoken = _first_words([one.id for one in waiting])
    lines = (
        QueueLine(
            id=row.id,
            applicant=cards[row.person_id],
            scheme=pinned(row.scheme_id, row.scheme_version),
            state=row.state,
            submitted_at=row.submitted_at,
            days=max(0, (now - row.submitted_at).days),
            answer_by=days.get(row.id),
            is_overdue=row.id in days and days[row.id] < clock.today(zones[row.organisation_id]),
            has_first_word=row.id in spoken,
        )
        for row in rows
    )
    return tuple(sorted(lines, key=lambda line: not line.is_overdue))


def _first_words(application_ids: list[int]) -> frozenset[int]:
    """Which of these applications have a word on their newest sending and wait for another reviewer."""
    if not application_ids:
        return frozenset()
    newest = (
        sa.select(Sending.application_id, sa.func.max(Sending.round).label("round"))
        .where(Sending.application_id.in_(application_ids))
        .group_by(Sending.application_id)
        .subquery()
    )
    return frozenset(
        session().scalars(
            sa.select(Recommendation.application_id).join(
                newest,
                sa.and_(
                    newest.c.application_id == Recommendation.application_id,
                    newest.c.round == Recommendation.round,
                ),
            )
        )
    )


def review_of(card: ApplicationCard) -> Review:
    """What a reviewer sees of an application. The caller has been allowed to see the applicant's rows.

    A closed application is shown as it was decided; an open one as it stands today.
    """
    body = people.organisation(card.organisation_id)
    with seeing(card.person_id):
        involved = involved_with(card.person_id) | judges_before(card.id)
        way = way_of(card, body.timezone)
        last = card.last
        if card.closed_at is not None and last is not None:
            inputs = session().scalars(sa.select(Decision.inputs).where(Decision.id == last.id)).one()
            record, evaluation = Record.from_json(inputs["record"]), last.evaluation
        else:
            record = card.scheme.allocated(
                record_under(card.scheme, card.person_id, body.timezone, card.id, body.id)
            )
            evaluation = card.scheme.evaluate(record, clock.today(body.timezone))
        notes = session().scalars(
            sa.select(ReviewNote).where(ReviewNote.application_id == card.id).order_by(ReviewNote.id)
        )
        found = tuple(NoteCard(note.by_id, note.at, note.text) for note in notes)
    named = {
        *involved,
        *(note.by_id for note in found),
        *(one.by_id for one in card.decisions if one.by_id is not None),
        *(word.by_id for word in way.words),
        *(entry.supervisor_id for entry in record.practice if entry.supervisor_id),
        *(held.supervisor_id for held in record.supervision if held.supervisor_id),
        card.person_id,
    }
    names = people.people(named)
    return Review(card, names[card.person_id], body, evaluation, record, involved, found, names, way)


def involved_in(card: ApplicationCard) -> frozenset[int]:
    """Who trained, examined or supervised the applicant, or decided before an appeal was upheld."""
    with seeing(card.person_id):
        return involved_with(card.person_id) | judges_before(card.id)


def involved_in_appeal(card: ApplicationCard) -> frozenset[int]:
    """Who may not answer an appeal of this application: those, and everybody who judged it."""
    return involved_in(card) | judges_of(card.id)
