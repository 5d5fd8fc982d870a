"""The public check of a number."""

from flask import jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.credentials import labels as words
from lms.credentials.numbers import compact, normalise
from lms.credentials.states import State
from lms.limits import limiter
from lms.permissions import public
from lms.registry import labels, queries
from lms.registry.routes.blueprint import LONGEST_TYPED, PUBLIC_LIMIT, bp


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
    number = normalise(typed[:LONGEST_TYPED]).replace("/", "") or "-"
    there = url_for("registry.verification", number=number, lang=request.args.get("lang"))
    return redirect(there, 303)


@bp.get("/verify/<number>")
@limiter.limit(PUBLIC_LIMIT)
@public
def verification(number: str) -> ResponseReturnValue:
    """One of six answers about a number, as a page or as JSON at the same address."""
    answer = queries.verification(number[:LONGEST_TYPED])
    status = 200 if answer.credential is not None else 410 if answer.state is State.ERASED else 404
    if _is_json_wanted():
        response = jsonify(answer.as_json() | {"message": labels.sentence(answer)})
        response.headers["Access-Control-Allow-Origin"] = "*"
    else:
        response = make_response(
            render_template("registry/verification.html", answer=answer, labels=labels, words=words)
        )
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    response.vary.update(("Accept", "Accept-Language", "Cookie"))
    return response


def _is_json_wanted() -> bool:
    asked = request.args.get("format")
    if asked in ("json", "html"):
        return asked == "json"
    return request.accept_mimetypes.best_match(("text/html", "application/json")) == "application/json"
