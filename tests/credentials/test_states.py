"""States are computed from facts as of a moment, and cut exactly at their boundaries."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from lms.credentials.states import POSSIBLE, Act, EventKind, State, StatusFact, is_possible, state_on

ISSUED = datetime(2026, 3, 1, 15, 0, tzinfo=UTC)
LAST_DAY = date(2028, 2, 29)
# New York is five hours behind UTC in February: the last day ends at 05:00 UTC of March 1.
END = datetime(2028, 3, 1, 5, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)
HOUR = timedelta(hours=1)


@dataclass
class Facts:
    issued_at: datetime = ISSUED
    valid_until: date | None = LAST_DAY
    zone: str = "America/New_York"
    superseded_at: datetime | None = None
    events: tuple[StatusFact, ...] = ()


def event(kind: EventKind, hours_later: int) -> StatusFact:
    return StatusFact(kind, ISSUED + hours_later * HOUR)


S, R, V = EventKind.SUSPENDED, EventKind.REINSTATED, EventKind.REVOKED

TABLE = [
    ("nothing is known", None, ISSUED, State.UNKNOWN),
    ("before it was issued", Facts(), ISSUED - TICK, State.UNKNOWN),
    ("from its first instant", Facts(), ISSUED, State.ACTIVE),
    ("to the end of its last day there", Facts(), END - TICK, State.ACTIVE),
    ("then no longer", Facts(), END, State.EXPIRED),
    ("a whole day: the last", Facts(), LAST_DAY, State.ACTIVE),
    ("a whole day: the next", Facts(), LAST_DAY + timedelta(days=1), State.EXPIRED),
    ("a day before issue", Facts(), date(2026, 2, 28), State.UNKNOWN),
    ("the day of issue", Facts(), date(2026, 3, 1), State.ACTIVE),
    ("without an end it does not expire", Facts(valid_until=None), END + 9999 * HOUR, State.ACTIVE),
    ("just before suspension", Facts(events=(event(S, 2),)), ISSUED + 2 * HOUR - TICK, State.ACTIVE),
    ("at suspension", Facts(events=(event(S, 2),)), ISSUED + 2 * HOUR, State.SUSPENDED),
    ("reinstated", Facts(events=(event(S, 2), event(R, 3))), ISSUED + 3 * HOUR, State.ACTIVE),
    ("at one instant the later row counts", Facts(events=(event(S, 2), event(R, 2))), END - TICK, State.ACTIVE),
    ("suspended past its end", Facts(events=(event(S, 2),)), END, State.SUSPENDED),
    ("reinstated past its end", Facts(events=(event(S, 2), event(R, 3))), END, State.EXPIRED),
    ("revoked", Facts(events=(event(V, 2),)), ISSUED + 2 * HOUR, State.REVOKED),
    ("not yet revoked", Facts(events=(event(V, 2),)), ISSUED + HOUR, State.ACTIVE),
    ("revoked outranks all", Facts(events=(event(V, 2), event(R, 3))), END, State.REVOKED),
    ("replaced", Facts(superseded_at=ISSUED + HOUR), ISSUED + HOUR, State.SUPERSEDED),
    ("not yet replaced", Facts(superseded_at=ISSUED + HOUR), ISSUED + HOUR - TICK, State.ACTIVE),
    ("replaced outranks expired", Facts(superseded_at=ISSUED + HOUR), END, State.SUPERSEDED),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "on", "state"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_state(facts: Facts | None, on: date | datetime, state: State) -> None:
    assert state_on(facts, on) is state


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "UTC", "Pacific/Pago_Pago", "America/St_Johns"])
def test_the_last_day_is_the_issuers(zone: str) -> None:
    from zoneinfo import ZoneInfo

    facts = Facts(zone=zone)
    late = datetime(2028, 2, 29, 23, 59, 59, tzinfo=ZoneInfo(zone))
    assert state_on(facts, late) is State.ACTIVE
    assert state_on(facts, late + timedelta(seconds=1)) is State.EXPIRED


def test_what_is_possible_in_each_state() -> None:
    assert {act: set(POSSIBLE[act]) for act in Act} == {
        Act.SUSPEND: {State.ACTIVE},
        Act.REINSTATE: {State.SUSPENDED},
        Act.REVOKE: {State.ACTIVE, State.EXPIRED, State.SUSPENDED},
        Act.REPLACE: {State.ACTIVE, State.EXPIRED},
    }
    assert not any(is_possible(act, state) for act in Act for state in (State.REVOKED, State.SUPERSEDED))
