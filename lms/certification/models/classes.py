"""Tables of issuing for a class: the run that somebody began, and one row for each person in it."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant, Scoped


class RowOutcome(StrEnum):
    """What became of one person of a class."""

    ISSUED = "issued"
    HAD = "had"
    LEFT = "left"
    NAME = "name"
    GONE = "gone"


class IssueRun(Base):
    """The order to issue under one scheme for a class. While `stopped_at` is set, nothing more is issued."""

    __tablename__ = "issue_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    scheme_id: Mapped[str] = mapped_column(sa.String(60))
    label: Mapped[str] = mapped_column(sa.String(200))
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    request_key: Mapped[str] = mapped_column(sa.String(64), unique=True)
    stopped_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (sa.CheckConstraint("length(label) > 0", name="says_which_class"),)


WAITING = sa.text("outcome IS NULL")


class IssueRow(Scoped, Base):
    """One person of a run. `said` is the sentence that goes with an outcome without a number."""

    __tablename__ = "issue_row"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(sa.ForeignKey("issue_run.id"))
    outcome: Mapped[str | None] = mapped_column(sa.String(10))
    credential_number: Mapped[str | None] = mapped_column(sa.String(24))
    said: Mapped[str] = mapped_column(sa.String(500), default="")
    done_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        sa.UniqueConstraint("run_id", "person_id"),
        sa.CheckConstraint("outcome IN ('issued', 'had', 'left', 'name', 'gone')", name="known_outcome"),
        sa.CheckConstraint("(outcome IS NULL) = (done_at IS NULL)", name="done_with_an_outcome"),
        sa.CheckConstraint(
            "(coalesce(outcome, '') IN ('issued', 'had')) = (credential_number IS NOT NULL)",
            name="issued_with_a_number",
        ),
        sa.Index("ix_issue_row_waiting", "run_id", sqlite_where=WAITING, postgresql_where=WAITING),
    )
