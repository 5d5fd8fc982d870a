"""Proofs and the acts on them, waivers, and approvals of training."""

import sqlalchemy as sa
from alembic import op

from lms.db import allow_changes, forbid_changes

revision = "0011"
down_revision = "0009"
branch_labels = None
depends_on = None

KINDS = (
    "kind IN ('birth', 'education', 'identity', 'document', 'reference', 'background', 'recovery', 'share', "
    "'stage', 'tier', 'payment', 'credential', 'employment', 'continuing_education', 'credits', 'attendance', "
    "'performance')"
)
BODY_ALONE = "kind IN ('attendance', 'background', 'payment', 'performance')"
ENDS = 'until_on IS NULL OR until_on >= "on"'
TABLES = ("proof", "proof_act", "waiver", "training_approval")


def upgrade() -> None:
    _proofs()
    _waivers()
    _approvals()
    for table in TABLES:
        forbid_changes(op, table)


def downgrade() -> None:
    for table in reversed(TABLES):
        allow_changes(op, table)
        op.drop_table(table)


def _scoped(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        _to(table, "organisation_id", "organisation"),
        _to(table, "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _unique(table: str, column: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(column, name=op.f(f"uq_{table}_{column}"))


def _instant(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _indexes(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _proofs() -> None:
    op.create_table(
        "proof",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("brought_by", sa.Integer(), nullable=False),
        _instant("brought_at"),
        sa.Column("file", sa.String(length=64), nullable=True),
        sa.Column("file_type", sa.String(length=24), nullable=True),
        sa.Column("supersedes_id", sa.Integer(), nullable=True),
        sa.Column("request_key", sa.String(length=64), nullable=False),
        *_scoped("proof"),
        _to("proof", "brought_by", "person"),
        _to("proof", "supersedes_id", "proof"),
        _unique("proof", "supersedes_id"),
        _unique("proof", "request_key"),
        _check("proof", "kind_known", KINDS),
        _check("proof", "ends_after_it_begins", ENDS),
        _check("proof", "body_alone", f"brought_by <> person_id OR NOT ({BODY_ALONE})"),
        _check("proof", "file_has_type", "(file IS NULL) = (file_type IS NULL)"),
        _check(
            "proof",
            "file_type_known",
            "file_type IS NULL OR file_type IN ('application/pdf', 'image/jpeg', 'image/png')",
        ),
    )
    op.create_table(
        "proof_act",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("proof_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        _instant("at"),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        *_scoped("proof_act"),
        _to("proof_act", "proof_id", "proof"),
        _to("proof_act", "by_id", "person"),
        sa.UniqueConstraint("proof_id", "place", name=op.f("uq_proof_act_proof_id_place")),
        _check("proof_act", "place_counts", "place > 0"),
        _check("proof_act", "kind_known", "kind IN ('verified', 'returned', 'withdrawn')"),
        _check("proof_act", "returned_with_reason", "(kind = 'returned') = (length(reason) > 0)"),
        _check("proof_act", "not_about_oneself", "kind = 'withdrawn' OR by_id <> person_id"),
    )
    for table in ("proof", "proof_act"):
        _indexes(table, "organisation_id", "person_id")


def _waivers() -> None:
    op.create_table(
        "waiver",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scheme_id", sa.String(length=60), nullable=False),
        sa.Column("requirement_id", sa.String(length=60), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        _instant("at"),
        sa.Column("ends_id", sa.Integer(), nullable=True),
        sa.Column("request_key", sa.String(length=64), nullable=False),
        *_scoped("waiver"),
        _to("waiver", "by_id", "person"),
        _to("waiver", "ends_id", "waiver"),
        _unique("waiver", "ends_id"),
        _unique("waiver", "request_key"),
        _check("waiver", "has_reason", "length(reason) > 0"),
        _check("waiver", "not_about_oneself", "by_id <> person_id"),
        _check("waiver", "ends_after_it_begins", ENDS),
        _check("waiver", "an_end_has_no_last_day", "ends_id IS NULL OR until_on IS NULL"),
    )
    _indexes("waiver", "organisation_id", "person_id")


def _approvals() -> None:
    op.create_table(
        "training_approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(length=60), nullable=False),
        sa.Column("by_name", sa.String(length=60), nullable=False),
        sa.Column("module_id", sa.String(length=60), nullable=False),
        sa.Column("course", sa.String(length=60), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=False),
        _instant("at"),
        sa.Column("ends_id", sa.Integer(), nullable=True),
        sa.Column("request_key", sa.String(length=64), nullable=False),
        _to("training_approval", "organisation_id", "organisation"),
        _to("training_approval", "provider_id", "organisation"),
        _to("training_approval", "by_id", "person"),
        _to("training_approval", "ends_id", "training_approval"),
        _unique("training_approval", "ends_id"),
        _unique("training_approval", "request_key"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_approval")),
        _check("training_approval", "ends_after_it_begins", ENDS),
        _check("training_approval", "says_who", "length(by_name) > 0"),
    )
    _indexes("training_approval", "organisation_id")
