"""Reads of what was handed in: results as evidence, the pages of a result, an assessor's list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import sqlalchemy as sa

from lms import clock
from lms.assessment.bank import ExaminationKind, bank
from lms.assessment.grading import DomainTally, Marked, StudyPart, grade, marked, split_by_cut, study_plan
from lms.assessment.items import Domain, FormGiven, Words
from lms.assessment.models import Attempt, Response, Result
from lms.assessment.queries.examinations import past_attempts, title_of
from lms.assessment.rules import StartAnswer, may_start
from lms.db import session
from lms.errors import NotFound
from lms.people.queries import people

# Whoever has a result was handed in: the check constraint and the grading tie the two.
_ENDED_AT = cast("sa.SQLColumnExpression[datetime]", Attempt.handed_in_at)


def answers_of(attempt_id: int) -> dict[str, list[str]]:
    """The saved answers of an attempt: item id to the ids of the options chosen."""
    rows = session().execute(
        sa.select(Response.item_id, Response.chosen).where(Response.attempt_id == attempt_id)
    )
    return {row.item_id: row.chosen for row in rows}


# --- what other slices and the home page ask -------------------------------------------------------


@dataclass(frozen=True)
class ExamResult:
    """One result as evidence: what was sat, what it earned, and when it was handed in."""

    id: int
    examination_id: str
    form_id: str
    score_percent: int
    cut_percent: int
    is_passed: bool
    handed_in_at: datetime
    number: int
    attempt_id: int
    form_revision: int
    organisation_id: int


_RESULTS_OF = (
    sa.select(
        Result.id,
        Attempt.examination_id,
        Attempt.form_id,
        Result.percent,
        Result.cut_percent,
        Result.is_passed,
        _ENDED_AT,
        Attempt.number,
        Attempt.id,
        Attempt.form_revision,
        Attempt.organisation_id,
    )
    .join(Attempt, Attempt.id == Result.attempt_id)
    .where(Attempt.person_id == sa.bindparam("person_id"))
    .order_by(Attempt.handed_in_at, Attempt.id)
)


def results_of(person_id: int) -> tuple[ExamResult, ...]:
    """Every result of the person, oldest hand-in first."""
    return tuple(ExamResult(*row) for row in session().execute(_RESULTS_OF, {"person_id": person_id}))


def examiners_of(person_id: int) -> frozenset[int]:
    """The people who marked work of this person. Forms are graded by their key, so nobody has yet."""
    return frozenset()


# --- the pages of a result -------------------------------------------------------------------------


@dataclass(frozen=True)
class ResultPage:
    """A result with what the page needs: strengths, what to study, and the next try."""

    attempt_id: int
    person_id: int
    organisation_id: int
    examination_id: str
    title: Words
    number: int
    handed_in_at: datetime
    is_by_clock: bool
    points: int
    of_points: int
    percent: int
    cut_percent: int
    is_passed: bool
    strengths: tuple[DomainTally, ...]
    to_study: tuple[DomainTally, ...]
    study: tuple[StudyPart, ...]
    start: StartAnswer | None
    has_answers: bool


def result_page(attempt_id: int) -> ResultPage:
    """The result of an attempt, in three queries. Raises NotFound when there is none (yet)."""
    row = (
        session()
        .execute(
            sa.select(Attempt, Result)
            .join(Result, Result.attempt_id == Attempt.id)
            .where(Attempt.id == attempt_id)
        )
        .first()
    )
    if row is None:
        raise NotFound
    attempt, result = row
    tallies = [DomainTally(Domain(one["domain"]), one["right"], one["of"]) for one in result.domains]
    strengths, to_study = split_by_cut(tallies, result.cut_percent)
    graded = grade(FormGiven.from_json(attempt.form), answers_of(attempt_id), attempt.cut_percent)
    examination = bank().examinations.get(attempt.examination_id)
    return ResultPage(
        attempt_id=attempt.id,
        person_id=attempt.person_id,
        organisation_id=attempt.organisation_id,
        examination_id=attempt.examination_id,
        title=title_of(attempt.examination_id),
        number=attempt.number,
        handed_in_at=cast("datetime", attempt.handed_in_at),
        is_by_clock=attempt.closed_by == "clock",
        points=result.points,
        of_points=result.of_points,
        percent=result.percent,
        cut_percent=result.cut_percent,
        is_passed=result.is_passed,
        strengths=strengths,
        to_study=to_study,
        study=study_plan(to_study, graded.lessons_to_study),
        start=may_start(
            past_attempts(attempt.person_id, attempt.examination_id), examination.limits, clock.now()
        )
        if examination
        else None,
        has_answers=may_explain(attempt.examination_id),
    )


@dataclass(frozen=True)
class AnswersPage:
    """Every question of a module check that was handed in, with the answer, the key and each why."""

    attempt_id: int
    person_id: int
    organisation_id: int
    title: Words
    questions: tuple[Marked, ...]


def answers_page(attempt_id: int) -> AnswersPage:
    """The answers explained, in two queries. Raises NotFound before the hand-in and for an examination.

    A module check is there to learn from. The items of an examination are asked again, of others and in
    another try, so their keys are not shown.
    """
    attempt = session().scalar(
        sa.select(Attempt).join(Result, Result.attempt_id == Attempt.id).where(Attempt.id == attempt_id)
    )
    if attempt is None or not may_explain(attempt.examination_id):
        raise NotFound
    answers = answers_of(attempt_id)
    form = FormGiven.from_json(attempt.form)
    return AnswersPage(
        attempt_id=attempt.id,
        person_id=attempt.person_id,
        organisation_id=attempt.organisation_id,
        title=title_of(attempt.examination_id),
        questions=tuple(marked(item, answers.get(item.id, ())) for item in form.items),
    )


def may_explain(examination_id: str) -> bool:
    """True when the keys may be shown after a hand-in."""
    examination = bank().examinations.get(examination_id)
    return examination is not None and examination.kind is ExaminationKind.MODULE_CHECK


@dataclass(frozen=True)
class ResultLine:
    """One line of an assessor's list."""

    attempt_id: int
    person_name: str
    title: Words
    number: int
    percent: int
    is_passed: bool
    handed_in_at: datetime


def latest_results(organisation_ids: Iterable[int], most: int = 100) -> tuple[ResultLine, ...]:
    """The newest results in these organisations, in two queries."""
    rows = (
        session()
        .execute(
            sa.select(
                Attempt.id,
                Attempt.person_id,
                Attempt.examination_id,
                Attempt.number,
                Result.percent,
                Result.is_passed,
                Attempt.handed_in_at,
            )
            .join(Result, Result.attempt_id == Attempt.id)
            .where(Attempt.organisation_id.in_(sorted(organisation_ids)))
            .order_by(Attempt.handed_in_at.desc(), Attempt.id.desc())
            .limit(most)
        )
        .all()
    )
    cards = people(row.person_id for row in rows)
    return tuple(
        ResultLine(
            attempt_id=row.id,
            person_name=cards[row.person_id].chosen_name,
            title=title_of(row.examination_id),
            number=row.number,
            percent=row.percent,
            is_passed=row.is_passed,
            handed_in_at=row.handed_in_at,
        )
        for row in rows
    )
