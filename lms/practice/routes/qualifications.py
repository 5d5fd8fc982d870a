"""What supervisors hold: a coordinator or reviewer looks it up and records it, the supervisor sees it."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms import clock
from lms.errors import Invalid
from lms.people.queries import organisations_of, people, people_with_role, person
from lms.people.roles import Role
from lms.permissions import Actor, Permission, Target, authorize, current_actor
from lms.practice import queries, services, words
from lms.practice.forms import QualificationEndForm, QualificationForm, choices, new_key
from lms.practice.routes.blueprint import bp


@bp.get("/qualifications")
def qualifications() -> ResponseReturnValue:
    """One's own, and those that one's organisations have checked."""
    actor = authorize(Permission.PRACTICE_SEE_QUALIFICATIONS)
    return _list(actor, QualificationEndForm(formdata=None), 200)


@bp.get("/qualifications/new")
def new_qualification() -> ResponseReturnValue:
    """The form for a qualification."""
    organisation_id = _checking()
    form = _form(organisation_id)
    form.client_key.data = new_key()
    return _page(form, 200)


@bp.post("/qualifications/new")
def check_qualification() -> ResponseReturnValue:
    """Record what was looked up."""
    organisation_id = _checking()
    form = _form(organisation_id)
    if form.validate_on_submit():
        try:
            services.check_qualification(
                current_actor().person_id,
                organisation_id=organisation_id,
                supervisor_id=form.supervisor_id.data or 0,
                checked=_typed(form),
                client_key=form.client_key.data,
            )
        except Invalid as fault:
            form.show(fault)
        else:
            flash(_("The qualification is recorded, with your name and today's date."))
            return redirect(url_for("practice.qualifications"))
    return _page(form, 422)


@bp.post("/qualifications/<int:qualification_id>/end")
def end_qualification(qualification_id: int) -> ResponseReturnValue:
    """Note from which day a qualification no longer holds."""
    current_actor()  # who is not signed in is asked to, before any id is looked at
    line = queries.qualification(qualification_id)
    target = Target(organisation_id=line.organisation_id, owner_id=line.supervisor_id)
    actor = authorize(Permission.PRACTICE_CHECK_QUALIFICATION, target)
    form = QualificationEndForm()
    if form.validate_on_submit():
        try:
            services.end_qualification(
                actor.person_id,
                qualification_id=qualification_id,
                ended_on=form.ended_on.data,
                reason=form.reason.data,
            )
        except Invalid as fault:
            form.show(fault)
        else:
            flash(_("Noted. Work from that day on needs somebody else, or another qualification."))
            return redirect(url_for("practice.qualifications"))
    return _list(actor, form, 422, ending=qualification_id)


def _organisations(actor: Actor) -> list[int]:
    """Where the actor checks qualifications."""
    roles = (Role.COORDINATOR, Role.REVIEWER)
    return list(dict.fromkeys(one.id for role in roles for one in organisations_of(actor.person_id, role)))


def _checking() -> int:
    """The organisation for which one checks: the one asked for, else the first."""
    asked = request.args.get("organisation", type=int)
    own = _organisations(current_actor())
    organisation_id = asked if asked is not None else (own[0] if own else None)
    authorize(Permission.PRACTICE_CHECK_QUALIFICATION, Target(organisation_id=organisation_id))
    assert organisation_id is not None
    return organisation_id


def _form(organisation_id: int) -> QualificationForm:
    form = QualificationForm()
    me = current_actor().person_id
    there = people_with_role(organisation_id, Role.SUPERVISOR)
    form.supervisor_id.choices = choices((card.id, card.chosen_name) for card in there if card.id != me)
    return form


def _typed(form: QualificationForm) -> services.Checked:
    return services.Checked(
        credential=form.credential.data,
        issuer=form.issuer.data,
        valid_from=form.valid_from.data,
        source=form.source.data,
        valid_until=form.valid_until.data,
        number=form.number.data or "",
        training_minutes=(form.training.data or 0) * 60,
        practice_minutes=(form.practice.data or 0) * 60,
        joint_minutes=(form.joint.data or 0) * 60,
    )


def _list(
    actor: Actor, form: QualificationEndForm, status: int, ending: int | None = None
) -> ResponseReturnValue:
    where = _organisations(actor)
    lines = queries.qualification_lines(actor.person_id, where)
    names = people({id for line in lines for id in (line.supervisor_id, line.checked_by_id)})
    page = render_template(
        "practice/qualifications.html",
        lines=lines,
        names={id: card.chosen_name for id, card in names.items()},
        me=actor.person_id,
        checks_at=where,
        today=clock.today(person(actor.person_id).timezone),
        form=form,
        ending=ending,
        words=words,
    )
    return page, status


def _page(form: QualificationForm, status: int) -> ResponseReturnValue:
    return render_template("practice/new_qualification.html", form=form), status
