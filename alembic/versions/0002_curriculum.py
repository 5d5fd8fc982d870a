"""Curriculum: kept content, enrolments, progress, reflections, completions, live sessions, attendance."""

import sqlalchemy as sa
from alembic import op

from lms.db import Instant, allow_changes, forbid_changes

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APPEND_ONLY = ("module_revision", "module_completion", "attendance")


def _scoped() -> list[sa.Column[int]]:
    return [
        sa.Column("organisation_id", sa.Integer, sa.ForeignKey("organisation.id"), nullable=False, index=True),
        sa.Column("person_id", sa.Integer, sa.ForeignKey("person.id"), nullable=False, index=True),
    ]


def upgrade() -> None:
    op.create_table(
        "module_revision",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("module_id", sa.String(60), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("stored_at", Instant, nullable=False),
        sa.UniqueConstraint("module_id", "revision", "content_hash"),
    )
    op.create_table(
        "enrolment",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("module_id", sa.String(60), nullable=False, index=True),
        sa.Column("module_revision_id", sa.Integer, sa.ForeignKey("module_revision.id"), nullable=False),
        sa.Column("enrolled_at", Instant, nullable=False),
        sa.Column("place", sa.String(60)),
        sa.Column("place_anchor", sa.String(40)),
        sa.Column("placed_at", Instant),
        *_scoped(),
        sa.UniqueConstraint("person_id", "module_id"),
        sa.CheckConstraint("(place IS NULL) = (placed_at IS NULL)", name="place_has_a_time"),
        sa.CheckConstraint("place_anchor IS NULL OR place IS NOT NULL", name="anchor_has_a_place"),
    )
    op.create_table(
        "lesson_progress",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("enrolment_id", sa.Integer, sa.ForeignKey("enrolment.id"), nullable=False),
        sa.Column("lesson_id", sa.String(60), nullable=False),
        sa.Column("started_at", Instant, nullable=False),
        sa.Column("finished_at", Instant),
        *_scoped(),
        sa.UniqueConstraint("enrolment_id", "lesson_id"),
        sa.CheckConstraint("finished_at IS NULL OR finished_at >= started_at", name="finished_after_start"),
    )
    op.create_table(
        "check_response",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("enrolment_id", sa.Integer, sa.ForeignKey("enrolment.id"), nullable=False),
        sa.Column("lesson_id", sa.String(60), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("choice", sa.Integer, nullable=False),
        sa.Column("answered_at", Instant, nullable=False),
        *_scoped(),
        sa.UniqueConstraint("enrolment_id", "lesson_id", "kind"),
        sa.CheckConstraint("kind IN ('check', 'scenario')", name="kind_is_known"),
        sa.CheckConstraint("choice >= 0", name="choice_is_counted"),
    )
    op.create_table(
        "reflection",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("enrolment_id", sa.Integer, sa.ForeignKey("enrolment.id"), nullable=False),
        sa.Column("lesson_id", sa.String(60), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("written_at", Instant, nullable=False),
        *_scoped(),
        sa.UniqueConstraint("enrolment_id", "lesson_id"),
    )
    op.create_table(
        "module_completion",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("enrolment_id", sa.Integer, sa.ForeignKey("enrolment.id"), nullable=False, unique=True),
        sa.Column("completed_at", Instant, nullable=False),
        sa.Column("completed_on", sa.Date, nullable=False),
        *_scoped(),
    )
    op.create_table(
        "live_session",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("organisation_id", sa.Integer, sa.ForeignKey("organisation.id"), nullable=False, index=True),
        sa.Column("module_id", sa.String(60), nullable=False),
        sa.Column("trainer_id", sa.Integer, sa.ForeignKey("person.id"), nullable=False, index=True),
        sa.Column("mode", sa.String(20), nullable=False),
        sa.Column("venue", sa.String(200), nullable=False),
        sa.Column("starts_at", Instant, nullable=False),
        sa.Column("timezone", sa.String(60), nullable=False),
        sa.Column("minutes", sa.Integer, nullable=False),
        sa.Column("planned_by", sa.Integer, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("planned_at", Instant, nullable=False),
        sa.Column("cancelled_by", sa.Integer, sa.ForeignKey("person.id")),
        sa.Column("cancelled_at", Instant),
        sa.UniqueConstraint("organisation_id", "module_id", "trainer_id", "starts_at"),
        sa.CheckConstraint("mode IN ('live_remote', 'in_person')", name="mode_is_live"),
        sa.CheckConstraint("minutes BETWEEN 1 AND 720", name="minutes_in_a_day"),
        sa.CheckConstraint("(cancelled_at IS NULL) = (cancelled_by IS NULL)", name="cancelled_by_someone"),
    )
    op.create_table(
        "attendance",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("live_session_id", sa.Integer, sa.ForeignKey("live_session.id"), nullable=False, index=True),
        sa.Column("enrolment_id", sa.Integer, sa.ForeignKey("enrolment.id"), nullable=False),
        sa.Column("minutes", sa.Integer, nullable=False),
        sa.Column("recorded_by", sa.Integer, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("recorded_at", Instant, nullable=False),
        sa.Column("corrects_id", sa.Integer, sa.ForeignKey("attendance.id")),
        *_scoped(),
        sa.CheckConstraint("minutes BETWEEN 0 AND 720", name="minutes_in_a_day"),
        sa.CheckConstraint("recorded_by <> person_id", name="recorded_by_another"),
    )
    op.create_index(
        "uq_attendance_first",
        "attendance",
        ["live_session_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("corrects_id IS NULL"),
        postgresql_where=sa.text("corrects_id IS NULL"),
    )
    op.create_index(
        "uq_attendance_corrects_id",
        "attendance",
        ["corrects_id"],
        unique=True,
        sqlite_where=sa.text("corrects_id IS NOT NULL"),
        postgresql_where=sa.text("corrects_id IS NOT NULL"),
    )
    for table in APPEND_ONLY:
        forbid_changes(op, table)


def downgrade() -> None:
    for table in APPEND_ONLY:
        allow_changes(op, table)
    for table in (
        "attendance",
        "live_session",
        "module_completion",
        "reflection",
        "check_response",
        "lesson_progress",
        "enrolment",
        "module_revision",
    ):
        op.drop_table(table)
