"""Credentials, their status events and their certificates."""

import sqlalchemy as sa
from alembic import op

from lms.db import allow_changes, forbid_changes

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "credential",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("name_as_issued", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.String(length=400), nullable=False),
        sa.Column("issuer_name", sa.String(length=200), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("scheme_id", sa.String(length=80), nullable=False),
        sa.Column("scheme_version", sa.String(length=40), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("decision_key", sa.String(length=200), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", sa.Integer(), nullable=True),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("kind IN ('certification', 'completion')", name=op.f("ck_credential_kind_known")),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_until >= issued_on", name=op.f("ck_credential_ends_after_start")
        ),
        sa.CheckConstraint(
            "replaces_id IS NULL OR replaces_id <> id", name=op.f("ck_credential_replaces_another")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_credential_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_credential_person_id")),
        sa.ForeignKeyConstraint(["issued_by"], ["person.id"], name=op.f("fk_credential_issued_by")),
        sa.ForeignKeyConstraint(["replaces_id"], ["credential.id"], name=op.f("fk_credential_replaces_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential")),
        sa.UniqueConstraint("number", name=op.f("uq_credential_number")),
        sa.UniqueConstraint("decision_key", name=op.f("uq_credential_decision_key")),
    )
    op.create_index(
        "uq_credential_replaces_id",
        "credential",
        ["replaces_id"],
        unique=True,
        sqlite_where=sa.text("replaces_id IS NOT NULL"),
        postgresql_where=sa.text("replaces_id IS NOT NULL"),
    )
    op.create_index("ix_credential_organisation_id_id", "credential", ["organisation_id", "id"])
    op.create_index(op.f("ix_credential_organisation_id"), "credential", ["organisation_id"])
    op.create_index(op.f("ix_credential_person_id"), "credential", ["person_id"])
    op.create_table(
        "status_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('suspended', 'reinstated', 'revoked')", name=op.f("ck_status_event_kind_known")
        ),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_status_event_reason_given")),
        sa.ForeignKeyConstraint(
            ["credential_id"], ["credential.id"], name=op.f("fk_status_event_credential_id")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_status_event_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_event")),
    )
    op.create_index(op.f("ix_status_event_credential_id"), "status_event", ["credential_id"])
    op.create_table(
        "certificate_file",
        sa.Column("credential_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(drawn_at IS NULL) = (sha256 IS NULL)", name=op.f("ck_certificate_file_drawn_has_bytes")
        ),
        sa.ForeignKeyConstraint(
            ["credential_id"], ["credential.id"], name=op.f("fk_certificate_file_credential_id")
        ),
        sa.PrimaryKeyConstraint("credential_id", name=op.f("pk_certificate_file")),
    )
    op.create_index(
        "ix_certificate_file_undrawn",
        "certificate_file",
        ["credential_id"],
        sqlite_where=sa.text("drawn_at IS NULL"),
        postgresql_where=sa.text("drawn_at IS NULL"),
    )
    forbid_changes(op, "credential")
    forbid_changes(op, "status_event")


def downgrade() -> None:
    allow_changes(op, "status_event")
    allow_changes(op, "credential")
    op.drop_table("certificate_file")
    op.drop_table("status_event")
    op.drop_table("credential")
