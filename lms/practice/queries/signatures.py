"""Every signed row read again, a page at a time, so that memory does not grow with their number."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from lms.audit import Action, AuditEvent
from lms.db import session
from lms.practice.models import PracticeEntry, SignOff
from lms.practice.queries import session_signatures
from lms.practice.queries.evaluations import evaluations_checked
from lms.practice.queries.pages import columns_of, pages
from lms.practice.queries.recheck_lists import lists_checked
from lms.practice.queries.rows import Rows
from lms.practice.recheck import Mismatch, batch_mismatches, entry_mismatches, lost, mismatches_of
from lms.practice.rules import State

_ACTIONS = (Action.PRACTICE_SIGN_OFF.value, Action.PRACTICE_RETURN.value, Action.PRACTICE_UNDO.value)
_ACTS = columns_of(SignOff)
_ENTRIES = columns_of(PracticeEntry)


@dataclass
class Recheck:
    """One run over all signed rows. Iterate over `mismatches`; `signed` counts the acts that were read."""

    signed: int = 0

    def mismatches(self) -> Iterator[Mismatch]:
        """Each row that no longer says what was signed."""
        for page in pages(_ACTS, SignOff.id):
            self.signed += len(page)
            yield from _of_acts(page)
            yield from _of_batches(page)
        yield from _of_entries()
        yield from _lost_batches()
        for read, mismatches in lists_checked():
            self.signed += read
            yield from mismatches
        for read, mismatches in evaluations_checked():
            self.signed += read
            yield from mismatches
        yield from session_signatures.mismatches()


def _of_acts(page: list[Any]) -> Iterator[Mismatch]:
    run = session().execute
    ids = [act.id for act in page]
    wanted = sorted({act.entry_id for act in page})
    entries = {row.id: row for row in run(_ENTRIES.where(PracticeEntry.id.in_(wanted)))}
    named = [act.reverses_id for act in page if act.reverses_id is not None]
    reverses = {row.id: row for row in run(_ACTS.where(SignOff.id.in_(named)))} if named else {}
    is_reversed = set(session().scalars(sa.select(SignOff.reverses_id).where(SignOff.reverses_id.in_(ids))))
    for act in page:
        yield from mismatches_of(
            act,
            entries.get(act.entry_id),
            is_reversed=act.id in is_reversed,
            reverses=reverses.get(act.reverses_id),
        )


def _of_batches(page: list[Any]) -> Iterator[Mismatch]:
    """The batches of which this page holds the first act."""
    batch_ids = sorted({act.batch_id for act in page})
    batches = defaultdict(list)
    for row in session().execute(
        sa.select(SignOff.id, SignOff.batch_id, SignOff.entry_id, SignOff.sha256).where(
            SignOff.batch_id.in_(batch_ids)
        )
    ):
        batches[row.batch_id].append(row)
    firsts = {min(row.id for row in rows): rows for rows in batches.values()}
    here = {act.id for act in page}
    witnesses = _witnesses(AuditEvent.subject_id.in_([first for first in firsts if first in here]))
    lost_first = [
        rows[0].batch_id
        for first, rows in firsts.items()
        if first in here and rows[0].batch_id not in witnesses
    ]
    if lost_first:  # the event names the first act of its batch: when that is gone, the batch itself is sought
        witnesses |= _witnesses(AuditEvent.details["batch"].as_string().in_(lost_first))
    for first, rows in firsts.items():
        if first in here:
            yield from batch_mismatches(rows, witnesses.get(rows[0].batch_id))


def _witnesses(condition: sa.ColumnElement[bool]) -> dict[str, dict[str, Any]]:
    """What the audit trail says of batches, by batch."""
    events = session().scalars(
        sa.select(AuditEvent.details).where(
            AuditEvent.subject == "sign_off", AuditEvent.action.in_(_ACTIONS), condition
        )
    )
    return {str(details.get("batch")): details for details in events}


def _of_entries() -> Iterator[Mismatch]:
    counted = _ENTRIES.where(
        sa.or_(PracticeEntry.approval_id.is_not(None), PracticeEntry.state == State.RETURNED.value)
    )
    for page in pages(counted, PracticeEntry.id):
        approvals = {
            row.id: row
            for row in session().execute(_ACTS.where(SignOff.id.in_([row.approval_id for row in page])))
        }
        returned = set(
            session().scalars(
                sa.select(SignOff.entry_id).where(
                    SignOff.entry_id.in_([row.id for row in page]), SignOff.act == "return"
                )
            )
        )
        for row in page:
            yield from entry_mismatches(
                row.id,
                approval=approvals.get(row.approval_id),
                approval_id=row.approval_id,
                is_returned=row.state == State.RETURNED.value,
                has_return=row.id in returned,
            )


def _lost_batches() -> Iterator[Mismatch]:
    """Batches that the audit trail knows of and of which no act is left."""
    events: Rows = sa.select(AuditEvent.id, AuditEvent.details).where(
        AuditEvent.subject == "sign_off", AuditEvent.action.in_(_ACTIONS)
    )
    for page in pages(events, AuditEvent.id):
        batch_ids = [event.details.get("batch", "") for event in page]
        left = set(session().scalars(sa.select(SignOff.batch_id).where(SignOff.batch_id.in_(batch_ids))))
        for event in page:
            if event.details.get("batch") not in left:
                yield from lost(event.details)
