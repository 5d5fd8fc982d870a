"""Who may sign: an agreement with its alternate, a qualification on the day of the work, nobody too close."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from lms.errors import Conflict, Forbidden, Invalid
from lms.practice import queries, services
from lms.practice.standing_to_sign import AGREEMENT_TEXT, Credential, last_day, why_not
from lms.practice.statements import CURRENT
from tests.conftest import Transactions
from tests.personas import Personas
from tests.practice import scenes

ON = date(2026, 3, 10)
DAY = timedelta(days=1)
SUPERVISOR, ALTERNATE, STRANGER = 1, 2, 3


@dataclass(frozen=True)
class Agreement:
    starts_on: date = ON
    ends_on: date | None = ON
    supervisor_id: int = SUPERVISOR
    alternate_id: int | None = ALTERNATE
    needs_approval: bool = False
    approved_on: date | None = None


@dataclass(frozen=True)
class Held:
    credential: str = Credential.QMHP.value
    valid_from: date = ON
    valid_until: date | None = ON


def code(signer_id=SUPERVISOR, on=ON, agreement=Agreement(), **more):
    found = why_not(signer_id, on, agreements=[agreement], **more)
    return found.code if found else None


@pytest.mark.parametrize(
    ("given", "answer"),
    [
        ({}, None),
        ({"signer_id": ALTERNATE}, None),
        ({"signer_id": STRANGER}, "no_agreement"),
        ({"on": ON - DAY}, "no_agreement"),
        ({"on": ON + DAY}, "no_agreement"),
        ({"on": ON + DAY, "signer_id": ALTERNATE}, "no_agreement"),
        ({"agreement": Agreement(needs_approval=True)}, "not_approved"),
        ({"agreement": Agreement(needs_approval=True, approved_on=ON)}, None),
        ({"has_conflict": True}, "conflict"),
        ({"demands": {"qmhp"}}, "not_qualified"),
        ({"demands": {"qmhp"}, "held": [Held()]}, None),
        ({"demands": {"qmhp", "qcc"}, "held": [Held()]}, None),
        ({"demands": {"qcc"}, "held": [Held()]}, "not_qualified"),
        ({"demands": {"qmhp"}, "held": [Held(valid_from=ON + DAY, valid_until=None)]}, "not_qualified"),
        ({"demands": {"qmhp"}, "held": [Held(valid_from=ON - DAY, valid_until=ON - DAY)]}, "not_qualified"),
        ({"demands": {"qmhp"}, "held": [Held(valid_from=ON, valid_until=None)]}, None),
    ],
)
def test_who_may_sign_for_a_day(given, answer):
    assert code(**given) == answer


def test_an_end_cuts_a_qualification_the_day_before():
    assert last_day(None, ON) == ON - DAY
    assert last_day(ON + DAY, ON) == ON - DAY
    assert last_day(ON - 5 * DAY, ON) == ON - 5 * DAY
    assert last_day(ON, None) == ON


def _sign(who: Personas, signer: int, *entry_ids: int) -> services.BatchResult:
    return services.sign_off(signer, entry_ids=list(entry_ids), statement_version=CURRENT.version)


def test_the_alternate_signs_what_waits_for_the_supervisor(tx: Transactions, personas: Personas) -> None:
    with tx():
        placed = scenes.placement(personas)
        agreed = services.create_agreement(
            personas.coordinator,
            placement_id=placed.id,
            supervisor_id=personas.supervisor,
            starts_on=placed.starts_on,
        )
        entry = scenes.submitted(placed)
        alternate = personas.other_supervisor
        assert queries.waiting_instead(alternate) == ()
    with pytest.raises(Forbidden), tx():
        _sign(personas, alternate, entry.id)
    with tx():
        services.name_alternate(personas.coordinator, agreement_id=agreed.id, alternate_id=alternate)
        assert queries.waiting_instead(alternate) == ((personas.supervisor, "Sam", 1),)
        asked = queries.QueueFilter(of=personas.supervisor)
        (line,) = queries.entries_awaiting_sign_off(alternate, asked)
        assert (line.entry.id, line.fits) == (entry.id, True)
        assert queries.entries_awaiting_sign_off(alternate) == ()
        assert _sign(personas, alternate, entry.id).done == (entry.id,)
        assert [act.by_id for act in queries.sign_offs_of(entry.id)] == [alternate]
        (fact,) = queries.agreements_of(personas.trainee)
        assert (fact.supervisor_id, fact.alternate_id) == (personas.supervisor, alternate)
    for bad in (personas.trainee, personas.supervisor, personas.trainer):
        with pytest.raises((Invalid, Conflict)), tx():
            services.name_alternate(personas.coordinator, agreement_id=agreed.id, alternate_id=bad)
    for statement in (
        "UPDATE supervision_agreement SET alternate_id = NULL",
        "UPDATE supervision_agreement SET plan = 'other'",
        "UPDATE supervision_agreement SET supervisor_id = alternate_id",
    ):
        with pytest.raises(sa.exc.DBAPIError), tx() as session:
            session.execute(sa.text(statement))


def _checked(**more: object) -> services.Checked:
    facts: dict[str, object] = {
        "credential": "qmhp",
        "issuer": "State board",
        "valid_from": scenes.days_ago(100),
        "valid_until": scenes.days_ago(3),
        "source": "The board's register",
    }
    return services.Checked(**(facts | more))  # type: ignore[arg-type]


def test_a_qualification_is_checked_on_the_day_of_the_work(tx: Transactions, personas: Personas) -> None:
    with tx():
        placed = scenes.ready(personas)
        services.set_demands(personas.coordinator, placement_id=placed.id, credentials=["qmhp", "lpha"])
        before, last, after = (scenes.submitted(placed, scenes.days_ago(day)).id for day in (101, 3, 2))
    with pytest.raises(Conflict, match="no checked qualification"), tx():
        _sign(personas, personas.supervisor, last)
    facts = {"organisation_id": personas.provider, "supervisor_id": personas.supervisor}
    with pytest.raises(Forbidden), tx():
        services.check_qualification(personas.supervisor, **facts, checked=_checked(), client_key="k" * 8)
    with tx():
        held = services.check_qualification(
            personas.coordinator, **facts, checked=_checked(), client_key="k" * 8
        )
        again = services.check_qualification(
            personas.coordinator, **facts, checked=_checked(issuer="x"), client_key="k" * 8
        )
        assert again.id == held.id
        result = _sign(personas, personas.supervisor, before, last, after)
        assert result.done == (last,)
        assert {entry_id for entry_id, _why in result.not_done} == {before, after}
        lines = queries.entries_awaiting_sign_off(personas.supervisor)
        assert [[p.code for p in line.problems if p.code == "not_qualified"] for line in lines] == [
            ["not_qualified"]
        ] * 2
        services.undo(personas.supervisor, batch_id=result.batch_id)
        (fact,) = queries.qualifications_of([personas.supervisor])
        assert (fact.credential, fact.valid_until) == ("qmhp", scenes.days_ago(3))
        services.end_qualification(
            personas.coordinator, qualification_id=held.id, ended_on=scenes.days_ago(3), reason="Lapsed early."
        )
        assert queries.qualifications_of([personas.supervisor])[0].valid_until == scenes.days_ago(4)
    with pytest.raises(Conflict), tx():
        _sign(personas, personas.supervisor, last)
    with pytest.raises(Conflict), tx():
        services.end_qualification(
            personas.coordinator, qualification_id=held.id, ended_on=scenes.days_ago(3), reason="Again."
        )
    for statement in (
        "UPDATE supervisor_qualification SET valid_until = NULL",
        "DELETE FROM qualification_end",
    ):
        with pytest.raises(sa.exc.DBAPIError), tx() as session:
            session.execute(sa.text(statement))


def test_one_that_is_taken_back_whole_never_held(tx: Transactions, personas: Personas) -> None:
    with tx():
        held = services.check_qualification(
            personas.coordinator,
            organisation_id=personas.provider,
            supervisor_id=personas.supervisor,
            checked=_checked(),
            client_key="k" * 8,
        )
        services.end_qualification(
            personas.coordinator, qualification_id=held.id, ended_on=held.valid_from, reason="Another person."
        )
        assert queries.qualifications_of([personas.supervisor]) == ()


def test_an_agreement_that_needs_approval_waits_for_it(tx: Transactions, personas: Personas) -> None:
    with tx():
        placed = scenes.placement(personas)
        agreed = services.create_agreement(
            personas.coordinator,
            placement_id=placed.id,
            supervisor_id=personas.supervisor,
            starts_on=placed.starts_on,
            plan="An hour a week.",
            needs_approval=True,
        )
        entry = scenes.submitted(placed)
    with pytest.raises(Conflict, match="approval"), tx():
        _sign(personas, personas.supervisor, entry.id)
    approval = {"agreement_id": agreed.id, "approved_by": "State board", "approved_on": scenes.days_ago(1)}
    for actor_id, more, fault in (
        (personas.supervisor, {}, Forbidden),
        (personas.trainee, {}, Forbidden),
        (personas.coordinator, {"approved_on": scenes.days_ago(-1)}, Invalid),
        (personas.coordinator, {"approved_by": " "}, Invalid),
    ):
        with pytest.raises(fault), tx():
            services.approve_agreement(actor_id, **(approval | more))
    with tx():
        services.approve_agreement(personas.coordinator, **approval)
        assert queries.agreements_of(personas.trainee)[0].approved_on == scenes.days_ago(1)
        assert _sign(personas, personas.supervisor, entry.id).done == (entry.id,)
    with pytest.raises(Conflict), tx():
        services.approve_agreement(personas.coordinator, **approval)


@pytest.mark.parametrize("name", ["supervisor", "trainee"])
def test_a_declared_conflict_stops_signing_from_then_on(
    tx: Transactions, personas: Personas, name: str
) -> None:
    actor_id = getattr(personas, name)
    with tx():
        placed = scenes.placement(personas)
        agreed = scenes.agreement(personas, placed)
        first, second = (scenes.submitted(placed, scenes.days_ago(day)).id for day in (1, 2))
        assert _sign(personas, personas.supervisor, first).done == (first,)
        facts = {"agreement_id": agreed.id, "text_version": AGREEMENT_TEXT.version}
        assert services.accept_agreement(actor_id, relation="cohabitant", **facts) is None
    with pytest.raises(Conflict, match="close"), tx():
        _sign(personas, personas.supervisor, second)
    with tx.reading():
        (line,) = queries.conflicts_about([personas.trainee])
        assert (line.supervisor_id, line.relation, line.is_over) == (personas.supervisor, "cohabitant", False)
        assert [hour.state for hour in queries.practice_hours_of(personas.trainee)] == ["submitted", "approved"]
    with pytest.raises(Forbidden), tx():
        services.end_conflict(actor_id, declaration_id=line.id, reason="A slip.")
    with tx():
        services.end_conflict(personas.coordinator, declaration_id=line.id, reason="A slip of the finger.")
        assert _sign(personas, personas.supervisor, second).done == (second,)
        assert services.accept_agreement(actor_id, relation="none", **facts) is not None
    with pytest.raises(Conflict), tx():
        services.accept_agreement(actor_id, relation="none", **facts)
    with tx():
        services.declare_conflict(actor_id, agreement_id=agreed.id, relation="relative")
        assert queries.conflicts_of(personas.supervisor) == {personas.trainee}
    with pytest.raises(Conflict), tx():
        services.declare_conflict(actor_id, agreement_id=agreed.id, relation="relative")
    with pytest.raises(Forbidden), tx():
        services.declare_conflict(personas.trainer, agreement_id=agreed.id, relation="relative")


def test_hours_go_to_a_supervisor_who_is_not_too_close(tx: Transactions, personas: Personas) -> None:
    with tx():
        placed = scenes.placement(personas)
        agreed = scenes.agreement(personas, placed)
        first = scenes.submitted(placed, scenes.days_ago(2))
        assert first.supervisor_id == personas.supervisor
        services.declare_conflict(personas.trainee, agreement_id=agreed.id, relation="relative")
        assert scenes.submitted(placed, scenes.days_ago(3)).supervisor_id == personas.supervisor
        scenes.agreement(personas, placed, personas.other_supervisor)
        assert scenes.submitted(placed, scenes.days_ago(4)).supervisor_id == personas.other_supervisor
        services.withdraw(personas.trainee, entry_id=first.id)
        (again,) = services.submit(personas.trainee, entry_ids=[first.id])
        assert again.supervisor_id == personas.other_supervisor


def test_the_alternate_stands_in_on_the_days_of_the_agreement(tx: Transactions, personas: Personas) -> None:
    with tx():
        placed = scenes.placement(personas)
        agreed = services.create_agreement(
            personas.coordinator,
            placement_id=placed.id,
            supervisor_id=personas.supervisor,
            starts_on=placed.starts_on,
            ends_on=scenes.days_ago(2),
            alternate_id=personas.other_supervisor,
        )
        entry = scenes.submitted(placed, scenes.days_ago(2))
        assert queries.stood_in_for(personas.other_supervisor, [entry]) == {entry.id}
        services.end_agreement(personas.coordinator, agreement_id=agreed.id, ends_on=scenes.days_ago(3))
        assert queries.stood_in_for(personas.other_supervisor, [entry]) == frozenset()
