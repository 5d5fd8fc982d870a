"""Tables of what surrounds a decision: sendings, first reviewers' recommendations, appeals and answers.

Rows of all four are only ever added.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant, Scoped


class Sending(Scoped, Base):
    """One sending of an application, the first or a later one, with how each requirement stood then.

    `findings` is missing for those that were sent before it was kept.
    """

    __tablename__ = "sending"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("application.id"))
    round: Mapped[int]
    at: Mapped[datetime] = mapped_column(Instant)
    findings: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))

    __table_args__ = (
        sa.UniqueConstraint("application_id", "round"),
        sa.CheckConstraint("round >= 1", name="counts_from_one"),
    )


class Recommendation(Scoped, Base):
    """A reviewer's word on an application that two must look at; `round` is the sending it speaks of.

    Each reviewer speaks once in a round and each place is taken once, so that two agreeing words are always
    the words of two people.
    """

    __tablename__ = "recommendation"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("application.id"))
    round: Mapped[int]
    place: Mapped[int]
    outcome: Mapped[str] = mapped_column(sa.String(12))
    reason: Mapped[str] = mapped_column(sa.String(2000))
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        sa.UniqueConstraint("application_id", "round", "by_id"),
        sa.UniqueConstraint("application_id", "round", "place"),
        sa.CheckConstraint("round >= 1 AND place BETWEEN 1 AND 3", name="place_of_three"),
        sa.CheckConstraint("outcome IN ('granted', 'refused')", name="known_outcome"),
        sa.CheckConstraint("outcome = 'granted' OR length(reason) > 0", name="reason_when_not_granted"),
        sa.CheckConstraint("by_id <> person_id", name="not_about_oneself"),
    )


class Appeal(Scoped, Base):
    """An applicant's appeal of a refusal, once for each."""

    __tablename__ = "appeal"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("application.id"), unique=True)
    decision_id: Mapped[int] = mapped_column(sa.ForeignKey("decision.id"), unique=True)
    reason: Mapped[str] = mapped_column(sa.String(2000))
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (sa.CheckConstraint("length(reason) > 0", name="says_something"),)


class AppealAnswer(Scoped, Base):
    """The answer to an appeal: upheld, which opens a new application, or the decision stands."""

    __tablename__ = "appeal_answer"

    id: Mapped[int] = mapped_column(primary_key=True)
    appeal_id: Mapped[int] = mapped_column(sa.ForeignKey("appeal.id"), unique=True)
    outcome: Mapped[str] = mapped_column(sa.String(12))
    reason: Mapped[str] = mapped_column(sa.String(2000))
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    new_application_id: Mapped[int | None] = mapped_column(sa.ForeignKey("application.id"), unique=True)

    __table_args__ = (
        sa.CheckConstraint("outcome IN ('upheld', 'stands')", name="known_outcome"),
        sa.CheckConstraint("(outcome = 'upheld') = (new_application_id IS NOT NULL)", name="upheld_reopens"),
        sa.CheckConstraint("length(reason) > 0", name="gives_a_reason"),
        sa.CheckConstraint("by_id <> person_id", name="not_about_oneself"),
    )
