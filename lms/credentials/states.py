"""What a credential's state is, computed from facts as of a moment; nothing here is ever stored.

Order of the answers, strongest first: erased (also of a time before: nothing is left to say), revoked,
superseded, relinquished, suspended or inactive, expired, on probation, active. A suspension that outlasts the
validity still shows as suspended, since that is what a reader must know; probation says nothing of a credential
that is not valid.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo


class State(StrEnum):
    """The answers that a register can give about a number."""

    ACTIVE = "active"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    INACTIVE = "inactive"
    PROBATION = "probation"
    RELINQUISHED = "relinquished"
    ERASED = "erased"
    UNKNOWN = "unknown"


class Act(StrEnum):
    """What a register may do to a credential after it was issued."""

    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    REVOKE = "revoke"
    REPLACE = "replace"
    MAKE_INACTIVE = "make_inactive"
    PUT_ON_PROBATION = "put_on_probation"
    RELINQUISH = "relinquish"
    RENEW = "renew"
    ERASE = "erase"


class EventKind(StrEnum):
    """The kinds of status event that are kept."""

    SUSPENDED = "suspended"
    REINSTATED = "reinstated"
    REVOKED = "revoked"
    MADE_INACTIVE = "made_inactive"
    PROBATION = "probation"
    RELINQUISHED = "relinquished"
    ERASED = "erased"


class ReasonClass(StrEnum):
    """Why a credential was taken back, as far as the public is told; the reason itself never is."""

    ISSUED_IN_ERROR = "issued_in_error"
    NOT_TRUE = "not_true"
    CONDUCT = "conduct"
    ASKED_FOR = "asked_for"
    OTHER = "other"


POSSIBLE: dict[Act, frozenset[State]] = {
    Act.SUSPEND: frozenset({State.ACTIVE, State.PROBATION}),
    Act.REINSTATE: frozenset({State.SUSPENDED, State.INACTIVE, State.PROBATION}),
    Act.REVOKE: frozenset({State.ACTIVE, State.EXPIRED, State.SUSPENDED, State.INACTIVE, State.PROBATION}),
    Act.REPLACE: frozenset({State.ACTIVE, State.EXPIRED}),
    Act.MAKE_INACTIVE: frozenset({State.ACTIVE, State.PROBATION, State.EXPIRED}),
    Act.PUT_ON_PROBATION: frozenset({State.ACTIVE}),
    Act.RELINQUISH: frozenset({State.ACTIVE, State.PROBATION, State.EXPIRED, State.INACTIVE}),
    Act.RENEW: frozenset({State.ACTIVE, State.PROBATION, State.EXPIRED}),
    Act.ERASE: frozenset(State) - {State.ERASED, State.UNKNOWN},
}
"""From which states an act is possible. A suspended credential is not replaced: that would lift the
suspension by the back door. A superseded one is not revoked: its successor is."""


FOR_CERTIFICATIONS = frozenset({Act.MAKE_INACTIVE, Act.PUT_ON_PROBATION, Act.RELINQUISH, Act.RENEW})
"""What a certificate of completion knows nothing of: training that was done stays done."""


@dataclass(frozen=True, slots=True)
class StatusFact:
    """One event that changed the state, at an instant in UTC."""

    kind: EventKind
    at: datetime
    reason_class: ReasonClass | None = None


@dataclass(frozen=True, slots=True)
class Renewed:
    """A renewal at an instant, and the last day that held until then."""

    at: datetime
    previous_until: date | None


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
    @property
    def renewals(self) -> tuple[Renewed, ...]: ...


def state_on(credential: Credential | None, on: date | datetime) -> State:
    """The state at an instant, or at the end of a day in the issuer's zone; None is unknown.

    A credential is valid through the whole of its last day where its issuer is.
    """
    if credential is None:
        return State.UNKNOWN
    moment = on if isinstance(on, datetime) else _end_of(on, credential.zone)
    if moment < credential.issued_at:
        return State.UNKNOWN
    if any(event.kind is EventKind.ERASED for event in credential.events):
        return State.ERASED
    latest = _latest(credential.events, moment)
    if latest is EventKind.REVOKED:
        return State.REVOKED
    if credential.superseded_at is not None and credential.superseded_at <= moment:
        return State.SUPERSEDED
    if latest in LASTING:
        return LASTING[latest]
    valid_until = valid_until_at(credential, moment)
    if valid_until is not None and moment > _end_of(valid_until, credential.zone):
        return State.EXPIRED
    return State.PROBATION if latest is EventKind.PROBATION else State.ACTIVE


LASTING = {
    EventKind.RELINQUISHED: State.RELINQUISHED,
    EventKind.SUSPENDED: State.SUSPENDED,
    EventKind.MADE_INACTIVE: State.INACTIVE,
}


def valid_until_at(credential: Credential, moment: datetime) -> date | None:
    """The last day of validity as it stood at an instant: a later renewal does not reach back."""
    later = min((one for one in credential.renewals if one.at > moment), key=lambda one: one.at, default=None)
    return credential.valid_until if later is None else later.previous_until


def is_possible(act: Act, state: State) -> bool:
    """Whether the act may be done to a credential in this state."""
    return state in POSSIBLE[act]


def _latest(events: Iterable[StatusFact], moment: datetime) -> EventKind | None:
    """The last event up to the moment; what is final outranks whatever came after, revocation first."""
    past = [event for event in events if event.at <= moment]
    for final in (EventKind.REVOKED, EventKind.RELINQUISHED):
        if any(event.kind is final for event in past):
            return final
    latest: StatusFact | None = None
    for event in past:
        if latest is None or event.at >= latest.at:
            latest = event
    return latest.kind if latest else None


def after_day(day: date, zone: str) -> datetime:
    """The first instant after a day in a zone."""
    return datetime.combine(day + timedelta(days=1), time.min, ZoneInfo(zone))


def _end_of(day: date, zone: str) -> datetime:
    """The last microsecond of a day in a zone."""
    return after_day(day, zone) - timedelta(microseconds=1)
