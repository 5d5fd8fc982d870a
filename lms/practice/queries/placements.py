"""Reads of placements and supervision agreements."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from lms.db import session
from lms.errors import NotFound
from lms.practice.models import AgreementAct, Placement, PracticeEntry, SupervisionAgreement
from lms.practice.queries.rows import Rows
from lms.practice.rules import covers


@dataclass(frozen=True)
class AgreementLine:
    """Who may sign for a placement, from when to when, and what was agreed.

    `demands` are the qualifications that the placement asks of a signer, with blanks between.
    """

    id: int
    placement_id: int
    supervisor_id: int
    starts_on: date
    ends_on: date | None
    alternate_id: int | None
    plan: str
    needs_approval: bool
    approved_on: date | None
    demands: str

    def names(self, person_id: int) -> bool:
        """Whether the person may sign under it: as its supervisor, or as the alternate."""
        return person_id in (self.supervisor_id, self.alternate_id)


@dataclass(frozen=True)
class PlacementLine:
    """A placement with its trainee's id and its agreements."""

    id: int
    organisation_id: int
    person_id: int
    site: str
    zone: str
    role: str
    starts_on: date
    ends_on: date | None
    demands: str
    counts_from: date | None
    asks_population: bool
    agreements: tuple[AgreementLine, ...]


def covering(agreements: Iterable[AgreementLine], on: date) -> AgreementLine | None:
    """The agreement that holds on the day; of several the one made first."""
    return next((agreement for agreement in agreements if covers(agreement, on)), None)


_AGREEMENT: tuple[Any, ...] = (
    SupervisionAgreement.id,
    SupervisionAgreement.placement_id,
    SupervisionAgreement.supervisor_id,
    SupervisionAgreement.starts_on,
    SupervisionAgreement.ends_on,
    SupervisionAgreement.alternate_id,
    SupervisionAgreement.plan,
    SupervisionAgreement.needs_approval,
    AgreementAct.approved_on,
    Placement.demands,
)
_IS_APPROVAL = sa.and_(AgreementAct.agreement_id == SupervisionAgreement.id, AgreementAct.kind == "approved")
_AGREEMENTS: Rows = (
    sa.select(*_AGREEMENT)
    .select_from(SupervisionAgreement)
    .join(Placement, Placement.id == SupervisionAgreement.placement_id)
    .outerjoin(AgreementAct, _IS_APPROVAL)
    .where(SupervisionAgreement.placement_id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(SupervisionAgreement.id)
)


def agreements_for(
    placement_ids: Iterable[int], supervisor_id: int | None = None
) -> dict[int, tuple[AgreementLine, ...]]:
    """The agreements of these placements, by placement, oldest first; if named, those this person signs under.

    That is the supervisor, or the alternate.
    """
    found: dict[int, list[AgreementLine]] = defaultdict(list)
    for row in session().execute(_AGREEMENTS, {"ids": sorted(set(placement_ids))}):
        line = AgreementLine(*row)
        if supervisor_id is None or line.names(supervisor_id):
            found[line.placement_id].append(line)
    return {placement_id: tuple(lines) for placement_id, lines in found.items()}


_PLACEMENT = (
    Placement.id,
    Placement.organisation_id,
    Placement.person_id,
    Placement.site_name,
    Placement.zone,
    Placement.role,
    Placement.starts_on,
    Placement.ends_on,
    Placement.demands,
    Placement.counts_from,
    Placement.asks_population,
)


def placements_of(person_id: int) -> tuple[PlacementLine, ...]:
    """A person's placements, the one used last first."""
    used = (
        sa.select(sa.func.max(PracticeEntry.id))
        .where(PracticeEntry.placement_id == Placement.id)
        .correlate(Placement)
        .scalar_subquery()
    )
    return _placements(
        sa.select(*_PLACEMENT)
        .where(Placement.person_id == person_id)
        .order_by(sa.func.coalesce(used, 0).desc(), Placement.id.desc())
    )


def placements_at(organisation_ids: Iterable[int]) -> tuple[PlacementLine, ...]:
    """The placements that these organisations run, newest first."""
    return _placements(
        sa.select(*_PLACEMENT)
        .where(Placement.organisation_id.in_(sorted(set(organisation_ids))))
        .order_by(Placement.starts_on.desc(), Placement.id.desc())
        .limit(500)
    )


def placements_supervised_by(supervisor_id: int) -> tuple[PlacementLine, ...]:
    """The placements whose agreements name this supervisor, or name them as alternate, newest first."""
    named = sa.select(SupervisionAgreement.placement_id).where(
        sa.or_(
            SupervisionAgreement.supervisor_id == supervisor_id,
            SupervisionAgreement.alternate_id == supervisor_id,
        )
    )
    return _placements(
        sa.select(*_PLACEMENT)
        .where(Placement.id.in_(named))
        .order_by(Placement.starts_on.desc(), Placement.id.desc())
        .limit(500)
    )


def placement(placement_id: int) -> PlacementLine:
    """One placement. Raises NotFound."""
    found = _placements(sa.select(*_PLACEMENT).where(Placement.id == placement_id))
    if not found:
        raise NotFound
    return found[0]


def _placements(
    statement: Rows,
) -> tuple[PlacementLine, ...]:
    rows = session().execute(statement).all()
    agreements = agreements_for(row[0] for row in rows) if rows else {}
    return tuple(PlacementLine(*[*row, agreements.get(row[0], ())]) for row in rows)


def agreement(agreement_id: int) -> AgreementLine:
    """One agreement. Raises NotFound."""
    row = (
        session()
        .execute(
            sa.select(*_AGREEMENT)
            .select_from(SupervisionAgreement)
            .join(Placement, Placement.id == SupervisionAgreement.placement_id)
            .outerjoin(AgreementAct, _IS_APPROVAL)
            .where(SupervisionAgreement.id == agreement_id)
        )
        .first()
    )
    if row is None:
        raise NotFound
    return AgreementLine(*row)
