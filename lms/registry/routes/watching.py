"""Being told when a credential changes: an employer asks, its holder says yes or no, either ends it.

Opening a link changes nothing; the button behind it does, so a mail program that opens links does no harm.
"""

from flask import Flask, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms import clock
from lms.credentials import queries as credentials
from lms.credentials.numbers import is_well_formed, normalise
from lms.credentials.queries import CredentialCard
from lms.errors import Invalid, NotFound
from lms.limits import limiter
from lms.pages import language
from lms.permissions import Permission, Target, authorize, current_actor, public
from lms.registry import watch_words, watches, watching
from lms.registry.routes.blueprint import LONGEST_TYPED, PUBLIC_LIMIT, bp
from lms.registry.watch_forms import AgreeForm, AskForm, ButtonForm

ASK_LIMIT = "10 per hour; 40 per day"


# --- who asks ---------------------------------------------------------------------------------------


@bp.get("/verify/<number>/watch")
@limiter.limit(PUBLIC_LIMIT)
@public
def watch(number: str) -> ResponseReturnValue:
    """What it means to be told of changes, and the form. It is the same for a number nobody knows."""
    return render_template("registry/watch.html", number=_number(number), form=AskForm(formdata=None))


@bp.post("/verify/<number>/watch")
@limiter.limit(ASK_LIMIT)
@public
def ask_to_watch(number: str) -> ResponseReturnValue:
    """Mail a link that confirms; the answer tells nothing of the number or the address."""
    form = AskForm()
    if form.validate_on_submit():
        try:
            watching.ask_to_watch(
                number=_number(number), name=form.name.data, address=form.email.data, language=language()
            )
        except Invalid as fault:
            form.show(fault)
        else:
            return _said("asked", 200)
    return render_template("registry/watch.html", number=_number(number), form=form), 422


@bp.get("/watching/confirm/<token>")
@limiter.limit(PUBLIC_LIMIT)
@public
def confirm_watch(token: str) -> ResponseReturnValue:
    """The button that confirms."""
    return _confirming(token, 200)


@bp.post("/watching/confirm/<token>")
@limiter.limit(PUBLIC_LIMIT)
@public
def confirmed_watch(token: str) -> ResponseReturnValue:
    """The holder is asked."""
    if not ButtonForm().validate_on_submit():
        return _confirming(token, 422)
    try:
        watching.confirm_watch(token=token)
    except NotFound:
        return _said("gone", 404)
    return _said("confirmed", 200)


@bp.get("/watching/<token>")
@limiter.limit(PUBLIC_LIMIT)
@public
def own_watches(token: str) -> ResponseReturnValue:
    """What an address watches, and the buttons that end it."""
    return _own_page(token)


# A mail program ends all by one POST without a page (RFC 8058); its address is the key, so no other is asked.
@bp.post("/watching/<token>/end")
@limiter.limit(PUBLIC_LIMIT)
@public
def end_watches(token: str) -> ResponseReturnValue:
    """End one watch of the address, or all."""
    try:
        watching.end_watches(token=token, watch_id=request.form.get("watch", type=int))
    except NotFound:
        return _said("gone", 404)
    return _said("left", 200)


def leave_csrf_to_forms(app: Flask) -> None:
    """Leave the check of the CSRF token of the pages behind mailed links to their forms."""
    for view in (confirmed_watch, end_watches):
        app.extensions["csrf"].exempt(view)


def _number(typed: str) -> str:
    number = normalise(typed[:LONGEST_TYPED])
    if not is_well_formed(number):
        raise NotFound
    return number


def _confirming(token: str, status: int) -> Response:
    try:
        number, name, address = watching.asked_in(token)
    except NotFound:
        return _said("gone", 404)
    form = ButtonForm(formdata=None)
    return _said("confirm", status, number=number, name=name, address=address, form=form)


def _own_page(token: str) -> Response:
    try:
        address = watching.watcher_in(token)
    except NotFound:
        return _said("gone", 404)
    held = watches.watches_of_address(address)
    return _said(
        "own",
        200,
        address=address,
        token=token,
        held=held,
        cards=credentials.cards_by_id(one.credential_id for one in held),
        now=clock.now(),
    )


def _said(said: str, status: int, **facts: object) -> Response:
    response = make_response(render_template("registry/watch_said.html", said=said, **facts), status)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cache-Control"] = "no-store"
    return response


# --- whose credential it is -------------------------------------------------------------------------


@bp.get("/credentials/<number>/watchers")
def watchers(number: str) -> ResponseReturnValue:
    """Everybody who asks to be told of a credential, the holder's word, and every message about it."""
    return _watchers_page(_held(number), AgreeForm(formdata=None, until=None), None)


@bp.post("/credentials/<number>/watchers/<int:watch_id>/agree")
def agree_to_watcher(number: str, watch_id: int) -> ResponseReturnValue:
    """The holder's yes, until a day."""
    card = _held(number)
    form = AgreeForm()
    if form.validate_on_submit():
        try:
            watching.agree(
                current_actor().person_id, number=card.number, watch_id=watch_id, until=form.until.data
            )
        except Invalid as fault:
            form.show(fault)
        else:
            flash(_("Kept. They are told when the status changes, until that day. You can end it at any time."))
            return redirect(url_for("registry.watchers", number=card.number), 303)
    return _watchers_page(card, form, watch_id), 422


@bp.post("/credentials/<number>/watchers/<int:watch_id>/decline")
def decline_watcher(number: str, watch_id: int) -> ResponseReturnValue:
    """The holder's no, or the end of their yes."""
    card = _held(number)
    watching.say_no(current_actor().person_id, number=card.number, watch_id=watch_id)
    flash(_("Kept. They are told nothing."))
    return redirect(url_for("registry.watchers", number=card.number), 303)


def _held(number: str) -> CredentialCard:
    """The credential of this address, once it is decided that the signed-in person holds it."""
    current_actor()
    card = credentials.credential(number)
    authorize(
        Permission.CREDENTIALS_SHARE, Target(organisation_id=card.organisation_id, owner_id=card.person_id)
    )
    return card


def _watchers_page(card: CredentialCard, form: AgreeForm, faulty: int | None) -> str:
    today = clock.today(card.zone)
    return render_template(
        "registry/watchers.html",
        card=card,
        form=form,
        faulty=faulty,
        held=watches.watchers_of(card.id),
        messages=watches.messages_about(card.id),
        now=clock.now(),
        today=today,
        latest=today + watches.LONGEST,
        words=watch_words,
    )
