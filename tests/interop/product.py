"""The running product in a throw-away folder, over TLS on this machine, with fresh credentials of its own.

What the judges get is what anybody gets: documents, keys, lists and log are fetched from its public addresses.
"""

import json
import ssl
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from werkzeug.serving import make_server

from lms import clock, db, files, worker
from lms.app import Lms, create_app
from lms.config import Settings
from lms.credentials import queries, services
from lms.credentials.queries import keys
from lms.credentials.queries.keys import Purpose
from lms.credentials.services.keys import authorities
from lms.credentials.services.transcripts import record_of
from lms.registry.reporting import report_of
from tests import personas as cast
from tests.conftest import migrate
from tests.credentials.making import issued
from tests.journeys.browsers import Quiet
from tests.personas import Personas
from tests.servers import free_port

NAMES = (
    "Tara Vázquez",
    "Ámbar O’Neill-Søndergård",
    "Лариса Чайковская",
    "Ευγενία Παπαδοπούλου",
    'Jo "Joey" <Lee> & Co',
)
# Enough that the log has a full tile, a partial one, and a level above.
MORE_ENTRIES = 300


@dataclass(frozen=True)
class Issued:
    """A credential as it was fetched: signed document, token, sealed PDF, and what its PDF must say."""

    number: str
    document: dict[str, Any]
    token: str
    transcript: dict[str, Any]
    pdf: bytes
    verify_url: str
    paper: str
    report: dict[str, Any]
    report_pdf: bytes


@dataclass(frozen=True)
class Product:
    """A server that runs, and credentials in each state."""

    address: str
    authority: Path
    valid: list[Issued]
    revoked: Issued
    expired: Issued
    seal_authority: x509.Certificate
    log_keys: list[str]

    def get(self, path: str) -> bytes:
        """What the address answers to anybody."""
        context = ssl.create_default_context(cafile=str(self.authority))
        request = urllib.request.Request(self.address + path, headers={"Accept": "application/vc"})
        with urllib.request.urlopen(request, context=context, timeout=30) as answer:
            return bytes(answer.read())


@contextmanager
def running(folder: Path) -> Iterator[Product]:
    """The product with fresh credentials; everything is gone afterwards."""
    port = free_port()
    address = f"https://localhost:{port}"
    url = f"sqlite:///{folder / 'lms.db'}"
    migrate(url)
    app = create_app(
        Settings(env="test", database_url=url, data_dir=folder / "data", base_url=address, worker="none")
    )
    certificate, key = _own_tls(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=Quiet, ssl_context=context)
    thread = Thread(target=server.serve_forever, name="web")
    thread.start()
    try:
        yield _filled(app, address, certificate)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        with app.app_context():
            db.db.engine.dispose()


def _filled(app: Lms, address: str, authority: Path) -> Product:
    with _writing(app):
        people = cast.make()
    long_ago = datetime.now(UTC) - timedelta(days=800)
    today = datetime.now(UTC).date()
    in_two_years = today + timedelta(days=730)
    with _writing(app), clock.at(long_ago):
        expired = _issue(people, "expired", NAMES[0], long_ago.date(), long_ago.date() + timedelta(days=365))
    with _writing(app):
        valid = [
            _issue(people, f"valid:{place}", name, today, in_two_years if place else None)
            for place, name in enumerate(NAMES)
        ]
        revoked = _issue(people, "revoked", NAMES[0], today, in_two_years)
    with _writing(app):
        services.revoke(people.registrar, number=revoked, reason="Issued to show what is revoked.")
    _work_off(app)
    with _writing(app):
        for place in range(MORE_ENTRIES):
            services.log.append("did", doc=f"{place:064x}")
    _work_off(app)
    with _writing(app):
        (seal_authority,) = authorities()
        log_keys = [one.public for one in keys.keys_of(None, Purpose.LOG)]
    product = Product(address, authority, [], _none(), _none(), seal_authority, log_keys)
    fetched = {number: _fetched(app, product, number) for number in (*valid, revoked, expired)}
    return Product(
        address,
        authority,
        [fetched[number] for number in valid],
        fetched[revoked],
        fetched[expired],
        seal_authority,
        log_keys,
    )


def _none() -> Issued:
    return Issued("", {}, "", {}, b"", "", "", {}, b"")


def _issue(people: Personas, key: str, name: str, issued_on: date, valid_until: date | None) -> str:
    return issued(people, key, name_as_issued=name, issued_on=issued_on, valid_until=valid_until).number


def _fetched(app: Lms, product: Product, number: str) -> Issued:
    """A credential as a stranger fetches it; PDF and transcript as its holder gets them."""
    document = json.loads(product.get(f"/c/{number}"))
    with _writing(app):
        card = queries.credential(number)
        made = queries.document_of(card)
        assert made is not None
        pdf, verify_url = files.get(made.pdf_sha256), services.verify_url(number)
        transcript = json.loads(record_of(card, made))
        report = report_of(None, number=number, on=None, language="en")
    token = product.get(f"/c/{number}.jwt").decode()
    said, page = json.loads(product.get(f"/reports/{report}.json")), product.get(f"/reports/{report}.pdf")
    return Issued(number, document, token, transcript, pdf, verify_url, made.paper_text, said, page)


def _work_off(app: Lms) -> None:
    with app.app_context():
        while worker.run_due():
            pass


@contextmanager
def _writing(app: Lms) -> Iterator[None]:
    with app.app_context(), db.scope(db.Scope.all()), db.transaction():
        yield


def _own_tls(folder: Path) -> tuple[Path, Path]:
    """A certificate for localhost, which only who is told of it trusts."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(private, hashes.SHA256())
    )
    certificate, key = folder / "tls.pem", folder / "tls.key"
    certificate.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return certificate, key
