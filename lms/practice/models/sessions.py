"""Meetings of trainees with their supervisor."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant, Scoped
from lms.practice.models.constraints import LONGEST_NOTE, one_of
from lms.practice.rules import Mode


class SupervisionSession(Scoped, Base):
    """A meeting of trainee and supervisor. Both sign it; what it says is never changed afterwards.

    A meeting of several trainees has a row for each, with one `meeting_key`. `topic_kinds` has blanks between.
    A correction is a new row that names the old one.
    """

    __tablename__ = "supervision_session"
    __table_args__ = (
        sa.UniqueConstraint("person_id", "client_key"),
        sa.CheckConstraint("minutes BETWEEN 1 AND 1440", name="minutes_within_a_day"),
        sa.CheckConstraint("format IN ('individual', 'group')", name="format_known"),
        sa.CheckConstraint(one_of("mode", Mode), name="mode_known"),
        sa.CheckConstraint("supervisor_id <> person_id", name="not_oneself"),
        sa.CheckConstraint(
            "trainee_signed_at IS NOT NULL OR supervisor_signed_at IS NOT NULL", name="recorded_is_signed"
        ),
        sa.Index("uq_supervision_session_corrects_id", "corrects_id", unique=True),
        sa.CheckConstraint("(corrects_id IS NULL) = (correction_reason IS NULL)", name="correction_has_reason"),
        sa.CheckConstraint(
            "group_size IS NULL OR (format = 'group' AND group_size BETWEEN 2 AND 99)", name="group_has_size"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    supervisor_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    held_on: Mapped[date]
    minutes: Mapped[int]
    format: Mapped[str] = mapped_column(sa.String(16))
    mode: Mapped[str] = mapped_column(sa.String(16))
    topics: Mapped[str] = mapped_column(sa.String(LONGEST_NOTE))
    trainee_signed_at: Mapped[datetime | None] = mapped_column(Instant)
    supervisor_signed_at: Mapped[datetime | None] = mapped_column(Instant)
    topic_kinds: Mapped[str] = mapped_column(sa.String(200), default="", server_default="")
    follow_up: Mapped[str] = mapped_column(sa.String(500), default="", server_default="")
    is_observation: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    group_size: Mapped[int | None]
    meeting_key: Mapped[str | None] = mapped_column(sa.String(64))
    corrects_id: Mapped[int | None] = mapped_column(sa.ForeignKey("supervision_session.id"))
    correction_reason: Mapped[str | None] = mapped_column(sa.String(500))
    # Rows of the time before signatures had lines of their own have none to compare with.
    is_sealed: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    client_key: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[datetime] = mapped_column(Instant)


class SessionSignature(Scoped, Base):
    """The signature of one of the two under a session. Only ever added."""

    __tablename__ = "session_signature"
    __table_args__ = (
        sa.UniqueConstraint("session_id", "part"),
        sa.CheckConstraint("part IN ('trainee', 'supervisor')", name="part_known"),
        sa.CheckConstraint("(part = 'trainee') = (by_id = person_id)", name="trainee_signs_as_trainee"),
        sa.CheckConstraint("length(sha256) = 64", name="hash_is_whole"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(sa.ForeignKey("supervision_session.id"), index=True)
    part: Mapped[str] = mapped_column(sa.String(16))
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    by_name: Mapped[str] = mapped_column(sa.String(200))
    at: Mapped[datetime] = mapped_column(Instant)
    statement_version: Mapped[int]
    statement: Mapped[str] = mapped_column(sa.Text)
    method: Mapped[str] = mapped_column(sa.String(24))
    line: Mapped[str] = mapped_column(sa.Text)
    sha256: Mapped[str] = mapped_column(sa.String(64))
