"""Disagreements with an act, and their timelines."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant, Scoped
from lms.practice.models.constraints import one_of
from lms.practice.rules import DisputeKind, Outcome


class Dispute(Scoped, Base):
    """A trainee's disagreement with one act. Only ever added; its timeline says how it stands."""

    __tablename__ = "dispute"
    __table_args__ = (
        sa.UniqueConstraint("sign_off_id"),
        sa.CheckConstraint("supervisor_id <> person_id", name="not_oneself"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("practice_entry.id"), index=True)
    sign_off_id: Mapped[int] = mapped_column(sa.ForeignKey("sign_off.id"))
    supervisor_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    opened_at: Mapped[datetime] = mapped_column(Instant)
    due_at: Mapped[datetime] = mapped_column(Instant, index=True)


class DisputeEvent(Scoped, Base):
    """One step of a dispute. Only ever added; all but answers happen once."""

    __tablename__ = "dispute_event"
    __table_args__ = (
        sa.Index(
            "uq_dispute_event_once",
            "dispute_id",
            "kind",
            unique=True,
            sqlite_where=sa.text("kind <> 'answered'"),
            postgresql_where=sa.text("kind <> 'answered'"),
        ),
        sa.CheckConstraint(one_of("kind", DisputeKind), name="kind_known"),
        sa.CheckConstraint(f"outcome IS NULL OR {one_of('outcome', Outcome)}", name="outcome_known"),
        sa.CheckConstraint("(kind = 'decided') = (outcome IS NOT NULL)", name="decision_has_outcome"),
        sa.CheckConstraint("kind IN ('escalated', 'settled') OR length(words) > 0", name="says_something"),
        sa.CheckConstraint("kind = 'escalated' OR by_id IS NOT NULL", name="a_person_speaks"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    dispute_id: Mapped[int] = mapped_column(sa.ForeignKey("dispute.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(16))
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    words: Mapped[str] = mapped_column(sa.String(2000))
    outcome: Mapped[str | None] = mapped_column(sa.String(16))
