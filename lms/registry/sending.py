"""Sending signed messages: claimed, posted, and what came of it noted.

A message is claimed by a compared update and posted after that commit, so no lock waits for a receiver. One
whose worker dies between sending and noting is sent again under the same id, so the receiver can tell.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from lms import clock, mail
from lms.audit import Action, record
from lms.credentials import queries as credentials
from lms.db import lock, session
from lms.people import queries as people
from lms.permissions import Role
from lms.registry import watches, webhooks
from lms.registry.deliveries import IS_FIRST, IS_OPEN, is_taking, may_be_told
from lms.registry.models import StatusChange, StatusDelivery, StatusWatch, WatchEndpoint
from lms.registry.posting import Reply

LEASE = timedelta(minutes=1)
REST = timedelta(minutes=1)
GONE = 410


@dataclass(frozen=True, slots=True)
class Message:
    """All that is needed to post one message."""

    delivery_id: int
    url: str
    headers: dict[str, str]
    body: bytes


def claim(delivery_id: int) -> Message | None:
    """The message to post now, claimed for a minute; None when it is not its time, or may not be told any more.

    Of several who claim at once one gets it.
    """
    now = clock.now()
    row = session().get(StatusDelivery, delivery_id, populate_existing=True)
    if row is None:
        return None
    if not may_be_told(row.watch_id):
        session().execute(
            sa.update(StatusDelivery)
            .where(StatusDelivery.id == delivery_id, *IS_OPEN)
            .values(dropped_at=now)
            .execution_options(synchronize_session=False)
        )
        return None
    there = _endpoint_for(row, now)
    if there is None:
        return None
    claimed = session().execute(
        sa.update(StatusDelivery)
        .where(StatusDelivery.id == delivery_id, *IS_OPEN, StatusDelivery.next_try_at <= now, IS_FIRST)
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


def _endpoint_for(row: StatusDelivery, now: datetime) -> WatchEndpoint | None:
    mine = (
        WatchEndpoint.id == row.endpoint_id
        if row.watch_id is None
        else WatchEndpoint.organisation_id == watches.watch(row.watch_id).organisation_id
    )
    found: WatchEndpoint | None = session().scalar(sa.select(WatchEndpoint).where(mine, *is_taking(now)))
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
    record(
        Action.REGISTRY_STOP_ENDPOINT,
        actor_id=None,
        subject="watch_endpoint",
        subject_id=there.id,
        organisation_id=there.organisation_id,
    )
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
