"""The words for what a trainee did, where an entry stands and what can be done to it. Pure."""

from collections.abc import Mapping
from enum import StrEnum


def N_(text: str) -> str:
    """Mark a sentence for translation; the page translates it when it is shown."""
    return text


class Kind(StrEnum):
    """What the trainee did."""

    ONE_TO_ONE = "one_to_one"
    GROUP = "group"
    OUTREACH = "outreach"
    ADVOCACY = "advocacy"
    RESOURCE_LINKAGE = "resource_linkage"
    DOCUMENTATION = "documentation"
    OBSERVATION = "observation"
    TRAINING = "training"
    RECEIVED_SUPERVISION = "received_supervision"


class Mode(StrEnum):
    """How the trainee and the people served met."""

    IN_PERSON = "in_person"
    PHONE = "phone"
    VIDEO = "video"


class State(StrEnum):
    """Where an entry stands. The words shown on pages are in `words`."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    # These two are computed from the lines themselves and never stored: see `queries.standing`.
    AMENDED = "amended"
    VOID = "void"


STORED_STATES = (State.DRAFT, State.SUBMITTED, State.RETURNED, State.APPROVED)


class DisputeKind(StrEnum):
    """A step in the timeline of a dispute."""

    OPENED = "opened"
    ANSWERED = "answered"
    ESCALATED = "escalated"
    SETTLED = "settled"
    DECIDED = "decided"


class DisputeState(StrEnum):
    """Who has a dispute now, or how it ended: computed from its timeline."""

    OPEN = "open"
    ESCALATED = "escalated"
    SETTLED = "settled"
    DECIDED = "decided"


class Outcome(StrEnum):
    """What a coordinator may decide."""

    FOR_TRAINEE = "for_trainee"
    STANDS = "stands"


class WorkRole(StrEnum):
    """Whether the trainee was paid for the work."""

    PAID = "paid"
    VOLUNTEER = "volunteer"


class Step(StrEnum):
    """What can be done to an entry."""

    CHANGE = "change"
    DISCARD = "discard"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    APPROVE = "approve"
    RETURN = "return"
    UNDO_APPROVE = "undo_approve"
    UNDO_RETURN = "undo_return"


# Every step that exists, by the state it starts from. What is not here cannot be done. A signed entry
# knows one way only, the recorded reversal: its content never changes under a signature.
STEPS: Mapping[tuple[State, Step], State] = {
    (State.DRAFT, Step.CHANGE): State.DRAFT,
    (State.DRAFT, Step.DISCARD): State.DRAFT,
    (State.DRAFT, Step.SUBMIT): State.SUBMITTED,
    (State.SUBMITTED, Step.WITHDRAW): State.DRAFT,
    (State.SUBMITTED, Step.APPROVE): State.APPROVED,
    (State.SUBMITTED, Step.RETURN): State.RETURNED,
    (State.RETURNED, Step.CHANGE): State.RETURNED,
    (State.RETURNED, Step.SUBMIT): State.SUBMITTED,
    (State.RETURNED, Step.UNDO_RETURN): State.SUBMITTED,
    (State.APPROVED, Step.UNDO_APPROVE): State.SUBMITTED,
}


def after(state: State, step: Step) -> State | None:
    """The state that `step` leads to from `state`, or None when the step is not open there."""
    return STEPS.get((state, step))
