"""Renewal as its holder sees it, and the registrar's draws of renewals to be looked at again."""

from datetime import timedelta
from uuid import uuid4

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms import clock
from lms.certification import queries, services, words
from lms.certification.forms import AuditForm, SchemeForm
from lms.certification.routes.blueprint import bp
from lms.credentials import queries as credentials
from lms.credentials.numbers import normalise
from lms.credentials.queries import CredentialCard
from lms.errors import Invalid, NotFound
from lms.people import queries as people
from lms.people.queries import OrganisationCard
from lms.permissions import Permission, Role, Target, authorize, current_actor


@bp.get("/certifications/<number>")
def cycles(number: str) -> ResponseReturnValue:
    """What stands of a certification, when and how it can be renewed, and its periods."""
    card = _held(number, Permission.CERTIFICATION_SEE_CYCLES)
    return _draw_cycles(card, SchemeForm(formdata=None))


def _held(number: str, permission: Permission) -> CredentialCard:
    current_actor()
    card = credentials.credential(normalise(number))
    authorize(permission, Target(owner_id=card.person_id, organisation_id=card.organisation_id))
    return card


def _draw_cycles(card: CredentialCard, form: SchemeForm) -> str:
    holding = queries.holding_of(card.number)
    return render_template(
        "certification/cycles.html",
        holding=holding,
        form=form,
        names={},
        rings=words.rings(holding.evaluation) if holding.evaluation else (),
        is_own=current_actor().person_id == card.person_id,
    )


@bp.post("/certifications/<number>/renew")
def renew(number: str) -> ResponseReturnValue:
    """Ask for the next cycle."""
    card = _held(number, Permission.CERTIFICATION_RENEW)
    form = SchemeForm()
    try:
        made = services.apply_for_renewal(card.person_id, person_id=card.person_id, number=card.number)
    except Invalid as fault:
        form.show(fault)
        return _draw_cycles(card, form), 422
    flash(_("Your renewal is asked for. A reviewer looks at it next."))
    return redirect(url_for("certification.application", application_id=made.id))


# --- for the registrar ------------------------------------------------------------------------------


@bp.get("/renewal-audits")
def renewal_audits() -> ResponseReturnValue:
    """The draws made so far, and the form for the next."""
    body = _body()
    today = clock.today(body.timezone)
    form = AuditForm(
        formdata=None,
        first_on=today - timedelta(days=365),
        last_on=today,
        percent=10,
        seed=uuid4().hex[:12],
        response_days=30,
    )
    return _draw_audits(body, form)


def _body() -> OrganisationCard:
    """The registrar's organisation, by its name in the address where there is more than one."""
    bodies = people.organisations_of(current_actor().person_id, Role.REGISTRAR)
    asked = request.values.get("organisation", "")
    body = next((body for body in bodies if body.slug == asked or not asked), None)
    authorize(Permission.CERTIFICATION_AUDIT_RENEWALS, Target(organisation_id=body.id if body else None))
    if body is None:
        raise NotFound
    return body


def _draw_audits(body: OrganisationCard, form: AuditForm) -> str:
    return render_template(
        "certification/renewal_audits.html",
        body=body,
        bodies=people.organisations_of(current_actor().person_id, Role.REGISTRAR),
        form=form,
        audits=queries.audits_of(body.id),
    )


@bp.post("/renewal-audits")
def draw_audit() -> ResponseReturnValue:
    """Draw renewals; those drawn get a letter."""
    body = _body()
    form = AuditForm()
    if form.validate_on_submit():
        try:
            services.draw_audit(
                current_actor().person_id,
                organisation_id=body.id,
                first_on=form.first_on.data,
                last_on=form.last_on.data,
                percent=form.percent.data,
                seed=form.seed.data,
                response_days=form.response_days.data,
            )
        except Invalid as fault:
            form.show(fault)
        else:
            flash(_("Drawn. Each person drawn gets a letter."))
            return redirect(url_for("certification.renewal_audits", organisation=body.slug), 303)
    return _draw_audits(body, form), 422
