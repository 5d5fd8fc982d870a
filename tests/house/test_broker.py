"""Doorbells over real brokers: a worker in a process of its own does the work, once; without the broker
nothing is lost."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from lms import clock, db, worker
from lms.app import Lms, create_app
from lms.config import Settings
from lms.mail import UNSENT, OutgoingMail
from tests import servers
from tests.conftest import Transactions

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module", params=[servers.redis, servers.rabbitmq], ids=["redis", "rabbitmq"])
def broker_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A broker that really runs."""
    with request.param() as url:
        yield url


@pytest.fixture(autouse=True)
def forgotten_connections() -> Iterator[None]:
    """The task application outlives a test; its connections to that test's broker must not."""
    yield
    if worker.celery._pool is not None:
        worker.celery._pool.force_close_all()
    worker.celery._after_fork()


def application(settings: Settings, broker_url: str) -> Lms:
    return create_app(settings.model_copy(update={"worker": "celery", "broker_url": broker_url}))


def queue(tx: Transactions, *keys: str, is_rung: bool = True) -> None:
    """Put mails in the outbox; without a ring they are what a lost doorbell leaves."""
    with tx() as current:
        for key in keys:
            mail = OutgoingMail(
                key=key,
                to_address="tara@example.test",
                subject="Good news",
                body="Open your page.",
                queued_at=clock.now(),
                next_try_at=clock.now(),
            )
            current.add(mail)
            current.flush()
            if is_rung:
                worker.enqueue("mail.send", mail.id)


def unsent(tx: Transactions) -> int:
    with tx.reading() as current:
        return int(current.scalar(sa.select(sa.func.count()).where(OutgoingMail.sent_at.is_(None))) or 0)


@contextmanager
def worker_process(settings: Settings, broker_url: str, log: Path) -> Iterator[subprocess.Popen[Any]]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
    environment = kept | {
        "PYTHONPATH": str(ROOT),
        "LMS_ENV": "test",
        "LMS_DATABASE_URL": settings.database_url,
        "LMS_DATA_DIR": str(settings.data_dir),
        "LMS_WORKER": "celery",
        "LMS_BROKER_URL": broker_url,
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "lms", "worker", "--processes", "2"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_until_sent(tx: Transactions, log: Path, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while unsent(tx):
        assert time.monotonic() < deadline, log.read_text(encoding="utf-8", errors="replace")[-3000:]
        time.sleep(0.1)


@pytest.mark.broker
def test_worker_does_once_what_was_rung_and_what_the_sweep_finds(
    settings: Settings, broker_url: str, tmp_path: Path
) -> None:
    app = application(settings, broker_url)
    tx = Transactions(app)
    log = tmp_path / "worker.log"
    queue(tx, "rung-1", "rung-2", "rung-3")
    with worker_process(settings, broker_url, log) as process:
        wait_until_sent(tx, log)
        queue(tx, "not-rung", is_rung=False)
        worker.celery.send_task("sweep", args=[UNSENT.name])
        wait_until_sent(tx, log)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=40) == 0
    assert len(list((settings.data_dir / "mail").glob("*.eml"))) == 4
    with tx.reading() as current:
        assert set(current.scalars(sa.select(OutgoingMail.tries))) == {1}
    with app.app_context():
        db.db.engine.dispose()


def test_broker_that_is_away_loses_no_row(settings: Settings) -> None:
    app = application(settings, f"redis://127.0.0.1:{servers.free_port()}/0")
    tx = Transactions(app)
    queue(tx, "while the broker is away")
    assert unsent(tx) == 1
    with app.app_context():
        assert worker.run_due() >= 1
    assert unsent(tx) == 0
    with app.app_context():
        db.db.engine.dispose()


def test_beat_rings_for_every_sweep(settings: Settings) -> None:
    create_app(settings)
    rung = {entry["args"][0] for entry in worker.celery.conf.beat_schedule.values()}
    assert UNSENT.name in rung
    assert rung == set(worker.SWEEPS)
