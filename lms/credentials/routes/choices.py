"""The holder's choices: being found by name, and what machine-readable credentials say of them."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.credentials import queries, services
from lms.credentials.forms import IdentityForm
from lms.credentials.routes.blueprint import bp
from lms.errors import Invalid
from lms.permissions import Permission, Target, authorize, current_actor


@bp.post("/credentials/<number>/listing")
def list_by_name(number: str) -> ResponseReturnValue:
    """Let this credential be found by its name, or no longer."""
    current_actor()
    card = queries.credential(number)
    actor = authorize(
        Permission.CREDENTIALS_SHARE, Target(organisation_id=card.organisation_id, owner_id=card.person_id)
    )
    is_listed = request.form.get("listed") == "yes"
    services.list_by_name(actor.person_id, number=card.number, is_listed=is_listed)
    flash(_("It can be found by your name now.") if is_listed else _("It cannot be found by your name."))
    return redirect(url_for("credentials.credential", number=card.number), 303)


@bp.get("/credentials/identity")
def identity() -> ResponseReturnValue:
    """What the person's machine-readable credentials say of them, and the choice."""
    person_id = _own()
    return _page(IdentityForm(formdata=None, shows=queries.identity_choice(person_id)))


@bp.post("/credentials/identity")
def choose_identity() -> ResponseReturnValue:
    """Choose it for credentials that are issued from now on."""
    person_id = _own()
    form = IdentityForm()
    if form.validate_on_submit():
        try:
            services.choose_identity(person_id, shows=form.shows.data)
        except Invalid as fault:
            form.show(fault)
        else:
            flash(_("Kept. It counts for credentials that are issued from now on."))
            return redirect(url_for("credentials.identity"), 303)
    return _page(form), 422


def _own() -> int:
    target = Target(owner_id=current_actor().person_id)
    return authorize(Permission.CREDENTIALS_CHOOSE_IDENTITY, target).person_id


def _page(form: IdentityForm) -> str:
    return render_template("credentials/identity.html", form=form)
