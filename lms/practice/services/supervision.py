"""Supervision sessions: one of the two writes it down and signs, the other signs too."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from flask_babel import gettext as _

from lms import audit, clock
from lms.audit import Action
from lms.db import lock, session
from lms.errors import Conflict, Forbidden, Invalid, NotFound
from lms.people.queries import person
from lms.practice.meetings import CURRENT_MEETING, Topic, line_of_session
from lms.practice.models import (
    LONGEST_NOTE,
    Placement,
    SessionSignature,
    SupervisionAgreement,
    SupervisionSession,
)
from lms.practice.queries import conflicts_of
from lms.practice.rules import MINUTES_IN_A_DAY, Mode
from lms.practice.statements import fingerprint

LONGEST_FOLLOW_UP = 500
LARGEST_GROUP = 99


@dataclass(frozen=True)
class Meeting:
    """What took place: `group_size` is how many trainees came, `corrects_id` the session it stands for."""

    held_on: date
    minutes: int
    format: str
    mode: str
    topics: str
    topic_kinds: Sequence[str] = ()
    follow_up: str = ""
    is_observation: bool = False
    group_size: int | None = None
    corrects_id: int | None = None
    correction_reason: str = ""


def record_supervision(
    actor_id: int,
    *,
    person_id: int,
    supervisor_id: int,
    held_on: date,
    minutes: int,
    format: str,
    mode: str,
    topics: str,
    client_key: str,
    method: str = "statement",
) -> SupervisionSession:
    """Write down a session of one trainee and a supervisor: see `record_meeting`."""
    meeting = Meeting(held_on, minutes, format, mode, topics)
    (row,) = record_meeting(
        actor_id,
        person_ids=[person_id],
        supervisor_id=supervisor_id,
        meeting=meeting,
        client_key=client_key,
        method=method,
    )
    return row


def record_meeting(
    actor_id: int,
    *,
    person_ids: Sequence[int],
    supervisor_id: int,
    meeting: Meeting,
    client_key: str,
    method: str = "statement",
) -> tuple[SupervisionSession, ...]:
    """Write down a session of one trainee or of several, a row for each, signed by the actor in each.

    The actor is the supervisor, or the one trainee. The same `client_key` a second time answers the first
    rows. Raises Invalid for a day without an agreement or still to come, for two who are too close or for a
    group without its size, Forbidden when the actor is none of them, Conflict for a second correction.
    """
    people = sorted(set(person_ids))
    if actor_id != supervisor_id and people != [actor_id]:
        raise Forbidden(_("Only the trainee or the supervisor can write down their session."))
    again = session().scalars(
        sa.select(SupervisionSession)
        .where(SupervisionSession.person_id.in_(people), SupervisionSession.client_key == client_key)
        .order_by(SupervisionSession.id)
    )
    if made := tuple(again):
        return made
    size = _check(meeting, len(people))
    if conflicts_of(supervisor_id) & set(people):
        raise Invalid("pair", _("One of you said that you two are close. Somebody else supervises."))
    if meeting.corrects_id is not None:
        _check_correction(meeting, people, supervisor_id)
    now = clock.now()
    rows = tuple(
        SupervisionSession(
            organisation_id=_agreed_at(person_id, supervisor_id, meeting.held_on),
            person_id=person_id,
            supervisor_id=supervisor_id,
            held_on=meeting.held_on,
            minutes=meeting.minutes,
            format=meeting.format,
            mode=meeting.mode,
            topics=meeting.topics.strip(),
            topic_kinds=" ".join(topic.value for topic in Topic if topic.value in meeting.topic_kinds),
            follow_up=meeting.follow_up.strip(),
            is_observation=meeting.is_observation,
            group_size=size,
            corrects_id=meeting.corrects_id,
            correction_reason=meeting.correction_reason.strip() or None,
            is_sealed=True,
            trainee_signed_at=now if actor_id == person_id else None,
            supervisor_signed_at=now if actor_id == supervisor_id else None,
            client_key=client_key,
            created_at=now,
        )
        for person_id in people
    )
    if len(rows) > 1:
        key = str(uuid4())
        for row in rows:
            row.meeting_key = key
    session().add_all(rows)
    session().flush()
    signatures = [_signature(actor_id, row, now, method) for row in rows]
    session().flush()
    _record(Action.PRACTICE_RECORD_SUPERVISION, actor_id, rows, signatures)
    return rows


def sign_supervision(actor_id: int, *, session_id: int, method: str = "statement") -> SupervisionSession:
    """Add the actor's own signature. Raises Conflict when it is there already, Forbidden for anyone else."""
    row = session().scalar(lock(sa.select(SupervisionSession).where(SupervisionSession.id == session_id)))
    if row is None:
        raise NotFound
    if actor_id not in (row.person_id, row.supervisor_id):
        raise Forbidden(_("Only the trainee and the supervisor can sign their session."))
    if row.person_id in conflicts_of(row.supervisor_id):
        raise Conflict(_("One of you said that you two are close. Somebody else supervises."))
    column = (
        SupervisionSession.trainee_signed_at
        if actor_id == row.person_id
        else SupervisionSession.supervisor_signed_at
    )
    if getattr(row, column.key) is not None:
        raise Conflict(_("You have signed this session already."))
    now = clock.now()
    signatures = []
    if row.is_sealed:
        signatures.append(_signature(actor_id, row, now, method))
        session().flush()
    signed: sa.CursorResult[Any] = session().execute(  # type: ignore[assignment]
        sa.update(SupervisionSession)
        .where(SupervisionSession.id == session_id, column.is_(None))
        .values({column: now})
        .execution_options(synchronize_session=False)
    )
    if signed.rowcount != 1:
        raise Conflict(_("You have signed this session already."))
    session().expire(row)
    _record(Action.PRACTICE_SIGN_SUPERVISION, actor_id, [row], signatures)
    return row


def _signature(actor_id: int, row: SupervisionSession, at: Any, method: str) -> SessionSignature:
    signature = SessionSignature(
        organisation_id=row.organisation_id,
        person_id=row.person_id,
        session_id=row.id,
        part="trainee" if actor_id == row.person_id else "supervisor",
        by_id=actor_id,
        by_name=person(actor_id).legal_name,
        at=at,
        statement_version=CURRENT_MEETING.version,
        statement=CURRENT_MEETING.text,
        method=method,
    )
    signature.line = line_of_session(row, signature)
    signature.sha256 = fingerprint(signature.line)
    session().add(signature)
    return signature


def _agreed_at(person_id: int, supervisor_id: int, held_on: date) -> int:
    """The organisation of the agreement that covers the day. Raises Invalid."""
    agreement = (
        session()
        .execute(
            sa.select(SupervisionAgreement.organisation_id, Placement.zone)
            .join(Placement, Placement.id == SupervisionAgreement.placement_id)
            .where(
                SupervisionAgreement.person_id == person_id,
                sa.or_(
                    SupervisionAgreement.supervisor_id == supervisor_id,
                    SupervisionAgreement.alternate_id == supervisor_id,
                ),
                SupervisionAgreement.starts_on <= held_on,
                sa.or_(SupervisionAgreement.ends_on.is_(None), SupervisionAgreement.ends_on >= held_on),
            )
            .order_by(SupervisionAgreement.id)
        )
        .first()
    )
    if agreement is None:
        raise Invalid("held_on", _("No supervision agreement of you two covers this day."))
    if held_on > clock.today(agreement.zone):
        raise Invalid("held_on", _("This day is still to come. Log it once it has happened."))
    return int(agreement.organisation_id)


def _check_correction(meeting: Meeting, people: Sequence[int], supervisor_id: int) -> None:
    """Raise unless the older session is one of the same two, and nobody has corrected it yet."""
    older = session().scalar(
        lock(sa.select(SupervisionSession).where(SupervisionSession.id == meeting.corrects_id))
    )
    if older is None or [older.person_id] != list(people) or older.supervisor_id != supervisor_id:
        raise NotFound
    if not 1 <= len(meeting.correction_reason.strip()) <= LONGEST_NOTE:
        raise Invalid("correction_reason", _("Say why it needs a change."))
    if session().scalar(sa.select(SupervisionSession.id).where(SupervisionSession.corrects_id == older.id)):
        raise Conflict(_("This session has a correction already."))


def _check(meeting: Meeting, trainees: int) -> int | None:
    """The size of the group, or None for two alone. Raises Invalid."""
    if not trainees:
        raise Invalid("pair", _("Choose with whom."))
    if not 1 <= meeting.minutes <= MINUTES_IN_A_DAY:
        raise Invalid("length", _("Say how long it was: more than zero."))
    if meeting.format not in ("individual", "group"):
        raise Invalid("format", _("Choose one."))
    if meeting.format == "individual" and trainees > 1:
        raise Invalid("format", _("With several trainees it was a group."))
    if meeting.mode not in set(Mode):
        raise Invalid("mode", _("Choose how you met."))
    if not set(meeting.topic_kinds) <= set(Topic):
        raise Invalid("topic_kinds", _("Choose from the list."))
    if not meeting.topics.strip():
        raise Invalid("topics", _("Say in a few words what you talked about."))
    if len(meeting.topics) > LONGEST_NOTE:
        raise Invalid("topics", _("Keep the note to %(most)s letters.", most=LONGEST_NOTE))
    if len(meeting.follow_up) > LONGEST_FOLLOW_UP:
        raise Invalid("follow_up", _("Keep it to %(most)s letters.", most=LONGEST_FOLLOW_UP))
    if meeting.format == "individual":
        return None
    size = meeting.group_size or (trainees if trainees > 1 else 0)
    if not max(2, trainees) <= size <= LARGEST_GROUP:
        raise Invalid("group_size", _("Say how many trainees were there: two or more, and all you chose."))
    return size


def _record(
    action: Action,
    actor_id: int,
    rows: Sequence[SupervisionSession],
    signatures: Sequence[SessionSignature],
) -> None:
    places = {row.organisation_id for row in rows}
    audit.record(
        action,
        actor_id=actor_id,
        subject="supervision_session",
        subject_id=rows[0].id,
        organisation_id=min(places) if len(places) == 1 else None,
        # A second witness: who changes a signed line must change the trail as well.
        details={
            "sessions": [row.id for row in rows],
            "part": "trainee" if actor_id == rows[0].person_id else "supervisor",
            "sha256": [signature.sha256 for signature in signatures],
        },
    )
