"""Tables of what is made of a credential: its machine-readable identity, documents and status lists."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant


class StatusList(Base):
    """A list with one bit for each credential of an issuer; `taken` counts the bits that were given out.

    Bits are given out in an order that `shuffle`, in hexadecimal, decides: it tells nobody how many there are.
    """

    __tablename__ = "status_list"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    number: Mapped[int]
    shuffle: Mapped[str] = mapped_column(sa.String(32))
    taken: Mapped[int]

    __table_args__ = (
        sa.UniqueConstraint("organisation_id", "number"),
        sa.CheckConstraint("number >= 1", name="number_counts_up"),
        sa.CheckConstraint("taken >= 0 AND taken <= 131072", name="taken_fits"),
    )


class SignedList(Base):
    """A status list as it was signed at one time. Rows are only ever added; the newest is the one served.

    `paper_signature` is the signature of the form that is checked without network (`paper.signed_list`).
    """

    __tablename__ = "signed_list"

    id: Mapped[int] = mapped_column(primary_key=True)
    list_id: Mapped[int] = mapped_column(sa.ForeignKey("status_list.id"))
    document: Mapped[str] = mapped_column(sa.Text)
    paper_signature: Mapped[str | None] = mapped_column(sa.String(88))
    bits_set: Mapped[int]
    key_id: Mapped[int] = mapped_column(sa.ForeignKey("signing_key.id"))
    log_number: Mapped[int] = mapped_column(sa.ForeignKey("log_entry.number"), unique=True)
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        sa.Index("ix_signed_list_list_id_id", "list_id", "id"),
        sa.CheckConstraint("bits_set >= 0", name="bits_counted"),
    )


class CredentialIdentity(Base):
    """What machines know a credential by. The salt makes its entries of the log readable; erasure takes it.

    `subject` is a random urn:uuid. `shows` is what identifies the holder in the document: their name, the name
    and a hash of the e-mail address, or neither.
    """

    __tablename__ = "credential_identity"

    credential_id: Mapped[int] = mapped_column(sa.ForeignKey("credential.id"), primary_key=True)
    list_id: Mapped[int] = mapped_column(sa.ForeignKey("status_list.id"))
    list_index: Mapped[int]
    subject: Mapped[str] = mapped_column(sa.String(60))
    salt: Mapped[str] = mapped_column(sa.String(32))
    shows: Mapped[str] = mapped_column(sa.String(12))

    __table_args__ = (
        sa.UniqueConstraint("list_id", "list_index"),
        sa.CheckConstraint("list_index >= 0 AND list_index < 131072", name="index_fits"),
        sa.CheckConstraint("shows IN ('name', 'name_email', 'nothing')", name="shows_known"),
    )


class CredentialDocument(Base):
    """What was made of one period of a credential, each once and kept as bytes; without `made_at` still to do.

    `sequence` 1 is the first period, later ones are renewals. A document whose key became known to others is
    retired, and the next edition stands for it: there is one that is not retired for each period.
    """

    __tablename__ = "credential_document"

    id: Mapped[int] = mapped_column(primary_key=True)
    credential_id: Mapped[int] = mapped_column(sa.ForeignKey("credential.id"))
    sequence: Mapped[int]
    edition: Mapped[int]
    key_id: Mapped[int | None] = mapped_column(sa.ForeignKey("signing_key.id"))
    json_sha256: Mapped[str | None] = mapped_column(sa.String(64))
    pdf_sha256: Mapped[str | None] = mapped_column(sa.String(64))
    paper_text: Mapped[str | None] = mapped_column(sa.Text)
    log_number: Mapped[int | None] = mapped_column(sa.ForeignKey("log_entry.number"), unique=True)
    made_at: Mapped[datetime | None] = mapped_column(Instant)
    retired_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        sa.UniqueConstraint("credential_id", "sequence", "edition"),
        sa.CheckConstraint("sequence >= 1 AND edition >= 1", name="counts_up"),
        sa.CheckConstraint(
            "(made_at IS NULL AND key_id IS NULL AND json_sha256 IS NULL AND pdf_sha256 IS NULL "
            "AND paper_text IS NULL AND log_number IS NULL) OR (made_at IS NOT NULL AND key_id IS NOT NULL "
            "AND json_sha256 IS NOT NULL AND pdf_sha256 IS NOT NULL AND paper_text IS NOT NULL "
            "AND log_number IS NOT NULL)",
            name="made_as_one",
        ),
        sa.Index(
            "uq_credential_document_standing",
            "credential_id",
            "sequence",
            unique=True,
            sqlite_where=sa.text("retired_at IS NULL"),
            postgresql_where=sa.text("retired_at IS NULL"),
        ),
        sa.Index(
            "ix_credential_document_unmade",
            "id",
            sqlite_where=sa.text("made_at IS NULL AND retired_at IS NULL"),
            postgresql_where=sa.text("made_at IS NULL AND retired_at IS NULL"),
        ),
        sa.Index("ix_credential_document_key_id", "key_id"),
    )
