"""Which changes there are to tell, in tables, without a database."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lms.credentials.states import EventKind, ReasonClass, Renewed, StatusFact
from lms.registry.changes import changes_of

START = datetime(2026, 1, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Facts:
    issued_at: datetime = START
    valid_until: date | None = date(2026, 12, 31)
    zone: str = "America/New_York"
    superseded_at: datetime | None = None
    events: tuple[StatusFact, ...] = ()
    renewals: tuple[Renewed, ...] = ()


def told(facts: Facts, now: datetime = START + 200 * DAY, **more: object) -> list[tuple[str, str, str]]:
    return [
        (one.kind.value, one.status, one.since.isoformat())
        for one in changes_of(facts, now, **more)  # type: ignore[arg-type]
    ]


def test_a_change_and_its_reversal_within_an_hour_are_two_in_their_order() -> None:
    facts = Facts(
        events=(
            StatusFact(EventKind.SUSPENDED, START + DAY),
            StatusFact(EventKind.REINSTATED, START + DAY + timedelta(hours=1)),
        )
    )
    assert told(facts) == [("suspended", "suspended", "2026-01-02"), ("reinstated", "active", "2026-01-02")]


def test_a_revocation_has_its_class_of_reason_and_nothing_else_does() -> None:
    facts = Facts(
        events=(
            StatusFact(EventKind.SUSPENDED, START + DAY, ReasonClass.CONDUCT),
            StatusFact(EventKind.REVOKED, START + 2 * DAY, ReasonClass.CONDUCT),
        )
    )
    assert [one.reason_class for one in changes_of(facts, START + 9 * DAY)] == [None, "conduct"]


def test_the_last_day_is_the_whole_day_where_the_issuer_is() -> None:
    facts = Facts()
    midnight = datetime(2027, 1, 1, 5, tzinfo=UTC)
    assert told(facts, midnight - timedelta(microseconds=1)) == []
    assert told(facts, midnight) == [("expired", "expired", "2026-12-31")]


def test_days_of_grace_are_told_when_they_begin_and_when_they_end() -> None:
    facts, later = Facts(), datetime(2027, 2, 1, 12, tzinfo=UTC)
    assert told(facts, later, is_in_grace=True) == [("in_grace", "in_grace", "2026-12-31")]
    noted = {"in_grace:2026-12-31"}
    found = changes_of(facts, later, noted=noted)
    assert [one.key for one in found] == ["in_grace:2026-12-31", "expired:2026-12-31"]
    assert found[1].at == datetime(2027, 2, 1, 5, tzinfo=UTC)


def test_a_late_renewal_follows_the_expiry() -> None:
    renewed = Renewed(datetime(2027, 1, 20, tzinfo=UTC), date(2026, 12, 31))
    facts = Facts(valid_until=date(2028, 12, 31), renewals=(renewed,))
    assert told(facts, datetime(2027, 2, 1, tzinfo=UTC)) == [
        ("expired", "expired", "2026-12-31"),
        ("renewed", "active", "2027-01-19"),
    ]
    early = Renewed(datetime(2026, 12, 1, tzinfo=UTC), date(2026, 12, 31))
    in_time = Facts(valid_until=date(2028, 12, 31), renewals=(early,))
    assert told(in_time, datetime(2027, 2, 1, tzinfo=UTC)) == [("renewed", "active", "2026-11-30")]


def test_one_that_is_suspended_on_its_last_day_does_not_expire_then() -> None:
    facts = Facts(events=(StatusFact(EventKind.SUSPENDED, START + DAY),))
    assert told(facts, datetime(2027, 2, 1, tzinfo=UTC)) == [("suspended", "suspended", "2026-01-02")]


def test_what_was_before_an_erasure_is_still_told_as_it_was() -> None:
    facts = Facts(
        events=(
            StatusFact(EventKind.SUSPENDED, START + DAY),
            StatusFact(EventKind.ERASED, START + 2 * DAY),
        )
    )
    assert told(facts) == [("suspended", "suspended", "2026-01-02"), ("erased", "erased", "2026-01-03")]


def test_one_that_was_replaced_names_the_newer_one() -> None:
    facts = Facts(superseded_at=START + DAY)
    (change,) = changes_of(facts, START + 9 * DAY, superseded_by="NEWER")
    assert (change.kind, change.status, change.superseded_by) == ("superseded", "superseded", "NEWER")


KINDS = [EventKind.SUSPENDED, EventKind.REINSTATED, EventKind.PROBATION, EventKind.MADE_INACTIVE]


@given(st.lists(st.sampled_from(KINDS), max_size=8), st.integers(1, 400), st.integers(0, 400))
def test_what_was_told_once_is_told_the_same_later(kinds: list[EventKind], first: int, more: int) -> None:
    """Keys and contents never change as time goes on, and no key comes twice."""
    events = tuple(StatusFact(kind, START + place * 30 * DAY) for place, kind in enumerate(kinds, 1))
    facts = Facts(events=events)
    before = changes_of(facts, START + first * DAY)
    after = changes_of(facts, START + (first + more) * DAY)
    assert after[: len(before)] == before
    assert len({one.key for one in after}) == len(after)
