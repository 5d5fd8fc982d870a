"""Sign-in sessions kept on the server: listed, ended at once, and bounded in time.

The signed cookie carries a random token; the row carries its hash. 12 hours at most; idle for 60 minutes
(30 for staff) ends it, counted by the time in the cookie so that opening a page writes nothing. The row's
own `seen_at` follows with each POST, a few minutes behind, for the list that people see.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask, g, request
from flask import session as cookie
from flask_login import user_logged_in, user_logged_out

from lms import audit, clock
from lms.audit import Action
from lms.db import session
from lms.people import rules
from lms.people.models import Person, RoleGrant, SignInSession
from lms.permissions import Actor, Role

ABSOLUTE = timedelta(hours=12)
IDLE = timedelta(minutes=60)
IDLE_STAFF = timedelta(minutes=30)
SEEN_LATE = timedelta(minutes=5)
TOKEN = "sid"  # noqa: S105
SEEN = "seen"
# A sign-in that ends at one of these has shown two factors: the password and a code, or a passkey that
# verified the person.
PROVES_SECOND_FACTOR = frozenset(
    {"security.two_factor_token_validation", "security.mf_recovery", "security.wan_signin_response"}
)


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
    seen_at: datetime
    actor: Actor

    @property
    def is_staff(self) -> bool:
        """Whether the person holds any role but a trainee's."""
        return bool(self.actor.organisations)


# One row for each role held now, so that who it is and what they may do come in one statement.
_SIGNED_IN = (
    sa.select(
        SignInSession.id,
        Person.id.label("person_id"),
        Person.fs_uniquifier,
        Person.chosen_name,
        Person.timezone,
        Person.language,
        SignInSession.has_second_factor,
        SignInSession.confirmed_at,
        SignInSession.seen_at,
        RoleGrant.role,
        RoleGrant.organisation_id,
    )
    .join(Person, Person.id == SignInSession.person_id)
    .outerjoin(RoleGrant, sa.and_(RoleGrant.person_id == Person.id, RoleGrant.ended_at.is_(None)))
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
    rows: Any = session().execute(_SIGNED_IN, {"token_hash": hash_of(token), "now": now}).all()
    if not rows:
        return None
    roles = frozenset((Role(role), organisation) for *_, role, organisation in rows if role is not None)
    who: Any = (*rows[0][:-2], Actor(rows[0].person_id, roles))
    found = SignedIn(*who)
    is_idle = found.is_staff and now.timestamp() - seen > IDLE_STAFF.total_seconds()
    return None if is_idle else found


def keep_alive() -> None:
    """Note in the cookie, once a minute, that this browser is in use; a session that has ended stays so."""
    if TOKEN in cookie and g.get("signed_in") is not None:
        now = int(clock.now().timestamp())
        if now - int(cookie.get(SEEN, 0)) >= 60:
            cookie[SEEN] = now


def touch() -> None:
    """Note in the row, within a POST, that the session is in use."""
    found = signed_in()
    if found is not None and clock.now() - found.seen_at > SEEN_LATE:
        _change_here(seen_at=clock.now())


def confirm() -> None:
    """The person here has just shown again who they are: good for a signature for 15 minutes."""
    _change_here(confirmed_at=clock.now())


def prove_second_factor() -> None:
    """The person here has just proved a second factor."""
    _change_here(has_second_factor=True)


def is_confirmed() -> bool:
    """Whether the person here showed who they are within the last 15 minutes."""
    found = signed_in()
    if found is None or found.confirmed_at is None:
        return False
    return clock.now() - found.confirmed_at < rules.CONFIRMATION_LASTS


def _change_here(**values: object) -> None:
    found = signed_in()
    if found is not None:
        session().execute(
            sa.update(SignInSession)
            .where(SignInSession.id == found.session_id)
            .values(**values)
            .execution_options(synchronize_session="evaluate")
        )
        g.pop("signed_in", None)


def end_others(person_id: int) -> int:
    """End every session of the person but the one here; answers how many."""
    here = hash_of(str(cookie.get(TOKEN, "")))
    ended = session().execute(
        sa.update(SignInSession)
        .where(
            SignInSession.person_id == person_id,
            SignInSession.ended_at.is_(None),
            SignInSession.token_hash != here,
        )
        .values(ended_at=clock.now())
        .execution_options(synchronize_session="evaluate")
    )
    return int(ended.rowcount)  # type: ignore[attr-defined]


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
    cookie.pop("lang", None)  # what was chosen before belongs to whoever sat here before
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
        before = signed_in()
        kept = before is not None and before.person_id == user.id and before.has_second_factor
        proved = bool(g.get("second_factor", False)) or request.endpoint in PROVES_SECOND_FACTOR
        begin(user, has_second_factor=proved or kept)

    def closed(_sender: Flask, **_more: object) -> None:
        end_here()

    user_logged_in.connect(opened, app, weak=False)
    user_logged_out.connect(closed, app, weak=False)
