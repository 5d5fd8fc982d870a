"""Codes by which a holder shows more of a credential to somebody: making one, ending it, and each look."""

import secrets
from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from lms import clock
from lms.audit import Action, record
from lms.credentials import queries
from lms.credentials.models import ShareCode, ShareCodeLook
from lms.credentials.numbers import ALPHABET, shown
from lms.credentials.queries.codes import PARTS, code_that_opens, hash_of_code
from lms.credentials.states import State
from lms.db import lock, session
from lms.errors import Conflict, Invalid, NotFound

LASTS = timedelta(days=21)
LENGTH = 16
MOST_LOOKS = (1, 3, 10)
MOST_IN_A_DAY = 20


def make_code(
    actor_id: int, *, number: str, for_whom: str, parts: Sequence[str], most_looks: int, request_key: str
) -> str:
    """A code that shows these parts of a credential for 21 days; answers it, said only now.

    Raises NotFound, Invalid for a field, Conflict when this very form was sent before.
    """
    card = queries.credential(number)
    if card.person_id != actor_id:
        raise NotFound
    if card.state(clock.now()) is State.ERASED:
        raise Conflict(_("The data of this credential were erased. There is nothing to show."))
    name = " ".join(for_whom.split())
    if not name:
        raise Invalid("for_whom", _("Write who it is for."))
    if not parts or not set(parts) <= set(PARTS):
        raise Invalid("part_training", _("Choose at least one part."))
    if most_looks not in MOST_LOOKS:
        raise Invalid("most_looks", _("Choose how often it opens."))
    now = clock.now()
    made = sa.select(sa.func.count(ShareCode.id)).where(
        ShareCode.credential_id == card.id, ShareCode.created_at > now - timedelta(days=1)
    )
    if (session().scalar(made) or 0) >= MOST_IN_A_DAY:
        raise Invalid("for_whom", _("You made 20 codes today. Please go on tomorrow."))
    code = shown("".join(secrets.choice(ALPHABET) for _place in range(LENGTH)))
    row = ShareCode(
        credential_id=card.id,
        for_whom=name,
        parts=[part for part in PARTS if part in parts],
        most_looks=most_looks,
        code_hash=hash_of_code(code),
        request_key=request_key,
        created_at=now,
        ends_at=now + LASTS,
    )
    session().add(row)
    try:
        session().flush()
    except IntegrityError as twice:
        raise Conflict(_("This code was made already. You find it in your list.")) from twice
    _note(Action.CREDENTIALS_MAKE_CODE, actor_id, row, parts=row.parts)
    return code


def end_code(actor_id: int, *, number: str, code_id: int) -> None:
    """Take a code back; it stops opening at once. Doing it twice changes nothing. Raises NotFound."""
    card = queries.credential(number)
    row = session().scalar(
        lock(sa.select(ShareCode).where(ShareCode.id == code_id, ShareCode.credential_id == card.id))
    )
    if row is None or card.person_id != actor_id:
        raise NotFound
    if row.revoked_at is None:
        row.revoked_at = clock.now()
        session().flush()
        _note(Action.CREDENTIALS_END_CODE, actor_id, row)


def open_by_code(*, code: str, number: str | None = None) -> tuple[int, str]:
    """Note that somebody with the code looks now; answers the look's id and the credential's number.

    Of two who open a code for one look at once, one is refused. Raises NotFound, for every reason alike.
    """
    digest = hash_of_code(code)
    row = session().scalar(lock(sa.select(ShareCode).where(ShareCode.code_hash == digest)))
    card, of = code_that_opens(code, number)
    if row is None:
        raise NotFound
    look = ShareCodeLook(code_id=row.id, turn=len(card.looks) + 1, at=clock.now())
    session().add(look)
    session().flush()
    _note(Action.CREDENTIALS_OPEN_BY_CODE, None, row)
    return look.id, of


def _note(action: Action, actor_id: int | None, row: ShareCode, **details: object) -> None:
    record(action, actor_id=actor_id, subject="share_code", subject_id=row.id, details=dict(details))
