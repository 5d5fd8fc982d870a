"""Tables of a record that its holder lets a named person see for a while, and of each look at it."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant


class ShareGrant(Base):
    """A holder's leave: who may see which parts of the record under which scheme, what for, and until when.

    Only the hash of the link's token is kept, so nobody who reads the table can open what is shared.
    """

    __tablename__ = "share_grant"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    scheme_id: Mapped[str] = mapped_column(sa.String(60))
    recipient_name: Mapped[str] = mapped_column(sa.String(120))
    recipient_email: Mapped[str] = mapped_column(sa.String(320))
    purpose: Mapped[str] = mapped_column(sa.String(300))
    parts: Mapped[list[str]] = mapped_column(sa.JSON)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    request_key: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        sa.CheckConstraint("ends_at > created_at", name="ends_later"),
        sa.CheckConstraint("revoked_at IS NULL OR revoked_at >= created_at", name="revoked_later"),
        sa.CheckConstraint(
            "length(recipient_name) > 0 AND length(recipient_email) > 0 AND length(purpose) > 0",
            name="names_a_recipient_and_a_purpose",
        ),
    )


class ShareLook(Base):
    """One look at what was shared; only ever added. No network address is kept."""

    __tablename__ = "share_look"

    id: Mapped[int] = mapped_column(primary_key=True)
    grant_id: Mapped[int] = mapped_column(sa.ForeignKey("share_grant.id"), index=True)
    at: Mapped[datetime] = mapped_column(Instant)
