"""Faults of the programming interface as problem documents (RFC 9457), in the language that was asked for."""

import logging
import secrets
from typing import Any

from flask import Blueprint, Flask, Response, current_app, g, jsonify, request, url_for
from flask_babel import gettext as _
from flask_babel import refresh
from sqlalchemy.exc import InterfaceError, OperationalError, TimeoutError
from werkzeug.exceptions import HTTPException

from lms.errors import Conflict, Forbidden, Invalid, LmsError, NotFound
from lms.pages import LANGUAGES
from lms.registry.problems import PROBLEMS

log = logging.getLogger("lms.registry")
OF_ERROR: dict[type[LmsError], str] = {
    NotFound: "not-found",
    Forbidden: "missing-scope",
    Invalid: "invalid",
    Conflict: "conflict",
}
OF_STATUS = {404: "not-found", 405: "no-method", 413: "too-large", 429: "too-many", 500: "broken"}
WAIT = {429: "60", 503: "60"}


class Problem(Exception):
    """A fault to answer with, by its name among `PROBLEMS`."""

    def __init__(self, name: str, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.name, self.detail, self.more = name, detail, more


def speak(*_values: object) -> None:
    """Take the language from `Accept-Language` alone: nothing here looks at a cookie."""
    g.language = request.accept_languages.best_match(list(LANGUAGES)) or "en"
    refresh()


def name_language(response: Response) -> Response:
    """Say in which language the sentences of an answer are, and what it hangs on."""
    if "language" in g:
        response.headers.setdefault("Content-Language", str(g.language))
    response.vary.add("Accept-Language")
    return response


def type_of(name: str) -> str:
    """The address that stands for a kind of problem, whichever name of the host was asked."""
    root: str = current_app.config["SETTINGS"].base_url.rstrip("/")
    return root + url_for("api.problem", name=name)


def answer(name: str, detail: str = "", **more: Any) -> Response:
    """The problem document of a kind."""
    kind = PROBLEMS[name]
    said = {"type": type_of(name), "title": _(kind.title), "status": kind.status}
    response = jsonify(more | said | {"detail": detail or _(kind.what_to_do)})
    response.status_code = kind.status
    response.mimetype = "application/problem+json"
    if kind.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if kind.status in WAIT:
        response.headers["Retry-After"] = WAIT[kind.status]
    return response


def of_blueprint(bp: Blueprint) -> None:
    """Answer faults of these views so, and in one language."""
    bp.url_value_preprocessor(speak)  # before anything asks for a language and finds a cookie
    bp.after_request(name_language)
    bp.register_error_handler(Problem, lambda fault: answer(fault.name, fault.detail, **fault.more))
    bp.register_error_handler(LmsError, _refused)
    for unreachable in (OperationalError, InterfaceError, TimeoutError):
        bp.register_error_handler(unreachable, _unreadable)
    bp.register_error_handler(HTTPException, _http)
    bp.register_error_handler(500, _broke)


def _refused(error: LmsError) -> Response:
    more = {"field": error.field} if isinstance(error, Invalid) else {}
    detail = "" if str(error) == str(NotFound()) else str(error)
    return answer(OF_ERROR.get(type(error), "no-token"), detail, **more)


def _unreadable(_error: Exception) -> Response:
    log.error("the register cannot be read", exc_info=True)
    return answer("cannot-be-checked-now")


def _http(error: HTTPException) -> Response:
    return answer(OF_STATUS.get(error.code or 400, "invalid"))


def _broke(_error: Exception) -> Response:
    reference = secrets.token_hex(4)
    log.error("reference %s", reference, exc_info=True)
    return answer("broken", reference=reference)


def of_unknown_addresses(app: Flask, prefix: str) -> None:
    """The same for addresses and methods below the prefix that lead to no view."""

    def handler(error: HTTPException) -> Any:
        code = error.code or 404
        if not request.path.startswith(prefix):
            return app.error_handler_spec[None][None][HTTPException](error)
        speak()
        response = name_language(answer(OF_STATUS[code]))
        response.headers["Access-Control-Allow-Origin"] = "*"
        for header, value in error.get_headers():
            if header == "Allow":
                response.headers[header] = value
        return response

    for code in (404, 405):
        app.register_error_handler(code, handler)
