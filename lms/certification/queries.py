"""Reads of certification: evaluations, the applicant's page, the reviewers' queue and pages, replays."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from lms import clock
from lms.certification.facts import Record
from lms.certification.findings import Evaluation
from lms.certification.models import Application, Decision, Outcome, ReviewNote, State
from lms.certification.record import involved_with, record_of
from lms.certification.replay import replay
from lms.certification.scheme_file import Scheme
from lms.certification.schemes import schemes
from lms.db import seeing, session
from lms.errors import NotFound
from lms.people import queries as people
from lms.people.queries import OrganisationCard, PersonCard
from lms.permissions import Role


@dataclass(frozen=True)
class DecisionCard:
    """One decision on an application."""

    id: int
    outcome: str
    by_id: int | None
    at: datetime
    reason: str
    credential_number: str | None
    evaluation: Evaluation


@dataclass(frozen=True)
class ApplicationCard:
    """An application with its scheme and the decisions on it, newest last."""

    id: int
    person_id: int
    organisation_id: int
    scheme: Scheme
    state: str
    is_automatic: bool
    submitted_at: datetime
    closed_at: datetime | None
    decisions: tuple[DecisionCard, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.state in (State.SUBMITTED, State.RETURNED)

    @property
    def last(self) -> DecisionCard | None:
        """The newest decision, if there is one."""
        return self.decisions[-1] if self.decisions else None

    @property
    def credential_number(self) -> str | None:
        """The number of the credential it led to."""
        return self.last.credential_number if self.last else None


@dataclass(frozen=True)
class Progress:
    """One scheme for one person: what was found, what it was found from, and what can be done now.

    `applications` are all of the person's, newest first; `schemes` those that may be looked at.
    """

    person: PersonCard
    scheme: Scheme
    issuer: OrganisationCard | None
    evaluation: Evaluation
    record: Record
    application: ApplicationCard | None
    applications: tuple[ApplicationCard, ...]
    schemes: tuple[Scheme, ...]

    @property
    def is_offered(self) -> bool:
        """Whether somebody here issues it; other bodies' rules are only shown."""
        return self.issuer is not None

    @property
    def may_apply(self) -> bool:
        """All is met, a review is asked for, and nothing is under way."""
        return (
            self.is_offered
            and self.scheme.is_reviewed
            and self.evaluation.is_met
            and (self.application is None or self.application.state == State.REFUSED)
        )

    @property
    def may_take(self) -> bool:
        """All is met and no review is asked for: the completion can be had at once."""
        return (
            self.is_offered
            and not self.scheme.is_reviewed
            and self.evaluation.is_met
            and self.application is None
        )


# --- evaluations ----------------------------------------------------------------------------------


def issuer_of(scheme: Scheme) -> OrganisationCard | None:
    """The organisation that issues under this scheme, or None when nobody here does."""
    if scheme.issuer == "none":
        return None
    try:
        return people.organisation_by_slug(scheme.issuer)
    except NotFound:
        return None


def is_offered_to(person_id: int, scheme: Scheme, issuer: OrganisationCard) -> bool:
    """A completion is for the trainees of its issuer; a certification body takes anyone's application."""
    if scheme.kind == "certification":
        return True
    return any(one.id == issuer.id for one in people.organisations_of(person_id, Role.TRAINEE))


def evaluation_of(person_id: int, scheme_id: str, as_of: date | None = None) -> Evaluation:
    """The person's standing under the scheme in force at `as_of` (today at its issuer). Raises NotFound."""
    return progress_of(person_id, scheme_id, as_of).evaluation


def progress_of(person_id: int, scheme_id: str | None = None, as_of: date | None = None) -> Progress:
    """The person's standing under a scheme: the one asked for, else the one they work towards.

    An open application is judged by the version that it is pinned to. Raises NotFound.
    """
    person = people.person(person_id)
    day = as_of or clock.today(person.timezone)
    applications = applications_of(person_id)
    found = tuple(sorted(schemes().in_force(day), key=lambda scheme: scheme.issuer == "none"))
    wanted = scheme_id or _worked_towards(applications, found)
    application = next((one for one in applications if one.scheme.id == wanted), None)
    scheme = (
        application.scheme
        if application and application.is_open
        else next((one for one in found if one.id == wanted), None)
    )
    if scheme is None:
        raise NotFound
    issuer = issuer_of(scheme)
    if issuer is not None and not is_offered_to(person_id, scheme, issuer):
        issuer = None
    zone = issuer.timezone if issuer else person.timezone
    record = scheme.allocated(record_of(person_id, zone))
    evaluation = scheme.evaluate(record, as_of or clock.today(zone))
    return Progress(person, scheme, issuer, evaluation, record, application, applications, found)


def _worked_towards(applications: tuple[ApplicationCard, ...], found: tuple[Scheme, ...]) -> str | None:
    """What a person works towards: an open application's scheme, else the first certification offered."""
    under_way = [one.scheme for one in applications if one.is_open]
    offered = [scheme for scheme in found if scheme.issuer != "none"]
    certifications = [scheme for scheme in offered if scheme.kind == "certification"]
    return next((scheme.id for scheme in (*under_way, *certifications, *offered)), None)


# --- applications ---------------------------------------------------------------------------------


def application(application_id: int) -> ApplicationCard:
    """One application in scope. Raises NotFound."""
    found = _cards(sa.select(Application).where(Application.id == application_id))
    if not found:
        raise NotFound
    return found[0]


def applications_of(person_id: int) -> tuple[ApplicationCard, ...]:
    """The person's applications, newest first. Automatic completions are among them."""
    return _cards(
        sa.select(Application).where(Application.person_id == person_id).order_by(Application.id.desc())
    )


def _cards(statement: sa.Select[Application]) -> tuple[ApplicationCard, ...]:
    rows = session().scalars(statement).all()
    decisions: dict[int, list[DecisionCard]] = {row.id: [] for row in rows}
    if rows:
        made = sa.select(Decision).where(Decision.application_id.in_(decisions)).order_by(Decision.id)
        for decision in session().scalars(made):
            decisions[decision.application_id].append(_decision_card(decision))
    return tuple(
        ApplicationCard(
            id=row.id,
            person_id=row.person_id,
            organisation_id=row.organisation_id,
            scheme=pinned(row.scheme_id, row.scheme_version),
            state=row.state,
            is_automatic=row.is_automatic,
            submitted_at=row.submitted_at,
            closed_at=row.closed_at,
            decisions=tuple(decisions[row.id]),
        )
        for row in rows
    )


def _decision_card(row: Decision) -> DecisionCard:
    return DecisionCard(
        id=row.id,
        outcome=row.outcome,
        by_id=row.by_id,
        at=row.at,
        reason=row.reason,
        credential_number=row.credential_number,
        evaluation=Evaluation.from_json(row.findings),
    )


def pinned(scheme_id: str, version: int) -> Scheme:
    """That version of a scheme. Raises LookupError when its file is gone, which `doctor` reports."""
    scheme = schemes().version(scheme_id, version)
    if scheme is None:
        raise LookupError(f"the file of scheme {scheme_id} version {version} is missing")
    return scheme


# --- reviewing ------------------------------------------------------------------------------------


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
            record = card.scheme.allocated(record_of(card.person_id, body.timezone))
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


# --- replaying ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Replay:
    """A stored decision beside the same evaluation made again from its stored inputs."""

    decision_id: int
    outcome: str
    stored: Evaluation
    again: Evaluation

    @property
    def is_same(self) -> bool:
        """Whether every finding came out as it was stored, and a grant still stands on a met scheme."""
        return self.again == self.stored and (self.outcome != Outcome.GRANTED or self.again.is_met)


def replay_of(decision_id: int) -> Replay:
    """Make a decision's evaluation again. Raises NotFound."""
    row = session().scalars(sa.select(Decision).where(Decision.id == decision_id)).one_or_none()
    if row is None:
        raise NotFound
    return Replay(row.id, row.outcome, Evaluation.from_json(row.findings), replay(row.inputs))


# --- the first page -------------------------------------------------------------------------------


@dataclass(frozen=True)
class ApplicationStanding:
    """Where a person's newest application under a scheme is."""

    id: int
    state: str


_STANDING = (
    sa.select(Application.id, Application.state)
    .where(
        Application.person_id == sa.bindparam("person_id"), Application.scheme_id == sa.bindparam("scheme_id")
    )
    .order_by(Application.id.desc())
    .limit(1)
)


def standing_of(person_id: int, scheme_id: str) -> ApplicationStanding | None:
    """The person's newest application under the scheme, in one statement; None when there is none."""
    row = session().execute(_STANDING, {"person_id": person_id, "scheme_id": scheme_id}).first()
    return ApplicationStanding(*row) if row else None
