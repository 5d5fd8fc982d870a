"""Meetings of trainees with their supervisor."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant, Scoped
from lms.practice.models.constraints import LONGEST_NOTE, one_of
from lms.practice.rules import Mode


class SupervisionSession(Scoped, Base):
    """A meeting of trainee and supervisor. Both sign it; what it says is never changed afterwards."""

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
    client_key: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[datetime] = mapped_column(Instant)
