"""Applying, deciding, issuing at once, and replaying: on a real database."""

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from lms import clock, db, worker
from lms.app import Lms
from lms.audit import AuditEvent
from lms.certification import queries, services
from lms.certification.models import Application, Decision, Outcome, State
from lms.certification.tasks import COMPLETIONS, issue_completions
from lms.credentials.models import Credential
from lms.credentials.queries import by_number
from lms.db import session
from lms.errors import Conflict, Forbidden, Invalid, NotFound
from lms.mail import OutgoingMail
from lms.permissions import Role
from tests import builders
from tests.certification import facts
from tests.conftest import Transactions
from tests.personas import Personas


@pytest.fixture
def application(tx: Transactions, personas: Personas) -> int:
    """The id of an application of the trainee who meets everything."""
    with tx():
        facts.meet_peer_specialist(personas, personas.trainee)
    with tx():
        made = services.apply(personas.trainee, person_id=personas.trainee, scheme_id="peer-specialist")
        return made.id


def _count(model: type[db.Base]) -> int:
    return session().scalar(sa.select(sa.func.count()).select_from(model)) or 0


def test_the_path_is_walked_one_requirement_after_the_other(tx: Transactions, personas: Personas) -> None:
    person = personas.trainee
    left = []
    steps = (
        lambda: facts.learn(personas, person),
        lambda: facts.practise(personas, person),
        lambda: facts.agree(person),
    )
    for step in (lambda: None, *steps):
        with tx():
            step()
        with tx.reading():
            left.append(len(queries.evaluation_of(person, "peer-specialist").left))
    assert left == [7, 3, 1, 0]


def test_apply_pins_the_version_and_is_audited(tx: Transactions, personas: Personas, application: int) -> None:
    with tx.reading():
        row = session().get_one(Application, application)
        assert (row.organisation_id, row.person_id) == (personas.body, personas.trainee)
        assert (row.scheme_id, row.scheme_version, row.state) == ("peer-specialist", 1, State.SUBMITTED)
        (event,) = session().scalars(sa.select(AuditEvent).where(AuditEvent.action == "certification.apply"))
        assert event.subject_id == application


def test_apply_before_all_is_met_says_so(tx: Transactions, personas: Personas) -> None:
    with tx(), pytest.raises(Invalid, match="left to do"):
        services.apply(personas.trainee, person_id=personas.trainee, scheme_id="peer-specialist")


def test_a_second_application_conflicts(tx: Transactions, personas: Personas, application: int) -> None:
    with tx(), pytest.raises(Conflict):
        services.apply(personas.trainee, person_id=personas.trainee, scheme_id="peer-specialist")


@pytest.mark.parametrize("scheme_id", ["icrc-pr-4domain", "foundations-completion", "nothing"])
def test_only_reviewed_schemes_of_this_house_take_applications(
    tx: Transactions, personas: Personas, scheme_id: str
) -> None:
    with tx(), pytest.raises(NotFound):
        services.apply(personas.trainee, person_id=personas.trainee, scheme_id=scheme_id)


def test_a_grant_stores_findings_evidence_version_and_replays(
    tx: Transactions, personas: Personas, application: int
) -> None:
    with tx():
        decision = services.decide(personas.reviewer, application_id=application, outcome=Outcome.GRANTED)
        number, decision_id = decision.credential_number, decision.id
        assert number is not None
    with tx.reading():
        row = session().get_one(Decision, decision_id)
        assert row.findings["is_met"] is True
        assert row.scheme_version == row.findings["scheme_version"] == 1
        assert len(row.evidence) == len(set(row.evidence)) >= 5 + 4
        assert len(row.evidence_hash) == 64
        again = queries.replay_of(decision_id)
        assert again.is_same
        card = by_number(number)
        assert card is not None
        assert card.person_id == personas.trainee
        assert card.name_as_issued == "Tara Legal"
        assert card.facts.practice_minutes == 1200
        assert card.facts.supervision_minutes == 60
        assert card.facts.training_minutes >= 120
        assert card.facts.examinations == ("Foundations examination",)
        assert card.valid_until is not None
        assert session().get_one(Application, application).closed_at is not None


def test_later_evidence_does_not_change_the_replay(
    tx: Transactions, personas: Personas, application: int
) -> None:
    with tx():
        decision_id = services.decide(personas.reviewer, application_id=application, outcome=Outcome.GRANTED).id
    with tx():
        facts.attend_live_session(personas, personas.trainee, "non-directive")
    with tx.reading():
        assert queries.replay_of(decision_id).is_same


def test_a_changed_decision_is_noticed(tx: Transactions, personas: Personas, application: int) -> None:
    with tx():
        decision_id = services.decide(personas.reviewer, application_id=application, outcome=Outcome.GRANTED).id
    with pytest.raises(DatabaseError), tx() as current:
        current.execute(sa.update(Decision).where(Decision.id == decision_id).values(reason="other"))
    with pytest.raises(DatabaseError), tx() as current:
        current.execute(sa.delete(Decision).where(Decision.id == decision_id))


def test_the_second_decision_conflicts_and_the_same_request_answers_the_first(
    tx: Transactions, personas: Personas, application: int
) -> None:
    key = "a-key-of-one-page"
    with tx():
        first = services.decide(
            personas.reviewer, application_id=application, outcome=Outcome.GRANTED, request_key=key
        ).id
    with tx():
        again = services.decide(
            personas.reviewer, application_id=application, outcome=Outcome.GRANTED, request_key=key
        )
        assert again.id == first
    with tx(), pytest.raises(Conflict):
        services.decide(personas.reviewer, application_id=application, outcome=Outcome.REFUSED, reason="No")
    with tx.reading():
        assert (_count(Decision), _count(Credential)) == (1, 1)


def test_twenty_parallel_decisions_give_one_decision_and_one_credential(
    app: Lms, tx: Transactions, personas: Personas, application: int
) -> None:
    ready = threading.Barrier(20)
    numbers: list[str] = []
    conflicts: list[str] = []

    def decide() -> None:
        ready.wait()
        try:
            with Transactions(app)():
                made = services.decide(personas.reviewer, application_id=application, outcome=Outcome.GRANTED)
                number = str(made.credential_number)
            numbers.append(number)
        except Conflict as late:
            conflicts.append(str(late))

    threads = [threading.Thread(target=decide) for _each in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(numbers), len(conflicts)) == (1, 19)
    with tx.reading():
        assert (_count(Decision), _count(Credential)) == (1, 1)
        assert session().scalars(sa.select(Credential.number)).one() == numbers[0]


def test_who_trained_or_supervised_the_applicant_may_not_decide(
    tx: Transactions, personas: Personas, application: int
) -> None:
    for involved in (personas.trainer, personas.supervisor, personas.trainee):
        with tx(), pytest.raises(Forbidden):
            services.decide(involved, application_id=application, outcome=Outcome.GRANTED)
    with tx.reading():
        assert _count(Decision) == 0


def test_a_grant_is_refused_when_the_requirements_are_no_longer_met(
    tx: Transactions, personas: Personas, application: int
) -> None:
    later = clock.now().date() + timedelta(days=800)
    clock.pretend_today(later)
    try:
        with tx(), pytest.raises(Conflict, match="not all met"):
            services.decide(personas.reviewer, application_id=application, outcome=Outcome.GRANTED)
    finally:
        clock.pretend_today(None)
    with tx.reading():
        assert (_count(Decision), _count(Credential)) == (0, 0)


def test_a_returned_application_is_sent_again_and_then_granted(
    tx: Transactions, personas: Personas, application: int
) -> None:
    with tx(), pytest.raises(Invalid):
        services.return_application(personas.reviewer, application_id=application, reason="  ")
    with tx():
        services.return_application(
            personas.reviewer, application_id=application, reason="Add your legal name."
        )
    with tx(), pytest.raises(Conflict):
        services.decide(personas.reviewer, application_id=application, outcome=Outcome.GRANTED)
    with tx():
        services.send_again(personas.trainee, application_id=application)
    with tx(), pytest.raises(Conflict):
        services.send_again(personas.trainee, application_id=application)
    with tx():
        services.decide(personas.reviewer, application_id=application, outcome=Outcome.GRANTED)
    with tx.reading():
        outcomes = session().scalars(sa.select(Decision.outcome).order_by(Decision.id)).all()
        assert outcomes == ["returned", "granted"]
        (mail,) = session().scalars(sa.select(OutgoingMail).where(OutgoingMail.key.like("decision:%")))
        assert f"/applications/{application}" in mail.body
        assert "legal name" not in mail.body


def test_refused_leaves_the_way_open_and_granted_closes_it(
    tx: Transactions, personas: Personas, application: int
) -> None:
    with tx():
        services.decide(
            personas.reviewer,
            application_id=application,
            outcome=Outcome.REFUSED,
            reason="The supervisor's word is missing.",
        )
    with tx():
        second = services.apply(personas.trainee, person_id=personas.trainee, scheme_id="peer-specialist").id
    with tx():
        services.decide(personas.reviewer, application_id=second, outcome=Outcome.GRANTED)
    with tx(), pytest.raises(Conflict, match="hold this"):
        services.apply(personas.trainee, person_id=personas.trainee, scheme_id="peer-specialist")


def test_a_completion_is_issued_once_however_often_it_is_asked_for(
    tx: Transactions, personas: Personas
) -> None:
    with tx():
        assert (
            services.issue_if_met(
                personas.trainee, person_id=personas.trainee, scheme_id="foundations-completion"
            )
            is None
        )
        facts.learn(personas, personas.trainee)
    numbers = []
    for actor in (None, personas.trainee, None):
        with tx():
            numbers.append(
                services.issue_if_met(actor, person_id=personas.trainee, scheme_id="foundations-completion")
            )
    assert len(set(numbers)) == 1
    assert numbers[0] is not None
    with tx.reading():
        assert (_count(Application), _count(Decision), _count(Credential)) == (1, 1, 1)
        decision = session().scalars(sa.select(Decision)).one()
        assert decision.by_id is None
        assert queries.replay_of(decision.id).is_same
        card = by_number(numbers[0])
        assert card is not None
        assert card.valid_until is None
        assert card.organisation_id == personas.provider
        assert card.facts.training_minutes == 120


def test_a_completion_is_for_the_issuers_own_trainees(tx: Transactions, personas: Personas) -> None:
    with tx():
        builders.grant(personas.reviewer, personas.foreign_provider, Role.TRAINEE)
        with pytest.raises(NotFound):
            services.issue_if_met(None, person_id=personas.foreign_trainee, scheme_id="foundations-completion")


def test_the_sweep_finds_who_learned_and_is_quiet_afterwards(
    app: Lms, tx: Transactions, personas: Personas
) -> None:
    with tx():
        facts.learn(personas, personas.trainee)
    with tx.reading():
        assert personas.trainee in COMPLETIONS.find()
    with app.app_context():
        assert worker.run_now("certification.issue_completions", personas.trainee)
        assert worker.run_now("certification.issue_completions", personas.trainee)
    with tx.reading():
        assert personas.trainee not in COMPLETIONS.find()
        assert _count(Credential) == 1
    with tx():
        issue_completions(personas.other_trainee)
    with tx.reading():
        assert _count(Credential) == 1


def test_rows_of_another_body_are_out_of_scope(app: Lms, personas: Personas, application: int) -> None:
    with app.app_context(), db.scope(db.Scope(frozenset({personas.foreign_body}))), db.reading():
        with pytest.raises(NotFound):
            queries.application(application)
        assert queries.queue_of(frozenset({personas.body, personas.foreign_body})) == ()
