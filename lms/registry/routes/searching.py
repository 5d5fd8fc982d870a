"""Finding a credential by a name: where the body and the holder allow it, and never a list to leaf through."""

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from lms import clock
from lms.credentials import labels as words
from lms.credentials import queries as credentials
from lms.credentials import services
from lms.credentials.queries import CredentialCard
from lms.db import reads_only
from lms.errors import Invalid
from lms.forms import Form
from lms.limits import limiter
from lms.people import queries as people
from lms.permissions import Permission, Target, authorize, current_actor, public
from lms.registry.routes.blueprint import LONGEST_TYPED, bp

SEARCH_LIMIT = "6 per minute; 60 per day"


class SearchForm(Form):
    """A name, and who issued the credential."""

    name = StringField(
        lazy_gettext("Name"),
        validators=[DataRequired(lazy_gettext("Type the name first.")), Length(max=LONGEST_TYPED)],
        render_kw={"maxlength": LONGEST_TYPED, "autocomplete": "off"},
    )
    issuer = SelectField(
        lazy_gettext("Issued by"), coerce=int, validators=[DataRequired(lazy_gettext("Choose who issued it."))]
    )


@bp.get("/verify/search")
@public
def search() -> ResponseReturnValue:
    """The form, where any body lets its register be searched by name."""
    return _page(_form(is_empty=True))


@bp.post("/verify/search")
@limiter.limit(SEARCH_LIMIT)
@public
@reads_only
def search_by_name() -> ResponseReturnValue:
    """What was found, at most 10; nobody of that name and nobody who may be found are one answer."""
    form = _form(is_empty=False)
    if not form.validate_on_submit():
        return _page(form), 422
    wanted = credentials.words_of_name(form.name.data)
    if not wanted:
        form.show(Invalid("name", _("Write two words of the name, or one of at least four letters.")))
        return _page(form), 422
    return _page(form, credentials.found_by_name(form.issuer.data, wanted), is_asked=True)


@bp.post("/register/name-search")
def allow_name_search() -> ResponseReturnValue:
    """Let the body's register be searched by name, or no longer."""
    current_actor()
    body = people.organisation_by_slug(request.form.get("organisation", ""))
    actor = authorize(Permission.REGISTRY_ALLOW_NAME_SEARCH, Target(organisation_id=body.id))
    is_allowed = request.form.get("allowed") == "yes"
    services.allow_name_search(actor.person_id, organisation_id=body.id, is_allowed=is_allowed)
    flash(
        _("Holders can now let their credentials be found by name.")
        if is_allowed
        else _("The register cannot be searched by name any more.")
    )
    return redirect(url_for("registry.register", organisation=body.slug), 303)


def _form(*, is_empty: bool) -> SearchForm:
    form = SearchForm(formdata=None) if is_empty else SearchForm()
    allowed = credentials.bodies_with_search()
    form.issuer.choices = [
        SelectChoice(one.id, one.name) for one in people.organisations() if one.id in allowed
    ]
    return form


def _page(form: SearchForm, cards: tuple[CredentialCard, ...] = (), *, is_asked: bool = False) -> Response:
    response = make_response(
        render_template(
            "registry/search.html", form=form, cards=cards, is_asked=is_asked, now=clock.now(), words=words
        )
    )
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
