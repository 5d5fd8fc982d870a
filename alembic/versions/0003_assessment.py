"""assessment: attempts, responses, results, extra time."""

import sqlalchemy as sa
from alembic import op

from lms.db import Instant, allow_changes, forbid_changes

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_IS_OPEN = sa.text("handed_in_at IS NULL")


def _belongs(table: str) -> tuple[sa.Column, sa.Column, sa.ForeignKeyConstraint, sa.ForeignKeyConstraint]:
    return (
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f(f"fk_{table}_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f(f"fk_{table}_person_id")),
    )


def _index_belonging(table: str) -> None:
    op.create_index(op.f(f"ix_{table}_organisation_id"), table, ["organisation_id"])
    op.create_index(op.f(f"ix_{table}_person_id"), table, ["person_id"])


def upgrade() -> None:
    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("examination_id", sa.String(80), nullable=False),
        sa.Column("form_id", sa.String(80), nullable=False),
        sa.Column("form_revision", sa.Integer(), nullable=False),
        sa.Column("form", sa.JSON(), nullable=False),
        sa.Column("form_hash", sa.String(64), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("time_percent", sa.Integer(), nullable=False),
        sa.Column("cut_percent", sa.Integer(), nullable=False),
        sa.Column("may_pause", sa.Boolean(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("deadline_at", Instant(), nullable=False),
        sa.Column("paused_at", Instant(), nullable=True),
        sa.Column("handed_in_at", Instant(), nullable=True),
        sa.Column("closed_by", sa.String(10), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *_belongs("attempt"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
        sa.UniqueConstraint(
            "person_id", "examination_id", "number", name=op.f("uq_attempt_person_id_examination_id_number")
        ),
        sa.CheckConstraint(
            "(handed_in_at IS NULL) = (closed_by IS NULL)", name=op.f("ck_attempt_closed_by_someone")
        ),
        sa.CheckConstraint("closed_by IN ('person', 'clock')", name=op.f("ck_attempt_closed_by_known")),
        sa.CheckConstraint(
            "paused_at IS NULL OR (may_pause AND handed_in_at IS NULL)",
            name=op.f("ck_attempt_paused_while_open"),
        ),
        sa.CheckConstraint("deadline_at > started_at", name=op.f("ck_attempt_deadline_after_start")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_attempt_number_counts")),
        sa.CheckConstraint("time_percent >= 100", name=op.f("ck_attempt_time_not_shortened")),
        sa.CheckConstraint("cut_percent BETWEEN 1 AND 100", name=op.f("ck_attempt_cut_in_percent")),
    )
    _index_belonging("attempt")
    op.create_index(
        "uq_attempt_one_open",
        "attempt",
        ["person_id", "examination_id"],
        unique=True,
        sqlite_where=_IS_OPEN,
        postgresql_where=_IS_OPEN,
    )
    op.create_index(
        "ix_attempt_overdue", "attempt", ["deadline_at"], sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN
    )
    op.create_table(
        "response",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(80), nullable=False),
        sa.Column("chosen", sa.JSON(), nullable=False),
        sa.Column("is_flagged", sa.Boolean(), nullable=False),
        sa.Column("saved_at", Instant(), nullable=False),
        *_belongs("response"),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_response_attempt_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response")),
        sa.UniqueConstraint("attempt_id", "item_id", name=op.f("uq_response_attempt_id_item_id")),
    )
    _index_belonging("response")
    op.create_table(
        "result",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("of_points", sa.Integer(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("cut_percent", sa.Integer(), nullable=False),
        sa.Column("is_passed", sa.Boolean(), nullable=False),
        sa.Column("domains", sa.JSON(), nullable=False),
        sa.Column("graded_at", Instant(), nullable=False),
        *_belongs("result"),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_result_attempt_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result")),
        sa.UniqueConstraint("attempt_id", name=op.f("uq_result_attempt_id")),
        sa.CheckConstraint(
            "of_points >= 1 AND points BETWEEN 0 AND of_points", name=op.f("ck_result_points_in_range")
        ),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_result_percent_in_range")),
        sa.CheckConstraint(
            "is_passed = (points * 100 >= cut_percent * of_points)", name=op.f("ck_result_passed_by_the_cut")
        ),
    )
    _index_belonging("result")
    forbid_changes(op, "result")
    op.create_table(
        "accommodation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("time_percent", sa.Integer(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        *_belongs("accommodation"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accommodation")),
        sa.UniqueConstraint(
            "organisation_id", "person_id", name=op.f("uq_accommodation_organisation_id_person_id")
        ),
        sa.CheckConstraint("time_percent BETWEEN 100 AND 400", name=op.f("ck_accommodation_time_in_range")),
    )
    _index_belonging("accommodation")


def downgrade() -> None:
    op.drop_table("accommodation")
    allow_changes(op, "result")
    op.drop_table("result")
    op.drop_table("response")
    op.drop_table("attempt")
