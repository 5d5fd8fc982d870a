"""Examining a stranger's file in a process of its own, with little to use and little time.

The processes come from a server that has loaded the libraries once (`multiprocessing`, `forkserver`): what a
file may cost is counted from when its process is ready. A file that kills its process has harmed nobody.
"""

import multiprocessing
import resource
from enum import StrEnum
from multiprocessing.connection import Connection
from threading import Lock

from lms.credentials.examining import Examined, Trust, examined

READY_SECONDS = 20.0
WALL_SECONDS = 1.5
CPU_SECONDS = 2
MEMORY_BYTES = 1024 * 1024 * 1024
LARGEST_FILE = 2_000_000
_lock = Lock()


class Stopped(StrEnum):
    """Why a file was not examined to the end."""

    TOO_LARGE = "too_large"
    TOO_MUCH = "too_much"


def examine(data: bytes, trust: Trust) -> Examined | Stopped:
    """What the file is, or why it was not examined to the end."""
    if len(data) > LARGEST_FILE:
        return Stopped.TOO_LARGE
    ours, theirs = multiprocessing.Pipe()
    with _lock:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([__name__])
        process = context.Process(target=_work, args=(theirs,), daemon=True)
        process.start()
    theirs.close()
    try:
        ours.poll(READY_SECONDS)
        ours.recv()
        ours.send((data, trust))
        if not ours.poll(WALL_SECONDS):
            return Stopped.TOO_MUCH
        found = ours.recv()
        return found if isinstance(found, Examined) else Stopped.TOO_MUCH
    except (EOFError, OSError):
        return Stopped.TOO_MUCH
    finally:
        ours.close()
        process.kill()
        process.join()


def _work(line: Connection) -> None:
    """In the process of its own: take limits, say that it is ready, examine one file, answer, end."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    line.send("ready")
    data, trust = line.recv()
    try:
        line.send(examined(data, trust))
    except MemoryError:
        line.send(Stopped.TOO_MUCH)
