"""The looks that issuers choose for their certificates."""

import sqlalchemy as sa
from alembic import op

from lms.db import allow_changes, forbid_changes

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TABLE = "certificate_template"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("scheme_id", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("seal_sha256", sa.String(length=64), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("ck_certificate_template_version_counts_up")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_certificate_template_organisation_id")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_certificate_template_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_template")),
        sa.UniqueConstraint(
            "organisation_id",
            "scheme_id",
            "version",
            name=op.f("uq_certificate_template_organisation_id_scheme_id_version"),
        ),
    )
    forbid_changes(op, TABLE)


def downgrade() -> None:
    allow_changes(op, TABLE)
    op.drop_table(TABLE)
