"""Hours taken over from a spreadsheet: every row is looked at first, then all are kept or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import sqlalchemy as sa
from flask_babel import gettext as _

from lms import audit
from lms.audit import Action
from lms.db import session
from lms.errors import Forbidden, Invalid
from lms.practice import words
from lms.practice.models import Placement, PracticeEntry
from lms.practice.rules import Problem, Work, covers, flags, refusals
from lms.practice.services.hours import Hours, Known, Refused, draft_of, locked_placements, looked_at
from lms.practice.spreadsheet import CODE_OF_PROBLEM, SENTENCES, Row, SheetFault, rows_of


@dataclass(frozen=True)
class RowResult:
    """What becomes of one row: `faults` (number and sentence) stop the file, `notes` only say what is odd."""

    row: Row
    site: str
    minutes: int
    faults: tuple[tuple[str, str], ...]
    notes: tuple[str, ...] = ()
    is_there: bool = False


@dataclass(frozen=True)
class ImportResult:
    """What became, or would become, of a file. `added` are the new drafts; empty for a dry run."""

    rows: tuple[RowResult, ...]
    added: tuple[int, ...] = ()

    @property
    def with_faults(self) -> tuple[RowResult, ...]:
        """The rows that need a fix."""
        return tuple(row for row in self.rows if row.faults)

    @property
    def new(self) -> tuple[RowResult, ...]:
        """The rows that are, or would be, new drafts."""
        return tuple(row for row in self.rows if not row.faults and not row.is_there)


def import_hours(
    actor_id: int,
    *,
    person_id: int,
    data: bytes,
    placement_id: int | None = None,
    is_dry_run: bool = False,
) -> ImportResult:
    """Keep each row of a CSV file as a draft of the person; when one row cannot be taken, none is.

    The rows meet the checks of logging, in their order, each seeing those above it. A row that was taken
    before, by this file or one with the same row, is told and not added again. With `placement_id` only
    that placement is filled. Raises spreadsheet.Unreadable for a file that is none, Forbidden when the
    placement is not the person's.
    """
    rows = rows_of(data)
    placements = locked_placements(person_id)
    if placement_id is not None:
        placements = [placement for placement in placements if placement.id == placement_id]
    if not placements:
        raise Forbidden(_("You can add hours once you have a placement."))
    run = _Run(person_id, placements)
    results = tuple(run.look_at(row) for row in rows)
    result = ImportResult(results)
    if is_dry_run or result.with_faults or not run.drafts:
        return result
    session().add_all(run.drafts)
    session().flush()
    added = tuple(entry.id for entry in run.drafts)
    audit.record(
        Action.PRACTICE_IMPORT_HOURS,
        actor_id=actor_id,
        subject="practice_entry",
        subject_id=added[0],
        organisation_id=run.drafts[0].organisation_id,
        details={"entries": list(added), "sha256": sha256(data).hexdigest()},
    )
    return ImportResult(results, added)


class _Run:
    """One pass over the rows of a file."""

    def __init__(self, person_id: int, placements: Sequence[Placement]) -> None:
        self.drafts: list[PracticeEntry] = []
        self._placements = placements
        self._known = Known.of(person_id, [placement.id for placement in placements])
        kept = session().execute(
            sa.select(PracticeEntry.id, PracticeEntry.client_key).where(PracticeEntry.person_id == person_id)
        )
        self._ids, self._keys = set(), set()
        for entry_id, key in kept:
            self._ids.add(str(entry_id))
            self._keys.add(key)

    def look_at(self, row: Row) -> RowResult:
        """What becomes of the row; a good one joins the drafts and is seen by the rows below it."""
        placement, fault = self._placement(row)
        faults = [_said(one) for one in (*row.faults, *([fault] if fault else []))]
        if faults or placement is None or row.worked_on is None:
            return RowResult(row, row.site, row.minutes or 0, tuple(faults))
        key = _key(row, placement)
        if key in self._keys or row.cells.get("entry", "") in self._ids:
            return RowResult(row, placement.site_name, row.minutes or 0, (), is_there=True)
        hours = Hours(
            placement_id=placement.id,
            worked_on=row.worked_on,
            kind=row.kind,
            mode=row.mode,
            # Start and end say it better; the length beside them is what an export adds.
            minutes=row.minutes if row.starts_at is None else None,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            is_overnight=row.is_overnight,
            note=row.note,
            role=row.role or None,
            is_direct=row.is_direct,
            population=row.population,
        )
        try:
            work, agreement, problems = looked_at(placement, hours, None, self._known)
        except Refused as refused:
            found = tuple(("R40", one.message) for one in refused.faults)
            return RowResult(row, placement.site_name, row.minutes or 0, found)
        found = tuple(_numbered(problem) for problem in refusals(problems))
        if not found and agreement is not None:
            self._keep(placement, hours, work, agreement.supervisor_id, key)
        notes = tuple(words.say(problem) for problem in flags(problems))
        return RowResult(row, placement.site_name, work.minutes, found, notes)

    def _keep(self, placement: Placement, hours: Hours, work: Work, supervisor_id: int, key: str) -> None:
        self.drafts.append(draft_of(placement, hours, work, supervisor_id, key))
        self._known.works.append(work)

    def _placement(self, row: Row) -> tuple[Placement | None, SheetFault | None]:
        """The placement that the row means, or why none."""
        named = [one for one in self._placements if one.site_name.casefold() == row.site.casefold()]
        if not row.site and len(self._placements) > 1:
            return None, SheetFault("R11")
        if not row.site:
            return self._placements[0], None
        if not named:
            return None, SheetFault("R10", {"typed": row.site[:80]})
        if row.worked_on is not None and len(named) > 1:
            on = [one for one in named if covers(one, row.worked_on)]
            if len(on) > 1:
                return None, SheetFault("R12")
            named = on or named
        return named[0], None


def _key(row: Row, placement: Placement) -> str:
    """The same for the same row, whenever and however often its file is sent."""
    content = "\x1f".join(
        map(
            str,
            (
                placement.id,
                row.worked_on,
                row.minutes if row.starts_at is None else None,
                row.starts_at,
                row.ends_at,
                row.is_overnight,
                row.kind,
                row.mode,
                row.note,
                row.role,
                row.is_direct,
                row.population,
                row.copy,
            ),
        )
    )
    return "csv-" + sha256(content.encode("utf-8")).hexdigest()[:56]


def _said(fault: SheetFault) -> tuple[str, str]:
    return fault.code, str(_(SENTENCES[fault.code], **fault.facts))


def _numbered(problem: Problem) -> tuple[str, str]:
    return CODE_OF_PROBLEM.get(problem.code, "R40"), words.say(problem)


def said_of_file(fault: SheetFault) -> Invalid:
    """Why a file cannot be read, for the page."""
    code, sentence = _said(fault)
    return Invalid("file", f"{code}: {sentence}")
