"""Pages of those who manage: an organisation's people, and the installation as a whole."""

import sqlalchemy as sa
from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.audit import AuditEvent
from lms.db import session
from lms.errors import Invalid
from lms.mail import OutgoingMail
from lms.people import queries, rules, services
from lms.people.forms import InviteForm, OrganisationForm
from lms.permissions import Permission, Role, Target, authorize, can


def coordinate() -> ResponseReturnValue:
    """The organisations whose people one looks after; straight to it when there is one."""
    actor = authorize(Permission.PEOPLE_COORDINATE)
    mine = queries.organisations_of(actor.person_id, Role.COORDINATOR)
    if can(Permission.PEOPLE_ADMINISTER):
        mine = queries.organisations()
    if len(mine) == 1:
        return redirect(url_for("people.organisation_people", organisation_id=mine[0].id))
    return render_template("people/coordinate.html", organisations=mine)


def organisation_people(organisation_id: int) -> ResponseReturnValue:
    """Everybody's roles in the organisation, and a form to invite more."""
    actor = authorize(Permission.PEOPLE_MANAGE_ORGANISATION, Target(organisation_id=organisation_id))
    organisation = queries.organisation(organisation_id)
    is_administrator = can(Permission.PEOPLE_ADMINISTER)
    form = InviteForm()
    form.offer(rules.roles_to_give(is_administrator=is_administrator))
    if form.validate_on_submit():
        try:
            services.invite(
                actor.person_id,
                organisation_id=organisation_id,
                email=form.email.data,
                role=Role(form.role.data),
            )
        except Invalid as fault:
            form.show(fault)
        else:
            flash(_("The invitation is on its way to %(email)s.", email=form.email.data), "success")
            return redirect(url_for("people.organisation_people", organisation_id=organisation_id))
    page = render_template(
        "people/organisation_people.html",
        organisation=organisation,
        form=form,
        is_administrator=is_administrator,
        grants=queries.grants_in(organisation_id),
        waiting=queries.invitations_waiting(organisation_id),
    )
    return page, 422 if form.faults else 200


def end_role(organisation_id: int, grant_id: int) -> ResponseReturnValue:
    """End a role in the organisation."""
    actor = authorize(Permission.PEOPLE_MANAGE_ORGANISATION, Target(organisation_id=organisation_id))
    grant = services.end_role(
        actor.person_id,
        organisation_id=organisation_id,
        grant_id=grant_id,
        may_end_administrators=can(Permission.PEOPLE_ADMINISTER),
    )
    flash(_("That role has ended."), "success")
    ended_own = grant.person_id == actor.person_id
    return redirect("/home" if ended_own else _people(organisation_id))


def _people(organisation_id: int) -> str:
    return url_for("people.organisation_people", organisation_id=organisation_id)


def admin() -> ResponseReturnValue:
    """The installation: people by search, organisations, the newest audit events, the state of the mail."""
    authorize(Permission.PEOPLE_ADMINISTER)
    words = request.args.get("q", "")[:100]
    found = queries.people_found(words)
    roles = queries.grants_of(card.id for card in found)
    events = session().scalars(sa.select(AuditEvent).order_by(AuditEvent.id.desc()).limit(30)).all()
    actors = queries.people(event.actor_id for event in events if event.actor_id is not None)
    return render_template(
        "people/admin.html",
        words=words,
        found=found,
        roles_of={card.id: [grant for grant in roles if grant.person_id == card.id] for card in found},
        organisations=queries.organisations(),
        events=events,
        actors=actors,
        waiting=_mail_waiting(),
    )


def _mail_waiting() -> list[OutgoingMail]:
    """The mail that has not left, oldest first; at most 20."""
    return list(
        session().scalars(
            sa.select(OutgoingMail).where(OutgoingMail.sent_at.is_(None)).order_by(OutgoingMail.id).limit(20)
        )
    )


def new_organisation() -> ResponseReturnValue:
    """Add an organisation."""
    actor = authorize(Permission.PEOPLE_ADMINISTER)
    form = OrganisationForm()
    if form.validate_on_submit():
        facts = {name: value for name, value in form.data.items() if name != "csrf_token"}
        try:
            made = services.create_organisation(actor.person_id, **facts)
        except Invalid as fault:
            form.show(fault)
        else:
            flash(_("The organisation is added. Invite its first coordinator."), "success")
            return redirect(_people(made.id))
    return render_template("people/new_organisation.html", form=form), 422 if form.faults else 200
