"""A supervisor without an account: who named them, the link that was sent, and what they confirmed by it."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant, Scoped


class NamedSupervisor(Scoped, Base):
    """Somebody a trainee named for a placement; a coordinator answers before any hour can be confirmed."""

    __tablename__ = "named_supervisor"
    __table_args__ = (
        sa.UniqueConstraint("placement_id", "email"),
        sa.CheckConstraint("(answered_at IS NULL) = (answered_by_id IS NULL)", name="answered_by_someone"),
        sa.CheckConstraint("supervisor_id IS NULL OR answered_at IS NOT NULL", name="approved_is_answered"),
        sa.CheckConstraint("supervisor_id <> person_id", name="not_oneself"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    placement_id: Mapped[int] = mapped_column(sa.ForeignKey("placement.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    email: Mapped[str] = mapped_column(sa.String(320))
    named_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    named_at: Mapped[datetime] = mapped_column(Instant)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    answered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    answer: Mapped[str] = mapped_column(sa.String(500), default="", server_default="")
    supervisor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    starts_on: Mapped[date]


class ConfirmationLink(Scoped, Base):
    """A mailed link with one purpose: to confirm exactly these lines, until it expires. Tokens are hashed.

    `lines` are pairs of entry id and version. The declaration is what the opener said of themselves; the
    code shows that they read the mail of `email`; the proof ties the confirmed code to one browser.
    """

    __tablename__ = "confirmation_link"
    __table_args__ = (
        sa.CheckConstraint("supervisor_id <> person_id", name="not_oneself"),
        sa.CheckConstraint("(code_hash IS NULL) = (code_sent_at IS NULL)", name="code_is_dated"),
        sa.CheckConstraint("code_hash IS NULL OR declared_at IS NOT NULL", name="declared_before_code"),
        sa.CheckConstraint("(proof_hash IS NULL) = (proved_at IS NULL)", name="proof_is_dated"),
        sa.CheckConstraint("used_at IS NULL OR proved_at IS NOT NULL", name="used_is_proved"),
        sa.CheckConstraint("used_at IS NULL OR ended_at IS NULL", name="used_or_ended"),
        sa.CheckConstraint(
            "declared_at IS NULL OR (length(declared_name) > 0 AND length(credential_type) > 0)",
            name="declaration_is_whole",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    placement_id: Mapped[int] = mapped_column(sa.ForeignKey("placement.id"), index=True)
    supervisor_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    email: Mapped[str] = mapped_column(sa.String(320))
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    lines: Mapped[list[list[int]]] = mapped_column(sa.JSON)
    asked_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    declared_at: Mapped[datetime | None] = mapped_column(Instant)
    declared_name: Mapped[str] = mapped_column(sa.String(120), default="", server_default="")
    credential_type: Mapped[str] = mapped_column(sa.String(120), default="", server_default="")
    credential_number: Mapped[str] = mapped_column(sa.String(60), default="", server_default="")
    declaration_version: Mapped[int | None]
    code_hash: Mapped[str | None] = mapped_column(sa.String(64))
    code_sent_at: Mapped[datetime | None] = mapped_column(Instant)
    code_tries: Mapped[int] = mapped_column(default=0, server_default="0")
    codes_sent: Mapped[int] = mapped_column(default=0, server_default="0")
    proof_hash: Mapped[str | None] = mapped_column(sa.String(64))
    proved_at: Mapped[datetime | None] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class Confirmation(Scoped, Base):
    """What was signed and sent back by one link. Only ever added; the hash is over the whole of it."""

    __tablename__ = "confirmation"
    __table_args__ = (
        sa.UniqueConstraint("link_id"),
        sa.CheckConstraint("by_id <> person_id", name="not_oneself"),
        sa.CheckConstraint("length(sha256) = 64", name="hash_is_whole"),
        sa.CheckConstraint(
            "approved_batch_id IS NOT NULL OR returned_batch_id IS NOT NULL", name="does_something"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    link_id: Mapped[int] = mapped_column(sa.ForeignKey("confirmation_link.id"))
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    by_name: Mapped[str] = mapped_column(sa.String(120))
    email: Mapped[str] = mapped_column(sa.String(320))
    credential_type: Mapped[str] = mapped_column(sa.String(120))
    credential_number: Mapped[str] = mapped_column(sa.String(60))
    declaration_version: Mapped[int]
    proved_at: Mapped[datetime] = mapped_column(Instant)
    at: Mapped[datetime] = mapped_column(Instant)
    approved_batch_id: Mapped[str | None] = mapped_column(sa.String(36))
    returned_batch_id: Mapped[str | None] = mapped_column(sa.String(36))
    line: Mapped[str] = mapped_column(sa.Text)
    sha256: Mapped[str] = mapped_column(sa.String(64))
