"""Who may sign: acts on agreements, alternates, qualifications, conflicts; signatures under sessions."""

import sqlalchemy as sa
from alembic import op

from lms.db import allow_changes, forbid_change_of, forbid_changes

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

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
NEW_CONTENT = (
    "topic_kinds",
    "follow_up",
    "is_observation",
    "group_size",
    "meeting_key",
    "corrects_id",
    "correction_reason",
    "is_sealed",
)
AGREED = (
    "person_id",
    "organisation_id",
    "placement_id",
    "supervisor_id",
    "starts_on",
    "plan",
    "needs_approval",
)
# One spelling for both databases; each column carries its own constraint, so that SQLite can add and drop it.
COLUMNS = (
    ("placement", "demands", "VARCHAR(200) DEFAULT '' NOT NULL"),
    ("supervision_agreement", "plan", "TEXT DEFAULT '' NOT NULL"),
    (
        "supervision_agreement",
        "alternate_id",
        "INTEGER CONSTRAINT fk_supervision_agreement_alternate_id REFERENCES person (id) "
        "CONSTRAINT ck_supervision_agreement_alternate_is_a_third CHECK "
        "(alternate_id IS NULL OR (alternate_id <> person_id AND alternate_id <> supervisor_id))",
    ),
    ("supervision_agreement", "needs_approval", "BOOLEAN DEFAULT false NOT NULL"),
    ("supervision_session", "topic_kinds", "VARCHAR(200) DEFAULT '' NOT NULL"),
    ("supervision_session", "follow_up", "VARCHAR(500) DEFAULT '' NOT NULL"),
    ("supervision_session", "is_observation", "BOOLEAN DEFAULT false NOT NULL"),
    (
        "supervision_session",
        "group_size",
        "INTEGER CONSTRAINT ck_supervision_session_group_has_size CHECK "
        "(group_size IS NULL OR (format = 'group' AND group_size BETWEEN 2 AND 99))",
    ),
    ("supervision_session", "meeting_key", "VARCHAR(64)"),
    (
        "supervision_session",
        "corrects_id",
        "INTEGER CONSTRAINT fk_supervision_session_corrects_id REFERENCES supervision_session (id)",
    ),
    (
        "supervision_session",
        "correction_reason",
        "VARCHAR(500) CONSTRAINT ck_supervision_session_correction_has_reason CHECK "
        "((corrects_id IS NULL) = (correction_reason IS NULL))",
    ),
    ("supervision_session", "is_sealed", "BOOLEAN DEFAULT false NOT NULL"),
)
TRAINEE_SIGNED = "EXISTS (SELECT 1 FROM session_signature WHERE session_id = OLD.id AND part = 'trainee')"
SUPERVISOR_SIGNED = "EXISTS (SELECT 1 FROM session_signature WHERE session_id = OLD.id AND part = 'supervisor')"
GROWING = (
    "agreement_act",
    "conflict_declaration",
    "supervisor_qualification",
    "qualification_end",
    "session_signature",
)


def upgrade() -> None:
    _drop("supervision_session_content", "supervision_session")
    for table, column, kind in COLUMNS:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")
    op.create_index(
        op.f("ix_supervision_agreement_alternate_id"), "supervision_agreement", ["alternate_id"], unique=False
    )
    op.create_index("uq_supervision_session_corrects_id", "supervision_session", ["corrects_id"], unique=True)
    _agreement_act()
    _conflict_declaration()
    _qualifications()
    _session_signature()
    for table in GROWING:
        forbid_changes(op, table)
    _session_guard(*SESSION_CONTENT, *NEW_CONTENT)
    _guard(
        "supervision_session_signed",
        "supervision_session",
        f"OLD.is_sealed AND (({_changed('trainee_signed_at')} AND NOT {TRAINEE_SIGNED}) "
        f"OR ({_changed('supervisor_signed_at')} AND NOT {SUPERVISOR_SIGNED}))",
        "a session is signed only by a recorded signature",
    )
    forbid_change_of(op, "supervision_agreement", when="", columns=AGREED)
    _guard(
        "supervision_agreement_alternate",
        "supervision_agreement",
        f"OLD.alternate_id IS NOT NULL AND {_changed('alternate_id')}",
        "an alternate is named once",
    )


def downgrade() -> None:
    _drop("supervision_agreement_alternate", "supervision_agreement")
    allow_changes(op, "supervision_agreement")
    _drop("supervision_session_signed", "supervision_session")
    _drop("supervision_session_content", "supervision_session")
    for table in reversed(GROWING):
        allow_changes(op, table)
        op.drop_table(table)
    op.drop_index("uq_supervision_session_corrects_id", table_name="supervision_session")
    op.drop_index(op.f("ix_supervision_agreement_alternate_id"), table_name="supervision_agreement")
    for table, column, _kind in reversed(COLUMNS):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    _session_guard(*SESSION_CONTENT)


def _agreement_act() -> None:
    op.create_table(
        "agreement_act",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agreement_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("approved_by", sa.String(length=120), nullable=True),
        sa.Column("text_version", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        *_scoped("agreement_act"),
        _named("agreement_act", "agreement_id", "supervision_agreement"),
        _named("agreement_act", "by_id", "person"),
        sa.UniqueConstraint(
            "agreement_id", "kind", "by_id", name=op.f("uq_agreement_act_agreement_id_kind_by_id")
        ),
        sa.CheckConstraint("kind IN ('accepted', 'approved')", name=op.f("ck_agreement_act_kind_known")),
        sa.CheckConstraint(
            "(kind = 'approved') = (approved_on IS NOT NULL AND approved_by IS NOT NULL)",
            name=op.f("ck_agreement_act_approval_is_whole"),
        ),
        sa.CheckConstraint(
            "(kind = 'accepted') = (text IS NOT NULL AND text_version IS NOT NULL)",
            name=op.f("ck_agreement_act_yes_is_to_a_text"),
        ),
        sa.CheckConstraint(
            "kind <> 'approved' OR by_id <> person_id", name=op.f("ck_agreement_act_not_approved_by_trainee")
        ),
    )
    _indexed("agreement_act", "agreement_id", "organisation_id", "person_id")
    op.create_index(
        "uq_agreement_act_approved",
        "agreement_act",
        ["agreement_id"],
        unique=True,
        sqlite_where=sa.text("kind = 'approved'"),
        postgresql_where=sa.text("kind = 'approved'"),
    )


def _conflict_declaration() -> None:
    op.create_table(
        "conflict_declaration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("supervisor_id", sa.Integer(), nullable=False),
        sa.Column("relation", sa.String(length=24), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("text_version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("ends_id", sa.Integer(), nullable=True),
        *_scoped("conflict_declaration"),
        _named("conflict_declaration", "supervisor_id", "person"),
        _named("conflict_declaration", "by_id", "person"),
        _named("conflict_declaration", "ends_id", "conflict_declaration"),
        sa.UniqueConstraint("ends_id", name=op.f("uq_conflict_declaration_ends_id")),
        sa.CheckConstraint(
            "relation IN ('none', 'relative', 'cohabitant', 'former_counsellor', 'ended')",
            name=op.f("ck_conflict_declaration_relation_known"),
        ),
        sa.CheckConstraint(
            "(relation = 'ended') = (ends_id IS NOT NULL)", name=op.f("ck_conflict_declaration_end_names_one")
        ),
        sa.CheckConstraint(
            "relation <> 'ended' OR length(words) > 0", name=op.f("ck_conflict_declaration_end_has_reason")
        ),
        sa.CheckConstraint(
            "relation = 'ended' OR by_id = person_id OR by_id = supervisor_id",
            name=op.f("ck_conflict_declaration_said_by_one_of_them"),
        ),
        sa.CheckConstraint(
            "relation <> 'ended' OR (by_id <> person_id AND by_id <> supervisor_id)",
            name=op.f("ck_conflict_declaration_ended_by_a_third"),
        ),
        sa.CheckConstraint("supervisor_id <> person_id", name=op.f("ck_conflict_declaration_not_oneself")),
    )
    _indexed("conflict_declaration", "organisation_id", "person_id")
    op.create_index(
        "ix_conflict_declaration_supervisor_id_person_id",
        "conflict_declaration",
        ["supervisor_id", "person_id"],
    )


def _qualifications() -> None:
    op.create_table(
        "supervisor_qualification",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("supervisor_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("credential", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("issuer", sa.String(length=120), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("training_minutes", sa.Integer(), nullable=False),
        sa.Column("practice_minutes", sa.Integer(), nullable=False),
        sa.Column("joint_minutes", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("checked_by_id", sa.Integer(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("client_key", sa.String(length=64), nullable=False),
        _named("supervisor_qualification", "supervisor_id", "person"),
        _named("supervisor_qualification", "organisation_id", "organisation"),
        _named("supervisor_qualification", "checked_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervisor_qualification")),
        sa.UniqueConstraint(
            "organisation_id",
            "client_key",
            name=op.f("uq_supervisor_qualification_organisation_id_client_key"),
        ),
        sa.CheckConstraint(
            "credential IN ('qcc', 'lpha', 'qmhp', 'qps', 'peer_supervisor', 'peer_specialist', "
            "'supervisor_training', 'other')",
            name=op.f("ck_supervisor_qualification_credential_known"),
        ),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_until >= valid_from",
            name=op.f("ck_supervisor_qualification_ends_after_start"),
        ),
        sa.CheckConstraint(
            "checked_by_id <> supervisor_id", name=op.f("ck_supervisor_qualification_not_checked_by_oneself")
        ),
        sa.CheckConstraint("length(source) > 0", name=op.f("ck_supervisor_qualification_source_named")),
        sa.CheckConstraint(
            "training_minutes >= 0 AND practice_minutes >= 0 AND joint_minutes >= 0",
            name=op.f("ck_supervisor_qualification_amounts_positive"),
        ),
    )
    _indexed("supervisor_qualification", "supervisor_id", "organisation_id")
    op.create_table(
        "qualification_end",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("qualification_id", sa.Integer(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _named("qualification_end", "qualification_id", "supervisor_qualification"),
        _named("qualification_end", "by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_qualification_end")),
        sa.UniqueConstraint("qualification_id", name=op.f("uq_qualification_end_qualification_id")),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_qualification_end_has_reason")),
    )


def _session_signature() -> None:
    op.create_table(
        "session_signature",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=16), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("statement_version", sa.Integer(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("method", sa.String(length=24), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        *_scoped("session_signature"),
        _named("session_signature", "session_id", "supervision_session"),
        _named("session_signature", "by_id", "person"),
        sa.UniqueConstraint("session_id", "part", name=op.f("uq_session_signature_session_id_part")),
        sa.CheckConstraint("part IN ('trainee', 'supervisor')", name=op.f("ck_session_signature_part_known")),
        sa.CheckConstraint(
            "(part = 'trainee') = (by_id = person_id)",
            name=op.f("ck_session_signature_trainee_signs_as_trainee"),
        ),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_session_signature_hash_is_whole")),
    )
    _indexed("session_signature", "session_id", "organisation_id", "person_id")


def _scoped(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        _named(table, "organisation_id", "organisation"),
        _named(table, "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _named(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))


def _indexed(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _session_guard(*content: str) -> None:
    signed_again = " OR ".join(
        f"(OLD.{column} IS NOT NULL AND {_changed(column)})"
        for column in ("trainee_signed_at", "supervisor_signed_at")
    )
    _guard(
        "supervision_session_content",
        "supervision_session",
        f"{_changed(*content)} OR {signed_again}",
        "a signed session is not changed",
    )


def _is_sqlite() -> bool:
    return bool(op.get_bind().dialect.name == "sqlite")


def _changed(*columns: str) -> str:
    differs = "IS NOT" if _is_sqlite() else "IS DISTINCT FROM"
    return "(" + " OR ".join(f"NEW.{column} {differs} OLD.{column}" for column in columns) + ")"


def _guard(name: str, table: str, condition: str, sentence: str) -> None:
    if _is_sqlite():
        op.execute(
            f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {condition} THEN RAISE EXCEPTION '{sentence}'; END IF; RETURN NEW; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


def _drop(name: str, table: str) -> None:
    op.execute(f"DROP TRIGGER {name}" + ("" if _is_sqlite() else f" ON {table}"))
    if not _is_sqlite():
        op.execute(f"DROP FUNCTION {name}()")
