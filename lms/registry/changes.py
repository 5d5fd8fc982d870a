"""Which changes of a credential there are to tell, from what is known of it. Pure.

Each change has a key that names it for ever, so that whoever notices it twice notes it once. A change says the
status right after it; one and its reversal are two changes, in their order.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from lms.credentials.states import Credential, EventKind, Renewed, State, StatusFact, after_day, state_on


class ChangeKind(StrEnum):
    """What may happen to a credential. Those of its history have the words of `EventKind`."""

    SUSPENDED = "suspended"
    REINSTATED = "reinstated"
    REVOKED = "revoked"
    MADE_INACTIVE = "made_inactive"
    PROBATION = "probation"
    RELINQUISHED = "relinquished"
    ERASED = "erased"
    RENEWED = "renewed"
    SUPERSEDED = "superseded"
    IN_GRACE = "in_grace"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Change:
    """One change: `status` is the verdict right after it, `since` the day of it where the issuer is.

    Of one that expired, `since` is its last day, as everywhere in the register.
    """

    key: str
    kind: ChangeKind
    status: str
    at: datetime
    since: date
    valid_until: date | None
    reason_class: str | None = None
    superseded_by: str | None = None


@dataclass(frozen=True, slots=True)
class _Facts:
    issued_at: datetime
    valid_until: date | None
    zone: str
    superseded_at: datetime | None
    events: tuple[StatusFact, ...]
    renewals: tuple[Renewed, ...]


def changes_of(
    credential: Credential,
    now: datetime,
    *,
    superseded_by: str | None = None,
    is_in_grace: bool = False,
    noted: Collection[str] = (),
) -> tuple[Change, ...]:
    """Every change up to now, oldest first.

    `is_in_grace` says what stands today of one that expired; `noted` holds the keys that were noted before, so
    that the end of its days of grace is a change of its own.
    """
    facts = _Facts(
        credential.issued_at,
        credential.valid_until,
        credential.zone,
        credential.superseded_at,
        # What was so before the erasure is not answered after it, but it happened.
        tuple(event for event in credential.events if event.kind is not EventKind.ERASED),
        credential.renewals,
    )
    found = [_of_event(facts, event) for event in facts.events]
    found += [
        replace(_of_event(facts, event), status=State.ERASED.value)
        for event in credential.events
        if event.kind is EventKind.ERASED
    ]
    found += [_at(facts, ChangeKind.RENEWED, renewal.at) for renewal in facts.renewals]
    if facts.superseded_at is not None:
        made = _at(facts, ChangeKind.SUPERSEDED, facts.superseded_at)
        found.append(replace(made, superseded_by=superseded_by))
    found += _by_calendar(facts, now, is_in_grace, noted)
    if is_in_grace:
        found = [
            replace(one, status="in_grace") if one.status == State.EXPIRED and one.kind != "expired" else one
            for one in found
        ]
    return tuple(sorted((one for one in found if one.at <= now), key=lambda one: one.at))


def _of_event(facts: _Facts, event: StatusFact) -> Change:
    told = event.reason_class.value if event.reason_class and event.kind is EventKind.REVOKED else None
    return replace(_at(facts, ChangeKind(event.kind.value), event.at), reason_class=told)


def _at(facts: _Facts, kind: ChangeKind, at: datetime) -> Change:
    until = _until(facts, at)
    day = at.astimezone(ZoneInfo(facts.zone)).date()
    return Change(f"{kind.value}:{at.isoformat()}", kind, state_on(facts, at).value, at, day, until)


def _by_calendar(facts: _Facts, now: datetime, is_in_grace: bool, noted: Collection[str]) -> list[Change]:
    found = []
    last_days = [renewal.previous_until for renewal in facts.renewals] + [facts.valid_until]
    for place, last_day in enumerate(last_days):
        if last_day is None:
            continue
        over = after_day(last_day, facts.zone)
        if over > now or state_on(facts, over) is not State.EXPIRED:
            continue
        is_latest = place == len(last_days) - 1
        grace = Change(f"in_grace:{last_day}", ChangeKind.IN_GRACE, "in_grace", over, last_day, last_day)
        expired = Change(f"expired:{last_day}", ChangeKind.EXPIRED, "expired", over, last_day, last_day)
        was_in_grace = grace.key in noted
        if was_in_grace or (is_latest and is_in_grace):
            found.append(grace)
        if is_latest and not is_in_grace and was_in_grace:
            found.append(replace(expired, at=_midnight(now, facts.zone)))
        elif not was_in_grace and not (is_latest and is_in_grace):
            found.append(expired)
    return found


def _midnight(now: datetime, zone: str) -> datetime:
    return datetime.combine(now.astimezone(ZoneInfo(zone)).date(), time.min, ZoneInfo(zone))


def _until(facts: _Facts, at: datetime) -> date | None:
    later = min((one for one in facts.renewals if one.at > at), key=lambda one: one.at, default=None)
    return facts.valid_until if later is None else later.previous_until
