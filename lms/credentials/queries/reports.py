"""Reads about verification reports: one by its number, those like a new one, their files."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from lms import files
from lms.credentials.badges.proof import Document
from lms.credentials.models import Credential, KeyEvent, VerificationReport
from lms.credentials.reporting import normalise
from lms.db import Scope, scope, session
from lms.errors import NotFound


@dataclass(frozen=True, slots=True)
class ReportCard:
    """A report. `is_erased`: the holder's data were erased. `is_key_known`: others know its key."""

    id: int
    number: str
    credential_id: int
    credential_number: str
    asked_on: date | None
    language: str
    made_at: datetime
    json_sha256: str
    pdf_sha256: str
    is_erased: bool
    is_key_known: bool

    @property
    def text(self) -> str:
        """The signed document, byte for byte as it was made. Raises NotFound when the file is gone."""
        return files.get(self.json_sha256).decode()

    @property
    def document(self) -> Document:
        """The same, read. Raises NotFound."""
        return dict(json.loads(self.text))

    @property
    def pdf(self) -> bytes:
        """The sealed page. Raises NotFound when the file is gone."""
        return files.get(self.pdf_sha256)


_known = (
    sa.select(KeyEvent.id)
    .where(KeyEvent.key_id == VerificationReport.key_id, KeyEvent.kind == "compromised")
    .exists()
)
_REPORTS: Any = sa.select(
    VerificationReport.id,
    VerificationReport.number,
    VerificationReport.credential_id,
    Credential.number,
    VerificationReport.asked_on,
    VerificationReport.language,
    VerificationReport.made_at,
    VerificationReport.json_sha256,
    VerificationReport.pdf_sha256,
    Credential.name_as_issued == "",
    _known,
).join(Credential, Credential.id == VerificationReport.credential_id)


def report(number: str) -> ReportCard:
    """The report of a number as typed, whoever asks. Raises NotFound."""
    with scope(Scope.all()):
        row = session().execute(_REPORTS.where(VerificationReport.number == normalise(number))).first()
    if row is None:
        raise NotFound
    return _card(row)


def newest_report(credential_id: int, *, on: date | None, language: str, after: datetime) -> ReportCard | None:
    """The newest report of the same question in the same language that was made after an instant."""
    with scope(Scope.all()):
        row = (
            session()
            .execute(
                _REPORTS.where(
                    VerificationReport.credential_id == credential_id,
                    VerificationReport.asked_on.is_(None) if on is None else VerificationReport.asked_on == on,
                    VerificationReport.language == language,
                    VerificationReport.made_at > after,
                )
                .order_by(VerificationReport.id.desc())
                .limit(1)
            )
            .first()
        )
    return _card(row) if row else None


def count_reports(credential_id: int, *, after: datetime) -> int:
    """How many reports of a credential were made after an instant."""
    made = sa.select(sa.func.count()).where(
        VerificationReport.credential_id == credential_id, VerificationReport.made_at > after
    )
    return session().scalar(made) or 0


def report_files(credential_id: int) -> tuple[str, ...]:
    """The hashes of all files of reports of a credential."""
    rows = session().execute(
        sa.select(VerificationReport.json_sha256, VerificationReport.pdf_sha256).where(
            VerificationReport.credential_id == credential_id
        )
    )
    return tuple(name for row in rows for name in row)


def report_faults() -> Iterator[str]:
    """One sentence for each file of a report that is gone or was changed, or that should have been erased."""
    rows = session().execute(_REPORTS.order_by(VerificationReport.id))
    for one in map(_card, rows):
        for name in (one.json_sha256, one.pdf_sha256):
            if one.is_erased:
                if files.exists(name):
                    yield f"report {one.number}: it was erased, and its file {name} is still there."
                continue
            try:
                files.get(name)
            except NotFound:
                yield f"report {one.number}: the file {name} is gone or was changed."


def _card(row: Any) -> ReportCard:
    return ReportCard(*row)
