"""Reads about who is told of changes of credentials, and of what they are told."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from lms import clock
from lms.certification import queries as certification
from lms.certification.cycles import Status
from lms.credentials import queries as credentials
from lms.credentials.queries import CredentialCard
from lms.credentials.states import after_day
from lms.db import session
from lms.errors import NotFound
from lms.registry.changes import ChangeKind
from lms.registry.models import StatusChange, StatusDelivery, StatusWatch, WatchConsent

TEXT_ID, TEXT_VERSION = "status-watch", 1
"""The words on the holder's page under which they agree. New words are a new version."""
NEWER_NUMBER_TOLD = frozenset({("status-watch", 1)})
"""The texts that say that the number of a newer credential is told."""
LONGEST = timedelta(days=365)
NOBODY = "-"
"""Stands where a watcher's name was, once the data of the credential are erased."""


class WatchState(StrEnum):
    """Where a watch stands."""

    WAITING = "waiting"
    TOLD = "told"
    DECLINED = "declined"
    LAPSED = "lapsed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class WatchCard:
    """One watcher of one credential, with the holder's newest word on it."""

    id: int
    credential_id: int
    organisation_id: int | None
    name: str
    address: str | None
    language: str
    asked_at: datetime
    ended_at: datetime | None
    is_agreed: bool | None
    from_at: datetime | None
    until: datetime | None
    text_id: str | None
    text_version: int | None
    answered_at: datetime | None

    def state(self, now: datetime) -> WatchState:
        """Where it stands; told only while the holder's yes lasts."""
        if self.ended_at is not None:
            return WatchState.ENDED
        if self.is_agreed is None:
            return WatchState.WAITING
        if self.until is None:
            return WatchState.DECLINED
        return WatchState.TOLD if now < self.until else WatchState.LAPSED

    def last_day(self, zone: str) -> date | None:
        """The last day of the holder's yes where the issuer is."""
        last = self.until - timedelta(microseconds=1) if self.until else None
        return last.astimezone(ZoneInfo(zone)).date() if last else None

    @property
    def is_told_newer_number(self) -> bool:
        """Whether the text that the holder agreed to says that the number of a newer one is told."""
        return (self.text_id, self.text_version) in NEWER_NUMBER_TOLD


@dataclass(frozen=True, slots=True)
class ToldCard:
    """One change for one watcher: when it was told, or that it was dropped as the holder's yes was over."""

    id: int
    watch_id: int
    kind: str
    status: str
    since: date
    reason_class: str | None
    superseded_by: str | None
    at: datetime
    told_at: datetime | None
    dropped_at: datetime | None


_newest = sa.select(sa.func.max(WatchConsent.id)).group_by(WatchConsent.watch_id)
_WORD = sa.and_(WatchConsent.watch_id == StatusWatch.id, WatchConsent.id.in_(_newest))
_WATCHES = (
    sa.select(
        StatusWatch.id,
        StatusWatch.credential_id,
        StatusWatch.organisation_id,
        StatusWatch.name,
        StatusWatch.address,
        StatusWatch.language,
        StatusWatch.asked_at,
        StatusWatch.ended_at,
        WatchConsent.is_agreed,
        WatchConsent.from_at,
        WatchConsent.ends_at.label("until"),
        WatchConsent.text_id,
        WatchConsent.text_version,
        WatchConsent.at.label("answered_at"),
    )
    .outerjoin(WatchConsent, _WORD)
    .order_by(StatusWatch.id)
)


def _cards(rows: Iterable[Any]) -> tuple[WatchCard, ...]:
    return tuple(WatchCard(*row) for row in rows)


def in_force(now: datetime) -> tuple[Any, ...]:
    """What is true of a watch of `_WATCHES` that is told now."""
    return (StatusWatch.ended_at.is_(None), WatchConsent.is_agreed, WatchConsent.ends_at > now)


def watch(watch_id: int) -> WatchCard:
    """One watch. Raises NotFound."""
    found = _cards(session().execute(_WATCHES.where(StatusWatch.id == watch_id)))
    if not found:
        raise NotFound
    return found[0]


def watchers_of(credential_id: int) -> tuple[WatchCard, ...]:
    """Everybody who asked to be told of a credential, newest first, those that ended too."""
    return _cards(session().execute(_WATCHES.where(StatusWatch.credential_id == credential_id)))[::-1]


def watches_of_address(address: str) -> tuple[WatchCard, ...]:
    """What an address asked for and did not end."""
    return _cards(
        session().execute(_WATCHES.where(StatusWatch.address == address, StatusWatch.ended_at.is_(None)))
    )


def watches_in_force(credential_id: int) -> tuple[WatchCard, ...]:
    """The watchers that are told of a credential now."""
    return _cards(
        session().execute(_WATCHES.where(StatusWatch.credential_id == credential_id, *in_force(clock.now())))
    )


def watch_of(
    credential_id: int, *, address: str | None = None, organisation_id: int | None = None
) -> WatchCard | None:
    """The open watch of a credential by an address or an organisation, if there is one."""
    who = StatusWatch.address == address if address else StatusWatch.organisation_id == organisation_id
    found = _cards(
        session().execute(
            _WATCHES.where(StatusWatch.credential_id == credential_id, StatusWatch.ended_at.is_(None), who)
        )
    )
    return found[0] if found else None


def asked_since(credential_id: int, moment: datetime) -> int:
    """How many asked to be told of a credential since then."""
    return (
        session().scalar(
            sa.select(sa.func.count(StatusWatch.id)).where(
                StatusWatch.credential_id == credential_id, StatusWatch.asked_at > moment
            )
        )
        or 0
    )


def messages_about(credential_id: int) -> dict[int, tuple[ToldCard, ...]]:
    """Every message about a credential by watch, oldest first."""
    rows = session().execute(_TOLD.where(StatusChange.credential_id == credential_id))
    found: dict[int, list[ToldCard]] = {}
    for row in rows:
        found.setdefault(row.watch_id, []).append(ToldCard(**row._mapping))
    return {watch_id: tuple(told) for watch_id, told in found.items()}


_TOLD = (
    sa.select(
        StatusDelivery.id,
        StatusDelivery.watch_id,
        StatusChange.kind,
        StatusChange.status,
        StatusChange.since,
        StatusChange.reason_class,
        StatusChange.superseded_by,
        StatusChange.at,
        StatusDelivery.told_at,
        StatusDelivery.dropped_at,
    )
    .join(StatusChange, StatusChange.id == StatusDelivery.change_id)
    .order_by(StatusChange.at, StatusDelivery.id)
)


# --- what the sweeps find ---------------------------------------------------------------------------


def changed_credentials() -> list[int]:
    """Ids of watched credentials with a change that is not noted yet, at most 100."""
    now = clock.now()
    watched = _watched(now)
    noted = StatusChange.__table__
    found = credentials.credentials_with_news(watched, noted, 100)
    ended = [
        (credential_id, until)
        for credential_id, zone, until, since in credentials.watched_past_their_day(watched, noted, now.date())
        if since <= after_day(until, zone) <= now
    ]
    still = _still_in_grace(ended)
    found += [credential_id for credential_id, _until in ended if credential_id not in still]
    return list(dict.fromkeys(found))[:100]


def _still_in_grace(ended: list[tuple[int, date]]) -> frozenset[int]:
    """Those of which the days of grace are noted and are not over."""
    noted = {
        (row.credential_id, row.since)
        for row in session().execute(
            sa.select(StatusChange.credential_id, StatusChange.since).where(
                StatusChange.credential_id.in_([credential_id for credential_id, _until in ended]),
                StatusChange.kind == ChangeKind.IN_GRACE.value,
            )
        )
    }
    cards = credentials.cards_by_id(
        credential_id for credential_id, until in ended if (credential_id, until) in noted
    )
    standings = certification.public_standings([(card, clock.today(card.zone)) for card in cards.values()])
    return frozenset(key for (key, _day), standing in standings.items() if standing.status is Status.GRACE)


def _watched(now: datetime) -> sa.Subquery:
    return (
        sa.select(StatusWatch.credential_id, WatchConsent.from_at)
        .join(WatchConsent, _WORD)
        .where(*in_force(now))
        .subquery()
    )


def addresses_to_tell() -> list[int]:
    """The first watch of each address that something waits for, at most 100."""
    return list(
        session().scalars(
            sa.select(sa.func.min(StatusWatch.id))
            .join(StatusDelivery, StatusDelivery.watch_id == StatusWatch.id)
            .where(*_BY_MAIL)
            .group_by(StatusWatch.address)
            .order_by(sa.func.min(StatusWatch.id))
            .limit(100)
        )
    )


_BY_MAIL = (
    StatusDelivery.told_at.is_(None),
    StatusDelivery.dropped_at.is_(None),
    StatusDelivery.next_try_at.is_(None),
    StatusWatch.organisation_id.is_(None),
)


def lapsed_watches() -> list[int]:
    """Watches by mail whose holder's yes ended by itself in the last seven days, for who was not told yet."""
    now = clock.now()
    return list(
        session().scalars(
            sa.select(StatusWatch.id)
            .join(WatchConsent, _WORD)
            .where(
                StatusWatch.ended_at.is_(None),
                StatusWatch.address.is_not(None),
                WatchConsent.ends_at <= now,
                WatchConsent.ends_at > now - timedelta(days=7),
            )
            .order_by(StatusWatch.id)
        )
    )


def changes_waiting(address: str) -> list[tuple[StatusDelivery, StatusChange, WatchCard, CredentialCard]]:
    """What waits for an address, locked, oldest change first."""
    rows = (
        session()
        .execute(
            sa.select(StatusDelivery, StatusChange)
            .join(StatusWatch, StatusWatch.id == StatusDelivery.watch_id)
            .join(StatusChange, StatusChange.id == StatusDelivery.change_id)
            .where(StatusWatch.address == address, *_BY_MAIL)
            .order_by(StatusChange.at, StatusDelivery.id)
            .with_for_update(of=StatusDelivery)
            .execution_options(populate_existing=True)
        )
        .all()
    )
    held = {one.id: one for one in watches_of_address(address)}
    cards = credentials.cards_by_id(change.credential_id for _row, change in rows)
    return [
        (delivery, change, held[delivery.watch_id or 0], cards[change.credential_id])
        for delivery, change in rows
    ]


def watches_to_forget() -> list[int]:
    """Watches of credentials whose data are erased, once that was told to who is told, at most 100."""
    deliveries, changes = StatusDelivery, StatusChange
    is_on_its_way = sa.exists().where(
        deliveries.watch_id == StatusWatch.id, deliveries.told_at.is_(None), deliveries.dropped_at.is_(None)
    )
    is_erasure_noted = sa.exists().where(
        deliveries.watch_id == StatusWatch.id,
        deliveries.change_id == changes.id,
        changes.kind == ChangeKind.ERASED.value,
    )
    known = (
        sa.select(StatusWatch.id, StatusWatch.credential_id)
        .outerjoin(WatchConsent, _WORD)
        .where(
            StatusWatch.name != NOBODY,
            ~is_on_its_way,
            sa.or_(
                is_erasure_noted,
                StatusWatch.ended_at.is_not(None),
                WatchConsent.ends_at.is_(None),
                WatchConsent.ends_at <= clock.now(),
            ),
        )
        .subquery()
    )
    return credentials.of_erased(known, 100)


# --- for programs -----------------------------------------------------------------------------------


def watches_of_organisation(organisation_id: int, *, after: int, most: int) -> tuple[WatchCard, ...]:
    """What an organisation asked for and did not end, oldest first, after an id."""
    return _cards(
        session().execute(
            _WATCHES.where(
                StatusWatch.organisation_id == organisation_id,
                StatusWatch.ended_at.is_(None),
                StatusWatch.id > after,
            ).limit(most)
        )
    )


def watches_by_credential(organisation_id: int, credential_ids: Iterable[int]) -> dict[int, WatchCard]:
    """The open watches of an organisation by credential, in one statement."""
    rows = session().execute(
        _WATCHES.where(
            StatusWatch.organisation_id == organisation_id,
            StatusWatch.ended_at.is_(None),
            StatusWatch.credential_id.in_(sorted(set(credential_ids))),
        )
    )
    return {one.credential_id: one for one in _cards(rows)}
