"""The table of looks that issuers choose for their certificates. Rows are only ever added."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant


class CertificateTemplate(Base):
    """One version of an issuer's look for one scheme, or with an empty `scheme_id` for all without their own.

    A credential names the version it was issued with, so that its page can be drawn again with the same bytes.
    The picture of a seal is a file of that hash.
    """

    __tablename__ = "certificate_template"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    scheme_id: Mapped[str] = mapped_column(sa.String(80))
    version: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    seal_sha256: Mapped[str | None] = mapped_column(sa.String(64))
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        sa.UniqueConstraint("organisation_id", "scheme_id", "version"),
        sa.CheckConstraint("version > 0", name="version_counts_up"),
    )
