"""Placements, supervision agreements, practice entries, sign-offs and supervision sessions.

Besides the constraints, triggers keep what a supervisor sees or has signed as it is, by whatever route a
change comes: the content of a waiting or signed entry is fixed, an approval goes only after its reversal was
recorded, and only drafts can be deleted.
"""

import sqlalchemy as sa
from alembic import op

from lms.db import allow_changes, forbid_changes

revision = "0004"
down_revision = "0003"
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
SESSION_CONTENT = (
    "person_id",
    "organisation_id",
    "supervisor_id",
    "held_on",
    "minutes",
    "format",
    "mode",
    "topics",
    "client_key",
)
REVERSED = "EXISTS (SELECT 1 FROM sign_off WHERE reverses_id = OLD.approval_id)"
APPROVED = (
    "EXISTS (SELECT 1 FROM sign_off WHERE id = NEW.approval_id AND entry_id = NEW.id AND act = 'approve') "
    "AND NOT EXISTS (SELECT 1 FROM sign_off WHERE reverses_id = NEW.approval_id)"
)


def upgrade() -> None:
    _placement()
    _supervision_agreement()
    _practice_entry()
    _sign_off()
    _supervision_session()
    if not _is_sqlite():
        op.create_foreign_key(
            "fk_practice_entry_approval_id", "practice_entry", "sign_off", ["approval_id"], ["id"]
        )
    forbid_changes(op, "sign_off")
    for name, event, table, condition, sentence in _guards():
        _guard(name, event, table, condition, sentence)


def downgrade() -> None:
    for name, _event, table, _condition, _sentence in _guards():
        op.execute(f"DROP TRIGGER {name}" + ("" if _is_sqlite() else f" ON {table}"))
        if not _is_sqlite():
            op.execute(f"DROP FUNCTION {name}()")
    allow_changes(op, "sign_off")
    if not _is_sqlite():
        op.drop_constraint("fk_practice_entry_approval_id", "practice_entry", type_="foreignkey")
    op.drop_table("supervision_session")
    op.drop_table("sign_off")
    op.drop_table("practice_entry")
    op.drop_table("supervision_agreement")
    op.drop_table("placement")


def _is_sqlite() -> bool:
    return bool(op.get_bind().dialect.name == "sqlite")


def _guards() -> tuple[tuple[str, str, str, str, str], ...]:
    """Each trigger: name, event, table, condition under which it refuses, sentence."""
    differs = "IS NOT" if _is_sqlite() else "IS DISTINCT FROM"

    def changed(*columns: str) -> str:
        return "(" + " OR ".join(f"NEW.{column} {differs} OLD.{column}" for column in columns) + ")"

    signed_again = " OR ".join(
        f"(OLD.{column} IS NOT NULL AND {changed(column)})"
        for column in ("trainee_signed_at", "supervisor_signed_at")
    )
    return (
        (
            "practice_entry_content",
            "UPDATE",
            "practice_entry",
            f"OLD.state IN ('submitted', 'approved') AND {changed(*CONTENT)}",
            "a waiting or signed entry is not changed",
        ),
        (
            "practice_entry_approval_ends",
            "UPDATE",
            "practice_entry",
            f"OLD.approval_id IS NOT NULL AND {changed('approval_id')} AND NOT {REVERSED}",
            "an approval ends only by its recorded reversal",
        ),
        (
            "practice_entry_approval_begins",
            "UPDATE",
            "practice_entry",
            f"NEW.approval_id IS NOT NULL AND {changed('approval_id')} AND NOT ({APPROVED})",
            "an entry is approved only by its own standing sign-off",
        ),
        (
            "practice_entry_stays",
            "DELETE",
            "practice_entry",
            "OLD.state <> 'draft'",
            "only a draft can be deleted",
        ),
        (
            "supervision_session_content",
            "UPDATE",
            "supervision_session",
            f"{changed(*SESSION_CONTENT)} OR {signed_again}",
            "a signed session is not changed",
        ),
        (
            "supervision_session_stays",
            "DELETE",
            "supervision_session",
            "1 = 1",
            "a supervision session is not deleted",
        ),
    )


def _guard(name: str, event: str, table: str, condition: str, sentence: str) -> None:
    if _is_sqlite():
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
        )
        return
    row = "OLD" if event == "DELETE" else "NEW"
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {condition} THEN RAISE EXCEPTION '{sentence}'; END IF; RETURN {row}; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


def _placement() -> None:
    op.create_table(
        "placement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_name", sa.String(length=120), nullable=False),
        sa.Column("site_organisation_id", sa.Integer(), nullable=True),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("role IN ('paid', 'volunteer')", name=op.f("ck_placement_role_known")),
        sa.CheckConstraint(
            "ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_placement_ends_after_start")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_placement_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_placement_person_id")),
        sa.ForeignKeyConstraint(
            ["site_organisation_id"], ["organisation.id"], name=op.f("fk_placement_site_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placement")),
    )
    op.create_index(op.f("ix_placement_organisation_id"), "placement", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_placement_person_id"), "placement", ["person_id"], unique=False)


def _supervision_agreement() -> None:
    op.create_table(
        "supervision_agreement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("placement_id", sa.Integer(), nullable=False),
        sa.Column("supervisor_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_supervision_agreement_ends_after_start")
        ),
        sa.CheckConstraint("supervisor_id <> person_id", name=op.f("ck_supervision_agreement_not_oneself")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_supervision_agreement_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_supervision_agreement_person_id")),
        sa.ForeignKeyConstraint(
            ["placement_id"], ["placement.id"], name=op.f("fk_supervision_agreement_placement_id")
        ),
        sa.ForeignKeyConstraint(
            ["supervisor_id"], ["person.id"], name=op.f("fk_supervision_agreement_supervisor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_agreement")),
        sa.UniqueConstraint(
            "placement_id",
            "supervisor_id",
            "starts_on",
            name=op.f("uq_supervision_agreement_placement_id_supervisor_id_starts_on"),
        ),
    )
    op.create_index(
        op.f("ix_supervision_agreement_organisation_id"),
        "supervision_agreement",
        ["organisation_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_supervision_agreement_person_id"), "supervision_agreement", ["person_id"], unique=False
    )
    op.create_index(
        op.f("ix_supervision_agreement_placement_id"), "supervision_agreement", ["placement_id"], unique=False
    )
    op.create_index(
        op.f("ix_supervision_agreement_supervisor_id"), "supervision_agreement", ["supervisor_id"], unique=False
    )


def _practice_entry() -> None:
    op.create_table(
        "practice_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("placement_id", sa.Integer(), nullable=False),
        sa.Column("supervisor_id", sa.Integer(), nullable=False),
        sa.Column("worked_on", sa.Date(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("starts_at", sa.Time(), nullable=True),
        sa.Column("ends_at", sa.Time(), nullable=True),
        sa.Column("is_overnight", sa.Boolean(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("note", sa.String(length=280), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approval_id", sa.Integer(), nullable=True),
        sa.Column("client_key", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'approved') = (approval_id IS NOT NULL)",
            name=op.f("ck_practice_entry_approved_is_signed"),
        ),
        sa.CheckConstraint(
            "(state = 'draft') = (submitted_at IS NULL)", name=op.f("ck_practice_entry_submitted_is_dated")
        ),
        sa.CheckConstraint(
            "kind IN ('one_to_one', 'group', 'outreach', 'advocacy', 'resource_linkage', "
            "'documentation', 'observation', 'training', 'received_supervision')",
            name=op.f("ck_practice_entry_kind_known"),
        ),
        sa.CheckConstraint(
            "mode IN ('in_person', 'phone', 'video')", name=op.f("ck_practice_entry_mode_known")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'returned', 'approved')",
            name=op.f("ck_practice_entry_state_known"),
        ),
        sa.CheckConstraint(
            "(starts_at IS NULL) = (ends_at IS NULL)", name=op.f("ck_practice_entry_both_times_or_none")
        ),
        sa.CheckConstraint(
            "NOT is_overnight OR starts_at IS NOT NULL", name=op.f("ck_practice_entry_overnight_has_times")
        ),
        sa.CheckConstraint("length(note) <= 280", name=op.f("ck_practice_entry_note_short")),
        sa.CheckConstraint("minutes BETWEEN 1 AND 1440", name=op.f("ck_practice_entry_minutes_within_a_day")),
        sa.CheckConstraint(
            "submitted_at IS NULL OR first_submitted_at IS NOT NULL",
            name=op.f("ck_practice_entry_first_is_kept"),
        ),
        sa.CheckConstraint("supervisor_id <> person_id", name=op.f("ck_practice_entry_not_oneself")),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["sign_off.id"], name="fk_practice_entry_approval_id", use_alter=True
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_practice_entry_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_practice_entry_person_id")),
        sa.ForeignKeyConstraint(
            ["placement_id"], ["placement.id"], name=op.f("fk_practice_entry_placement_id")
        ),
        sa.ForeignKeyConstraint(["supervisor_id"], ["person.id"], name=op.f("fk_practice_entry_supervisor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_entry")),
        sa.UniqueConstraint("approval_id", name=op.f("uq_practice_entry_approval_id")),
        sa.UniqueConstraint("person_id", "client_key", name=op.f("uq_practice_entry_person_id_client_key")),
    )
    op.create_index(
        op.f("ix_practice_entry_organisation_id"), "practice_entry", ["organisation_id"], unique=False
    )
    op.create_index(op.f("ix_practice_entry_person_id"), "practice_entry", ["person_id"], unique=False)
    op.create_index(op.f("ix_practice_entry_placement_id"), "practice_entry", ["placement_id"], unique=False)
    op.create_index(
        "ix_practice_entry_supervisor_id_state", "practice_entry", ["supervisor_id", "state"], unique=False
    )


def _sign_off() -> None:
    op.create_table(
        "sign_off",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("entry_version", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("reverses_id", sa.Integer(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("batch_id", sa.String(length=36), nullable=False),
        sa.Column("statement_version", sa.Integer(), nullable=True),
        sa.Column("statement", sa.Text(), nullable=True),
        sa.Column("method", sa.String(length=24), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(act = 'approve') = (minutes IS NOT NULL AND statement_version IS NOT NULL "
            "AND statement IS NOT NULL)",
            name=op.f("ck_sign_off_approval_is_whole"),
        ),
        sa.CheckConstraint(
            "(act = 'reverse') = (reverses_id IS NOT NULL)", name=op.f("ck_sign_off_reversal_names_act")
        ),
        sa.CheckConstraint("act <> 'return' OR length(reason) > 0", name=op.f("ck_sign_off_return_has_reason")),
        sa.CheckConstraint("act IN ('approve', 'return', 'reverse')", name=op.f("ck_sign_off_act_known")),
        sa.CheckConstraint("by_id <> person_id", name=op.f("ck_sign_off_not_oneself")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_sign_off_hash_is_whole")),
        sa.CheckConstraint(
            "minutes IS NULL OR minutes BETWEEN 1 AND 1440", name=op.f("ck_sign_off_minutes_within_a_day")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_sign_off_by_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["practice_entry.id"], name=op.f("fk_sign_off_entry_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_sign_off_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sign_off_person_id")),
        sa.ForeignKeyConstraint(["reverses_id"], ["sign_off.id"], name=op.f("fk_sign_off_reverses_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_off")),
        sa.UniqueConstraint("entry_id", "entry_version", name=op.f("uq_sign_off_entry_id_entry_version")),
    )
    op.create_index(
        "uq_sign_off_reverses_id",
        "sign_off",
        ["reverses_id"],
        unique=True,
        sqlite_where=sa.text("reverses_id IS NOT NULL"),
        postgresql_where=sa.text("reverses_id IS NOT NULL"),
    )
    op.create_index(op.f("ix_sign_off_batch_id"), "sign_off", ["batch_id"], unique=False)
    op.create_index(op.f("ix_sign_off_by_id"), "sign_off", ["by_id"], unique=False)
    op.create_index(op.f("ix_sign_off_organisation_id"), "sign_off", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_sign_off_person_id"), "sign_off", ["person_id"], unique=False)


def _supervision_session() -> None:
    op.create_table(
        "supervision_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("supervisor_id", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("format", sa.String(length=16), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("topics", sa.String(length=280), nullable=False),
        sa.Column("trainee_signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("supervisor_signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("client_key", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "format IN ('individual', 'group')", name=op.f("ck_supervision_session_format_known")
        ),
        sa.CheckConstraint(
            "mode IN ('in_person', 'phone', 'video')", name=op.f("ck_supervision_session_mode_known")
        ),
        sa.CheckConstraint(
            "minutes BETWEEN 1 AND 1440", name=op.f("ck_supervision_session_minutes_within_a_day")
        ),
        sa.CheckConstraint("supervisor_id <> person_id", name=op.f("ck_supervision_session_not_oneself")),
        sa.CheckConstraint(
            "trainee_signed_at IS NOT NULL OR supervisor_signed_at IS NOT NULL",
            name=op.f("ck_supervision_session_recorded_is_signed"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_supervision_session_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_supervision_session_person_id")),
        sa.ForeignKeyConstraint(
            ["supervisor_id"], ["person.id"], name=op.f("fk_supervision_session_supervisor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_session")),
        sa.UniqueConstraint(
            "person_id", "client_key", name=op.f("uq_supervision_session_person_id_client_key")
        ),
    )
    op.create_index(
        op.f("ix_supervision_session_organisation_id"), "supervision_session", ["organisation_id"], unique=False
    )
    op.create_index(
        op.f("ix_supervision_session_person_id"), "supervision_session", ["person_id"], unique=False
    )
    op.create_index(
        op.f("ix_supervision_session_supervisor_id"), "supervision_session", ["supervisor_id"], unique=False
    )
