"""One POST, against real receivers on this machine: what is read of them, and what they cannot make us do."""

import base64
import datetime
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lms.registry.posting import Reply, post
from lms.registry.webhooks import headers, next_try, secret, shown


@contextmanager
def receiver(answer: Callable[[socket.socket], None], tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """A server in a thread that answers each connection so; gives its port."""
    listening = socket.create_server(("127.0.0.1", 0))
    threads: list[threading.Thread] = []

    def one(connection: socket.socket) -> None:
        try:
            with connection:
                if tls is None:
                    answer(connection)
                    return
                with tls.wrap_socket(connection, server_side=True) as wrapped:
                    answer(wrapped)
        except OSError:
            pass  # the other side went away, as it should

    def serve() -> None:
        while True:
            try:
                connection, _from = listening.accept()
            except OSError:
                return
            threads.append(threading.Thread(target=one, args=(connection,), daemon=True))
            threads[-1].start()

    serving = threading.Thread(target=serve, daemon=True)
    serving.start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        serving.join(5)
        for thread in threads:
            thread.join(5)


def sent(port: int, within: float = 5.0, scheme: str = "http", host: str = "127.0.0.1") -> Reply:
    return post(
        f"{scheme}://{host}:{port}/in?x=1",
        {"webhook-id": "msg_1"},
        b'{"a":1}',
        is_loopback_allowed=True,
        within=within,
    )


def said(text: bytes) -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(text)

    return answer


def test_what_is_sent_is_plain_http() -> None:
    got: list[bytes] = []

    def answer(connection: socket.socket) -> None:
        got.append(connection.recv(65536))
        connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    with receiver(answer) as port:
        assert sent(port) == Reply(204, "answered")
    head, _, body = got[0].partition(b"\r\n\r\n")
    assert head.split(b"\r\n")[:2] == [b"POST /in?x=1 HTTP/1.1", f"Host: 127.0.0.1:{port}".encode()]
    assert b"webhook-id: msg_1" in head
    assert body == b'{"a":1}'


def test_a_redirect_is_not_followed() -> None:
    reached = threading.Event()

    def trap(connection: socket.socket) -> None:
        reached.set()

    with receiver(trap) as there:
        text = f"HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:{there}/\r\n\r\n".encode()
        with receiver(said(text)) as port:
            assert sent(port) == Reply(307, "answered")
    assert not reached.is_set()


def test_a_receiver_that_says_nothing_is_left_after_the_time() -> None:
    go = threading.Event()

    def answer(connection: socket.socket) -> None:
        connection.recv(65536)
        go.wait(10)

    with receiver(answer) as port:
        began = time.monotonic()
        assert sent(port, within=0.3) == Reply(None, "too_slow")
        assert time.monotonic() - began < 5
        go.set()


def test_one_that_drips_byte_by_byte_is_left_after_the_time() -> None:
    stop = threading.Event()

    def answer(connection: socket.socket) -> None:
        connection.recv(65536)
        while not stop.wait(0.05):
            connection.sendall(b"H")

    with receiver(answer) as port:
        assert sent(port, within=0.5) == Reply(None, "too_slow")
        stop.set()


def test_a_reply_of_ten_megabytes_is_not_read() -> None:
    written: list[int] = []

    def answer(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n")
        for _each in range(1000):
            written.append(connection.send(b"x" * 10000))

    with receiver(answer) as port:
        assert sent(port) == Reply(200, "answered")
    assert sum(written) < 10_000_000


@pytest.mark.parametrize(
    "text", [b"", b"SSH-2.0-x\r\n", b"x" * 100_000, b"HTTP/1.1 999 Odd\r\n\r\n", b"HTTP/1.1 20"]
)
def test_what_is_no_http_is_said(text: bytes) -> None:
    with receiver(said(text)) as port:
        assert sent(port) == Reply(None, "not_http")


def test_nobody_there() -> None:
    with receiver(said(b"")) as port:
        pass
    assert sent(port) == Reply(None, "no_connection")


@pytest.mark.parametrize("url", ["https://127.0.0.1/", "https://10.0.0.1/", "http://hooks.example.org/"])
def test_addresses_that_are_not_allowed_are_not_connected_to(url: str) -> None:
    assert post(url, {}, b"") == Reply(None, "not_allowed")


def test_a_name_that_leads_home_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The resolver of the system is the network here; each of its answers is looked at."""
    for answers in (["127.0.0.1"], ["8.8.8.8", "169.254.169.254"], ["::ffff:10.0.0.1"], ["fd00::1", "8.8.8.8"]):
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 443)) for one in answers]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, found=found, **_k: found)
        monkeypatch.setattr(socket, "create_connection", lambda *_a, **_k: pytest.fail("connected"))
        assert post("https://hooks.example.org/", {}, b"") == Reply(None, "not_allowed")


def test_the_connection_goes_to_the_address_that_was_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that answers otherwise the second time (DNS rebinding) gains nothing: it is asked once."""
    asked: list[str] = []
    connected: list[object] = []

    def resolve(host: str, *_more: object, **_named: object) -> list[object]:
        asked.append(host)
        address = "8.8.8.8" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))]

    def connect(where: object, **_named: object) -> socket.socket:
        connected.append(where)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    assert post("https://hooks.example.org/", {}, b"") == Reply(None, "no_connection")
    assert asked == ["hooks.example.org"]
    assert connected == [("8.8.8.8", 443)]


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for localhost that signs itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    today = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today)
        .not_valid_after(today + datetime.timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "both.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


def test_the_certificate_is_checked_for_the_name(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    with receiver(said(b"HTTP/1.1 200 OK\r\n\r\n"), tls) as port:
        assert sent(port, scheme="https", host="localhost") == Reply(None, "no_tls")
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert sent(port, scheme="https", host="localhost") == Reply(200, "answered")
        assert sent(port, scheme="https", host="127.0.0.1") == Reply(None, "no_tls")


# --- the form of a message --------------------------------------------------------------------------


def test_signatures_are_those_of_the_standard() -> None:
    """The example of the Standard Webhooks libraries' own tests."""
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    at = datetime.datetime.fromtimestamp(1614265330, datetime.UTC)
    found = headers("msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}', [key, b"other"])
    first, second = found.pop("webhook-signature").split(" ")
    assert first == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert second.startswith("v1,")
    assert found == {"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330"}


def test_secrets_are_long_and_each_is_another() -> None:
    made = {secret(key, place, nonce) for key in "ab" for place in (1, 2) for nonce in "xy"}
    assert len(made) == 8
    assert all(len(one) == 32 for one in made)
    assert shown(b"\0" * 24) == f"whsec_{'A' * 32}"


def test_tries_go_on_for_about_two_and_a_half_days() -> None:
    now = datetime.datetime(2026, 11, 23, tzinfo=datetime.UTC)
    at, tries = now, 1
    while (following := next_try(tries, at)) is not None:
        assert following > at
        at, tries = following, tries + 1
    assert tries == 8
    assert datetime.timedelta(days=2) < at - now < datetime.timedelta(days=3)
