"""A worker that is killed anywhere between decision and mail leaves one credential, one PDF and one mail."""

import os
import signal
import subprocess
import sys

import pytest
import sqlalchemy as sa

from lms.certification import services as certification
from lms.certification.models import Decision, Outcome
from lms.config import Settings
from lms.credentials import queries as credentials
from lms.mail import OutgoingMail
from tests.conftest import ROOT, Transactions
from tests.journeys.steps import SCHEME
from tests.journeys.worker_run import PLACES
from tests.personas import Personas

LEASE_IS_OVER = 6


@pytest.mark.parametrize("place", [place for place in PLACES if place != "nowhere"])
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
    kept = [path.name for path in (settings.data_dir / "files").rglob("*") if is_whole(path.name)]
    assert kept == [held[0].sha256]
    letters = [path.read_text(encoding="utf-8") for path in (settings.data_dir / "mail").glob("*.eml")]
    assert sorted(str(number) in letter for letter in letters) == [False, True]


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
