"""Acts on endpoints: where an organisation's program is told of changes by signed messages."""

import secrets

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from lms import clock
from lms.audit import Action, record
from lms.db import lock, session
from lms.errors import Conflict, Invalid, NotFound
from lms.registry import webhooks
from lms.registry.deliveries import IS_OPEN, endpoint_of, may_be_told, organisation_of_delivery
from lms.registry.models import StatusDelivery, StatusWatch, WatchEndpoint
from lms.registry.safe_addresses import Unsafe, target_of
from lms.registry.watching import SEND
from lms.worker import enqueue


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
            *IS_OPEN,
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
        .where(*IS_OPEN, StatusDelivery.endpoint_id == row.id)
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
    if row.dropped_at is not None or not may_be_told(row.watch_id):
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


def _note(action: Action, actor_id: int | None, row: WatchEndpoint, **details: object) -> None:
    record(
        action,
        actor_id=actor_id,
        subject="watch_endpoint",
        subject_id=row.id,
        organisation_id=row.organisation_id,
        details=dict(details),
    )
