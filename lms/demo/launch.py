"""The demo: a throw-away folder, made-up people, web and worker in one process, one address."""

import os
import secrets
import shutil
import socket
from collections.abc import Callable
from datetime import date
from pathlib import Path

from alembic.util import CommandError
from flask import Flask

from lms import db, migrations, thrifty, worker
from lms.app import create_app
from lms.config import Settings

HOST = "127.0.0.1"
MARK = ".lms-demo"
SEEDED = ".seeded"
Say = Callable[[str], None]


class CannotStart(Exception):
    """Something stands in the way; the text is one sentence that says what to do."""


def run(*, root: Path, folder: Path, port: int, is_fresh: bool, today: date | None, say: Say) -> None:
    """Prepare the folder, say the address and serve until KeyboardInterrupt.

    Raises CannotStart beside production settings, when the port is taken or the folder is not the demo's.
    """
    _refuse_production()
    with _taken_port(port) as listener:
        port = listener.getsockname()[1]
        _prepare_folder(folder, is_fresh=is_fresh, say=say)
        settings = _settings(root, folder, port, today)
        _migrate(settings, folder, say)
        app = create_app(settings)
        _seed(app, folder, say)
        _serve(app, listener, settings.base_url, say)


def _refuse_production() -> None:
    found = [
        name
        for name in ("LMS_DATABASE_URL", "LMS_SECRET_KEY")
        if os.environ.get(name) or os.environ.get(f"{name}_FILE")
    ]
    if os.environ.get("LMS_ENV") == "production":
        found.insert(0, "LMS_ENV=production")
    if found:
        raise CannotStart(
            f"The demo does not start beside the settings of a real installation: unset {', '.join(found)}."
        )


def _taken_port(port: int) -> socket.socket:
    listener = socket.socket()
    if os.name == "posix":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(64)
    except (OSError, OverflowError):
        listener.close()
        raise CannotStart(
            f"Port {port} cannot be used, most likely because something uses it: choose another, "
            f"as in bin/lms demo --port {5001 if port != 5001 else 5002}"
        ) from None
    return listener


def _prepare_folder(folder: Path, *, is_fresh: bool, say: Say) -> None:
    is_ours = (folder / MARK).exists()
    if folder.exists() and any(folder.iterdir()) and not is_ours:
        raise CannotStart(
            f"{folder} holds something else: move it away, or set LMS_DEMO_DIR to another folder."
        )
    if is_ours and (is_fresh or not (folder / SEEDED).exists()):
        say("Throwing the old demo away.")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).write_text("Made by bin/lms demo; may be deleted at any time.\n", encoding="utf-8")


def _settings(root: Path, folder: Path, port: int, today: date | None) -> Settings:
    key = folder / "secret_key"
    if not key.exists():
        key.touch(mode=0o600)
        key.write_text(secrets.token_urlsafe(48), encoding="utf-8")
    asked = {
        "LMS_ENV": "demo",
        "LMS_DATABASE_URL": f"sqlite:///{folder.resolve() / 'lms.db'}",
        "LMS_SECRET_KEY": key.read_text(encoding="utf-8"),
        "LMS_BASE_URL": f"http://{HOST}:{port}",
        "LMS_DATA_DIR": str(folder.resolve()),
        "LMS_MODULES_DIR": str(root / "modules"),
        "LMS_ASSESSMENTS_DIR": str(root / "assessments"),
        "LMS_WORKER": "embedded",
        "LMS_MAIL_TRANSPORT": "files",
    }
    if today is not None:
        asked["LMS_TODAY"] = today.isoformat()
    return Settings.from_environment({**os.environ, **asked})


def _migrate(settings: Settings, folder: Path, say: Say) -> None:
    is_new = not (folder / "lms.db").exists()
    if is_new:
        say("Making the database.")
    try:
        migrations.upgrade(settings.database_url)
    except CommandError:
        raise CannotStart(
            "The demo's records come from another version: start again with bin/lms demo --fresh"
        ) from None


def _seed(app: Flask, folder: Path, say: Say) -> None:
    if (folder / SEEDED).exists():
        return
    from lms.demo import data

    say("Adding made-up people and their work.")
    with app.app_context(), db.scope(db.Scope.all()), db.transaction():
        data.load()
    with app.app_context():
        worker.run_due()
    (folder / SEEDED).write_text("yes\n", encoding="utf-8")


def _serve(app: Flask, listener: socket.socket, address: str, say: Say) -> None:
    server = thrifty.server(app, sockets=[listener], threads=8)
    worker_thread = worker.start_embedded(app)
    try:
        say(f"The demo is at {address} (people to sign in as are on the first page). Ctrl-C stops it.")
        server.run()  # answers KeyboardInterrupt by ending the requests at hand
    finally:
        say("Stopping.")
        server.close()
        worker_thread.stop()
        with app.app_context():
            db.db.engine.dispose()
        say("Stopped.")
