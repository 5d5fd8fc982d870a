"""Tables of signing keys and what became of them. The keys themselves are not in the database."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant


class SigningKey(Base):
    """The public half of a key, and of whom: an issuer, or the installation for the log and the authority.

    `public` is multibase for Ed25519 and a PEM certificate for the seal of PDFs and its authority.
    """

    __tablename__ = "signing_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    purpose: Mapped[str] = mapped_column(sa.String(12))
    name: Mapped[str] = mapped_column(sa.String(40))
    public: Mapped[str] = mapped_column(sa.Text)
    made_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        sa.CheckConstraint("purpose IN ('badge', 'seal', 'log', 'authority')", name="purpose_known"),
        sa.CheckConstraint(
            "(purpose IN ('log', 'authority')) = (organisation_id IS NULL)", name="issuer_where_needed"
        ),
        sa.Index("uq_signing_key_name", "organisation_id", "purpose", "name", unique=True),
        sa.Index(
            "uq_signing_key_house_name",
            "purpose",
            "name",
            unique=True,
            sqlite_where=sa.text("organisation_id IS NULL"),
            postgresql_where=sa.text("organisation_id IS NULL"),
        ),
    )


class KeyEvent(Base):
    """A key that was retired (what it signed stays good) or became known to others (it does not)."""

    __tablename__ = "key_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    key_id: Mapped[int] = mapped_column(sa.ForeignKey("signing_key.id"))
    kind: Mapped[str] = mapped_column(sa.String(12))
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        sa.CheckConstraint("kind IN ('retired', 'compromised')", name="kind_known"),
        sa.UniqueConstraint("key_id", "kind"),
    )
