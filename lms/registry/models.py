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


# --- who is told when the status of a credential changes ----------------------------------------------


class StatusWatch(Base):
    """That somebody asks to be told of changes of one credential: an organisation here, or a mail address.

    The row stays when it is ended, as its holder may read who asked; the address goes.
    """

    __tablename__ = "status_watch"

    id: Mapped[int] = mapped_column(primary_key=True)
    credential_id: Mapped[int] = mapped_column(sa.ForeignKey("credential.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    address: Mapped[str | None] = mapped_column(sa.String(320), index=True)
    language: Mapped[str] = mapped_column(sa.String(10))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        sa.CheckConstraint("name <> ''", name="named"),
        sa.CheckConstraint("address = lower(address)", name="address_lower"),
        sa.CheckConstraint("organisation_id IS NULL OR address IS NULL", name="one_way"),
        sa.CheckConstraint(
            "ended_at IS NOT NULL OR organisation_id IS NOT NULL OR address IS NOT NULL", name="can_be_told"
        ),
        sa.Index(
            "uq_status_watch_credential_id_address",
            "credential_id",
            "address",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
        sa.Index(
            "uq_status_watch_credential_id_organisation_id",
            "credential_id",
            "organisation_id",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )


class WatchConsent(Base):
    """A holder's word on one watcher, under a text and its version. Rows are only added; the newest holds.

    `from_at` is since when they have agreed without a break, `ends_at` when that ends by itself.
    """

    __tablename__ = "watch_consent"

    id: Mapped[int] = mapped_column(primary_key=True)
    watch_id: Mapped[int] = mapped_column(sa.ForeignKey("status_watch.id"), index=True)
    is_agreed: Mapped[bool]
    from_at: Mapped[datetime | None] = mapped_column(Instant)
    ends_at: Mapped[datetime | None] = mapped_column(Instant)
    text_id: Mapped[str] = mapped_column(sa.String(40))
    text_version: Mapped[int]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        sa.CheckConstraint("is_agreed = (ends_at IS NOT NULL)", name="agreed_until"),
        sa.CheckConstraint("is_agreed = (from_at IS NOT NULL)", name="agreed_from"),
        sa.CheckConstraint("ends_at IS NULL OR ends_at > at", name="ends_later"),
        sa.CheckConstraint("from_at IS NULL OR from_at <= at", name="begins_before"),
    )


class StatusChange(Base):
    """One change of a watched credential, as it was noticed. Rows are only added; `key` names it for ever."""

    __tablename__ = "status_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    credential_id: Mapped[int] = mapped_column(sa.ForeignKey("credential.id"))
    key: Mapped[str] = mapped_column(sa.String(80))
    kind: Mapped[str] = mapped_column(sa.String(20))
    status: Mapped[str] = mapped_column(sa.String(20))
    since: Mapped[date]
    valid_until: Mapped[date | None]
    reason_class: Mapped[str | None] = mapped_column(sa.String(20))
    superseded_by: Mapped[str | None] = mapped_column(sa.String(24))
    at: Mapped[datetime] = mapped_column(Instant)
    noted_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (sa.UniqueConstraint("credential_id", "key"),)


class WatchEndpoint(Base):
    """Where an organisation's program is told. Its secret is made from the nonce and is kept nowhere."""

    __tablename__ = "watch_endpoint"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    url: Mapped[str] = mapped_column(sa.String(500))
    nonce: Mapped[str] = mapped_column(sa.String(64))
    nonce_before: Mapped[str | None] = mapped_column(sa.String(64))
    before_until: Mapped[datetime | None] = mapped_column(Instant)
    made_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(Instant)
    rests_until: Mapped[datetime | None] = mapped_column(Instant)
    paused_at: Mapped[datetime | None] = mapped_column(Instant)
    stopped_at: Mapped[datetime | None] = mapped_column(Instant)
    removed_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        sa.CheckConstraint("(nonce_before IS NULL) = (before_until IS NULL)", name="overlap_ends"),
        sa.Index(
            "uq_watch_endpoint_organisation_id",
            "organisation_id",
            unique=True,
            sqlite_where=sa.text("removed_at IS NULL"),
            postgresql_where=sa.text("removed_at IS NULL"),
        ),
    )


class StatusDelivery(Base):
    """One change told to one watcher, once; or, without both, a test of an endpoint.

    `told_at` is the only sign that it arrived. `next_try_at` is None for what goes by mail.
    """

    __tablename__ = "status_delivery"

    id: Mapped[int] = mapped_column(primary_key=True)
    watch_id: Mapped[int | None] = mapped_column(sa.ForeignKey("status_watch.id"))
    change_id: Mapped[int | None] = mapped_column(sa.ForeignKey("status_change.id"), index=True)
    endpoint_id: Mapped[int | None] = mapped_column(sa.ForeignKey("watch_endpoint.id"), index=True)
    message_id: Mapped[str] = mapped_column(sa.String(40), unique=True)
    noted_at: Mapped[datetime] = mapped_column(Instant)
    next_try_at: Mapped[datetime | None] = mapped_column(Instant)
    tries: Mapped[int] = mapped_column(default=0)
    tried_at: Mapped[datetime | None] = mapped_column(Instant)
    last_code: Mapped[int | None]
    last_said: Mapped[str | None] = mapped_column(sa.String(20))
    told_at: Mapped[datetime | None] = mapped_column(Instant)
    dropped_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        sa.UniqueConstraint("watch_id", "change_id"),
        sa.CheckConstraint("(watch_id IS NULL) = (change_id IS NULL)", name="change_for_a_watcher"),
        sa.CheckConstraint("watch_id IS NOT NULL OR endpoint_id IS NOT NULL", name="goes_somewhere"),
        sa.CheckConstraint("told_at IS NULL OR dropped_at IS NULL", name="told_or_dropped"),
        sa.Index(
            "ix_status_delivery_open",
            "next_try_at",
            sqlite_where=sa.text("told_at IS NULL AND dropped_at IS NULL"),
            postgresql_where=sa.text("told_at IS NULL AND dropped_at IS NULL"),
        ),
    )
