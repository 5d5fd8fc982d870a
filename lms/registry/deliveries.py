"""Reads about endpoints, and about messages: what became of each, and which are due."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from lms import clock
from lms.credentials import queries as credentials
from lms.db import session
from lms.errors import NotFound
from lms.registry import watches
from lms.registry.models import StatusChange, StatusDelivery, StatusWatch, WatchEndpoint
from lms.registry.watches import WatchState

SHOWN = 50


@dataclass(frozen=True, slots=True)
class EndpointCard:
    """What may be shown of an endpoint: never its secret."""

    id: int
    organisation_id: int
    url: str
    made_at: datetime
    before_until: datetime | None
    rests_until: datetime | None
    paused_at: datetime | None
    stopped_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeliveryCard:
    """One message and what became of it; without a number and a change it is a test."""

    id: int
    message_id: str
    number: str | None
    kind: str | None
    status: str | None
    since: date | None
    reason_class: str | None
    at: datetime | None
    noted_at: datetime
    tries: int
    tried_at: datetime | None
    next_try_at: datetime | None
    last_code: int | None
    last_said: str | None
    told_at: datetime | None
    dropped_at: datetime | None

    @property
    def state(self) -> str:
        """told, dropped (the holder's yes was over) or waiting."""
        return "told" if self.told_at else "dropped" if self.dropped_at else "waiting"


_ENDPOINTS = sa.select(
    WatchEndpoint.id,
    WatchEndpoint.organisation_id,
    WatchEndpoint.url,
    WatchEndpoint.made_at,
    WatchEndpoint.before_until,
    WatchEndpoint.rests_until,
    WatchEndpoint.paused_at,
    WatchEndpoint.stopped_at,
).where(WatchEndpoint.removed_at.is_(None))


def endpoint_of(organisation_id: int) -> EndpointCard | None:
    """The endpoint of an organisation, if it has one."""
    row = session().execute(_ENDPOINTS.where(WatchEndpoint.organisation_id == organisation_id)).first()
    return EndpointCard(*row) if row else None


def endpoint(endpoint_id: int) -> EndpointCard:
    """One endpoint that was not removed. Raises NotFound."""
    row = session().execute(_ENDPOINTS.where(WatchEndpoint.id == endpoint_id)).first()
    if row is None:
        raise NotFound
    return EndpointCard(*row)


def deliveries_of(
    organisation_id: int, *, before: int | None = None, most: int = SHOWN
) -> tuple[DeliveryCard, ...]:
    """The newest messages of an organisation, tests too; `before` is an id to go on from."""
    asked = (
        sa.select(StatusDelivery, StatusChange)
        .outerjoin(StatusWatch, StatusWatch.id == StatusDelivery.watch_id)
        .outerjoin(WatchEndpoint, WatchEndpoint.id == StatusDelivery.endpoint_id)
        .outerjoin(StatusChange, StatusChange.id == StatusDelivery.change_id)
        .where(
            sa.or_(
                StatusWatch.organisation_id == organisation_id,
                WatchEndpoint.organisation_id == organisation_id,
            )
        )
        .order_by(StatusDelivery.id.desc())
        .limit(most)
    )
    if before is not None:
        asked = asked.where(StatusDelivery.id < before)
    rows = session().execute(asked).all()
    cards = credentials.cards_by_id(change.credential_id for _row, change in rows if change is not None)
    return tuple(
        _delivery(row, change, cards[change.credential_id].number if change is not None else None)
        for row, change in rows
    )


def _delivery(row: StatusDelivery, change: StatusChange | None, number: str | None) -> DeliveryCard:
    return DeliveryCard(
        id=row.id,
        message_id=row.message_id,
        number=number,
        kind=change.kind if change else None,
        status=change.status if change else None,
        since=change.since if change else None,
        reason_class=change.reason_class if change else None,
        at=change.at if change else None,
        noted_at=row.noted_at,
        tries=row.tries,
        tried_at=row.tried_at,
        next_try_at=row.next_try_at,
        last_code=row.last_code,
        last_said=row.last_said,
        told_at=row.told_at,
        dropped_at=row.dropped_at,
    )


def organisation_of_delivery(message_id: str) -> tuple[int, int]:
    """(id, organisation) of a message that goes to an endpoint. Raises NotFound."""
    row = (
        session()
        .execute(
            sa.select(
                StatusDelivery.id,
                sa.func.coalesce(StatusWatch.organisation_id, WatchEndpoint.organisation_id),
            )
            .outerjoin(StatusWatch, StatusWatch.id == StatusDelivery.watch_id)
            .outerjoin(WatchEndpoint, WatchEndpoint.id == StatusDelivery.endpoint_id)
            .where(StatusDelivery.message_id == message_id)
        )
        .first()
    )
    if row is None or row[1] is None:
        raise NotFound
    return int(row[0]), int(row[1])


_earlier = aliased(StatusDelivery)
IS_OPEN = (StatusDelivery.told_at.is_(None), StatusDelivery.dropped_at.is_(None))
# A later change of the same credential waits for the one before it, so that each receiver reads them in order.
IS_FIRST = ~sa.exists().where(
    _earlier.watch_id == StatusDelivery.watch_id,
    _earlier.id < StatusDelivery.id,
    _earlier.told_at.is_(None),
    _earlier.dropped_at.is_(None),
)


def messages_due() -> list[int]:
    """Ids of messages whose time it is and whose endpoint takes them, at most 100."""
    now = clock.now()
    return list(
        session().scalars(
            sa.select(StatusDelivery.id)
            .outerjoin(StatusWatch, StatusWatch.id == StatusDelivery.watch_id)
            .join(
                WatchEndpoint,
                sa.or_(
                    WatchEndpoint.id == StatusDelivery.endpoint_id,
                    WatchEndpoint.organisation_id == StatusWatch.organisation_id,
                ),
            )
            .where(*IS_OPEN, StatusDelivery.next_try_at <= now, IS_FIRST, *is_taking(now))
            .order_by(StatusDelivery.next_try_at, StatusDelivery.id)
            .limit(100)
        )
    )


def is_taking(now: datetime) -> tuple[Any, ...]:
    """What is true of an endpoint that is sent to now."""
    return (
        WatchEndpoint.removed_at.is_(None),
        WatchEndpoint.paused_at.is_(None),
        WatchEndpoint.stopped_at.is_(None),
        sa.or_(WatchEndpoint.rests_until.is_(None), WatchEndpoint.rests_until <= now),
    )


def may_be_told(watch_id: int | None) -> bool:
    """Whether the holder's yes lasts; a test says nothing of anybody."""
    return watch_id is None or watches.watch(watch_id).state(clock.now()) is WatchState.TOLD
