"""Competency evaluations and the steps that were taken on them. Rows are only ever added."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant, Scoped
from lms.practice.evaluations import Step
from lms.practice.models.constraints import one_of

ONCE = sa.text("kind <> 'commented'")
ANSWERED = sa.text("kind IN ('approved', 'asked')")


class CompetencyEvaluation(Scoped, Base):
    """What is evaluated: a rubric, a span of practice at one placement, and when something of it was seen."""

    __tablename__ = "competency_evaluation"
    __table_args__ = (
        sa.UniqueConstraint("person_id", "client_key"),
        sa.CheckConstraint("until_on >= from_on", name="ends_after_start"),
        sa.CheckConstraint("observed_on BETWEEN from_on AND until_on", name="seen_in_its_days"),
        sa.CheckConstraint("length(rubric_sha256) = 64", name="hash_is_whole"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    placement_id: Mapped[int] = mapped_column(sa.ForeignKey("placement.id"), index=True)
    rubric_id: Mapped[str] = mapped_column(sa.String(60))
    rubric_revision: Mapped[int]
    rubric_sha256: Mapped[str] = mapped_column(sa.String(64))
    from_on: Mapped[date]
    until_on: Mapped[date]
    observed_on: Mapped[date]
    setting: Mapped[str] = mapped_column(sa.String(280))
    client_key: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[datetime] = mapped_column(Instant)


class EvaluationStep(Scoped, Base):
    """One signed step: what was seen, the scores, the answer, or the trainee's own words."""

    __tablename__ = "evaluation_step"
    __table_args__ = (
        sa.Index(
            "uq_evaluation_step_once",
            "evaluation_id",
            "kind",
            unique=True,
            sqlite_where=ONCE,
            postgresql_where=ONCE,
        ),
        sa.Index(
            "uq_evaluation_step_answer",
            "evaluation_id",
            unique=True,
            sqlite_where=ANSWERED,
            postgresql_where=ANSWERED,
        ),
        sa.CheckConstraint(one_of("kind", Step), name="kind_known"),
        sa.CheckConstraint("(kind = 'commented') = (by_id = person_id)", name="trainee_comments"),
        sa.CheckConstraint(
            "(kind = 'scored') = (minutes IS NOT NULL AND is_passed IS NOT NULL)", name="scored_is_whole"
        ),
        sa.CheckConstraint(
            "(kind IN ('approved', 'asked')) = (evaluator_id IS NOT NULL)", name="answer_names_evaluator"
        ),
        sa.CheckConstraint("evaluator_id IS NULL OR evaluator_id <> by_id", name="two_people"),
        sa.CheckConstraint("kind IN ('scored', 'approved') OR length(words) > 0", name="says_something"),
        sa.CheckConstraint("length(sha256) = 64", name="hash_is_whole"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    evaluation_id: Mapped[int] = mapped_column(sa.ForeignKey("competency_evaluation.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(12))
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    by_name: Mapped[str] = mapped_column(sa.String(200))
    at: Mapped[datetime] = mapped_column(Instant)
    words: Mapped[str] = mapped_column(sa.String(2000), default="")
    evaluator_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    minutes: Mapped[int | None]
    is_passed: Mapped[bool | None]
    scores: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    method: Mapped[str] = mapped_column(sa.String(24))
    statement_version: Mapped[int]
    statement: Mapped[str] = mapped_column(sa.Text)
    line: Mapped[str] = mapped_column(sa.Text)
    sha256: Mapped[str] = mapped_column(sa.String(64))
