"""The reviewers' queue and one review."""

from uuid import uuid4

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.certification import queries, services, words
from lms.certification.forms import DecisionForm, NoteForm
from lms.certification.models import Decision, Outcome
from lms.certification.queries import ApplicationCard
from lms.certification.routes.applications import card_of
from lms.certification.routes.blueprint import bp
from lms.errors import Invalid
from lms.permissions import Permission, Role, Target, authorize, can, current_actor


@bp.get("/reviews")
def reviews() -> ResponseReturnValue:
    """Applications that wait, the oldest first."""
    actor = authorize(Permission.CERTIFICATION_SEE_QUEUE)
    bodies = frozenset(body for role, body in actor.roles if role in (Role.REVIEWER, Role.REGISTRAR))
    return render_template(
        "certification/reviews.html",
        lines=queries.queue_of(bodies),
        appeals=queries.appeals_waiting(bodies),
    )


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


def _target(card: ApplicationCard, involved: frozenset[int], *, is_disagreed: bool) -> Target:
    return Target(
        owner_id=card.person_id,
        organisation_id=card.organisation_id,
        involved=involved,
        facts=frozenset({"reviewers_disagree"} if is_disagreed else ()),
    )


def _may_speak(card: ApplicationCard) -> Target:
    return _target(card, queries.involved_in(card), is_disagreed=queries.is_disagreed(card.id))


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
        may_decide=can(
            Permission.CERTIFICATION_DECIDE,
            _target(card, found.involved, is_disagreed=found.way.is_disagreed),
        ),
        has_spoken=any(word.by_id == current_actor().person_id for word in found.way.now),
    )


@bp.post("/reviews/<int:application_id>/decision")
def decide(application_id: int) -> ResponseReturnValue:
    """Grant, send back or refuse."""
    card = card_of(application_id)
    actor = authorize(Permission.CERTIFICATION_DECIDE, _may_speak(card))
    form = DecisionForm()
    if form.validate_on_submit():
        try:
            said = services.review(
                actor.person_id,
                application_id=card.id,
                outcome=Outcome(form.outcome.data),
                reason=form.reason.data or "",
                request_key=form.request_key.data,
            )
        except Invalid as fault:
            form.show(fault)
        else:
            flash(words.kept_word(said.outcome, is_final=isinstance(said, Decision)))
            return redirect(url_for("certification.review", application_id=card.id))
    return _draw_review(card, form), 422


@bp.post("/reviews/<int:application_id>/notes")
def add_note(application_id: int) -> ResponseReturnValue:
    """Leave a note for the other reviewers."""
    card = card_of(application_id)
    actor = authorize(Permission.CERTIFICATION_DECIDE, _may_speak(card))
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
