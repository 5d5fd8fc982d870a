"""States are computed from facts as of a moment, and cut exactly at their boundaries."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from lms.credentials.states import POSSIBLE, Act, EventKind, Renewed, State, StatusFact, is_possible, state_on

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
    renewals: tuple[Renewed, ...] = ()


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
        Act.SUSPEND: {State.ACTIVE, State.PROBATION},
        Act.REINSTATE: {State.SUSPENDED, State.INACTIVE, State.PROBATION},
        Act.REVOKE: {State.ACTIVE, State.EXPIRED, State.SUSPENDED, State.INACTIVE, State.PROBATION},
        Act.REPLACE: {State.ACTIVE, State.EXPIRED},
        Act.MAKE_INACTIVE: {State.ACTIVE, State.PROBATION, State.EXPIRED},
        Act.PUT_ON_PROBATION: {State.ACTIVE},
        Act.RELINQUISH: {State.ACTIVE, State.PROBATION, State.EXPIRED, State.INACTIVE},
        Act.RENEW: {State.ACTIVE, State.PROBATION, State.EXPIRED},
        Act.ERASE: set(State) - {State.ERASED, State.UNKNOWN},
    }
    final = (State.REVOKED, State.SUPERSEDED, State.RELINQUISHED)
    assert not any(is_possible(act, state) for act in set(Act) - {Act.ERASE} for state in final)
    assert not any(is_possible(act, State.ERASED) for act in Act)


RENEWED_AT = END - HOUR
RENEWED = Facts(valid_until=date(2030, 2, 28), renewals=(Renewed(RENEWED_AT, LAST_DAY),))


@pytest.mark.parametrize(
    ("facts", "on", "state"),
    [
        (RENEWED, END, State.ACTIVE),
        (Facts(valid_until=date(2030, 2, 28), renewals=(Renewed(END + HOUR, LAST_DAY),)), END, State.EXPIRED),
        (
            Facts(valid_until=date(2030, 2, 28), renewals=(Renewed(END + HOUR, LAST_DAY),)),
            END + HOUR,
            State.ACTIVE,
        ),
        (RENEWED, datetime(2030, 3, 1, 5, 0, tzinfo=UTC), State.EXPIRED),
        (Facts(events=(event(EventKind.PROBATION, 2),)), END - TICK, State.PROBATION),
        (Facts(events=(event(EventKind.PROBATION, 2),)), END, State.EXPIRED),
        (Facts(events=(event(EventKind.MADE_INACTIVE, 2),)), END, State.INACTIVE),
        (Facts(events=(event(EventKind.RELINQUISHED, 2), event(R, 3))), END, State.RELINQUISHED),
        (Facts(events=(event(EventKind.RELINQUISHED, 2), event(V, 3))), END, State.REVOKED),
        (Facts(events=(event(V, 2), event(EventKind.ERASED, 3))), END, State.ERASED),
        (Facts(events=(event(EventKind.ERASED, 3),)), ISSUED, State.ERASED),
    ],
)
def test_renewals_and_later_kinds_of_event(facts: Facts, on: datetime, state: State) -> None:
    assert state_on(facts, on) is state
