"""The table of verification reports."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant


class VerificationReport(Base):
    """A report that was made and signed. Rows are only ever added.

    What it says is in its two files, kept by their hash. Erasing the holder's data takes the files; number and
    hashes stay. `asked_on` is the day that was asked about, none for the moment itself.
    """

    __tablename__ = "verification_report"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(24), unique=True)
    credential_id: Mapped[int] = mapped_column(sa.ForeignKey("credential.id"))
    asked_on: Mapped[date | None]
    language: Mapped[str] = mapped_column(sa.String(10))
    made_at: Mapped[datetime] = mapped_column(Instant)
    key_id: Mapped[int] = mapped_column(sa.ForeignKey("signing_key.id"))
    json_sha256: Mapped[str] = mapped_column(sa.String(64))
    pdf_sha256: Mapped[str] = mapped_column(sa.String(64))

    __table_args__ = (sa.Index("ix_verification_report_credential_id_id", "credential_id", "id"),)
