"""Having the log's checkpoints mailed: asked for on a page, confirmed by a mailed link, ended by another.

Opening a link changes nothing; the button behind it does, so a mail program that opens links does no harm.
"""

from collections.abc import Callable

from flask import Flask, Response, make_response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext
from wtforms import EmailField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from lms.credentials import services
from lms.errors import Invalid, NotFound
from lms.forms import Form
from lms.limits import limiter
from lms.pages import language
from lms.permissions import public
from lms.registry.routes.blueprint import PUBLIC_LIMIT, bp

ASK_LIMIT = "5 per hour; 20 per day"


class SubscribeForm(Form):
    """An address, and how often it is written to."""

    email = EmailField(
        lazy_gettext("Your e-mail address"),
        validators=[DataRequired(lazy_gettext("Type your e-mail address.")), Length(max=320)],
        render_kw={"maxlength": 320, "autocomplete": "email"},
    )
    every_days = RadioField(
        lazy_gettext("How often"),
        coerce=int,
        choices=[
            SelectChoice(7, lazy_gettext("Once a week, when the log has grown")),
            SelectChoice(1, lazy_gettext("Once a day, when the log has grown")),
        ],
        default=7,
    )


class ButtonForm(Form):
    """Only the button."""


@bp.get("/log/subscribe")
@public
def subscribe() -> ResponseReturnValue:
    """What comes in these mails, and the form."""
    return render_template("registry/subscribe.html", form=SubscribeForm(formdata=None))


@bp.post("/log/subscribe")
@limiter.limit(ASK_LIMIT)
@public
def ask_for_checkpoints() -> ResponseReturnValue:
    """Mail a link that confirms; the answer tells nothing of who gets the mails already."""
    form = SubscribeForm()
    if form.validate_on_submit():
        try:
            services.ask_for_checkpoints(
                address=form.email.data, every_days=form.every_days.data, language=language()
            )
        except Invalid as fault:
            form.show(fault)
        else:
            return render_template("registry/subscribe_said.html", said="asked")
    return render_template("registry/subscribe.html", form=form), 422


@bp.get("/log/subscribe/<token>")
@limiter.limit(PUBLIC_LIMIT)
@public
def confirm(token: str) -> ResponseReturnValue:
    """The button that confirms."""
    return _asked(token, services.address_in, "confirm")


@bp.post("/log/subscribe/<token>")
@limiter.limit(PUBLIC_LIMIT)
@public
def confirmed(token: str) -> ResponseReturnValue:
    """The mails begin."""
    return _done(token, services.address_in, services.subscribe, "confirm", "confirmed")


@bp.get("/log/unsubscribe/<token>")
@limiter.limit(PUBLIC_LIMIT)
@public
def leave(token: str) -> ResponseReturnValue:
    """The button that ends it."""
    return _asked(token, services.leaving_address, "leave")


@bp.post("/log/unsubscribe/<token>")
@limiter.limit(PUBLIC_LIMIT)
@public
def left(token: str) -> ResponseReturnValue:
    """The mails end, and the address is off the list."""
    return _done(token, services.leaving_address, services.unsubscribe, "leave", "left")


# These pages send no referrer, as their address is the key; the token of the form is checked by the form alone.
def leave_csrf_to_forms(app: Flask) -> None:
    """Leave the check of the CSRF token of the pages behind mailed links to their forms."""
    for view in (confirmed, left):
        app.extensions["csrf"].exempt(view)


def _asked(token: str, address_of: Callable[[str], str], act: str, status: int = 200) -> Response:
    try:
        address = address_of(token)
    except NotFound:
        return _page("gone", 404)
    return _page(act, status, address=address, form=ButtonForm(formdata=None))


def _done(
    token: str, address_of: Callable[[str], str], service: Callable[..., None], act: str, said: str
) -> Response:
    if not ButtonForm().validate_on_submit():
        return _asked(token, address_of, act, 422)
    try:
        service(token=token)
    except NotFound:
        return _page("gone", 404)
    return _page(said, 200)


def _page(said: str, status: int, **facts: object) -> Response:
    response = make_response(render_template("registry/subscribe_said.html", said=said, **facts), status)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cache-Control"] = "no-store"
    return response
