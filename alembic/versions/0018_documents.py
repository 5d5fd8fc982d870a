"""Documents of credentials, made once and kept; status lists; and the erasure of a holder's data.

Certificates that were drawn before this have neither seal nor signed credential: each gets its document made
by the next sweep. The files that were drawn stay where they are.
"""

import secrets
import uuid

import sqlalchemy as sa
from alembic import op

from lms.credentials.shuffle import place_of
from lms.db import allow_changes, forbid_change_of, forbid_changes

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

FIRST_KINDS = "'suspended', 'reinstated', 'revoked', 'made_inactive', 'probation', 'relinquished'"
ENTRIES = 131_072
# Erasing takes the holder's name and the facts, and may change nothing else. JSON is compared as text.
CHANGED = " OR ".join(
    ["NEW.name_as_issued <> ''", "NEW.name_key <> ''", "CAST(NEW.content AS TEXT) <> '{}'"]
    + [
        f"NEW.{name} <> OLD.{name}"
        for name in (
            *("id", "organisation_id", "person_id", "number", "kind", "title", "issuer_name", "zone"),
            *("scheme_id", "scheme_version", "issued_on", "decision_key", "issued_at"),
        )
    ]
    + [
        f"COALESCE(CAST(NEW.{name} AS TEXT), '') <> COALESCE(CAST(OLD.{name} AS TEXT), '')"
        for name in ("valid_until", "issued_by", "replaces_id")
    ]
)
# What was made stays as it was made; it may be retired, and erasing takes the text that holds the name.
REMADE = "OLD.made_at IS NOT NULL AND ({})".format(
    " OR ".join(
        [
            f"NEW.{name} <> OLD.{name}"
            for name in (
                *("id", "credential_id", "sequence", "edition", "key_id", "json_sha256", "pdf_sha256"),
                *("log_number", "made_at"),
            )
        ]
        + ["NEW.made_at IS NULL", "(NEW.paper_text <> OLD.paper_text AND NEW.paper_text <> '')"]
        + ["(OLD.retired_at IS NOT NULL AND NEW.retired_at IS NULL)"]
    )
)


def upgrade() -> None:
    _make_tables()
    _take_over()
    op.drop_table("certificate_file")
    op.drop_table("renewal_certificate")
    _kinds_of_event(f"{FIRST_KINDS}, 'erased'")
    _fix_credential(erasing=True)
    forbid_changes(op, "signed_list")
    forbid_change_of(op, "credential_document", when=REMADE)


def downgrade() -> None:
    allow_changes(op, "credential_document")
    allow_changes(op, "signed_list")
    _fix_credential(erasing=False)
    _kinds_of_event(FIRST_KINDS)
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
    for table, column in (("certificate_file", "credential_id"), ("renewal_certificate", "renewal_id")):
        undrawn = sa.text("drawn_at IS NULL")
        op.create_index(f"ix_{table}_undrawn", table, [column], sqlite_where=undrawn, postgresql_where=undrawn)
    op.execute(
        "INSERT INTO certificate_file (credential_id, sha256, drawn_at) SELECT credential_id, pdf_sha256, "
        "made_at FROM credential_document WHERE sequence = 1 AND retired_at IS NULL"
    )
    op.execute(
        "INSERT INTO renewal_certificate (renewal_id, sha256, drawn_at) SELECT r.id, d.pdf_sha256, d.made_at "
        "FROM credential_document d JOIN credential_renewal r ON r.credential_id = d.credential_id "
        "AND r.sequence = d.sequence WHERE d.retired_at IS NULL"
    )
    for table in ("credential_document", "credential_identity", "signed_list", "status_list"):
        op.drop_table(table)


def _make_tables() -> None:
    op.create_table(
        "status_list",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("shuffle", sa.String(length=32), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_status_list_number_counts_up")),
        sa.CheckConstraint("taken >= 0 AND taken <= 131072", name=op.f("ck_status_list_taken_fits")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_status_list_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_list")),
        sa.UniqueConstraint("organisation_id", "number", name=op.f("uq_status_list_organisation_id_number")),
    )
    op.create_table(
        "signed_list",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("bits_set", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("log_number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("bits_set >= 0", name=op.f("ck_signed_list_bits_counted")),
        sa.ForeignKeyConstraint(["list_id"], ["status_list.id"], name=op.f("fk_signed_list_list_id")),
        sa.ForeignKeyConstraint(["key_id"], ["signing_key.id"], name=op.f("fk_signed_list_key_id")),
        sa.ForeignKeyConstraint(["log_number"], ["log_entry.number"], name=op.f("fk_signed_list_log_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signed_list")),
        sa.UniqueConstraint("log_number", name=op.f("uq_signed_list_log_number")),
    )
    op.create_index("ix_signed_list_list_id_id", "signed_list", ["list_id", "id"])
    op.create_table(
        "credential_identity",
        sa.Column("credential_id", sa.Integer(), nullable=False),
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("list_index", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("shows", sa.String(length=12), nullable=False),
        sa.CheckConstraint(
            "list_index >= 0 AND list_index < 131072", name=op.f("ck_credential_identity_index_fits")
        ),
        sa.CheckConstraint(
            "shows IN ('name', 'name_email', 'nothing')", name=op.f("ck_credential_identity_shows_known")
        ),
        sa.ForeignKeyConstraint(
            ["credential_id"], ["credential.id"], name=op.f("fk_credential_identity_credential_id")
        ),
        sa.ForeignKeyConstraint(["list_id"], ["status_list.id"], name=op.f("fk_credential_identity_list_id")),
        sa.PrimaryKeyConstraint("credential_id", name=op.f("pk_credential_identity")),
        sa.UniqueConstraint("list_id", "list_index", name=op.f("uq_credential_identity_list_id_list_index")),
    )
    op.create_table(
        "credential_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.Integer(), nullable=True),
        sa.Column("json_sha256", sa.String(length=64), nullable=True),
        sa.Column("pdf_sha256", sa.String(length=64), nullable=True),
        sa.Column("paper_text", sa.Text(), nullable=True),
        sa.Column("log_number", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("sequence >= 1 AND edition >= 1", name=op.f("ck_credential_document_counts_up")),
        sa.CheckConstraint(
            "(made_at IS NULL AND key_id IS NULL AND json_sha256 IS NULL AND pdf_sha256 IS NULL "
            "AND paper_text IS NULL AND log_number IS NULL) OR (made_at IS NOT NULL AND key_id IS NOT NULL "
            "AND json_sha256 IS NOT NULL AND pdf_sha256 IS NOT NULL AND paper_text IS NOT NULL "
            "AND log_number IS NOT NULL)",
            name=op.f("ck_credential_document_made_as_one"),
        ),
        sa.ForeignKeyConstraint(
            ["credential_id"], ["credential.id"], name=op.f("fk_credential_document_credential_id")
        ),
        sa.ForeignKeyConstraint(["key_id"], ["signing_key.id"], name=op.f("fk_credential_document_key_id")),
        sa.ForeignKeyConstraint(
            ["log_number"], ["log_entry.number"], name=op.f("fk_credential_document_log_number")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential_document")),
        sa.UniqueConstraint("log_number", name=op.f("uq_credential_document_log_number")),
        sa.UniqueConstraint(
            "credential_id",
            "sequence",
            "edition",
            name=op.f("uq_credential_document_credential_id_sequence_edition"),
        ),
    )
    standing, unmade = sa.text("retired_at IS NULL"), sa.text("made_at IS NULL AND retired_at IS NULL")
    op.create_index(
        "uq_credential_document_standing",
        "credential_document",
        ["credential_id", "sequence"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )
    op.create_index(
        "ix_credential_document_unmade",
        "credential_document",
        ["id"],
        sqlite_where=unmade,
        postgresql_where=unmade,
    )
    op.create_index("ix_credential_document_key_id", "credential_document", ["key_id"])


def _take_over() -> None:
    """Give every credential there is its identity, and the documents that are still to be made."""
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT id, organisation_id FROM credential ORDER BY id")).all()
    lists: dict[int, tuple[int, str]] = {}
    taken: dict[int, int] = {}
    opened: dict[int, int] = {}
    add_list = sa.text(
        "INSERT INTO status_list (id, organisation_id, number, shuffle, taken) VALUES (:id, :o, :n, :s, 0)"
    )
    add = sa.text(
        "INSERT INTO credential_identity (credential_id, list_id, list_index, subject, salt, shows) "
        "VALUES (:c, :l, :i, :subject, :salt, 'name')"
    )
    for credential_id, organisation_id in rows:
        if organisation_id not in lists or taken[lists[organisation_id][0]] == ENTRIES:
            opened[organisation_id] = opened.get(organisation_id, 0) + 1
            made = (len(taken) + 1, secrets.token_hex(16))
            connection.execute(
                add_list, {"id": made[0], "o": organisation_id, "n": opened[organisation_id], "s": made[1]}
            )
            lists[organisation_id], taken[made[0]] = made, 0
        list_id, shuffle = lists[organisation_id]
        connection.execute(
            add,
            {
                "c": credential_id,
                "l": list_id,
                "i": place_of(taken[list_id], shuffle, ENTRIES),
                "subject": f"urn:uuid:{uuid.uuid4()}",
                "salt": secrets.token_hex(16),
            },
        )
        taken[list_id] += 1
    for list_id, count in taken.items():
        connection.execute(
            sa.text("UPDATE status_list SET taken = :n WHERE id = :id"), {"n": count, "id": list_id}
        )
    if connection.dialect.name == "postgresql" and taken:
        connection.execute(
            sa.text("SELECT setval(pg_get_serial_sequence('status_list', 'id'), :n)"), {"n": len(taken)}
        )
    op.execute(
        "INSERT INTO credential_document (credential_id, sequence, edition) SELECT id, 1, 1 FROM credential"
    )
    op.execute(
        "INSERT INTO credential_document (credential_id, sequence, edition) "
        "SELECT credential_id, sequence, 1 FROM credential_renewal"
    )


def _fix_credential(*, erasing: bool) -> None:
    allow_changes(op, "credential")
    if not erasing:
        forbid_changes(op, "credential")
        return
    forbid_change_of(op, "credential", when=CHANGED)
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER credential_stays BEFORE DELETE ON credential "
            "BEGIN SELECT RAISE(ABORT, 'credential rows are never deleted'); END"
        )
    else:
        op.execute(
            "CREATE TRIGGER credential_stays BEFORE DELETE ON credential "
            "FOR EACH ROW EXECUTE FUNCTION credential_refuse()"
        )


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
