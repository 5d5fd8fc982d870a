"""Stored decisions beside the same evaluations made again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from lms.audit import Action, AuditEvent
from lms.certification.findings import Evaluation
from lms.certification.models import Decision, Outcome
from lms.certification.replay import hash_of_stored, replay
from lms.db import session
from lms.errors import NotFound


@dataclass(frozen=True)
class Replay:
    """A stored decision beside the same evaluation made again from its stored inputs."""

    decision_id: int
    outcome: str
    stored: Evaluation
    again: Evaluation

    @property
    def is_same(self) -> bool:
        """Whether every finding came out as it was stored, and a grant still stands on a met scheme."""
        return self.again == self.stored and (self.outcome != Outcome.GRANTED or self.again.is_met)


def replay_of(decision_id: int) -> Replay:
    """Make a decision's evaluation again. Raises NotFound."""
    row = session().scalars(sa.select(Decision).where(Decision.id == decision_id)).one_or_none()
    if row is None:
        raise NotFound
    return Replay(row.id, row.outcome, Evaluation.from_json(row.findings), replay(row.inputs))


# --- all of them ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Difference:
    """A stored decision that does not come out the same, and in what."""

    decision_id: int
    sentence: str

    def __str__(self) -> str:
        return f"decision {self.decision_id}: {self.sentence}"


PAGE = 100
_PAGE_OF_DECISIONS = (
    sa.select(
        Decision.id,
        Decision.application_id,
        Decision.outcome,
        Decision.by_id,
        Decision.scheme_id,
        Decision.scheme_version,
        Decision.as_of,
        Decision.findings,
        Decision.inputs,
        Decision.evidence,
        Decision.evidence_hash,
        Decision.credential_number,
    )
    .where(Decision.id > sa.bindparam("after"))
    .order_by(Decision.id)
    .limit(PAGE)
)
SAYS = {
    Action.CERTIFICATION_GRANT.value: Outcome.GRANTED,
    Action.CERTIFICATION_ISSUE_COMPLETION.value: Outcome.GRANTED,
    Action.CERTIFICATION_RETURN.value: Outcome.RETURNED,
    Action.CERTIFICATION_REFUSE.value: Outcome.REFUSED,
}


class Replays:
    """All stored decisions in scope, made again a page at a time. `decisions` counts them."""

    def __init__(self) -> None:
        self.decisions = 0

    def differences(self) -> Iterator[Difference]:
        """Each decision that differs from its replay, from its own columns or from the audit trail, once."""
        after = 0
        while page := session().execute(_PAGE_OF_DECISIONS, {"after": after}).all():
            told = _told(page)
            for row in page:
                self.decisions += 1
                wrong = "; ".join((*_wrong_with(row), *_wrong_with_outcome(row, told.get(row.id))))
                if wrong:
                    yield Difference(row.id, f"{wrong}.")
            after = page[-1].id


def _wrong_with(row: sa.Row[Any]) -> Iterator[str]:
    """What of a decision is not what its stored inputs give."""
    try:
        again, stored = replay(row.inputs), Evaluation.from_json(row.findings)
        is_met = row.findings["is_met"]
        stored_hash = hash_of_stored(row.inputs["record"])
    except (ValueError, KeyError, TypeError, AttributeError) as wrong:
        yield f"it cannot be read ({wrong})"
        return
    if stored_hash != row.evidence_hash:
        yield "its record is not the one that was hashed"
    if (row.scheme_id, row.scheme_version) != (again.scheme_id, again.scheme_version):
        yield f"it names {row.scheme_id} version {row.scheme_version}, its scheme's text another"
    if row.as_of != again.as_of:
        yield f"it is dated {row.as_of}, its inputs {again.as_of}"
    different = _differing(stored, again)
    if different:
        yield f"{', '.join(different)}: not what the inputs give"
    elif stored != again or is_met != again.is_met:
        yield "its findings are not those of its inputs"
    if tuple(row.evidence) != again.evidence:
        yield "its list of evidence is not what counted"
    if row.outcome == Outcome.GRANTED and not again.is_met:
        yield "it was granted, and its inputs do not meet the scheme"


def _differing(stored: Evaluation, again: Evaluation) -> list[str]:
    before = {finding.requirement_id: finding for finding in stored.findings}
    after = {finding.requirement_id: finding for finding in again.findings}
    return [name for name in dict.fromkeys((*before, *after)) if before.get(name) != after.get(name)]


def _wrong_with_outcome(row: sa.Row[Any], told: Outcome | None) -> Iterator[str]:
    if told is None:
        yield "the audit trail does not know it"
    elif told != row.outcome:
        yield f"it says {row.outcome}, the audit trail {told}"
    if (row.outcome == Outcome.GRANTED) != (row.credential_number is not None):
        yield "its outcome and its number do not go together"


def _told(page: Sequence[sa.Row[Any]]) -> dict[int, Outcome]:
    """What the audit trail says of these decisions, by decision."""
    events = session().execute(
        sa.select(AuditEvent.action, AuditEvent.subject_id, AuditEvent.details).where(
            AuditEvent.subject == "application",
            AuditEvent.subject_id.in_({row.application_id for row in page}),
            AuditEvent.action.in_(SAYS),
        )
    )
    by_number = {row.credential_number: row.id for row in page if row.by_id is None}
    found: dict[int, Outcome] = {}
    for action, _application_id, details in events:
        decision_id = details.get("decision_id") or by_number.get(details.get("number"))
        if decision_id is not None:
            found[decision_id] = SAYS[action]
    return found
