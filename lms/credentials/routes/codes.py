"""The holder's page of codes: who may see more of a credential, and who looked."""

from uuid import uuid4

from flask import Response, current_app, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms import clock
from lms.credentials import labels, queries, services
from lms.credentials.forms import CodeForm
from lms.credentials.queries import CredentialCard
from lms.credentials.routes.blueprint import bp
from lms.errors import Invalid
from lms.permissions import Permission, Target, authorize, current_actor


@bp.get("/credentials/<number>/share")
def share(number: str) -> ResponseReturnValue:
    """The codes of a credential, and the form for one more."""
    return _page(_own(number), CodeForm(formdata=None, request_key=uuid4().hex))


@bp.post("/credentials/<number>/share")
def make_code(number: str) -> ResponseReturnValue:
    """Make a code; it is shown this once."""
    card = _own(number)
    form = CodeForm()
    if form.validate_on_submit():
        try:
            code = services.make_code(
                current_actor().person_id,
                number=card.number,
                for_whom=form.for_whom.data,
                parts=form.parts,
                most_looks=form.most_looks.data,
                request_key=form.request_key.data,
            )
        except Invalid as fault:
            form.show(fault)
        else:
            return _made(card, form, code)
    return _page(card, form), 422


@bp.post("/credentials/<number>/share/<int:code_id>/end")
def end_code(number: str, code_id: int) -> ResponseReturnValue:
    """Stop a code now."""
    card = _own(number)
    services.end_code(current_actor().person_id, number=card.number, code_id=code_id)
    flash(_("The code does not open anything any more."))
    return redirect(url_for("credentials.share", number=card.number), 303)


def _own(number: str) -> CredentialCard:
    """The credential of this address, once it is decided that the signed-in person holds it."""
    current_actor()
    card = queries.credential(number)
    authorize(
        Permission.CREDENTIALS_SHARE, Target(organisation_id=card.organisation_id, owner_id=card.person_id)
    )
    return card


def _made(card: CredentialCard, form: CodeForm, code: str) -> Response:
    base = current_app.config["SETTINGS"].base_url
    response = make_response(
        render_template(
            "credentials/code_made.html",
            card=card,
            form=form,
            code=code,
            page=base + url_for("registry.details", number=card.number),
            link=base + url_for("registry.shared_details", code=code),
        )
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _page(card: CredentialCard, form: CodeForm) -> str:
    return render_template(
        "credentials/share.html",
        card=card,
        form=form,
        codes=queries.codes_of(card),
        now=clock.now(),
        labels=labels,
    )
