"""Amendments of signed hours, and disputes with their timelines."""

import sqlalchemy as sa
from alembic import op

from lms.db import allow_changes, forbid_changes

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

CONTENT = (
    "person_id",
    "organisation_id",
    "placement_id",
    "supervisor_id",
    "worked_on",
    "zone",
    "starts_at",
    "ends_at",
    "is_overnight",
    "minutes",
    "kind",
    "mode",
    "note",
    "client_key",
    "first_submitted_at",
)
NEW = ("amends_id", "amendment_reason", "is_voiding")
# One spelling for both databases; each column carries its own constraint, so that SQLite can add and drop it.
COLUMNS = (
    "amends_id INTEGER CONSTRAINT fk_practice_entry_amends_id REFERENCES practice_entry (id)",
    "amendment_reason VARCHAR(500) CONSTRAINT ck_practice_entry_amendment_has_reason "
    "CHECK ((amends_id IS NULL) = (amendment_reason IS NULL))",
    "is_voiding BOOLEAN DEFAULT false NOT NULL CONSTRAINT ck_practice_entry_voiding_amends "
    "CHECK (NOT is_voiding OR amends_id IS NOT NULL)",
)
SIGNED_ONE = (
    "EXISTS (SELECT 1 FROM practice_entry older WHERE older.id = NEW.amends_id "
    "AND older.person_id = NEW.person_id AND older.state = 'approved')"
)
FIXED = "OLD.state IN ('submitted', 'approved') AND "


def upgrade() -> None:
    _drop("practice_entry_content")
    for column in COLUMNS:
        op.execute(f"ALTER TABLE practice_entry ADD COLUMN {column}")
    op.create_index("uq_practice_entry_amends_id", "practice_entry", ["amends_id"], unique=True)
    _guard(
        "practice_entry_content",
        "UPDATE",
        FIXED + _changed(*CONTENT, *NEW),
        "a waiting or signed entry is not changed",
    )
    _guard(
        "practice_entry_amends",
        "INSERT",
        f"NEW.amends_id IS NOT NULL AND NOT {SIGNED_ONE}",
        "an amendment names a signed entry of the same person",
    )
    _guard("practice_entry_amends_one", "UPDATE", _changed("amends_id"), "an amendment keeps to its entry")
    _guard(
        "practice_entry_amended_stays",
        "UPDATE",
        "OLD.state = 'approved' AND NEW.state <> 'approved' "
        "AND EXISTS (SELECT 1 FROM practice_entry newer WHERE newer.amends_id = OLD.id)",
        "an entry with an amendment stays signed",
    )

    _disputes()


def downgrade() -> None:
    allow_changes(op, "dispute_event")
    allow_changes(op, "dispute")
    op.drop_table("dispute_event")
    op.drop_table("dispute")
    for name in (
        "practice_entry_amended_stays",
        "practice_entry_amends_one",
        "practice_entry_amends",
        "practice_entry_content",
    ):
        _drop(name)
    op.drop_index("uq_practice_entry_amends_id", table_name="practice_entry")
    for column in reversed(NEW):
        op.execute(f"ALTER TABLE practice_entry DROP COLUMN {column}")
    _guard(
        "practice_entry_content",
        "UPDATE",
        FIXED + _changed(*CONTENT),
        "a waiting or signed entry is not changed",
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


def _disputes() -> None:
    op.create_table(
        "dispute",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("sign_off_id", sa.Integer(), nullable=False),
        sa.Column("supervisor_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        *_scoped("dispute"),
        sa.ForeignKeyConstraint(["entry_id"], ["practice_entry.id"], name=op.f("fk_dispute_entry_id")),
        sa.ForeignKeyConstraint(["sign_off_id"], ["sign_off.id"], name=op.f("fk_dispute_sign_off_id")),
        sa.ForeignKeyConstraint(["supervisor_id"], ["person.id"], name=op.f("fk_dispute_supervisor_id")),
        sa.UniqueConstraint("sign_off_id", name=op.f("uq_dispute_sign_off_id")),
        sa.CheckConstraint("supervisor_id <> person_id", name=op.f("ck_dispute_not_oneself")),
    )
    op.create_table(
        "dispute_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dispute_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.String(length=2000), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        *_scoped("dispute_event"),
        sa.ForeignKeyConstraint(["dispute_id"], ["dispute.id"], name=op.f("fk_dispute_event_dispute_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_dispute_event_by_id")),
        sa.CheckConstraint(
            "kind IN ('opened', 'answered', 'escalated', 'settled', 'decided')",
            name=op.f("ck_dispute_event_kind_known"),
        ),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome IN ('for_trainee', 'stands')",
            name=op.f("ck_dispute_event_outcome_known"),
        ),
        sa.CheckConstraint(
            "(kind = 'decided') = (outcome IS NOT NULL)", name=op.f("ck_dispute_event_decision_has_outcome")
        ),
        sa.CheckConstraint(
            "kind IN ('escalated', 'settled') OR length(words) > 0",
            name=op.f("ck_dispute_event_says_something"),
        ),
        sa.CheckConstraint(
            "kind = 'escalated' OR by_id IS NOT NULL", name=op.f("ck_dispute_event_a_person_speaks")
        ),
    )
    for table, columns in (
        ("dispute", ("organisation_id", "person_id", "entry_id", "due_at")),
        ("dispute_event", ("organisation_id", "person_id", "dispute_id")),
    ):
        for column in columns:
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    op.create_index(
        "uq_dispute_event_once",
        "dispute_event",
        ["dispute_id", "kind"],
        unique=True,
        sqlite_where=sa.text("kind <> 'answered'"),
        postgresql_where=sa.text("kind <> 'answered'"),
    )
    forbid_changes(op, "dispute")
    forbid_changes(op, "dispute_event")


def _is_sqlite() -> bool:
    return bool(op.get_bind().dialect.name == "sqlite")


def _changed(*columns: str) -> str:
    differs = "IS NOT" if _is_sqlite() else "IS DISTINCT FROM"
    return "(" + " OR ".join(f"NEW.{column} {differs} OLD.{column}" for column in columns) + ")"


def _guard(name: str, event: str, condition: str, sentence: str) -> None:
    if _is_sqlite():
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON practice_entry WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {condition} THEN RAISE EXCEPTION '{sentence}'; END IF; RETURN NEW; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON practice_entry FOR EACH ROW EXECUTE FUNCTION {name}()")


def _drop(name: str) -> None:
    op.execute(f"DROP TRIGGER {name}" + ("" if _is_sqlite() else " ON practice_entry"))
    if not _is_sqlite():
        op.execute(f"DROP FUNCTION {name}()")
