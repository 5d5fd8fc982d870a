"""The tokens of an organisation: made, shown once, and ended."""

from uuid import uuid4

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms import clock
from lms.errors import Invalid, NotFound
from lms.people import queries as people
from lms.people.queries import OrganisationCard
from lms.permissions import Permission, Role, Target, authorize, current_actor
from lms.registry import services, tokens
from lms.registry.api_scopes import ApiScope
from lms.registry.routes.blueprint import bp
from lms.registry.token_forms import EndForm, TokenForm


@bp.get("/register/tokens")
def api_tokens() -> ResponseReturnValue:
    """The tokens of an organisation, and the form for a new one."""
    body, bodies = _asked()
    form = TokenForm(formdata=None)
    form.once.data = str(uuid4())
    return _page(body, bodies, form)


@bp.post("/register/tokens")
def make_api_token() -> ResponseReturnValue:
    """Make a token and show it, this once."""
    body, bodies = _asked()
    form = TokenForm()
    if form.validate_on_submit():
        try:
            made = services.make_token(
                current_actor().person_id,
                organisation_id=body.id,
                name=form.name.data,
                scopes=frozenset(map(ApiScope, form.scopes.data)),
                expires_on=form.expires_on.data,
                once=form.once.data,
            )
        except Invalid as fault:
            form.show(fault)
        else:
            return render_template("registry/token_made.html", body=body, made=made, name=form.name.data)
    return _page(body, bodies, form), 422


@bp.post("/register/tokens/<int:token_id>/end")
def end_api_token(token_id: int) -> ResponseReturnValue:
    """End a token at once."""
    current_actor()
    card = tokens.token(token_id)
    actor = authorize(Permission.REGISTRY_MANAGE_TOKENS, Target(organisation_id=card.organisation_id))
    services.revoke_token(actor.person_id, token_id=card.id)
    flash(_("Ended. The token opens nothing any more."))
    slug = people.organisation(card.organisation_id).slug
    return redirect(url_for("registry.api_tokens", organisation=slug), 303)


def _asked() -> tuple[OrganisationCard, list[OrganisationCard]]:
    """The organisation that is asked for, once it is decided, and those to choose from."""
    person_id = current_actor().person_id
    roles = (Role.REGISTRAR, Role.ADMINISTRATOR)
    held = [body for role in roles for body in people.organisations_of(person_id, role)]
    bodies = list({body.id: body for body in held}.values())
    asked = request.args.get("organisation", "")
    body = next((body for body in bodies if body.slug == asked or not asked), None)
    authorize(Permission.REGISTRY_MANAGE_TOKENS, Target(organisation_id=body.id if body else None))
    if body is None:
        raise NotFound
    return body, bodies


def _page(body: OrganisationCard, bodies: list[OrganisationCard], form: TokenForm) -> str:
    return render_template(
        "registry/tokens.html",
        body=body,
        bodies=bodies,
        form=form,
        end_form=EndForm(formdata=None),
        tokens=tokens.tokens_of(body.id),
        today=clock.today(tokens.ZONE),
    )
