"""Each thing that is looked at for an answer, as a sentence with its time: for people, and for programs."""

from flask import jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.errors import NotFound
from lms.limits import limiter
from lms.permissions import public
from lms.registry import labels
from lms.registry.reporting import checked
from lms.registry.routes.blueprint import LONGEST_TYPED, PUBLIC_LIMIT, bp
from lms.registry.routes.public import asked_day, is_json_wanted


@bp.get("/verify/<number>/checks")
@limiter.limit(PUBLIC_LIMIT)
@public
def checks(number: str) -> ResponseReturnValue:
    """What was looked at for the answer about a number, now or as of a day. Nothing is kept."""
    on = asked_day(request.args.get("as_of", "").strip())
    answer, found = checked(number[:LONGEST_TYPED], on)
    if answer.credential is None:
        raise NotFound(_("We know of no credential with this number."))
    if is_json_wanted():
        lines = [
            {
                "result": one.result,
                "message": one.sentence,
                "checked_at": one.at.isoformat(timespec="seconds"),
            }
            for one in found
        ]
        response = jsonify(answer.as_json() | {"message": labels.sentence(answer), "checks": lines})
        response.headers["Access-Control-Allow-Origin"] = "*"
    else:
        response = make_response(
            render_template("registry/checks.html", answer=answer, checks=found, labels=labels)
        )
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    response.vary.update(("Accept", "Accept-Language", "Cookie"))
    return response
