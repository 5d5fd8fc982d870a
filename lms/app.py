"""The application, read as a table of contents: settings, database, slices, wrapping of views, errors."""

import logging
import secrets
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from flask import Flask, Response, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from flask_principal import Principal
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from lms import clock, db, limits, schedule, worker
from lms.config import Settings
from lms.errors import Conflict, Forbidden, Invalid, LmsError, NotFound, SignInNeeded
from lms.pages import init as init_pages
from lms.people import security, sessions

log = logging.getLogger("lms")
ROOT = Path(__file__).resolve().parent.parent
SLICES = ("people", "curriculum", "assessment", "practice", "credentials", "certification", "registry", "home")
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
csrf = CSRFProtect()


class Lms(Flask):
    """Flask, with every view in one transaction: GET reads only, and a view that did not decide fails."""

    def dispatch_request(self) -> ResponseReturnValue:
        endpoint = request.endpoint or ""
        if endpoint == "static":
            return super().dispatch_request()
        view = self.view_functions.get(endpoint)
        is_reading = request.method in SAFE_METHODS or getattr(view, "is_reading_only", False)
        block = db.reading if is_reading else db.transaction
        with block(), db.scope(db.Scope()):
            signed_in = sessions.signed_in()
            actor = signed_in.actor if signed_in else None
            g.actor = actor
            scope = db.Scope(actor.organisations, frozenset({actor.person_id})) if actor else db.Scope()
            with db.scope(scope):
                for gate in self.gates:
                    if (answer := gate(endpoint)) is not None:
                        return answer
                response = self.make_response(super().dispatch_request())
            if not (g.get("is_decided") or self._is_public(endpoint)):
                raise RuntimeError(f"the view {endpoint} answered without authorize()")
            return response

    def _is_public(self, endpoint: str) -> bool:
        view = self.view_functions.get(endpoint)
        return request.blueprint == "security" or bool(getattr(view, "is_public", False))

    gates: list[Callable[[str], ResponseReturnValue | None]] = []


def create_app(settings: Settings | None = None) -> Lms:
    """The application for these settings (read from the environment when none are given).

    Raises SettingsFault when a setting is missing or unusable.
    """
    settings = settings or Settings.from_environment()
    app = Lms("lms", root_path=str(ROOT / "lms"))
    app.gates = []
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="__Host-lms" if settings.is_https else "lms",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=settings.is_https,
        MAX_CONTENT_LENGTH=2 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
        TEMPLATES_AUTO_RELOAD=settings.env == "development",
        RATELIMIT_STORAGE_URI=limits.storage(settings.rate_limit_storage),
        RATELIMIT_ENABLED=settings.env != "test",
        RATELIMIT_HEADERS_ENABLED=True,
        RATELIMIT_SWALLOW_ERRORS=True,
    )
    logging.getLogger("lms").setLevel(settings.log_level)
    clock.pretend_today(settings.today)
    if settings.proxy_count:
        count = settings.proxy_count
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    db.init(app, settings.database_url)
    csrf.init_app(app)
    limits.limiter.init_app(app)
    init_pages(app)
    security.init(app, settings)
    _forget_identities(app)
    for name in SLICES:
        if find_spec(f"lms.{name}") is not None:
            _register(app, name)
    if settings.env == "demo":
        from lms.demo import routes as demo

        app.register_blueprint(demo.bp)
        demo.start(app)
    worker.init(app, schedule.SWEEPS)
    _register_errors(app)
    app.after_request(_headers)
    return app


def _forget_identities(app: Lms) -> None:
    """Take out hooks of libraries: one asks for the person before the view's transaction is open, one for
    every page drawn. `current_user` stays there for templates, asked for only when it is used. A third looks
    for limits of every view, where only those with a decorator have one, which asks by itself.
    """
    hooks = app.before_request_funcs.get(None, [])
    owners = [getattr(hook, "__self__", None) for hook in hooks]
    hooks[:] = [
        hook
        for hook, owner in zip(hooks, owners, strict=True)
        if owner is not limits.limiter and not isinstance(owner, Principal)
    ]
    processors = app.template_context_processors[None]
    processors[:] = [one for one in processors if not one.__module__.startswith("flask_login")]
    app.jinja_env.globals["current_user"] = current_user


def _register(app: Lms, name: str) -> None:
    """Register a slice: its routes, and its `start(app)` where it has content to load or gates to set."""
    module = import_module(f"lms.{name}.routes")
    app.register_blueprint(module.bp)
    start = getattr(module, "start", None)
    if start is not None:
        start(app)


# --- errors -----------------------------------------------------------------------------------------


def wants_json() -> bool:
    """Whether the caller asked for JSON rather than a page."""
    if request.path.startswith("/api/"):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json" and not request.accept_mimetypes["text/html"]


def _answer(code: int, title: str, text: str, **more: str) -> tuple[Any, int]:
    if wants_json():
        response = jsonify(type="about:blank", title=title, status=code, detail=text, **more)
        response.mimetype = "application/problem+json"
        return response, code
    return render_template("error.html", heading=title, text=text, **more), code


def _register_errors(app: Lms) -> None:
    @app.errorhandler(SignInNeeded)
    def sign_in(_error: SignInNeeded) -> ResponseReturnValue:
        if wants_json():
            return _answer(401, _("Please sign in"), _("Sign in and try again."))
        there = request.full_path.rstrip("?") if request.method in SAFE_METHODS else None
        return redirect(url_for("security.login", next=there))

    @app.errorhandler(LmsError)
    def said_no(error: LmsError) -> ResponseReturnValue:
        titles: dict[type[LmsError], tuple[int, str]] = {
            NotFound: (404, _("We did not find that page")),
            Forbidden: (403, _("This is not yours to do")),
            Invalid: (422, _("Something needs a fix")),
            Conflict: (409, _("This has changed in the meantime")),
        }
        code, title = titles[type(error)]
        return _answer(code, title, str(error))

    @app.errorhandler(CSRFError)
    def stale(_error: CSRFError) -> ResponseReturnValue:
        return _answer(
            400,
            _("This page was open for a long time"),
            _("Go back, load the page again and send it once more. Nothing was saved."),
        )

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> ResponseReturnValue:
        if error.response is not None or (error.code or 500) < 400:
            return error
        code = error.code or 500
        if code == 404:
            return _answer(404, _("We did not find that page"), _("There is nothing at this address."))
        if code == 429:
            return _answer(429, _("Please wait a little"), _("Too many tries came from here. Wait a minute."))
        if code == 413:
            return _answer(413, _("That is too large"), _("Send less than 2 MB at a time."))
        if code == 405:
            said = _answer(405, _("This page cannot do that"), _("Go back and use the buttons on the page."))
            return *said, {"Allow": ", ".join(getattr(error, "valid_methods", None) or ())}
        return _answer(code, _("That did not work"), _("Go back, check what you sent and try again."))

    @app.errorhandler(500)
    def broke(_error: Exception) -> ResponseReturnValue:
        reference = secrets.token_hex(4)
        log.error("reference %s", reference, exc_info=True)
        return _answer(
            500,
            _("Something broke on our side"),
            _(
                "Nothing was changed. If it happens again, tell us the reference %(number)s.",
                number=reference,
            ),
            reference=reference,
        )


def _headers(response: Response) -> Response:
    nonce = g.get("nonce")
    script = f"'self' 'nonce-{nonce}'" if nonce else "'self'"
    response.headers.setdefault(
        "Content-Security-Policy",
        f"default-src 'none'; script-src {script}; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'",
    )
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if request.endpoint == "static":
        if "v" in request.args:
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    else:
        response.headers.setdefault("Cache-Control", "no-store")
        sessions.keep_alive()
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    return response


__all__ = ["Lms", "create_app"]
