"""Tables of what people and bodies bring: proofs and the acts on them, waivers, approvals of training.

Nothing here is ever changed or deleted. Where a proof stands follows from its acts; a waiver and an approval
end by a row that names them.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant, Scoped


class ProofActKind(StrEnum):
    """What was done about a proof."""

    VERIFIED = "verified"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


KINDS = (
    *("birth", "education", "identity", "document", "reference", "background", "recovery", "share", "stage"),
    *("tier", "payment", "credential", "employment", "continuing_education", "credits", "attendance"),
    "performance",
)
BODY_ALONE = ("attendance", "background", "payment", "performance")


def _one_of(column: str, names: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(name) for name in names)})"


class Proof(Scoped, Base):
    """One thing about a person that a certifying body (`organisation_id`) is to look at.

    `told` holds what its kind asks for, as JSON that the pure rules have checked; `file` names an upload.
    """

    __tablename__ = "proof"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(24))
    on: Mapped[date]
    until_on: Mapped[date | None]
    told: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    brought_by: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    brought_at: Mapped[datetime] = mapped_column(Instant)
    file: Mapped[str | None] = mapped_column(sa.String(64))
    file_type: Mapped[str | None] = mapped_column(sa.String(24))
    supersedes_id: Mapped[int | None] = mapped_column(sa.ForeignKey("proof.id"), unique=True)
    request_key: Mapped[str] = mapped_column(sa.String(64), unique=True)

    __table_args__ = (
        sa.CheckConstraint(_one_of("kind", KINDS), name="kind_known"),
        sa.CheckConstraint('until_on IS NULL OR until_on >= "on"', name="ends_after_it_begins"),
        sa.CheckConstraint(
            f"brought_by <> person_id OR NOT ({_one_of('kind', BODY_ALONE)})", name="body_alone"
        ),
        sa.CheckConstraint("(file IS NULL) = (file_type IS NULL)", name="file_has_type"),
        sa.CheckConstraint(
            "file_type IS NULL OR " + _one_of("file_type", ("application/pdf", "image/jpeg", "image/png")),
            name="file_type_known",
        ),
    )


class ProofAct(Scoped, Base):
    """What was done about a proof: verified, returned with a reason, or withdrawn by who brought it."""

    __tablename__ = "proof_act"

    id: Mapped[int] = mapped_column(primary_key=True)
    proof_id: Mapped[int] = mapped_column(sa.ForeignKey("proof.id"))
    place: Mapped[int]
    kind: Mapped[str] = mapped_column(sa.String(12))
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    reason: Mapped[str] = mapped_column(sa.String(2000), default="")

    __table_args__ = (
        sa.UniqueConstraint("proof_id", "place"),
        sa.CheckConstraint("place > 0", name="place_counts"),
        sa.CheckConstraint(_one_of("kind", tuple(ProofActKind)), name="kind_known"),
        sa.CheckConstraint("(kind = 'returned') = (length(reason) > 0)", name="returned_with_reason"),
        sa.CheckConstraint("kind = 'withdrawn' OR by_id <> person_id", name="not_about_oneself"),
    )


class Waiver(Scoped, Base):
    """A body's exception from one requirement of one scheme. A row with `ends_id` ends that one."""

    __tablename__ = "waiver"

    id: Mapped[int] = mapped_column(primary_key=True)
    scheme_id: Mapped[str] = mapped_column(sa.String(60))
    requirement_id: Mapped[str] = mapped_column(sa.String(60))
    on: Mapped[date]
    until_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(sa.String(2000))
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    ends_id: Mapped[int | None] = mapped_column(sa.ForeignKey("waiver.id"), unique=True)
    request_key: Mapped[str] = mapped_column(sa.String(64), unique=True)

    __table_args__ = (
        sa.CheckConstraint("length(reason) > 0", name="has_reason"),
        sa.CheckConstraint("by_id <> person_id", name="not_about_oneself"),
        sa.CheckConstraint('until_on IS NULL OR until_on >= "on"', name="ends_after_it_begins"),
        sa.CheckConstraint("ends_id IS NULL OR until_on IS NULL", name="an_end_has_no_last_day"),
    )


class TrainingApproval(Base):
    """A body's approval of a provider's training: all of it, or one module under the body's own course name.

    It is about no person, so any reader may see it. A row with `ends_id` ends that one.
    """

    __tablename__ = "training_approval"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    provider_id: Mapped[int] = mapped_column(sa.ForeignKey("organisation.id"))
    provider: Mapped[str] = mapped_column(sa.String(60))
    by_name: Mapped[str] = mapped_column(sa.String(60))
    module_id: Mapped[str] = mapped_column(sa.String(60), default="")
    course: Mapped[str] = mapped_column(sa.String(60), default="")
    on: Mapped[date]
    until_on: Mapped[date | None]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    ends_id: Mapped[int | None] = mapped_column(sa.ForeignKey("training_approval.id"), unique=True)
    request_key: Mapped[str] = mapped_column(sa.String(64), unique=True)

    __table_args__ = (
        sa.CheckConstraint('until_on IS NULL OR until_on >= "on"', name="ends_after_it_begins"),
        sa.CheckConstraint("length(by_name) > 0", name="says_who"),
    )
