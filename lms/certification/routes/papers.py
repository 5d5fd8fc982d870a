"""The body's side of papers: what waits, one person's papers, exceptions, and training that is approved."""

from uuid import uuid4

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms import clock
from lms.certification import queries, services, words
from lms.certification.asked_names import approvers_asked
from lms.certification.proof_forms import (
    ApprovalForm,
    EndWaiverForm,
    ProofForm,
    ReturnForm,
    WaiverForm,
    choices,
)
from lms.certification.proof_kinds import KINDS, ProofKind
from lms.certification.proof_words import choice_label
from lms.certification.queries import ProofCard
from lms.certification.record import involved_with
from lms.certification.routes.blueprint import bp
from lms.certification.routes.proofs import form_of, kind_named
from lms.certification.schemes import schemes
from lms.curriculum.catalog import catalog
from lms.db import seeing
from lms.errors import Invalid, NotFound
from lms.people import queries as people
from lms.permissions import Permission, Role, Target, authorize, can, current_actor

BODY_ROLES = (Role.REVIEWER, Role.REGISTRAR, Role.AUDITOR)


@bp.get("/reviews/papers")
def papers() -> ResponseReturnValue:
    """Papers that nobody has looked at yet, the longest waiting first."""
    actor = authorize(Permission.CERTIFICATION_SEE_QUEUE)
    mine = frozenset(body for role, body in actor.roles if role is Role.REVIEWER)
    cards = queries.proofs_awaiting(mine)
    return render_template(
        "certification/papers.html", cards=cards, names=people.people(card.person_id for card in cards)
    )


def _body_of(person_id: int) -> int:
    """The body whose papers of the person are meant: the one asked for, else the actor's first."""
    actor = current_actor()
    known = queries.bodies_knowing(person_id)
    mine = {body for role, body in actor.roles if role in BODY_ROLES} & known
    wanted = request.args.get("body", "")
    found = [int(wanted)] if wanted.isdecimal() and int(wanted) in known else sorted(mine or known)
    if not found:
        raise NotFound
    return found[0]


def _target(person_id: int, body_id: int) -> Target:
    with seeing(person_id):
        involved = involved_with(person_id)
    return Target(owner_id=person_id, organisation_id=body_id, involved=involved)


def _checked(person_id: int, permission: Permission = Permission.CERTIFICATION_CHECK_PROOF) -> int:
    body_id = _body_of(person_id)
    authorize(permission, _target(person_id, body_id))
    return body_id


@bp.get("/reviews/people/<int:person_id>/papers")
def person_papers(person_id: int) -> ResponseReturnValue:
    """One person's papers at a body, with what can be done about each."""
    body_id = _body_of(person_id)
    authorize(Permission.CERTIFICATION_REVIEW, Target(owner_id=person_id, organisation_id=body_id))
    return _draw_person(person_id, body_id)


def _draw_person(
    person_id: int,
    body_id: int,
    *,
    sent_back: tuple[int, ReturnForm] | None = None,
    waiver: WaiverForm | None = None,
    ending: tuple[int, EndWaiverForm] | None = None,
) -> str:
    waivers = queries.waivers_of(person_id, body_id)
    cards = queries.proofs_of(person_id, body_id)
    involved = {card.by_id for card in waivers} | {act.by_id for card in cards for act in card.acts}
    names = people.people({person_id, *involved})
    form = waiver or WaiverForm(formdata=None, request_key=uuid4().hex)
    form.requirement.choices = choices([("", _("Choose one")), *_requirements(body_id).items()])
    return render_template(
        "certification/person_papers.html",
        person=names[person_id],
        body=people.organisation(body_id),
        cards=list(reversed(cards)),
        waivers=waivers,
        names=names,
        requirements=_requirements(body_id),
        kinds=list(KINDS.values()),
        may_check=can(Permission.CERTIFICATION_CHECK_PROOF, _target(person_id, body_id)),
        returned=sent_back[1] if sent_back else None,
        returned_id=sent_back[0] if sent_back else None,
        waiver=form,
        ending=ending[1] if ending else None,
        ending_id=ending[0] if ending else None,
        new_key=lambda: uuid4().hex,
    )


def _requirements(body_id: int) -> dict[str, str]:
    """Each requirement of each of the body's certifications, as (what a form sends, what it is called)."""
    body = people.organisation(body_id)
    return {
        f"{scheme.id}/{asked.id}": f"{words.text_in(scheme.title)}: {words.text_in(asked.title)}"
        for scheme in schemes().in_force(clock.today(body.timezone))
        if scheme.issuer == body.slug
        for asked in scheme.walk()
    }


def _back(person_id: int, body_id: int) -> ResponseReturnValue:
    return redirect(url_for("certification.person_papers", person_id=person_id, body=body_id))


def _proof_to_check(proof_id: int) -> ProofCard:
    current_actor()
    card = queries.proof(proof_id)
    authorize(Permission.CERTIFICATION_CHECK_PROOF, _target(card.person_id, card.organisation_id))
    return card


@bp.post("/proofs/<int:proof_id>/verify")
def verify_proof(proof_id: int) -> ResponseReturnValue:
    """Say that a paper is right."""
    card = _proof_to_check(proof_id)
    services.verify_proof(current_actor().person_id, proof_id=card.id)
    flash(_("Checked. It counts from now on."))
    return _back(card.person_id, card.organisation_id)


@bp.post("/proofs/<int:proof_id>/return")
def return_proof(proof_id: int) -> ResponseReturnValue:
    """Send a paper back with a reason."""
    card = _proof_to_check(proof_id)
    form = ReturnForm()
    if form.validate_on_submit():
        try:
            services.return_proof(current_actor().person_id, proof_id=card.id, reason=form.reason.data)
        except Invalid as fault:
            form.show(fault)
        else:
            flash(_("Sent back. The person reads your reason."))
            return _back(card.person_id, card.organisation_id)
    return _draw_person(card.person_id, card.organisation_id, sent_back=(card.id, form)), 422


@bp.get("/reviews/people/<int:person_id>/papers/new/<proof_kind>")
def new_entry(person_id: int, proof_kind: str) -> ResponseReturnValue:
    """The form for what the body itself has seen."""
    body_id = _checked(person_id)
    asked = kind_named(proof_kind)
    form = form_of(asked, people.organisation(body_id))(formdata=None, request_key=uuid4().hex, body=body_id)
    return _draw_entry(person_id, asked, form)


def _draw_entry(person_id: int, kind: ProofKind, form: ProofForm) -> str:
    return render_template(
        "certification/new_proof.html", kind=kind, form=form, bodies=(), person=people.person(person_id)
    )


@bp.post("/reviews/people/<int:person_id>/papers/new/<proof_kind>")
def enter_proof(person_id: int, proof_kind: str) -> ResponseReturnValue:
    """Enter what the body itself has seen: it counts at once."""
    body_id = _checked(person_id)
    asked = kind_named(proof_kind)
    form = form_of(asked, people.organisation(body_id))()
    if form.validate_on_submit():
        try:
            services.enter_proof(
                current_actor().person_id,
                person_id=person_id,
                body_id=body_id,
                kind=asked.id,
                on=form.on.data,
                until_on=form.until_on.data if form.until_on else None,
                told=form.told(asked),
                request_key=form.request_key.data,
                file=form.sent_file,
            )
        except Invalid as fault:
            form.show_value(fault.field, fault.message)
        else:
            flash(_("It is kept and counts from now on."))
            return _back(person_id, body_id)
    return _draw_entry(person_id, asked, form), 422


# --- exceptions -----------------------------------------------------------------------------------


@bp.post("/reviews/people/<int:person_id>/waivers")
def waive(person_id: int) -> ResponseReturnValue:
    """Make an exception from one requirement."""
    body_id = _checked(person_id, Permission.CERTIFICATION_WAIVE)
    form = WaiverForm()
    form.requirement.choices = choices([("", _("Choose one")), *_requirements(body_id).items()])
    if form.validate_on_submit():
        scheme_id, _slash, requirement_id = form.requirement.data.partition("/")
        try:
            services.waive(
                current_actor().person_id,
                person_id=person_id,
                body_id=body_id,
                scheme_id=scheme_id,
                requirement_id=requirement_id,
                reason=form.reason.data,
                until_on=form.until_on.data,
                request_key=form.request_key.data,
            )
        except Invalid as fault:
            form.show(fault)
        else:
            flash(_("The exception is kept. The person sees that it is waived, not why."))
            return _back(person_id, body_id)
    return _draw_person(person_id, body_id, waiver=form), 422


@bp.post("/waivers/<int:waiver_id>/end")
def end_waiver(waiver_id: int) -> ResponseReturnValue:
    """Take an exception back."""
    current_actor()
    person_id, card = queries.waiver(waiver_id)
    actor = authorize(Permission.CERTIFICATION_WAIVE, _target(person_id, card.organisation_id))
    form = EndWaiverForm()
    if form.validate_on_submit():
        try:
            services.end_waiver(
                actor.person_id, waiver_id=card.id, reason=form.reason.data, request_key=form.request_key.data
            )
        except Invalid as fault:
            form.show(fault)
        else:
            flash(_("The exception has ended."))
            return _back(person_id, card.organisation_id)
    return _draw_person(person_id, card.organisation_id, ending=(card.id, form)), 422


# --- training that is approved --------------------------------------------------------------------


@bp.get("/bodies/<int:organisation_id>/approvals")
def approvals(organisation_id: int) -> ResponseReturnValue:
    """The training that a body has approved, and the form for more."""
    _approves(organisation_id)
    return _draw_approvals(organisation_id, ApprovalForm(formdata=None, request_key=uuid4().hex))


def _approves(organisation_id: int) -> int:
    actor = authorize(Permission.CERTIFICATION_APPROVE_TRAINING, Target(organisation_id=organisation_id))
    if not people.organisation(organisation_id).is_certifying_body:
        raise NotFound
    return actor.person_id


def _offer(form: ApprovalForm) -> ApprovalForm:
    """What can be chosen: the providers here, and the names that schemes use."""
    by, courses = approvers_asked(schemes().in_force(clock.today("UTC")))
    providers = (one for one in people.organisations() if one.is_training_provider)
    modules = ((one.id, one.title.get("en", one.id)) for one in catalog())
    form.provider_id.choices = choices((one.id, one.name) for one in providers)
    form.by_name.choices = choices((name, choice_label(name)) for name in (*by, "body"))
    form.module_id.choices = choices([("", _("All modules")), *modules])
    form.course.choices = choices(
        [("", _("No course name")), *((name, choice_label(name)) for name in courses)]
    )
    return form


def _draw_approvals(organisation_id: int, form: ApprovalForm) -> str:
    return render_template(
        "certification/approvals.html",
        body=people.organisation(organisation_id),
        cards=queries.approvals_by(organisation_id),
        providers={one.id: one for one in people.organisations()},
        form=_offer(form),
        choice_label=choice_label,
        new_key=lambda: uuid4().hex,
    )


@bp.post("/bodies/<int:organisation_id>/approvals")
def approve_training(organisation_id: int) -> ResponseReturnValue:
    """Say that a provider's training counts."""
    actor_id = _approves(organisation_id)
    form = _offer(ApprovalForm())
    if form.validate_on_submit():
        try:
            services.approve_training(
                actor_id,
                body_id=organisation_id,
                provider_id=form.provider_id.data,
                by_name=form.by_name.data,
                module_id=form.module_id.data,
                course=form.course.data,
                on=form.on.data,
                until_on=form.until_on.data,
                request_key=form.request_key.data,
            )
        except Invalid as fault:
            form.show(fault)
        else:
            flash(_("The approval is kept."))
            return redirect(url_for("certification.approvals", organisation_id=organisation_id))
    return _draw_approvals(organisation_id, form), 422


@bp.post("/approvals/<int:approval_id>/end")
def end_approval(approval_id: int) -> ResponseReturnValue:
    """End an approval from today on."""
    current_actor()
    card = queries.approval(approval_id)
    actor_id = _approves(card.organisation_id)
    services.end_approval(actor_id, approval_id=card.id, request_key=uuid4().hex)
    flash(_("The approval has ended. What was trained before keeps counting."))
    return redirect(url_for("certification.approvals", organisation_id=card.organisation_id))
