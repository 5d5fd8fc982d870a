"""Records shared with a named person, and each look at them."""

import sqlalchemy as sa
from alembic import op

from lms.db import allow_changes, forbid_change_of, forbid_changes

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# What was granted is never rewritten, and what was ended stays ended; a longer or wider leave is a new one.
CONTENT = (
    *("person_id", "scheme_id", "recipient_name", "recipient_email", "purpose", "token_hash"),
    *("request_key", "created_at", "ends_at"),
)
IS_FIXED = " OR ".join((*(f"OLD.{name} <> NEW.{name}" for name in CONTENT), "OLD.revoked_at IS NOT NULL"))


def upgrade() -> None:
    op.create_table(
        "share_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("scheme_id", sa.String(length=60), nullable=False),
        sa.Column("recipient_name", sa.String(length=120), nullable=False),
        sa.Column("recipient_email", sa.String(length=320), nullable=False),
        sa.Column("purpose", sa.String(length=300), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("request_key", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("ends_at > created_at", name=op.f("ck_share_grant_ends_later")),
        sa.CheckConstraint(
            "revoked_at IS NULL OR revoked_at >= created_at", name=op.f("ck_share_grant_revoked_later")
        ),
        sa.CheckConstraint(
            "length(recipient_name) > 0 AND length(recipient_email) > 0 AND length(purpose) > 0",
            name=op.f("ck_share_grant_names_a_recipient_and_a_purpose"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_share_grant_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_grant")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_share_grant_token_hash")),
        sa.UniqueConstraint("request_key", name=op.f("uq_share_grant_request_key")),
    )
    op.create_index(op.f("ix_share_grant_person_id"), "share_grant", ["person_id"])
    op.create_table(
        "share_look",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("grant_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["grant_id"], ["share_grant.id"], name=op.f("fk_share_look_grant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_look")),
    )
    op.create_index(op.f("ix_share_look_grant_id"), "share_look", ["grant_id"])
    forbid_change_of(op, "share_grant", when=IS_FIXED)
    forbid_changes(op, "share_look")


def downgrade() -> None:
    allow_changes(op, "share_look")
    allow_changes(op, "share_grant")
    op.drop_table("share_look")
    op.drop_table("share_grant")
