"""Mailing the log's checkpoints to whoever asks: a copy that nobody here can change.

An address is a subscriber once its owner confirms it, and its row is deleted when that is ended. The links in
the mails are signed, so that no table holds what opens them.
"""

import hashlib

import sqlalchemy as sa
from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from itsdangerous import BadData, URLSafeSerializer, URLSafeTimedSerializer

from lms import clock, mail
from lms.audit import Action, record
from lms.credentials.models import LogSubscriber
from lms.credentials.queries import log
from lms.credentials.queries.subscribers import subscriber_id, subscribers_due
from lms.db import lock, session
from lms.errors import Invalid, NotFound
from lms.pages import LANGUAGES
from lms.people.services import plain_address

CONFIRM_WITHIN = 7 * 24 * 3600
EVERY_DAYS = (1, 7)


def ask_for_checkpoints(*, address: str, every_days: int, language: str) -> None:
    """Mail a link that confirms, known address or not, at most once a day. Raises Invalid."""
    email = plain_address(address).lower()
    if every_days not in EVERY_DAYS:
        raise Invalid("every_days", _("Choose how often."))
    language = language if language in LANGUAGES else "en"
    token = _confirming().dumps([email, every_days, language])
    with force_locale(language):
        subject = _("Please confirm: checkpoints of the public log")
    mail.queue(
        to_person_id=None,
        to_address=email,
        subject=subject,
        template="log_confirm",
        key=f"log-confirm:{_digest(email)}:{every_days}:{clock.today('UTC')}",
        language=language,
        address=f"/log/subscribe/{token}",
    )


def address_in(token: str) -> str:
    """The address that a confirming link is for. Raises NotFound when it is too old or not ours."""
    return _confirmed(token)[0]


def subscribe(*, token: str) -> None:
    """Begin to mail checkpoints to the address of a confirming link; twice is once. Raises NotFound."""
    email, every_days, language = _confirmed(token)
    row = session().scalar(lock(sa.select(LogSubscriber).where(LogSubscriber.address == email)))
    if row is not None and (row.every_days, row.language) == (every_days, language):
        return
    if row is None:
        row = LogSubscriber(address=email, language=language, every_days=every_days, confirmed_at=clock.now())
        session().add(row)
    row.every_days, row.language = every_days, language
    session().flush()
    _note(Action.CREDENTIALS_SUBSCRIBE_TO_LOG, row.id, every_days=every_days)


def unsubscribe(*, token: str) -> None:
    """Take the address of a link off the list; twice is once. Raises NotFound when the link is not ours."""
    email = leaving_address(token)
    row_id = subscriber_id(email)
    if row_id is not None:
        session().execute(sa.delete(LogSubscriber).where(LogSubscriber.id == row_id))
        _note(Action.CREDENTIALS_UNSUBSCRIBE_FROM_LOG, row_id)


def leaving_address(token: str) -> str:
    """The address that a link which ends it is for. Raises NotFound when it is not ours."""
    try:
        return str(_leaving().loads(token))
    except BadData:
        raise NotFound from None


def tell_subscriber(row_id: int) -> None:
    """Mail the newest checkpoint to a subscriber, if it is due; each checkpoint once to an address."""
    row = session().scalar(lock(sa.select(LogSubscriber).where(LogSubscriber.id == row_id)))
    newest = log.newest_checkpoint()
    if row is None or newest is None or row_id not in subscribers_due():
        return
    with force_locale(row.language):
        subject = _("Public log: checkpoint of %(count)s entries", count=newest.size)
    mail.queue(
        to_person_id=None,
        to_address=row.address,
        subject=subject,
        template="log_checkpoint",
        key=f"log-checkpoint:{_digest(row.address)}:{newest.size}",
        language=row.language,
        note=newest.note,
        leave=f"/log/unsubscribe/{_leaving().dumps(row.address)}",
    )
    row.told_size, row.told_at = newest.size, clock.now()
    session().flush()


def _confirmed(token: str) -> tuple[str, int, str]:
    try:
        email, every_days, language = _confirming().loads(token, max_age=CONFIRM_WITHIN)
    except (BadData, TypeError, ValueError):
        raise NotFound from None
    return email, every_days, language


def _confirming() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="log-subscribe")


def _leaving() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="log-unsubscribe")


def _digest(email: str) -> str:
    return hashlib.sha256(email.encode()).hexdigest()[:32]


def _note(action: Action, row_id: int, **details: object) -> None:
    record(action, actor_id=None, subject="log_subscriber", subject_id=row_id, details=dict(details))
