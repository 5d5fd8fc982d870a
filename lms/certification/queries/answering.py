"""What surrounds a decision: sendings, recommendations, appeals, and the day by which a body answers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from lms import clock
from lms.certification.deadline import due_on, last_day_to_appeal
from lms.certification.findings import Evaluation
from lms.certification.models import (
    Appeal,
    AppealAnswer,
    Application,
    Decision,
    Outcome,
    Recommendation,
    Sending,
    State,
)
from lms.certification.queries.applications import ApplicationCard, pinned
from lms.certification.two_reviewers import disagree
from lms.db import session
from lms.errors import NotFound
from lms.people import queries as people
from lms.people.queries import PersonCard


@dataclass(frozen=True)
class SendingCard:
    """One sending, with how each requirement stood then where that was kept."""

    round: int
    at: datetime
    evaluation: Evaluation | None


@dataclass(frozen=True)
class WordCard:
    """A reviewer's word on an application that two must look at."""

    round: int
    place: int
    outcome: str
    reason: str
    by_id: int
    at: datetime


@dataclass(frozen=True)
class AppealCard:
    """An appeal with its answer, if there is one."""

    id: int
    application_id: int
    reason: str
    at: datetime
    outcome: str | None
    answer: str | None
    answered_by_id: int | None
    answered_at: datetime | None
    new_application_id: int | None

    @property
    def is_open(self) -> bool:
        return self.outcome is None


@dataclass(frozen=True)
class Way:
    """The way of an application: what was sent, what reviewers said, and what came after the decision.

    `answer_by` is the last day for the body's answer; None without a deadline, after the decision, and
    while the applicant has it. `appeal_by` is the last day for an appeal, None when none can be made.
    """

    sendings: tuple[SendingCard, ...]
    words: tuple[WordCard, ...]
    appeal: AppealCard | None
    appealed_id: int | None
    answer_by: date | None
    today: date
    appeal_by: date | None

    @property
    def is_overdue(self) -> bool:
        """Whether the day for the body's answer is over."""
        return self.answer_by is not None and self.answer_by < self.today

    @property
    def now(self) -> tuple[WordCard, ...]:
        """The words on the newest sending."""
        newest = self.sendings[-1].round if self.sendings else 1
        return tuple(word for word in self.words if word.round == newest)

    @property
    def is_disagreed(self) -> bool:
        """Whether two reviewers differ, so that a third person or the registrar decides."""
        return disagree([word.outcome for word in self.now])


def way_of(card: ApplicationCard, zone: str) -> Way:
    """Everything around the decisions of one application, in three statements. `zone` is the body's."""
    sendings = _sendings(card.id)
    words = _words(sa.select(Recommendation).where(Recommendation.application_id == card.id))
    appeals = _appeals(sa.or_(Appeal.application_id == card.id, AppealAnswer.new_application_id == card.id))
    appeal = next((one for one in appeals if one.application_id == card.id), None)
    before = next((one.application_id for one in appeals if one.new_application_id == card.id), None)
    answer_by = appeal_by = None
    if card.state == State.SUBMITTED:
        answer_by = due_on(
            (one.at for one in sendings),
            (one.at for one in card.decisions if one.outcome == Outcome.RETURNED),
            within_days=card.scheme.decide_within_days,
            zone=zone,
        )
    today = clock.today(zone)
    if card.state == State.REFUSED and card.last is not None and appeal is None and before is None:
        last = last_day_to_appeal(card.last.at, within_days=card.scheme.appeal_within_days, zone=zone)
        appeal_by = last if today <= last else None
    return Way(sendings, words, appeal, before, answer_by, today, appeal_by)


def _sendings(application_id: int) -> tuple[SendingCard, ...]:
    rows = session().scalars(
        sa.select(Sending).where(Sending.application_id == application_id).order_by(Sending.round)
    )
    return tuple(
        SendingCard(row.round, row.at, Evaluation.from_json(row.findings) if row.findings else None)
        for row in rows
    )


def _words(statement: sa.Select[Recommendation]) -> tuple[WordCard, ...]:
    rows = session().scalars(statement.order_by(Recommendation.round, Recommendation.place))
    return tuple(WordCard(row.round, row.place, row.outcome, row.reason, row.by_id, row.at) for row in rows)


def _appeals(where: sa.ColumnElement[bool]) -> tuple[AppealCard, ...]:
    rows = session().execute(
        sa.select(Appeal, AppealAnswer)
        .outerjoin(AppealAnswer, AppealAnswer.appeal_id == Appeal.id)
        .where(where)
        .order_by(Appeal.id)
    )
    return tuple(
        AppealCard(
            id=appeal.id,
            application_id=appeal.application_id,
            reason=appeal.reason,
            at=appeal.at,
            outcome=answer.outcome if answer else None,
            answer=answer.reason if answer else None,
            answered_by_id=answer.by_id if answer else None,
            answered_at=answer.at if answer else None,
            new_application_id=answer.new_application_id if answer else None,
        )
        for appeal, answer in rows
    )


def appeal(appeal_id: int) -> AppealCard:
    """One appeal in scope. Raises NotFound."""
    found = _appeals(Appeal.id == appeal_id)
    if not found:
        raise NotFound
    return found[0]


@dataclass(frozen=True)
class AppealLine:
    """An appeal that waits for an answer."""

    id: int
    applicant: PersonCard
    at: datetime


def appeals_waiting(organisation_ids: frozenset[int], *, most: int = 100) -> tuple[AppealLine, ...]:
    """Appeals at these bodies that nobody has answered, the oldest first."""
    rows = (
        session()
        .execute(
            sa.select(Appeal.id, Appeal.person_id, Appeal.at)
            .outerjoin(AppealAnswer, AppealAnswer.appeal_id == Appeal.id)
            .where(Appeal.organisation_id.in_(sorted(organisation_ids)), AppealAnswer.id.is_(None))
            .order_by(Appeal.at, Appeal.id)
            .limit(most)
        )
        .all()
    )
    cards = people.people({row.person_id for row in rows}) if rows else {}
    return tuple(AppealLine(row.id, cards[row.person_id], row.at) for row in rows)


def round_of(application_id: int) -> int:
    """Which sending of the application is the newest, counted from 1."""
    newest = session().scalar(
        sa.select(sa.func.max(Sending.round)).where(Sending.application_id == application_id)
    )
    return newest or 1


def words_of_round(application_id: int) -> tuple[Recommendation, ...]:
    """The rows of what reviewers said of the newest sending, in their order."""
    return tuple(
        session().scalars(
            sa.select(Recommendation)
            .where(
                Recommendation.application_id == application_id,
                Recommendation.round == round_of(application_id),
            )
            .order_by(Recommendation.place)
        )
    )


def is_disagreed(application_id: int) -> bool:
    """Whether two reviewers differ on the newest sending, so that a third person or the registrar decides."""
    return disagree([word.outcome for word in words_of_round(application_id)])


def judges_of(application_id: int) -> frozenset[int]:
    """Who decided on an application or gave a word on it, and so may not answer an appeal of it."""
    deciders = sa.select(Decision.by_id).where(
        Decision.application_id == application_id, Decision.by_id.is_not(None)
    )
    speakers = sa.select(Recommendation.by_id).where(Recommendation.application_id == application_id)
    found = {*session().scalars(deciders), *session().scalars(speakers)}
    return frozenset(one for one in found if one is not None)


def judges_before(application_id: int) -> frozenset[int]:
    """Who decided the first time, where this application was opened again by an appeal; else nobody."""
    before = session().scalar(
        sa.select(Appeal.application_id)
        .join(AppealAnswer, AppealAnswer.appeal_id == Appeal.id)
        .where(AppealAnswer.new_application_id == application_id)
    )
    return judges_of(before) if before is not None else frozenset()


# --- many at once ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Waiting:
    """What the day to answer is reckoned from, of one application that a body has."""

    id: int
    organisation_id: int
    scheme_id: str
    scheme_version: int


def answer_days(waiting: Iterable[Waiting], zones: dict[int, str]) -> dict[int, date]:
    """The last day to answer of each of these applications that has one, in two statements."""
    ids = {one.id: one for one in waiting}
    if not ids:
        return {}
    sent: dict[int, list[datetime]] = {}
    for application_id, at in session().execute(
        sa.select(Sending.application_id, Sending.at).where(Sending.application_id.in_(ids))
    ):
        sent.setdefault(application_id, []).append(at)
    back: dict[int, list[datetime]] = {}
    for application_id, at in session().execute(
        sa.select(Decision.application_id, Decision.at).where(
            Decision.application_id.in_(ids), Decision.outcome == Outcome.RETURNED.value
        )
    ):
        back.setdefault(application_id, []).append(at)
    found = {}
    for application_id, one in ids.items():
        day = due_on(
            sent.get(application_id, ()),
            back.get(application_id, ()),
            within_days=pinned(one.scheme_id, one.scheme_version).decide_within_days,
            zone=zones[one.organisation_id],
        )
        if day is not None:
            found[application_id] = day
    return found


def overdue_applications() -> dict[int, date]:
    """Applications in scope that wait past the day by which their body answers, with that day."""
    rows = session().execute(
        sa.select(
            Application.id, Application.organisation_id, Application.scheme_id, Application.scheme_version
        ).where(Application.state == State.SUBMITTED.value)
    )
    waiting = [Waiting(*row) for row in rows]
    zones = {one.id: one.timezone for one in people.organisations()}
    days = answer_days(waiting, zones)
    body_of = {one.id: one.organisation_id for one in waiting}
    return {
        application_id: day
        for application_id, day in days.items()
        if day < clock.today(zones[body_of[application_id]])
    }
