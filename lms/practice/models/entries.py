"""Practice entries and the acts on them.

An entry points at the one sign-off that stands for it (`approval_id`); a column holds one value, so two
standing approvals cannot exist. Triggers in the migration keep the content of a waiting or signed entry as
it is, whatever route a change takes, and let an approval go only when its reversal has been recorded.
"""

from datetime import date, datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant, Scoped
from lms.practice.models.constraints import LONGEST_NOTE, one_of
from lms.practice.rules import DOMAINS, STORED_STATES, Kind, Mode


class PracticeEntry(Scoped, Base):
    """One logged piece of work. `worked_on` is a plain date in `zone`; `minutes` is what the trainee logged.

    `population` is the group of people that the work was for, never a person; "" when nobody asked.
    """

    __tablename__ = "practice_entry"
    __table_args__ = (
        sa.UniqueConstraint("person_id", "client_key"),
        sa.UniqueConstraint("approval_id"),
        sa.Index("uq_practice_entry_amends_id", "amends_id", unique=True),
        sa.CheckConstraint("(amends_id IS NULL) = (amendment_reason IS NULL)", name="amendment_has_reason"),
        sa.CheckConstraint("NOT is_voiding OR amends_id IS NOT NULL", name="voiding_amends"),
        sa.Index("ix_practice_entry_supervisor_id_state", "supervisor_id", "state"),
        sa.CheckConstraint(one_of("kind", Kind), name="kind_known"),
        sa.CheckConstraint(one_of("mode", Mode), name="mode_known"),
        sa.CheckConstraint("role IN ('paid', 'volunteer')", name="role_known"),
        sa.CheckConstraint(one_of("state", STORED_STATES), name="state_known"),
        sa.CheckConstraint("minutes BETWEEN 1 AND 1440", name="minutes_within_a_day"),
        sa.CheckConstraint("(starts_at IS NULL) = (ends_at IS NULL)", name="both_times_or_none"),
        sa.CheckConstraint("NOT is_overnight OR starts_at IS NOT NULL", name="overnight_has_times"),
        sa.CheckConstraint(f"length(note) <= {LONGEST_NOTE}", name="note_short"),
        sa.CheckConstraint("supervisor_id <> person_id", name="not_oneself"),
        sa.CheckConstraint("(state = 'draft') = (submitted_at IS NULL)", name="submitted_is_dated"),
        sa.CheckConstraint("submitted_at IS NULL OR first_submitted_at IS NOT NULL", name="first_is_kept"),
        sa.CheckConstraint("(state = 'approved') = (approval_id IS NOT NULL)", name="approved_is_signed"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    placement_id: Mapped[int] = mapped_column(sa.ForeignKey("placement.id"), index=True)
    supervisor_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    worked_on: Mapped[date]
    zone: Mapped[str] = mapped_column(sa.String(64))
    starts_at: Mapped[time | None]
    ends_at: Mapped[time | None]
    is_overnight: Mapped[bool]
    minutes: Mapped[int]
    kind: Mapped[str] = mapped_column(sa.String(24))
    mode: Mapped[str] = mapped_column(sa.String(16))
    role: Mapped[str] = mapped_column(sa.String(16), default="volunteer", server_default="volunteer")
    is_direct: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    population: Mapped[str] = mapped_column(sa.String(32), default="", server_default="")
    note: Mapped[str] = mapped_column(sa.String(LONGEST_NOTE))
    state: Mapped[str] = mapped_column(sa.String(16))
    submitted_at: Mapped[datetime | None] = mapped_column(Instant)
    first_submitted_at: Mapped[datetime | None] = mapped_column(Instant)
    approval_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("sign_off.id", use_alter=True, name="fk_practice_entry_approval_id")
    )
    amends_id: Mapped[int | None] = mapped_column(sa.ForeignKey("practice_entry.id"))
    amendment_reason: Mapped[str | None] = mapped_column(sa.String(500))
    is_voiding: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    client_key: Mapped[str] = mapped_column(sa.String(64))
    version: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(Instant)


class SignOff(Scoped, Base):
    """One act of a supervisor on one entry. Only ever added; a reversal names the act it takes back."""

    __tablename__ = "sign_off"
    __table_args__ = (
        # Not a plain constraint: a planner that has counted the many rows without one would rather scan.
        sa.Index(
            "uq_sign_off_reverses_id",
            "reverses_id",
            unique=True,
            sqlite_where=sa.text("reverses_id IS NOT NULL"),
            postgresql_where=sa.text("reverses_id IS NOT NULL"),
        ),
        sa.UniqueConstraint("entry_id", "entry_version"),
        sa.CheckConstraint("act IN ('approve', 'return', 'reverse')", name="act_known"),
        sa.CheckConstraint("(act = 'reverse') = (reverses_id IS NOT NULL)", name="reversal_names_act"),
        sa.CheckConstraint("act <> 'return' OR length(reason) > 0", name="return_has_reason"),
        sa.CheckConstraint(
            "(act = 'approve') = (minutes IS NOT NULL AND statement_version IS NOT NULL "
            "AND statement IS NOT NULL)",
            name="approval_is_whole",
        ),
        sa.CheckConstraint("minutes IS NULL OR minutes BETWEEN 1 AND 1440", name="minutes_within_a_day"),
        sa.CheckConstraint(
            f"domain IS NULL OR (act = 'approve' AND length(reason) > 0 AND domain IN {DOMAINS!r})",
            name="domain_is_approved",
        ),
        sa.CheckConstraint("by_id <> person_id", name="not_oneself"),
        sa.CheckConstraint("length(sha256) = 64", name="hash_is_whole"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("practice_entry.id"))
    entry_version: Mapped[int]
    act: Mapped[str] = mapped_column(sa.String(16))
    reverses_id: Mapped[int | None] = mapped_column(sa.ForeignKey("sign_off.id"))
    minutes: Mapped[int | None]
    domain: Mapped[str | None] = mapped_column(sa.String(32))
    reason: Mapped[str] = mapped_column(sa.String(500))
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    by_name: Mapped[str] = mapped_column(sa.String(200))
    at: Mapped[datetime] = mapped_column(Instant)
    batch_id: Mapped[str] = mapped_column(sa.String(36), index=True)
    statement_version: Mapped[int | None]
    statement: Mapped[str | None] = mapped_column(sa.Text)
    method: Mapped[str] = mapped_column(sa.String(24))
    line: Mapped[str] = mapped_column(sa.Text)
    sha256: Mapped[str] = mapped_column(sa.String(64))
