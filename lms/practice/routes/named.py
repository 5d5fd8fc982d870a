"""Supervisors without an account: name them, answer, and mail them a link."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.errors import Invalid, NotFound
from lms.people.queries import people
from lms.permissions import Actor, Permission, Target, authorize, current_actor
from lms.practice import queries, services
from lms.practice.queries import PlacementLine
from lms.practice.routes.blueprint import bp
from lms.practice.routes.link_forms import DeclineForm, NameSupervisorForm


@bp.get("/placements/<int:placement_id>/named/new")
def new_named(placement_id: int) -> ResponseReturnValue:
    """The form for a supervisor without an account."""
    line, _actor = _decided(Permission.PRACTICE_NAME_SUPERVISOR, placement_id)
    return _named_page(line, NameSupervisorForm(), 200)


@bp.post("/placements/<int:placement_id>/named/new")
def name_supervisor(placement_id: int) -> ResponseReturnValue:
    """Name a supervisor without an account; the coordinator answers."""
    line, actor = _decided(Permission.PRACTICE_NAME_SUPERVISOR, placement_id)
    form = NameSupervisorForm()
    if form.validate_on_submit():
        try:
            services.name_supervisor(
                actor.person_id, placement_id=placement_id, name=form.name.data, email=form.email.data
            )
        except Invalid as fault:
            form.show(fault)
        else:
            flash(_("Named. Your coordinator looks at it next; then hours can be confirmed by mail."))
            return redirect(url_for("practice.placement", placement_id=placement_id))
    return _named_page(line, form, 422)


@bp.post("/placements/<int:placement_id>/named/<int:named_id>/approve")
def approve_named(placement_id: int, named_id: int) -> ResponseReturnValue:
    """Say yes to somebody who was named."""
    _line, actor = _answering(placement_id, named_id)
    try:
        services.approve_named(actor.person_id, named_id=named_id)
    except Invalid as fault:
        flash(fault.message, "error")
    else:
        flash(_("They may sign now. The trainee can log hours and mail them a link."))
    return redirect(url_for("practice.placement", placement_id=placement_id))


@bp.post("/placements/<int:placement_id>/named/<int:named_id>/decline")
def decline_named(placement_id: int, named_id: int) -> ResponseReturnValue:
    """Say no, with a reason."""
    _line, actor = _answering(placement_id, named_id)
    form = DeclineForm()
    if not form.validate_on_submit():
        flash(_("Say why, in 500 letters or fewer."), "error")
    else:
        services.decline_named(actor.person_id, named_id=named_id, answer=form.answer.data)
        flash(_("Noted. The trainee reads your reason on the page of the placement."))
    return redirect(url_for("practice.placement", placement_id=placement_id))


@bp.post("/placements/<int:placement_id>/links")
def send_link(placement_id: int) -> ResponseReturnValue:
    """Mail a link to a supervisor without an account, for what waits."""
    line, actor = _decided(Permission.PRACTICE_SEND_LINK, placement_id)
    supervisor_id = request.form.get("supervisor_id", type=int) or 0
    if supervisor_id not in {agreement.supervisor_id for agreement in line.agreements}:
        raise NotFound
    sent = services.send_link(actor.person_id, placement_id=placement_id, supervisor_id=supervisor_id)
    name = people([supervisor_id])[supervisor_id].chosen_name
    flash(_("A mail is on its way to %(name)s, with %(count)s entries.", name=name, count=len(sent.lines)))
    if actor.person_id == line.person_id:
        return redirect(url_for("practice.hours"))
    return redirect(url_for("practice.placement", placement_id=placement_id))


def _decided(permission: Permission, placement_id: int) -> tuple[PlacementLine, Actor]:
    """The placement, decided for the actor. Raises NotFound, Forbidden."""
    current_actor()  # who is not signed in is asked to, before any id is looked at
    line = queries.placement(placement_id)
    target = Target(organisation_id=line.organisation_id, owner_id=line.person_id)
    return line, authorize(permission, target)


def _answering(placement_id: int, named_id: int) -> tuple[PlacementLine, Actor]:
    line, actor = _decided(Permission.PRACTICE_ANSWER_NAMED, placement_id)
    if queries.named(named_id).placement_id != placement_id:
        raise NotFound
    return line, actor


def _named_page(line: PlacementLine, form: NameSupervisorForm, status: int) -> ResponseReturnValue:
    return render_template("practice/new_named.html", line=line, form=form), status
