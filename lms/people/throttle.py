"""Sign-ins that did not succeed, counted by account and address: a stranger cannot lock an owner out."""

import hashlib
from datetime import timedelta

import sqlalchemy as sa
from flask import request

from lms import clock
from lms.db import session
from lms.people.models import SignInFailure

WINDOW = timedelta(minutes=15)
MOST_PER_PAIR = 10
MOST_PER_ADDRESS = 30
KEPT = timedelta(days=1)


def account_key(email: str) -> str:
    """The name under which tries at an account are counted: a hash, also for accounts that do not exist."""
    return hashlib.sha256(email.strip().lower().encode()).hexdigest()


def _address() -> str:
    return (request.remote_addr or "unknown")[:64]


def is_closed(email: str) -> bool:
    """Whether this address has tried too often, at this account or at many."""
    since = clock.now() - WINDOW
    here = SignInFailure.address == _address()
    pair = sa.case((SignInFailure.account == account_key(email), 1), else_=0)
    at_all, at_this = (
        session()
        .execute(
            sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(pair), 0)).where(
                here, SignInFailure.at > since
            )
        )
        .one()
    )
    return bool(at_this >= MOST_PER_PAIR or at_all >= MOST_PER_ADDRESS)


def note_failure(email: str) -> None:
    """Count one try that did not succeed. It is kept: the view that shows the fault ends normally."""
    session().add(SignInFailure(account=account_key(email), address=_address(), at=clock.now()))
    session().flush()


def forgotten_failures() -> list[int]:
    """Ids of counted tries that no limit asks for any more."""
    old = SignInFailure.at < clock.now() - KEPT
    return list(session().scalars(sa.select(SignInFailure.id).where(old).order_by(SignInFailure.id).limit(100)))
