"""Tables of what a holder chooses: codes that show more to somebody, being found by name, and being named.

Choices are rows that are only ever added; the newest one holds.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant


class ShareCode(Base):
    """A holder's code: who it is for, what it shows of one credential, how often it opens, and until when.

    Only the hash of the code is kept, so nobody who reads the table can use it. Once the holder's data are
    erased, `for_whom` is "-".
    """

    __tablename__ = "share_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    credential_id: Mapped[int] = mapped_column(sa.ForeignKey("credential.id"), index=True)
    for_whom: Mapped[str] = mapped_column(sa.String(120))
    parts: Mapped[list[str]] = mapped_column(sa.JSON)
    most_looks: Mapped[int]
    code_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    request_key: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        sa.CheckConstraint("ends_at > created_at", name="ends_later"),
        sa.CheckConstraint("revoked_at IS NULL OR revoked_at >= created_at", name="revoked_later"),
        sa.CheckConstraint("length(for_whom) > 0", name="names_a_reader"),
        sa.CheckConstraint("most_looks > 0", name="opens_once_at_least"),
    )


class ShareCodeLook(Base):
    """One opening by a code; `turn` counts them, so that two at once cannot both be the last one."""

    __tablename__ = "share_code_look"

    id: Mapped[int] = mapped_column(primary_key=True)
    code_id: Mapped[int] = mapped_column(sa.ForeignKey("share_code.id"))
    turn: Mapped[int]
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        sa.UniqueConstraint("code_id", "turn"),
        sa.CheckConstraint("turn > 0", name="turn_counts"),
    )


class PublicListing(Base):
    """A holder's word that a credential may be found by its name, or may no longer be."""

    __tablename__ = "public_listing"

    id: Mapped[int] = mapped_column(primary_key=True)
    credential_id: Mapped[int] = mapped_column(sa.ForeignKey("credential.id"), index=True)
    is_listed: Mapped[bool]
    at: Mapped[datetime] = mapped_column(Instant)


class NameSearchRule(Base):
    """A body's word whether its register may be searched by name at all."""

    __tablename__ = "name_search_rule"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    is_allowed: Mapped[bool]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Instant)


class IdentityChoice(Base):
    """What a person's machine-readable credentials are to say of them, from then on."""

    __tablename__ = "identity_choice"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    shows: Mapped[str] = mapped_column(sa.String(20))
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (sa.CheckConstraint("shows IN ('name', 'name_email', 'nothing')", name="shows_known"),)
