"""Signing keys, and the public log of what was issued."""

import sqlalchemy as sa
from alembic import op

from lms.db import allow_changes, forbid_changes

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

FIXED = ("signing_key", "key_event", "log_entry", "log_node", "log_checkpoint")


def upgrade() -> None:
    op.create_table(
        "signing_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("purpose", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("public", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('badge', 'seal', 'log', 'authority')", name=op.f("ck_signing_key_purpose_known")
        ),
        sa.CheckConstraint(
            "(purpose IN ('log', 'authority')) = (organisation_id IS NULL)",
            name=op.f("ck_signing_key_issuer_where_needed"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_signing_key_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_key")),
    )
    op.create_index("ix_signing_key_organisation_id", "signing_key", ["organisation_id"])
    op.create_index("uq_signing_key_name", "signing_key", ["organisation_id", "purpose", "name"], unique=True)
    op.create_index(
        "uq_signing_key_house_name",
        "signing_key",
        ["purpose", "name"],
        unique=True,
        sqlite_where=sa.text("organisation_id IS NULL"),
        postgresql_where=sa.text("organisation_id IS NULL"),
    )
    op.create_table(
        "key_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('retired', 'compromised')", name=op.f("ck_key_event_kind_known")),
        sa.ForeignKeyConstraint(["key_id"], ["signing_key.id"], name=op.f("fk_key_event_key_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_event")),
        sa.UniqueConstraint("key_id", "kind", name=op.f("uq_key_event_key_id_kind")),
    )
    op.create_table(
        "log_entry",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number >= 0", name=op.f("ck_log_entry_number_counts_up")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_log_entry")),
    )
    op.create_table(
        "log_node",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("level", "number", name=op.f("pk_log_node")),
    )
    op.create_table(
        "log_checkpoint",
        sa.Column("size", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_log_checkpoint")),
    )
    for table in FIXED:
        forbid_changes(op, table)


def downgrade() -> None:
    for table in reversed(FIXED):
        allow_changes(op, table)
        op.drop_table(table)
