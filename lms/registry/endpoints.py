"""Endpoints: where an organisation's program is told of changes by signed messages, and what became of each.

A message is claimed by a compared update and posted after that commit, so no lock waits for a receiver. One
whose worker dies between sending and noting is sent again under the same id, so the receiver can tell.
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from lms import clock, mail
from lms.audit import Action, record
from lms.credentials import queries as credentials
from lms.db import lock, session
from lms.errors import Conflict, Invalid, NotFound
from lms.people import queries as people
from lms.permissions import Role
from lms.registry import watches, webhooks
from lms.registry.models import StatusChange, StatusDelivery, StatusWatch, WatchEndpoint
from lms.registry.posting import Reply
from lms.registry.safe_addresses import Unsafe, target_of
from lms.registry.watches import WatchState
from lms.worker import enqueue

SEND = "registry.send_change"
LEASE = timedelta(minutes=1)
REST = timedelta(minutes=1)
SHOWN = 50
GONE = 410


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


@dataclass(frozen=True, slots=True)
class Message:
    """All that is needed to post one message."""

    delivery_id: int
    url: str
    headers: dict[str, str]
    body: bytes


# --- reads ------------------------------------------------------------------------------------------


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
_IS_OPEN = (StatusDelivery.told_at.is_(None), StatusDelivery.dropped_at.is_(None))
# A later change of the same credential waits for the one before it, so that each receiver reads them in order.
_IS_FIRST = ~sa.exists().where(
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
            .where(*_IS_OPEN, StatusDelivery.next_try_at <= now, _IS_FIRST, *_is_taking(now))
            .order_by(StatusDelivery.next_try_at, StatusDelivery.id)
            .limit(100)
        )
    )


def _is_taking(now: datetime) -> tuple[Any, ...]:
    return (
        WatchEndpoint.removed_at.is_(None),
        WatchEndpoint.paused_at.is_(None),
        WatchEndpoint.stopped_at.is_(None),
        sa.or_(WatchEndpoint.rests_until.is_(None), WatchEndpoint.rests_until <= now),
    )


# --- acts of its owner ------------------------------------------------------------------------------


def add_endpoint(actor_id: int, *, organisation_id: int, url: str) -> str:
    """A new endpoint of an organisation; answers its secret, said only now. Raises Invalid, Conflict."""
    url = url.strip()
    try:
        target_of(url, is_loopback_allowed=current_app.config["SETTINGS"].webhook_loopback)
    except Unsafe as fault:
        raise Invalid("url", _fault(str(fault))) from None
    if endpoint_of(organisation_id) is not None:
        raise Conflict(_("There is an endpoint already. Remove it first."))
    made = WatchEndpoint(
        organisation_id=organisation_id,
        url=url,
        nonce=secrets.token_hex(16),
        made_by_id=actor_id,
        made_at=clock.now(),
    )
    session().add(made)
    try:
        session().flush()
    except IntegrityError as twice:
        raise Conflict(_("There is an endpoint already. Remove it first.")) from twice
    _note(Action.REGISTRY_ADD_ENDPOINT, actor_id, made, url=url)
    return _secret(made.id, made.nonce)


def rotate_secret(actor_id: int, *, endpoint_id: int) -> str:
    """A new secret, answered only now; for 24 hours messages are signed by the one before as well."""
    row = _locked(endpoint_id)
    row.nonce_before, row.before_until = row.nonce, clock.now() + webhooks.OVERLAP
    row.nonce = secrets.token_hex(16)
    session().flush()
    _note(Action.REGISTRY_CHANGE_ENDPOINT, actor_id, row, act="rotate")
    return _secret(row.id, row.nonce)


def pause(actor_id: int, *, endpoint_id: int) -> None:
    """Send nothing there until it is resumed; what comes meanwhile waits. Twice is once."""
    row = _locked(endpoint_id)
    if row.paused_at is None:
        row.paused_at = clock.now()
        session().flush()
        _note(Action.REGISTRY_CHANGE_ENDPOINT, actor_id, row, act="pause")


def resume(actor_id: int, *, endpoint_id: int) -> None:
    """Send there again, also after it was stopped; what waits begins anew with all its tries. Twice is once."""
    row = _locked(endpoint_id)
    if row.paused_at is None and row.stopped_at is None:
        return
    row.paused_at = row.stopped_at = row.rests_until = None
    session().flush()
    session().execute(
        sa.update(StatusDelivery)
        .where(
            *_IS_OPEN,
            StatusDelivery.next_try_at.is_not(None),
            StatusDelivery.watch_id.in_(
                sa.select(StatusWatch.id).where(StatusWatch.organisation_id == row.organisation_id)
            ),
        )
        .values(tries=0, next_try_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    _note(Action.REGISTRY_CHANGE_ENDPOINT, actor_id, row, act="resume")


def remove(actor_id: int, *, endpoint_id: int) -> None:
    """Take an endpoint away for good. The watches stay, and what comes waits for a new endpoint."""
    row = _locked(endpoint_id)
    row.removed_at = clock.now()
    session().flush()
    session().execute(
        sa.update(StatusDelivery)
        .where(*_IS_OPEN, StatusDelivery.endpoint_id == row.id)
        .values(dropped_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    _note(Action.REGISTRY_CHANGE_ENDPOINT, actor_id, row, act="remove")


def send_test(actor_id: int, *, endpoint_id: int) -> None:
    """Send a message there that says nothing of any credential. Raises Conflict while nothing is sent."""
    row = _locked(endpoint_id)
    if row.paused_at is not None or row.stopped_at is not None:
        raise Conflict(_("Nothing is sent there now. Let it go on first."))
    row.rests_until = None
    now = clock.now()
    made = StatusDelivery(
        endpoint_id=row.id,
        message_id=f"msg_{secrets.token_hex(16)}",
        noted_at=now,
        next_try_at=now,
        tries=0,
    )
    session().add(made)
    session().flush()
    _note(Action.REGISTRY_CHANGE_ENDPOINT, actor_id, row, act="test")
    enqueue(SEND, made.id)


def send_again(actor_id: int | None, *, organisation_id: int, message_id: str) -> None:
    """Send a message anew under its own id, with all its tries. Raises NotFound, and Conflict without a yes."""
    delivery_id, owner = organisation_of_delivery(message_id)
    if owner != organisation_id:
        raise NotFound
    row = session().scalar(lock(sa.select(StatusDelivery).where(StatusDelivery.id == delivery_id)))
    if row is None:
        raise NotFound
    if row.dropped_at is not None or not _may_be_told(row.watch_id):
        raise Conflict(_("The holder’s agreement is over. This is not sent any more."))
    row.told_at, row.tries, row.next_try_at = None, 0, clock.now()
    session().flush()
    record(
        Action.REGISTRY_SEND_AGAIN,
        actor_id=actor_id,
        subject="status_delivery",
        subject_id=row.id,
        organisation_id=organisation_id,
        details={"message_id": message_id},
    )
    enqueue(SEND, row.id)


def _fault(word: str) -> str:
    sentences: dict[str, str] = {
        "scheme": _("The address must begin with https://."),
        "user": _("Leave out the name and the password before the @. The messages are signed."),
        "port": _("Use port 443, or one above 1024."),
        "private": _("This address is not in the public network. Nothing can be sent there."),
        "host": _("Write the full name of the host, like hooks.example.org."),
        "shape": _("Write the whole address, like https://hooks.example.org/status, without # or spaces."),
    }
    return sentences[word]


def _secret(endpoint_id: int, nonce: str) -> str:
    return webhooks.shown(webhooks.secret(str(current_app.secret_key), endpoint_id, nonce))


def _locked(endpoint_id: int) -> WatchEndpoint:
    row = session().scalar(
        lock(
            sa.select(WatchEndpoint).where(WatchEndpoint.id == endpoint_id, WatchEndpoint.removed_at.is_(None))
        )
    )
    if row is None:
        raise NotFound
    return row


# --- sending ----------------------------------------------------------------------------------------


def claim(delivery_id: int) -> Message | None:
    """The message to post now, claimed for a minute; None when it is not its time, or may not be told any more.

    Of several who claim at once one gets it.
    """
    now = clock.now()
    row = session().get(StatusDelivery, delivery_id, populate_existing=True)
    if row is None:
        return None
    if not _may_be_told(row.watch_id):
        session().execute(
            sa.update(StatusDelivery)
            .where(StatusDelivery.id == delivery_id, *_IS_OPEN)
            .values(dropped_at=now)
            .execution_options(synchronize_session=False)
        )
        return None
    there = _endpoint_for(row, now)
    if there is None:
        return None
    claimed = session().execute(
        sa.update(StatusDelivery)
        .where(StatusDelivery.id == delivery_id, *_IS_OPEN, StatusDelivery.next_try_at <= now, _IS_FIRST)
        .values(next_try_at=now + LEASE, tries=StatusDelivery.tries + 1, tried_at=now)
        .execution_options(synchronize_session=False)
    )
    if claimed.rowcount != 1:  # type: ignore[attr-defined]
        return None
    body = _body(row)
    return Message(
        delivery_id,
        there.url,
        webhooks.headers(row.message_id, now, body, _secrets(there, now)),
        body,
    )


def _may_be_told(watch_id: int | None) -> bool:
    return watch_id is None or watches.watch(watch_id).state(clock.now()) is WatchState.TOLD


def _endpoint_for(row: StatusDelivery, now: datetime) -> WatchEndpoint | None:
    mine = (
        WatchEndpoint.id == row.endpoint_id
        if row.watch_id is None
        else WatchEndpoint.organisation_id == watches.watch(row.watch_id).organisation_id
    )
    found: WatchEndpoint | None = session().scalar(sa.select(WatchEndpoint).where(mine, *_is_taking(now)))
    return found


def _secrets(there: WatchEndpoint, now: datetime) -> list[bytes]:
    nonces = [there.nonce]
    if there.nonce_before is not None and there.before_until is not None and now < there.before_until:
        nonces.append(there.nonce_before)
    return [webhooks.secret(str(current_app.secret_key), there.id, nonce) for nonce in nonces]


def _body(row: StatusDelivery) -> bytes:
    if row.change_id is None or row.watch_id is None:
        return webhooks.test_body(row.noted_at)
    change = session().get_one(StatusChange, row.change_id)
    number = credentials.cards_by_id([change.credential_id])[change.credential_id].number
    base = current_app.config["SETTINGS"].base_url
    is_newer_told = watches.watch(row.watch_id).is_told_newer_number
    return webhooks.body(
        number=number,
        change=change.kind,
        status=change.status,
        since=change.since,
        reason_class=change.reason_class,
        superseded_by=change.superseded_by if is_newer_told else None,
        at=change.at,
        url=f"{base}/api/v1/credentials/{number}",
    )


def note_reply(delivery_id: int, reply: Reply) -> None:
    """Note what a receiver said. What did not arrive is tried again later; after the last try it is stopped."""
    now = clock.now()
    row = session().scalar(lock(sa.select(StatusDelivery).where(StatusDelivery.id == delivery_id)))
    if row is None or row.told_at is not None or row.dropped_at is not None:
        return
    row.last_code, row.last_said = reply.code, reply.said
    there_id = session().scalar(
        sa.select(WatchEndpoint.id)
        .outerjoin(StatusWatch, StatusWatch.id == row.watch_id)
        .where(
            sa.or_(
                WatchEndpoint.id == row.endpoint_id,
                WatchEndpoint.organisation_id == StatusWatch.organisation_id,
            ),
            WatchEndpoint.removed_at.is_(None),
        )
    )
    there = session().scalar(lock(sa.select(WatchEndpoint).where(WatchEndpoint.id == there_id)))
    if webhooks.is_taken(reply.code):
        row.told_at = now
        if there is not None:
            there.rests_until = None
        session().flush()
        return
    if row.watch_id is None:
        row.dropped_at = now  # a test is tried once
    following = webhooks.next_try(row.tries, now)
    row.next_try_at = following or now
    if there is not None:
        there.rests_until = now + REST
        if row.watch_id is not None and (following is None or reply.code == GONE):
            _stop(there, now)
    session().flush()


def _stop(there: WatchEndpoint, now: datetime) -> None:
    if there.stopped_at is not None:
        return
    there.stopped_at = now
    session().flush()
    _note(Action.REGISTRY_STOP_ENDPOINT, None, there)
    body = people.organisation(there.organisation_id)
    owners = {
        card.id: card
        for role in (Role.REGISTRAR, Role.ADMINISTRATOR)
        for card in people.people_with_role(there.organisation_id, role)
    }
    for card in owners.values():
        with force_locale(card.language):
            subject = _("We stopped telling your program of changes")
        mail.queue(
            to_person_id=card.id,
            to_address=card.email,
            subject=subject,
            template="endpoint_stopped",
            key=f"endpoint-stopped:{there.id}:{card.id}:{now.isoformat()}",
            language=card.language,
            name=card.chosen_name,
            organisation=body.name,
            slug=body.slug,
        )


def _note(action: Action, actor_id: int | None, row: WatchEndpoint, **details: object) -> None:
    record(
        action,
        actor_id=actor_id,
        subject="watch_endpoint",
        subject_id=row.id,
        organisation_id=row.organisation_id,
        details=dict(details),
    )
