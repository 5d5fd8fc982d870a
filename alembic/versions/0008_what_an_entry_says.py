"""Role, directness and population of practice entries, and what a placement asks of them.

Entries that are there already take the role of their placement and the directness usual for their kind.
"""

from alembic import op

revision = "0008"
down_revision = "0007"
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
    "amends_id",
    "amendment_reason",
    "is_voiding",
)
NEW = ("role", "is_direct", "population")
# One spelling for both databases; each column carries its own constraint, so that SQLite can add and drop it.
COLUMNS = (
    "role VARCHAR(16) DEFAULT 'volunteer' NOT NULL CONSTRAINT ck_practice_entry_role_known "
    "CHECK (role IN ('paid', 'volunteer'))",
    "is_direct BOOLEAN DEFAULT true NOT NULL",
    "population VARCHAR(32) DEFAULT '' NOT NULL",
)
PLACEMENT = ("counts_from DATE", "asks_population BOOLEAN DEFAULT false NOT NULL")
FIXED = "OLD.state IN ('submitted', 'approved') AND "
SENTENCE = "a waiting or signed entry is not changed"


def upgrade() -> None:
    _drop("practice_entry_content")
    for column in PLACEMENT:
        op.execute(f"ALTER TABLE placement ADD COLUMN {column}")
    for column in COLUMNS:
        op.execute(f"ALTER TABLE practice_entry ADD COLUMN {column}")
    op.execute(
        "UPDATE practice_entry SET "
        "role = (SELECT placement.role FROM placement WHERE placement.id = practice_entry.placement_id), "
        "is_direct = (kind NOT IN ('documentation', 'observation', 'training', 'received_supervision'))"
    )
    _guard("practice_entry_content", "UPDATE", FIXED + _changed(*CONTENT, *NEW), SENTENCE)


def downgrade() -> None:
    _drop("practice_entry_content")
    for column in reversed(NEW):
        op.execute(f"ALTER TABLE practice_entry DROP COLUMN {column}")
    for column in ("asks_population", "counts_from"):
        op.execute(f"ALTER TABLE placement DROP COLUMN {column}")
    _guard("practice_entry_content", "UPDATE", FIXED + _changed(*CONTENT), SENTENCE)


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
