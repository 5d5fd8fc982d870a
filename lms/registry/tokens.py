"""Reads about tokens of the programming interface."""

import hmac
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from lms import clock
from lms.db import session
from lms.errors import NotFound
from lms.registry.api_scopes import SHAPE, ApiScope, digest_of
from lms.registry.models import ApiAnswer, ApiToken

ANSWERS_KEPT = timedelta(hours=24)
ZONE = "UTC"


@dataclass(frozen=True, slots=True)
class TokenCard:
    """What may be shown of a token: never the token itself."""

    id: int
    organisation_id: int
    name: str
    scopes: frozenset[ApiScope]
    made_at: datetime
    expires_on: date
    last_used_on: date | None
    revoked_at: datetime | None

    def is_good(self, today: date) -> bool:
        """Whether it opens anything: not revoked, and its last day (UTC) not over."""
        return self.revoked_at is None and today <= self.expires_on


_TOKENS = sa.select(
    ApiToken.id,
    ApiToken.organisation_id,
    ApiToken.name,
    ApiToken.scopes,
    ApiToken.made_at,
    ApiToken.expires_on,
    ApiToken.last_used_on,
    ApiToken.revoked_at,
    ApiToken.digest,
)


def _card(row: Any) -> TokenCard:
    fields = row._asdict()
    del fields["digest"]
    return TokenCard(**(fields | {"scopes": frozenset(map(ApiScope, row.scopes.split()))}))


def tokens_of(organisation_id: int) -> tuple[TokenCard, ...]:
    """The tokens of an organisation, newest first, ended ones too."""
    rows = session().execute(
        _TOKENS.where(ApiToken.organisation_id == organisation_id).order_by(ApiToken.id.desc())
    )
    return tuple(_card(row) for row in rows)


def token(token_id: int) -> TokenCard:
    """One token. Raises NotFound."""
    row = session().execute(_TOKENS.where(ApiToken.id == token_id)).first()
    if row is None:
        raise NotFound
    return _card(row)


def good_token(text: str) -> TokenCard | None:
    """The token that was sent, if it opens anything today; compared in constant time."""
    if not SHAPE.fullmatch(text):
        return None
    digest = digest_of(text)
    row = session().execute(_TOKENS.where(ApiToken.digest == digest)).first()
    if row is None or not hmac.compare_digest(row.digest, digest):
        return None
    card = _card(row)
    return card if card.is_good(clock.today(ZONE)) else None


def old_answers() -> list[int]:
    """Ids of answers kept for repeated requests whose time is over, oldest first, at most 500."""
    over = clock.now() - ANSWERS_KEPT
    return list(session().scalars(sa.select(ApiAnswer.id).where(ApiAnswer.at < over).limit(500)))
