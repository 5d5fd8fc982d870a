"""Competency evaluations: observe, score by a rubric, approve or ask for a new one, comment."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from lms import audit, clock
from lms.assessment.queries import rubric as rubric_of
from lms.assessment.rubrics import fingerprint as rubric_fingerprint
from lms.assessment.rubrics import is_pass
from lms.audit import Action
from lms.db import lock, session
from lms.errors import Conflict, Forbidden, Invalid, NotFound
from lms.people.queries import person
from lms.practice.evaluations import CURRENT_EVALUATION, State, Step, line_of_step, state_of
from lms.practice.models import CompetencyEvaluation, EvaluationStep, Placement
from lms.practice.queries import agreements_for, conflicts_of, placement
from lms.practice.queries.totals import totals_of
from lms.practice.rules import covers
from lms.practice.statements import fingerprint

LONGEST_WORDS = 2000
LONGEST_COMMENT = 500
LONGEST_SETTING = 280


def observe(
    actor_id: int,
    *,
    placement_id: int,
    rubric_id: str,
    from_on: date,
    until_on: date,
    observed_on: date,
    setting: str,
    seen: str,
    client_key: str,
    method: str = "statement",
) -> CompetencyEvaluation:
    """Begin an evaluation of the practice between two days with what was seen on one of them.

    The same `client_key` again answers the first row. Raises Invalid for dates or words, Forbidden for one
    who was not a supervisor there on the day, NotFound.
    """
    place = session().scalar(lock(sa.select(Placement).where(Placement.id == placement_id)))
    if place is None:
        raise NotFound
    again = session().scalar(
        sa.select(CompetencyEvaluation).where(
            CompetencyEvaluation.person_id == place.person_id, CompetencyEvaluation.client_key == client_key
        )
    )
    if again is not None:
        return again
    if until_on < from_on or not from_on <= observed_on <= until_on:
        raise Invalid("observed_on", _("The day must lie between the first and the last day."))
    if until_on > clock.today(place.zone):
        raise Invalid("until_on", _("This day is still to come. Evaluate what has happened."))
    place_said, said = _words("setting", setting, LONGEST_SETTING), _words("seen", seen, LONGEST_WORDS)
    _check_signer(actor_id, place, observed_on)
    chosen = rubric_of(rubric_id)
    row = CompetencyEvaluation(
        organisation_id=place.organisation_id,
        person_id=place.person_id,
        placement_id=place.id,
        rubric_id=chosen.id,
        rubric_revision=chosen.revision,
        rubric_sha256=rubric_fingerprint(chosen),
        from_on=from_on,
        until_on=until_on,
        observed_on=observed_on,
        setting=place_said,
        client_key=client_key,
        created_at=clock.now(),
    )
    session().add(row)
    session().flush()
    _take(actor_id, row, Step.OBSERVED, Action.PRACTICE_OBSERVE, method, words=said)
    return row


def score(
    actor_id: int,
    *,
    evaluation_id: int,
    levels: Mapping[str, int],
    comments: Mapping[str, str],
    words: str = "",
    method: str = "statement",
) -> EvaluationStep:
    """Score an observed evaluation, each criterion with its level; a level below 3 needs a next step in words.

    Raises Conflict when it was scored or the rubric has changed since, Invalid, Forbidden, NotFound.
    """
    row, steps = _locked(evaluation_id)
    if state_of(one.kind for one in steps) is not State.OBSERVED:
        raise Conflict(_("This evaluation was scored already."))
    chosen = rubric_of(row.rubric_id)
    if rubric_fingerprint(chosen) != row.rubric_sha256:
        raise Conflict(_("The rubric has a new wording. Begin a new evaluation with it."))
    place = placement(row.placement_id)
    _check_signer(actor_id, place, row.observed_on)
    said = {name: " ".join(text.split()) for name, text in comments.items()}
    for one in chosen.criteria:
        if not 1 <= levels.get(one.id, 0) <= len(one.levels):
            raise Invalid(f"level_{one.id}", _("Choose a level."))
        if levels[one.id] < 3 and not said.get(one.id):
            raise Invalid(f"why_{one.id}", _("Write one next step, so that the trainee knows how to go on."))
        if len(said.get(one.id, "")) > LONGEST_COMMENT:
            raise Invalid(f"why_{one.id}", _("Keep it to %(most)s letters.", most=LONGEST_COMMENT))
    return _take(
        actor_id,
        row,
        Step.SCORED,
        Action.PRACTICE_SCORE_EVALUATION,
        method,
        words=_words("words", words, LONGEST_WORDS, is_needed=False),
        minutes=totals_of(place, row.from_on, row.until_on).minutes,
        is_passed=is_pass(chosen, levels),
        scores=[[one.id, levels[one.id], said.get(one.id, "")] for one in chosen.criteria],
    )


def answer_evaluation(
    actor_id: int, *, evaluation_id: int, is_approved: bool, words: str = "", method: str = "statement"
) -> EvaluationStep:
    """Approve a scored evaluation, or ask for a new one with a reason; once.

    Raises Forbidden for the evaluator and the trainee, Conflict when it is not waiting, Invalid, NotFound.
    """
    row, steps = _locked(evaluation_id)
    scored = next((one for one in steps if one.kind == Step.SCORED), None)
    if scored is None or state_of(one.kind for one in steps) is not State.SCORED:
        raise Conflict(_("This evaluation does not wait for an answer."))
    if actor_id in (scored.by_id, row.person_id):
        raise Forbidden(_("Somebody who did not score it must approve it."))
    return _take(
        actor_id,
        row,
        Step.APPROVED if is_approved else Step.ASKED,
        Action.PRACTICE_ANSWER_EVALUATION,
        method,
        words=_words("words", words, LONGEST_WORDS, is_needed=not is_approved),
        evaluator_id=scored.by_id,
    )


def comment_on_evaluation(actor_id: int, *, evaluation_id: int, words: str) -> EvaluationStep:
    """Add the trainee's own words, which stay beside those of the others. Raises Forbidden, Invalid."""
    row, _steps = _locked(evaluation_id)
    if actor_id != row.person_id:
        raise Forbidden
    said = _words("words", words, LONGEST_WORDS)
    return _take(actor_id, row, Step.COMMENTED, Action.PRACTICE_COMMENT_EVALUATION, "statement", words=said)


def _locked(evaluation_id: int) -> tuple[CompetencyEvaluation, list[EvaluationStep]]:
    row = session().scalar(
        lock(sa.select(CompetencyEvaluation).where(CompetencyEvaluation.id == evaluation_id))
    )
    if row is None:
        raise NotFound
    steps = session().scalars(
        sa.select(EvaluationStep).where(EvaluationStep.evaluation_id == row.id).order_by(EvaluationStep.id)
    )
    return row, list(steps)


def _check_signer(actor_id: int, place: Any, on: date) -> None:
    """Who observes or scores is named in an agreement that covers the day, and is not close."""
    if actor_id == place.person_id or place.person_id in conflicts_of(actor_id):
        raise Forbidden(_("Somebody who is not close to this person must do this."))
    named = agreements_for([place.id], actor_id).get(place.id, ())
    if not any(covers(one, on) for one in named):
        raise Forbidden(_("No supervision agreement of yours covers this day."))


def _words(field: str, text: str, most: int, *, is_needed: bool = True) -> str:
    said = text.replace("\r\n", "\n").strip()
    if is_needed and not said:
        raise Invalid(field, _("Write something."))
    if len(said) > most:
        raise Invalid(field, _("Keep it to %(most)s letters.", most=most))
    return said


def _take(
    actor_id: int, row: CompetencyEvaluation, kind: Step, action: Action, method: str, **facts: Any
) -> EvaluationStep:
    """One signed step, with its canonical line, and the audit event that seals its hash."""
    values = {"words": "", "evaluator_id": None, "minutes": None, "is_passed": None, "scores": []} | facts
    step = EvaluationStep(
        organisation_id=row.organisation_id,
        person_id=row.person_id,
        evaluation_id=row.id,
        kind=kind.value,
        by_id=actor_id,
        by_name=person(actor_id).legal_name,
        at=clock.now(),
        method=method,
        statement_version=CURRENT_EVALUATION.version,
        statement=CURRENT_EVALUATION.text,
        **values,
    )
    step.line = line_of_step(row, step)
    step.sha256 = fingerprint(step.line)
    session().add(step)
    try:
        session().flush()
    except IntegrityError as twice:
        raise Conflict(_("Someone was faster. Load the page again to see it as it is now.")) from twice
    audit.record(
        action,
        actor_id=actor_id,
        subject="competency_evaluation",
        subject_id=row.id,
        organisation_id=row.organisation_id,
        details={"step": step.id, "sha256": step.sha256},
    )
    return step
