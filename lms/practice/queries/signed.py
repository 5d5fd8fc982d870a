"""The signature that stands for each signed line of one person, for who packs up the record."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from lms.db import session
from lms.practice.models import PracticeEntry, SignOff
from lms.practice.queries.rows import Rows


@dataclass(frozen=True)
class SignedLine:
    """Who signed one line, when, and the SHA-256 of exactly what was signed."""

    evidence: str
    by_name: str
    at: datetime
    sha256: str


_SIGNED: Rows = (
    sa.select(PracticeEntry.id, SignOff.by_name, SignOff.at, SignOff.sha256)
    .join(SignOff, SignOff.id == PracticeEntry.approval_id)
    .where(PracticeEntry.person_id == sa.bindparam("person_id"))
    .order_by(PracticeEntry.id)
)


def signed_lines_of(person_id: int) -> dict[str, SignedLine]:
    """The signatures that hold now, by the evidence they are of."""
    rows = session().execute(_SIGNED, {"person_id": person_id})
    found = (SignedLine(f"practice_entry:{id}", *rest) for id, *rest in rows)
    return {line.evidence: line for line in found}
