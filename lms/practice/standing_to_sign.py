"""Whether somebody may sign for a piece of work: agreement, qualification on the day, nobody too close. Pure.

Sources: domain notes 3.3 (a signer is named on the agreement, was qualified on the date of the supervised
work, and is in no conflicting relation; a named alternate prevents orphaned hours) and R23. That relatives,
people of one household and one's own former counsellor do not sign is a rule of Washington for neighbouring
professions; no text about peers was seen, so here it is the rule of the house.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol

from lms.practice.rules import N_, Problem, covers


class Credential(StrEnum):
    """What a supervisor may hold. The first four are those that Texas names (1 TAC 354)."""

    QCC = "qcc"
    LPHA = "lpha"
    QMHP = "qmhp"
    QPS = "qps"
    PEER_SUPERVISOR = "peer_supervisor"
    PEER_SPECIALIST = "peer_specialist"
    SUPERVISOR_TRAINING = "supervisor_training"
    OTHER = "other"


class Relation(StrEnum):
    """What a declaration says of two people; `ended` is a coordinator's word that another one is over."""

    NONE = "none"
    RELATIVE = "relative"
    COHABITANT = "cohabitant"
    FORMER_COUNSELLOR = "former_counsellor"
    ENDED = "ended"


CONFLICTS = (Relation.RELATIVE, Relation.COHABITANT, Relation.FORMER_COUNSELLOR)


@dataclass(frozen=True)
class Text:
    """What a party says by pressing the button; the version is stored with it."""

    version: int
    words: str


# A change of wording is a new version at the end; nothing above it is ever edited.
CONFLICT_TEXTS = {
    1: Text(
        1,
        "I say whether one of us is a relative of the other, lives with the other, or was the other's "
        "counselor. If that is so, somebody else signs.",
    ),
}
CONFLICT_TEXT = CONFLICT_TEXTS[max(CONFLICT_TEXTS)]
AGREEMENT_TEXTS = {
    1: Text(
        1,
        "I have read this agreement and its plan. I agree to it, and I will speak up when something in it no "
        "longer fits.",
    ),
}
AGREEMENT_TEXT = AGREEMENT_TEXTS[max(AGREEMENT_TEXTS)]


class Agreed(Protocol):
    """An agreement as the rule sees it."""

    @property
    def supervisor_id(self) -> int: ...
    @property
    def alternate_id(self) -> int | None: ...
    @property
    def starts_on(self) -> date: ...
    @property
    def ends_on(self) -> date | None: ...
    @property
    def needs_approval(self) -> bool: ...
    @property
    def approved_on(self) -> date | None: ...


class Held(Protocol):
    """A qualification as the rule sees it: both days belong to it."""

    @property
    def credential(self) -> str: ...
    @property
    def valid_from(self) -> date: ...
    @property
    def valid_until(self) -> date | None: ...


def last_day(valid_until: date | None, ended_on: date | None) -> date | None:
    """The last day a qualification is good for; `ended_on` is the first day on which it no longer is."""
    if ended_on is None:
        return valid_until
    before = ended_on - timedelta(days=1)
    return before if valid_until is None else min(valid_until, before)


def why_not(
    signer_id: int,
    worked_on: date,
    *,
    agreements: Iterable[Agreed],
    demands: Collection[str] = (),
    held: Iterable[Held] = (),
    has_conflict: bool = False,
) -> Problem | None:
    """What stands between this person and a signature under work of this day, or None.

    `agreements` are those of the placement, `held` the signer's qualifications, `demands` the credentials of
    which one is asked for at the placement (none: an agreement suffices), `has_conflict` whether the two have
    said that they are too close.
    """
    if has_conflict:
        text = N_("One of you said that you two are close. Somebody else signs these hours.")
        return Problem("conflict", "supervisor_id", text, True)
    named = [
        agreement
        for agreement in agreements
        if signer_id in (agreement.supervisor_id, agreement.alternate_id) and covers(agreement, worked_on)
    ]
    if not named:
        text = N_("No supervision agreement of yours covers this day.")
        return Problem("no_agreement", "supervisor_id", text, True)
    if all(agreement.needs_approval and agreement.approved_on is None for agreement in named):
        text = N_("Your supervision agreement still waits for its approval.")
        return Problem("not_approved", "supervisor_id", text, True)
    if not demands or any(is_good(one, worked_on) for one in held if one.credential in demands):
        return None
    text = N_("On this day you had no checked qualification that this placement asks for.")
    return Problem("not_qualified", "supervisor_id", text, True)


def is_good(held: Held, on: date) -> bool:
    """Whether a qualification holds on the day."""
    return held.valid_from <= on and (held.valid_until is None or on <= held.valid_until)


class AgreementState(StrEnum):
    """How an agreement stands: computed, never stored."""

    WAITS_FOR_YES = "waits_for_yes"
    WAITS_FOR_APPROVAL = "waits_for_approval"
    HOLDS = "holds"
    ENDED = "ended"


def agreement_state(agreement: Agreed, person_id: int, agreed: Collection[int], today: date) -> AgreementState:
    """How the agreement of this trainee stands, from the ids of those who have agreed to it."""
    if agreement.ends_on is not None and agreement.ends_on < today:
        return AgreementState.ENDED
    if agreement.needs_approval and agreement.approved_on is None:
        return AgreementState.WAITS_FOR_APPROVAL
    if not {person_id, agreement.supervisor_id} <= set(agreed):
        return AgreementState.WAITS_FOR_YES
    return AgreementState.HOLDS
