"""Tables of who has joined, read, answered, finished and attended; and of the content they did it with."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant, Scoped


class ModuleRevision(Base):
    """A module's whole content as it was when somebody started it. Rows are only ever added."""

    __tablename__ = "module_revision"

    id: Mapped[int] = mapped_column(primary_key=True)
    module_id: Mapped[str] = mapped_column(sa.String(60))
    revision: Mapped[int]
    content_hash: Mapped[str] = mapped_column(sa.String(64))
    content: Mapped[str] = mapped_column(sa.Text)
    stored_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (sa.UniqueConstraint("module_id", "revision", "content_hash"),)


class Enrolment(Scoped, Base):
    """That a person joined a module, in the content of that day. `place` is the lesson to go on with."""

    __tablename__ = "enrolment"

    id: Mapped[int] = mapped_column(primary_key=True)
    module_id: Mapped[str] = mapped_column(sa.String(60), index=True)
    module_revision_id: Mapped[int] = mapped_column(sa.ForeignKey("module_revision.id"))
    enrolled_at: Mapped[datetime] = mapped_column(Instant)
    place: Mapped[str | None] = mapped_column(sa.String(60))
    place_anchor: Mapped[str | None] = mapped_column(sa.String(40))
    placed_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        sa.UniqueConstraint("person_id", "module_id"),
        sa.CheckConstraint("(place IS NULL) = (placed_at IS NULL)", name="place_has_a_time"),
        sa.CheckConstraint("place_anchor IS NULL OR place IS NOT NULL", name="anchor_has_a_place"),
    )


class LessonProgress(Scoped, Base):
    """That a person started a lesson, and when it was finished by an act."""

    __tablename__ = "lesson_progress"

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("enrolment.id"))
    lesson_id: Mapped[str] = mapped_column(sa.String(60))
    started_at: Mapped[datetime] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        sa.UniqueConstraint("enrolment_id", "lesson_id"),
        sa.CheckConstraint("finished_at IS NULL OR finished_at >= started_at", name="finished_after_start"),
    )


class CheckResponse(Scoped, Base):
    """The last answer to a check-yourself question or a scenario; whether it was right is not kept."""

    __tablename__ = "check_response"

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("enrolment.id"))
    lesson_id: Mapped[str] = mapped_column(sa.String(60))
    kind: Mapped[str] = mapped_column(sa.String(10))
    choice: Mapped[int]
    answered_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        sa.UniqueConstraint("enrolment_id", "lesson_id", "kind"),
        sa.CheckConstraint("kind IN ('check', 'scenario')", name="kind_is_known"),
        sa.CheckConstraint("choice >= 0", name="choice_is_counted"),
    )


class Reflection(Scoped, Base):
    """What a person wrote for nobody else. Asked for by its writer only; never in an export or a log."""

    __tablename__ = "reflection"

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("enrolment.id"))
    lesson_id: Mapped[str] = mapped_column(sa.String(60))
    text: Mapped[str] = mapped_column(sa.Text)
    written_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (sa.UniqueConstraint("enrolment_id", "lesson_id"),)


class ModuleCompletion(Scoped, Base):
    """That a person completed a module: every lesson finished and its check passed. Only ever added."""

    __tablename__ = "module_completion"

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("enrolment.id"), unique=True)
    completed_at: Mapped[datetime] = mapped_column(Instant)
    completed_on: Mapped[date]


class LiveSession(Base):
    """A live session of a module that an organisation holds. `timezone` is where its date is counted."""

    __tablename__ = "live_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    module_id: Mapped[str] = mapped_column(sa.String(60))
    trainer_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    mode: Mapped[str] = mapped_column(sa.String(20))
    venue: Mapped[str] = mapped_column(sa.String(200), default="")
    starts_at: Mapped[datetime] = mapped_column(Instant)
    timezone: Mapped[str] = mapped_column(sa.String(60))
    minutes: Mapped[int]
    planned_by: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    planned_at: Mapped[datetime] = mapped_column(Instant)
    cancelled_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    cancelled_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        sa.UniqueConstraint("organisation_id", "module_id", "trainer_id", "starts_at"),
        sa.CheckConstraint("mode IN ('live_remote', 'in_person')", name="mode_is_live"),
        sa.CheckConstraint("minutes BETWEEN 1 AND 720", name="minutes_in_a_day"),
        sa.CheckConstraint("(cancelled_at IS NULL) = (cancelled_by IS NULL)", name="cancelled_by_someone"),
    )


class Attendance(Scoped, Base):
    """How long a person was at a live session, in a trainer's word. A correction is a new row."""

    __tablename__ = "attendance"

    id: Mapped[int] = mapped_column(primary_key=True)
    live_session_id: Mapped[int] = mapped_column(sa.ForeignKey("live_session.id"), index=True)
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("enrolment.id"))
    minutes: Mapped[int]
    recorded_by: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    corrects_id: Mapped[int | None] = mapped_column(sa.ForeignKey("attendance.id"))

    __table_args__ = (
        sa.Index(
            "uq_attendance_first",
            "live_session_id",
            "person_id",
            unique=True,
            sqlite_where=sa.text("corrects_id IS NULL"),
            postgresql_where=sa.text("corrects_id IS NULL"),
        ),
        # Not a plain constraint: a planner that has counted the many rows without one would rather scan.
        sa.Index(
            "uq_attendance_corrects_id",
            "corrects_id",
            unique=True,
            sqlite_where=sa.text("corrects_id IS NOT NULL"),
            postgresql_where=sa.text("corrects_id IS NOT NULL"),
        ),
        sa.CheckConstraint("minutes BETWEEN 0 AND 720", name="minutes_in_a_day"),
        sa.CheckConstraint("recorded_by <> person_id", name="recorded_by_another"),
    )
