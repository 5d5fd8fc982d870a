"""Reads of supervision sessions."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from lms.db import session
from lms.errors import NotFound
from lms.practice.models import SupervisionAgreement, SupervisionSession
from lms.practice.queries.rows import Rows


@dataclass(frozen=True)
class SupervisionPair:
    """A trainee and a supervisor who have an agreement."""

    person_id: int
    supervisor_id: int


def pairs_of(person_id: int) -> tuple[SupervisionPair, ...]:
    """The agreements' pairs in which the person is trainee or supervisor."""
    rows = session().execute(
        sa.select(SupervisionAgreement.person_id, SupervisionAgreement.supervisor_id)
        .where(
            sa.or_(SupervisionAgreement.person_id == person_id, SupervisionAgreement.supervisor_id == person_id)
        )
        .distinct()
        .order_by(SupervisionAgreement.person_id, SupervisionAgreement.supervisor_id)
    )
    return tuple(SupervisionPair(*row) for row in rows)


@dataclass(frozen=True)
class SessionLine:
    """A supervision session with all that a page says of it."""

    id: int
    organisation_id: int
    person_id: int
    supervisor_id: int
    held_on: date
    minutes: int
    format: str
    mode: str
    topics: str
    trainee_signed_at: datetime | None
    supervisor_signed_at: datetime | None

    @property
    def is_signed(self) -> bool:
        return self.trainee_signed_at is not None and self.supervisor_signed_at is not None

    def waits_for(self, person_id: int) -> bool:
        """Whether this person's signature is the one that is missing."""
        if person_id == self.person_id:
            return self.trainee_signed_at is None
        return person_id == self.supervisor_id and self.supervisor_signed_at is None


_SESSION: Rows = sa.select(
    SupervisionSession.id,
    SupervisionSession.organisation_id,
    SupervisionSession.person_id,
    SupervisionSession.supervisor_id,
    SupervisionSession.held_on,
    SupervisionSession.minutes,
    SupervisionSession.format,
    SupervisionSession.mode,
    SupervisionSession.topics,
    SupervisionSession.trainee_signed_at,
    SupervisionSession.supervisor_signed_at,
)


def sessions_with(person_id: int, *, most: int = 200) -> tuple[SessionLine, ...]:
    """The supervision sessions in which the person was trainee or supervisor, newest first."""
    rows = session().execute(
        _SESSION.where(
            sa.or_(SupervisionSession.person_id == person_id, SupervisionSession.supervisor_id == person_id)
        )
        .order_by(SupervisionSession.held_on.desc(), SupervisionSession.id.desc())
        .limit(most)
    )
    return tuple(SessionLine(*row) for row in rows)


def supervision_session(session_id: int) -> SessionLine:
    """One supervision session. Raises NotFound."""
    row = session().execute(_SESSION.where(SupervisionSession.id == session_id)).first()
    if row is None:
        raise NotFound
    return SessionLine(*row)
