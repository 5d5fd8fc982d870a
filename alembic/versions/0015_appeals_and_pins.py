"""Sendings, recommendations, appeals with their answers, and the scheme versions people are held to."""

import sqlalchemy as sa
from alembic import op

from lms.db import allow_changes, forbid_changes

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TABLES = ("sending", "recommendation", "appeal", "appeal_answer", "scheme_pin")


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def _scoped(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        _key(table, "organisation_id", "organisation"),
        _key(table, "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _check(table: str, condition: str, name: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def upgrade() -> None:
    _reviewing()
    _appeals()
    op.create_table(
        "scheme_pin",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scheme_id", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("request_key", sa.String(length=64), nullable=True),
        *_scoped("scheme_pin"),
        _key("scheme_pin", "by_id", "person"),
        _unique("scheme_pin", "person_id", "scheme_id", "request_key"),
        _check("scheme_pin", "version >= 1", "known_version"),
        _check(
            "scheme_pin",
            "(request_key IS NULL) = (by_id = person_id AND reason = '')",
            "a_move_has_a_reason",
        ),
    )
    op.create_index("ix_scheme_pin_person_id_scheme_id", "scheme_pin", ["person_id", "scheme_id", "id"])
    for table in TABLES:
        for column in ("organisation_id", "person_id"):
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    op.execute(
        "INSERT INTO sending (application_id, round, at, organisation_id, person_id) "
        "SELECT id, 1, submitted_at, organisation_id, person_id FROM application WHERE NOT is_automatic"
    )
    for table in TABLES:
        forbid_changes(op, table)


def downgrade() -> None:
    for table in reversed(TABLES):
        allow_changes(op, table)
        op.drop_table(table)


def _reviewing() -> None:
    op.create_table(
        "sending",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=True),
        *_scoped("sending"),
        _key("sending", "application_id", "application"),
        _unique("sending", "application_id", "round"),
        _check("sending", "round >= 1", "counts_from_one"),
    )
    op.create_table(
        "recommendation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *_scoped("recommendation"),
        _key("recommendation", "application_id", "application"),
        _key("recommendation", "by_id", "person"),
        _unique("recommendation", "application_id", "round", "by_id"),
        _unique("recommendation", "application_id", "round", "place"),
        _check("recommendation", "round >= 1 AND place BETWEEN 1 AND 3", "place_of_three"),
        _check("recommendation", "outcome IN ('granted', 'refused')", "known_outcome"),
        _check("recommendation", "outcome = 'granted' OR length(reason) > 0", "reason_when_not_granted"),
        _check("recommendation", "by_id <> person_id", "not_about_oneself"),
    )


def _appeals() -> None:
    op.create_table(
        "appeal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *_scoped("appeal"),
        _key("appeal", "application_id", "application"),
        _key("appeal", "decision_id", "decision"),
        _unique("appeal", "application_id"),
        _unique("appeal", "decision_id"),
        _check("appeal", "length(reason) > 0", "says_something"),
    )
    op.create_table(
        "appeal_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("appeal_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("new_application_id", sa.Integer(), nullable=True),
        *_scoped("appeal_answer"),
        _key("appeal_answer", "appeal_id", "appeal"),
        _key("appeal_answer", "by_id", "person"),
        _key("appeal_answer", "new_application_id", "application"),
        _unique("appeal_answer", "appeal_id"),
        _unique("appeal_answer", "new_application_id"),
        _check("appeal_answer", "outcome IN ('upheld', 'stands')", "known_outcome"),
        _check("appeal_answer", "(outcome = 'upheld') = (new_application_id IS NOT NULL)", "upheld_reopens"),
        _check("appeal_answer", "length(reason) > 0", "gives_a_reason"),
        _check("appeal_answer", "by_id <> person_id", "not_about_oneself"),
    )
