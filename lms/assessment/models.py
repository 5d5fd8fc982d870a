"""Attempts, the answers saved in them, their results, and extra time for a person."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant, Scoped

_IS_OPEN = sa.text("handed_in_at IS NULL")


class ClosedBy(StrEnum):
    """Who ended an attempt."""

    PERSON = "person"
    CLOCK = "clock"


class Attempt(Scoped, Base):
    """One sitting: the exact form given (key included), its deadline, and how it ended.

    The row is there before the first item is sent. `version` counts the changes, so that whoever judged
    an older state can tell.
    """

    __tablename__ = "attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    examination_id: Mapped[str] = mapped_column(sa.String(80))
    form_id: Mapped[str] = mapped_column(sa.String(80))
    form_revision: Mapped[int]
    form: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    form_hash: Mapped[str] = mapped_column(sa.String(64))
    minutes: Mapped[int]
    time_percent: Mapped[int]
    cut_percent: Mapped[int]
    may_pause: Mapped[bool]
    number: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(Instant)
    deadline_at: Mapped[datetime] = mapped_column(Instant)
    paused_at: Mapped[datetime | None] = mapped_column(Instant)
    handed_in_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_by: Mapped[str | None] = mapped_column(sa.String(10))
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (
        sa.UniqueConstraint("person_id", "examination_id", "number"),
        sa.Index(
            "uq_attempt_one_open",
            "person_id",
            "examination_id",
            unique=True,
            sqlite_where=_IS_OPEN,
            postgresql_where=_IS_OPEN,
        ),
        sa.Index("ix_attempt_overdue", "deadline_at", sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN),
        sa.CheckConstraint("(handed_in_at IS NULL) = (closed_by IS NULL)", name="closed_by_someone"),
        sa.CheckConstraint("closed_by IN ('person', 'clock')", name="closed_by_known"),
        sa.CheckConstraint(
            "paused_at IS NULL OR (may_pause AND handed_in_at IS NULL)", name="paused_while_open"
        ),
        sa.CheckConstraint("deadline_at > started_at", name="deadline_after_start"),
        sa.CheckConstraint("number >= 1", name="number_counts"),
        sa.CheckConstraint("time_percent >= 100", name="time_not_shortened"),
        sa.CheckConstraint("cut_percent BETWEEN 1 AND 100", name="cut_in_percent"),
    )


class Response(Scoped, Base):
    """The answer saved for one item of an attempt: the ids of the options chosen, and a flag to come back."""

    __tablename__ = "response"

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(sa.ForeignKey("attempt.id"))
    item_id: Mapped[str] = mapped_column(sa.String(80))
    chosen: Mapped[list[str]] = mapped_column(sa.JSON)
    is_flagged: Mapped[bool] = mapped_column(default=False)
    saved_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (sa.UniqueConstraint("attempt_id", "item_id"),)


class Result(Scoped, Base):
    """What an attempt earned. Rows are only added; the check keeps "passed" true to points and cut."""

    __tablename__ = "result"

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(sa.ForeignKey("attempt.id"), unique=True)
    points: Mapped[int]
    of_points: Mapped[int]
    percent: Mapped[int]
    cut_percent: Mapped[int]
    is_passed: Mapped[bool]
    domains: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON)
    graded_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        sa.CheckConstraint("of_points >= 1 AND points BETWEEN 0 AND of_points", name="points_in_range"),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name="percent_in_range"),
        sa.CheckConstraint("is_passed = (points * 100 >= cut_percent * of_points)", name="passed_by_the_cut"),
    )


class Accommodation(Scoped, Base):
    """Extra time of a person in an organisation's examinations, in percent of the usual time."""

    __tablename__ = "accommodation"

    id: Mapped[int] = mapped_column(primary_key=True)
    time_percent: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        sa.UniqueConstraint("organisation_id", "person_id"),
        sa.CheckConstraint("time_percent BETWEEN 100 AND 400", name="time_in_range"),
    )
