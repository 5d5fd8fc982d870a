"""Reads of supervision sessions."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from lms.db import session
from lms.errors import NotFound
from lms.practice.models import SessionSignature, SupervisionAgreement, SupervisionSession
from lms.practice.queries.rows import Rows


def is_signed_by_both(table: Any) -> sa.ColumnElement[bool]:
    """Whether both have signed a session."""
    return sa.and_(table.trainee_signed_at.is_not(None), table.supervisor_signed_at.is_not(None))


_newer = SupervisionSession.__table__.alias("newer")
_NEWER_ID: Any = (
    sa.select(_newer.c.id)
    .where(_newer.c.corrects_id == SupervisionSession.id)
    .correlate(SupervisionSession)
    .scalar_subquery()
)
_IS_REPLACED: Any = (
    sa.exists()
    .where(_newer.c.corrects_id == SupervisionSession.id, is_signed_by_both(_newer.c))
    .correlate(SupervisionSession.__table__)
)
# Whether a session speaks for its time: of it and its correction the newer, once that is signed by both.
SESSION_COUNTS = sa.and_(
    ~_IS_REPLACED,
    sa.or_(SupervisionSession.corrects_id.is_(None), is_signed_by_both(SupervisionSession)),
)


@dataclass(frozen=True)
class SupervisionPair:
    """A trainee and a supervisor who have an agreement."""

    person_id: int
    supervisor_id: int


def pairs_of(person_id: int) -> tuple[SupervisionPair, ...]:
    """The agreements' pairs in which the person is trainee, supervisor or alternate."""
    rows = session().execute(
        sa.select(
            SupervisionAgreement.person_id,
            SupervisionAgreement.supervisor_id,
            SupervisionAgreement.alternate_id,
        ).where(
            sa.or_(
                SupervisionAgreement.person_id == person_id,
                SupervisionAgreement.supervisor_id == person_id,
                SupervisionAgreement.alternate_id == person_id,
            )
        )
    )
    found = {
        (row.person_id, signer)
        for row in rows
        for signer in (row.supervisor_id, row.alternate_id)
        if signer is not None and person_id in (row.person_id, signer)
    }
    return tuple(SupervisionPair(*pair) for pair in sorted(found))


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
    topic_kinds: str
    follow_up: str
    is_observation: bool
    group_size: int | None
    corrects_id: int | None
    correction_reason: str | None
    trainee_signed_at: datetime | None
    supervisor_signed_at: datetime | None
    corrected_by_id: int | None
    is_replaced: bool

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
    SupervisionSession.topic_kinds,
    SupervisionSession.follow_up,
    SupervisionSession.is_observation,
    SupervisionSession.group_size,
    SupervisionSession.corrects_id,
    SupervisionSession.correction_reason,
    SupervisionSession.trainee_signed_at,
    SupervisionSession.supervisor_signed_at,
    _NEWER_ID,
    _IS_REPLACED,
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


@dataclass(frozen=True)
class SignatureLine:
    """One signature under a session, as a page shows it."""

    part: str
    by_name: str
    at: datetime
    statement: str
    sha256: str


def signatures_under(session_id: int) -> tuple[SignatureLine, ...]:
    """The signatures under a session, oldest first."""
    statement: Rows = (
        sa.select(
            SessionSignature.part,
            SessionSignature.by_name,
            SessionSignature.at,
            SessionSignature.statement,
            SessionSignature.sha256,
        )
        .where(SessionSignature.session_id == session_id)
        .order_by(SessionSignature.id)
    )
    return tuple(SignatureLine(*row) for row in session().execute(statement))
