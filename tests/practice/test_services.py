"""The acts of practice on a database: each step from each state, batches, undo, what never changes."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from lms import clock
from lms.audit import AuditEvent
from lms.errors import Conflict, Forbidden, Invalid, NotFound
from lms.practice import queries, services
from lms.practice.models import PracticeEntry, SignOff
from lms.practice.rules import STEPS, STORED_STATES, State, Step
from lms.practice.statements import CURRENT, fingerprint
from tests.conftest import Transactions
from tests.personas import Personas
from tests.practice import scenes

V = CURRENT.version


def in_state(placed: object, state: State, who: Personas) -> tuple[int, str]:
    """A new entry brought into the state; its id and the batch that brought it there, or ""."""
    entry = scenes.draft(placed)  # type: ignore[arg-type]
    batch = ""
    if state is not State.DRAFT:
        services.submit(who.trainee, entry_ids=[entry.id])
    if state is State.RETURNED:
        batch = services.return_entry(who.supervisor, entry_id=entry.id, reason="End time?").batch_id
    if state is State.APPROVED:
        batch = services.sign_off(who.supervisor, entry_ids=[entry.id], statement_version=V).batch_id
    return entry.id, batch


def steps(entry_id: int, batch: str, who: Personas, placed: object) -> dict[Step, Callable[[], object]]:
    def version() -> int:
        return queries.entry(entry_id).version

    def undo() -> object:
        if not batch:
            raise Conflict("nothing to undo")
        return services.undo(who.supervisor, batch_id=batch)

    return {
        Step.CHANGE: lambda: services.change_entry(
            who.trainee,
            entry_id=entry_id,
            version=version(),
            hours=scenes.hours(placed, minutes=90),  # type: ignore[arg-type]
        ),
        Step.DISCARD: lambda: services.discard_entry(who.trainee, entry_id=entry_id),
        Step.SUBMIT: lambda: services.submit(who.trainee, entry_ids=[entry_id]),
        Step.WITHDRAW: lambda: services.withdraw(who.trainee, entry_id=entry_id),
        Step.APPROVE: lambda: services.sign_off(who.supervisor, entry_ids=[entry_id], statement_version=V),
        Step.RETURN: lambda: services.return_entry(who.supervisor, entry_id=entry_id, reason="Why?"),
        Step.UNDO_APPROVE: undo,
        Step.UNDO_RETURN: undo,
    }


# Undo takes back what the batch did, so the two crossed cases cannot be asked for.
CASES = [
    (state, step)
    for state in STORED_STATES
    for step in Step
    if (state, step) not in {(State.APPROVED, Step.UNDO_RETURN), (State.RETURNED, Step.UNDO_APPROVE)}
]


@pytest.mark.parametrize(("state", "step"), CASES)
def test_each_step_from_each_state(tx: Transactions, personas: Personas, state: State, step: Step) -> None:
    with tx():
        placed = scenes.ready(personas)
        entry_id, batch = in_state(placed, state, personas)
    expected = STEPS.get((state, step))
    if expected is None:
        with pytest.raises(Conflict), tx():
            steps(entry_id, batch, personas, placed)[step]()
        expected = state
    else:
        with tx():
            steps(entry_id, batch, personas, placed)[step]()
    with tx.reading() as session:
        found = session.get(PracticeEntry, entry_id)
        if step is Step.DISCARD and state is State.DRAFT:
            assert found is None
        else:
            assert found.state == expected


def test_the_same_key_logs_once(tx: Transactions, personas: Personas) -> None:
    with tx() as session:
        placed = scenes.ready(personas)
        first = services.log_hours(personas.trainee, hours=scenes.hours(placed), client_key="the-same-key")
        again = services.log_hours(personas.trainee, hours=scenes.hours(placed), client_key="the-same-key")
        assert first.id == again.id
        assert session.scalar(sa.select(sa.func.count(PracticeEntry.id))) == 1


def test_refusals_name_their_fields(tx: Transactions, personas: Personas) -> None:
    with tx():
        placed = scenes.placement(personas)
        with pytest.raises(services.Refused) as refused:
            scenes.draft(placed, scenes.days_ago(-1), minutes=0)
        assert {fault.field for fault in refused.value.faults} == {"length", "worked_on"}
        with pytest.raises(services.Refused, match="supervision agreement"):
            scenes.draft(placed)
        with pytest.raises(services.Refused, match="one of your placements"):
            services.log_hours(personas.other_trainee, hours=scenes.hours(placed), client_key="some-key-1")
        with pytest.raises(services.Refused, match="what you did"):
            scenes.draft(placed, kind="swimming")


def test_a_change_needs_the_version_that_was_shown(tx: Transactions, personas: Personas) -> None:
    with tx():
        placed = scenes.ready(personas)
        entry = scenes.draft(placed)
        services.change_entry(
            personas.trainee, entry_id=entry.id, version=1, hours=scenes.hours(placed, minutes=60)
        )
    with pytest.raises(Conflict), tx():
        services.change_entry(
            personas.trainee, entry_id=entry.id, version=1, hours=scenes.hours(placed, minutes=30)
        )
    with tx.reading():
        assert queries.entry(entry.id).minutes == 60


def test_late_is_measured_at_the_first_submission(tx: Transactions, personas: Personas) -> None:
    with tx():
        placed = scenes.ready(personas)
        entry = scenes.submitted(placed, scenes.days_ago(20))
        services.return_entry(personas.supervisor, entry_id=entry.id, reason="Which group?")
    with clock.at(clock.now() + timedelta(days=40)), tx():
        services.submit(personas.trainee, entry_ids=[entry.id])
        (line,) = queries.entries_awaiting_sign_off(personas.supervisor)
        assert line.fits


def test_a_batch_signs_what_it_can_and_says_why_not(tx: Transactions, personas: Personas) -> None:
    with tx():
        placed = scenes.ready(personas)
        entries = [scenes.submitted(placed, scenes.days_ago(day)).id for day in range(1, 5)]
    versions = dict.fromkeys(entries, 2)
    with tx():
        services.withdraw(personas.trainee, entry_id=entries[0])
        services.withdraw(personas.trainee, entry_id=entries[1])
        services.submit(personas.trainee, entry_ids=[entries[1]])
    with tx():
        result = services.sign_off(
            personas.supervisor,
            entry_ids=entries,
            versions=versions,
            statement_version=V,
            minutes={entries[2]: 60},
        )
        assert result.done == (entries[2], entries[3])
        assert [entry_id for entry_id, _why in result.not_done] == entries[:2]
    with tx.reading():
        hours = {hour.entry_id: hour for hour in queries.practice_hours_of(personas.trainee)}
        assert hours[entries[2]].minutes == 60
        assert hours[entries[3]].minutes == 120
        assert hours[entries[3]].signed_at is not None
        assert hours[entries[0]].signed_at is None
        (act,) = queries.sign_offs_of(entries[2])
        assert act.statement == CURRENT.text


def test_the_fingerprint_is_over_the_stored_line(tx: Transactions, personas: Personas) -> None:
    with tx() as session:
        entry = scenes.submitted(scenes.ready(personas), note="Ñandú")
        services.sign_off(personas.supervisor, entry_ids=[entry.id], statement_version=V)
        act = session.scalars(sa.select(SignOff)).one()
        assert act.sha256 == fingerprint(act.line)
        for fact in ("Ñandú", CURRENT.text, '"minutes":120', '"by_name":"Sam Legal"'):
            assert fact in act.line


def test_only_the_supervisor_signs_and_nobody_for_themselves(tx: Transactions, personas: Personas) -> None:
    with tx():
        entry = scenes.submitted(scenes.ready(personas))
    for person_id in (personas.trainee, personas.other_supervisor, personas.coordinator):
        with pytest.raises(Forbidden), tx():
            services.sign_off(person_id, entry_ids=[entry.id], statement_version=V)
        with pytest.raises(Forbidden), tx():
            services.return_entry(person_id, entry_id=entry.id, reason="No")
    with pytest.raises(NotFound), tx():
        services.sign_off(personas.supervisor, entry_ids=[entry.id, 10_000], statement_version=V)
    with pytest.raises(Invalid), tx():
        services.sign_off(personas.supervisor, entry_ids=list(range(1, 102)), statement_version=V)
    with pytest.raises(Conflict), tx():
        services.sign_off(personas.supervisor, entry_ids=[entry.id], statement_version=V + 1)


def test_signing_needs_an_agreement_that_covers_the_day(tx: Transactions, personas: Personas) -> None:
    with tx():
        placed = scenes.placement(personas)
        agreed = scenes.agreement(personas, placed)
        early, late = (
            scenes.submitted(placed, scenes.days_ago(9)).id,
            scenes.submitted(placed, scenes.days_ago(2)).id,
        )
        services.end_agreement(personas.coordinator, agreement_id=agreed.id, ends_on=scenes.days_ago(5))
        result = services.sign_off(personas.supervisor, entry_ids=[early, late], statement_version=V)
        assert result.done == (early,)
        assert [entry_id for entry_id, _why in result.not_done] == [late]


def test_a_second_supervisor_meets_the_state_as_it_is(tx: Transactions, personas: Personas) -> None:
    with tx():
        entry = scenes.submitted(scenes.ready(personas))
        services.sign_off(personas.supervisor, entry_ids=[entry.id], statement_version=V)
    with pytest.raises(Conflict, match="This entry is now: Signed"), tx():
        services.sign_off(personas.supervisor, entry_ids=[entry.id], statement_version=V)
    with pytest.raises(Conflict, match="This entry is now: Signed"), tx():
        services.return_entry(personas.supervisor, entry_id=entry.id, reason="Too late")


def test_undo_is_a_recorded_reversal_within_ten_minutes(tx: Transactions, personas: Personas) -> None:
    with tx():
        placed = scenes.ready(personas)
        entries = [scenes.submitted(placed, scenes.days_ago(day)).id for day in (1, 2)]
        batch = services.sign_off(personas.supervisor, entry_ids=entries, statement_version=V).batch_id
        shown = queries.batch(batch, personas.supervisor)
        assert shown is not None
        assert (shown.act, shown.entries, shown.people) == ("approve", 2, 1)
    with clock.at(clock.now() + timedelta(minutes=9, seconds=50)), tx():
        assert services.undo(personas.supervisor, batch_id=batch).done == tuple(entries)
    with tx.reading():
        assert [act.act for act in queries.sign_offs_of(entries[0])] == ["approve", "reverse"]
        assert queries.entry(entries[0]).state == State.SUBMITTED
        assert queries.batch(batch, personas.supervisor) is None
    with pytest.raises(Conflict), tx():
        services.undo(personas.supervisor, batch_id=batch)
    with pytest.raises(NotFound), tx():
        services.undo(personas.other_supervisor, batch_id=batch)


def test_undo_after_ten_minutes_is_refused(tx: Transactions, personas: Personas) -> None:
    with tx():
        entry = scenes.submitted(scenes.ready(personas))
        batch = services.sign_off(personas.supervisor, entry_ids=[entry.id], statement_version=V).batch_id
    with clock.at(clock.now() + timedelta(minutes=10, seconds=1)):
        with pytest.raises(Conflict, match="Ten minutes"), tx():
            services.undo(personas.supervisor, batch_id=batch)
        with tx.reading():
            assert queries.entry(entry.id).state == State.APPROVED
            assert queries.batch(batch, personas.supervisor) is None


def test_undo_of_a_return_stops_at_what_the_trainee_has_mended(tx: Transactions, personas: Personas) -> None:
    with tx():
        placed = scenes.ready(personas)
        one, two = (scenes.submitted(placed, scenes.days_ago(day)).id for day in (1, 2))
        batch = services.return_entries(personas.supervisor, reasons={one: "Note?", two: "Note?"}).batch_id
        services.submit(personas.trainee, entry_ids=[one])
        result = services.undo(personas.supervisor, batch_id=batch)
        assert result.done == (two,)
        assert [entry_id for entry_id, _why in result.not_done] == [one]


def test_a_return_needs_a_reason(tx: Transactions, personas: Personas) -> None:
    with tx():
        entry = scenes.submitted(scenes.ready(personas))
        with pytest.raises(Invalid) as fault:
            services.return_entry(personas.supervisor, entry_id=entry.id, reason="  ")
        assert fault.value.field == f"reason_{entry.id}"


CONTENT = {
    "worked_on": "'2020-01-01'",
    "minutes": "5",
    "note": "'another'",
    "kind": "'group'",
    "mode": "'phone'",
    "zone": "'UTC'",
    "first_submitted_at": "'2020-01-01 00:00:00'",
    "is_overnight": "NOT is_overnight",
    "client_key": "'another-key'",
    "person_id": "person_id + 1",
    "supervisor_id": "supervisor_id + 1",
}


@pytest.mark.parametrize("state", [State.SUBMITTED, State.APPROVED])
def test_raw_sql_cannot_change_a_waiting_or_signed_entry(
    tx: Transactions, personas: Personas, state: State
) -> None:
    with tx():
        entry_id, _batch = in_state(scenes.ready(personas), state, personas)
    for column, value in CONTENT.items():
        for also in ("", ", state = 'draft', approval_id = NULL, submitted_at = NULL"):
            with pytest.raises(sa.exc.DBAPIError), tx() as session:
                session.execute(
                    sa.text(f"UPDATE practice_entry SET {column} = {value}{also} WHERE id = :id"),
                    {"id": entry_id},
                )


def test_raw_sql_cannot_take_a_signature_away(tx: Transactions, personas: Personas) -> None:
    with tx():
        entry = scenes.submitted(scenes.ready(personas))
        services.sign_off(personas.supervisor, entry_ids=[entry.id], statement_version=V)
    for statement in (
        "DELETE FROM practice_entry",
        "DELETE FROM sign_off",
        "UPDATE sign_off SET minutes = 1",
        "UPDATE sign_off SET reason = 'x'",
        "UPDATE practice_entry SET state = 'submitted', approval_id = NULL",
        "UPDATE practice_entry SET state = 'submitted'",
        "UPDATE practice_entry SET approval_id = NULL",
    ):
        with pytest.raises(sa.exc.DBAPIError), tx() as session:
            session.execute(sa.text(statement))


def test_raw_sql_cannot_approve_with_another_entrys_or_a_reversed_signature(
    tx: Transactions, personas: Personas
) -> None:
    approve = sa.text("UPDATE practice_entry SET state = 'approved', approval_id = :act WHERE id = :id")
    with tx():
        placed = scenes.ready(personas)
        one, two = (scenes.submitted(placed, scenes.days_ago(day)).id for day in (1, 2))
        batch = services.sign_off(personas.supervisor, entry_ids=[one], statement_version=V).batch_id
        (act,) = queries.sign_offs_of(one)
        services.undo(personas.supervisor, batch_id=batch)
    for entry_id in (one, two):
        with pytest.raises(sa.exc.DBAPIError), tx() as session:
            session.execute(approve, {"act": act.id, "id": entry_id})


def test_each_act_leaves_one_audit_event(tx: Transactions, personas: Personas) -> None:
    def events() -> list[str]:
        with tx.reading() as session:
            return list(
                session.scalars(
                    sa.select(AuditEvent.action)
                    .where(AuditEvent.action.startswith("practice."))
                    .order_by(AuditEvent.id)
                )
            )

    with tx():
        placed = scenes.ready(personas)
        entries = [scenes.submitted(placed, scenes.days_ago(day)).id for day in (1, 2)]
    before = events()
    with tx():
        batch = services.sign_off(personas.supervisor, entry_ids=entries, statement_version=V).batch_id
        services.undo(personas.supervisor, batch_id=batch)
        services.return_entries(personas.supervisor, reasons=dict.fromkeys(entries, "Why?"))
    assert events()[len(before) :] == ["practice.sign_off", "practice.undo", "practice.return"]


def test_the_summary_says_who_has_the_hours(tx: Transactions, personas: Personas) -> None:
    with tx():
        placed = scenes.ready(personas)
        signed, waiting, returned = (scenes.submitted(placed, scenes.days_ago(day)).id for day in (1, 2, 3))
        scenes.draft(placed, scenes.days_ago(4), minutes=15)
        services.sign_off(personas.supervisor, entry_ids=[signed], minutes={signed: 90}, statement_version=V)
        services.return_entry(personas.supervisor, entry_id=returned, reason="Why?")
    with tx.reading() as session:
        summary = queries.hours_summary(personas.trainee)
        assert (summary.signed, summary.waiting, summary.draft, summary.returned) == (90, 120, 15, 120)
        (held,) = summary.waiting_with
        assert (held.name, held.minutes) == ("Sam", 120)
        assert held.since == session.get(PracticeEntry, waiting).submitted_at
        assert summary.entries_to_fix == 1
        assert queries.queue_size(personas.supervisor) == 1


def test_supervision_is_signed_by_both_and_stays(tx: Transactions, personas: Personas) -> None:
    facts = {
        "person_id": personas.trainee,
        "supervisor_id": personas.supervisor,
        "held_on": scenes.days_ago(1),
        "minutes": 60,
        "format": "individual",
        "mode": "video",
        "topics": "Boundaries",
        "client_key": "session-key-1",
    }
    with tx():
        scenes.ready(personas)
        first = services.record_supervision(personas.supervisor, **facts)
        assert services.record_supervision(personas.supervisor, **facts).id == first.id
    with pytest.raises(Conflict), tx():
        services.sign_supervision(personas.supervisor, session_id=first.id)
    with pytest.raises(Forbidden), tx():
        services.sign_supervision(personas.coordinator, session_id=first.id)
    with tx():
        assert not queries.supervision_of(personas.trainee)[0].is_signed
        services.sign_supervision(personas.trainee, session_id=first.id)
        (fact,) = queries.supervision_of(personas.trainee)
        assert fact.is_signed is True
        assert fact.minutes == 60
        assert queries.supervisors_of(personas.trainee) == {personas.supervisor}
    for statement in (
        "UPDATE supervision_session SET minutes = 600",
        "UPDATE supervision_session SET trainee_signed_at = NULL",
        "DELETE FROM supervision_session",
    ):
        with pytest.raises(sa.exc.DBAPIError), tx() as session:
            session.execute(sa.text(statement))
    for bad in ({"held_on": scenes.days_ago(-1)}, {"held_on": scenes.days_ago(300)}, {"minutes": 0}):
        with pytest.raises(Invalid), tx():
            services.record_supervision(personas.trainee, **(facts | bad | {"client_key": "session-key-2"}))


def test_agreements_name_a_supervisor_for_days_of_the_placement(tx: Transactions, personas: Personas) -> None:
    with tx():
        placed = scenes.ready(personas)
        for bad in (
            {"supervisor_id": personas.trainee},
            {"supervisor_id": personas.foreign_supervisor},
            {"supervisor_id": personas.trainer},
            {"supervisor_id": personas.supervisor},
            {"supervisor_id": personas.other_supervisor, "starts_on": scenes.days_ago(300)},
            {"supervisor_id": personas.other_supervisor, "ends_on": scenes.days_ago(300)},
        ):
            with pytest.raises(Invalid):
                services.create_agreement(
                    personas.coordinator, **({"placement_id": placed.id, "starts_on": scenes.days_ago(9)} | bad)
                )
        with pytest.raises(Invalid):
            scenes.placement(personas, personas.foreign_trainee)
