"""Where a trainee practises, who may sign for it, and who said what to that."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import Base, Instant, Scoped
from lms.practice.models.constraints import one_of
from lms.practice.standing_to_sign import Relation


class Placement(Scoped, Base):
    """Where a trainee practises, in which role, between which days.

    `demands` are the qualifications, with blanks between, of which a signer must have held one on the day of
    the work; none means that an agreement suffices. `counts_from` is the day on which a certifying body
    approved trainee or site, where it counts no hours before.
    """

    __tablename__ = "placement"
    __table_args__ = (
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),
        sa.CheckConstraint("role IN ('paid', 'volunteer')", name="role_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_name: Mapped[str] = mapped_column(sa.String(120))
    site_organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation.id"))
    zone: Mapped[str] = mapped_column(sa.String(64))
    role: Mapped[str] = mapped_column(sa.String(16))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    demands: Mapped[str] = mapped_column(sa.String(200), default="", server_default="")
    counts_from: Mapped[date | None]
    asks_population: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    created_at: Mapped[datetime] = mapped_column(Instant)


class SupervisionAgreement(Scoped, Base):
    """Who may sign for a placement, and for which days: the supervisor, or the alternate in their place.

    How it stands is computed from its acts. What was agreed does not change; only its last day may, and an
    alternate may be named once.
    """

    __tablename__ = "supervision_agreement"
    __table_args__ = (
        sa.UniqueConstraint("placement_id", "supervisor_id", "starts_on"),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),
        sa.CheckConstraint("supervisor_id <> person_id", name="not_oneself"),
        sa.CheckConstraint(
            "alternate_id IS NULL OR (alternate_id <> person_id AND alternate_id <> supervisor_id)",
            name="alternate_is_a_third",
        ),
        # Only those that there are: a planner that has counted the many rows without one would rather scan.
        sa.Index(
            "ix_supervision_agreement_alternate_id",
            "alternate_id",
            sqlite_where=sa.text("alternate_id IS NOT NULL"),
            postgresql_where=sa.text("alternate_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    placement_id: Mapped[int] = mapped_column(sa.ForeignKey("placement.id"), index=True)
    supervisor_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    plan: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    alternate_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    needs_approval: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    created_at: Mapped[datetime] = mapped_column(Instant)


class AgreementAct(Scoped, Base):
    """A party's yes to an agreement, or its approval. Only ever added."""

    __tablename__ = "agreement_act"
    __table_args__ = (
        sa.UniqueConstraint("agreement_id", "kind", "by_id"),
        sa.Index(
            "uq_agreement_act_approved",
            "agreement_id",
            unique=True,
            sqlite_where=sa.text("kind = 'approved'"),
            postgresql_where=sa.text("kind = 'approved'"),
        ),
        sa.CheckConstraint("kind IN ('accepted', 'approved')", name="kind_known"),
        sa.CheckConstraint(
            "(kind = 'approved') = (approved_on IS NOT NULL AND approved_by IS NOT NULL)",
            name="approval_is_whole",
        ),
        sa.CheckConstraint(
            "(kind = 'accepted') = (text IS NOT NULL AND text_version IS NOT NULL)", name="yes_is_to_a_text"
        ),
        sa.CheckConstraint("kind <> 'approved' OR by_id <> person_id", name="not_approved_by_trainee"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int] = mapped_column(sa.ForeignKey("supervision_agreement.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(16))
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    approved_on: Mapped[date | None]
    approved_by: Mapped[str | None] = mapped_column(sa.String(120))
    text_version: Mapped[int | None]
    text: Mapped[str | None] = mapped_column(sa.Text)


class ConflictDeclaration(Scoped, Base):
    """What one of two people says of being close to the other, or a coordinator's word that it is over.

    Only ever added. `person_id` is the trainee. `ends_id` names the declaration that no longer stands.
    """

    __tablename__ = "conflict_declaration"
    __table_args__ = (
        sa.UniqueConstraint("ends_id"),
        sa.Index("ix_conflict_declaration_supervisor_id_person_id", "supervisor_id", "person_id"),
        sa.CheckConstraint(one_of("relation", Relation), name="relation_known"),
        sa.CheckConstraint("(relation = 'ended') = (ends_id IS NOT NULL)", name="end_names_one"),
        sa.CheckConstraint("relation <> 'ended' OR length(words) > 0", name="end_has_reason"),
        sa.CheckConstraint(
            "relation = 'ended' OR by_id = person_id OR by_id = supervisor_id", name="said_by_one_of_them"
        ),
        sa.CheckConstraint(
            "relation <> 'ended' OR (by_id <> person_id AND by_id <> supervisor_id)", name="ended_by_a_third"
        ),
        sa.CheckConstraint("supervisor_id <> person_id", name="not_oneself"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    supervisor_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    relation: Mapped[str] = mapped_column(sa.String(24))
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    words: Mapped[str] = mapped_column(sa.String(500))
    text_version: Mapped[int]
    text: Mapped[str] = mapped_column(sa.Text)
    ends_id: Mapped[int | None] = mapped_column(sa.ForeignKey("conflict_declaration.id"))
