"""What a supervisor signs as a whole: a week or a month of one placement."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant, Scoped
from lms.practice.models.constraints import one_of
from lms.practice.periods import PeriodKind

_REPLACES = sa.text("replaces_id IS NOT NULL")
_FIRST = sa.text("replaces_id IS NULL")


class PeriodSignature(Scoped, Base):
    """One signature over the signed lines of a period. Only ever added; a newer one names what it replaces."""

    __tablename__ = "period_signature"
    __table_args__ = (
        sa.Index(
            "uq_period_signature_first",
            "placement_id",
            "by_id",
            "kind",
            "starts_on",
            unique=True,
            sqlite_where=_FIRST,
            postgresql_where=_FIRST,
        ),
        sa.Index(
            "uq_period_signature_replaces_id",
            "replaces_id",
            unique=True,
            sqlite_where=_REPLACES,
            postgresql_where=_REPLACES,
        ),
        sa.CheckConstraint(one_of("kind", PeriodKind), name="kind_known"),
        sa.CheckConstraint("ends_on > starts_on", name="ends_after_start"),
        sa.CheckConstraint("minutes > 0 AND sessions >= 0 AND session_minutes >= 0", name="amounts_make_sense"),
        sa.CheckConstraint("by_id <> person_id", name="not_oneself"),
        sa.CheckConstraint("length(sha256) = 64", name="hash_is_whole"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    placement_id: Mapped[int] = mapped_column(sa.ForeignKey("placement.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(8))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    minutes: Mapped[int]
    sessions: Mapped[int]
    session_minutes: Mapped[int]
    replaces_id: Mapped[int | None] = mapped_column(sa.ForeignKey("period_signature.id"))
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    by_name: Mapped[str] = mapped_column(sa.String(200))
    at: Mapped[datetime] = mapped_column(Instant)
    method: Mapped[str] = mapped_column(sa.String(24))
    statement_version: Mapped[int]
    statement: Mapped[str] = mapped_column(sa.Text)
    line: Mapped[str] = mapped_column(sa.Text)
    sha256: Mapped[str] = mapped_column(sa.String(64))
