"""Table of the scheme versions that people are held to."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant, Scoped


class SchemePin(Scoped, Base):
    """The version of a scheme that a person works under, from then on; the newest row counts.

    `organisation_id` is whose word it is: the certifying body's or the training provider's. Rows are only
    ever added.
    """

    __tablename__ = "scheme_pin"

    id: Mapped[int] = mapped_column(primary_key=True)
    scheme_id: Mapped[str] = mapped_column(sa.String(60))
    version: Mapped[int]
    at: Mapped[datetime] = mapped_column(Instant)
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(sa.String(500), default="")
    request_key: Mapped[str | None] = mapped_column(sa.String(64))

    __table_args__ = (
        sa.UniqueConstraint("person_id", "scheme_id", "request_key"),
        sa.CheckConstraint("version >= 1", name="known_version"),
        sa.CheckConstraint(
            "(request_key IS NULL) = (by_id = person_id AND reason = '')", name="a_move_has_a_reason"
        ),
        sa.Index("ix_scheme_pin_person_id_scheme_id", "person_id", "scheme_id", "id"),
    )
