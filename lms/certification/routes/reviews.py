"""The reviewers' queue and one review."""

from uuid import uuid4

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.certification import queries, services, words
from lms.certification.forms import DecisionForm, NoteForm
from lms.certification.models import Outcome
from lms.certification.queries import ApplicationCard
from lms.certification.routes.applications import card_of
from lms.certification.routes.blueprint import bp
from lms.errors import Invalid
from lms.permissions import Permission, Role, Target, authorize, can, current_actor


@bp.get("/reviews")
def reviews() -> ResponseReturnValue:
    """Applications that wait, the oldest first."""
    actor = authorize(Permission.CERTIFICATION_SEE_QUEUE)
    bodies = frozenset(body for role, body in actor.roles if role is Role.REVIEWER)
    return render_template("certification/reviews.html", lines=queries.queue_of(bodies))


@bp.get("/reviews/<int:application_id>")
def review(application_id: int) -> ResponseReturnValue:
    """One application with the evidence beside each requirement."""
    return _draw_review(_reviewed(application_id))


def _reviewed(application_id: int) -> ApplicationCard:
    card = card_of(application_id)
    authorize(
        Permission.CERTIFICATION_REVIEW,
        Target(owner_id=card.person_id, organisation_id=card.organisation_id),
    )
    return card


def _target(card: ApplicationCard, involved: frozenset[int]) -> Target:
    return Target(owner_id=card.person_id, organisation_id=card.organisation_id, involved=involved)


def _draw_review(
    card: ApplicationCard, form: DecisionForm | None = None, note_form: NoteForm | None = None
) -> str:
    found = queries.review_of(card)
    return render_template(
        "certification/review.html",
        review=found,
        lines=words.evidence_lines(found.record, found.names),
        papers=queries.proofs_of(card.person_id, card.organisation_id),
        form=form or DecisionForm(formdata=None, request_key=uuid4().hex),
        note_form=note_form or NoteForm(formdata=None),
        is_involved=current_actor().person_id in found.involved,
        may_decide=can(Permission.CERTIFICATION_DECIDE, _target(card, found.involved)),
    )


@bp.post("/reviews/<int:application_id>/decision")
def decide(application_id: int) -> ResponseReturnValue:
    """Grant, send back or refuse."""
    card = card_of(application_id)
    actor = authorize(Permission.CERTIFICATION_DECIDE, _target(card, queries.involved_in(card)))
    form = DecisionForm()
    if form.validate_on_submit():
        try:
            decision = services.decide(
                actor.person_id,
                application_id=card.id,
                outcome=Outcome(form.outcome.data),
                reason=form.reason.data or "",
                request_key=form.request_key.data,
            )
        except Invalid as fault:
            form.show(fault)
        else:
            flash(_("Your decision is kept: %(outcome)s.", outcome=words.outcome_word(decision.outcome)))
            return redirect(url_for("certification.review", application_id=card.id))
    return _draw_review(card, form), 422


@bp.post("/reviews/<int:application_id>/notes")
def add_note(application_id: int) -> ResponseReturnValue:
    """Leave a note for the other reviewers."""
    card = card_of(application_id)
    actor = authorize(Permission.CERTIFICATION_DECIDE, _target(card, queries.involved_in(card)))
    form = NoteForm()
    if form.validate_on_submit():
        try:
            services.note(actor.person_id, application_id=card.id, text=form.text.data)
        except Invalid as fault:
            form.show(fault)
        else:
            flash(_("Your note is kept."))
            return redirect(url_for("certification.review", application_id=card.id))
    return _draw_review(card, note_form=form), 422
