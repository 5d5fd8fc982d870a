"""Tables of applications, decisions, reviewers' notes, and when a person was last checked for completions.

A decision is never changed: it keeps what was found, what it was found from, and the scheme as it was
worded, so that it can be replayed.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant, Scoped


class State(StrEnum):
    """Where an application stands."""

    SUBMITTED = "submitted"
    RETURNED = "returned"
    GRANTED = "granted"
    REFUSED = "refused"


class Outcome(StrEnum):
    """What a decision says."""

    GRANTED = "granted"
    RETURNED = "returned"
    REFUSED = "refused"


OPEN = sa.text("state IN ('submitted', 'returned')")
FINAL = sa.text("outcome IN ('granted', 'refused')")
AUTOMATIC = sa.text("is_automatic")


class Application(Scoped, Base):
    """A person's request under one version of a scheme. `organisation_id` is the certifying body.

    An automatic one belongs to a scheme without review: it is granted in the moment it is made.
    """

    __tablename__ = "application"

    id: Mapped[int] = mapped_column(primary_key=True)
    scheme_id: Mapped[str] = mapped_column(sa.String(60))
    scheme_version: Mapped[int]
    state: Mapped[str] = mapped_column(sa.String(12))
    is_automatic: Mapped[bool] = mapped_column(default=False)
    submitted_at: Mapped[datetime] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        sa.CheckConstraint("state IN ('submitted', 'returned', 'granted', 'refused')", name="known_state"),
        sa.CheckConstraint(
            "(state IN ('granted', 'refused')) = (closed_at IS NOT NULL)", name="closed_when_decided"
        ),
        sa.CheckConstraint("NOT is_automatic OR state = 'granted'", name="automatic_is_granted"),
        sa.Index("ix_application_organisation_id_state", "organisation_id", "state", "submitted_at"),
        sa.Index(
            "uq_application_open",
            "person_id",
            "scheme_id",
            unique=True,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
        sa.Index(
            "uq_application_automatic",
            "person_id",
            "scheme_id",
            unique=True,
            sqlite_where=AUTOMATIC,
            postgresql_where=AUTOMATIC,
        ),
    )


class Decision(Scoped, Base):
    """What was decided on an application, by whom (nobody for an automatic one), and on what grounds."""

    __tablename__ = "decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("application.id"), index=True)
    outcome: Mapped[str] = mapped_column(sa.String(12))
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    reason: Mapped[str] = mapped_column(sa.String(2000), default="")
    scheme_id: Mapped[str] = mapped_column(sa.String(60))
    scheme_version: Mapped[int]
    as_of: Mapped[date]
    findings: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    inputs: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    evidence: Mapped[list[str]] = mapped_column(sa.JSON)
    evidence_hash: Mapped[str] = mapped_column(sa.String(64))
    request_key: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    credential_number: Mapped[str | None] = mapped_column(sa.String(64), unique=True)

    __table_args__ = (
        sa.CheckConstraint("outcome IN ('granted', 'returned', 'refused')", name="known_outcome"),
        sa.CheckConstraint(
            "(outcome = 'granted') = (credential_number IS NOT NULL)", name="number_when_granted"
        ),
        sa.CheckConstraint("outcome = 'granted' OR length(reason) > 0", name="reason_when_not_granted"),
        sa.CheckConstraint("outcome = 'granted' OR by_id IS NOT NULL", name="a_person_says_no"),
        sa.CheckConstraint("by_id IS NULL OR by_id <> person_id", name="not_about_oneself"),
        sa.Index(
            "uq_decision_final",
            "application_id",
            unique=True,
            sqlite_where=FINAL,
            postgresql_where=FINAL,
        ),
    )


class ReviewNote(Scoped, Base):
    """What a reviewer noted for the other reviewers of the body; only ever added."""

    __tablename__ = "review_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("application.id"), index=True)
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    text: Mapped[str] = mapped_column(sa.String(2000))

    __table_args__ = (sa.CheckConstraint("length(text) > 0", name="says_something"),)


class CompletionCheck(Base):
    """When a person was last looked at for schemes that issue at once."""

    __tablename__ = "completion_check"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    checked_at: Mapped[datetime] = mapped_column(Instant)
