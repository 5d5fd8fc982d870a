"""The codes by which holders show more of a credential, the looks at it, and what a code opens now."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from lms import clock
from lms.credentials.models import Credential, ShareCode, ShareCodeLook
from lms.credentials.numbers import compact
from lms.credentials.queries.cards import CredentialCard, by_number
from lms.credentials.states import State
from lms.db import Scope, scope, session
from lms.errors import NotFound

PARTS = ("training", "practice", "examinations", "periods")
OPEN_FOR = timedelta(minutes=30)
"""For how long one look may be looked at again, in the browser that opened it."""


@dataclass(frozen=True, slots=True)
class CodeCard:
    """One code, with the moments of the looks so far, newest first; never the code itself."""

    id: int
    credential_id: int
    for_whom: str
    parts: tuple[str, ...]
    most_looks: int
    created_at: datetime
    ends_at: datetime
    revoked_at: datetime | None
    looks: tuple[datetime, ...] = ()

    def is_open(self, now: datetime) -> bool:
        """Whether the code still opens."""
        return self.revoked_at is None and now < self.ends_at and len(self.looks) < self.most_looks


def hash_of_code(code: str) -> str:
    """The hash under which a code is kept; dashes, spaces and capitals do not matter."""
    return hashlib.sha256(compact(code).encode()).hexdigest()


def codes_of(card: CredentialCard) -> tuple[CodeCard, ...]:
    """The codes of a credential, newest first, with every look: two statements."""
    return _cards(ShareCode.credential_id == card.id)


def code_that_opens(code: str, number: str | None = None) -> tuple[CodeCard, str]:
    """What a code opens now, and the number of the credential.

    Raises NotFound when it is unknown, used up, too old, ended, or of another number than the one asked
    about: all alike.
    """
    with scope(Scope.all()):
        found = _cards(ShareCode.code_hash == hash_of_code(code))
        if not found or not found[0].is_open(clock.now()):
            raise NotFound
        of = session().scalar(sa.select(Credential.number).where(Credential.id == found[0].credential_id))
    if of is None or (number is not None and of != number) or _is_erased(of):
        raise NotFound
    return found[0], of


def opened(look_id: int, number: str) -> CodeCard:
    """What a look that was begun a short while ago still shows. Raises NotFound."""
    with scope(Scope.all()):
        row = (
            session()
            .execute(
                sa.select(ShareCodeLook.code_id, ShareCodeLook.at)
                .join(ShareCode, ShareCode.id == ShareCodeLook.code_id)
                .join(Credential, Credential.id == ShareCode.credential_id)
                .where(ShareCodeLook.id == look_id, Credential.number == number)
            )
            .first()
        )
        if row is None or clock.now() >= row.at + OPEN_FOR:
            raise NotFound
        (found,) = _cards(ShareCode.id == row.code_id)
    if found.revoked_at is not None or _is_erased(number):
        raise NotFound
    return found


def _is_erased(number: str) -> bool:
    card = by_number(number)
    return card is None or card.state(clock.now()) is State.ERASED


def _cards(which: sa.ColumnElement[bool]) -> tuple[CodeCard, ...]:
    codes = session().scalars(sa.select(ShareCode).where(which).order_by(ShareCode.id.desc())).all()
    looks: dict[int, list[datetime]] = defaultdict(list)
    if codes:
        seen = sa.select(ShareCodeLook.code_id, ShareCodeLook.at).where(
            ShareCodeLook.code_id.in_([code.id for code in codes])
        )
        for code_id, at in session().execute(seen.order_by(ShareCodeLook.id.desc())):
            looks[code_id].append(at)
    return tuple(
        CodeCard(
            id=code.id,
            credential_id=code.credential_id,
            for_whom=code.for_whom,
            parts=tuple(code.parts),
            most_looks=code.most_looks,
            created_at=code.created_at,
            ends_at=code.ends_at,
            revoked_at=code.revoked_at,
            looks=tuple(looks[code.id]),
        )
        for code in codes
    )
