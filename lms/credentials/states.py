"""What a credential's state is, computed from facts as of a moment; nothing here is ever stored.

Order of the answers, strongest first: revoked, superseded, suspended, expired, active. A suspension
that outlasts the validity still shows as suspended, since that is what a reader must know.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo


class State(StrEnum):
    """The six answers that a register can give about a number."""

    ACTIVE = "active"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    UNKNOWN = "unknown"


class Act(StrEnum):
    """What a register may do to a credential after it was issued."""

    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    REVOKE = "revoke"
    REPLACE = "replace"


class EventKind(StrEnum):
    """The kinds of status event that are kept."""

    SUSPENDED = "suspended"
    REINSTATED = "reinstated"
    REVOKED = "revoked"


POSSIBLE: dict[Act, frozenset[State]] = {
    Act.SUSPEND: frozenset({State.ACTIVE}),
    Act.REINSTATE: frozenset({State.SUSPENDED}),
    Act.REVOKE: frozenset({State.ACTIVE, State.EXPIRED, State.SUSPENDED}),
    Act.REPLACE: frozenset({State.ACTIVE, State.EXPIRED}),
}
"""From which states an act is possible. A suspended credential is not replaced: that would lift the
suspension by the back door. A superseded one is not revoked: its successor is."""


@dataclass(frozen=True, slots=True)
class StatusFact:
    """One suspension, reinstatement or revocation, at an instant in UTC."""

    kind: EventKind
    at: datetime


class Credential(Protocol):
    """What must be known of a credential to say its state."""

    @property
    def issued_at(self) -> datetime: ...
    @property
    def valid_until(self) -> date | None: ...
    @property
    def zone(self) -> str: ...
    @property
    def superseded_at(self) -> datetime | None: ...
    @property
    def events(self) -> tuple[StatusFact, ...]: ...


def state_on(credential: Credential | None, on: date | datetime) -> State:
    """The state at an instant, or at the end of a day in the issuer's zone; None is unknown.

    A credential is valid through the whole of its last day where its issuer is.
    """
    if credential is None:
        return State.UNKNOWN
    moment = on if isinstance(on, datetime) else _end_of(on, credential.zone)
    if moment < credential.issued_at:
        return State.UNKNOWN
    latest = _latest(credential.events, moment)
    if latest is EventKind.REVOKED:
        return State.REVOKED
    if credential.superseded_at is not None and credential.superseded_at <= moment:
        return State.SUPERSEDED
    if latest is EventKind.SUSPENDED:
        return State.SUSPENDED
    if credential.valid_until is not None and moment > _end_of(credential.valid_until, credential.zone):
        return State.EXPIRED
    return State.ACTIVE


def is_possible(act: Act, state: State) -> bool:
    """Whether the act may be done to a credential in this state."""
    return state in POSSIBLE[act]


def _latest(events: Iterable[StatusFact], moment: datetime) -> EventKind | None:
    """The last event up to the moment; a revocation is final and outranks whatever came after."""
    latest: StatusFact | None = None
    for event in events:
        if event.at > moment:
            continue
        if event.kind is EventKind.REVOKED:
            return EventKind.REVOKED
        if latest is None or event.at >= latest.at:
            latest = event
    return latest.kind if latest else None


def _end_of(day: date, zone: str) -> datetime:
    """The last microsecond of a day in a zone."""
    return datetime.combine(day + timedelta(days=1), time.min, ZoneInfo(zone)) - timedelta(microseconds=1)
