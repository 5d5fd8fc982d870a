"""Tables of issued credentials and what happened to them.

A credential row is written once and never changed: a correction is a new row that names the one it
replaces, and a suspension or revocation is an event. What its state is, `states.py` computes.
"""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant, Scoped


class Credential(Scoped, Base):
    """One numbered document: `organisation_id` is the issuer, `person_id` the holder."""

    __tablename__ = "credential"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(24), unique=True)
    kind: Mapped[str] = mapped_column(sa.String(20))
    title: Mapped[str] = mapped_column(sa.String(200))
    name_as_issued: Mapped[str] = mapped_column(sa.String(200))
    name_key: Mapped[str] = mapped_column(sa.String(400))
    issuer_name: Mapped[str] = mapped_column(sa.String(200))
    zone: Mapped[str] = mapped_column(sa.String(60))
    scheme_id: Mapped[str] = mapped_column(sa.String(80))
    scheme_version: Mapped[str] = mapped_column(sa.String(40))
    content: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    issued_on: Mapped[date]
    valid_until: Mapped[date | None]
    decision_key: Mapped[str] = mapped_column(sa.String(200), unique=True)
    issued_at: Mapped[datetime] = mapped_column(Instant)
    issued_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    replaces_id: Mapped[int | None] = mapped_column(sa.ForeignKey("credential.id"))

    __table_args__ = (
        sa.CheckConstraint("kind IN ('certification', 'completion')", name="kind_known"),
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= issued_on", name="ends_after_start"),
        sa.CheckConstraint("replaces_id IS NULL OR replaces_id <> id", name="replaces_another"),
        # Not a plain constraint: a planner that has counted the many rows without one would rather scan.
        sa.Index(
            "uq_credential_replaces_id",
            "replaces_id",
            unique=True,
            sqlite_where=sa.text("replaces_id IS NOT NULL"),
            postgresql_where=sa.text("replaces_id IS NOT NULL"),
        ),
        sa.Index("ix_credential_organisation_id_id", "organisation_id", "id"),
    )


class StatusEvent(Base):
    """A suspension, reinstatement, revocation or the like. Rows are only ever added."""

    __tablename__ = "status_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    credential_id: Mapped[int] = mapped_column(sa.ForeignKey("credential.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(20))
    reason: Mapped[str] = mapped_column(sa.Text)
    reason_class: Mapped[str | None] = mapped_column(sa.String(20))
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        sa.CheckConstraint(
            "kind IN ('suspended', 'reinstated', 'revoked', 'made_inactive', 'probation', 'relinquished', "
            "'erased')",
            name="kind_known",
        ),
        sa.CheckConstraint("reason <> ''", name="reason_given"),
    )


class CredentialRenewal(Base):
    """A new period under the same number. Rows are only ever added; the earlier period stays readable."""

    __tablename__ = "credential_renewal"

    id: Mapped[int] = mapped_column(primary_key=True)
    credential_id: Mapped[int] = mapped_column(sa.ForeignKey("credential.id"))
    sequence: Mapped[int]
    starts_on: Mapped[date]
    valid_until: Mapped[date]
    previous_until: Mapped[date]
    decision_key: Mapped[str] = mapped_column(sa.String(200), unique=True)
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        sa.UniqueConstraint("credential_id", "sequence"),
        sa.CheckConstraint("sequence > 1", name="after_the_first"),
        sa.CheckConstraint("starts_on > previous_until", name="no_overlap"),
        sa.CheckConstraint("valid_until >= starts_on", name="ends_after_start"),
    )
