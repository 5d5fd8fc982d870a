"""Placements and supervision agreements: the coordinator arranges them, the others read."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms import clock
from lms.errors import Invalid, NotFound
from lms.people.queries import organisations_of, people, people_with_role
from lms.people.roles import Role
from lms.permissions import Permission, Target, authorize, can, current_actor
from lms.practice import queries, services, words
from lms.practice.forms import AgreementForm, DemandsForm, EndForm, PlacementForm, TermsForm, choices
from lms.practice.queries import PlacementLine
from lms.practice.routes.blueprint import bp


@bp.get("/placements")
def placements() -> ResponseReturnValue:
    """One's own, those one supervises, and those of the organisations one coordinates."""
    actor = authorize(Permission.PRACTICE_SEE_PLACEMENTS)
    managed = tuple(organisation.id for organisation in organisations_of(actor.person_id, Role.COORDINATOR))
    found = {
        line.id: line
        for line in (
            *queries.placements_of(actor.person_id),
            *queries.placements_supervised_by(actor.person_id),
            *(queries.placements_at(managed) if managed else ()),
        )
    }
    return render_template(
        "practice/placements.html",
        placements=list(found.values()),
        names=_names(*found.values()),
        to_answer=queries.placements_with_named(managed) if managed else frozenset(),
        may_arrange=bool(managed),
        words=words,
    )


@bp.get("/placements/new")
def new_placement() -> ResponseReturnValue:
    """The form for a placement."""
    return _placement_page(_placement_form(_managed()), 200)


@bp.post("/placements/new")
def create_placement() -> ResponseReturnValue:
    """Arrange a placement, then go on to its agreement."""
    organisation_id = _managed()
    form = _placement_form(organisation_id)
    if form.validate_on_submit():
        try:
            made = services.create_placement(
                current_actor().person_id,
                organisation_id=organisation_id,
                person_id=form.person_id.data or 0,
                site_name=form.site_name.data,
                role=form.role.data,
                starts_on=form.starts_on.data,
                ends_on=form.ends_on.data,
            )
        except Invalid as fault:
            form.show(fault)
        else:
            flash(_("The placement is there. Now name who may sign for it."))
            return redirect(url_for("practice.new_agreement", placement_id=made.id))
    return _placement_page(form, 422)


@bp.get("/placements/<int:placement_id>")
def placement(placement_id: int) -> ResponseReturnValue:
    """One placement and who may sign for it."""
    actor = current_actor()
    line = queries.placement(placement_id)
    signs = actor.person_id if any(a.names(actor.person_id) for a in line.agreements) else None
    target = Target(organisation_id=line.organisation_id, owner_id=line.person_id, supervisor_id=signs)
    authorize(Permission.PRACTICE_SEE_PLACEMENT, target)
    return _one_placement(line, EndForm(formdata=None), 200)


@bp.post("/placements/<int:placement_id>/end")
def end_placement(placement_id: int) -> ResponseReturnValue:
    """Set the placement's last day."""
    line = _arranged(placement_id)
    form = EndForm()
    if form.validate_on_submit():
        try:
            services.end_placement(
                current_actor().person_id, placement_id=placement_id, ends_on=form.ends_on.data
            )
        except Invalid as fault:
            form.show(fault)
        else:
            flash(_("The last day is set. Work until then can still be signed."))
            return redirect(url_for("practice.placement", placement_id=placement_id))
    return _one_placement(line, form, 422)


@bp.post("/placements/<int:placement_id>/terms")
def set_terms(placement_id: int) -> ResponseReturnValue:
    """Say from when hours there count, and whether entries name a group of people."""
    line = _arranged(placement_id)
    form = TermsForm()
    if form.validate_on_submit():
        try:
            services.set_terms(
                current_actor().person_id,
                placement_id=placement_id,
                counts_from=form.counts_from.data,
                asks_population=form.asks_population.data,
            )
        except Invalid as fault:
            form.show(fault)
        else:
            flash(_("It is set. What is logged already stays as it is."))
            return redirect(url_for("practice.placement", placement_id=placement_id))
    return _one_placement(line, EndForm(formdata=None), 422, terms=form)


@bp.post("/placements/<int:placement_id>/demands")
def set_demands(placement_id: int) -> ResponseReturnValue:
    """Say which qualifications a signer needs at this placement."""
    line = _arranged(placement_id)
    form = DemandsForm()
    if form.validate_on_submit():
        try:
            services.set_demands(
                current_actor().person_id, placement_id=placement_id, credentials=form.credentials.data or []
            )
        except Invalid as fault:
            form.show(fault)
        else:
            flash(_("Saved. Who signs is asked for it from now on, for the day of the work."))
            return redirect(url_for("practice.placement", placement_id=placement_id))
    return _one_placement(line, EndForm(formdata=None), 422, form)


@bp.get("/placements/<int:placement_id>/agreements/new")
def new_agreement(placement_id: int) -> ResponseReturnValue:
    """The form for a supervision agreement; it begins with the placement unless told otherwise."""
    line = _arranged(placement_id)
    form = _agreement_form(line)
    form.starts_on.data, form.ends_on.data = line.starts_on, line.ends_on
    return _agreement_page(line, form, 200)


@bp.post("/placements/<int:placement_id>/agreements/new")
def create_agreement(placement_id: int) -> ResponseReturnValue:
    """Name a supervisor for a placement."""
    line = _arranged(placement_id)
    form = _agreement_form(line)
    if form.validate_on_submit():
        try:
            services.create_agreement(
                current_actor().person_id,
                placement_id=placement_id,
                supervisor_id=form.supervisor_id.data or 0,
                starts_on=form.starts_on.data,
                ends_on=form.ends_on.data,
                plan=form.plan.data or "",
                alternate_id=form.alternate_id.data or None,
                needs_approval=form.needs_approval.data,
            )
        except Invalid as fault:
            form.show(fault)
        else:
            flash(_("The agreement is there. Hours can be logged now."))
            return redirect(url_for("practice.placement", placement_id=placement_id))
    return _agreement_page(line, form, 422)


@bp.post("/placements/<int:placement_id>/agreements/<int:agreement_id>/end")
def end_agreement(placement_id: int, agreement_id: int) -> ResponseReturnValue:
    """Set the agreement's last day."""
    line = _arranged(placement_id)
    if agreement_id not in {agreement.id for agreement in line.agreements}:
        raise NotFound
    form = EndForm()
    if form.validate_on_submit():
        try:
            services.end_agreement(
                current_actor().person_id, agreement_id=agreement_id, ends_on=form.ends_on.data
            )
        except Invalid as fault:
            form.show(fault)
        else:
            flash(_("The last day is set. Work until then can still be signed."))
            return redirect(url_for("practice.placement", placement_id=placement_id))
    return _one_placement(line, form, 422)


def _managed() -> int:
    """The organisation that a new placement is for: the one asked for, else the first that one coordinates."""
    asked = request.args.get("organisation", type=int)
    own = organisations_of(current_actor().person_id, Role.COORDINATOR)
    organisation_id = asked if asked is not None else (own[0].id if own else None)
    authorize(Permission.PRACTICE_ARRANGE_PLACEMENT, Target(organisation_id=organisation_id))
    assert organisation_id is not None
    return organisation_id


def _arranged(placement_id: int) -> PlacementLine:
    """A placement that the actor may arrange."""
    current_actor()  # who is not signed in is asked to, before any id is looked at
    line = queries.placement(placement_id)
    authorize(
        Permission.PRACTICE_ARRANGE_PLACEMENT,
        Target(organisation_id=line.organisation_id, owner_id=line.person_id),
    )
    return line


def _placement_form(organisation_id: int) -> PlacementForm:
    form = PlacementForm()
    trainees = people_with_role(organisation_id, Role.TRAINEE)
    form.person_id.choices = choices((card.id, card.chosen_name) for card in trainees)
    return form


def _placement_page(form: PlacementForm, status: int) -> ResponseReturnValue:
    return render_template("practice/new_placement.html", form=form), status


def _agreement_form(line: PlacementLine) -> AgreementForm:
    form = AgreementForm()
    supervisors = people_with_role(line.organisation_id, Role.SUPERVISOR)
    there = [(card.id, card.chosen_name) for card in supervisors if card.id != line.person_id]
    form.supervisor_id.choices = choices(there)
    form.alternate_id.choices = choices([(0, _("Nobody yet")), *there])
    return form


def _agreement_page(line: PlacementLine, form: AgreementForm, status: int) -> ResponseReturnValue:
    return render_template("practice/new_agreement.html", line=line, form=form, names=_names(line)), status


def _may_evaluate(line: PlacementLine) -> bool:
    """Whether the reader is named in an agreement of the placement, and so may evaluate its trainee."""
    reader = current_actor().person_id
    signs = reader if any(one.names(reader) for one in line.agreements) else None
    target = Target(organisation_id=line.organisation_id, owner_id=line.person_id, supervisor_id=signs)
    return can(Permission.PRACTICE_EVALUATE, target)


def _one_placement(
    line: PlacementLine,
    form: EndForm,
    status: int,
    demands: DemandsForm | None = None,
    terms: TermsForm | None = None,
) -> ResponseReturnValue:
    today = clock.today(line.zone)
    acts = queries.agreement_acts(agreement.id for agreement in line.agreements)
    states = {
        agreement.id: words.agreement_state(
            agreement,
            line.person_id,
            [act.by_id for act in acts.get(agreement.id, ()) if act.kind == "accepted"],
            today,
        )
        for agreement in line.agreements
    }
    target = Target(organisation_id=line.organisation_id, owner_id=line.person_id)
    named = queries.named_for(line.id)
    names = _names(line) | {
        id: card.chosen_name for id, card in people(one.named_by_id for one in named).items()
    }
    may_send = can(Permission.PRACTICE_SEND_LINK, target)
    waiting = queries.waiting_for_links(line.person_id) if may_send else ()
    page = render_template(
        "practice/placement.html",
        terms=terms or TermsForm(formdata=None, obj=line),
        line=line,
        form=form,
        demands=demands or DemandsForm(formdata=None, data={"credentials": line.demands.split()}),
        states=states,
        names=names,
        named=named,
        waiting=[one for one in waiting if one.placement_id == line.id and one.supervisor_id in names],
        may_name=can(Permission.PRACTICE_NAME_SUPERVISOR, target),
        may_answer=can(Permission.PRACTICE_ANSWER_NAMED, target),
        may_arrange=can(Permission.PRACTICE_ARRANGE_PLACEMENT, target),
        may_evaluate=_may_evaluate(line),
        evaluations=queries.evaluations_at(line.id),
        words=words,
    )
    return page, status


def _names(*lines: PlacementLine) -> dict[int, str]:
    ids = {line.person_id for line in lines}
    agreements = [agreement for line in lines for agreement in line.agreements]
    ids |= {agreement.supervisor_id for agreement in agreements}
    ids |= {agreement.alternate_id for agreement in agreements if agreement.alternate_id is not None}
    return {person_id: card.chosen_name for person_id, card in people(ids).items()}
