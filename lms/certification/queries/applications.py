"""Applications with the decisions on them, and where the newest one stands."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from lms.certification.findings import Evaluation
from lms.certification.models import Application, Decision, State
from lms.certification.scheme_file import Scheme
from lms.certification.schemes import schemes
from lms.db import session
from lms.errors import NotFound


@dataclass(frozen=True)
class DecisionCard:
    """One decision on an application."""

    id: int
    outcome: str
    by_id: int | None
    at: datetime
    reason: str
    credential_number: str | None
    evaluation: Evaluation


@dataclass(frozen=True)
class ApplicationCard:
    """An application with its scheme and the decisions on it, newest last."""

    id: int
    person_id: int
    organisation_id: int
    scheme: Scheme
    state: str
    is_automatic: bool
    submitted_at: datetime
    closed_at: datetime | None
    decisions: tuple[DecisionCard, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.state in (State.SUBMITTED, State.RETURNED)

    @property
    def last(self) -> DecisionCard | None:
        """The newest decision, if there is one."""
        return self.decisions[-1] if self.decisions else None

    @property
    def credential_number(self) -> str | None:
        """The number of the credential it led to, without the period that a renewal's decision names."""
        number = self.last.credential_number if self.last else None
        return number.partition("/")[0] if number else None


def application(application_id: int) -> ApplicationCard:
    """One application in scope. Raises NotFound."""
    found = _cards(sa.select(Application).where(Application.id == application_id))
    if not found:
        raise NotFound
    return found[0]


def applications_of(person_id: int) -> tuple[ApplicationCard, ...]:
    """The person's applications, newest first. Automatic completions are among them."""
    return _cards(
        sa.select(Application).where(Application.person_id == person_id).order_by(Application.id.desc())
    )


def _cards(statement: sa.Select[Application]) -> tuple[ApplicationCard, ...]:
    rows = session().scalars(statement).all()
    decisions: dict[int, list[DecisionCard]] = {row.id: [] for row in rows}
    if rows:
        made = sa.select(Decision).where(Decision.application_id.in_(decisions)).order_by(Decision.id)
        for decision in session().scalars(made):
            decisions[decision.application_id].append(_decision_card(decision))
    return tuple(
        ApplicationCard(
            id=row.id,
            person_id=row.person_id,
            organisation_id=row.organisation_id,
            scheme=pinned(row.scheme_id, row.scheme_version),
            state=row.state,
            is_automatic=row.is_automatic,
            submitted_at=row.submitted_at,
            closed_at=row.closed_at,
            decisions=tuple(decisions[row.id]),
        )
        for row in rows
    )


def _decision_card(row: Decision) -> DecisionCard:
    return DecisionCard(
        id=row.id,
        outcome=row.outcome,
        by_id=row.by_id,
        at=row.at,
        reason=row.reason,
        credential_number=row.credential_number,
        evaluation=Evaluation.from_json(row.findings),
    )


def pinned(scheme_id: str, version: int) -> Scheme:
    """That version of a scheme. Raises LookupError when its file is gone, which `doctor` reports."""
    scheme = schemes().version(scheme_id, version)
    if scheme is None:
        raise LookupError(f"the file of scheme {scheme_id} version {version} is missing")
    return scheme


@dataclass(frozen=True)
class ApplicationStanding:
    """Where a person's newest application under a scheme is."""

    id: int
    state: str


_STANDING = (
    sa.select(Application.id, Application.state)
    .where(
        Application.person_id == sa.bindparam("person_id"), Application.scheme_id == sa.bindparam("scheme_id")
    )
    .order_by(Application.id.desc())
    .limit(1)
)


def standing_of(person_id: int, scheme_id: str) -> ApplicationStanding | None:
    """The person's newest application under the scheme, in one statement; None when there is none."""
    row = session().execute(_STANDING, {"person_id": person_id, "scheme_id": scheme_id}).first()
    return ApplicationStanding(*row) if row else None
