"""Competency evaluations: the steps of one, what each signs, and whether rows still say it. Pure.

Three people speak, in this order: the observer writes what was seen, the evaluator scores it by a rubric, and
the approver, who is neither the evaluator nor the trainee, approves it or asks for a new one. Observer and
evaluator may be one person: at most placements the supervisor is both. That approver and evaluator are two is
the house's own rule, after the separation of duties that boards ask of their reviewers.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC
from enum import StrEnum
from typing import Any

from lms.practice.recheck import Mismatch, differences, read_line
from lms.practice.statements import Fact, Statement, canonical, fingerprint


class Step(StrEnum):
    """What somebody did about an evaluation."""

    OBSERVED = "observed"
    SCORED = "scored"
    APPROVED = "approved"
    ASKED = "asked"
    COMMENTED = "commented"


class State(StrEnum):
    """Where an evaluation stands: computed from its steps."""

    OBSERVED = "observed"
    SCORED = "scored"
    APPROVED = "approved"
    ASKED = "asked"


EVALUATION_STATEMENTS: Mapping[int, Statement] = {
    1: Statement(
        1,
        "I say this from what I saw or read of this work myself, and it is true as far as I know.",
    ),
}
CURRENT_EVALUATION = EVALUATION_STATEMENTS[max(EVALUATION_STATEMENTS)]


def state_of(steps: Iterable[str]) -> State:
    """Where an evaluation with these steps stands."""
    done = set(steps)
    for step, state in (
        (Step.APPROVED, State.APPROVED),
        (Step.ASKED, State.ASKED),
        (Step.SCORED, State.SCORED),
    ):
        if step in done:
            return state
    return State.OBSERVED


def facts_of_evaluation(row: Any) -> dict[str, Fact]:
    """What a signed line says of the evaluation itself, from its row."""
    return {
        "evaluation": row.id,
        "trainee": row.person_id,
        "organisation": row.organisation_id,
        "placement": row.placement_id,
        "rubric": row.rubric_id,
        "rubric_revision": row.rubric_revision,
        "rubric_sha256": row.rubric_sha256,
        "from_on": row.from_on.isoformat(),
        "until_on": row.until_on.isoformat(),
        "observed_on": row.observed_on.isoformat(),
        "setting": row.setting,
    }


def facts_of_step(step: Any) -> dict[str, Fact]:
    """What a signed line says of one step, from its row."""
    return {
        "evaluation": step.evaluation_id,
        "trainee": step.person_id,
        "organisation": step.organisation_id,
        "kind": step.kind,
        "by": step.by_id,
        "by_name": step.by_name,
        "at": step.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "method": step.method,
        "words": step.words,
        "evaluator": step.evaluator_id,
        "minutes": step.minutes,
        "is_passed": step.is_passed,
        "scores": canonical({name: f"{level} {why}" for name, level, why in step.scores or ()}),
        "statement_version": step.statement_version,
        "statement": step.statement,
    }


def line_of_step(row: Any, step: Any) -> str:
    """The canonical line of one step, both given as rows."""
    return canonical(facts_of_evaluation(row) | facts_of_step(step))


def evaluation_mismatches(row: Any, steps: Iterable[Any], witnesses: Mapping[str, str]) -> list[Mismatch]:
    """What is wrong with one evaluation and its steps; `witnesses` are the audit trail's hashes, by step id."""
    found = []
    here = {str(step.id): step for step in steps}
    for key in witnesses.keys() - here.keys():
        found.append(Mismatch("evaluation_step", int(key), "it was signed, and it is gone."))
    for key, step in here.items():
        signed = read_line(step.line)
        faults = []
        if fingerprint(step.line) != step.sha256 or signed is None:
            faults.append("the signed line and its SHA-256 no longer match.")
        if witnesses.get(key) != step.sha256:
            faults.append("its SHA-256 is not the one in the audit trail.")
        if signed is not None:
            faults += differences(signed, facts_of_step(step))
            found += [
                Mismatch("competency_evaluation", row.id, why)
                for why in differences(signed, facts_of_evaluation(row))
            ]
        found += [Mismatch("evaluation_step", step.id, why) for why in faults]
    return list(dict.fromkeys(found))
