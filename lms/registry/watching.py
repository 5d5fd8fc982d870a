"""Telling employers of changes of a credential, if its holder says yes: asking, answering, noting and mailing.

Nothing is told without the holder's yes, and that is looked at again when something is sent. The links in the
mails are signed, so that no table holds what opens them.
"""

import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from itsdangerous import BadData, URLSafeSerializer, URLSafeTimedSerializer
from sqlalchemy.dialects import postgresql, sqlite

from lms import clock, mail
from lms.audit import Action, record
from lms.certification import queries as certification
from lms.certification.cycles import Status
from lms.credentials import queries as credentials
from lms.credentials.numbers import is_well_formed, normalise
from lms.credentials.queries import CredentialCard
from lms.credentials.states import State, after_day
from lms.db import lock, session
from lms.errors import Conflict, Invalid, NotFound
from lms.pages import LANGUAGES
from lms.people import queries as people
from lms.people.services import plain_address
from lms.registry import watches
from lms.registry.changes import Change, changes_of
from lms.registry.models import StatusChange, StatusDelivery, StatusWatch, WatchConsent
from lms.registry.watch_words import change_sentence
from lms.registry.watches import LONGEST, TEXT_ID, TEXT_VERSION, WatchCard, WatchState
from lms.worker import enqueue

CONFIRM_WITHIN = 7 * 24 * 3600
MOST_IN_A_DAY = 20
ASK_AGAIN = timedelta(days=90)
LONGEST_NAME = 120
ADDRESS_LIKE = re.compile(r"://|www\.|[<>@]", re.IGNORECASE)
SEND = "registry.send_change"


# --- asking -----------------------------------------------------------------------------------------


def ask_to_watch(*, number: str, name: str, address: str, language: str) -> None:
    """Mail a link that confirms the address, whatever the number is; at most once a day. Raises Invalid."""
    who = tidy_name(name)
    email = plain_address(address).lower()
    language = language if language in LANGUAGES else "en"
    asked = normalise(number)
    token = _confirming().dumps([asked, who, email, language])
    with force_locale(language):
        subject = _("Please confirm: tell me when a credential changes")
    mail.queue(
        to_person_id=None,
        to_address=email,
        subject=subject,
        template="watch_confirm",
        key=f"watch-confirm:{_digest(email + asked)}:{clock.today('UTC')}",
        language=language,
        number=asked,
        address=f"/watching/confirm/{token}",
    )


def tidy_name(name: str) -> str:
    """The name of a watcher as it is kept and shown to holders. Raises Invalid."""
    who = " ".join("".join(sign if sign.isprintable() else " " for sign in name).split())
    if not who or len(who) > LONGEST_NAME:
        raise Invalid("name", _("Write the name of your organisation, in at most 120 characters."))
    if ADDRESS_LIKE.search(who):
        raise Invalid("name", _("Write only the name of your organisation, without addresses."))
    return who


def asked_in(token: str) -> tuple[str, str, str]:
    """(number, name, address) that a confirming link is for. Raises NotFound when it is too old or not ours."""
    return _asked(token)[:3]


def confirm_watch(*, token: str) -> None:
    """Ask the holder whether this address may be told; twice is once. Raises NotFound for the link only."""
    number, name, email, language = _asked(token)
    card = credentials.by_number(number) if is_well_formed(number) else None
    if card is not None:
        watch(card, name=name, language=language, address=email)


def watch(
    card: CredentialCard,
    *,
    name: str,
    language: str,
    address: str | None = None,
    organisation_id: int | None = None,
) -> WatchCard | None:
    """The watch of a credential by an address or an organisation; its holder gets a letter when it is new.

    A holder who said no is asked again after 90 days at the earliest. None when nothing can be watched: the
    data are erased, or too many asked today. Who asks is not told of either.
    """
    now = clock.now()
    if card.state(now) in (State.ERASED, State.UNKNOWN):
        return None
    found = watches.watch_of(card.id, address=address, organisation_id=organisation_id)
    if found is not None:
        state = found.state(now)
        is_late = found.answered_at is not None and found.answered_at < now - ASK_AGAIN
        if state is WatchState.LAPSED or (state is WatchState.DECLINED and is_late):
            _write_to_holder(card, found.id, found.name, address, f"{found.id}:{clock.today('UTC')}")
        return found
    if watches.asked_since(card.id, now - timedelta(days=1)) >= MOST_IN_A_DAY:
        return None
    made = _insert(
        StatusWatch,
        credential_id=card.id,
        organisation_id=organisation_id,
        name=name,
        address=address,
        language=language,
        asked_at=now,
    )
    if made is None:
        return watches.watch_of(card.id, address=address, organisation_id=organisation_id)
    _note(Action.REGISTRY_ASK_TO_WATCH, None, made, organisation_id, number=card.number)
    _write_to_holder(card, made, name, address, str(made))
    return watches.watch(made)


def _write_to_holder(card: CredentialCard, watch_id: int, name: str, address: str | None, key: str) -> None:
    holder = people.person(card.person_id)
    with force_locale(holder.language):
        subject = _("Somebody asks to be told when your credential changes")
    mail.queue(
        to_person_id=holder.id,
        to_address=holder.email,
        subject=subject,
        template="watch_asked",
        key=f"watch-asked:{key}",
        language=holder.language,
        chosen_name=holder.chosen_name,
        title=card.title,
        number=card.number,
        name=name,
        address=address,
    )


# --- the holder's word ------------------------------------------------------------------------------


def agree(actor_id: int, *, number: str, watch_id: int, until: date) -> None:
    """The holder's yes to one watcher, through a day at most one year from now; again, it is renewed.

    Raises NotFound, Conflict when the watcher ended it or the data are erased, Invalid for the day.
    """
    card, held = _held(actor_id, number, watch_id)
    now = clock.now()
    if held.state(now) is WatchState.ENDED or card.state(now) is State.ERASED:
        raise Conflict(_("They do not ask any more."))
    today = clock.today(card.zone)
    if not today <= until <= today + LONGEST:
        raise Invalid("until", _("Choose a day from today to one year from now."))
    is_on = held.state(now) is WatchState.TOLD
    _answer(card, held, actor_id, from_at=held.from_at if is_on else now, ends_at=after_day(until, card.zone))
    if not is_on and held.address is not None:
        _write_to_watcher(card, held, "watch_begun", f"{held.id}:{now.timestamp()}", until=until)


def say_no(actor_id: int, *, number: str, watch_id: int) -> None:
    """The holder's no to one watcher, or the end of their yes; nothing more is told. Twice is once.

    A watcher is not told of a no, only that a yes they had is over. Raises NotFound.
    """
    card, held = _held(actor_id, number, watch_id)
    now = clock.now()
    if held.state(now) in (WatchState.DECLINED, WatchState.ENDED):
        return
    was_on = held.state(now) is WatchState.TOLD
    _answer(card, held, actor_id, from_at=None, ends_at=None)
    _drop(held.id)
    if was_on and held.address is not None:
        _write_to_watcher(card, held, "watch_over", f"{held.id}:{now.timestamp()}")


def _held(actor_id: int, number: str, watch_id: int) -> tuple[CredentialCard, WatchCard]:
    card = credentials.credential(number)
    session().scalar(lock(sa.select(StatusWatch).where(StatusWatch.id == watch_id)))
    held = watches.watch(watch_id)
    if card.person_id != actor_id or held.credential_id != card.id:
        raise NotFound
    return card, held


def _answer(
    card: CredentialCard, held: WatchCard, actor_id: int, *, from_at: datetime | None, ends_at: datetime | None
) -> None:
    is_agreed = ends_at is not None
    session().add(
        WatchConsent(
            watch_id=held.id,
            is_agreed=is_agreed,
            from_at=from_at,
            ends_at=ends_at,
            text_id=TEXT_ID,
            text_version=TEXT_VERSION,
            by_id=actor_id,
            at=clock.now(),
        )
    )
    session().flush()
    _note(
        Action.REGISTRY_ANSWER_WATCHER,
        actor_id,
        held.id,
        card.organisation_id,
        number=card.number,
        is_agreed=is_agreed,
        ends_at=ends_at.isoformat() if ends_at else None,
        text=f"{TEXT_ID}:{TEXT_VERSION}",
    )


def _drop(watch_id: int) -> None:
    session().execute(
        sa.update(StatusDelivery)
        .where(
            StatusDelivery.watch_id == watch_id,
            StatusDelivery.told_at.is_(None),
            StatusDelivery.dropped_at.is_(None),
        )
        .values(dropped_at=clock.now())
        .execution_options(synchronize_session=False)
    )


# --- the watcher's end ------------------------------------------------------------------------------


def watcher_in(token: str) -> str:
    """The address that a link of a watcher is for. Raises NotFound when it is not ours."""
    try:
        return str(_leaving().loads(token))
    except BadData:
        raise NotFound from None


def watcher_token(address: str) -> str:
    """What opens the page of an address that is told."""
    return str(_leaving().dumps(address))


def end_watches(*, token: str, watch_id: int | None = None) -> None:
    """End one watch of an address, or all of them; twice is once. Raises NotFound when the link is not ours."""
    address = watcher_in(token)
    for held in watches.watches_of_address(address):
        if watch_id in (None, held.id):
            end_watch(None, held=held)


def end_watch(actor_id: int | None, *, held: WatchCard) -> None:
    """End a watch for its watcher: the address goes, what waits is dropped."""
    ended = session().execute(
        sa.update(StatusWatch)
        .where(StatusWatch.id == held.id, StatusWatch.ended_at.is_(None))
        .values(ended_at=clock.now(), address=None)
        .execution_options(synchronize_session=False)
    )
    if ended.rowcount:  # type: ignore[attr-defined]
        _drop(held.id)
        _note(Action.REGISTRY_END_WATCH, actor_id, held.id, held.organisation_id)


def forget_watcher(watch_id: int) -> None:
    """End a watch of a credential whose data are erased, and forget who watched. Safe to repeat."""
    if watch_id not in watches.watches_to_forget():
        return
    session().execute(
        sa.update(StatusWatch)
        .where(StatusWatch.id == watch_id)
        .values(
            ended_at=sa.func.coalesce(StatusWatch.ended_at, sa.literal(clock.now(), StatusWatch.ended_at.type)),
            address=None,
            name=watches.NOBODY,
        )
        .execution_options(synchronize_session=False)
    )
    _note(Action.REGISTRY_END_WATCH, None, watch_id, None, forgotten=True)


# --- noting and telling -----------------------------------------------------------------------------


def note_changes(credential_id: int) -> None:
    """Note what became of a watched credential, and whom it is told to; each once. Safe to repeat."""
    card = credentials.cards_by_id([credential_id]).get(credential_id)
    held = watches.watches_in_force(credential_id)
    if card is None or not held:
        return
    now = clock.now()
    standing = certification.public_standing(card) if card.state(now) is State.EXPIRED else None
    noted = set(
        session().scalars(sa.select(StatusChange.key).where(StatusChange.credential_id == credential_id))
    )
    found = changes_of(
        card,
        now,
        superseded_by=card.superseded_by,
        is_in_grace=standing is not None and standing.status is Status.GRACE,
        noted=noted,
    )
    for change in found:
        told = [one for one in held if one.from_at is not None and one.from_at <= change.at]
        if told and change.key not in noted:
            _tell(card, change, told)


def _tell(card: CredentialCard, change: Change, told: Sequence[WatchCard]) -> None:
    now = clock.now()
    _insert(
        StatusChange,
        credential_id=card.id,
        key=change.key,
        kind=change.kind.value,
        status=change.status,
        since=change.since,
        valid_until=change.valid_until,
        reason_class=change.reason_class,
        superseded_by=change.superseded_by,
        at=change.at,
        noted_at=now,
    )
    change_id = session().scalar(
        sa.select(StatusChange.id).where(StatusChange.credential_id == card.id, StatusChange.key == change.key)
    )
    for one in told:
        made = _insert(
            StatusDelivery,
            watch_id=one.id,
            change_id=change_id,
            message_id=f"msg_{secrets.token_hex(16)}",
            noted_at=now,
            next_try_at=None if one.organisation_id is None else now,
            tries=0,
        )
        if made is not None and one.organisation_id is not None:
            enqueue(SEND, made)


def mail_changes(watch_id: int) -> None:
    """Mail an address all that waits for it, in one letter; each change once. Safe to repeat."""
    address = session().scalar(sa.select(StatusWatch.address).where(StatusWatch.id == watch_id))
    if address is None:
        return
    now = clock.now()
    waiting = watches.changes_waiting(address)
    told, last, language = [], 0, "en"
    for delivery, change, held, card in waiting:
        if held.state(now) is not WatchState.TOLD:
            delivery.dropped_at = now
            continue
        delivery.told_at = now
        told.append((card.number, change, change.superseded_by if held.is_told_newer_number else None))
        last, language = max(last, delivery.id), held.language
    session().flush()
    if not told:
        return
    with force_locale(language):
        subject = _("A credential that you watch has changed")
        lines = [(number, change_sentence(change), newer) for number, change, newer in told]
    token = watcher_token(address)
    mail.queue(
        to_person_id=None,
        to_address=address,
        subject=subject,
        template="watch_changes",
        key=f"watch-changes:{_digest(address)}:{last}",
        language=language,
        leave_by_post=f"/watching/{token}/end",
        lines=lines,
        leave=f"/watching/{token}",
    )


def tell_of_end(watch_id: int) -> None:
    """Write to a watcher by mail that the holder's yes ended by itself, once."""
    held = watches.watch(watch_id)
    if held.state(clock.now()) is not WatchState.LAPSED or held.address is None:
        return
    _drop(held.id)
    card = credentials.cards_by_id([held.credential_id])[held.credential_id]
    _write_to_watcher(card, held, "watch_over", f"{held.id}:{held.until:%Y-%m-%d}")


def _write_to_watcher(card: CredentialCard, held: WatchCard, template: str, key: str, **facts: Any) -> None:
    assert held.address is not None
    with force_locale(held.language):
        subject = (
            _("You will be told when the credential changes")
            if template == "watch_begun"
            else _("You are no longer told of changes of a credential")
        )
    token = watcher_token(held.address)
    mail.queue(
        to_person_id=None,
        to_address=held.address,
        subject=subject,
        template=template,
        key=f"{template.replace('_', '-')}:{key}",
        language=held.language,
        leave_by_post=f"/watching/{token}/end",
        number=card.number,
        leave=f"/watching/{token}",
        **facts,
    )


# --- small parts ------------------------------------------------------------------------------------


def _asked(token: str) -> tuple[str, str, str, str]:
    try:
        number, name, email, language = _confirming().loads(token, max_age=CONFIRM_WITHIN)
    except (BadData, TypeError, ValueError):
        raise NotFound from None
    return number, name, email, language


def _confirming() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="status-watch")


def _leaving() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="status-watcher")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _insert(model: Any, **values: Any) -> int | None:
    """The id of a new row; None when one like it is there already."""
    insert = postgresql.insert if session().get_bind().dialect.name == "postgresql" else sqlite.insert
    table = model.__table__
    added: int | None = session().scalar(
        insert(table).values(**values).on_conflict_do_nothing().returning(table.c.id)
    )
    return added


def _note(
    action: Action, actor_id: int | None, watch_id: int, organisation_id: int | None, **details: object
) -> None:
    record(
        action,
        actor_id=actor_id,
        subject="status_watch",
        subject_id=watch_id,
        organisation_id=organisation_id,
        details=dict(details),
    )
