"""The table of those who are mailed the log's checkpoints. A row is deleted when its owner ends it."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant


class LogSubscriber(Base):
    """A confirmed address, how often it is written to, and up to which size of the log it was told."""

    __tablename__ = "log_subscriber"

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(sa.String(320), unique=True)
    language: Mapped[str] = mapped_column(sa.String(10))
    every_days: Mapped[int]
    confirmed_at: Mapped[datetime] = mapped_column(Instant)
    told_size: Mapped[int | None]
    told_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        sa.CheckConstraint("address = lower(address)", name="address_lower"),
        sa.CheckConstraint("every_days IN (1, 7)", name="daily_or_weekly"),
        sa.CheckConstraint("(told_size IS NULL) = (told_at IS NULL)", name="told_at_a_time"),
    )
