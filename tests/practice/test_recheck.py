"""Signed rows that were tampered with are named, each of them, and untouched ones never."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from lms import cli, clock
from lms.audit import Action, AuditEvent
from lms.practice import services
from lms.practice.models import PracticeEntry, SignOff
from lms.practice.queries import Recheck
from lms.practice.recheck import Mismatch, mismatches_of
from lms.practice.statements import CURRENT, fingerprint, line_of
from tests.conftest import IS_POSTGRESQL, Transactions
from tests.personas import Personas
from tests.practice import scenes

BATCH = 100


def sign_many(tx: Transactions, who: Personas, count: int) -> list[int]:
    """So many signed entries, each line and fingerprint made as the service makes them; answers their ids."""
    with tx() as session:
        placed = scenes.ready(who)
        now = clock.now()
        entries = [
            {
                "id": number,
                "organisation_id": placed.organisation_id,
                "person_id": placed.person_id,
                "placement_id": placed.id,
                "supervisor_id": who.supervisor,
                "worked_on": scenes.days_ago(1 + number % 150),
                "zone": placed.zone,
                "starts_at": None,
                "ends_at": None,
                "is_overnight": False,
                "minutes": 60 + number % 60,
                "kind": "group",
                "mode": "video",
                "note": f"Entry {number}, “café”.",
                "state": "submitted",
                "submitted_at": now,
                "first_submitted_at": now,
                "approval_id": None,
                "client_key": f"bulk-{number}",
                "version": 2,
                "created_at": now,
                "amends_id": None,
                "amendment_reason": None,
                "is_voiding": False,
            }
            for number in range(1, count + 1)
        ]
        acts, events = [], []
        for number in range(0, count, BATCH):
            part = entries[number : number + BATCH]
            batch_id, made = f"00000000-0000-0000-0000-{number:012}", []
            for entry in part:
                act = {
                    "id": entry["id"],
                    "organisation_id": entry["organisation_id"],
                    "person_id": entry["person_id"],
                    "entry_id": entry["id"],
                    "entry_version": 2,
                    "act": "approve",
                    "reverses_id": None,
                    "minutes": entry["minutes"],
                    "domain": None,
                    "reason": "",
                    "by_id": who.supervisor,
                    "by_name": "Sam Legal",
                    "at": now,
                    "batch_id": batch_id,
                    "statement_version": CURRENT.version,
                    "statement": CURRENT.text,
                    "method": "password",
                }
                line = line_of(SimpleNamespace(**entry), SimpleNamespace(**act), "Tara Legal")
                made.append(act | {"line": line, "sha256": fingerprint(line)})
            acts += made
            details = {
                "batch": batch_id,
                "entries": [act["entry_id"] for act in made],
                "sha256": [act["sha256"] for act in made],
            }
            events.append(
                {
                    "at": now,
                    "actor_id": who.supervisor,
                    "action": Action.PRACTICE_SIGN_OFF.value,
                    "subject": "sign_off",
                    "subject_id": made[0]["id"],
                    "organisation_id": placed.organisation_id,
                    "details": details,
                }
            )
        session.execute(sa.insert(PracticeEntry), entries)
        session.execute(sa.insert(SignOff), acts)
        session.execute(sa.insert(AuditEvent), events)
        session.execute(
            sa.text("UPDATE practice_entry SET state = 'approved', approval_id = id, version = version + 1")
        )
    return [entry["id"] for entry in entries]


def recheck(tx: Transactions) -> list[Mismatch]:
    with tx.reading():
        return list(Recheck().mismatches())


@contextmanager
def behind_the_back(tx: Transactions) -> Iterator[Callable[[str, Any], None]]:
    """Run SQL with triggers, foreign keys and checks out of the way."""
    with tx.reading() as session:
        engine = session.get_bind()
    if IS_POSTGRESQL:
        with engine.begin() as connection:
            connection.exec_driver_sql("SET session_replication_role = replica")
            yield lambda statement, values: connection.execute(sa.text(statement), values)
            connection.exec_driver_sql("SET session_replication_role = DEFAULT")
        return
    direct = sqlite3.connect(engine.url.database)
    direct.execute("PRAGMA ignore_check_constraints = ON")
    for (name,) in direct.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        direct.execute(f"DROP TRIGGER {name}")
    yield direct.execute
    direct.commit()
    direct.close()


def ways(who: Personas) -> dict[str, tuple[str, ...]]:
    """By name: the statements of one way to tamper with the row `:id`, its entry and sign-off alike."""

    def act(change: str) -> tuple[str, ...]:
        return (f"UPDATE sign_off SET {change} WHERE id = :id",)

    def entry(change: str) -> tuple[str, ...]:
        return (f"UPDATE practice_entry SET {change} WHERE id = :id",)

    return {
        "fewer minutes signed": act("minutes = minutes - 1"),
        "a reason": act("reason = 'because'"),
        "another signer": act(f"by_id = {who.other_supervisor}"),
        "another signer's name": act("by_name = 'Sol Legal'"),
        "another moment": act("at = '2020-01-01 00:00:00.000000'"),
        "another batch": act("batch_id = 'ffffffff-0000-0000-0000-000000000000'"),
        "another version of the statement": act("statement_version = 2"),
        "another statement": act("statement = 'I saw it all.'"),
        "another method": act("method = 'passkey'"),
        "another domain": act("domain = 'advocacy', reason = 'x'"),
        "another line": act("line = replace(line, 'group', 'outreach')"),
        "a spaced line": act("line = replace(line, '\",\"', '\", \"')"),
        "no line": act("line = ''"),
        "another hash": act("sha256 = '" + "0" * 64 + "'"),
        "another organisation of the act": act(f"organisation_id = {who.foreign_provider}"),
        "the act moved to another person": act(f"person_id = {who.other_trainee}"),
        "another version signed": act("entry_version = 7"),
        "the act moved to another entry": act("entry_id = 900000 + id"),
        "another act": act("act = 'return'"),
        "a reversal": act("act = 'reverse', reverses_id = id"),
        "the sign-off deleted": ("DELETE FROM sign_off WHERE id = :id",),
        "more minutes worked": entry("minutes = minutes + 60"),
        "another day": entry("worked_on = '2020-01-01'"),
        "another zone": entry("zone = 'America/Chicago'"),
        "clock times": entry("starts_at = '09:00:00.000000', ends_at = '10:00:00.000000'"),
        "another kind": entry("kind = 'advocacy'"),
        "another mode": entry("mode = 'phone'"),
        "another note": entry("note = 'Nothing.'"),
        "a note with another space": entry("note = note || ' '"),
        "another placement": entry("placement_id = 900000"),
        "another supervisor": entry(f"supervisor_id = {who.other_supervisor}"),
        "the entry moved to another person": entry(f"person_id = {who.other_trainee}"),
        "another organisation": entry(f"organisation_id = {who.foreign_provider}"),
        "sent at another moment": entry("submitted_at = '2020-01-01 00:00:00.000000'"),
        "first sent at another moment": entry("first_submitted_at = '2020-01-01 00:00:00.000000'"),
        "another version": entry("version = 9"),
        "signature taken away": entry("state = 'submitted', approval_id = NULL"),
        "a draft again": entry("state = 'draft', approval_id = NULL, submitted_at = NULL, version = 1"),
        "returned without an act": entry("state = 'returned', approval_id = NULL"),
        "signed by nothing": entry("approval_id = 900000 + id"),
        "the entry deleted": ("DELETE FROM practice_entry WHERE id = :id",),
        "line and hash made anew": ("FORGE",),
        "rows swapped": ("SWAP",),
    }


def forge(run: Callable[[str, Any], Any], row_id: int) -> None:
    """Entry, columns, line and hash all say two hours more: only the audit trail still knows."""
    (line,) = run("SELECT line FROM sign_off WHERE id = :id", {"id": row_id}).fetchone()
    minutes = 60 + row_id % 60
    line = line.replace(f'minutes":{minutes},', f'minutes":{minutes + 120},')
    values = {"id": row_id, "line": line, "hash": fingerprint(line)}
    run("UPDATE practice_entry SET minutes = minutes + 120 WHERE id = :id", values)
    run("UPDATE sign_off SET minutes = minutes + 120, line = :line, sha256 = :hash WHERE id = :id", values)


def swap(run: Callable[[str, Any], Any], row_id: int, other_id: int) -> None:
    """What two sign-offs say changes places."""
    one, other = (
        run("SELECT line, sha256, minutes FROM sign_off WHERE id = :id", {"id": id}).fetchone()
        for id in (row_id, other_id)
    )
    for id, (line, sha256, minutes) in ((row_id, other), (other_id, one)):
        values = {"id": id, "line": line, "hash": sha256, "minutes": minutes}
        run("UPDATE sign_off SET line = :line, sha256 = :hash, minutes = :minutes WHERE id = :id", values)


def test_a_thousand_tampered_rows_are_each_named(tx: Transactions, personas: Personas) -> None:
    ids = sign_many(tx, personas, 1100)
    all_ways = list(ways(personas).items())
    done: dict[int, str] = {}
    with behind_the_back(tx) as run:
        for number, row_id in enumerate(ids[:1000]):
            name, statements = all_ways[number % len(all_ways)]
            if statements == ("FORGE",):
                forge(run, row_id)
            elif statements == ("SWAP",):
                swap(run, row_id, 1000 + number // len(all_ways) + 1)
                done[1000 + number // len(all_ways) + 1] = name
            elif IS_POSTGRESQL and name in {"a reversal", "signature taken away", "signed by nothing"} | {
                "a draft again",
                "returned without an act",
                "another act",
            }:
                # The checks of a PostgreSQL table cannot be set aside for a while: another day instead.
                run("UPDATE practice_entry SET worked_on = '2020-01-02' WHERE id = :id", {"id": row_id})
            else:
                for statement in statements:
                    run(statement, {"id": row_id})
            done[row_id] = name
    named: dict[int, list[Mismatch]] = {}
    for mismatch in recheck(tx):
        named.setdefault(mismatch.row_id, []).append(mismatch)
    missed = {row_id: name for row_id, name in done.items() if row_id not in named}
    assert missed == {}
    assert {row_id for row_id in named if row_id <= 1100} == set(done)
    assert all(str(mismatch).endswith(".") for found in named.values() for mismatch in found)


def test_ten_thousand_untouched_rows_raise_no_alarm(tx: Transactions, personas: Personas) -> None:
    sign_many(tx, personas, 10_000)
    run = Recheck()
    with tx.reading():
        assert list(run.mismatches()) == []
    assert run.signed == 10_000


def test_what_the_services_write_raises_no_alarm(tx: Transactions, personas: Personas) -> None:
    """Signed for less, returned, mended, signed again, undone: each leaves rows that match."""
    with tx():
        placed = scenes.ready(personas)
        first = scenes.submitted(placed, scenes.days_ago(3), note="One")
        second = scenes.submitted(placed, scenes.days_ago(2), note="Two")
        scenes.submitted(placed, scenes.days_ago(1))
        ids, trainee = (first.id, second.id), placed.person_id
    sam, version = personas.supervisor, CURRENT.version
    with tx():
        services.return_entries(sam, reasons={ids[0]: "When did it end?"})
    with tx():
        undone = services.sign_off(
            sam, entry_ids=[ids[1]], statement_version=version, minutes={ids[1]: 90}
        ).batch_id
    with tx():
        services.undo(sam, batch_id=undone)
    with tx():
        services.sign_off(sam, entry_ids=[ids[1]], statement_version=version)
        services.submit(trainee, entry_ids=[ids[0]])
    with tx():
        services.sign_off(sam, entry_ids=[ids[0]], statement_version=version)
    assert recheck(tx) == []


def test_a_line_from_before_a_fact_was_added_still_matches() -> None:
    entry = SimpleNamespace(
        id=1, version=3, person_id=2, organisation_id=3, placement_id=4, supervisor_id=5, minutes=60,
        worked_on=scenes.days_ago(2), zone=scenes.ZONE, starts_at=None, ends_at=None, is_overnight=False,
        kind="group", mode="video", note="", submitted_at=clock.now(), first_submitted_at=clock.now(),
        approval_id=9, state="approved", amends_id=None, amendment_reason=None, is_voiding=False,
    )  # fmt: skip
    act = SimpleNamespace(
        id=9, entry_id=1, entry_version=2, person_id=2, organisation_id=3, act="approve", minutes=60,
        reason="", domain=None, reverses_id=None, by_id=5, by_name="Sam",
        at=clock.now() - timedelta(hours=1), batch_id="b",
        method="password", statement_version=CURRENT.version, statement=CURRENT.text,
    )  # fmt: skip
    import json

    from lms.practice.statements import canonical, facts_of_act, facts_of_work

    facts = facts_of_work(entry) | facts_of_act(act)
    for key in (
        "signed_domain",
        "batch",
        "supervisor",
        "submitted_at",
        "first_submitted_at",
        "amends",
        "is_voiding",
    ):
        del facts[key]
    act.line = canonical(facts)
    act.sha256 = fingerprint(act.line)
    assert mismatches_of(act, entry, is_reversed=False, reverses=None) == []
    act.line = json.dumps(facts)
    assert [fault.table for fault in mismatches_of(act, entry, is_reversed=False, reverses=None)] == [
        "sign_off"
    ] * 2


def test_the_command_names_rows_and_ends_with_one(
    tx: Transactions, personas: Personas, database_url: str, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    sign_many(tx, personas, 3)
    for name, value in (("ENV", "test"), ("DATABASE_URL", database_url), ("WORKER", "none")):
        monkeypatch.setenv(f"LMS_{name}", value)
    assert cli.main(["recheck-signatures"]) == 0
    with behind_the_back(tx) as run:
        run("UPDATE practice_entry SET minutes = 600 WHERE id = :id", {"id": 2})
    assert cli.main(["recheck-signatures"]) == 1
    said = capsys.readouterr()
    assert said.out.splitlines() == ["practice_entry 2: minutes was 62 when it was signed, and is 600 now."]


def test_the_demo_matches(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["recheck-signatures", "--demo"]) == 0
    assert capsys.readouterr().out == ""
