"""Mail: an outbox row written with the business change, sent once by the worker.

The Message-ID comes from the row's key, so a receiver can tell a repeat; the `files` transport is exact.
"""

import hashlib
import os
import smtplib
import tempfile
from collections.abc import Iterable
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import current_app, render_template
from flask_babel import force_locale
from sqlalchemy.orm import Mapped, mapped_column

from lms import clock
from lms.config import Settings
from lms.db import Base, Instant, after_commit, session
from lms.worker import Sweep, enqueue, run_now, task

LEASE = timedelta(minutes=5)
# A long address in a header would be broken into coded words, which mail programs do not read there.
UNFOLDED = default.clone(max_line_length=998)


class OutgoingMail(Base):
    """One mail to one address; `sent_at` is the only sign that it left."""

    __tablename__ = "outgoing_mail"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(200), unique=True)
    to_person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    to_address: Mapped[str] = mapped_column(sa.String(320))
    subject: Mapped[str] = mapped_column(sa.String(200))
    body: Mapped[str] = mapped_column(sa.Text)
    queued_at: Mapped[datetime] = mapped_column(Instant)
    next_try_at: Mapped[datetime] = mapped_column(Instant)
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    leave: Mapped[str | None] = mapped_column(sa.String(1000))

    __table_args__ = (sa.Index("ix_outgoing_mail_sent_at_next_try_at", "sent_at", "next_try_at"),)


def queue(
    *,
    to_person_id: int | None,
    to_address: str,
    subject: str,
    template: str,
    key: str,
    language: str = "en",
    leave_by_post: str | None = None,
    **facts: Any,
) -> None:
    """Put a mail in the outbox, in the transaction that is open. The same key is queued once.

    `template` names `templates/mail/<template>.txt`. Nothing about health belongs in subject or body.
    `leave_by_post` is the address here that ends such mails by one POST (RFC 8058), for mail programs.
    """
    if "\n" in subject or "\r" in subject or "\n" in to_address or "\r" in to_address:
        raise ValueError("a mail's subject and address are one line each")
    if session().scalar(sa.select(OutgoingMail.id).where(OutgoingMail.key == key)) is not None:
        return
    now = clock.now()
    with force_locale(language):
        body = render_template(
            f"mail/{template}.txt", base_url=current_app.config["SETTINGS"].base_url, **facts
        )
    mail = OutgoingMail(
        key=key,
        to_person_id=to_person_id,
        to_address=to_address,
        subject=subject,
        body=body,
        queued_at=now,
        next_try_at=now,
        leave=leave_by_post,
    )
    session().add(mail)
    session().flush()
    enqueue("mail.send", mail.id)


def queued(keys: Iterable[str]) -> frozenset[str]:
    """Those of the keys that a mail was queued under, sent or not, in one statement."""
    return frozenset(session().scalars(sa.select(OutgoingMail.key).where(OutgoingMail.key.in_(sorted(keys)))))


@task("mail.send")
def send(mail_id: int) -> None:
    """Claim one unsent mail by a compared update; post it after that commit, so no lock waits for a server.

    A post that fails, or a worker that dies, leaves the claim: the sweep tries again when the lease is over.
    """
    now = clock.now()
    claimed = session().execute(
        sa.update(OutgoingMail)
        .where(OutgoingMail.id == mail_id, OutgoingMail.sent_at.is_(None), OutgoingMail.next_try_at <= now)
        .values(next_try_at=now + LEASE, tries=OutgoingMail.tries + 1)
        .execution_options(synchronize_session=False)
    )
    if claimed.rowcount != 1:  # type: ignore[attr-defined]
        return
    mail = session().get_one(OutgoingMail, mail_id)
    settings: Settings = current_app.config["SETTINGS"]
    message = EmailMessage(policy=default if mail.leave is None else UNFOLDED)
    message["Subject"] = mail.subject
    message["From"] = settings.mail_sender
    message["To"] = mail.to_address
    message["Date"] = mail.queued_at
    domain = parseaddr(settings.mail_sender)[1].partition("@")[2] or "localhost"
    name = hashlib.sha256(mail.key.encode()).hexdigest()[:40]
    message["Message-ID"] = f"<{name}@{domain}>"
    if mail.leave is not None:
        message["List-Unsubscribe"] = f"<{settings.base_url}{mail.leave}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(mail.body)

    def post() -> None:
        if settings.mail_transport == "files":
            _keep(settings.data_dir / "mail" / f"{name}.eml", message.as_bytes())
        else:
            _post(settings, message)
        run_now("mail.sent", mail_id)

    after_commit(post)


@task("mail.sent")
def note_sent(mail_id: int) -> None:
    """Note that a mail left; the first note stands."""
    session().execute(
        sa.update(OutgoingMail)
        .where(OutgoingMail.id == mail_id, OutgoingMail.sent_at.is_(None))
        .values(sent_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def _keep(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    os.replace(temporary, path)


def _post(settings: Settings, message: EmailMessage) -> None:
    with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=30) as server:
        if settings.smtp_starttls:
            server.starttls()
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password)
        server.send_message(message)


def _unsent() -> list[int]:
    return list(
        session().scalars(
            sa.select(OutgoingMail.id)
            .where(OutgoingMail.sent_at.is_(None), OutgoingMail.next_try_at <= clock.now())
            .order_by(OutgoingMail.id)
            .limit(100)
        )
    )


UNSENT = Sweep("unsent mail", "mail.send", 30, _unsent)
