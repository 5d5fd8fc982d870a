"""Acts of the registry: tokens of the programming interface, and answers kept for repeated requests."""

import hashlib
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.dialects import postgresql, sqlite

from lms import clock
from lms.audit import Action, record
from lms.db import session
from lms.errors import Conflict, Invalid
from lms.registry.api_scopes import ApiScope, digest_of, new_token
from lms.registry.models import ApiAnswer, ApiToken
from lms.registry.tokens import ANSWERS_KEPT, ZONE

LONGEST_DAYS = 366
LONGEST_KEY = 200


def make_token(
    actor_id: int, *, organisation_id: int, name: str, scopes: frozenset[ApiScope], expires_on: date, once: str
) -> str:
    """A new token of an organisation, answered here and never again; the same form makes one.

    Raises Invalid, and Conflict when this form made one already.
    """
    today = clock.today(ZONE)
    if not name.strip():
        raise Invalid("name", _("Give the token a name, so that you know it again."))
    if not scopes:
        raise Invalid("scopes", _("Choose at least one thing that the token may do."))
    if not today <= expires_on <= today + timedelta(days=LONGEST_DAYS):
        raise Invalid("expires_on", _("Choose a last day from today to one year from now."))
    if session().scalar(sa.select(ApiToken.id).where(ApiToken.once == once)) is not None:
        raise Conflict(_("This form made a token already. It is shown only once. Make a new one."))
    text = new_token()
    made = ApiToken(
        organisation_id=organisation_id,
        name=name.strip(),
        scopes=" ".join(sorted(scopes)),
        digest=digest_of(text),
        once=once,
        made_by_id=actor_id,
        made_at=clock.now(),
        expires_on=expires_on,
    )
    session().add(made)
    session().flush()
    record(
        Action.REGISTRY_MAKE_TOKEN,
        actor_id=actor_id,
        subject="api_token",
        subject_id=made.id,
        organisation_id=organisation_id,
        details={"name": made.name, "scopes": made.scopes, "expires_on": expires_on.isoformat()},
    )
    return text


def revoke_token(actor_id: int, *, token_id: int) -> None:
    """End a token, at once and for good. Raises Conflict when it was ended before."""
    ended = session().execute(
        sa.update(ApiToken)
        .where(ApiToken.id == token_id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=clock.now(), revoked_by_id=actor_id)
        .execution_options(synchronize_session=False)
    )
    if ended.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(_("This token was ended already."))
    organisation_id = session().scalar(sa.select(ApiToken.organisation_id).where(ApiToken.id == token_id))
    record(
        Action.REGISTRY_REVOKE_TOKEN,
        actor_id=actor_id,
        subject="api_token",
        subject_id=token_id,
        organisation_id=organisation_id,
    )


def note_use(token_id: int) -> None:
    """Note the day on which a token was used."""
    session().execute(
        sa.update(ApiToken)
        .where(ApiToken.id == token_id)
        .values(last_used_on=clock.today(ZONE))
        .execution_options(synchronize_session=False)
    )


def answered_once(token_id: int, key: str, request: bytes, answer: Callable[[], str]) -> tuple[str, bool]:
    """The answer to a request with an idempotency key, and whether it is an earlier one, kept for 24 hours.

    Two that come at the same time are answered one after the other: the second waits at the unique key.
    Raises Invalid for a key that is too long, or that came with another request before.
    """
    if not 0 < len(key) <= LONGEST_KEY:
        raise Invalid("Idempotency-Key", _("An idempotency key has 1 to 200 characters."))
    digest, now = hashlib.sha256(request).hexdigest(), clock.now()
    mine = (ApiAnswer.token_id == token_id, ApiAnswer.key == key)
    session().execute(
        sa.delete(ApiAnswer)
        .where(*mine, ApiAnswer.at < now - ANSWERS_KEPT)
        .execution_options(synchronize_session=False)
    )
    values = {"token_id": token_id, "key": key, "request_sha256": digest, "body": "", "at": now}
    if session().execute(_claim(values)).first() is not None:
        body = answer()
        session().execute(
            sa.update(ApiAnswer).where(*mine).values(body=body).execution_options(synchronize_session=False)
        )
        return body, False
    kept, first = session().execute(sa.select(ApiAnswer.body, ApiAnswer.request_sha256).where(*mine)).one()
    if first != digest:
        raise Invalid("Idempotency-Key", _("This key came with another request before. Use a new key."))
    return kept, True


def _claim(values: dict[str, Any]) -> Any:
    insert = postgresql.insert if session().get_bind().dialect.name == "postgresql" else sqlite.insert
    table = ApiAnswer.__table__
    return insert(table).values(**values).on_conflict_do_nothing().returning(table.c.id)  # type: ignore[arg-type]


def forget_answers(numbers: Iterable[str]) -> None:
    """Drop what is kept for repeated requests about these numbers: the data of their holder are erased."""
    for number in numbers:
        session().execute(
            sa.delete(ApiAnswer)
            .where(ApiAnswer.body.contains(number, autoescape=True))
            .execution_options(synchronize_session=False)
        )


def drop_answer(answer_id: int) -> None:
    """Drop an answer that was kept for repeated requests, once its time is over."""
    session().execute(
        sa.delete(ApiAnswer)
        .where(ApiAnswer.id == answer_id, ApiAnswer.at < clock.now() - ANSWERS_KEPT)
        .execution_options(synchronize_session=False)
    )
