"""Tables of the registry: tokens of the programming interface, and answers kept for repeated requests."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant


class ApiToken(Base):
    """A token of an organisation. Only the SHA-256 of it is kept; `once` is the form it was made with."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    scopes: Mapped[str] = mapped_column(sa.String(200))
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    once: Mapped[str] = mapped_column(sa.String(36), unique=True)
    made_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(Instant)
    expires_on: Mapped[date]
    last_used_on: Mapped[date | None]
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    __table_args__ = (
        sa.CheckConstraint("(revoked_at IS NULL) = (revoked_by_id IS NULL)", name="revoked_by_somebody"),
        sa.CheckConstraint("scopes <> ''", name="scopes_named"),
    )


class ApiAnswer(Base):
    """What a token's request with an idempotency key was answered. The same key is answered once."""

    __tablename__ = "api_answer"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_id: Mapped[int] = mapped_column(sa.ForeignKey("api_token.id"))
    key: Mapped[str] = mapped_column(sa.String(200))
    request_sha256: Mapped[str] = mapped_column(sa.String(64))
    body: Mapped[str] = mapped_column(sa.Text)
    at: Mapped[datetime] = mapped_column(Instant, index=True)

    __table_args__ = (sa.UniqueConstraint("token_id", "key"),)
