"""The audit trail: one row for each act that changed something. Rows are only ever added."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms import clock
from lms.db import Base, Instant, session


class Action(StrEnum):
    """What was done, as `slice.verb`."""

    # people
    PEOPLE_SIGN_IN = "people.sign_in"
    PEOPLE_SIGN_OUT = "people.sign_out"
    PEOPLE_INVITE = "people.invite"
    PEOPLE_JOIN = "people.join"
    PEOPLE_GRANT_ROLE = "people.grant_role"
    PEOPLE_END_ROLE = "people.end_role"
    PEOPLE_END_SESSION = "people.end_session"
    PEOPLE_CHANGE_PROFILE = "people.change_profile"
    PEOPLE_ATTEST = "people.attest"
    PEOPLE_ADD_ORGANISATION = "people.add_organisation"
    PEOPLE_ADD_PERSON = "people.add_person"
    PEOPLE_CONFIRM_IDENTITY = "people.confirm_identity"
    PEOPLE_CHANGE_PASSWORD = "people.change_password"  # noqa: S105
    PEOPLE_ADD_FACTOR = "people.add_factor"
    PEOPLE_DROP_FACTOR = "people.drop_factor"
    PEOPLE_MAKE_RECOVERY_CODES = "people.make_recovery_codes"
    PEOPLE_USE_RECOVERY_CODE = "people.use_recovery_code"
    # curriculum
    # assessment
    # practice
    # credentials
    # certification
    # registry
    # end


class AuditEvent(Base):
    """Who did what to which row, when, and what is worth knowing of it."""

    __tablename__ = "audit_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    action: Mapped[str] = mapped_column(sa.String(60))
    subject: Mapped[str] = mapped_column(sa.String(60))
    subject_id: Mapped[int]
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    details: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)

    __table_args__ = (sa.Index("ix_audit_event_subject_subject_id", "subject", "subject_id"),)


def record(
    action: Action,
    *,
    actor_id: int | None,
    subject: str,
    subject_id: int,
    organisation_id: int | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """Add one event to the trail, in the transaction that is open.

    `actor_id` is None when the clock or a task acted. `details` holds ids, numbers and reasons, never
    a reflection, an answer or a note.
    """
    session().add(
        AuditEvent(
            at=clock.now(),
            actor_id=actor_id,
            action=action.value,
            subject=subject,
            subject_id=subject_id,
            organisation_id=organisation_id,
            details=details or {},
        )
    )
