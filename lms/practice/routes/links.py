"""Confirming hours by a mailed link, in four screens at most: who, code, lines, done. Nobody signs in."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue

from lms.db import seeing
from lms.errors import Invalid, NotFound
from lms.limits import limiter
from lms.people.queries import organisation, people
from lms.permissions import public
from lms.practice import queries, services, words
from lms.practice.queries import EntryLine, LinkCard
from lms.practice.routes.blueprint import bp
from lms.practice.routes.link_forms import AgainForm, CodeForm, ConfirmForm, WhoForm, confirm_form
from lms.practice.rules import house_checks, populations
from lms.practice.statements import CURRENT, CURRENT_DECLARATION

PROOF = "confirms"
LOOKS = limiter.limit("60 per minute", methods=["GET"])
ACTS = limiter.limit("20 per minute", methods=["POST"])


@bp.route("/confirm-hours/<token>", methods=["GET", "POST"])
@public
@LOOKS
@ACTS
def link(token: str) -> ResponseReturnValue:
    """First screen: who asks, for what, and who you are. A link that was used shows its receipt."""
    with _opened(token) as card:
        if card is None:
            return _gone()
        if card.used_at is not None:
            return _page("practice/link_done.html", 200, card, receipt=queries.receipt_of(card.id))
        form = WhoForm(name=people([card.supervisor_id])[card.supervisor_id].legal_name)
        if form.validate_on_submit():
            try:
                services.declare(
                    token=token,
                    name=form.name.data,
                    credential_type=form.credential_type.data,
                    credential_number=form.credential_number.data or "",
                    is_true=form.is_true.data,
                )
            except Invalid as fault:
                form.show(fault)
            else:
                return _quiet(make_response(redirect(url_for("practice.link_code", token=token))))
        status = 422 if form.faults else 200
        return _page("practice/link_who.html", status, card, form=form, declaration=CURRENT_DECLARATION)


@bp.route("/confirm-hours/<token>/code", methods=["GET", "POST"])
@public
@LOOKS
@ACTS
def link_code(token: str) -> ResponseReturnValue:
    """Second screen: the code from the mail."""
    with _opened(token) as card:
        if card is None:
            return _gone()
        if card.used_at is not None or not card.is_declared:
            return _quiet(make_response(redirect(url_for("practice.link", token=token))))
        form = CodeForm()
        if form.validate_on_submit():
            try:
                cookie[PROOF] = services.confirm_code(token=token, code=form.code.data)
            except Invalid as fault:
                form.show(fault)
            else:
                return _quiet(make_response(redirect(url_for("practice.link_lines", token=token))))
        return _page("practice/link_code.html", 422 if form.faults else 200, card, form=form, token=token)


@bp.post("/confirm-hours/<token>/code/again")
@public
@ACTS
def link_code_again(token: str) -> ResponseReturnValue:
    """Send a new code."""
    with _opened(token) as card:
        if card is None:
            return _gone()
        asked, form = AgainForm(), CodeForm(formdata=None)
        if card.used_at is None and card.is_declared and asked.validate_on_submit():
            try:
                services.send_code_again(token=token)
            except Invalid as fault:
                form.show(fault)
                return _page("practice/link_code.html", 422, card, form=form, token=token)
        return _quiet(make_response(redirect(url_for("practice.link_code", token=token))))


@bp.route("/confirm-hours/<token>/lines", methods=["GET", "POST"])
@public
@LOOKS
@ACTS
def link_lines(token: str) -> ResponseReturnValue:
    """Third screen: the lines, each to sign or to send back, and the statement."""
    with _opened(token) as card:
        if card is None:
            return _gone()
        proof = cookie.get(PROOF, "")
        if card.used_at is not None or not card.is_proved_by(proof):
            return _quiet(make_response(redirect(url_for("practice.link", token=token))))
        lines = queries.lines_still_there(card)
        form = confirm_form(line.id for line in lines)()
        if request.method == "GET":
            form.statement_version.data = CURRENT.version
        if form.validate_on_submit():
            try:
                services.confirm_lines(
                    token=token,
                    proof=proof,
                    statement_version=form.statement_version.data,
                    reasons=_sent_back(form, lines),
                )
            except Invalid as fault:
                form.show(fault)
            else:
                cookie.pop(PROOF, None)
                return _quiet(make_response(redirect(url_for("practice.link", token=token))))
        status = 422 if form.faults else 200
        return _page("practice/link_lines.html", status, card, form=form, lines=lines, statement=CURRENT)


# These pages send no referrer, as their address is the key. The house's check of every POST asks for one when
# the site is served by HTTPS; here the token of each form is checked by the form alone.
WITHOUT_REFERRER = (link, link_code, link_code_again, link_lines)


def start(app: Any) -> None:
    """Read what is data, so that a fault in it stops the start; leave the CSRF token here to the forms."""
    house_checks()
    populations()
    for view in WITHOUT_REFERRER:
        app.extensions["csrf"].exempt(view)


def _sent_back(form: ConfirmForm, lines: tuple[EntryLine, ...]) -> dict[int, str]:
    """The lines that go back, each with what was written beside it."""
    return {
        line.id: form[f"reason_{line.id}"].data or ""
        for line in lines
        if form[f"act_{line.id}"].data == "return"
    }


@contextmanager
def _opened(token: str) -> Iterator[LinkCard | None]:
    """The link of a token, with its trainee's rows in scope; None when it opens nothing (any more)."""
    try:
        card = queries.link_by_token(token)
    except NotFound:
        yield None
        return
    with seeing(card.person_id):
        yield card


def _gone() -> ResponseReturnValue:
    """The one answer to a token that is unknown, ended or too old."""
    return _quiet(make_response(render_template("practice/link_gone.html"), 404))


def _page(template: str, status: int, card: LinkCard, **facts: object) -> ResponseReturnValue:
    names = people({card.person_id, card.supervisor_id})
    page = render_template(
        template,
        link=card,
        trainee=names[card.person_id].chosen_name,
        organisation=organisation(card.organisation_id).name,
        words=words,
        **facts,
    )
    return _quiet(make_response(page, status))


def _quiet(response: Response) -> Response:
    """Keep the address, which is the key, from other sites, caches and search engines."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cache-Control"] = "no-store"
    return response
