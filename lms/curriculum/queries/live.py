"""Live sessions of an organisation, and who was there."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from lms.curriculum.models import Attendance, Enrolment, LiveSession
from lms.db import session
from lms.people.queries import people


@dataclass(frozen=True)
class LiveSessionCard:
    """A live session, with its trainer's chosen name."""

    id: int
    organisation_id: int
    module_id: str
    trainer_id: int
    trainer_name: str
    mode: str
    venue: str
    starts_at: datetime
    timezone: str
    minutes: int
    is_cancelled: bool


@dataclass(frozen=True)
class RosterLine:
    """A trainee who may attend. `minutes` is what stands in the record, None when nothing does yet."""

    person_id: int
    enrolment_id: int
    chosen_name: str
    attendance_id: int | None
    minutes: int | None


@dataclass(frozen=True)
class OwnAttendance:
    """What the record says about a person at one live session."""

    live_session_id: int
    module_id: str
    mode: str
    starts_at: datetime
    minutes: int
    whole_minutes: int


def live_session(live_session_id: int) -> LiveSessionCard | None:
    """The live session with this id, whichever organisation holds it: authorize before showing it."""
    rows = session().scalars(sa.select(LiveSession).where(LiveSession.id == live_session_id)).all()
    return next(iter(_cards(list(rows))), None)


def live_sessions_of(organisation_ids: frozenset[int], limit: int = 100) -> tuple[LiveSessionCard, ...]:
    """The live sessions that these organisations hold, latest first."""
    rows = session().scalars(
        sa.select(LiveSession)
        .where(LiveSession.organisation_id.in_(organisation_ids))
        .order_by(LiveSession.starts_at.desc(), LiveSession.id.desc())
        .limit(limit)
    )
    return _cards(list(rows))


def live_sessions_ahead(organisation_id: int, module_id: str, since: datetime) -> tuple[LiveSessionCard, ...]:
    """The organisation's live sessions of the module that begin after `since`, soonest first."""
    rows = session().scalars(
        sa.select(LiveSession)
        .where(
            LiveSession.organisation_id == organisation_id,
            LiveSession.module_id == module_id,
            LiveSession.starts_at > since,
            LiveSession.cancelled_at.is_(None),
        )
        .order_by(LiveSession.starts_at, LiveSession.id)
        .limit(10)
    )
    return _cards(list(rows))


def _cards(rows: list[LiveSession]) -> tuple[LiveSessionCard, ...]:
    names = people(row.trainer_id for row in rows)
    return tuple(
        LiveSessionCard(
            id=row.id,
            organisation_id=row.organisation_id,
            module_id=row.module_id,
            trainer_id=row.trainer_id,
            trainer_name=names[row.trainer_id].chosen_name,
            mode=row.mode,
            venue=row.venue,
            starts_at=row.starts_at,
            timezone=row.timezone,
            minutes=row.minutes,
            is_cancelled=row.cancelled_at is not None,
        )
        for row in rows
    )


def standing_attendance() -> sa.ColumnElement[bool]:
    """The condition that no later row corrects an attendance."""
    correction = aliased(Attendance)
    return ~sa.exists().where(correction.corrects_id == Attendance.id)


def roster(live_session_id: int, organisation_id: int, module_id: str) -> tuple[RosterLine, ...]:
    """Who joined the module at the organisation, by chosen name, with what stands for this session."""
    rows = (
        session()
        .execute(
            sa.select(Enrolment.person_id, Enrolment.id, Attendance.id, Attendance.minutes)
            .outerjoin(
                Attendance,
                sa.and_(
                    Attendance.enrolment_id == Enrolment.id,
                    Attendance.live_session_id == live_session_id,
                    standing_attendance(),
                ),
            )
            .where(Enrolment.organisation_id == organisation_id, Enrolment.module_id == module_id)
        )
        .all()
    )
    names = people(row[0] for row in rows)
    lines = [
        RosterLine(person_id, enrolment_id, names[person_id].chosen_name, attendance_id, minutes)
        for person_id, enrolment_id, attendance_id, minutes in rows
    ]
    return tuple(sorted(lines, key=lambda line: (line.chosen_name.casefold(), line.person_id)))


def attendance_of(person_id: int, module_id: str) -> tuple[OwnAttendance, ...]:
    """What the record says about a person's live sessions of one module, oldest first."""
    rows = session().execute(
        sa.select(
            LiveSession.id,
            LiveSession.module_id,
            LiveSession.mode,
            LiveSession.starts_at,
            Attendance.minutes,
            LiveSession.minutes,
        )
        .join(Attendance, Attendance.live_session_id == LiveSession.id)
        .where(
            Attendance.person_id == person_id,
            LiveSession.module_id == module_id,
            standing_attendance(),
        )
        .order_by(LiveSession.starts_at)
    )
    return tuple(OwnAttendance(*row) for row in rows)
