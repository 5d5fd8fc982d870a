"""Where a trainee practises, and who may sign for it."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant, Scoped


class Placement(Scoped, Base):
    """Where a trainee practises, in which role, between which days."""

    __tablename__ = "placement"
    __table_args__ = (
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),
        sa.CheckConstraint("role IN ('paid', 'volunteer')", name="role_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_name: Mapped[str] = mapped_column(sa.String(120))
    site_organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation.id"))
    zone: Mapped[str] = mapped_column(sa.String(64))
    role: Mapped[str] = mapped_column(sa.String(16))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(Instant)


class SupervisionAgreement(Scoped, Base):
    """Who may sign for a placement, and for which days."""

    __tablename__ = "supervision_agreement"
    __table_args__ = (
        sa.UniqueConstraint("placement_id", "supervisor_id", "starts_on"),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),
        sa.CheckConstraint("supervisor_id <> person_id", name="not_oneself"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    placement_id: Mapped[int] = mapped_column(sa.ForeignKey("placement.id"), index=True)
    supervisor_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(Instant)
