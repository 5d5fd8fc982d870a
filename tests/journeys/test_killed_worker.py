"""A worker that is killed anywhere between decision and mail leaves one credential, one PDF and one mail."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms import clock, worker
from lms.app import Lms
from lms.certification import services as certification
from lms.certification.models import Decision, Outcome
from lms.certification.queries.classes import rows_of
from lms.config import Settings
from lms.credentials import queries as credentials
from lms.credentials.models import CredentialDocument, LogEntry
from lms.credentials.queries import log
from lms.mail import OutgoingMail
from tests.certification.facts import learn
from tests.conftest import ROOT, Transactions
from tests.credentials.making import issued
from tests.journeys.steps import SCHEME
from tests.journeys.worker_run import PLACES, PLACES_OF_CLASSES
from tests.personas import Personas

LEASE_IS_OVER = 6


@pytest.mark.parametrize("place", ["half_way_into_the_file", "before_the_mail_is_noted"])
def test_one_of_each_after_a_kill(
    place: str, application_id: int, tx: Transactions, personas: Personas, settings: Settings
) -> None:
    assert run_worker(settings, "nowhere") == 0  # the letter about returned hours has left before
    with tx():
        decision = certification.decide(
            personas.reviewer, application_id=application_id, outcome=Outcome.GRANTED
        )
    number = decision.credential_number

    assert run_worker(settings, place) == -signal.SIGKILL
    # After the restart: at once, when the claim on the mail has run out, and once more for nothing.
    assert run_worker(settings, "nowhere", 0, LEASE_IS_OVER, 2 * LEASE_IS_OVER) == 0

    with tx.reading() as current:
        granted = current.scalars(sa.select(Decision).where(Decision.scheme_id == SCHEME)).all()
        assert [one.credential_number for one in granted] == [number]
        held = credentials.credentials_of(personas.trainee)
        assert [card.number for card in held] == [number]
        mails = current.scalars(sa.select(OutgoingMail).order_by(OutgoingMail.id)).all()
        assert all(mail.sent_at is not None for mail in mails)
        assert [mail.key.partition(":")[0] for mail in mails] == ["returned", "certificate"]
        assert mails[1].key == f"certificate:{number}"
        assert kept_files(settings) == files_of(current)
    letters = [path.read_text(encoding="utf-8") for path in (settings.data_dir / "mail").glob("*.eml")]
    assert sorted(str(number) in letter for letter in letters) == [False, True]


def test_a_kill_at_any_step_of_issuing_leaves_one_of_each(
    tx: Transactions, personas: Personas, settings: Settings, app: Lms
) -> None:
    """At each step in turn, a worker dies there while it makes a new credential; then another one goes on."""
    for number, place in enumerate(PLACES, start=1):
        with tx():
            issued(personas, key=f"decision:{number}")
        assert run_worker(settings, place) == (0 if place == "nowhere" else -signal.SIGKILL), place
        for minutes in (0, LEASE_IS_OVER):
            with clock.at(clock.now() + timedelta(minutes=minutes)), app.app_context():
                worker.run_due()
        with tx.reading() as current:
            ops = Counter(json.loads(body)["op"] for body in current.scalars(sa.select(LogEntry.body)))
            assert ops == {"did": 1, "status-list": 1, "issue": number}, place
            assert list(log.faults()) == [], place
            assert log.unsigned_size() == [], place
            assert kept_files(settings) == files_of(current), place
            assert len(files_of(current)) == 2 * number, place
            keys = [mail.key for mail in current.scalars(sa.select(OutgoingMail)) if mail.sent_at is not None]
            assert len(keys) == len(set(keys)) == number, place
            assert len(credentials.credentials_of(personas.trainee)) == number, place


@pytest.mark.parametrize("place", PLACES_OF_CLASSES)
def test_a_kill_while_a_class_is_issued_leaves_one_for_each(
    place: str, tx: Transactions, personas: Personas, settings: Settings
) -> None:
    with tx():
        for person_id in (personas.trainee, personas.other_trainee):
            learn(personas, person_id)
            certification.mark_checked(person_id)  # or the sweep for completions is quicker than the class
    with tx():
        run_id = certification.begin_run(
            personas.coordinator,
            organisation_id=personas.provider,
            scheme_id="foundations-completion",
            label="Fall class",
            person_ids=[personas.trainee, personas.other_trainee],
            request_key="key-of-a-page",
        )
    assert run_worker(settings, place) == -signal.SIGKILL
    assert run_worker(settings, "nowhere", 0, LEASE_IS_OVER) == 0
    with tx.reading() as current:
        rows = {row.person.id: row.number for row in rows_of(run_id)}
        for person_id in (personas.trainee, personas.other_trainee):
            assert [card.number for card in credentials.credentials_of(person_id)] == [rows[person_id]]
        assert kept_files(settings) == files_of(current)
        letters = [mail.key for mail in current.scalars(sa.select(OutgoingMail)) if mail.key[:4] == "cert"]
        assert sorted(letters) == sorted(f"certificate:{number}" for number in rows.values())


def kept_files(settings: Settings) -> set[str]:
    return {path.name for path in (settings.data_dir / "files").rglob("*") if is_whole(path.name)}


def files_of(current: Session) -> set[str | None]:
    """What the rows say is kept."""
    made = current.scalars(sa.select(CredentialDocument)).all()
    return {name for one in made for name in (one.json_sha256, one.pdf_sha256)}


def is_whole(name: str) -> bool:
    """Whether a file has its own name: a passing name is what a kill left behind, and nobody reads it."""
    return len(name) == 64


def run_worker(settings: Settings, place: str, *minutes: int) -> int:
    """Run the worker in a process of its own; answers how it ended (minus the signal's number)."""
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.journeys.worker_run", place, *map(str, minutes or (0,))],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
        | {
            "LMS_ENV": settings.env,
            "LMS_DATABASE_URL": settings.database_url,
            "LMS_DATA_DIR": str(settings.data_dir),
            "LMS_WORKER": "none",
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode in (0, -signal.SIGKILL), ended.stderr
    return ended.returncode
