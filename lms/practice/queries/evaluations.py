"""Reads of competency evaluations, and their recheck."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from lms.audit import AuditEvent
from lms.db import session
from lms.errors import NotFound
from lms.practice.evaluations import State, Step, evaluation_mismatches, state_of
from lms.practice.models import CompetencyEvaluation, EvaluationStep
from lms.practice.queries.pages import columns_of, pages
from lms.practice.queries.rows import Rows
from lms.practice.recheck import Mismatch


@dataclass(frozen=True)
class StepLine:
    """One step of an evaluation."""

    id: int
    kind: str
    by_id: int
    by_name: str
    at: datetime
    words: str
    minutes: int | None
    is_passed: bool | None
    scores: tuple[tuple[str, int, str], ...]
    sha256: str


@dataclass(frozen=True)
class EvaluationLine:
    """An evaluation with its steps, oldest first."""

    id: int
    organisation_id: int
    person_id: int
    placement_id: int
    rubric_id: str
    rubric_revision: int
    rubric_sha256: str
    from_on: date
    until_on: date
    observed_on: date
    setting: str
    steps: tuple[StepLine, ...]

    @property
    def state(self) -> State:
        """Where it stands."""
        return state_of(step.kind for step in self.steps)

    def step(self, kind: str) -> StepLine | None:
        """The one step of a kind, if it was taken."""
        return next((step for step in self.steps if step.kind == kind), None)


@dataclass(frozen=True)
class EvaluationFact:
    """An approved evaluation as evidence: of how many signed minutes, and whether the rubric was met."""

    evidence: str
    on: date
    rubric_id: str
    is_passed: bool
    from_on: date
    until_on: date
    minutes: int


_ROWS: Rows = sa.select(
    CompetencyEvaluation.id,
    CompetencyEvaluation.organisation_id,
    CompetencyEvaluation.person_id,
    CompetencyEvaluation.placement_id,
    CompetencyEvaluation.rubric_id,
    CompetencyEvaluation.rubric_revision,
    CompetencyEvaluation.rubric_sha256,
    CompetencyEvaluation.from_on,
    CompetencyEvaluation.until_on,
    CompetencyEvaluation.observed_on,
    CompetencyEvaluation.setting,
).order_by(CompetencyEvaluation.id.desc())


def evaluation(evaluation_id: int) -> EvaluationLine:
    """One evaluation. Raises NotFound."""
    found = _lines(_ROWS.where(CompetencyEvaluation.id == evaluation_id))
    if not found:
        raise NotFound
    return found[0]


def evaluations_at(placement_id: int) -> tuple[EvaluationLine, ...]:
    """The evaluations at a placement, the newest first."""
    return _lines(_ROWS.where(CompetencyEvaluation.placement_id == placement_id))


def evaluations_of(person_id: int) -> tuple[EvaluationFact, ...]:
    """The approved evaluations of a person; they count from the day of the approval, in UTC."""
    found = []
    for line in _lines(_ROWS.where(CompetencyEvaluation.person_id == person_id)):
        approved, scored = line.step(Step.APPROVED), line.step(Step.SCORED)
        if approved is None or scored is None:
            continue
        found.append(
            EvaluationFact(
                f"competency_evaluation:{line.id}",
                approved.at.date(),
                line.rubric_id,
                bool(scored.is_passed),
                line.from_on,
                line.until_on,
                scored.minutes or 0,
            )
        )
    return tuple(found)


def evaluations_checked() -> Iterator[tuple[int, list[Mismatch]]]:
    """All evaluations read again, a page at a time: how many signed steps, and what does not match."""
    for page in pages(columns_of(CompetencyEvaluation), CompetencyEvaluation.id):
        ids = [row.id for row in page]
        steps: dict[int, list[Any]] = defaultdict(list)
        for step in session().execute(columns_of(EvaluationStep).where(EvaluationStep.evaluation_id.in_(ids))):
            steps[step.evaluation_id].append(step)
        witnesses: dict[int, dict[str, str]] = defaultdict(dict)
        events = sa.select(AuditEvent.subject_id, AuditEvent.details).where(
            AuditEvent.subject == "competency_evaluation", AuditEvent.subject_id.in_(ids)
        )
        for evaluation_id, details in session().execute(events):
            witnesses[evaluation_id][str((details or {}).get("step"))] = (details or {}).get("sha256", "")
        for row in page:
            yield len(steps[row.id]), evaluation_mismatches(row, steps[row.id], witnesses[row.id])
    noted: Rows = sa.select(AuditEvent.id, AuditEvent.subject_id).where(
        AuditEvent.subject == "competency_evaluation"
    )
    for page in pages(noted, AuditEvent.id):
        named = {event.subject_id for event in page}
        there = set(
            session().scalars(
                sa.select(CompetencyEvaluation.id).where(CompetencyEvaluation.id.in_(sorted(named)))
            )
        )
        yield (
            0,
            [
                Mismatch("competency_evaluation", one, "it was signed, and it is gone.")
                for one in sorted(named - there)
            ],
        )


def _lines(statement: Rows) -> tuple[EvaluationLine, ...]:
    rows = session().execute(statement).all()
    steps: dict[int, list[StepLine]] = defaultdict(list)
    if rows:
        taken = (
            sa.select(
                EvaluationStep.evaluation_id,
                EvaluationStep.id,
                EvaluationStep.kind,
                EvaluationStep.by_id,
                EvaluationStep.by_name,
                EvaluationStep.at,
                EvaluationStep.words,
                EvaluationStep.minutes,
                EvaluationStep.is_passed,
                EvaluationStep.scores,
                EvaluationStep.sha256,
            )
            .where(EvaluationStep.evaluation_id.in_([row.id for row in rows]))
            .order_by(EvaluationStep.id)
        )
        for evaluation_id, *facts in session().execute(taken):
            facts[8] = tuple((name, level, why) for name, level, why in facts[8])
            steps[evaluation_id].append(StepLine(*facts))
    return tuple(EvaluationLine(*[*row, tuple(steps[row.id])]) for row in rows)
