"""Ten thousand acts of realistic histories raise no alarm; a thousand tampered rows are each named.

Tampering goes past triggers, foreign keys and (on SQLite) checks, column by column of every signed table, so
that a new column has to be signed, or be named here as one that nobody signs.
"""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import cycle
from typing import Any

import pytest
import sqlalchemy as sa

from lms import cli
from lms.audit import AuditEvent
from lms.practice.models import Confirmation, ConfirmationLink, PeriodSignature, PracticeEntry, SignOff
from lms.practice.queries import Recheck
from lms.practice.statements import fingerprint
from tests.conftest import IS_POSTGRESQL, Transactions
from tests.personas import Personas
from tests.practice.histories import behind_the_back, ten_thousand

Run = Callable[..., Any]
Named = set[tuple[str, int]]

# What no signature covers, and why a change of it is none of a signature's business.
UNSIGNED = {
    "practice_entry": {"id", "client_key", "created_at"},
    "sign_off": {"id"},
    "period_signature": {"id"},
    "confirmation": {"id"},
}
# Words that are one of a few: what else they could be, so that a check of the database has nothing to say.
OTHER_WORD = {
    "act": {"approve": "return", "return": "approve"},
    "kind": {"advocacy": "group", "month": "week", "week": "month"},
    "mode": {"phone": "video"},
    "role": {"paid": "volunteer"},
    "state": {"approved": "submitted", "returned": "submitted", "submitted": "approved"},
    "domain": {"harm_reduction": "advocacy"},
}
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
DEFAULT_WORD = {
    "kind": "advocacy",
    "mode": "phone",
    "role": "paid",
    "domain": "harm_reduction",
    "act": "return",
}


def other(column: sa.Column[Any], value: Any, row_id: int) -> Any:
    """A value that the column could hold instead."""
    if column.name in OTHER_WORD:
        return OTHER_WORD[column.name].get(value, DEFAULT_WORD.get(column.name, "returned"))
    if column.name == "sha256":
        return "0" * 64
    if value is None:
        otherwise = {str: "x", datetime: LONG_AGO, date: LONG_AGO.date(), time: time(9), bool: True}
        return otherwise.get(column.type.python_type, 900_000 + row_id)
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1 if column.name == "minutes" else value + 900_000
    if isinstance(value, str):
        return f"{value[:-1]}~" if value else "x"
    if isinstance(value, datetime):
        return value - timedelta(days=400)
    if isinstance(value, time):
        return time(3, 33)
    return value - timedelta(days=400)


def plain(value: Any) -> Any:
    """The value as SQLite keeps it; PostgreSQL takes it as it is."""
    if IS_POSTGRESQL:
        return value
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
    if isinstance(value, time):
        return value.isoformat(timespec="microseconds")
    return value.isoformat() if isinstance(value, date) else value


class Tampering:
    """A hand in the database, and the rows that it has touched."""

    def __init__(self, run: Run, rows: dict[str, list[dict[str, Any]]]) -> None:
        self.run, self.rows, self.touched = run, rows, {}
        self.ways: dict[str, int] = {}
        self._next = {table: iter(found) for table, found in rows.items()}

    def take(self, table: str) -> dict[str, Any]:
        return next(self._next[table])

    def note(self, way: str, *rows: tuple[str, int]) -> None:
        """One row was touched in this way; one of `rows` has to be named for it."""
        self.touched[rows[0]] = (way, set(rows))
        self.ways[way] = self.ways.get(way, 0) + 1

    def change(self, table: sa.Table, column: sa.Column[Any]) -> None:
        row = self.take(table.name)
        value = plain(other(column, row[column.name], row["id"]))
        self.run(
            f"UPDATE {table.name} SET {column.name} = :value WHERE id = :id", {"value": value, "id": row["id"]}
        )
        self.note(f"{table.name}.{column.name}", *names_of(table.name, row))

    def delete(self, table: str) -> None:
        row = self.take(table)
        self.run(f"DELETE FROM {table} WHERE id = :id", {"id": row["id"]})
        self.note(f"{table} deleted", *names_of(table, row))

    def forge(self) -> None:
        """Entry, columns, line and hash all say one minute more: only the audit trail still knows."""
        row = self.take("sign_off")
        facts = json.loads(row["line"]) | {"minutes": 999, "signed_minutes": 999}
        line = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        values = {"line": line, "hash": fingerprint(line), "id": row["id"], "entry": row["entry_id"]}
        self.run("UPDATE sign_off SET minutes = 999, line = :line, sha256 = :hash WHERE id = :id", values)
        self.run("UPDATE practice_entry SET minutes = 999 WHERE id = :entry", values)
        self.note("line and hash made anew", *names_of("sign_off", row))

    def forge_period(self) -> None:
        row = self.take("period_signature")
        line = row["line"].replace('"sessions":0', '"sessions":9')
        values = {"line": line, "hash": fingerprint(line), "id": row["id"]}
        self.run(
            "UPDATE period_signature SET sessions = 9, line = :line, sha256 = :hash WHERE id = :id", values
        )
        self.note("a period's line and hash made anew", ("period_signature", row["id"]))

    def swap(self) -> None:
        """What two sign-offs say changes places."""
        one, two = self.take("sign_off"), self.take("sign_off")
        for row, said in ((one, two), (two, one)):
            values = {"id": row["id"], "line": said["line"], "hash": said["sha256"]}
            self.run("UPDATE sign_off SET line = :line, sha256 = :hash WHERE id = :id", values)
            self.note("signed lines swapped", *names_of("sign_off", row))

    def swap_pointers(self) -> None:
        """Two entries point at each other's sign-off."""
        one, two = self.take("sign_off"), self.take("sign_off")
        self.run(
            "UPDATE practice_entry SET approval_id = NULL, state = 'returned' WHERE id = :id",
            {"id": two["entry_id"]},
        )
        for entry, act in ((one["entry_id"], two["id"]), (two["entry_id"], one["id"])):
            self.run(
                "UPDATE practice_entry SET approval_id = :act, state = 'approved' WHERE id = :id",
                {"act": act, "id": entry},
            )
        for row in (one, two):
            self.note("pointers swapped", ("practice_entry", row["entry_id"]))

    def edit_trail(self, delete: bool, event: AuditEvent) -> None:
        """The audit event of a batch goes, or says other hashes: every act of the batch is named."""
        if delete:
            self.run("DELETE FROM audit_event WHERE id = :id", {"id": event.id})
        else:
            details = event.details | {"sha256": ["f" * 64 for _hash in event.details["sha256"]]}
            self.run(
                "UPDATE audit_event SET details = :said WHERE id = :id",
                {"said": json.dumps(details), "id": event.id},
            )
        for row in self.rows["sign_off of trail"]:
            if row["batch_id"] == event.details["batch"]:
                self.note("trail edited" if not delete else "trail deleted", ("sign_off", row["id"]))


def names_of(table: str, row: dict[str, Any]) -> tuple[tuple[str, int], ...]:
    """The names under which a touched row may be reported: an act and its entry speak for each other."""
    if table == "sign_off":
        return (table, row["id"]), ("practice_entry", row["entry_id"])
    if table == "practice_entry":
        return (table, row["id"]), ("sign_off", row["approval_id"])
    if table == "confirmation":
        return (table, row["id"]), ("confirmation_link", row["link_id"])
    return ((table, row["id"]),)


def mappings(session: Any, statement: sa.Select[Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in session.execute(statement).mappings()]


def victims(tx: Transactions) -> tuple[dict[str, list[dict[str, Any]]], list[AuditEvent]]:
    """Rows to touch, no two of them about one entry, and two whole batches to lose their witness."""
    with tx.reading() as session:
        events = session.scalars(
            sa.select(AuditEvent).where(AuditEvent.action == "practice.sign_off").order_by(AuditEvent.id.desc())
        ).all()[:2]
        session.expunge_all()
        apart = [event.details["batch"] for event in events]
        act, entry = SignOff.__table__, PracticeEntry.__table__
        standing = mappings(
            session,
            sa.select(act)
            .join(entry, entry.c.approval_id == act.c.id)
            .where(act.c.batch_id.not_in(apart))
            .order_by(act.c.id),
        )
        listed = mappings(session, sa.select(act).where(act.c.batch_id.in_(apart)))
        entries = mappings(
            session, sa.select(entry).where(entry.c.approval_id.is_not(None)).order_by(entry.c.id)
        )
        apart_ids = {row["entry_id"] for row in listed}
        half = len(standing) // 2
        first = {row["entry_id"] for row in standing[:half]}
        rows = {
            "sign_off": standing[:half],
            "practice_entry": [row for row in entries if row["id"] not in first | apart_ids],
            "period_signature": mappings(session, sa.select(PeriodSignature.__table__)),
            "confirmation": mappings(session, sa.select(Confirmation.__table__)),
            "confirmation_link": mappings(session, sa.select(ConfirmationLink.__table__)),
            "sign_off of trail": listed,
        }
    return rows, list(events)


def columns(table: Any) -> list[sa.Column[Any]]:
    return [column for column in table.__table__.columns if column.name not in UNSIGNED[table.__tablename__]]


def tamper(hand: Tampering, events: list[AuditEvent]) -> None:
    """A thousand rows, every way as often as any other as far as there are rows for it."""
    for event, deletes in zip(events, (True, False), strict=True):
        hand.edit_trail(deletes, event)
    for table in (PeriodSignature, Confirmation):
        for column, _row in zip(columns(table), hand.rows[table.__tablename__][3:], strict=False):
            if not (IS_POSTGRESQL and column.name in {"ends_on", "placement_id", "link_id"}):
                hand.change(table.__table__, column)
    hand.forge_period()
    hand.delete("period_signature")
    hand.delete("confirmation")
    acts: list[Callable[[], None]] = [hand.forge, hand.swap, hand.swap_pointers]
    acts += [lambda table=table: hand.delete(table) for table in ("sign_off", "practice_entry")]
    for table in (SignOff, PracticeEntry):
        for column in columns(table):
            if not (IS_POSTGRESQL and column.name in CHECKED):
                acts.append(lambda table=table, column=column: hand.change(table.__table__, column))
    for act in cycle(acts):
        if len(hand.touched) >= 1000:
            return
        act()


# On PostgreSQL checks and unique indexes cannot be set aside: these alone would be refused by the database.
CHECKED = {"act", "reverses_id", "domain", "state", "is_overnight", "starts_at", "ends_at", "approval_id"} | {
    "amends_id",
    "amendment_reason",
    "is_voiding",
    "first_submitted_at",
    "statement_version",
    "statement",
}


def test_ten_thousand_untouched_are_quiet_and_a_thousand_tampered_are_named(
    tx: Transactions,
    personas: Personas,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    ten_thousand(tx, personas)
    run = Recheck()
    with tx.reading():
        assert [str(mismatch) for mismatch in run.mismatches()] == []
    assert run.signed >= 10_000

    rows, events = victims(tx)
    with behind_the_back(tx) as by_hand:
        hand = Tampering(by_hand, rows)
        tamper(hand, events)
    assert len(hand.touched) >= 1000
    assert len(hand.ways) >= (30 if IS_POSTGRESQL else 50)
    for name, value in (("ENV", "test"), ("DATABASE_URL", database_url), ("WORKER", "none")):
        monkeypatch.setenv(f"LMS_{name}", value)
    assert cli.main(["recheck-signatures"]) == 1
    lines = capsys.readouterr().out.splitlines()
    named = {(words[0], int(words[1].rstrip(":"))) for words in (line.split(maxsplit=2) for line in lines)}
    missed = {row: way for row, (way, names) in hand.touched.items() if not names & named}
    assert missed == {}
    touched = set().union(*(names for _way, names in hand.touched.values()))
    lists = {"period_signature", "confirmation", "confirmation_link"}  # they list what was touched, and say so
    assert {row for row in named - touched if row[0] not in lists} == set()
