"""The endpoint of an organisation: where its program is told of changes, and what became of each message."""

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms import clock
from lms.errors import Invalid, NotFound
from lms.people import queries as people
from lms.people.queries import OrganisationCard
from lms.permissions import Permission, Role, Target, authorize, current_actor
from lms.registry import deliveries, endpoints, watch_words
from lms.registry.deliveries import EndpointCard
from lms.registry.routes.blueprint import bp
from lms.registry.watch_forms import EndpointForm


@bp.get("/register/endpoints")
def endpoint() -> ResponseReturnValue:
    """The endpoint of an organisation and its last messages, or the form for one."""
    body, bodies = _asked()
    return _page(body, bodies, EndpointForm(formdata=None))


@bp.post("/register/endpoints")
def add_endpoint() -> ResponseReturnValue:
    """Add an endpoint and show its secret, this once."""
    body, bodies = _asked()
    form = EndpointForm()
    if form.validate_on_submit():
        try:
            secret = endpoints.add_endpoint(
                current_actor().person_id, organisation_id=body.id, url=form.url.data or ""
            )
        except Invalid as fault:
            form.show(fault)
        else:
            return _secret(body, secret)
    return _page(body, bodies, form), 422


@bp.post("/register/endpoints/<int:endpoint_id>/secret")
def rotate_secret(endpoint_id: int) -> ResponseReturnValue:
    """Make a new secret and show it, this once."""
    card = _held(endpoint_id)
    secret = endpoints.rotate_secret(current_actor().person_id, endpoint_id=card.id)
    return _secret(people.organisation(card.organisation_id), secret)


@bp.post("/register/endpoints/<int:endpoint_id>/pause")
def pause_endpoint(endpoint_id: int) -> ResponseReturnValue:
    """Send nothing there for now."""
    card = _held(endpoint_id)
    endpoints.pause(current_actor().person_id, endpoint_id=card.id)
    return _back(card, _("Paused. What changes meanwhile waits."))


@bp.post("/register/endpoints/<int:endpoint_id>/resume")
def resume_endpoint(endpoint_id: int) -> ResponseReturnValue:
    """Send there again."""
    card = _held(endpoint_id)
    endpoints.resume(current_actor().person_id, endpoint_id=card.id)
    return _back(card, _("It goes on. What waited is sent now."))


@bp.post("/register/endpoints/<int:endpoint_id>/test")
def test_endpoint(endpoint_id: int) -> ResponseReturnValue:
    """Send a message that says nothing of any credential."""
    card = _held(endpoint_id)
    endpoints.send_test(current_actor().person_id, endpoint_id=card.id)
    return _back(card, _("A test is on its way. Load this page again to see the answer."))


@bp.post("/register/endpoints/<int:endpoint_id>/remove")
def remove_endpoint(endpoint_id: int) -> ResponseReturnValue:
    """Take it away for good."""
    card = _held(endpoint_id)
    endpoints.remove(current_actor().person_id, endpoint_id=card.id)
    return _back(card, _("Removed. What changes waits for a new address."))


@bp.post("/register/messages/<message_id>/again")
def send_again(message_id: str) -> ResponseReturnValue:
    """Send a message again, under its own id."""
    current_actor()
    _delivery_id, organisation_id = deliveries.organisation_of_delivery(message_id)
    actor = authorize(Permission.REGISTRY_MANAGE_TOKENS, Target(organisation_id=organisation_id))
    endpoints.send_again(actor.person_id, organisation_id=organisation_id, message_id=message_id)
    flash(_("It is sent again, under the same id."))
    slug = people.organisation(organisation_id).slug
    return redirect(url_for("registry.endpoint", organisation=slug), 303)


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


def _held(endpoint_id: int) -> EndpointCard:
    current_actor()
    card = deliveries.endpoint(endpoint_id)
    authorize(Permission.REGISTRY_MANAGE_TOKENS, Target(organisation_id=card.organisation_id))
    return card


def _back(card: EndpointCard, said: str) -> ResponseReturnValue:
    flash(said)
    slug = people.organisation(card.organisation_id).slug
    return redirect(url_for("registry.endpoint", organisation=slug), 303)


def _secret(body: OrganisationCard, secret: str) -> Response:
    response = make_response(render_template("registry/endpoint_secret.html", body=body, secret=secret))
    response.headers["Cache-Control"] = "no-store"
    return response


def _page(body: OrganisationCard, bodies: list[OrganisationCard], form: EndpointForm) -> str:
    return render_template(
        "registry/endpoint.html",
        body=body,
        bodies=bodies,
        form=form,
        endpoint=deliveries.endpoint_of(body.id),
        messages=deliveries.deliveries_of(body.id),
        now=clock.now(),
        words=watch_words,
    )
