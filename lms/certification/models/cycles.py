"""Tables of cycles, and of audits of renewals. Rows are only ever added: what was is never taken back."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant, Scoped


class CycleRow(Scoped, Base):
    """One period of a certification. `family` is its first number, which corrections of a name keep.

    `decision_id` is missing only where the credential was issued without an application.
    """

    __tablename__ = "cycle"

    id: Mapped[int] = mapped_column(primary_key=True)
    family: Mapped[str] = mapped_column(sa.String(24))
    sequence: Mapped[int]
    starts_on: Mapped[date]
    ends_on: Mapped[date] = mapped_column(index=True)
    scheme_id: Mapped[str] = mapped_column(sa.String(80))
    scheme_version: Mapped[str] = mapped_column(sa.String(40))
    decision_id: Mapped[int | None] = mapped_column(sa.ForeignKey("decision.id"), unique=True)
    opened_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        sa.UniqueConstraint("family", "sequence"),
        sa.CheckConstraint("sequence > 0", name="counted_from_one"),
        sa.CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        sa.CheckConstraint("sequence = 1 OR decision_id IS NOT NULL", name="renewal_was_decided"),
    )


class RenewalAudit(Base):
    """One draw among the renewals of a period: seed and percent make the same draw again."""

    __tablename__ = "renewal_audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    first_on: Mapped[date]
    last_on: Mapped[date]
    percent: Mapped[int]
    seed: Mapped[str] = mapped_column(sa.String(40))
    response_days: Mapped[int]
    drawn_from: Mapped[list[int]] = mapped_column(sa.JSON)

    __table_args__ = (
        sa.UniqueConstraint("organisation_id", "seed"),
        sa.CheckConstraint("percent BETWEEN 1 AND 100", name="percent_of_all"),
        sa.CheckConstraint("response_days > 0", name="time_to_answer"),
        sa.CheckConstraint("last_on >= first_on", name="ends_after_start"),
    )


class RenewalAuditItem(Scoped, Base):
    """One renewal that was drawn; its holder shows the papers by `due_on`."""

    __tablename__ = "renewal_audit_item"

    id: Mapped[int] = mapped_column(primary_key=True)
    audit_id: Mapped[int] = mapped_column(sa.ForeignKey("renewal_audit.id"))
    cycle_id: Mapped[int] = mapped_column(sa.ForeignKey("cycle.id"), index=True)
    due_on: Mapped[date]

    __table_args__ = (sa.UniqueConstraint("audit_id", "cycle_id"),)
