"""The domain of a sign-off, signatures over periods, and confirmation by a mailed link."""

import sqlalchemy as sa
from alembic import op

from lms.db import allow_changes, forbid_change_of, forbid_changes

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# One spelling for both databases; the column carries its own constraint, so that SQLite can add and drop it.
DOMAIN = (
    "domain VARCHAR(32) CONSTRAINT ck_sign_off_domain_is_approved CHECK (domain IS NULL OR (act = 'approve' "
    "AND length(reason) > 0 AND domain IN ('recovery_wellness', 'mentoring_education', 'harm_reduction', "
    "'advocacy', 'ethical_responsibility')))"
)
# What a link is for never changes, and once it was used nothing about it does.
LINK_IS_FIXED = (
    "OLD.used_at IS NOT NULL OR NEW.email <> OLD.email OR NEW.token_hash <> OLD.token_hash "
    "OR NEW.supervisor_id <> OLD.supervisor_id OR NEW.person_id <> OLD.person_id "
    "OR NEW.placement_id <> OLD.placement_id OR NEW.expires_at <> OLD.expires_at "
    "OR CAST(NEW.lines AS TEXT) <> CAST(OLD.lines AS TEXT)"
)
INDEXED = {
    "period_signature": ("organisation_id", "person_id", "placement_id", "by_id"),
    "named_supervisor": ("organisation_id", "person_id", "placement_id"),
    "confirmation_link": ("organisation_id", "person_id", "placement_id", "supervisor_id"),
    "confirmation": ("organisation_id", "person_id", "by_id"),
}


def upgrade() -> None:
    op.execute(f"ALTER TABLE sign_off ADD COLUMN {DOMAIN}")
    _period_signature()
    _named_supervisor()
    _confirmation_link()
    _confirmation()
    for table, columns in INDEXED.items():
        for column in columns:
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    forbid_changes(op, "period_signature")
    forbid_change_of(op, "confirmation_link", when=LINK_IS_FIXED)
    forbid_changes(op, "confirmation")


def downgrade() -> None:
    for table in ("confirmation", "confirmation_link", "period_signature"):
        allow_changes(op, table)
    for table in ("confirmation", "confirmation_link", "named_supervisor", "period_signature"):
        op.drop_table(table)
    op.execute("ALTER TABLE sign_off DROP COLUMN domain")


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


def _instant(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _period_signature() -> None:
    table = "period_signature"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("placement_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("sessions", sa.Integer(), nullable=False),
        sa.Column("session_minutes", sa.Integer(), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        _instant("at"),
        sa.Column("method", sa.String(length=24), nullable=False),
        sa.Column("statement_version", sa.Integer(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        *_frame(table, placement_id="placement", replaces_id="period_signature", by_id="person"),
        _check(table, "kind_known", "kind IN ('week', 'month')"),
        _check(table, "ends_after_start", "ends_on > starts_on"),
        _check(table, "amounts_make_sense", "minutes > 0 AND sessions >= 0 AND session_minutes >= 0"),
        _check(table, "not_oneself", "by_id <> person_id"),
        _check(table, "hash_is_whole", "length(sha256) = 64"),
    )
    for name, columns, condition in (
        ("first", ["placement_id", "by_id", "kind", "starts_on"], "replaces_id IS NULL"),
        ("replaces_id", ["replaces_id"], "replaces_id IS NOT NULL"),
    ):
        op.create_index(
            f"uq_{table}_{name}",
            table,
            columns,
            unique=True,
            sqlite_where=sa.text(condition),
            postgresql_where=sa.text(condition),
        )


def _named_supervisor() -> None:
    table = "named_supervisor"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("placement_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("named_by_id", sa.Integer(), nullable=False),
        _instant("named_at"),
        _instant("answered_at", nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(length=500), server_default="", nullable=False),
        sa.Column("supervisor_id", sa.Integer(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        *_frame(
            table,
            placement_id="placement",
            named_by_id="person",
            answered_by_id="person",
            supervisor_id="person",
        ),
        sa.UniqueConstraint("placement_id", "email", name=op.f(f"uq_{table}_placement_id_email")),
        _check(table, "answered_by_someone", "(answered_at IS NULL) = (answered_by_id IS NULL)"),
        _check(table, "approved_is_answered", "supervisor_id IS NULL OR answered_at IS NOT NULL"),
        _check(table, "not_oneself", "supervisor_id <> person_id"),
    )


def _confirmation_link() -> None:
    table = "confirmation_link"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("placement_id", sa.Integer(), nullable=False),
        sa.Column("supervisor_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        _instant("asked_at"),
        _instant("expires_at"),
        _instant("ended_at", nullable=True),
        _instant("declared_at", nullable=True),
        sa.Column("declared_name", sa.String(length=120), server_default="", nullable=False),
        sa.Column("credential_type", sa.String(length=120), server_default="", nullable=False),
        sa.Column("credential_number", sa.String(length=60), server_default="", nullable=False),
        sa.Column("declaration_version", sa.Integer(), nullable=True),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        _instant("code_sent_at", nullable=True),
        sa.Column("code_tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("codes_sent", sa.Integer(), server_default="0", nullable=False),
        sa.Column("proof_hash", sa.String(length=64), nullable=True),
        _instant("proved_at", nullable=True),
        _instant("used_at", nullable=True),
        *_frame(table, placement_id="placement", supervisor_id="person", asked_by_id="person"),
        sa.UniqueConstraint("token_hash", name=op.f(f"uq_{table}_token_hash")),
        _check(table, "not_oneself", "supervisor_id <> person_id"),
        _check(table, "code_is_dated", "(code_hash IS NULL) = (code_sent_at IS NULL)"),
        _check(table, "declared_before_code", "code_hash IS NULL OR declared_at IS NOT NULL"),
        _check(table, "proof_is_dated", "(proof_hash IS NULL) = (proved_at IS NULL)"),
        _check(table, "used_is_proved", "used_at IS NULL OR proved_at IS NOT NULL"),
        _check(table, "used_or_ended", "used_at IS NULL OR ended_at IS NULL"),
        _check(
            table,
            "declaration_is_whole",
            "declared_at IS NULL OR (length(declared_name) > 0 AND length(credential_type) > 0)",
        ),
    )


def _confirmation() -> None:
    table = "confirmation"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("by_name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("credential_type", sa.String(length=120), nullable=False),
        sa.Column("credential_number", sa.String(length=60), nullable=False),
        sa.Column("declaration_version", sa.Integer(), nullable=False),
        _instant("proved_at"),
        _instant("at"),
        sa.Column("approved_batch_id", sa.String(length=36), nullable=True),
        sa.Column("returned_batch_id", sa.String(length=36), nullable=True),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        *_frame(table, link_id="confirmation_link", by_id="person"),
        sa.UniqueConstraint("link_id", name=op.f(f"uq_{table}_link_id")),
        _check(table, "not_oneself", "by_id <> person_id"),
        _check(table, "hash_is_whole", "length(sha256) = 64"),
        _check(table, "does_something", "approved_batch_id IS NOT NULL OR returned_batch_id IS NOT NULL"),
    )
