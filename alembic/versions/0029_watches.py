"""Watchers of credentials, the holders' word on them, changes, endpoints, and what was told to whom."""

import sqlalchemy as sa
from alembic import op

from lms.db import allow_changes, forbid_changes

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

GROWING = ("watch_consent", "status_change")


def upgrade() -> None:
    op.create_table(
        "watch_endpoint",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("nonce_before", sa.String(length=64), nullable=True),
        sa.Column("before_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rests_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(nonce_before IS NULL) = (before_until IS NULL)", name=op.f("ck_watch_endpoint_overlap_ends")
        ),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_watch_endpoint_made_by_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_watch_endpoint_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_endpoint")),
    )
    op.create_index(
        op.f("ix_watch_endpoint_organisation_id"), "watch_endpoint", ["organisation_id"], unique=False
    )
    op.create_index(
        "uq_watch_endpoint_organisation_id",
        "watch_endpoint",
        ["organisation_id"],
        unique=True,
        sqlite_where=sa.text("removed_at IS NULL"),
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_table(
        "status_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("reason_class", sa.String(length=20), nullable=True),
        sa.Column("superseded_by", sa.String(length=24), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["credential_id"], ["credential.id"], name=op.f("fk_status_change_credential_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_change")),
        sa.UniqueConstraint("credential_id", "key", name=op.f("uq_status_change_credential_id_key")),
    )
    op.create_table(
        "status_watch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=True),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("name <> ''", name=op.f("ck_status_watch_named")),
        sa.CheckConstraint("address = lower(address)", name=op.f("ck_status_watch_address_lower")),
        sa.CheckConstraint(
            "ended_at IS NOT NULL OR organisation_id IS NOT NULL OR address IS NOT NULL",
            name=op.f("ck_status_watch_can_be_told"),
        ),
        sa.CheckConstraint("organisation_id IS NULL OR address IS NULL", name=op.f("ck_status_watch_one_way")),
        sa.ForeignKeyConstraint(
            ["credential_id"], ["credential.id"], name=op.f("fk_status_watch_credential_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_status_watch_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_watch")),
    )
    op.create_index(op.f("ix_status_watch_address"), "status_watch", ["address"], unique=False)
    op.create_index(op.f("ix_status_watch_credential_id"), "status_watch", ["credential_id"], unique=False)
    op.create_index(op.f("ix_status_watch_organisation_id"), "status_watch", ["organisation_id"], unique=False)
    op.create_index(
        "uq_status_watch_credential_id_address",
        "status_watch",
        ["credential_id", "address"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "uq_status_watch_credential_id_organisation_id",
        "status_watch",
        ["credential_id", "organisation_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "status_delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("watch_id", sa.Integer(), nullable=True),
        sa.Column("change_id", sa.Integer(), nullable=True),
        sa.Column("endpoint_id", sa.Integer(), nullable=True),
        sa.Column("message_id", sa.String(length=40), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_code", sa.Integer(), nullable=True),
        sa.Column("last_said", sa.String(length=20), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(watch_id IS NULL) = (change_id IS NULL)", name=op.f("ck_status_delivery_change_for_a_watcher")
        ),
        sa.CheckConstraint(
            "told_at IS NULL OR dropped_at IS NULL", name=op.f("ck_status_delivery_told_or_dropped")
        ),
        sa.CheckConstraint(
            "watch_id IS NOT NULL OR endpoint_id IS NOT NULL", name=op.f("ck_status_delivery_goes_somewhere")
        ),
        sa.ForeignKeyConstraint(["change_id"], ["status_change.id"], name=op.f("fk_status_delivery_change_id")),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["watch_endpoint.id"], name=op.f("fk_status_delivery_endpoint_id")
        ),
        sa.ForeignKeyConstraint(["watch_id"], ["status_watch.id"], name=op.f("fk_status_delivery_watch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_delivery")),
        sa.UniqueConstraint("message_id", name=op.f("uq_status_delivery_message_id")),
        sa.UniqueConstraint("watch_id", "change_id", name=op.f("uq_status_delivery_watch_id_change_id")),
    )
    op.create_index(op.f("ix_status_delivery_change_id"), "status_delivery", ["change_id"], unique=False)
    op.create_index(op.f("ix_status_delivery_endpoint_id"), "status_delivery", ["endpoint_id"], unique=False)
    op.create_index(
        "ix_status_delivery_open",
        "status_delivery",
        ["next_try_at"],
        unique=False,
        sqlite_where=sa.text("told_at IS NULL AND dropped_at IS NULL"),
        postgresql_where=sa.text("told_at IS NULL AND dropped_at IS NULL"),
    )
    op.create_table(
        "watch_consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("watch_id", sa.Integer(), nullable=False),
        sa.Column("is_agreed", sa.Boolean(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("text_id", sa.String(length=40), nullable=False),
        sa.Column("text_version", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_at IS NULL OR ends_at > at", name=op.f("ck_watch_consent_ends_later")),
        sa.CheckConstraint("from_at IS NULL OR from_at <= at", name=op.f("ck_watch_consent_begins_before")),
        sa.CheckConstraint("is_agreed = (ends_at IS NOT NULL)", name=op.f("ck_watch_consent_agreed_until")),
        sa.CheckConstraint("is_agreed = (from_at IS NOT NULL)", name=op.f("ck_watch_consent_agreed_from")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_watch_consent_by_id")),
        sa.ForeignKeyConstraint(["watch_id"], ["status_watch.id"], name=op.f("fk_watch_consent_watch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_consent")),
    )
    op.create_index(op.f("ix_watch_consent_watch_id"), "watch_consent", ["watch_id"], unique=False)
    op.add_column("outgoing_mail", sa.Column("leave", sa.String(length=1000), nullable=True))
    for table in GROWING:
        forbid_changes(op, table)


def downgrade() -> None:
    for table in GROWING:
        allow_changes(op, table)
    for table in ("status_delivery", "watch_endpoint", "status_change", "watch_consent", "status_watch"):
        op.drop_table(table)
    op.drop_column("outgoing_mail", "leave")
