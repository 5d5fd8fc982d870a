"""How an issuer's certificates look: chosen by the registrar, previewed with the renderer that issues."""

from dataclasses import dataclass
from datetime import date

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from lms import clock
from lms.certification.certificate_facts import in_language
from lms.certification.schemes import schemes
from lms.credentials.certificate import CertificateFacts, draw
from lms.credentials.facts import CredentialFacts, HoursLine, Kind
from lms.credentials.look import Look
from lms.credentials.queries import templates as queries
from lms.credentials.services import templates as services
from lms.errors import Invalid, NotFound
from lms.people import queries as people
from lms.people.queries import OrganisationCard
from lms.permissions import Permission, Role, Target, authorize, current_actor
from lms.registry.routes.blueprint import bp
from lms.registry.template_forms import LookForm

EVERY = "every"
"""In addresses, for the look of all schemes without their own."""

SAMPLE_NUMBER = "0000-0000-0000-0000-0000"


@dataclass(frozen=True, slots=True)
class Choice:
    """A scheme whose certificates an organisation issues; `id` is empty for all of them."""

    id: str
    title: str
    kinds: tuple[Kind, ...]

    @property
    def name(self) -> str:
        """The scheme in addresses."""
        return self.id or EVERY


@bp.get("/register/templates")
def certificate_looks() -> ResponseReturnValue:
    """The looks of an organisation's certificates, one for all and one for each scheme."""
    bodies = people.organisations_of(current_actor().person_id, Role.REGISTRAR)
    asked = request.args.get("organisation", "")
    body = next((body for body in bodies if body.slug == asked or not asked), None)
    authorize(Permission.REGISTRY_VIEW, Target(organisation_id=body.id if body else None))
    if body is None:
        raise NotFound
    return render_template(
        "registry/templates.html",
        body=body,
        bodies=bodies,
        choices=_choices(body),
        kept={card.scheme_id: card for card in queries.templates_of(body.id)},
    )


@bp.get("/register/templates/<scheme_id>")
def certificate_look(scheme_id: str) -> ResponseReturnValue:
    """The look for one scheme: what is chosen, and its versions."""
    body, choice = _asked(scheme_id, Permission.REGISTRY_VIEW)
    versions = queries.versions_of(body.id, choice.id)
    form = LookForm(formdata=None)
    form.fill(versions[0].look if versions else Look(), versions[0].version if versions else 0)
    return _page(body, choice, form)


@bp.post("/register/templates/<scheme_id>")
def save_certificate_look(scheme_id: str) -> ResponseReturnValue:
    """Keep the look as the next version."""
    body, choice = _asked(scheme_id, Permission.REGISTRY_KEEP)
    form = LookForm()
    if form.validate_on_submit():
        try:
            version = services.save(
                current_actor().person_id,
                organisation_id=body.id,
                scheme_id=choice.id,
                look=form.look,
                seal=form.picture,
                after=form.version,
            )
        except Invalid as fault:
            form.show(fault)
        else:
            flash(
                _(
                    "Saved as version %(number)s. New certificates look like this.",
                    number=version,
                )
            )
            return redirect(
                url_for("registry.certificate_look", scheme_id=choice.name, organisation=body.slug), 303
            )
    return _page(body, choice, form), 422


@bp.post("/register/templates/<scheme_id>/preview")
def preview_certificate_look(scheme_id: str) -> ResponseReturnValue:
    """A sample with what is chosen on the page, drawn by the renderer that issues. Nothing is kept."""
    body, choice = _asked(scheme_id, Permission.REGISTRY_KEEP)
    form = LookForm()
    if form.validate_on_submit():
        try:
            look = services.checked(
                organisation_id=body.id, scheme_id=choice.id, look=form.look, seal=form.picture
            )
        except Invalid as fault:
            form.show(fault)
        else:
            return _sample(body, choice, look)
    return _page(body, choice, form), 422


def _asked(scheme_id: str, permission: Permission) -> tuple[OrganisationCard, Choice]:
    """The organisation and the scheme of this address, once it is decided that the actor keeps its register."""
    bodies = people.organisations_of(current_actor().person_id, Role.REGISTRAR)
    slug = request.args.get("organisation", "")
    body = next((body for body in bodies if body.slug == slug or not slug), None)
    authorize(permission, Target(organisation_id=body.id if body else None))
    if body is None:
        raise NotFound
    choice = next((one for one in _choices(body) if one.name == scheme_id), None)
    if choice is None:
        raise NotFound
    return body, choice


def _choices(body: OrganisationCard) -> tuple[Choice, ...]:
    language = str(get_locale())
    own = [
        Choice(scheme.id, in_language(scheme.title, language), (Kind(scheme.kind),))
        for scheme in schemes().in_force(clock.today(body.timezone))
        if scheme.issuer == body.slug
    ]
    kinds = tuple(kind for kind in Kind if any(kind in one.kinds for one in own))
    return (Choice("", _("All certificates without a design of their own"), kinds or tuple(Kind)), *own)


def _page(body: OrganisationCard, choice: Choice, form: LookForm) -> str:
    versions = queries.versions_of(body.id, choice.id)
    return render_template(
        "registry/template.html",
        body=body,
        choice=choice,
        form=form,
        versions=versions,
        has_picture=any(one.look.seal_sha256 for one in versions),
        names=people.people(one.by_id for one in versions),
    )


def _sample(body: OrganisationCard, choice: Choice, look: Look) -> Response:
    asked = request.form.get("sample", "")
    kind = next((kind for kind in choice.kinds if kind.value == asked), choice.kinds[0])
    today = clock.today(body.timezone)
    until = date(today.year + 2, today.month, 1) if kind is Kind.CERTIFICATION else None
    facts = CertificateFacts(
        kind=kind,
        number=SAMPLE_NUMBER,
        verify_url=url_for("registry.verify", _external=True),
        issuer_name=body.name,
        title=choice.title if choice.id else _("Sample"),
        name=_("Sample Holder"),
        issued_on=today,
        valid_until=until,
        scheme_version="1",
        content=CredentialFacts(
            training=(HoursLine("in_person", 2400), HoursLine("self_paced", 900)),
            signatory_name=body.signatory_name or "",
            signatory_title=body.signatory_title or "",
            language=str(get_locale()),
        ),
        look=look,
    )
    response = Response(draw(facts), mimetype="application/pdf")
    response.headers["Content-Disposition"] = 'inline; filename="sample.pdf"'
    return response
