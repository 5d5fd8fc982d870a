"""The long-running programs: pages with gunicorn or waitress, the worker, and beat."""

import sys
import threading
from pathlib import Path
from typing import Any

from celery.signals import worker_process_init
from flask import Flask

from lms import db, thrifty, worker
from lms.app import create_app
from lms.config import Settings


def serve(settings: Settings, *, host: str, port: int, processes: int, threads: int) -> None:
    """Serve pages until stopped. With LMS_WORKER=embedded each process also works off its tasks."""
    if sys.platform == "win32":
        thrifty.server(_web(settings), host=host, port=port, threads=threads).run()
        return
    from gunicorn.app.base import BaseApplication

    class Server(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            chosen: dict[str, Any] = {
                "bind": f"{host}:{port}",
                "workers": processes,
                "threads": threads,
                "worker_class": "gthread",
                "graceful_timeout": 30,
                "timeout": 60,
                "max_requests": 20_000,
                "max_requests_jitter": 2_000,
                "proc_name": "lms",
                "control_socket_disable": True,
            }
            for name, value in chosen.items():
                if name in self.cfg.settings:
                    self.cfg.set(name, value)

        def load(self) -> Flask:
            return _web(settings)

    Server().run()


def _web(settings: Settings) -> Flask:
    app = create_app(settings)
    if settings.worker == "embedded":
        worker.start_embedded(app)
    return app


def work(settings: Settings, *, processes: int) -> None:
    """Work until stopped: a Celery worker, or one thread of this process when there is no broker."""
    app = create_app(settings)
    if settings.worker != "celery":
        thread = worker.start_embedded(app)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            thread.stop()
        return

    def forget_connections(**_more: Any) -> None:
        with app.app_context():
            db.db.engine.dispose(close=False)  # a connection must not be shared with the parent process

    worker_process_init.connect(forget_connections, weak=False)
    worker.celery.worker_main(
        ["worker", "--loglevel", settings.log_level, "--concurrency", str(processes), "--without-mingle"]
    )


def beat(settings: Settings) -> None:
    """Ring for each sweep when it falls due, until stopped."""
    create_app(settings)
    folder: Path = settings.data_dir
    folder.mkdir(parents=True, exist_ok=True)
    worker.celery.start(["beat", "--loglevel", settings.log_level, "--schedule", str(folder / "beat-schedule")])
