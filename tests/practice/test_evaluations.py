"""Competency evaluations: observer, evaluator and approver, the rubric's own line, and what is signed."""

import re
from typing import Any

import pytest
import sqlalchemy as sa

from lms.assessment.queries import rubric
from lms.assessment.rubrics import is_pass
from lms.audit import AuditEvent
from lms.certification.record import involved_with, record_of
from lms.errors import Conflict, Forbidden, Invalid
from lms.practice import queries, services
from lms.practice.models import CompetencyEvaluation, EvaluationStep, Placement
from lms.practice.queries.signatures import Recheck
from tests.conftest import Clients, Transactions
from tests.personas import Personas
from tests.practice import scenes

RUBRIC = "competency-evaluation"


@pytest.fixture
def placed(tx: Transactions, personas: Personas) -> Placement:
    with tx():
        made = scenes.placement(personas)
        scenes.agreement(personas, made)
        return made


def observed(personas: Personas, placed: Placement, **more: Any) -> CompetencyEvaluation:
    values: dict[str, Any] = {
        "placement_id": placed.id,
        "rubric_id": RUBRIC,
        "from_on": scenes.days_ago(60),
        "until_on": scenes.days_ago(1),
        "observed_on": scenes.days_ago(5),
        "setting": "A weekly group",
        "seen": "Asked before helping, twice.",
        "client_key": "evaluation-1",
    }
    return services.observe(more.pop("actor", personas.supervisor), **(values | more))


def levels(level: int = 3, **others: int) -> dict[str, int]:
    return {one.id: level for one in rubric(RUBRIC).criteria} | others


def scored(personas: Personas, evaluation_id: int, given: dict[str, int] | None = None) -> EvaluationStep:
    chosen = given or levels()
    steps = {name: "Sit in on two more groups." for name, level in chosen.items() if level < 3}
    return services.score(personas.supervisor, evaluation_id=evaluation_id, levels=chosen, comments=steps)


def mismatches(tx: Transactions) -> list[str]:
    with tx.reading():
        return [str(one) for one in Recheck().mismatches()]


def test_three_steps_lead_to_a_fact(tx: Transactions, personas: Personas, placed: Placement) -> None:
    with tx():
        entry = scenes.submitted(placed, scenes.days_ago(9), minutes=90)
        entry_id = entry.id
    with tx():
        services.sign_off(personas.supervisor, entry_ids=[entry_id], statement_version=1)
    with tx():
        row_id = observed(personas, placed).id
    with tx():
        scored(personas, row_id)
        assert queries.evaluations_of(personas.trainee) == ()
    with tx():
        services.answer_evaluation(personas.coordinator, evaluation_id=row_id, is_approved=True)
    with tx.reading():
        (fact,) = queries.evaluations_of(personas.trainee)
        assert (fact.rubric_id, fact.is_passed, fact.minutes) == (RUBRIC, True, 90)
        assert queries.evaluation(row_id).state == "approved"
        record = record_of(personas.trainee, "UTC")
        assert [(one.form, one.is_passed) for one in record.performance] == [(RUBRIC, True)]
        assert {personas.supervisor, personas.coordinator} <= involved_with(personas.trainee)
    assert mismatches(tx) == []


@pytest.mark.parametrize(
    ("given", "passes"),
    [
        ({}, True),
        ({"boundaries": 2}, False),
        ({"crisis": 2}, False),
        ({"relationship": 1}, False),
        ({"relationship": 2}, True),
    ],
)
def test_the_rubrics_own_line_decides(given: dict[str, int], passes: bool, app: object) -> None:
    assert is_pass(rubric(RUBRIC), levels(3, **given)) is passes


def test_the_mean_is_not_rounded(app: object) -> None:
    chosen = rubric(RUBRIC)
    low = {one.id: 2 for one in chosen.criteria} | dict(chosen.passing.must)
    assert sum(low.values()) / len(low) < float(chosen.passing.mean) or is_pass(chosen, low)
    with pytest.raises(ValueError, match="every criterion"):
        is_pass(chosen, {})


def test_the_evaluator_does_not_approve(tx: Transactions, personas: Personas, placed: Placement) -> None:
    with tx():
        row_id = observed(personas, placed).id
        scored(personas, row_id)
    for actor in (personas.supervisor, personas.trainee):
        with tx(), pytest.raises(Forbidden):
            services.answer_evaluation(actor, evaluation_id=row_id, is_approved=True)


def test_the_database_knows_that_they_are_two(tx: Transactions, personas: Personas, placed: Placement) -> None:
    with tx():
        row_id = observed(personas, placed).id
        step = scored(personas, row_id)
        values = {
            column.name: getattr(step, column.name)
            for column in EvaluationStep.__table__.columns
            if column.name != "id"
        }
    values |= {"kind": "approved", "evaluator_id": personas.supervisor, "minutes": None, "is_passed": None}
    with pytest.raises(sa.exc.IntegrityError), tx() as session:
        session.execute(sa.insert(EvaluationStep.__table__), values)


def test_only_a_named_supervisor_observes(tx: Transactions, personas: Personas, placed: Placement) -> None:
    for actor in (personas.coordinator, personas.trainee, personas.foreign_supervisor):
        with tx(), pytest.raises(Forbidden):
            observed(personas, placed, actor=actor)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"observed_on": scenes.days_ago(90)}, "observed_on"),
        ({"until_on": scenes.days_ago(-2)}, "until_on"),
        ({"seen": "  "}, "seen"),
        ({"setting": "x" * 281}, "setting"),
    ],
)
def test_what_makes_no_sense_is_told(
    tx: Transactions, personas: Personas, placed: Placement, changes: dict[str, Any], field: str
) -> None:
    with tx(), pytest.raises(Invalid) as refused:
        observed(personas, placed, **changes)
    assert refused.value.field == field


def test_a_low_level_needs_a_next_step(tx: Transactions, personas: Personas, placed: Placement) -> None:
    with tx():
        row_id = observed(personas, placed).id
    with tx(), pytest.raises(Invalid) as refused:
        services.score(personas.supervisor, evaluation_id=row_id, levels=levels(relationship=2), comments={})
    assert refused.value.field == "why_relationship"


def test_each_step_happens_once(tx: Transactions, personas: Personas, placed: Placement) -> None:
    with tx():
        row_id = observed(personas, placed).id
        assert observed(personas, placed).id == row_id
        scored(personas, row_id)
    with tx(), pytest.raises(Conflict):
        scored(personas, row_id)
    with tx():
        services.answer_evaluation(
            personas.coordinator, evaluation_id=row_id, is_approved=False, words="Please see a second group."
        )
    with tx(), pytest.raises(Conflict):
        services.answer_evaluation(personas.coordinator, evaluation_id=row_id, is_approved=True)
    with tx.reading():
        assert queries.evaluations_of(personas.trainee) == ()


TAMPERING = {
    "UPDATE evaluation_step SET words = 'x' WHERE kind = 'observed'": "evaluation_step",
    "UPDATE evaluation_step SET is_passed = NOT is_passed WHERE kind = 'scored'": "evaluation_step",
    "UPDATE evaluation_step SET minutes = minutes + 600 WHERE kind = 'scored'": "evaluation_step",
    "UPDATE evaluation_step SET scores = '[]' WHERE kind = 'scored'": "evaluation_step",
    "UPDATE evaluation_step SET by_name = 'Somebody' WHERE kind = 'approved'": "evaluation_step",
    "DELETE FROM evaluation_step WHERE kind = 'approved'": "evaluation_step",
    "UPDATE competency_evaluation SET rubric_id = 'listening-role-play'": "competency_evaluation",
    "UPDATE competency_evaluation SET setting = 'elsewhere'": "competency_evaluation",
}


@pytest.mark.parametrize("statement", TAMPERING)
def test_a_changed_row_is_refused_and_a_forced_one_named(
    tx: Transactions, personas: Personas, placed: Placement, statement: str
) -> None:
    with tx():
        row_id = observed(personas, placed).id
        scored(personas, row_id)
        services.answer_evaluation(personas.coordinator, evaluation_id=row_id, is_approved=True)
    with pytest.raises(sa.exc.DatabaseError), tx() as session:
        session.execute(sa.text(statement))
    table = re.search(r"(evaluation_step|competency_evaluation)", statement)
    assert table is not None
    with tx() as session:
        is_sqlite = session.get_bind().dialect.name == "sqlite"
        for name in ("fixed", "stays"):
            on = "" if is_sqlite else f" ON {table[1]}"
            session.execute(sa.text(f"DROP TRIGGER {table[1]}_{name}{on}"))
        session.execute(sa.text(statement))
    assert any(TAMPERING[statement] in line for line in mismatches(tx))


def test_three_people_do_it_by_their_pages(
    tx: Transactions, clients: Clients, personas: Personas, placed: Placement
) -> None:
    supervisor, coordinator, trainee = (
        clients(one) for one in (personas.supervisor, personas.coordinator, personas.trainee)
    )
    new = f"/placements/{placed.id}/evaluations/new"
    assert "Begin an evaluation" in supervisor.get(f"/placements/{placed.id}").text
    assert trainee.get(new).status_code == 403
    begun = {
        "rubric_id": RUBRIC,
        "from_on": scenes.days_ago(60).isoformat(),
        "until_on": scenes.days_ago(1).isoformat(),
        "observed_on": scenes.days_ago(5).isoformat(),
        "setting": "A group",
        "seen": "Asked before helping.",
        "client_key": "a-key-of-a-form",
        "statement_version": "1",
        "is_meant": "y",
    }
    bad = supervisor.post(new, data=begun | {"observed_on": scenes.days_ago(80).isoformat()})
    assert bad.status_code == 422
    assert "Asked before helping." in bad.text
    made = supervisor.post(new, data=begun, follow_redirects=True)
    assert "Score it" in made.text
    with tx.reading() as session:
        row_id = session.scalar(sa.select(CompetencyEvaluation.id))
    page = f"/evaluations/{row_id}"
    scores = {f"level_{one.id}": "3" for one in rubric(RUBRIC).criteria}
    said = supervisor.post(
        f"{page}/score", data=scores | {"statement_version": "1", "is_meant": "y"}, follow_redirects=True
    )
    assert "Meets the rubric" in said.text
    assert "Sign the answer" not in said.text
    assert supervisor.post(f"{page}/answer", data={}).status_code == 403
    answered = coordinator.post(
        f"{page}/answer",
        data={"outcome": "approve", "statement_version": "1", "is_meant": "y"},
        follow_redirects=True,
    )
    assert "Approved" in answered.text
    own = trainee.post(
        f"{page}/comment", data={"words": "I would add the Monday group."}, follow_redirects=True
    )
    assert "I would add the Monday group." in own.text
    assert clients(personas.other_trainee).get(page).status_code == 404
    with tx.reading() as session:
        events = session.scalars(
            sa.select(AuditEvent.action).where(AuditEvent.subject == "competency_evaluation")
        ).all()
    assert len(events) == 4
