"""Sharing a record: the holder's list and form, and the page that a mailed link opens.

Opening a link changes nothing: it says whose record it is and asks to press a button. Pressing it is the
look that the holder sees, so a mail program that opens links by itself does not count as one.
"""

from uuid import uuid4

from flask import (
    Flask,
    Response,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms import clock
from lms.certification import packet_words, queries, services, words
from lms.certification.forms_of_sharing import LookForm, ShareForm
from lms.certification.queries import ShareCard
from lms.certification.routes.blueprint import bp
from lms.certification.schemes import schemes
from lms.errors import Invalid, NotFound
from lms.limits import limiter
from lms.people import queries as people
from lms.permissions import Permission, Target, authorize, current_actor, public


@bp.get("/shares")
def shares() -> ResponseReturnValue:
    """What I share, with whom, until when, and who looked."""
    person_id = _own()
    scheme = request.args.get("scheme", "")
    return _draw(person_id, ShareForm(formdata=None, scheme=scheme, request_key=uuid4().hex))


def _own() -> int:
    return authorize(Permission.CERTIFICATION_SHARE, Target(owner_id=current_actor().person_id)).person_id


def _draw(person_id: int, form: ShareForm) -> str:
    found = schemes().in_force(clock.today(people.person(person_id).timezone))
    form.scheme.choices = [(one.id, words.text_in(one.title)) for one in found]
    return render_template(
        "certification/shares.html",
        shares=queries.shares_of(person_id),
        form=form,
        titles=packet_words.titles(),
        names={one.id: words.text_in(one.title) for one in found},
        now=clock.now(),
    )


@bp.post("/shares")
def share() -> ResponseReturnValue:
    """Let somebody see it; the link is shown this once."""
    person_id = _own()
    form = ShareForm()
    if form.validate_on_submit():
        try:
            token = services.share(
                person_id,
                scheme_id=form.scheme.data,
                recipient_name=form.recipient_name.data or "",
                recipient_email=form.recipient_email.data or "",
                purpose=form.purpose.data or "",
                parts=form.parts,
                request_key=form.request_key.data or "",
            )
        except Invalid as fault:
            form.show(fault)
        else:
            base = current_app.config["SETTINGS"].base_url
            link = base + url_for("certification.shared", token=token)
            page = render_template("certification/share_made.html", link=link, form=form)
            return _quiet(make_response(page))
    return _draw(person_id, form), 422


@bp.post("/shares/<int:share_id>/end")
def end_share(share_id: int) -> ResponseReturnValue:
    """Stop sharing now."""
    current_actor()
    card = queries.share(share_id)
    actor = authorize(Permission.CERTIFICATION_SHARE, Target(owner_id=card.person_id))
    services.end_share(actor.person_id, share_id=share_id)
    flash(_("The link does not work any more."))
    return redirect(url_for("certification.shares"))


# --- for who has the link ---------------------------------------------------------------------------


@bp.get("/shared/<token>")
@public
@limiter.limit("60 per minute")
def shared(token: str) -> ResponseReturnValue:
    """Whose record it is, and a button to see it."""
    try:
        card = queries.share_by_token(token)
    except NotFound:
        return _gone()
    return _quiet(make_response(_page("certification/shared.html", card, form=LookForm(formdata=None))))


@bp.post("/shared/<token>")
@public
@limiter.limit("30 per minute")
def look(token: str) -> ResponseReturnValue:
    """The record, as far as it is shared; the look is kept."""
    try:
        card = queries.share_by_token(token)
        form = LookForm()
        if not form.validate_on_submit():
            return _quiet(make_response(_page("certification/shared.html", card, form=form), 422))
        services.look(token=token)
    except NotFound:
        return _gone()
    facts = queries.packet_of_person(card.person_id, card.scheme_id)
    page = _page(
        "certification/shared_record.html",
        card,
        about=packet_words.about(facts),
        sections=packet_words.shared(facts, card.parts),
    )
    return _quiet(make_response(page))


# These pages send no referrer, as their address is the key; the token of the form is checked by the form alone.
def leave_csrf_to_forms(app: Flask) -> None:
    """Leave the check of the CSRF token of the public page to its form."""
    app.extensions["csrf"].exempt(look)


def _page(template: str, card: ShareCard, **facts: object) -> str:
    holder = people.person(card.person_id)
    return render_template(
        template, share=card, holder=holder.legal_name, titles=packet_words.titles(), **facts
    )


def _gone() -> ResponseReturnValue:
    """The one answer to a link that is unknown, too old or taken back."""
    return _quiet(make_response(render_template("certification/shared_gone.html"), 404))


def _quiet(response: Response) -> Response:
    """Keep the address, which is the key, from other sites, caches and search engines."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cache-Control"] = "no-store"
    return response
