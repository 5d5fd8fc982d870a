"""Issuing for a class: runs, and one row for each person."""

import sqlalchemy as sa
from alembic import op

from lms.db import allow_changes, forbid_change_of

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

WAITING = sa.text("outcome IS NULL")


def upgrade() -> None:
    op.create_table(
        "issue_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("scheme_id", sa.String(length=60), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("request_key", sa.String(length=64), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(label) > 0", name=op.f("ck_issue_run_says_which_class")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_issue_run_by_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_issue_run_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue_run")),
        sa.UniqueConstraint("request_key", name=op.f("uq_issue_run_request_key")),
    )
    op.create_index(op.f("ix_issue_run_organisation_id"), "issue_run", ["organisation_id"])
    op.create_table(
        "issue_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.Column("credential_number", sa.String(length=24), nullable=True),
        sa.Column("said", sa.String(length=500), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('issued', 'had', 'left', 'name', 'gone')", name=op.f("ck_issue_row_known_outcome")
        ),
        sa.CheckConstraint(
            "(outcome IS NULL) = (done_at IS NULL)", name=op.f("ck_issue_row_done_with_an_outcome")
        ),
        sa.CheckConstraint(
            "(coalesce(outcome, '') IN ('issued', 'had')) = (credential_number IS NOT NULL)",
            name=op.f("ck_issue_row_issued_with_a_number"),
        ),
        sa.ForeignKeyConstraint(["run_id"], ["issue_run.id"], name=op.f("fk_issue_row_run_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_issue_row_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_issue_row_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue_row")),
        sa.UniqueConstraint("run_id", "person_id", name=op.f("uq_issue_row_run_id_person_id")),
    )
    op.create_index(op.f("ix_issue_row_organisation_id"), "issue_row", ["organisation_id"])
    op.create_index(op.f("ix_issue_row_person_id"), "issue_row", ["person_id"])
    op.create_index(
        "ix_issue_row_waiting", "issue_row", ["run_id"], sqlite_where=WAITING, postgresql_where=WAITING
    )
    # What was told of a row is not told otherwise later.
    forbid_change_of(op, "issue_row", when="OLD.outcome IS NOT NULL")


def downgrade() -> None:
    allow_changes(op, "issue_row")
    op.drop_table("issue_row")
    op.drop_table("issue_run")
