"""What hangs on credentials whose holder's data are erased: the readers of codes, and letters."""

from collections.abc import Sequence

import sqlalchemy as sa

from lms import clock
from lms.credentials.models import ShareCode
from lms.credentials.queries import CredentialCard
from lms.db import session
from lms.mail import OutgoingMail

NOBODY = "-"
"""Stands where a reader's name was: the name of a stranger is kept for the holder's sake alone."""


def forget_readers(cards: Sequence[CredentialCard]) -> None:
    """End the holder's codes, and forget for whom each was. When they were made and used stays."""
    now = sa.literal(clock.now(), ShareCode.revoked_at.type)
    session().execute(
        sa.update(ShareCode)
        .where(ShareCode.credential_id.in_([card.id for card in cards]), ShareCode.for_whom != NOBODY)
        .values(for_whom=NOBODY, revoked_at=sa.func.coalesce(ShareCode.revoked_at, now))
        .execution_options(synchronize_session=False)
    )


def forget_letters(cards: Sequence[CredentialCard]) -> None:
    """Empty the letters to the holder that name one of these numbers; those that have not left never will.

    The row stays of a letter that left: by its key it is known not to be written again.
    """
    for card in cards:
        letters = (
            OutgoingMail.to_person_id == card.person_id,
            OutgoingMail.body.contains(card.number, autoescape=True),
        )
        session().execute(
            sa.delete(OutgoingMail)
            .where(*letters, OutgoingMail.sent_at.is_(None))
            .execution_options(synchronize_session=False)
        )
        session().execute(
            sa.update(OutgoingMail)
            .where(*letters)
            .values(to_address="", subject="", body="")
            .execution_options(synchronize_session=False)
        )
