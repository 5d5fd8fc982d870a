"""Files that mean harm and bodies without end, through a real server: a sentence each, and it serves on."""

import http.client
import json
import select
import socket
import threading
from collections.abc import Iterator

import pytest

from lms import thrifty, worker
from lms.app import Lms
from tests.conftest import Transactions
from tests.credentials.making import issued
from tests.personas import Personas
from tests.registry import poison

OURS = "This file is ours, and it is as it was issued."
PATIENCE = 20  # what a file may cost is limited by the examiner, and not measured here
HUGE = 200_000_000
FILE = b'--x\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n%s\r\n--x--\r\n'
FORM = {"Content-Type": "multipart/form-data; boundary=x"}


@pytest.fixture
def port(app: Lms) -> Iterator[int]:
    """The port of a server of waitress, as the demo has it."""
    app.config["WTF_CSRF_ENABLED"] = False
    listener = socket.create_server(("127.0.0.1", 0))
    server = thrifty.server(app, sockets=[listener], threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield int(listener.getsockname()[1])
    server.trigger.pull_trigger(server.close)
    thread.join(PATIENCE)


def asked(port: int, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, str]:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        line.request(method, path, body, FORM | headers if body is not None else headers)
        answer = line.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace")
    finally:
        line.close()


def message(port: int, data: bytes) -> str:
    status, text = asked(port, "POST", "/verify/file", FILE % data, Accept="application/json")
    assert status == 200, text
    told = json.loads(text)
    assert "alert" not in text
    assert "root:" not in text
    return str(told["message"])


def test_files_that_mean_harm_are_answered_and_the_service_goes_on(
    app: Lms, tx: Transactions, personas: Personas, port: int
) -> None:
    with tx():
        number = issued(personas).number
    with app.app_context():
        worker.run_due()
    status, text = asked(port, "GET", f"/c/{number}.json")
    assert status == 200
    assert message(port, text.encode()) == OURS
    for name, data in (*poison.documents(text), *poison.pictures(text), *poison.papers()):
        assert len(data) < 1_900_000, name
        told = message(port, data)
        assert told.endswith("."), name
        assert told != OURS, name
    assert message(port, text.encode()) == OURS
    assert asked(port, "GET", f"/verify/{number}")[0] == 200


def poured(port: int, path: str, *, is_chunked: bool) -> tuple[int, bytes]:
    """How much of a huge body was taken before the answer was there, and the answer."""
    length = "Transfer-Encoding: chunked" if is_chunked else f"Content-Length: {HUGE}"
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {FORM['Content-Type']}\r\n{length}\r\n\r\n"
    )
    block = b"x" * 65_536
    block = b"10000\r\n" + block + b"\r\n" if is_chunked else block
    taken, answer, left = 0, b"", b""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as line:
        line.sendall(head.encode())
        line.setblocking(False)
        while taken < HUGE:
            can_read, can_write, _none = select.select([line], [line], [], PATIENCE)
            assert can_read or can_write, "nothing was taken and nothing answered"
            if can_read:
                got = line.recv(65_536)
                answer += got
                if not got or b"</html>" in answer:
                    break
            elif can_write:
                left = left or block
                sent = line.send(left)
                taken, left = taken + sent, left[sent:]
    return taken, answer


@pytest.mark.parametrize("is_chunked", [False, True])
@pytest.mark.parametrize("path", ["/verify/file", "/verify/many", "/log"])
def test_a_body_without_end_is_refused_from_its_beginning(port: int, path: str, is_chunked: bool) -> None:
    taken, answer = poured(port, path, is_chunked=is_chunked)
    assert taken < HUGE / 4
    status, _more = answer.split(b"\r\n", 1)
    assert status.split()[1] in (b"413", b"422", b"405")
    if path == "/verify/file":
        assert b"413" in status
        assert b"Send less than 2 MB at a time." in answer
    assert b"Connection: close" in answer
    assert asked(port, "GET", "/verify")[0] == 200


def test_what_a_page_takes_is_still_taken(port: int) -> None:
    many = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
    body = many % (b"answer", b"csv") + FILE.replace(b'"file"', b'"file"') % (b"number\n" + b"x\n" * 2_000_000)
    status, text = asked(port, "POST", "/verify/many", body)
    assert status == 422
    assert "rows" in text
    assert asked(port, "POST", "/verify/file", b"x" * 3_000_000)[0] == 413


def test_what_is_no_request_is_refused_by_the_server(port: int) -> None:
    for words in (
        b"GET\r\n\r\n",
        b"POST /verify/file HTTP/1.1\r\nContent-Length: many\r\n\r\n",
        b"\0\0\r\n\r\n",
    ):
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as line:
            line.sendall(words)
            assert b" 400 " in line.recv(65_536).split(b"\r\n")[0]
    assert asked(port, "GET", "/verify")[0] == 200
