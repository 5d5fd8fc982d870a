"""Reads for the pages about agreements and qualifications."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from lms.db import session
from lms.errors import NotFound
from lms.practice.models import AgreementAct, QualificationEnd, SupervisorQualification
from lms.practice.queries.rows import Rows
from lms.practice.standing_to_sign import is_good, last_day


@dataclass(frozen=True)
class ActLine:
    """A party's yes to an agreement, or its approval."""

    kind: str
    by_id: int
    at: datetime
    approved_on: date | None
    approved_by: str | None


def agreement_acts(agreement_ids: Iterable[int]) -> Mapping[int, tuple[ActLine, ...]]:
    """What people said to these agreements, by agreement, oldest first: one statement."""
    ids = sorted(set(agreement_ids))
    found: dict[int, list[ActLine]] = defaultdict(list)
    statement: Rows = (
        sa.select(
            AgreementAct.agreement_id,
            AgreementAct.kind,
            AgreementAct.by_id,
            AgreementAct.at,
            AgreementAct.approved_on,
            AgreementAct.approved_by,
        )
        .where(AgreementAct.agreement_id.in_(ids))
        .order_by(AgreementAct.id)
    )
    for agreement_id, *rest in session().execute(statement) if ids else ():
        found[agreement_id].append(ActLine(*rest))
    return {agreement_id: tuple(acts) for agreement_id, acts in found.items()}


@dataclass(frozen=True)
class QualificationLine:
    """A qualification with its check and, if it was ended, by whom and why."""

    id: int
    supervisor_id: int
    organisation_id: int
    credential: str
    number: str
    issuer: str
    valid_from: date
    valid_until: date | None
    training_minutes: int
    practice_minutes: int
    joint_minutes: int
    source: str
    checked_by_id: int
    checked_at: datetime
    ended_on: date | None
    end_reason: str | None

    @property
    def last_day(self) -> date | None:
        """The last day it is good for, with an end that was noted later."""
        return last_day(self.valid_until, self.ended_on)

    def is_good(self, on: date) -> bool:
        """Whether it is good on the day."""
        return is_good(self, on) and (self.ended_on is None or on < self.ended_on)


_LINES: Rows = (
    sa.select(
        SupervisorQualification.id,
        SupervisorQualification.supervisor_id,
        SupervisorQualification.organisation_id,
        SupervisorQualification.credential,
        SupervisorQualification.number,
        SupervisorQualification.issuer,
        SupervisorQualification.valid_from,
        SupervisorQualification.valid_until,
        SupervisorQualification.training_minutes,
        SupervisorQualification.practice_minutes,
        SupervisorQualification.joint_minutes,
        SupervisorQualification.source,
        SupervisorQualification.checked_by_id,
        SupervisorQualification.checked_at,
        QualificationEnd.ended_on,
        QualificationEnd.reason,
    )
    .outerjoin(QualificationEnd, QualificationEnd.qualification_id == SupervisorQualification.id)
    .order_by(SupervisorQualification.supervisor_id, SupervisorQualification.id.desc())
)


def qualification_lines(
    supervisor_id: int, organisation_ids: Iterable[int] = ()
) -> tuple[QualificationLine, ...]:
    """One's own qualifications and those that these organisations have checked, newest first by person."""
    wanted = sa.or_(
        SupervisorQualification.supervisor_id == supervisor_id,
        SupervisorQualification.organisation_id.in_(sorted(set(organisation_ids))),
    )
    return tuple(QualificationLine(*row) for row in session().execute(_LINES.where(wanted).limit(500)))


def qualification(qualification_id: int) -> QualificationLine:
    """One qualification. Raises NotFound."""
    row = session().execute(_LINES.where(SupervisorQualification.id == qualification_id)).first()
    if row is None:
        raise NotFound
    return QualificationLine(*row)
