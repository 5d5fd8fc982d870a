"""Mail leaves once: by the doorbell, by the sweep, and when the server was away at first."""

from email import message_from_bytes, policy
from pathlib import Path

import pytest
import sqlalchemy as sa

from lms import mail, worker
from lms.app import Lms
from lms.config import Settings
from lms.mail import OutgoingMail
from tests.conftest import Transactions
from tests.personas import Personas


@pytest.fixture
def letter(app: Lms, tmp_path: Path) -> None:
    app.jinja_loader.searchpath.append(str(tmp_path))  # type: ignore[union-attr]
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "letter.txt").write_text("Open {{ base_url }}/home, {{ name }}.", encoding="utf-8")


def queue(person_id: int, key: str = "a letter") -> None:
    mail.queue(
        to_person_id=person_id,
        to_address="tara@example.test",
        subject="Good news",
        template="letter",
        key=key,
        name="Tara",
    )


def kept(settings: Settings) -> list[Path]:
    return sorted((settings.data_dir / "mail").glob("*.eml"))


@pytest.mark.usefixtures("letter")
def test_same_key_is_queued_and_sent_once(
    app: Lms, tx: Transactions, settings: Settings, personas: Personas
) -> None:
    for _ in range(2):
        with tx():
            queue(personas.trainee)
    with app.app_context():
        assert worker.run_due("mail.send") == 1
        assert worker.run_due("mail.send") == 0
    (path,) = kept(settings)
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert message["Subject"] == "Good news"
    assert "/home, Tara." in message.get_content()


@pytest.mark.usefixtures("letter")
def test_killed_between_post_and_note_sends_the_same_file_again(
    app: Lms, tx: Transactions, settings: Settings, personas: Personas
) -> None:
    with tx():
        queue(personas.trainee)
    with app.app_context():
        worker.run_due()
    with tx() as current:  # what a kill between post and note leaves behind, its lease over
        current.execute(sa.update(OutgoingMail).values(sent_at=None, next_try_at=OutgoingMail.queued_at))
    with app.app_context():
        assert worker.run_due("mail.send") == 1
    assert len(kept(settings)) == 1


@pytest.mark.usefixtures("letter")
def test_mail_that_cannot_be_posted_waits_for_its_lease(
    app: Lms, tx: Transactions, settings: Settings, personas: Personas
) -> None:
    settings.data_dir.mkdir()
    (settings.data_dir / "mail").write_text("a file where the folder should be", encoding="utf-8")
    with tx():
        queue(personas.trainee)
    with app.app_context():
        assert worker.run_due("mail.send") == 0
    with tx.reading() as current:
        row = current.scalars(sa.select(OutgoingMail)).one()
        assert (row.sent_at, row.tries) == (None, 1)
        assert row.next_try_at > row.queued_at


def test_line_breaks_in_a_subject_are_refused(tx: Transactions, personas: Personas) -> None:
    with pytest.raises(ValueError, match="one line"), tx():
        mail.queue(
            to_person_id=personas.trainee,
            to_address="tara@example.test",
            subject="Good\nBcc: all@example.test",
            template="letter",
            key="k",
        )
