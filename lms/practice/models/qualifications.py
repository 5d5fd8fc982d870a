"""What a supervisor holds, as somebody has checked it."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant
from lms.practice.models.constraints import one_of
from lms.practice.standing_to_sign import Credential


class SupervisorQualification(Base):
    """A credential of a supervisor and the days it is good for, as an organisation checked it.

    Only ever added. It lies in nobody's scope, as every trainee's hours depend on it: the routes decide who
    sees the page about it.
    """

    __tablename__ = "supervisor_qualification"
    __table_args__ = (
        sa.UniqueConstraint("organisation_id", "client_key"),
        sa.CheckConstraint(one_of("credential", Credential), name="credential_known"),
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="ends_after_start"),
        sa.CheckConstraint("checked_by_id <> supervisor_id", name="not_checked_by_oneself"),
        sa.CheckConstraint("length(source) > 0", name="source_named"),
        sa.CheckConstraint(
            "training_minutes >= 0 AND practice_minutes >= 0 AND joint_minutes >= 0", name="amounts_positive"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    supervisor_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    credential: Mapped[str] = mapped_column(sa.String(32))
    number: Mapped[str] = mapped_column(sa.String(80))
    issuer: Mapped[str] = mapped_column(sa.String(120))
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    training_minutes: Mapped[int]
    practice_minutes: Mapped[int]
    joint_minutes: Mapped[int]
    source: Mapped[str] = mapped_column(sa.String(300))
    checked_by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    checked_at: Mapped[datetime] = mapped_column(Instant)
    client_key: Mapped[str] = mapped_column(sa.String(64))


class QualificationEnd(Base):
    """From which day a qualification no longer holds, and why. Only ever added, once for each."""

    __tablename__ = "qualification_end"
    __table_args__ = (
        sa.UniqueConstraint("qualification_id"),
        sa.CheckConstraint("length(reason) > 0", name="has_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    qualification_id: Mapped[int] = mapped_column(sa.ForeignKey("supervisor_qualification.id"))
    ended_on: Mapped[date]
    reason: Mapped[str] = mapped_column(sa.String(500))
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Instant)
