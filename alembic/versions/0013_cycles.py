"""Cycles and renewals, with a first cycle for each certification that ends; audits of renewals."""

import sqlalchemy as sa
from alembic import op

from lms.db import allow_changes, forbid_changes

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

FIRST_KINDS = "'suspended', 'reinstated', 'revoked'"
KINDS = f"{FIRST_KINDS}, 'made_inactive', 'probation', 'relinquished'"
BACKFILL = """
INSERT INTO cycle (organisation_id, person_id, family, sequence, starts_on, ends_on, scheme_id, scheme_version,
                   decision_id, opened_at)
SELECT c.organisation_id, c.person_id, c.number, 1, c.issued_on, c.valid_until, c.scheme_id, c.scheme_version,
       d.id, c.issued_at
FROM credential c LEFT JOIN decision d ON d.credential_number = c.number
WHERE c.kind = 'certification' AND c.valid_until IS NOT NULL AND c.replaces_id IS NULL
ORDER BY c.id
"""


def upgrade() -> None:
    _kinds_of_event(KINDS)
    _renewals()
    _cycles()
    op.execute(BACKFILL)
    _audits()
    for table in APPEND_ONLY:
        forbid_changes(op, table)


APPEND_ONLY = ("credential_renewal", "cycle", "renewal_audit", "renewal_audit_item")


def downgrade() -> None:
    for table in APPEND_ONLY:
        allow_changes(op, table)
    for table in (
        "renewal_audit_item",
        "renewal_audit",
        "cycle",
        "renewal_certificate",
        "credential_renewal",
    ):
        op.drop_table(table)
    _kinds_of_event(FIRST_KINDS)


def _kinds_of_event(kinds: str) -> None:
    """Let a status event be of these kinds; others go. SQLite cannot alter a check: the table is made anew."""
    allow_changes(op, "status_event")
    op.execute(f"DELETE FROM status_event WHERE kind NOT IN ({kinds})")  # noqa: S608
    check = sa.CheckConstraint(f"kind IN ({kinds})", name=op.f("ck_status_event_kind_known"))
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f("ck_status_event_kind_known"), "status_event", type_="check")
        op.create_check_constraint(op.f("ck_status_event_kind_known"), "status_event", f"kind IN ({kinds})")
    else:
        op.drop_index(op.f("ix_status_event_credential_id"), "status_event")
        op.rename_table("status_event", "status_event_before")
        op.create_table(
            "status_event",
            sa.Column("id", sa.Integer(), nullable=False),
            sa.Column("credential_id", sa.Integer(), nullable=False),
            sa.Column("kind", sa.String(length=20), nullable=False),
            sa.Column("reason", sa.Text(), nullable=False),
            sa.Column("by_id", sa.Integer(), nullable=False),
            sa.Column("at", sa.DateTime(timezone=True), nullable=False),
            check,
            sa.CheckConstraint("reason <> ''", name=op.f("ck_status_event_reason_given")),
            sa.ForeignKeyConstraint(
                ["credential_id"], ["credential.id"], name=op.f("fk_status_event_credential_id")
            ),
            sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_status_event_by_id")),
            sa.PrimaryKeyConstraint("id", name=op.f("pk_status_event")),
        )
        op.execute(
            "INSERT INTO status_event (id, credential_id, kind, reason, by_id, at) "
            "SELECT id, credential_id, kind, reason, by_id, at FROM status_event_before"
        )
        op.drop_table("status_event_before")
        op.create_index(op.f("ix_status_event_credential_id"), "status_event", ["credential_id"])
    forbid_changes(op, "status_event")


def _renewals() -> None:
    op.create_table(
        "credential_renewal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("previous_until", sa.Date(), nullable=False),
        sa.Column("decision_key", sa.String(length=200), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("sequence > 1", name=op.f("ck_credential_renewal_after_the_first")),
        sa.CheckConstraint("starts_on > previous_until", name=op.f("ck_credential_renewal_no_overlap")),
        sa.CheckConstraint("valid_until >= starts_on", name=op.f("ck_credential_renewal_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["credential_id"], ["credential.id"], name=op.f("fk_credential_renewal_credential_id")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_credential_renewal_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential_renewal")),
        sa.UniqueConstraint("decision_key", name=op.f("uq_credential_renewal_decision_key")),
        sa.UniqueConstraint(
            "credential_id", "sequence", name=op.f("uq_credential_renewal_credential_id_sequence")
        ),
    )
    op.create_table(
        "renewal_certificate",
        sa.Column("renewal_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(drawn_at IS NULL) = (sha256 IS NULL)", name=op.f("ck_renewal_certificate_drawn_has_bytes")
        ),
        sa.ForeignKeyConstraint(
            ["renewal_id"], ["credential_renewal.id"], name=op.f("fk_renewal_certificate_renewal_id")
        ),
        sa.PrimaryKeyConstraint("renewal_id", name=op.f("pk_renewal_certificate")),
    )
    op.create_index(
        "ix_renewal_certificate_undrawn",
        "renewal_certificate",
        ["renewal_id"],
        sqlite_where=sa.text("drawn_at IS NULL"),
        postgresql_where=sa.text("drawn_at IS NULL"),
    )


def _scoped(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f(f"fk_{table}_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f(f"fk_{table}_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _cycles() -> None:
    op.create_table(
        "cycle",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("family", sa.String(length=24), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("scheme_id", sa.String(length=80), nullable=False),
        sa.Column("scheme_version", sa.String(length=40), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        *_scoped("cycle"),
        sa.CheckConstraint("sequence > 0", name=op.f("ck_cycle_counted_from_one")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_cycle_ends_after_start")),
        sa.CheckConstraint(
            "sequence = 1 OR decision_id IS NOT NULL", name=op.f("ck_cycle_renewal_was_decided")
        ),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_cycle_decision_id")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_cycle_decision_id")),
        sa.UniqueConstraint("family", "sequence", name=op.f("uq_cycle_family_sequence")),
    )
    for column in ("organisation_id", "person_id", "ends_on"):
        op.create_index(op.f(f"ix_cycle_{column}"), "cycle", [column])


def _audits() -> None:
    op.create_table(
        "renewal_audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(length=40), nullable=False),
        sa.Column("response_days", sa.Integer(), nullable=False),
        sa.Column("drawn_from", sa.JSON(), nullable=False),
        sa.CheckConstraint("percent BETWEEN 1 AND 100", name=op.f("ck_renewal_audit_percent_of_all")),
        sa.CheckConstraint("response_days > 0", name=op.f("ck_renewal_audit_time_to_answer")),
        sa.CheckConstraint("last_on >= first_on", name=op.f("ck_renewal_audit_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_renewal_audit_organisation_id")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_renewal_audit_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_renewal_audit")),
        sa.UniqueConstraint("organisation_id", "seed", name=op.f("uq_renewal_audit_organisation_id_seed")),
    )
    op.create_index(op.f("ix_renewal_audit_organisation_id"), "renewal_audit", ["organisation_id"])
    op.create_table(
        "renewal_audit_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        *_scoped("renewal_audit_item"),
        sa.ForeignKeyConstraint(
            ["audit_id"], ["renewal_audit.id"], name=op.f("fk_renewal_audit_item_audit_id")
        ),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_renewal_audit_item_cycle_id")),
        sa.UniqueConstraint("audit_id", "cycle_id", name=op.f("uq_renewal_audit_item_audit_id_cycle_id")),
    )
    for column in ("organisation_id", "person_id", "cycle_id"):
        op.create_index(op.f(f"ix_renewal_audit_item_{column}"), "renewal_audit_item", [column])
