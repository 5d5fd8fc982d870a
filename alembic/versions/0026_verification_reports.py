"""Verification reports: a dated, signed answer about a credential, with a number of its own."""

import sqlalchemy as sa
from alembic import op

from lms.db import allow_changes, forbid_changes

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

TABLE = "verification_report"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("credential_id", sa.Integer(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=True),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("json_sha256", sa.String(length=64), nullable=False),
        sa.Column("pdf_sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["credential_id"], ["credential.id"], name=op.f("fk_verification_report_credential_id")
        ),
        sa.ForeignKeyConstraint(["key_id"], ["signing_key.id"], name=op.f("fk_verification_report_key_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verification_report")),
        sa.UniqueConstraint("number", name=op.f("uq_verification_report_number")),
    )
    op.create_index("ix_verification_report_credential_id_id", TABLE, ["credential_id", "id"])
    forbid_changes(op, TABLE)


def downgrade() -> None:
    allow_changes(op, TABLE)
    op.drop_table(TABLE)
