"""Every signed supervision session read again, a page at a time, so that memory does not grow with them."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from lms.audit import Action, AuditEvent
from lms.db import session
from lms.practice.meetings import session_mismatches
from lms.practice.models import SessionSignature, SupervisionSession
from lms.practice.queries.pages import columns_of, pages
from lms.practice.queries.rows import Rows
from lms.practice.recheck import Mismatch

_ACTIONS = (Action.PRACTICE_RECORD_SUPERVISION.value, Action.PRACTICE_SIGN_SUPERVISION.value)
_SESSIONS = columns_of(SupervisionSession)
_SIGNATURES = columns_of(SessionSignature)
_EVENTS: Rows = sa.select(AuditEvent.id, AuditEvent.details).where(
    AuditEvent.subject == "supervision_session", AuditEvent.action.in_(_ACTIONS)
)


def mismatches() -> Iterator[Mismatch]:
    """Each session or signature that no longer says what was signed, and each one that is gone."""
    for page in pages(_SESSIONS, SupervisionSession.id):
        yield from _of_sessions(page)
    for page in pages(_EVENTS, AuditEvent.id):
        yield from _lost(page)


def _of_sessions(page: list[Any]) -> Iterator[Mismatch]:
    ids = [row.id for row in page]
    signatures = defaultdict(list)
    for signature in session().execute(_SIGNATURES.where(SessionSignature.session_id.in_(ids))):
        signatures[signature.session_id].append(signature)
    witnesses = _witnesses(page)
    for row in page:
        yield from session_mismatches(row, signatures[row.id], witnesses.get(row.id))


def _witnesses(page: list[Any]) -> dict[int, dict[str, str]]:
    """What the audit trail noted of these sessions: fingerprints by session and part."""
    subjects = {row.id for row in page}
    keys = {row.meeting_key for row in page if row.meeting_key}
    if keys:  # the event of a meeting of several names the first of its sessions
        subjects |= set(
            session().scalars(
                sa.select(sa.func.min(SupervisionSession.id))
                .where(SupervisionSession.meeting_key.in_(keys))
                .group_by(SupervisionSession.meeting_key)
            )
        )
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for event in session().execute(_EVENTS.where(AuditEvent.subject_id.in_(sorted(subjects)))):
        details = event.details or {}
        for session_id, sha256 in zip(details.get("sessions", ()), details.get("sha256", ()), strict=False):
            found[session_id][details.get("part", "")] = sha256
    return found


def _lost(page: list[Any]) -> Iterator[Mismatch]:
    """The sessions that the audit trail knows of and that are gone."""
    named = {id for event in page for id in (event.details or {}).get("sessions", ())}
    there = set(
        session().scalars(sa.select(SupervisionSession.id).where(SupervisionSession.id.in_(sorted(named))))
    )
    for session_id in sorted(named - there):
        yield Mismatch("supervision_session", session_id, "it was signed, and it is gone.")
