"""What a holder lets somebody see beyond the public answer: asked for by a code, read for half an hour.

Opening an address changes nothing. Typing the code, or pressing the button behind a link, is the look that
the holder sees. A code that is unknown, used up, too old or taken back answers alike, and so does a number
that nobody has.
"""

from flask import Flask, Response, make_response, redirect, render_template, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from lms.credentials import labels as words
from lms.credentials import queries as credentials
from lms.credentials import services
from lms.credentials.numbers import normalise
from lms.credentials.queries import CodeCard
from lms.errors import Invalid, NotFound
from lms.forms import Form
from lms.limits import limiter
from lms.permissions import public
from lms.registry import labels, queries
from lms.registry.routes.blueprint import LONGEST_TYPED, PUBLIC_LIMIT, bp

TRIES_LIMIT = "10 per minute; 60 per hour"
MOST_OPENED = 5
OPENED = "opened_details"


class TypedCodeForm(Form):
    """The code that a holder gave."""

    code = StringField(
        lazy_gettext("Code from the holder"),
        validators=[
            DataRequired(lazy_gettext("Type the code first.")),
            Length(max=LONGEST_TYPED, message=lazy_gettext("A code has 16 letters and digits.")),
        ],
        render_kw={"maxlength": LONGEST_TYPED, "autocomplete": "off", "spellcheck": "false", "class": "number"},
    )


class LookForm(Form):
    """Only the button."""


@bp.get("/verify/<number>/details")
@limiter.limit(PUBLIC_LIMIT)
@public
def details(number: str) -> ResponseReturnValue:
    """What was opened here a short while ago, or the form for a code: the same for a number of nobody."""
    number = normalise(number[:LONGEST_TYPED])
    for look_id in _opened(number):
        try:
            code = credentials.opened(look_id, number)
        except NotFound:
            continue
        return _quiet(make_response(_shown(number, code)))
    return _quiet(make_response(_form(number, TypedCodeForm(formdata=None))))


@bp.post("/verify/<number>/details")
@limiter.limit(TRIES_LIMIT)
@public
def open_details(number: str) -> ResponseReturnValue:
    """Open by a code that was typed; the look is kept."""
    number = normalise(number[:LONGEST_TYPED])
    form = TypedCodeForm()
    if form.validate_on_submit():
        try:
            look_id, _number = services.open_by_code(code=form.code.data, number=number)
        except NotFound:
            form.show(
                Invalid("code", _("This code opens nothing here. Check it, or ask the holder for a new one."))
            )
        else:
            _keep_open(number, look_id)
            return redirect(url_for("registry.details", number=number), 303)
    return _quiet(make_response(_form(number, form), 422))


@bp.get("/shared-details/<code>")
@limiter.limit(PUBLIC_LIMIT)
@public
def shared_details(code: str) -> ResponseReturnValue:
    """Whom the code is for, and a button to see what it opens."""
    try:
        card, _number = credentials.code_that_opens(code[:LONGEST_TYPED])
    except NotFound:
        return _gone()
    return _secret(make_response(render_template("registry/shared_details.html", code=card, words=words)))


@bp.post("/shared-details/<code>")
@limiter.limit(TRIES_LIMIT)
@public
def open_shared_details(code: str) -> ResponseReturnValue:
    """Open by the link; the look is kept."""
    try:
        card, _number = credentials.code_that_opens(code[:LONGEST_TYPED])
        form = LookForm()
        if not form.validate_on_submit():
            page = render_template("registry/shared_details.html", code=card, words=words, form=form)
            return _secret(make_response(page, 422))
        look_id, number = services.open_by_code(code=code[:LONGEST_TYPED])
    except NotFound:
        return _gone()
    _keep_open(number, look_id)
    return _secret(make_response(redirect(url_for("registry.details", number=number), 303)))


# That page sends no referrer, as its address is the key; the token of the form is checked by the form alone.
def leave_csrf_to_forms(app: Flask) -> None:
    """Leave the check of the CSRF token of the page behind a link to its form."""
    app.extensions["csrf"].exempt(open_shared_details)


def _opened(number: str) -> list[int]:
    """The looks that this browser began at this number, newest first."""
    return [look_id for of, look_id in cookie.get(OPENED, ()) if of == number]


def _keep_open(number: str, look_id: int) -> None:
    cookie[OPENED] = [(number, look_id), *cookie.get(OPENED, ())][:MOST_OPENED]


def _form(number: str, form: TypedCodeForm) -> str:
    return render_template("registry/details_form.html", number=number, form=form)


def _shown(number: str, code: CodeCard) -> str:
    card = credentials.by_number(number)
    if card is None:
        raise NotFound
    return render_template(
        "registry/details.html",
        answer=queries.verification(number),
        code=code,
        facts=card.facts,
        periods=credentials.periods_of(card) if "periods" in code.parts else (),
        labels=labels,
        words=words,
    )


def _gone() -> Response:
    """The one answer to a code that is unknown, used up, too old or taken back."""
    return _secret(make_response(render_template("registry/details_gone.html"), 404))


def _secret(response: Response) -> Response:
    """Keep the address, which is the key, from other sites."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return _quiet(response)


def _quiet(response: Response) -> Response:
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cache-Control"] = "no-store"
    return response
