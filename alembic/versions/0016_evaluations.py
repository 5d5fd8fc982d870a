"""Competency evaluations and their steps."""

import sqlalchemy as sa
from alembic import op

from lms.db import allow_changes, forbid_changes

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TABLES = ("competency_evaluation", "evaluation_step")


def upgrade() -> None:
    table = "competency_evaluation"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("placement_id", sa.Integer(), nullable=False),
        sa.Column("rubric_id", sa.String(length=60), nullable=False),
        sa.Column("rubric_revision", sa.Integer(), nullable=False),
        sa.Column("rubric_sha256", sa.String(length=64), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("observed_on", sa.Date(), nullable=False),
        sa.Column("setting", sa.String(length=280), nullable=False),
        sa.Column("client_key", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        *_frame(table, placement_id="placement"),
        sa.UniqueConstraint("person_id", "client_key", name=op.f(f"uq_{table}_person_id_client_key")),
        _check(table, "ends_after_start", "until_on >= from_on"),
        _check(table, "seen_in_its_days", "observed_on BETWEEN from_on AND until_on"),
        _check(table, "hash_is_whole", "length(rubric_sha256) = 64"),
    )
    table = "evaluation_step"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.String(length=2000), nullable=False),
        sa.Column("evaluator_id", sa.Integer(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("is_passed", sa.Boolean(), nullable=True),
        sa.Column("scores", sa.JSON(), nullable=False),
        sa.Column("method", sa.String(length=24), nullable=False),
        sa.Column("statement_version", sa.Integer(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        *_frame(table, evaluation_id="competency_evaluation", by_id="person", evaluator_id="person"),
        _check(table, "kind_known", "kind IN ('observed', 'scored', 'approved', 'asked', 'commented')"),
        _check(table, "trainee_comments", "(kind = 'commented') = (by_id = person_id)"),
        _check(table, "scored_is_whole", "(kind = 'scored') = (minutes IS NOT NULL AND is_passed IS NOT NULL)"),
        _check(table, "answer_names_evaluator", "(kind IN ('approved', 'asked')) = (evaluator_id IS NOT NULL)"),
        _check(table, "two_people", "evaluator_id IS NULL OR evaluator_id <> by_id"),
        _check(table, "says_something", "kind IN ('scored', 'approved') OR length(words) > 0"),
        _check(table, "hash_is_whole", "length(sha256) = 64"),
    )
    for name, columns, condition in (
        ("once", ["evaluation_id", "kind"], "kind <> 'commented'"),
        ("answer", ["evaluation_id"], "kind IN ('approved', 'asked')"),
    ):
        op.create_index(
            f"uq_{table}_{name}",
            table,
            columns,
            unique=True,
            sqlite_where=sa.text(condition),
            postgresql_where=sa.text(condition),
        )
    for table, columns in (
        ("competency_evaluation", ("organisation_id", "person_id", "placement_id")),
        ("evaluation_step", ("organisation_id", "person_id", "evaluation_id", "by_id")),
    ):
        for column in columns:
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    for table in TABLES:
        forbid_changes(op, table)


def downgrade() -> None:
    for table in reversed(TABLES):
        allow_changes(op, table)
        op.drop_table(table)


def _frame(table: str, **links: str) -> tuple[sa.schema.SchemaItem, ...]:
    """Whose row it is, its key, and the tables that its columns name."""
    links |= {"organisation_id": "organisation", "person_id": "person"}
    return (
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        *(
            sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))
            for column, other in links.items()
        ),
    )


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))
