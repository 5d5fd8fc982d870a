"""What 200 certificates cost, from signed credential to log entry, and the register at a million.

The floor is the two signatures alone, Ed25519 and ECDSA on P-256, made with the same keys in the same run. The
register is a database of its own with nothing but people and credentials; the public page and its JSON are
asked for by a number in the middle, and their cost with a thousand credentials is the measure.
"""

import json
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from bench.fill import BODY, facts, fill_register
from lms import db, migrations
from lms.credentials import queries, services
from lms.credentials.badges import proof
from lms.credentials.facts import Kind
from lms.credentials.models import CredentialDocument
from lms.credentials.services.keys import badge_signer, seal_of

CERTIFICATES = 200
MOST_SECONDS = 20.0
REGISTERS = (1_000, 1_000_000)
MOST_GROWTH = 1.2
KINDS = ("text/html", "application/json")
BLOCKS, ROUNDS = 21, 100


def certificates(app: Flask, person_id: int) -> bool:
    """Issue 200 and make their documents; print the cost and answer whether the bar is kept."""
    with app.app_context(), db.scope(db.Scope.all()):
        with db.transaction():
            for number in range(CERTIFICATES):
                _issue(person_id, number)
        waiting: list[int] = []
        with db.reading():
            while len(waiting) < CERTIFICATES:
                waiting = list(
                    db.session().scalars(
                        sa.select(CredentialDocument.id)
                        .where(CredentialDocument.made_at.is_(None))
                        .order_by(CredentialDocument.id)
                    )
                )
        with db.transaction():
            services.make_document(waiting[0])  # typefaces and keys are loaded once a process
        each = []
        for document_id in waiting[1:]:
            start = time.process_time()
            with db.transaction():
                services.make_document(document_id)
            each.append(time.process_time() - start)
        with db.transaction():
            _key, signer = badge_signer(BODY)
            _key, seal = seal_of(BODY)
            made = queries.document_of(queries.credentials_of(person_id)[0])
            assert made is not None
            document = json.loads(made.json_text)
        floor = _least(lambda: (signer.sign(b"0" * 64), seal.sign(b"0" * 64)))
        del document["proof"]
        proved = _least(lambda: proof.sign(document, signer, method="did:web:x#key-1", at=made.made_at))
    whole = statistics.mean(each) * CERTIFICATES
    is_fine = whole <= MOST_SECONDS
    print(
        f"\n{CERTIFICATES} certificates, whole: {whole:.1f} s of CPU, "
        f"{statistics.mean(each) * 1000:.0f} ms each, least {min(each) * 1000:.0f} ms; "
        f"bar {MOST_SECONDS:.0f} s: {'yes' if is_fine else 'NO'}.\n"
        f"The two signatures alone: {floor * 1000:.2f} ms ({statistics.mean(each) / floor:.0f} x). "
        f"The signed credential in it: {proved * 1000:.1f} ms."
    )
    return is_fine


def registers(make: Callable[[str], Flask], folder: Path, base: str) -> bool:
    """The public answers with a thousand and with a million credentials; whether they cost about the same."""
    apps, asking = [], []
    for size in REGISTERS:
        url = f"sqlite:///{folder / f'register-{size}.db'}"
        migrations.upgrade(url)
        start = time.perf_counter()
        number = fill_register(url, size)
        print(f"{size:,} credentials were made in {time.perf_counter() - start:.0f} s")
        app = make(url)
        apps.append(app)
        asking.append((app.test_client(), number))
    addresses = iter(range(1, 10_000_000))
    # In turns: a machine that others slow down slows both alike.
    costs = [dict.fromkeys(KINDS, float("inf")) for _size in REGISTERS]
    for _turn in range(BLOCKS):
        for kind in KINDS:
            for place, (client, number) in enumerate(asking):
                cost = _block(partial(_ask, client, number, kind, base, addresses))
                costs[place][kind] = min(costs[place][kind], cost)
    for app in apps:
        with app.app_context():
            db.db.engine.dispose()
    is_fine = True
    print()
    for kind in costs[0]:
        small, large = costs[0][kind], costs[-1][kind]
        growth = large / small
        is_fine = is_fine and growth <= MOST_GROWTH
        print(
            f"verify, {kind}: {small * 1000:.2f} ms at {REGISTERS[0]:,}, "
            f"{large * 1000:.2f} ms at {REGISTERS[-1]:,}: "
            f"{growth:.2f} x, bar {MOST_GROWTH}: {'yes' if growth <= MOST_GROWTH else 'NO'}"
        )
    return is_fine


def _ask(client: FlaskClient, number: str, kind: str, base: str, addresses: Iterator[int]) -> None:
    at = next(addresses)
    answer = client.get(
        f"/verify/{number}",
        base_url=base,
        headers={"Accept": kind},
        environ_base={"REMOTE_ADDR": f"10.{at >> 16 & 255}.{at >> 8 & 255}.{at & 255}"},
    )
    assert answer.status_code == 200, answer.status_code


def _issue(person_id: int, number: int) -> None:
    services.issue(
        None,
        person_id=person_id,
        organisation_id=BODY,
        kind=Kind.CERTIFICATION,
        title="Certified Peer Specialist",
        name_as_issued=f"María José Ñandú-Oyelaran {number}",
        scheme_id="peer-specialist",
        scheme_version="1",
        facts=replace(facts(), evidence=()),
        issued_on=date(2026, 11, 22),
        valid_until=date(2028, 11, 22),
        decision_key=f"bench-issue:{number}",
    )


def _least(act: Callable[[], object], times: int = 50) -> float:
    found = []
    for _ in range(times):
        start = time.process_time()
        act()
        found.append(time.process_time() - start)
    return statistics.median(found)


def _block(act: Callable[[], None]) -> float:
    start = time.process_time()
    for _ in range(ROUNDS):
        act()
    return (time.process_time() - start) / ROUNDS
