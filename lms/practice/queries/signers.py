"""Who may sign: qualifications, agreements and conflicts, for the pages and for the slices above."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from lms.db import session
from lms.errors import NotFound
from lms.practice.models import (
    AgreementAct,
    ConflictDeclaration,
    QualificationEnd,
    SupervisionAgreement,
    SupervisorQualification,
)
from lms.practice.queries.placements import AgreementLine, agreements_for
from lms.practice.queries.rows import Rows
from lms.practice.rules import Problem
from lms.practice.standing_to_sign import CONFLICTS, last_day, why_not


@dataclass(frozen=True)
class QualificationFact:
    """What a supervisor held, on days that both belong to it, as it was checked. Amounts are minutes."""

    evidence: str
    supervisor_id: int
    credential: str
    issuer: str
    valid_from: date
    valid_until: date | None
    checked_at: datetime
    training_minutes: int
    practice_minutes: int
    joint_minutes: int


_QUALIFICATIONS: Rows = (
    sa.select(
        SupervisorQualification.id,
        SupervisorQualification.supervisor_id,
        SupervisorQualification.credential,
        SupervisorQualification.issuer,
        SupervisorQualification.valid_from,
        SupervisorQualification.valid_until,
        SupervisorQualification.checked_at,
        SupervisorQualification.training_minutes,
        SupervisorQualification.practice_minutes,
        SupervisorQualification.joint_minutes,
        QualificationEnd.ended_on,
    )
    .outerjoin(QualificationEnd, QualificationEnd.qualification_id == SupervisorQualification.id)
    .where(SupervisorQualification.supervisor_id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(SupervisorQualification.id)
)


def qualifications_of(person_ids: Iterable[int]) -> tuple[QualificationFact, ...]:
    """What these supervisors held, oldest check first: one statement.

    One that was ended reaches to the day before; one that was ended from its first day on is left out.
    """
    ids = sorted(set(person_ids))
    found = []
    for id, supervisor_id, credential, issuer, start, until, *rest, ended_on in (
        session().execute(_QUALIFICATIONS, {"ids": ids}) if ids else ()
    ):
        until = last_day(until, ended_on)
        if until is None or start <= until:
            evidence = f"supervisor_qualification:{id}"
            found.append(QualificationFact(evidence, supervisor_id, credential, issuer, start, until, *rest))
    return tuple(found)


@dataclass(frozen=True)
class AgreementFact:
    """A supervision agreement and the days it covers; `approved_on` once it is approved."""

    evidence: str
    supervisor_id: int
    starts_on: date
    ends_on: date | None
    approved_on: date | None
    alternate_id: int | None


_APPROVAL = aliased(AgreementAct)
_AGREEMENTS: Rows = (
    sa.select(
        SupervisionAgreement.id,
        SupervisionAgreement.supervisor_id,
        SupervisionAgreement.starts_on,
        SupervisionAgreement.ends_on,
        _APPROVAL.approved_on,
        SupervisionAgreement.alternate_id,
    )
    .outerjoin(
        _APPROVAL, sa.and_(_APPROVAL.agreement_id == SupervisionAgreement.id, _APPROVAL.kind == "approved")
    )
    .where(SupervisionAgreement.person_id == sa.bindparam("person_id"))
    .order_by(SupervisionAgreement.id)
)


def agreements_of(person_id: int) -> tuple[AgreementFact, ...]:
    """The supervision agreements of a trainee, oldest first: one statement."""
    rows = session().execute(_AGREEMENTS, {"person_id": person_id})
    return tuple(AgreementFact(f"supervision_agreement:{id}", *rest) for id, *rest in rows)


_ENDED = aliased(ConflictDeclaration)
_CONFLICTS: Rows = (
    sa.select(ConflictDeclaration.person_id, ConflictDeclaration.supervisor_id)
    .where(
        ConflictDeclaration.relation.in_([relation.value for relation in CONFLICTS]),
        ~sa.exists().where(_ENDED.ends_id == ConflictDeclaration.id),
    )
    .distinct()
)


def conflicts_of(supervisor_id: int) -> frozenset[int]:
    """The trainees with whom this supervisor is too close, by the word of either that still stands."""
    rows = session().execute(_CONFLICTS.where(ConflictDeclaration.supervisor_id == supervisor_id))
    return frozenset(row.person_id for row in rows)


def signers_close_to(person_id: int) -> frozenset[int]:
    """The supervisors who are too close to this trainee, by the word of either that still stands."""
    rows = session().execute(_CONFLICTS.where(ConflictDeclaration.person_id == person_id))
    return frozenset(row.supervisor_id for row in rows)


@dataclass(frozen=True)
class ConflictLine:
    """What one of two people said of being close to the other, and whether it still stands."""

    id: int
    organisation_id: int
    person_id: int
    supervisor_id: int
    relation: str
    by_id: int
    at: datetime
    words: str
    over_at: datetime | None
    over_by_id: int | None
    over_because: str | None

    @property
    def is_over(self) -> bool:
        return self.over_at is not None


_DECLARED: Rows = (
    sa.select(
        ConflictDeclaration.id,
        ConflictDeclaration.organisation_id,
        ConflictDeclaration.person_id,
        ConflictDeclaration.supervisor_id,
        ConflictDeclaration.relation,
        ConflictDeclaration.by_id,
        ConflictDeclaration.at,
        ConflictDeclaration.words,
        _ENDED.at,
        _ENDED.by_id,
        _ENDED.words,
    )
    .outerjoin(_ENDED, _ENDED.ends_id == ConflictDeclaration.id)
    .where(ConflictDeclaration.relation.in_([relation.value for relation in CONFLICTS]))
    .order_by(ConflictDeclaration.id)
)


def conflicts_about(person_ids: Iterable[int]) -> tuple[ConflictLine, ...]:
    """The conflicts that were declared between these trainees and their signers, over or not, oldest first."""
    ids = sorted(set(person_ids))
    rows = session().execute(_DECLARED.where(ConflictDeclaration.person_id.in_(ids))) if ids else ()
    return tuple(ConflictLine(*row) for row in rows)


def conflict(declaration_id: int) -> ConflictLine:
    """One declared conflict. Raises NotFound."""
    row = session().execute(_DECLARED.where(ConflictDeclaration.id == declaration_id)).first()
    if row is None:
        raise NotFound
    return ConflictLine(*row)


def standing_to_sign(
    actor_id: int,
    entries: Iterable[Any],
    agreements: Mapping[int, tuple[AgreementLine, ...]] | None = None,
) -> Mapping[int, Problem | None]:
    """For each entry, by its id, what keeps the actor from signing it, or None: three statements at most.

    `entries` are rows or lines with `id`, `person_id`, `placement_id` and `worked_on`; `agreements` are those
    that `agreements_for` answered for the actor, if they are at hand. The qualification is judged on the day
    of the work, a conflict from the moment it was declared.
    """
    lines = tuple(entries)
    if not lines:
        return {}
    if agreements is None:
        agreements = agreements_for({line.placement_id for line in lines}, actor_id)
    demands = {placement: frozenset(of[0].demands.split()) for placement, of in agreements.items() if of}
    held = qualifications_of([actor_id]) if any(demands.values()) else ()
    close = conflicts_of(actor_id)
    return {
        line.id: why_not(
            actor_id,
            line.worked_on,
            agreements=agreements.get(line.placement_id, ()),
            demands=demands.get(line.placement_id, frozenset()),
            held=held,
            has_conflict=line.person_id in close,
        )
        for line in lines
    }
