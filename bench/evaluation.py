"""What it costs to judge one person with 2,000 practice entries, beside only reading the same rows.

One more person is put into the smallest database: five years of work with three supervisors, a meeting each
week, all modules. For each scheme the reading of the record and the judging are measured, and the floor:
the same rows fetched with Core and thrown away. Findings are made anew each time.
"""

import gc
import time
from collections.abc import Callable
from datetime import timedelta

import sqlalchemy as sa
from flask import Flask

from bench.fill import NOW, PROVIDER, TODAY, ZONE
from lms import db
from lms.certification.record import record_of
from lms.certification.schemes import schemes
from lms.people.models import Person
from lms.practice.models import Placement, PracticeEntry, SignOff, SupervisionSession
from lms.practice.queries import facts as practice

ENTRIES = 2000
MEETINGS = 260
TIMES = 15
MOST_MS = 20.0
HASH = "0" * 64
KINDS = ("one_to_one", "group", "outreach", "advocacy", "resource_linkage", "documentation")
STATES = ("approved",) * 9 + ("submitted",)


def fill_one(connection: sa.Connection, supervisors: tuple[int, ...]) -> int:
    """Insert the person with all those entries; answers their id."""
    new = {
        table: (connection.execute(sa.select(sa.func.max(table.c.id))).scalar() or 0) + 1
        for table in (Person.__table__, Placement.__table__, PracticeEntry.__table__, SignOff.__table__)
    }
    person_id, placement_id, entry_id, sign_off_id = new.values()
    owned = {"organisation_id": PROVIDER, "person_id": person_id}
    like = connection.execute(sa.select(Person.__table__).where(Person.__table__.c.id == 1)).mappings().one()
    mine = {"id": person_id, "email": "busy@example.test", "fs_uniquifier": f"{person_id:032}"}
    connection.execute(sa.insert(Person.__table__), [dict(like) | mine])
    since = TODAY - timedelta(days=5 * 365)
    place = {"site_name": "Harbor House", "zone": ZONE, "role": "paid", "starts_on": since, "created_at": NOW}
    connection.execute(sa.insert(Placement.__table__), [{"id": placement_id, **owned, **place}])
    days = [TODAY - timedelta(days=2 + number * 1800 // ENTRIES) for number in range(ENTRIES)]
    entries, signed = [], []
    for number, day in enumerate(days):
        is_signed = STATES[number % len(STATES)] == "approved"
        by = supervisors[number % len(supervisors)]
        entries.append(
            {
                "id": entry_id + number,
                **owned,
                "placement_id": placement_id,
                "supervisor_id": by,
                "worked_on": day,
                "zone": ZONE,
                "starts_at": None,
                "ends_at": None,
                "is_overnight": False,
                "minutes": 30 + 15 * (number % 9),
                "kind": KINDS[number % len(KINDS)],
                "mode": ("in_person", "video", "phone")[number % 3],
                "note": "Talked about the next step.",
                "state": "approved" if is_signed else "submitted",
                "submitted_at": NOW,
                "first_submitted_at": NOW,
                "approval_id": sign_off_id + number if is_signed else None,
                "client_key": f"busy-{number}",
                "version": 2,
                "created_at": NOW,
            }
        )
        if is_signed:
            signed.append(
                {
                    "id": sign_off_id + number,
                    **owned,
                    "entry_id": entry_id + number,
                    "entry_version": 1,
                    "act": "approve",
                    "reverses_id": None,
                    "minutes": 30 + 15 * (number % 9),
                    "reason": "",
                    "by_id": by,
                    "by_name": "Supervisor",
                    "at": NOW,
                    "batch_id": f"busy-{number // 50}",
                    "statement_version": 1,
                    "statement": "I saw this work.",
                    "method": "session",
                    "line": "",
                    "sha256": HASH,
                }
            )
    connection.execute(sa.insert(PracticeEntry.__table__), entries)
    connection.execute(sa.insert(SignOff.__table__), signed)
    connection.execute(
        sa.insert(SupervisionSession.__table__),
        [
            {
                **owned,
                "supervisor_id": supervisors[number % len(supervisors)],
                "held_on": TODAY - timedelta(days=3 + 7 * number),
                "minutes": 60,
                "format": "group" if number % 4 == 0 else "individual",
                "mode": "video",
                "topics": "Goals",
                "trainee_signed_at": NOW,
                "supervisor_signed_at": NOW,
                "client_key": f"busy-{number}",
                "created_at": NOW,
            }
            for number in range(MEETINGS)
        ],
    )
    return person_id


def least(act: Callable[[], object]) -> float:
    """The least milliseconds of CPU that it took, of several times: what other programs disturbed least."""
    found = []
    for _ in range(TIMES):
        gc.collect()
        start = time.process_time()
        act()
        found.append((time.process_time() - start) * 1000)
    return min(found)


def measure(app: Flask, supervisors: tuple[int, ...]) -> bool:
    """Print what each scheme costs; answers whether judging keeps the bar for all of them."""
    with app.app_context(), db.scope(db.Scope.all()), db.reading() as current:
        filler = sa.create_engine(
            db.db.engine.url, poolclass=sa.NullPool
        )  # rows name each other: no foreign keys
        with filler.begin() as filling:
            person_id = fill_one(filling, supervisors)
        connection = current.connection()
        bound = {"person_id": person_id}
        rows = (practice._HOURS_OF, practice._SUPERVISION_OF)

        def read() -> None:
            for statement in rows:
                connection.execute(statement, bound).all()

        floor = least(read)
        reading = least(lambda: record_of(person_id, ZONE))
        record = record_of(person_id, ZONE)
        print(f"\nOne person, {ENTRIES:,} entries, {MEETINGS} meetings. CPU in milliseconds, least of {TIMES}.")
        times = f"{reading / floor:.1f} x"
        print(f"The same rows by Core: {floor:.1f}. The record of them: {reading:.1f} ({times}).\n")
        print(f"{'scheme':<28} {'judging':>8} {'x floor':>8} {'in all':>7} {'bar':>6}  ok?")
        is_fine = True
        for (name, version), scheme in sorted(schemes().versions.items()):
            cost = least(lambda scheme=scheme: scheme.evaluate(record, TODAY))
            is_kept = cost <= MOST_MS
            is_fine = is_fine and is_kept
            print(
                f"{f'{name} v{version}':<28} {cost:>8.1f} {cost / floor:>8.1f} {cost + reading:>7.1f} "
                f"{MOST_MS:>6.0f}  {'yes' if is_kept else 'NO'}"
            )
    return is_fine
