"""One supervision agreement: its people read it, say yes or say that they are close; others approve it."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms import clock
from lms.errors import Invalid, NotFound
from lms.people.queries import people, people_with_role
from lms.people.roles import Role
from lms.permissions import Actor, Permission, Target, authorize, can, current_actor
from lms.practice import queries, services, words
from lms.practice.forms import AcceptForm, AlternateForm, ApproveForm, ConflictForm, ReasonForm, choices
from lms.practice.queries import AgreementLine, PlacementLine
from lms.practice.routes.blueprint import bp
from lms.practice.standing_to_sign import AGREEMENT_TEXT, CONFLICT_TEXT


@bp.get("/agreements/<int:agreement_id>")
def agreement(agreement_id: int) -> ResponseReturnValue:
    """One agreement: who, when, by which plan, who has agreed, who approved."""
    found = _found(agreement_id)
    authorize(Permission.PRACTICE_SEE_PLACEMENT, found.target)
    return _page(found, 200)


@bp.post("/agreements/<int:agreement_id>/accept")
def accept_agreement(agreement_id: int) -> ResponseReturnValue:
    """Say yes to it, and say how close the two are."""
    found = _found(agreement_id)
    actor = authorize(Permission.PRACTICE_ANSWER_AGREEMENT, found.target)
    form = AcceptForm(prefix="accept")
    if form.validate_on_submit():
        try:
            act = services.accept_agreement(
                actor.person_id,
                agreement_id=agreement_id,
                relation=form.relation.data,
                text_version=form.text_version.data,
                words=form.words.data or "",
            )
        except Invalid as fault:
            form.show(fault)
        else:
            return _done(
                found, _("You have agreed.") if act else _("Thank you for saying so. Somebody else signs now.")
            )
    return _page(found, 422, accept=form)


@bp.post("/agreements/<int:agreement_id>/conflict")
def declare_conflict(agreement_id: int) -> ResponseReturnValue:
    """Say that the two are close."""
    found = _found(agreement_id)
    actor = authorize(Permission.PRACTICE_ANSWER_AGREEMENT, found.target)
    form = _conflict_form(found)
    if form.validate_on_submit():
        try:
            services.declare_conflict(
                actor.person_id,
                agreement_id=agreement_id,
                relation=form.relation.data,
                supervisor_id=form.supervisor_id.data,
                words=form.words.data or "",
            )
        except Invalid as fault:
            form.show(fault)
        else:
            return _done(found, _("Thank you for saying so. Somebody else signs now."))
    return _page(found, 422, conflict=form)


@bp.post("/agreements/<int:agreement_id>/conflicts/<int:declaration_id>/end")
def end_conflict(agreement_id: int, declaration_id: int) -> ResponseReturnValue:
    """Say, as a coordinator, that a declared conflict no longer stands."""
    found = _found(agreement_id)
    said = queries.conflict(declaration_id)
    if said.person_id != found.place.person_id or not found.line.names(said.supervisor_id):
        raise NotFound
    about = Target(found.place.organisation_id, owner_id=said.person_id, supervisor_id=said.supervisor_id)
    actor = authorize(Permission.PRACTICE_APPROVE_AGREEMENT, about)
    form = ReasonForm(prefix="end")
    if form.validate_on_submit():
        try:
            services.end_conflict(actor.person_id, declaration_id=declaration_id, reason=form.reason.data)
        except Invalid as fault:
            form.show(fault)
        else:
            return _done(found, _("Noted. Hours can be signed again."))
    return _page(found, 422, end=form)


@bp.post("/agreements/<int:agreement_id>/approve")
def approve_agreement(agreement_id: int) -> ResponseReturnValue:
    """Note who approved it, and when."""
    found = _found(agreement_id)
    actor = authorize(Permission.PRACTICE_APPROVE_AGREEMENT, found.target)
    form = ApproveForm(prefix="approve")
    if form.validate_on_submit():
        try:
            services.approve_agreement(
                actor.person_id,
                agreement_id=agreement_id,
                approved_by=form.approved_by.data,
                approved_on=form.approved_on.data,
            )
        except Invalid as fault:
            form.show(fault)
        else:
            return _done(found, _("The approval is noted."))
    return _page(found, 422, approve=form)


@bp.post("/agreements/<int:agreement_id>/alternate")
def name_alternate(agreement_id: int) -> ResponseReturnValue:
    """Name who may sign when the supervisor cannot."""
    found = _found(agreement_id)
    actor = authorize(Permission.PRACTICE_ARRANGE_PLACEMENT, found.target)
    form = _alternate_form(found)
    if form.validate_on_submit():
        try:
            services.name_alternate(
                actor.person_id, agreement_id=agreement_id, alternate_id=form.alternate_id.data or 0
            )
        except Invalid as fault:
            form.show(fault)
        else:
            return _done(found, _("The alternate is named, and can sign for these days."))
    return _page(found, 422, alternate=form)


@dataclass(frozen=True)
class Found:
    """An agreement with its placement, and whom it concerns as the one asking sees it."""

    line: AgreementLine
    place: PlacementLine
    target: Target


def _found(agreement_id: int) -> Found:
    actor = current_actor()  # who is not signed in is asked to, before any id is looked at
    line = queries.agreement(agreement_id)
    place = queries.placement(line.placement_id)
    signs = actor.person_id if line.names(actor.person_id) else line.supervisor_id
    return Found(line, place, Target(place.organisation_id, owner_id=place.person_id, supervisor_id=signs))


def _done(found: Found, text: str) -> ResponseReturnValue:
    flash(text)
    return redirect(url_for("practice.agreement", agreement_id=found.line.id))


def _conflict_form(found: Found) -> ConflictForm:
    form = ConflictForm(prefix="conflict")
    ids = [id for id in (found.line.supervisor_id, found.line.alternate_id) if id is not None]
    names = people(ids)
    form.supervisor_id.choices = choices((id, names[id].chosen_name) for id in ids)
    return form


def _alternate_form(found: Found) -> AlternateForm:
    form = AlternateForm(prefix="alternate")
    taken = (found.line.supervisor_id, found.place.person_id)
    there = people_with_role(found.place.organisation_id, Role.SUPERVISOR)
    form.alternate_id.choices = choices((card.id, card.chosen_name) for card in there if card.id not in taken)
    return form


def _page(
    found: Found,
    status: int,
    *,
    accept: AcceptForm | None = None,
    conflict: ConflictForm | None = None,
    approve: ApproveForm | None = None,
    alternate: AlternateForm | None = None,
    end: ReasonForm | None = None,
) -> ResponseReturnValue:
    actor = current_actor()
    line, place = found.line, found.place
    acts = queries.agreement_acts([line.id]).get(line.id, ())
    agreed = {act.by_id: act.at for act in acts if act.kind == "accepted"}
    accept = accept or AcceptForm(formdata=None, prefix="accept")
    accept.text_version.data = AGREEMENT_TEXT.version
    page = render_template(
        "practice/agreement.html",
        line=line,
        place=place,
        agreed=agreed,
        approval=next((act for act in acts if act.kind == "approved"), None),
        state=words.agreement_state(line, place.person_id, agreed, clock.today(place.zone)),
        names=_names(found),
        me=actor.person_id,
        is_party=line.names(actor.person_id) or actor.person_id == place.person_id,
        may_arrange=can(Permission.PRACTICE_ARRANGE_PLACEMENT, found.target),
        may_approve=can(Permission.PRACTICE_APPROVE_AGREEMENT, found.target),
        declared=_declared(found, actor),
        accept=accept,
        conflict=conflict or _conflict_form(found),
        approve=approve or ApproveForm(formdata=None, prefix="approve"),
        alternate=alternate or _alternate_form(found),
        end=end or ReasonForm(formdata=None, prefix="end"),
        text=AGREEMENT_TEXT,
        conflict_text=CONFLICT_TEXT,
        words=words,
    )
    return page, status


def _declared(found: Found, actor: Actor) -> list[queries.ConflictLine]:
    """What was declared: all of it for who arranges placements, one's own words for the others."""
    sees_all = can(Permission.PRACTICE_ARRANGE_PLACEMENT, found.target)
    return [
        said
        for said in queries.conflicts_about([found.place.person_id])
        if found.line.names(said.supervisor_id) and (sees_all or said.by_id == actor.person_id)
    ]


def _names(found: Found) -> dict[int, str]:
    ids = {found.place.person_id, found.line.supervisor_id, found.line.alternate_id}
    return {id: card.chosen_name for id, card in people(id for id in ids if id is not None).items()}
