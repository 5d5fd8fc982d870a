"""A stored decision beside the same evaluation made again."""

from dataclasses import dataclass

import sqlalchemy as sa

from lms.certification.findings import Evaluation
from lms.certification.models import Decision, Outcome
from lms.certification.replay import replay
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
