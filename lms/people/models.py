"""Tables of people, organisations, roles, sign-in sessions, invitations and attestations."""

from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from flask_security import RoleMixin, UserMixin, WebAuthnMixin
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.db import Base, Instant


class Person(Base, UserMixin):
    """Anyone with an account. The chosen name is used everywhere but on legal documents."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(320), unique=True)
    chosen_name: Mapped[str] = mapped_column(sa.String(120))
    legal_name: Mapped[str] = mapped_column(sa.String(200))
    timezone: Mapped[str] = mapped_column(sa.String(60), default="America/New_York")
    language: Mapped[str] = mapped_column(sa.String(10), default="en")
    created_at: Mapped[datetime] = mapped_column(Instant)
    # What Flask-Security reads and writes:
    password: Mapped[str | None] = mapped_column(sa.String(255))
    is_password_long: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(sa.String(64), unique=True)
    fs_webauthn_user_handle: Mapped[str | None] = mapped_column(sa.String(64), unique=True)  # type: ignore[assignment]
    tf_primary_method: Mapped[str | None] = mapped_column(sa.String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(sa.String(255))
    tf_last_counter: Mapped[int | None]
    mf_recovery_codes: Mapped[list[Any] | None] = mapped_column(MutableList.as_mutable(sa.JSON()))

    webauthn: Mapped[list["Passkey"]] = relationship(  # type: ignore[assignment]
        cascade="all, delete-orphan", order_by="Passkey.id"
    )
    roles: ClassVar[list[Any]] = []  # type: ignore[misc]

    __table_args__ = (sa.CheckConstraint("email = lower(email)", name="email_lower"),)


class SecurityRole(Base, RoleMixin):
    """Asked for by Flask-Security and unused: roles are `RoleGrant` rows, each within an organisation."""

    __tablename__ = "security_role"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(80), unique=True)


class Passkey(Base, WebAuthnMixin):
    """A registered passkey or security key."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = mapped_column(sa.LargeBinary(1024), unique=True)
    public_key: Mapped[bytes] = mapped_column(sa.LargeBinary)
    sign_count: Mapped[int] = mapped_column(default=0)
    transports: Mapped[list[Any] | None] = mapped_column(MutableList.as_mutable(sa.JSON()))
    backup_state: Mapped[bool]
    device_type: Mapped[str] = mapped_column(sa.String(64))
    extensions: Mapped[str | None] = mapped_column(sa.String(255))
    lastuse_datetime: Mapped[datetime] = mapped_column(sa.DateTime)
    name: Mapped[str] = mapped_column(sa.String(64))
    usage: Mapped[str] = mapped_column(sa.String(64))


class Organisation(Base):
    """A training provider, a placement site's employer or a certifying body; one can be several."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(60), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    timezone: Mapped[str] = mapped_column(sa.String(60), default="America/New_York")
    is_training_provider: Mapped[bool] = mapped_column(default=False)
    is_placement_site: Mapped[bool] = mapped_column(default=False)
    is_certifying_body: Mapped[bool] = mapped_column(default=False)
    signatory_name: Mapped[str | None] = mapped_column(sa.String(120))
    signatory_title: Mapped[str | None] = mapped_column(sa.String(120))

    __table_args__ = (
        sa.CheckConstraint(
            "is_training_provider OR is_placement_site OR is_certifying_body", name="has_a_kind"
        ),
    )


class RoleGrant(Base):
    """A role that a person holds in an organisation, from when until when."""

    __tablename__ = "role_grant"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    role: Mapped[str] = mapped_column(sa.String(20))
    granted_at: Mapped[datetime] = mapped_column(Instant)
    granted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    ended_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        sa.Index("ix_role_grant_person_id_ended_at", "person_id", "ended_at"),
        sa.Index(
            "uq_role_grant_standing",
            "person_id",
            "organisation_id",
            "role",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )


class SignInSession(Base):
    """One signed-in browser. The cookie holds a token; the row holds its hash and can be ended here."""

    __tablename__ = "sign_in_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    started_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    has_second_factor: Mapped[bool] = mapped_column(default=False)
    device: Mapped[str] = mapped_column(sa.String(200), default="")


class Invitation(Base):
    """An invitation to join an organisation in a role; the link holds a token, the row its hash."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    email: Mapped[str] = mapped_column(sa.String(320), index=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    role: Mapped[str] = mapped_column(sa.String(20))
    invited_by: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    invited_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    accepted_at: Mapped[datetime | None] = mapped_column(Instant)
    accepted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    __table_args__ = (
        sa.CheckConstraint("(accepted_at IS NULL) = (accepted_by IS NULL)", name="accepted_by_someone"),
    )


class SignInFailure(Base):
    """A sign-in that did not succeed, counted against the account and the address it came from."""

    __tablename__ = "sign_in_failure"

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(sa.String(64))
    address: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        sa.Index("ix_sign_in_failure_account_at", "account", "at"),
        sa.Index("ix_sign_in_failure_address_at", "address", "at"),
    )


class Attestation(Base):
    """A statement that a person made, by the text and version that was shown."""

    __tablename__ = "attestation"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    text_id: Mapped[str] = mapped_column(sa.String(60))
    text_version: Mapped[int]
    given_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (sa.UniqueConstraint("person_id", "text_id", "text_version"),)
