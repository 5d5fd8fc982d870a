"""Passwords: the rules as Flask-Security asks for them, and hashing before the transaction begins.

Argon2id takes tens of milliseconds on purpose. SQLite has one writer, so that time must not pass inside a
writing transaction: `work_ahead` hashes what a form brought before the view runs, and `Memo` hands the
answer out when the view asks for it.
"""

from collections.abc import Callable, Iterable
from typing import Any

import sqlalchemy as sa
from flask import g, has_app_context, request
from flask_babel import gettext as _
from flask_security import PasswordUtil, hash_password, verify_password

from lms import db
from lms.db import session
from lms.people import rules, sessions, throttle
from lms.people.models import Organisation, Passkey, Person, RoleGrant


def sentence(problem: str) -> str:
    """What to do about a problem that `rules.problem_with_password` found."""
    sentences: dict[str, Callable[[], str]] = {
        "short": lambda: _(
            "Use at least %(count)s characters. Four or five words in a row are easy to keep in mind.",
            count=rules.SHORTEST_ALONE,
        ),
        "short_with_factor": lambda: _(
            "Use at least %(count)s characters.", count=rules.SHORTEST_WITH_SECOND_FACTOR
        ),
        "long": lambda: _("Use at most %(count)s characters.", count=rules.LONGEST),
        "simple": lambda: _("Use more than a few different characters."),
        "common": lambda: _("Many people use this password. Choose another one."),
        "personal": lambda: _("Leave out your name, your e-mail address and your organisation's name."),
    }
    return str(sentences[problem]())


def fault_of(password: str, *, has_second_factor: bool, words: Iterable[str]) -> str | None:
    """The sentence for what is wrong with a new password, or None when it will do."""
    problem = rules.problem_with_password(password, has_second_factor=has_second_factor, words=words)
    if problem is None:
        return None
    return sentence("short_with_factor" if problem == "short" and has_second_factor else problem)


def telling_words(person: Person) -> list[str]:
    """The names that this person's password may not hold."""
    names = session().scalars(
        sa.select(Organisation.name)
        .join(RoleGrant, RoleGrant.organisation_id == Organisation.id)
        .where(RoleGrant.person_id == person.id, RoleGrant.ended_at.is_(None))
    )
    return [person.email, *person.chosen_name.split(), *person.legal_name.split(), *names]


def has_factor(person: Person) -> bool:
    """Whether the person has set up a second factor: an authenticator app or a passkey."""
    if person.tf_totp_secret and person.tf_primary_method:
        return True
    if person.id is None:
        return False
    return session().scalar(sa.select(Passkey.id).where(Passkey.user_id == person.id).limit(1)) is not None


class Passwords(PasswordUtil):
    """Our rules where Flask-Security sets a password: reset and change."""

    def validate(self, password: str, is_register: bool, **about: Any) -> tuple[list[str] | None, str]:
        password = rules.normal(password)
        person: Person = about["user"]
        if person is None:
            return None, password
        fault = fault_of(password, has_second_factor=has_factor(person), words=telling_words(person))
        if fault:
            return [fault], password
        # The caller stores this very password next. Its length cannot be read from the hash later, and
        # a short one holds its owner to the second factor.
        person.is_password_long = len(password) >= rules.SHORTEST_ALONE
        return None, password


class Memo:
    """Flask-Security's password context, which does not compute twice what `work_ahead` computed."""

    def __init__(self, context: Any) -> None:
        self._context = context

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)

    def hash(self, secret: Any, **options: Any) -> str:
        memo = self._memo()
        key = ("hash", secret)
        if key not in memo:
            memo[key] = self._context.hash(secret, **options)
        return str(memo[key])

    def verify(self, secret: Any, hashed: str) -> bool:
        memo = self._memo()
        key = ("verify", secret, hashed)
        if key not in memo:
            memo[key] = self._context.verify(secret, hashed)
        return bool(memo[key])

    @staticmethod
    def _memo() -> dict[Any, Any]:
        if not has_app_context():
            return {}
        if "password_memo" not in g:
            g.password_memo = {}
        memo: dict[Any, Any] = g.password_memo
        return memo


def work_ahead() -> None:
    """Before a POST's transaction: verify or hash the passwords that came with it."""
    if request.method != "POST" or request.mimetype not in (
        "application/x-www-form-urlencoded",
        "multipart/form-data",
    ):
        return
    typed = rules.normal(request.form.get("password", "")[: 4 * rules.LONGEST])
    new = rules.normal(request.form.get("new_password", "")[: 4 * rules.LONGEST])
    if request.endpoint in ("security.reset_password", "people.join"):
        typed, new = "", typed
    if typed:
        is_sign_in = request.endpoint == "security.login"
        with db.reading():
            kept, may_try = _kept(request.form.get("email", "") if is_sign_in else None)
        if kept and may_try:
            verify_password(typed, kept)
        elif is_sign_in and may_try:
            hash_password(typed)
    if len(new) >= rules.SHORTEST_WITH_SECOND_FACTOR:
        hash_password(new)


def _kept(email: str | None) -> tuple[str | None, bool]:
    """The hash to compare with, and whether this address may try at all."""
    if email is None:
        found = sessions.signed_in()
        if found is None:
            return None, False
        return session().scalar(sa.select(Person.password).where(Person.id == found.person_id)), True
    by_email = sa.select(Person.password).where(Person.email == email.strip().lower())
    return session().scalar(by_email), not throttle.is_closed(email)
