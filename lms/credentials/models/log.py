"""Tables of the public log: entries, nodes of its tree, signed checkpoints. Rows are only ever added."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant


class LogEntry(Base):
    """One entry at its place; the first is number 0. `body` is the text whose bytes are in the tree."""

    __tablename__ = "log_entry"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    body: Mapped[str] = mapped_column(sa.Text)
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (sa.CheckConstraint("number >= 0", name="number_counts_up"),)


class LogNode(Base):
    """The hash over the complete subtree `number` of `level`: 2**level entries."""

    __tablename__ = "log_node"

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32))


class LogCheckpoint(Base):
    """What the log signed about its first `size` entries. One for each size: two would be two truths."""

    __tablename__ = "log_checkpoint"

    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    note: Mapped[str] = mapped_column(sa.Text)
    at: Mapped[datetime] = mapped_column(Instant)
