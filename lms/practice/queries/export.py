"""All of a person's entries, for a spreadsheet."""

from collections.abc import Iterator

import sqlalchemy as sa

from lms.db import session
from lms.practice.models import Placement, PracticeEntry, SignOff
from lms.practice.queries.rows import Rows
from lms.practice.queries.standing import COUNTS, STANDING_STATE
from lms.practice.rules import hours_text

_ALL: Rows = (
    sa.select(
        PracticeEntry,
        Placement.site_name,
        STANDING_STATE,
        COUNTS,
        SignOff.minutes,
        SignOff.domain,
        SignOff.by_name,
        SignOff.at,
        SignOff.sha256,
    )
    .join(Placement, Placement.id == PracticeEntry.placement_id)
    .outerjoin(SignOff, SignOff.id == PracticeEntry.approval_id)
    .where(PracticeEntry.person_id == sa.bindparam("person_id"))
    .order_by(PracticeEntry.worked_on, PracticeEntry.id)
)


def export_rows(person_id: int) -> Iterator[tuple[object, ...]]:
    """A row for each entry of a person, oldest work first, in the order of `spreadsheet.EXPORT_COLUMNS`.

    Hours are decimal numbers, instants are UTC; `counts` says whether the line speaks for its hours.
    """
    for entry, site, state, counts, signed, domain, by_name, at, sha256 in session().execute(
        _ALL, {"person_id": person_id}
    ):
        yield (
            entry.worked_on.isoformat(),
            site,
            hours_text(entry.minutes),
            f"{entry.starts_at:%H:%M}" if entry.starts_at else "",
            f"{entry.ends_at:%H:%M}" if entry.ends_at else "",
            "yes" if entry.is_overnight else "no",
            entry.kind,
            entry.mode,
            entry.note,
            entry.role,
            "direct" if entry.is_direct else "indirect",
            entry.population,
            entry.id,
            entry.zone,
            state,
            "yes" if counts else "no",
            entry.submitted_at.isoformat(timespec="seconds") if entry.submitted_at else "",
            hours_text(signed) if signed is not None else "",
            domain,
            by_name,
            at.isoformat(timespec="seconds") if at else "",
            sha256,
            entry.amends_id,
            entry.amendment_reason,
        )
