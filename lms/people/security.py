"""Flask-Security, set up for this house: our pages, our sessions, our transaction."""

import secrets
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask_security import Security, SQLAlchemyUserDatastore

from lms.config import Settings
from lms.db import db, session
from lms.people import sessions
from lms.people.models import Passkey, Person, SecurityRole


class Datastore(SQLAlchemyUserDatastore):  # type: ignore[misc]
    """Writes within the request's transaction: it flushes where the library would commit."""

    def commit(self) -> None:
        session().flush()


datastore = Datastore(db, Person, SecurityRole, Passkey)


def init(app: Flask, settings: Settings) -> None:
    """Register Flask-Security on the application."""
    is_test = settings.env == "test"
    app.config.update(
        SECURITY_PASSWORD_SALT=settings.secret_key,
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_DEPRECATED_PASSWORD_SCHEMES=[],
        SECURITY_PASSWORD_HASH_OPTIONS={
            "argon2__memory_cost": 8 if is_test else 19 * 1024,
            "argon2__time_cost": 1 if is_test else 2,
            "argon2__parallelism": 1,
        },
        SECURITY_PASSWORD_LENGTH_MIN=8,
        SECURITY_PASSWORD_NORMALIZE_FORM="NFKC",  # noqa: S106
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_WAN_ALLOW_USER_HINTS=False,
        SECURITY_SEND_REGISTER_EMAIL=False,
        SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False},
        SECURITY_LOGOUT_METHODS=["POST"],
        SECURITY_POST_LOGIN_VIEW="/home",
        SECURITY_POST_LOGOUT_VIEW="/",
        SECURITY_FLASH_MESSAGES=True,
        SECURITY_URL_PREFIX=None,
    )
    security = Security(app, datastore)
    app.extensions["lms_security"] = security
    sessions.init(app)
    app.login_manager.user_loader(_person_of_this_session)  # type: ignore[attr-defined]
    app.login_manager.request_loader(lambda _request: None)  # type: ignore[attr-defined]


def _person_of_this_session(uniquifier: str) -> Any:
    found = sessions.signed_in()
    if found is None or found.fs_uniquifier != uniquifier:
        return None
    return session().scalar(sa.select(Person).where(Person.id == found.person_id))


def new_uniquifier() -> str:
    """A new random name for Flask-Security's sessions of a person."""
    return secrets.token_hex(16)
