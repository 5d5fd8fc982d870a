"""Read, judge, write: eight threads on one row lose nothing, and would without the lock.

Each thread reads whether the entry waits or is signed, and then signs it or takes the signature back. With
the row locked from the reading on, every one of the acts fits; without, acts meet a state that is gone.
"""

import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from lms import db
from lms.app import Lms
from lms.errors import Conflict
from lms.practice import services
from lms.practice.models import PracticeEntry, SignOff
from lms.practice.rules import State
from lms.practice.statements import CURRENT
from tests.conftest import Transactions
from tests.personas import Personas
from tests.practice import scenes

THREADS = 8


def turn(entry_id: int, supervisor_id: int, locked: Callable[[sa.Select], sa.Select]) -> None:
    """Sign the entry if it waits, take the signature back if it is signed."""
    entry = db.session().scalars(locked(sa.select(PracticeEntry).where(PracticeEntry.id == entry_id))).one()
    if entry.state == State.SUBMITTED:
        services.sign_off(supervisor_id, entry_ids=[entry_id], statement_version=CURRENT.version)
    else:
        batch = sa.select(SignOff.batch_id).where(SignOff.id == entry.approval_id)
        services.undo(supervisor_id, batch_id=db.session().scalars(batch).one())


def run(app: Lms, times: int, act: Callable[[], None]) -> tuple[int, int]:
    """Let eight threads act so many times each; how many acts were acknowledged and how many were not."""
    acknowledged, refused = [], []
    begin = threading.Barrier(THREADS)

    def work() -> None:
        with app.app_context(), db.scope(db.Scope.all()):
            begin.wait()
            for _ in range(times):
                try:
                    with db.transaction():
                        act()
                except (Conflict, sa.exc.DBAPIError) as error:
                    refused.append(error)
                else:
                    acknowledged.append(1)

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(acknowledged), len(refused)


def written(tx: Transactions, entry_id: int) -> tuple[int, int]:
    """How many acts are recorded, and how many steps the entry's version took since it was submitted."""
    with tx.reading() as session:
        acts = session.scalar(sa.select(sa.func.count(SignOff.id)))
        return acts, session.get_one(PracticeEntry, entry_id).version - 2


@pytest.fixture
def entry_id(tx: Transactions, personas: Personas) -> int:
    """One entry that waits for the supervisor."""
    with tx():
        return scenes.submitted(scenes.ready(personas)).id


def test_eight_threads_lose_nothing(app: Lms, tx: Transactions, personas: Personas, entry_id: int) -> None:
    times = 50
    acknowledged, refused = run(app, times, lambda: turn(entry_id, personas.supervisor, db.lock))
    assert (acknowledged, refused) == (THREADS * times, 0)
    assert written(tx, entry_id) == (THREADS * times, THREADS * times)


def test_without_the_lock_acts_meet_a_state_that_is_gone(
    app: Lms, tx: Transactions, personas: Personas, entry_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the same race with the lock taken out is not clean, so the test above can fail."""
    monkeypatch.setattr("lms.practice.services.hours.lock", lambda statement: statement)
    monkeypatch.setattr("lms.practice.services.signing.lock", lambda statement: statement)
    with app.app_context():
        engine = db.db.engine
    if engine.dialect.name == "sqlite":
        # What SQLite does by itself: the transaction begins by reading, and asks for the write lock later.
        monkeypatch.setattr(db, "_is_reading", Reading())
        sa.event.listen(
            engine, "checkout", lambda connection, *_more: connection.execute("PRAGMA busy_timeout=50")
        )
    acknowledged, refused = run(
        app, 10, lambda: turn(entry_id, personas.supervisor, lambda statement: statement)
    )
    assert refused > 0
    # Even so nothing is acknowledged and lost: the compared update and the constraints refuse what is stale.
    assert written(tx, entry_id) == (acknowledged, acknowledged)


class Reading:
    """Stands in for the mark of a reading block, so that SQLite begins without the write lock."""

    def get(self) -> bool:
        return True

    def set(self, _value: bool) -> None: ...

    def reset(self, _token: None) -> None: ...


def test_two_entries_at_once_see_each_other(app: Lms, tx: Transactions, personas: Personas) -> None:
    """The same hours logged from eight places at once are kept once: each sees the others' times."""
    with tx():
        placed = scenes.ready(personas)
        hours = scenes.hours(placed, minutes=600)
    keys = iter(f"a-key-of-thread-{number}" for number in range(THREADS))

    def log() -> None:
        services.log_hours(personas.trainee, hours=hours, client_key=next(keys))

    counted = []

    def one() -> None:
        try:
            log()
        except services.Refused as refused:
            counted.append(refused)
            raise Conflict(str(refused)) from refused

    acknowledged, refused = run(app, 1, one)
    assert (acknowledged, refused) == (1, THREADS - 1)
    assert all("The most is 16" in str(fault) or "A day has 24" in str(fault) for fault in counted)


def test_two_supervisors_windows_at_once_sign_nothing_twice(
    app: Lms, tx: Transactions, personas: Personas
) -> None:
    """The same sixty lines signed and returned from eight windows at once: each line has one act."""
    with tx():
        placed = scenes.ready(personas)
        ids = [scenes.submitted(placed, scenes.days_ago(days), note=f"{days}").id for days in range(1, 61)]
    turns = iter(range(THREADS))

    def clear() -> None:
        if next(turns) % 2:
            services.return_entries(personas.supervisor, reasons=dict.fromkeys(ids, "When?"))
        else:
            services.sign_off(personas.supervisor, entry_ids=ids, statement_version=CURRENT.version)

    acknowledged, refused = run(app, 1, clear)
    assert (acknowledged, refused) == (1, THREADS - 1)
    with tx.reading() as session:
        acts = session.scalars(sa.select(SignOff.entry_id)).all()
    assert sorted(acts) == ids
