"""Supervision sessions: groups, corrections, signatures with their lines, and their recheck."""

from typing import Any

import pytest
import sqlalchemy as sa

from lms.errors import Conflict, Forbidden, Invalid, NotFound
from lms.practice import queries, services
from lms.practice.meetings import CURRENT_MEETING
from lms.practice.queries import session_signatures
from lms.practice.statements import fingerprint
from tests.conftest import Transactions
from tests.personas import Personas
from tests.practice import scenes


def meeting(**more: Any) -> services.Meeting:
    facts: dict[str, Any] = {
        "held_on": scenes.days_ago(2),
        "minutes": 60,
        "format": "individual",
        "mode": "video",
        "topics": "Boundaries",
        "topic_kinds": ["ethics", "cases"],
        "follow_up": "Read the code again.",
        "is_observation": True,
    }
    return services.Meeting(**(facts | more))


def held(who: Personas, key: str = "session-key-1", trainees: tuple[int, ...] = (), **more: Any) -> list[int]:
    rows = services.record_meeting(
        who.supervisor,
        person_ids=trainees or [who.trainee],
        supervisor_id=who.supervisor,
        meeting=meeting(**more),
        client_key=key,
    )
    return [row.id for row in rows]


def found() -> list[tuple[str, int, str]]:
    return [(one.table, one.row_id, one.why) for one in session_signatures.mismatches()]


def test_both_sign_lines_of_their_own(tx: Transactions, personas: Personas) -> None:
    with tx():
        scenes.ready(personas)
        (session_id,) = held(personas)
        assert held(personas) == [session_id]
        services.sign_supervision(personas.trainee, session_id=session_id, method="password")
        signatures = queries.signatures_under(session_id)
        assert [signature.part for signature in signatures] == ["supervisor", "trainee"]
        assert {signature.statement for signature in signatures} == {CURRENT_MEETING.text}
        (fact,) = queries.supervision_of(personas.trainee)
        assert (fact.is_signed, fact.is_observation, fact.group_size) == (True, True, None)
        line = queries.supervision_session(session_id)
        assert line.topic_kinds == "cases ethics"
        assert found() == []
        assert list(queries.Recheck().mismatches()) == []


def test_a_group_has_a_row_for_each_and_its_size(tx: Transactions, personas: Personas) -> None:
    both = (personas.trainee, personas.other_trainee)
    with tx():
        scenes.ready(personas)
    with pytest.raises(Invalid), tx():  # the second has no agreement with the supervisor yet
        held(personas, trainees=both, format="group")
    with tx():
        scenes.agreement(personas, scenes.placement(personas, personas.other_trainee))
        first, second = held(personas, trainees=both, format="group", group_size=3)
        assert held(personas, trainees=both, format="group", group_size=3) == [first, second]
        services.sign_supervision(personas.other_trainee, session_id=second)
        assert [fact.is_signed for fact in queries.supervision_of(personas.trainee)] == [False]
        (fact,) = queries.supervision_of(personas.other_trainee)
        assert (fact.is_signed, fact.group_size, fact.format) == (True, 3, "group")
        assert found() == []
    for bad in ({"format": "individual"}, {"format": "group", "group_size": 1}):
        with pytest.raises(Invalid), tx():
            held(personas, "session-key-2", both, **bad)
    with pytest.raises(Invalid), tx():
        held(personas, "session-key-3", format="group")
    with pytest.raises(Forbidden), tx():
        services.record_meeting(
            personas.trainee,
            person_ids=both,
            supervisor_id=personas.supervisor,
            meeting=meeting(format="group"),
            client_key="session-key-4",
        )


def test_a_correction_stands_once_both_have_signed_it(tx: Transactions, personas: Personas) -> None:
    with tx():
        scenes.ready(personas)
        (old,) = held(personas)
        services.sign_supervision(personas.trainee, session_id=old)
        (new,) = held(
            personas, "session-key-2", minutes=45, corrects_id=old, correction_reason="It was shorter."
        )
        assert [fact.minutes for fact in queries.supervision_of(personas.trainee)] == [60]
        assert queries.supervision_session(old).corrected_by_id == new
        services.sign_supervision(personas.trainee, session_id=new)
        assert [fact.minutes for fact in queries.supervision_of(personas.trainee)] == [45]
        assert queries.supervision_session(old).is_replaced
    with pytest.raises(Conflict), tx():
        held(personas, "session-key-3", corrects_id=old, correction_reason="Again.")
    with pytest.raises(Invalid), tx():
        held(personas, "session-key-3", corrects_id=new)
    with pytest.raises(NotFound), tx():
        held(personas, "session-key-3", corrects_id=999_999, correction_reason="Of nothing.")


def test_who_is_too_close_signs_no_session(tx: Transactions, personas: Personas) -> None:
    with tx():
        placed = scenes.placement(personas)
        agreed = scenes.agreement(personas, placed)
        (session_id,) = held(personas)
        services.declare_conflict(personas.trainee, agreement_id=agreed.id, relation="relative")
    with pytest.raises(Conflict), tx():
        services.sign_supervision(personas.trainee, session_id=session_id)
    with pytest.raises(Invalid), tx():
        held(personas, "session-key-2")


TAMPERED = {
    "minutes": ("supervision_session", "UPDATE supervision_session SET minutes = 90"),
    "topics": ("supervision_session", "UPDATE supervision_session SET topics = 'Other things'"),
    "observed": ("supervision_session", "UPDATE supervision_session SET is_observation = NOT is_observation"),
    "unsigned": ("supervision_session", "UPDATE supervision_session SET trainee_signed_at = NULL"),
    "unsealed": ("supervision_session", "UPDATE supervision_session SET is_sealed = false"),
    "deleted": ("supervision_session", "DELETE FROM supervision_session"),
    "name": ("session_signature", "UPDATE session_signature SET by_name = 'Somebody'"),
    "statement": ("session_signature", "UPDATE session_signature SET statement = 'Nothing'"),
    "hash": ("session_signature", "UPDATE session_signature SET sha256 = '" + "0" * 64 + "'"),
    "line": ("session_signature", "UPDATE session_signature SET line = '{}'"),
    "gone": ("session_signature", "DELETE FROM session_signature WHERE part = 'trainee'"),
}


@pytest.mark.parametrize("way", TAMPERED)
def test_triggers_refuse_and_the_recheck_names_it(tx: Transactions, personas: Personas, way: str) -> None:
    table, statement = TAMPERED[way]
    with tx():
        scenes.ready(personas)
        (session_id,) = held(personas)
        services.sign_supervision(personas.trainee, session_id=session_id)
    with pytest.raises(sa.exc.DBAPIError), tx() as session:
        session.execute(sa.text(statement))
    with tx() as session:
        without_triggers(session, table, statement)
        assert found()


def test_a_rewritten_line_and_hash_is_named_by_the_audit_trail(tx: Transactions, personas: Personas) -> None:
    with tx():
        scenes.ready(personas)
        held(personas)
    with tx() as session:
        line = session.scalar(sa.text("SELECT line FROM session_signature"))
        forged = line.replace('"minutes":60', '"minutes":90')
        assert forged != line
        session.execute(sa.text("DROP TRIGGER session_signature_fixed" + _on(session, "session_signature")))
        session.execute(
            sa.text("DROP TRIGGER supervision_session_content" + _on(session, "supervision_session"))
        )
        session.execute(
            sa.text("UPDATE session_signature SET line = :line, sha256 = :sha256"),
            {"line": forged, "sha256": fingerprint(forged)},
        )
        session.execute(sa.text("UPDATE supervision_session SET minutes = 90"))
        assert [why for _table, _id, why in found()] == ["its SHA-256 is not the one in the audit trail."]


def _on(session: Any, table: str) -> str:
    return "" if session.get_bind().dialect.name == "sqlite" else f" ON {table}"


def without_triggers(session: Any, table: str, statement: str) -> None:
    """Do it as somebody would who can change the database itself."""
    if session.get_bind().dialect.name == "sqlite":
        names = session.scalars(
            sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE '%session%'")
        ).all()
        for name in names:
            session.execute(sa.text(f"DROP TRIGGER {name}"))
    else:
        session.execute(sa.text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        session.execute(sa.text("ALTER TABLE session_signature DISABLE TRIGGER ALL"))
    if statement == TAMPERED["deleted"][1]:
        session.execute(sa.text("DELETE FROM session_signature"))
    session.execute(sa.text(statement))
