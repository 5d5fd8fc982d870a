"""The main job at the level of services: from the first lesson to a certificate that is taken back."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from lms import clock, worker
from lms.app import Lms
from lms.assessment import queries as assessment
from lms.certification import queries as certification_queries
from lms.certification import services as certification
from lms.certification.models import Decision, Outcome
from lms.credentials import queries as credentials
from lms.credentials import services as issuing
from lms.credentials.states import State
from lms.errors import Conflict, Forbidden, Invalid
from lms.mail import OutgoingMail
from lms.practice import queries as practice
from tests.conftest import Transactions
from tests.journeys.steps import EXAMINATION, SCHEME, MainJob
from tests.personas import Personas


@pytest.fixture
def job(tx: Transactions, personas: Personas) -> MainJob:
    """The steps of the main job, for the personas."""
    return MainJob(tx, personas)


def test_the_main_job(app: Lms, tx: Transactions, personas: Personas, job: MainJob) -> None:
    placement_id = job.place()
    job.train()
    job.meet_live()

    first = job.sit(EXAMINATION, right=9, days=44)
    second = job.sit(EXAMINATION, right=17, days=43)
    assert (first.is_passed, second.is_passed) == (False, True)

    entry_ids = job.log(placement_id)
    assert waiting(tx, personas) == entry_ids
    job.return_and_sign(entry_ids, returned=entry_ids[4])
    assert waiting(tx, personas) == ()
    with tx.reading():
        hours = practice.practice_hours_of(personas.trainee)
        assert sum(hour.minutes for hour in hours if hour.state == "approved") == 10 * 150
        assert [act.act for act in practice.sign_offs_of(entry_ids[4])] == ["return", "approve"]

    job.meet_supervisor()
    with pytest.raises(Invalid):
        job.apply()  # the code of ethics is not agreed to yet
    job.attest()
    application_id = job.apply()

    with tx.reading():
        assert len(assessment.results_of(personas.trainee)) == 4  # two checks, two tries of the examination
    with pytest.raises(Forbidden), tx():
        grant(application_id, personas.supervisor)  # who supervised may not decide, whatever the role
    with tx():
        decision = grant(application_id, personas.reviewer)
    with pytest.raises(Conflict), tx():
        grant(application_id, personas.reviewer)
    number = decision.credential_number
    assert number is not None
    assert drawn(tx, number) is None

    run_due(app)
    run_due(app)  # what is done is left alone
    assert decisions(tx) == 1
    assert numbers(tx, personas) == [number]
    settings = app.config["SETTINGS"]
    sha256 = drawn(tx, number)
    assert sha256 is not None
    assert (settings.data_dir / "files" / sha256[:2] / sha256).read_bytes().startswith(b"%PDF-")
    assert len(letters(settings.data_dir, number)) == 1
    assert sent(tx, number) == 1
    assert state_of(tx, number) is State.ACTIVE

    with tx():
        issuing.revoke(personas.registrar, number=number, reason="The hours were not worked.")
    assert state_of(tx, number) is State.REVOKED
    with pytest.raises(Conflict), tx():
        issuing.reinstate(personas.registrar, number=number, reason="A second thought.")
    run_due(app)
    assert len(letters(settings.data_dir, number)) == 1


def test_the_decision_can_be_replayed_from_what_it_kept(
    tx: Transactions, personas: Personas, job: MainJob
) -> None:
    application_id = job.until_applied()
    with tx():
        decision = grant(application_id, personas.reviewer)
    with tx.reading():
        replay = certification_queries.replay_of(decision.id)
        assert replay.is_same


def grant(application_id: int, reviewer_id: int) -> Decision:
    return certification.decide(reviewer_id, application_id=application_id, outcome=Outcome.GRANTED)


def waiting(tx: Transactions, personas: Personas) -> tuple[int, ...]:
    with tx.reading():
        lines = practice.entries_awaiting_sign_off(personas.supervisor)
        assert all(line.fits for line in lines)
        return tuple(line.entry.id for line in lines)


def run_due(app: Lms) -> None:
    with app.app_context():
        worker.run_due()


def decisions(tx: Transactions) -> int:
    with tx.reading() as current:
        return current.scalar(sa.select(sa.func.count(Decision.id)).where(Decision.scheme_id == SCHEME)) or 0


def numbers(tx: Transactions, personas: Personas) -> list[str]:
    with tx.reading():
        held = credentials.credentials_of(personas.trainee)
        return [card.number for card in held if card.scheme_id == SCHEME]


def drawn(tx: Transactions, number: str) -> str | None:
    with tx.reading():
        return credentials.credential(number).sha256


def state_of(tx: Transactions, number: str) -> State:
    with tx.reading():
        return credentials.credential(number).state(clock.now())


def sent(tx: Transactions, number: str) -> int:
    with tx.reading() as current:
        return (
            current.scalar(
                sa.select(sa.func.count(OutgoingMail.id)).where(
                    OutgoingMail.key == f"certificate:{number}", OutgoingMail.sent_at.is_not(None)
                )
            )
            or 0
        )


def letters(data_dir: Path, number: str) -> list[Path]:
    return [path for path in (data_dir / "mail").glob("*.eml") if number in path.read_text(encoding="utf-8")]
