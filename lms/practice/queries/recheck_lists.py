"""Every signature over a list of lines read again, a page at a time."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any

import sqlalchemy as sa

from lms.audit import Action, AuditEvent
from lms.db import session
from lms.practice.models import Confirmation, ConfirmationLink, PeriodSignature, SignOff
from lms.practice.queries.pages import columns_of, pages
from lms.practice.queries.rows import Rows
from lms.practice.recheck import Mismatch, read_line
from lms.practice.recheck_lists import ListedAct, confirmation_mismatches, period_mismatches

_PERIODS = columns_of(PeriodSignature)
_CONFIRMATIONS = columns_of(Confirmation)
_LINKS = columns_of(ConfirmationLink)
_LISTED: Rows = sa.select(
    SignOff.id,
    SignOff.entry_id,
    SignOff.entry_version,
    SignOff.act,
    SignOff.sha256,
    SignOff.minutes,
    SignOff.batch_id,
)


def lists_checked() -> Iterator[tuple[int, list[Mismatch]]]:
    """Page by page: how many signatures over lists were read, and which of them no longer match."""
    for page in pages(_PERIODS, PeriodSignature.id):
        yield len(page), _of_periods(page)
    for page in pages(_CONFIRMATIONS, Confirmation.id):
        yield len(page), _of_confirmations(page)
    yield 0, _used_for_nothing()
    for action, table in (
        (Action.PRACTICE_SIGN_PERIOD, PeriodSignature),
        (Action.PRACTICE_CONFIRM_BY_LINK, Confirmation),
    ):
        yield 0, _lost(action, table)


def _of_periods(page: list[Any]) -> list[Mismatch]:
    lines = [(read_line(row.line) or {}).get("lines", []) for row in page]
    acts = _acts(SignOff.id.in_({act for listed in lines for _entry, _version, act, _hash in listed}))
    by_id = {act.id: act for act in acts}
    named = [row.replaces_id for row in page if row.replaces_id is not None]
    replaced = {row.id: row for row in session().execute(_PERIODS.where(PeriodSignature.id.in_(named)))}
    witnesses = _witnesses("period_signature", Action.PRACTICE_SIGN_PERIOD, [row.id for row in page])
    return [
        mismatch
        for row in page
        for mismatch in period_mismatches(row, by_id, witnesses.get(row.id), replaced.get(row.replaces_id))
    ]


def _of_confirmations(page: list[Any]) -> list[Mismatch]:
    batches = {batch for row in page for batch in (row.approved_batch_id, row.returned_batch_id) if batch}
    acts: dict[str, list[ListedAct]] = defaultdict(list)
    for act in _acts(SignOff.batch_id.in_(batches)):
        acts[act.batch_id].append(act)
    ids = [row.link_id for row in page]
    links = {row.id: row for row in session().execute(_LINKS.where(ConfirmationLink.id.in_(ids)))}
    witnesses = _witnesses("confirmation", Action.PRACTICE_CONFIRM_BY_LINK, [row.id for row in page])
    return [
        mismatch
        for row in page
        for mismatch in confirmation_mismatches(
            row,
            [*acts[row.approved_batch_id], *acts[row.returned_batch_id]],
            links.get(row.link_id),
            witnesses.get(row.id),
        )
    ]


def _acts(condition: sa.ColumnElement[bool]) -> list[ListedAct]:
    return [ListedAct(*row) for row in session().execute(_LISTED.where(condition))]


def _witnesses(subject: str, action: Action, ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """What the audit trail says of these rows, by id."""
    rows = session().execute(
        sa.select(AuditEvent.subject_id, AuditEvent.details).where(
            AuditEvent.subject == subject, AuditEvent.action == action.value, AuditEvent.subject_id.in_(ids)
        )
    )
    return {row.subject_id: row.details for row in rows}


def _used_for_nothing() -> list[Mismatch]:
    """Links that count as used, and nothing that they confirmed is there."""
    ids = session().scalars(
        sa.select(ConfirmationLink.id).where(
            ConfirmationLink.used_at.is_not(None),
            ~sa.exists().where(Confirmation.link_id == ConfirmationLink.id),
        )
    )
    why = "it counts as used, and what it confirmed is not there."
    return [Mismatch("confirmation_link", link_id, why) for link_id in ids]


def _lost(action: Action, table: type[Any]) -> list[Mismatch]:
    """The rows that the audit trail knows of and that are not there."""
    ids = session().scalars(
        sa.select(AuditEvent.subject_id).where(
            AuditEvent.action == action.value, ~sa.exists().where(table.id == AuditEvent.subject_id)
        )
    )
    why = "the audit trail knows of it, and it is gone."
    return [Mismatch(table.__tablename__, row_id, why) for row_id in ids]
