"""Sign-in sessions kept on the server: listed, ended at once, and bounded in time.

The signed cookie carries a random token; the row carries its hash. 12 hours at most; idle for 60 minutes
(30 for staff) ends it, counted by the time in the cookie so that opening a page writes nothing.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import Flask, g, request
from flask import session as cookie
from flask_login import user_logged_in, user_logged_out

from lms import audit, clock
from lms.audit import Action
from lms.db import session
from lms.people.models import Person, SignInSession

ABSOLUTE = timedelta(hours=12)
IDLE = timedelta(minutes=60)
IDLE_STAFF = timedelta(minutes=30)
TOKEN = "sid"  # noqa: S105
SEEN = "seen"


@dataclass(frozen=True)
class SignedIn:
    """Who is signed in here, and how."""

    session_id: int
    person_id: int
    fs_uniquifier: str
    chosen_name: str
    timezone: str
    language: str
    has_second_factor: bool
    confirmed_at: datetime | None


_SIGNED_IN = (
    sa.select(
        SignInSession.id,
        Person.id,
        Person.fs_uniquifier,
        Person.chosen_name,
        Person.timezone,
        Person.language,
        SignInSession.has_second_factor,
        SignInSession.confirmed_at,
    )
    .join(Person, Person.id == SignInSession.person_id)
    .where(
        SignInSession.token_hash == sa.bindparam("token_hash"),
        SignInSession.ended_at.is_(None),
        SignInSession.ends_at > sa.bindparam("now"),
        Person.active,
    )
)


def hash_of(token: str) -> str:
    """The hash under which a token is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def signed_in() -> SignedIn | None:
    """Who this request's cookie names, if that session is still open; asked of the database once."""
    if "signed_in" not in g:
        g.signed_in = _load()
    found: SignedIn | None = g.signed_in
    return found


def _load() -> SignedIn | None:
    token = cookie.get(TOKEN)
    if not isinstance(token, str):
        return None
    now = clock.now()
    seen = cookie.get(SEEN)
    if not isinstance(seen, int) or now.timestamp() - seen > IDLE.total_seconds():
        return None
    row = session().execute(_SIGNED_IN, {"token_hash": hash_of(token), "now": now}).first()
    return SignedIn(*row) if row else None


def keep_alive() -> None:
    """Note in the cookie, once a minute, that this browser is in use."""
    if TOKEN in cookie:
        now = int(clock.now().timestamp())
        if now - int(cookie.get(SEEN, 0)) >= 60:
            cookie[SEEN] = now


def begin(person: Person, *, has_second_factor: bool) -> None:
    """Open a session for this browser; what it had before is ended."""
    end_here()
    now = clock.now()
    token = secrets.token_urlsafe(32)
    row = SignInSession(
        token_hash=hash_of(token),
        person_id=person.id,
        started_at=now,
        seen_at=now,
        ends_at=now + ABSOLUTE,
        confirmed_at=now,
        has_second_factor=has_second_factor,
        device=(request.user_agent.string or "")[:200],
    )
    session().add(row)
    session().flush()
    cookie[TOKEN] = token
    cookie[SEEN] = int(now.timestamp())
    g.pop("signed_in", None)
    audit.record(Action.PEOPLE_SIGN_IN, actor_id=person.id, subject="sign_in_session", subject_id=row.id)


def end_here() -> None:
    """End the session of this browser, on the server too."""
    token = cookie.pop(TOKEN, None)
    cookie.pop(SEEN, None)
    g.pop("signed_in", None)
    if not isinstance(token, str):
        return
    row = session().scalar(
        sa.select(SignInSession).where(
            SignInSession.token_hash == hash_of(token), SignInSession.ended_at.is_(None)
        )
    )
    if row is not None:
        row.ended_at = clock.now()
        audit.record(
            Action.PEOPLE_SIGN_OUT, actor_id=row.person_id, subject="sign_in_session", subject_id=row.id
        )


def promise_second_factor() -> None:
    """Say that the sign-in which follows in this request proved a second factor too."""
    g.second_factor = True


def init(app: Flask) -> None:
    """Follow Flask-Login's sign-ins and sign-outs with rows of our own."""

    def opened(_sender: Flask, user: Person, **_more: object) -> None:
        begin(user, has_second_factor=bool(g.get("second_factor", False)))

    def closed(_sender: Flask, **_more: object) -> None:
        end_here()

    user_logged_in.connect(opened, app, weak=False)
    user_logged_out.connect(closed, app, weak=False)
