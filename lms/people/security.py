"""Flask-Security, set up for this house: our pages, our sessions, our transaction, our words."""

import base64
import hashlib
import hmac
import secrets
import time
from datetime import timedelta
from typing import Any

import flask_babel
import sqlalchemy as sa
from flask import Flask, render_template, request
from flask_security import Security, SQLAlchemyUserDatastore
from flask_security.signals import (
    password_changed,
    password_reset,
    tf_disabled,
    tf_profile_changed,
    wan_deleted,
    wan_registered,
)
from flask_security.utils import set_request_attr

from lms import audit, clock
from lms.audit import Action
from lms.config import Settings
from lms.db import db, session
from lms.forms import Form
from lms.limits import limiter
from lms.people import factors, passwords, rules, sessions
from lms.people.letters import Letters
from lms.people.models import Passkey, Person, SecurityRole
from lms.people.security_forms import FORMS

LIMITED = (
    "security.login",
    "security.verify",
    "security.forgot_password",
    "security.reset_password",
    "security.change_password",
    "security.two_factor_token_validation",
    "security.mf_recovery",
    "security.wan_signin",
    "security.wan_signin_response",
)


def N_(text: str) -> str:
    """Mark a text for the translation catalogue; it is translated when shown."""
    return text


# The library's messages in our words: each is (text, kind of notice).
MESSAGES = {
    "GENERIC_AUTHN_FAILED": (N_("That e-mail and password do not match. Check both and try again."), "error"),
    "PASSWORD_RESET_REQUEST": (
        N_("If %(email)s has an account here, a mail with a link is on its way."),
        "info",
    ),
    "PASSWORD_RESET_EXPIRED": (N_("That link is too old. Ask for a new one."), "error"),
    "INVALID_RESET_PASSWORD_TOKEN": (N_("That link does not work any more. Ask for a new one."), "error"),
    "PASSWORD_RESET_NO_LOGIN": (N_("Your new password is set. Sign in with it."), "success"),
    "PASSWORD_CHANGE": (N_("Your password is changed. Your other devices were signed out."), "success"),
    "PASSWORD_IS_THE_SAME": (N_("Choose a password that is not the one you have."), "error"),
    "PASSWORD_NOT_PROVIDED": (N_("Type your password."), "error"),
    "INVALID_PASSWORD": (N_("That is not your password."), "error"),
    "RETYPE_PASSWORD_MISMATCH": (N_("The two passwords are not the same."), "error"),
    "UNAUTHENTICATED": (N_("Please sign in first."), "info"),
    "REAUTHENTICATION_REQUIRED": (N_("Please show once more that it is you."), "info"),
    "REAUTHENTICATION_SUCCESSFUL": (N_("Thank you. Go on."), "success"),
    "TWO_FACTOR_LOGIN_SUCCESSFUL": (N_("You are signed in."), "success"),
    "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": (N_("Your app is set up. Now make recovery codes."), "success"),
    "TWO_FACTOR_DISABLED": (N_("The app is turned off as a second step."), "success"),
    "TWO_FACTOR_PERMISSION_DENIED": (N_("Please sign in again."), "info"),
    "WEBAUTHN_NAME_INUSE": (N_("You have a passkey with that name. Choose another name."), "error"),
    "WEBAUTHN_REGISTER_SUCCESSFUL": (N_("The passkey %(name)s is set up."), "success"),
    "WEBAUTHN_CREDENTIAL_DELETED": (N_("The passkey %(name)s is removed."), "success"),
    "WEBAUTHN_EXPIRED": (N_("That took too long. Start again."), "error"),
    "WEBAUTHN_NO_VERIFY": (N_("The passkey did not answer as it should. Try again."), "error"),
    "WEBAUTHN_UNKNOWN_CREDENTIAL_ID": (N_("We do not know that passkey. Use another way to sign in."), "error"),
    "API_ERROR": (N_("That did not work. Start again."), "error"),
}


class Datastore(SQLAlchemyUserDatastore):
    """Writes within the request's transaction: it flushes where the library would commit."""

    def commit(self) -> None:
        session().flush()


datastore = Datastore(db, Person, SecurityRole, Passkey)


class Words:
    """Translations: our catalogue first, the library's own for what it alone says."""

    def __init__(self, domain: Any) -> None:
        self._domain = domain

    def __getattr__(self, name: str) -> Any:
        return getattr(self._domain, name)

    def gettext(self, text: Any, **facts: Any) -> str:
        ours = flask_babel.gettext(str(text), **facts)
        untouched = str(text) % facts if facts else str(text)
        return str(ours) if ours != untouched else str(self._domain.gettext(str(text), **facts))


def init(app: Flask, settings: Settings) -> None:
    """Register Flask-Security on the application."""
    is_test = settings.env == "test"
    app.config.update(
        SECURITY_PASSWORD_SALT=settings.secret_key,
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_DEPRECATED_PASSWORD_SCHEMES=[],
        SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS={
            "argon2__type": "ID",
            "argon2__memory_cost": 8 if is_test else 19 * 1024,
            "argon2__rounds": 1 if is_test else 2,
            "argon2__parallelism": 1,
        },
        SECURITY_PASSWORD_NORMALIZE_FORM="NFKC",  # noqa: S106
        SECURITY_USER_IDENTITY_ATTRIBUTES=[{"email": {"mapper": _as_address, "case_insensitive": False}}],
        SECURITY_JOIN_USER_ROLES=False,
        SECURITY_API_ENABLED_METHODS=["session"],
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_SEND_REGISTER_EMAIL=False,
        SECURITY_EMAIL_PLAINTEXT=False,
        SECURITY_EMAIL_HTML=False,
        SECURITY_RECOVERABLE=True,
        SECURITY_RESET_PASSWORD_WITHIN=timedelta(days=1),
        SECURITY_CHANGEABLE=True,
        SECURITY_POST_CHANGE_VIEW="/account",
        SECURITY_LOGOUT_METHODS=["POST"],
        SECURITY_POST_LOGIN_VIEW="/home",
        SECURITY_POST_LOGOUT_VIEW="/",
        SECURITY_FLASH_MESSAGES=True,
        SECURITY_URL_PREFIX=None,
        SECURITY_VERIFY_URL="/confirm",
        SECURITY_POST_VERIFY_VIEW="/account",
        SECURITY_FRESHNESS=rules.CONFIRMATION_LASTS,
        SECURITY_FRESHNESS_GRACE_PERIOD=timedelta(0),
        SECURITY_TWO_FACTOR=True,
        SECURITY_TWO_FACTOR_ENABLED_METHODS=["authenticator"],
        SECURITY_TWO_FACTOR_AUTHENTICATOR_VALIDITY=30,
        SECURITY_TWO_FACTOR_RESCUE_EMAIL=False,
        SECURITY_TWO_FACTOR_POST_SETUP_VIEW=".mf_recovery_codes",
        SECURITY_TOTP_SECRETS={"1": _key(settings, "authenticator secrets")},
        SECURITY_TOTP_ISSUER="Peer specialist training",
        SECURITY_MULTI_FACTOR_RECOVERY_CODES=True,
        SECURITY_MULTI_FACTOR_RECOVERY_CODES_N=10,
        SECURITY_WEBAUTHN=True,
        SECURITY_WAN_RP_NAME="Peer specialist training",
        SECURITY_WAN_ALLOW_AS_FIRST_FACTOR=True,
        SECURITY_WAN_ALLOW_AS_MULTI_FACTOR=True,
        SECURITY_WAN_ALLOW_USER_HINTS=False,
        SECURITY_WAN_SIGNIN_WITHIN=timedelta(minutes=2),
        SECURITY_WAN_POST_REGISTER_VIEW="/account",
        # localhost in the demo has no TLS; in production each of these cookies is for TLS alone.
        SECURITY_CSRF_COOKIE={"samesite": "Strict", "httponly": False, "secure": settings.is_https},
        SECURITY_TWO_FACTOR_VALIDITY_COOKIE={
            "samesite": "Strict",
            "httponly": True,
            "secure": settings.is_https,
        },
        **{f"SECURITY_MSG_{name}": message for name, message in MESSAGES.items()},
    )
    forms: dict[str, Any] = dict(FORMS)
    security: Any = Security(
        app,
        datastore,
        mail_util_cls=Letters,
        password_util_cls=passwords.Passwords,
        totp_cls=factors.OnceOnlyTotp,
        mf_recovery_codes_util_cls=factors.HashedRecoveryCodes,
        webauthn_util_cls=factors.Passkeys,
        render_template=_render,
        **forms,
    )
    security.want_json(lambda _request: False)
    security.pwd_context = passwords.Memo(security.pwd_context)
    security.i18n_domain = Words(security.i18n_domain)
    security.tf_setup_context_processor(_about_setup)
    security.mf_recovery_codes_context_processor(_about_codes)
    app.extensions["lms_security"] = security
    _ask_nothing_before_the_view(app, security)
    factors.init(app)
    sessions.init(app)
    _listen(app)
    app.before_request(passwords.work_ahead)
    for endpoint in LIMITED:
        view = app.view_functions[endpoint]
        limited: Any = limiter.limit("60 per minute", methods=["POST"])(view)
        app.view_functions[endpoint] = limited
    app.login_manager.user_loader(_person_of_this_session)  # type: ignore[attr-defined]
    app.login_manager.request_loader(lambda _request: None)  # type: ignore[attr-defined]


def _ask_nothing_before_the_view(app: Flask, security: Any) -> None:
    """Keep the libraries from loading the person before each view's transaction and for each template.

    Flask-Principal's identity is unused here, and templates ask `g.actor` and `g.signed_in`.
    """
    security.principal.identity_loaders.clear()
    processors = app.template_context_processors[None]
    processors[:] = [give for give in processors if give.__module__ != "flask_login.utils"]


def _as_address(typed: str) -> str | None:
    return typed.strip().lower() if "@" in typed else None


def _key(settings: Settings, purpose: str) -> str:
    digest = hmac.new(settings.secret_key.encode(), purpose.encode(), hashlib.sha256).digest()
    return base64.b32encode(digest).decode().rstrip("=")


def _person_of_this_session(uniquifier: str) -> Any:
    found = sessions.signed_in()
    if found is None or found.fs_uniquifier != uniquifier:
        return None
    set_request_attr("fs_authn_via", "session")
    if found.confirmed_at is not None:
        # The library compares with the real clock; ours may be moved.
        set_request_attr("fs_paa", time.time() - (clock.now() - found.confirmed_at).total_seconds())
    return session().scalar(sa.select(Person).where(Person.id == found.person_id))


def _render(template: str, **facts: Any) -> Any:
    """A page of Flask-Security; one that shows faults says so in its status too."""
    page = render_template(template, **facts)
    if request.method == "POST":
        shown = [form for form in facts.values() if isinstance(form, Form)]
        if any(getattr(form, "is_throttled", False) for form in shown):
            return page, 429
        if any(form.faults for form in shown):
            return page, 422
    return page


def _about_setup() -> dict[str, Any]:
    found = sessions.signed_in()
    if found is None:
        return {"may_turn_off": False, "has_app": False, "is_required": True}
    person = session().get_one(Person, found.person_id)
    return {
        "has_app": bool(person.tf_totp_secret and person.tf_primary_method),
        "may_turn_off": factors.may_drop(person),
        "is_required": factors.is_required_of(person.id),
    }


def _about_codes() -> dict[str, Any]:
    found = sessions.signed_in()
    person = session().get_one(Person, found.person_id) if found else None
    return {
        "left": len(person.mf_recovery_codes or []) if person else 0,
        "has_factor": person is not None and passwords.has_factor(person),
    }


def _listen(app: Flask) -> None:
    """Follow what the library's views change: sessions end, and each change leaves one audit event."""

    def own(user: Any) -> Person:
        return session().get_one(Person, user.id)

    def chose_password(_sender: Flask, user: Any, **_more: Any) -> None:
        sessions.end_others(user.id)
        audit.record(Action.PEOPLE_CHANGE_PASSWORD, actor_id=user.id, subject="person", subject_id=user.id)

    def added(_sender: Flask, user: Any, **_more: Any) -> None:
        factors.added(own(user))

    def dropped(_sender: Flask, user: Any, **_more: Any) -> None:
        factors.dropped(own(user))

    password_changed.connect(chose_password, app, weak=False)
    password_reset.connect(chose_password, app, weak=False)
    tf_profile_changed.connect(added, app, weak=False)
    wan_registered.connect(added, app, weak=False)
    tf_disabled.connect(dropped, app, weak=False)
    wan_deleted.connect(dropped, app, weak=False)


def new_uniquifier() -> str:
    """A new random name for Flask-Security's sessions of a person."""
    return secrets.token_hex(16)
