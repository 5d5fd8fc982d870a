"""The public check of a number."""

import logging
import re
from datetime import date

from flask import Response, g, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError

from lms.credentials import labels as words
from lms.credentials import queries as credentials
from lms.credentials import reporting
from lms.credentials.numbers import compact, normalise
from lms.credentials.states import State
from lms.errors import Invalid
from lms.limits import limiter
from lms.permissions import public
from lms.registry import labels, queries
from lms.registry.routes.blueprint import LONGEST_TYPED, PUBLIC_LIMIT, bp

log = logging.getLogger("lms.registry")
ADDRESS = re.compile(r"/(?:verify|c)/([0-9A-Za-z-]+)")


@bp.get("/verify")
@public
def verify() -> ResponseReturnValue:
    """The form; a number in the query goes straight to its answer."""
    if typed := request.args.get("number", "").strip():
        return _to_answer(typed)
    return render_template("registry/verify.html", typed="")


@bp.post("/verify")
@public
def verify_typed() -> ResponseReturnValue:
    """The same for who sends the number as a form."""
    return _to_answer(request.form.get("number", ""))


def _to_answer(typed: str) -> ResponseReturnValue:
    if not compact(typed):
        return render_template("registry/verify.html", typed=typed, is_empty=True), 422
    if reporting.is_number(last := typed.strip().rpartition("/")[2]):
        return redirect(url_for("registry.report", report_number=reporting.normalise(last)), 303)
    pasted = ADDRESS.search(typed)
    number = normalise((pasted[1] if pasted else typed)[:LONGEST_TYPED]).replace("/", "") or "-"
    there = url_for("registry.verification", number=number, lang=request.args.get("lang"))
    return redirect(there, 303)


@bp.get("/verify/<number>")
@limiter.limit(PUBLIC_LIMIT)
@public
def verification(number: str) -> ResponseReturnValue:
    """One of six answers about a number, as a page or as JSON at the same address."""
    asked, fault = request.args.get("as_of", "").strip(), ""
    try:
        answer = queries.verification(number[:LONGEST_TYPED], asked_day(asked))
    except Invalid as problem:
        answer, fault = queries.verification(number[:LONGEST_TYPED]), problem.message
    status = 200 if answer.credential is not None else 410 if answer.state is State.ERASED else 404
    if is_json_wanted():
        more = {"problem": "as_of", "detail": fault} if fault else {}
        response = jsonify(answer.as_json() | {"message": labels.sentence(answer)} | more)
        response.headers["Access-Control-Allow-Origin"] = "*"
    else:
        response = make_response(
            render_template(
                "registry/verification.html",
                answer=answer,
                labels=labels,
                words=words,
                asked=asked,
                fault=fault,
                is_mine=_is_mine(answer),
            )
        )
    response.status_code = 422 if fault else status
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    response.vary.update(("Accept", "Accept-Language", "Cookie"))
    return response


@bp.errorhandler(SQLAlchemyError)
def cannot_be_checked(_error: SQLAlchemyError) -> ResponseReturnValue:
    """The register cannot be read: nobody may take that for an answer about a credential."""
    log.error("the register cannot be read", exc_info=True)
    sentence = _("This cannot be checked now. That says nothing about the credential. Please try again later.")
    if is_json_wanted():
        answer = jsonify(verdict="cannot_be_checked_now", message=sentence)
    else:
        answer = Response(render_template("registry/cannot.html", sentence=sentence))
    answer.status_code = 503
    answer.headers["Retry-After"] = "60"
    return answer


def _is_mine(answer: queries.Verification) -> bool:
    """Whether who is signed in holds this credential, and its certificate is drawn."""
    actor = g.get("actor")
    if actor is None or answer.credential is None:
        return False
    card = credentials.by_number(answer.number)
    return card is not None and card.person_id == actor.person_id and card.sha256 is not None


def asked_day(text: str) -> date | None:
    """The day that was asked for, if any. Raises Invalid."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid("as_of", _("Write the day like 2026-11-22.")) from None


def is_json_wanted() -> bool:
    """Whether the caller asked for JSON, by `?format=` or by what it accepts."""
    asked = request.args.get("format")
    if asked in ("json", "html"):
        return asked == "json"
    return request.accept_mimetypes.best_match(("text/html", "application/json")) == "application/json"
