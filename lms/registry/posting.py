"""One POST to an address that an organisation gave us, so that it can reach nothing but what it says.

The name is resolved once, every answer is looked at, and the connection is made to the address that was
looked at. No redirect is followed, only the first line of the reply is read, and all ends after five seconds.
"""

import re
import socket
import ssl
import threading
import time
from dataclasses import dataclass

from lms.registry.safe_addresses import Target, Unsafe, first_safe, target_of

WITHIN = 5.0
MOST_READ = 4096
STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})[ \r\n]")


@dataclass(frozen=True, slots=True)
class Reply:
    """The status code of the receiver, or a word why there is none: see `WORDS`."""

    code: int | None
    said: str


WORDS = ("answered", "not_allowed", "no_such_host", "no_connection", "no_tls", "too_slow", "not_http")


def post(
    url: str,
    headers: dict[str, str],
    body: bytes,
    *,
    is_loopback_allowed: bool = False,
    within: float = WITHIN,
) -> Reply:
    """Send the body and answer what came back. Never raises for what the other side does."""
    deadline = time.monotonic() + within
    try:
        target = target_of(url, is_loopback_allowed=is_loopback_allowed)
        address = first_safe(_resolved(target, deadline), is_loopback_allowed=is_loopback_allowed)
        return _exchange(target, address, _request(target, headers, body), deadline)
    except Unsafe as fault:
        return Reply(None, "no_such_host" if str(fault) == "host" else "not_allowed")
    except TimeoutError:
        return Reply(None, "too_slow")
    except socket.gaierror:
        return Reply(None, "no_such_host")
    except ssl.SSLError:
        return Reply(None, "no_tls")
    except OSError:
        return Reply(None, "no_connection")


def _resolved(target: Target, deadline: float) -> list[str]:
    """Every address of the host, in a thread, as the system's resolver knows no deadline."""
    answers: list[str] = []
    faults: list[OSError] = []

    def ask() -> None:
        try:
            found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
        except OSError as fault:
            faults.append(fault)
        else:
            answers.extend(str(one[4][0]) for one in found)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(_left(deadline))
    if asking.is_alive():
        raise TimeoutError
    if faults:
        raise faults[0]
    return answers


def _request(target: Target, headers: dict[str, str], body: bytes) -> bytes:
    host = f"[{target.host}]" if ":" in target.host else target.host
    usual = 443 if target.is_tls else 80
    lines = [
        f"POST {target.path} HTTP/1.1",
        f"Host: {host if target.port == usual else f'{host}:{target.port}'}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Connection: close",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join(lines).encode("ascii") + b"\r\n\r\n" + body


def _exchange(target: Target, address: str, request: bytes, deadline: float) -> Reply:
    with socket.create_connection((address, target.port), timeout=_left(deadline)) as plain:
        if not target.is_tls:
            return _answer(plain, request, deadline)
        plain.settimeout(_left(deadline))
        with ssl.create_default_context().wrap_socket(plain, server_hostname=target.host) as tls:
            return _answer(tls, request, deadline)


def _answer(connection: socket.socket, request: bytes, deadline: float) -> Reply:
    connection.settimeout(_left(deadline))
    connection.sendall(request)
    read = b""
    while b"\n" not in read and len(read) < MOST_READ:
        connection.settimeout(_left(deadline))
        more = connection.recv(MOST_READ - len(read))
        if not more:
            break
        read += more
    found = STATUS_LINE.match(read)
    return Reply(int(found[1]), "answered") if found else Reply(None, "not_http")


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
