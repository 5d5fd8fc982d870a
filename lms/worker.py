"""Work after the answer. The database row is the queue, a task is only the doorbell, the sweep heals.

The same Celery tasks run in both modes: `embedded` in one thread of the web process, without a broker;
`celery` in workers, over Redis or RabbitMQ. A broker that is down loses a doorbell, never a row.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from celery import Celery
from celery.exceptions import CeleryError
from flask import Flask, current_app
from kombu.exceptions import KombuError

from lms import db

log = logging.getLogger("lms.worker")

celery = Celery("lms", set_as_current=False)
celery.conf.update(
    task_serializer="json",
    accept_content=["json"],
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_time_limit=120,
    task_soft_time_limit=90,
    worker_prefetch_multiplier=1,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"max_retries": 1, "visibility_timeout": 300},
    task_publish_retry=False,
    enable_utc=True,
    timezone="UTC",
)


@dataclass(frozen=True)
class Sweep:
    """Finds what a lost doorbell left undone: `find` answers row ids for `task`, oldest first, at most 100."""

    name: str
    task: str
    every_seconds: int
    find: Callable[[], list[int]]


SWEEPS: dict[str, Sweep] = {}
_app: Flask | None = None
_embedded: "Embedded | None" = None

TaskT = TypeVar("TaskT", bound=Callable[[int], None])


def init(app: Flask, sweeps: tuple[Sweep, ...]) -> None:
    """Tie the tasks to the application and its settings."""
    global _app
    _app = app
    SWEEPS.clear()
    SWEEPS.update({sweep.name: sweep for sweep in sweeps})
    settings = app.config["SETTINGS"]
    celery.conf.broker_url = settings.broker_url or "memory://"
    celery.conf.beat_schedule = {
        sweep.name: {"task": "sweep", "schedule": sweep.every_seconds, "args": [sweep.name]} for sweep in sweeps
    }


def task(name: str) -> Callable[[TaskT], TaskT]:
    """Register a function of one row id as the task `name`, run whole in a transaction of its own."""

    def register(act: TaskT) -> TaskT:
        def run(row_id: int) -> None:
            with _application().app_context(), db.scope(db.Scope.all()), db.transaction():
                act(row_id)

        celery.task(name=name)(run)
        return act

    return register


def enqueue(name: str, row_id: int) -> None:
    """Ring the doorbell for a row once the commit has succeeded."""
    db.after_commit(lambda: _ring(name, row_id))


def sweep(name: str) -> int:
    """Ring for every row that the named sweep finds; answers how many."""
    found = SWEEPS[name]
    with db.scope(db.Scope.all()), db.reading():
        row_ids = found.find()
    for row_id in row_ids:
        _ring(found.task, row_id)
    return len(row_ids)


@celery.task(name="sweep")  # type: ignore[untyped-decorator]
def _sweep(name: str) -> None:
    with _application().app_context():
        sweep(name)


def run_now(name: str, row_id: int) -> bool:
    """Run the task here; answers whether it ended well. What it raises is logged and the row stays due."""
    result = celery.tasks[name].apply(args=[row_id], throw=False)
    if result.failed():
        log.error("task %s for row %s did not end well: %r", name, row_id, result.result)
    return not result.failed()


def run_due(*tasks: str) -> int:
    """Run what the sweeps find here, one after the other, until none is left; answers how many ended well.

    Only these tasks' sweeps when any are named. A row whose task does not end well is tried once in a call.
    """
    done = 0
    tried: set[tuple[str, int]] = set()
    again = True
    while again:
        again = False
        for found in SWEEPS.values():
            if tasks and found.task not in tasks:
                continue
            with db.scope(db.Scope.all()), db.reading():
                row_ids = found.find()
            for row_id in row_ids:
                if (found.task, row_id) not in tried:
                    tried.add((found.task, row_id))
                    done += run_now(found.task, row_id)
                    again = True
    return done


def _application() -> Flask:
    if _app is None:
        raise RuntimeError("the worker was not given its application")
    return _app


def _ring(name: str, row_id: int) -> None:
    mode = current_app.config["SETTINGS"].worker
    if mode == "embedded" and _embedded is not None:
        _embedded.ring(name, row_id)
    elif mode == "celery":
        try:
            celery.tasks[name].apply_async(args=[row_id])
        except (KombuError, CeleryError, OSError) as error:
            log.warning("the broker did not take %s for row %s (%s); the sweep will", name, row_id, error)


class Embedded:
    """One thread that runs doorbells as they ring and sweeps as they fall due."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._bells: queue.Queue[tuple[str, int]] = queue.Queue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lms-worker", daemon=True)
        self._thread.start()

    def ring(self, name: str, row_id: int) -> None:
        """Take a doorbell; it runs as soon as the thread is free."""
        self._bells.put((name, row_id))

    def stop(self) -> None:
        """End the row at hand and stop; what has not begun is found by the next start's sweep."""
        self._stopping.set()
        self._thread.join(timeout=30)

    def _run(self) -> None:
        due = dict.fromkeys(SWEEPS, 0.0)
        while not self._stopping.is_set():
            try:
                name, row_id = self._bells.get(timeout=0.2)
            except queue.Empty:
                pass
            else:
                run_now(name, row_id)
                continue
            for sweep_name, at in due.items():
                if time.monotonic() >= at:
                    due[sweep_name] = time.monotonic() + SWEEPS[sweep_name].every_seconds
                    self._sweep(sweep_name)

    def _sweep(self, name: str) -> None:
        result = celery.tasks["sweep"].apply(args=[name], throw=False)
        if result.failed():
            log.error("sweep %s did not end well: %r", name, result.result)


def start_embedded(app: Flask) -> Embedded:
    """Start the thread that works for this process. Call `stop()` on what is answered."""
    global _embedded
    _embedded = Embedded(app)
    return _embedded


__all__ = ["Sweep", "celery", "enqueue", "run_due", "run_now", "start_embedded", "sweep", "task"]
