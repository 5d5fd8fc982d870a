"""Codes that show more of a credential, its being found by name, what it says of whom, and subscribers."""

import sqlalchemy as sa
from alembic import op

from lms.db import allow_changes, forbid_change_of, forbid_changes

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

# What a code was made for is never rewritten, and what was ended stays ended.
CONTENT = (*("credential_id", "for_whom", "most_looks", "code_hash", "request_key", "created_at", "ends_at"),)
IS_FIXED = " OR ".join((*(f"OLD.{name} <> NEW.{name}" for name in CONTENT), "OLD.revoked_at IS NOT NULL"))
GROWING = ("share_code_look", "public_listing", "name_search_rule", "identity_choice")


def upgrade() -> None:
    op.create_table(
        "share_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.Integer(), nullable=False),
        sa.Column("for_whom", sa.String(length=120), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("most_looks", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("request_key", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("ends_at > created_at", name=op.f("ck_share_code_ends_later")),
        sa.CheckConstraint(
            "revoked_at IS NULL OR revoked_at >= created_at", name=op.f("ck_share_code_revoked_later")
        ),
        sa.CheckConstraint("length(for_whom) > 0", name=op.f("ck_share_code_names_a_reader")),
        sa.CheckConstraint("most_looks > 0", name=op.f("ck_share_code_opens_once_at_least")),
        sa.ForeignKeyConstraint(["credential_id"], ["credential.id"], name=op.f("fk_share_code_credential_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_share_code_code_hash")),
        sa.UniqueConstraint("request_key", name=op.f("uq_share_code_request_key")),
    )
    op.create_index(op.f("ix_share_code_credential_id"), "share_code", ["credential_id"])
    op.create_table(
        "share_code_look",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code_id", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("turn > 0", name=op.f("ck_share_code_look_turn_counts")),
        sa.ForeignKeyConstraint(["code_id"], ["share_code.id"], name=op.f("fk_share_code_look_code_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_code_look")),
        sa.UniqueConstraint("code_id", "turn", name=op.f("uq_share_code_look_code_id_turn")),
    )
    op.create_table(
        "public_listing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.Integer(), nullable=False),
        sa.Column("is_listed", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["credential_id"], ["credential.id"], name=op.f("fk_public_listing_credential_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_listing")),
    )
    op.create_index(op.f("ix_public_listing_credential_id"), "public_listing", ["credential_id"])
    op.create_table(
        "name_search_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("is_allowed", sa.Boolean(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_name_search_rule_by_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_name_search_rule_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_name_search_rule")),
    )
    op.create_index(op.f("ix_name_search_rule_organisation_id"), "name_search_rule", ["organisation_id"])
    op.create_table(
        "identity_choice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("shows", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "shows IN ('name', 'name_email', 'nothing')", name=op.f("ck_identity_choice_shows_known")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_identity_choice_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_choice")),
    )
    op.create_index(op.f("ix_identity_choice_person_id"), "identity_choice", ["person_id"])
    op.create_table(
        "log_subscriber",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("every_days", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_size", sa.Integer(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("address = lower(address)", name=op.f("ck_log_subscriber_address_lower")),
        sa.CheckConstraint("every_days IN (1, 7)", name=op.f("ck_log_subscriber_daily_or_weekly")),
        sa.CheckConstraint(
            "(told_size IS NULL) = (told_at IS NULL)", name=op.f("ck_log_subscriber_told_at_a_time")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_subscriber")),
        sa.UniqueConstraint("address", name=op.f("uq_log_subscriber_address")),
    )
    forbid_change_of(op, "share_code", when=IS_FIXED)
    for table in GROWING:
        forbid_changes(op, table)


def downgrade() -> None:
    op.drop_table("log_subscriber")
    for table in (*reversed(GROWING), "share_code"):
        allow_changes(op, table)
        op.drop_table(table)
