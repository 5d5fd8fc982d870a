"""Reads of weeks and months that a supervisor signs as a whole."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from lms.db import session
from lms.errors import NotFound
from lms.people.queries import people
from lms.practice.models import PeriodSignature, Placement, PracticeEntry, SignOff
from lms.practice.periods import Drift, PeriodKind, SignedLine, Span, drift_of, span_with, totals_of
from lms.practice.queries.facts import supervision_of
from lms.practice.queries.rows import Rows
from lms.practice.queries.standing import COUNTS
from lms.practice.rules import State, domain_of
from lms.practice.statements import canonical, fingerprint, list_of_period

_SIGNED: Rows = (
    sa.select(
        PracticeEntry.id,
        SignOff.entry_version,
        SignOff.id.label("act_id"),
        SignOff.sha256,
        PracticeEntry.worked_on,
        SignOff.minutes,
        SignOff.domain,
        PracticeEntry.kind,
        PracticeEntry.mode,
        PracticeEntry.placement_id,
        SignOff.by_id,
    )
    .join(SignOff, SignOff.id == PracticeEntry.approval_id)
    .where(PracticeEntry.state == State.APPROVED.value, COUNTS)
    .order_by(PracticeEntry.worked_on, PracticeEntry.id)
)
_WAITING = (
    sa.select(sa.func.count(PracticeEntry.id))
    .where(
        PracticeEntry.placement_id == sa.bindparam("placement_id"),
        PracticeEntry.supervisor_id == sa.bindparam("by_id"),
        PracticeEntry.worked_on.between(sa.bindparam("starts_on"), sa.bindparam("ends_on")),
        PracticeEntry.state.in_((State.SUBMITTED.value, State.RETURNED.value)),
    )
)  # fmt: skip


def _line(row: Any) -> SignedLine:
    return SignedLine(
        row.id, row.entry_version, row.act_id, row.sha256, row.worked_on, row.minutes,
        row.domain or domain_of(row.kind), row.mode,
    )  # fmt: skip


@dataclass(frozen=True)
class PeriodMark:
    """A period signature, and how the lines have changed since."""

    id: int
    organisation_id: int
    person_id: int
    placement_id: int
    site: str
    span: Span
    minutes: int
    sessions: int
    session_minutes: int
    by_id: int
    by_name: str
    at: datetime
    statement: str
    sha256: str
    totals: tuple[tuple[str, str, int], ...]
    entries: tuple[int, ...]
    drift: Drift


_MARKS: Rows = (
    sa.select(
        PeriodSignature.id,
        PeriodSignature.organisation_id,
        PeriodSignature.person_id,
        PeriodSignature.placement_id,
        Placement.site_name,
        PeriodSignature.kind,
        PeriodSignature.starts_on,
        PeriodSignature.minutes,
        PeriodSignature.sessions,
        PeriodSignature.session_minutes,
        PeriodSignature.by_id,
        PeriodSignature.by_name,
        PeriodSignature.at,
        PeriodSignature.statement,
        PeriodSignature.sha256,
        PeriodSignature.line,
    )
    .join(Placement, Placement.id == PeriodSignature.placement_id)
    .order_by(PeriodSignature.starts_on.desc(), PeriodSignature.id.desc())
)
_newer = PeriodSignature.__table__.alias("newer_signature")
_IS_NEWEST = ~sa.exists(
    sa.select(1).where(_newer.c.replaces_id == PeriodSignature.id).correlate(PeriodSignature)
)


def period_marks_of(person_id: int) -> tuple[PeriodMark, ...]:
    """The period signatures that stand for a trainee, newest period first: two statements."""
    return _marks(_MARKS.where(PeriodSignature.person_id == person_id, _IS_NEWEST))


def period_marks_by(by_id: int) -> tuple[PeriodMark, ...]:
    """The period signatures of a supervisor that stand, newest period first: two statements."""
    return _marks(_MARKS.where(PeriodSignature.by_id == by_id, _IS_NEWEST))


def period_mark(signature_id: int) -> PeriodMark:
    """One period signature. Raises NotFound."""
    found = _marks(_MARKS.where(PeriodSignature.id == signature_id))
    if not found:
        raise NotFound
    return found[0]


def _marks(statement: Rows) -> tuple[PeriodMark, ...]:
    rows = session().execute(statement).all()
    lines = _lines_of(row.placement_id for row in rows)
    found = []
    for row in rows:
        span, signed = Span(PeriodKind(row.kind), row.starts_on), json.loads(row.line)
        standing = lines[row.placement_id, row.by_id]
        now = [one for one in standing if row.starts_on <= one.worked_on <= span.ends_on]
        found.append(
            PeriodMark(
                row.id,
                row.organisation_id,
                row.person_id,
                row.placement_id,
                row.site_name,
                span,
                row.minutes,
                row.sessions,
                row.session_minutes,
                row.by_id,
                row.by_name,
                row.at,
                row.statement,
                row.sha256,
                tuple((domain, mode, amount) for domain, mode, amount in signed["totals"]),
                tuple(entry for entry, _version, _act, _hash in signed["lines"]),
                drift_of(((entry, act) for entry, _version, act, _hash in signed["lines"]), now),
            )
        )
    return tuple(found)


def _lines_of(placement_ids: Iterable[int]) -> dict[tuple[int, int], list[SignedLine]]:
    """The signed lines of these placements that stand, by placement and signer."""
    found: dict[tuple[int, int], list[SignedLine]] = defaultdict(list)
    ids = sorted(set(placement_ids))
    if ids:
        for row in session().execute(_SIGNED.where(PracticeEntry.placement_id.in_(ids))):
            found[row.placement_id, row.by_id].append(_line(row))
    return found


@dataclass(frozen=True)
class PeriodSheet:
    """What a supervisor would sign for one period: its lines, their sums, and what is not part of it."""

    span: Span
    lines: tuple[SignedLine, ...]
    sessions: int
    session_minutes: int
    waiting: int
    mark: PeriodMark | None

    @property
    def minutes(self) -> int:
        return sum(line.minutes for line in self.lines)

    @property
    def totals(self) -> tuple[tuple[str, str, int], ...]:
        return totals_of(self.lines)

    @property
    def shown(self) -> str:
        """The fingerprint of all that the page shows, so that nothing else is signed."""
        amounts = {"sessions": self.sessions, "session_minutes": self.session_minutes}
        return fingerprint(canonical(list_of_period(self.lines) | amounts))


def period_sheet(placement_id: int, person_id: int, by_id: int, span: Span) -> PeriodSheet:
    """The sheet of one period of a placement for one supervisor: six statements at most."""
    whose = {"placement_id": placement_id, "by_id": by_id, "starts_on": span.starts_on, "ends_on": span.ends_on}
    rows = session().execute(
        _SIGNED.where(
            PracticeEntry.placement_id == placement_id,
            SignOff.by_id == by_id,
            PracticeEntry.worked_on.between(span.starts_on, span.ends_on),
        )
    )
    met = [
        fact.minutes
        for fact in supervision_of(person_id)
        if fact.is_signed and fact.supervisor_id == by_id and span.starts_on <= fact.on <= span.ends_on
    ]
    marks = _marks(
        _MARKS.where(
            PeriodSignature.placement_id == placement_id,
            PeriodSignature.by_id == by_id,
            PeriodSignature.kind == span.kind.value,
            PeriodSignature.starts_on == span.starts_on,
            _IS_NEWEST,
        )
    )
    return PeriodSheet(
        span=span,
        lines=tuple(map(_line, rows)),
        sessions=len(met),
        session_minutes=sum(met),
        waiting=session().scalar(_WAITING, whose) or 0,
        mark=marks[0] if marks else None,
    )


@dataclass(frozen=True)
class PeriodChoice:
    """A week or month with hours that a supervisor signed, and whether it is signed as a whole."""

    placement_id: int
    trainee: str
    site: str
    zone: str
    span: Span
    entries: int
    minutes: int
    mark: PeriodMark | None


_DAYS_SIGNED: Rows = (
    sa.select(
        Placement.id,
        Placement.person_id,
        Placement.site_name,
        Placement.zone,
        PracticeEntry.worked_on,
        sa.func.count(PracticeEntry.id),
        sa.func.sum(SignOff.minutes),
    )
    .join(Placement, Placement.id == PracticeEntry.placement_id)
    .join(SignOff, SignOff.id == PracticeEntry.approval_id)
    .where(PracticeEntry.state == State.APPROVED.value, COUNTS)
    .group_by(
        Placement.id, Placement.person_id, Placement.site_name, Placement.zone, PracticeEntry.worked_on
    )
)  # fmt: skip


def period_choices(by_id: int, kind: PeriodKind, since: date) -> tuple[PeriodChoice, ...]:
    """The periods from `since` on in which this supervisor signed hours, newest first: four statements."""
    days: dict[tuple[int, Span], list[tuple[int, int]]] = defaultdict(list)
    places: dict[int, tuple[int, str, str]] = {}
    for placement_id, person_id, site, zone, on, count, minutes in session().execute(
        _DAYS_SIGNED.where(SignOff.by_id == by_id, PracticeEntry.worked_on >= since)
    ):
        places[placement_id] = (person_id, site, zone)
        days[placement_id, span_with(kind, on)].append((count, int(minutes)))
    names = people(person_id for person_id, _site, _zone in places.values())
    marks = {(mark.placement_id, mark.span): mark for mark in period_marks_by(by_id)}
    found = [
        PeriodChoice(
            placement_id,
            names[places[placement_id][0]].chosen_name,
            *places[placement_id][1:],
            span,
            sum(count for count, _minutes in amounts),
            sum(minutes for _count, minutes in amounts),
            marks.get((placement_id, span)),
        )
        for (placement_id, span), amounts in days.items()
    ]
    return tuple(
        sorted(found, key=lambda one: (-one.span.starts_on.toordinal(), one.trainee, one.placement_id))
    )
