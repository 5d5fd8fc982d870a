"""Applications, decisions, reviewers' notes, and the last check for completions."""

import sqlalchemy as sa
from alembic import op

from lms.db import allow_changes, forbid_changes

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

OPEN = sa.text("state IN ('submitted', 'returned')")
FINAL = sa.text("outcome IN ('granted', 'refused')")
AUTOMATIC = sa.text("is_automatic")


def _scoped(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f(f"fk_{table}_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f(f"fk_{table}_person_id")),
    )


def _indexes(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def upgrade() -> None:
    op.create_table(
        "application",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scheme_id", sa.String(length=60), nullable=False),
        sa.Column("scheme_version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("is_automatic", sa.Boolean(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        *_scoped("application"),
        sa.CheckConstraint(
            "state IN ('submitted', 'returned', 'granted', 'refused')",
            name=op.f("ck_application_known_state"),
        ),
        sa.CheckConstraint(
            "(state IN ('granted', 'refused')) = (closed_at IS NOT NULL)",
            name=op.f("ck_application_closed_when_decided"),
        ),
        sa.CheckConstraint(
            "NOT is_automatic OR state = 'granted'", name=op.f("ck_application_automatic_is_granted")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
    )
    _indexes("application", "organisation_id", "person_id")
    op.create_index(
        "ix_application_organisation_id_state", "application", ["organisation_id", "state", "submitted_at"]
    )
    op.create_index(
        "uq_application_open",
        "application",
        ["person_id", "scheme_id"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index(
        "uq_application_automatic",
        "application",
        ["person_id", "scheme_id"],
        unique=True,
        sqlite_where=AUTOMATIC,
        postgresql_where=AUTOMATIC,
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("scheme_id", sa.String(length=60), nullable=False),
        sa.Column("scheme_version", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("evidence_hash", sa.String(length=64), nullable=False),
        sa.Column("request_key", sa.String(length=64), nullable=True),
        sa.Column("credential_number", sa.String(length=64), nullable=True),
        *_scoped("decision"),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_decision_application_id")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_decision_by_id")),
        sa.CheckConstraint(
            "outcome IN ('granted', 'returned', 'refused')", name=op.f("ck_decision_known_outcome")
        ),
        sa.CheckConstraint(
            "(outcome = 'granted') = (credential_number IS NOT NULL)",
            name=op.f("ck_decision_number_when_granted"),
        ),
        sa.CheckConstraint(
            "outcome = 'granted' OR length(reason) > 0", name=op.f("ck_decision_reason_when_not_granted")
        ),
        sa.CheckConstraint(
            "outcome = 'granted' OR by_id IS NOT NULL", name=op.f("ck_decision_a_person_says_no")
        ),
        sa.CheckConstraint("by_id IS NULL OR by_id <> person_id", name=op.f("ck_decision_not_about_oneself")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("request_key", name=op.f("uq_decision_request_key")),
        sa.UniqueConstraint("credential_number", name=op.f("uq_decision_credential_number")),
    )
    _indexes("decision", "organisation_id", "person_id", "application_id")
    op.create_index(
        "uq_decision_final",
        "decision",
        ["application_id"],
        unique=True,
        sqlite_where=FINAL,
        postgresql_where=FINAL,
    )
    op.create_table(
        "review_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        *_scoped("review_note"),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_review_note_application_id")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_review_note_by_id")),
        sa.CheckConstraint("length(text) > 0", name=op.f("ck_review_note_says_something")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_note")),
    )
    _indexes("review_note", "organisation_id", "person_id", "application_id")
    op.create_table(
        "completion_check",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_completion_check_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_completion_check")),
    )
    forbid_changes(op, "decision")
    forbid_changes(op, "review_note")


def downgrade() -> None:
    allow_changes(op, "review_note")
    allow_changes(op, "decision")
    op.drop_table("completion_check")
    op.drop_table("review_note")
    op.drop_table("decision")
    op.drop_table("application")
