"""Appeals: made by the applicant, answered by somebody who did not decide the first time."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.certification import queries, services
from lms.certification.forms import AppealAnswerForm, AppealForm
from lms.certification.queries import AppealCard, ApplicationCard
from lms.certification.routes.applications import card_of, draw_application
from lms.certification.routes.blueprint import bp
from lms.errors import Invalid
from lms.people import queries as people
from lms.permissions import Permission, Target, authorize, can, current_actor


@bp.post("/applications/<int:application_id>/appeal")
def appeal_decision(application_id: int) -> ResponseReturnValue:
    """Ask that somebody else looks at a refusal."""
    card = card_of(application_id)
    authorize(
        Permission.CERTIFICATION_APPEAL,
        Target(owner_id=card.person_id, organisation_id=card.organisation_id),
    )
    form = AppealForm()
    if form.validate_on_submit():
        try:
            services.appeal(card.person_id, application_id=card.id, reason=form.reason.data or "")
        except Invalid as fault:
            form.show(fault)
        else:
            flash(_("Your appeal is sent. A person who did not decide the first time answers it."))
            return redirect(url_for("certification.application", application_id=card.id))
    return draw_application(card, appeal_form=form), 422


@bp.get("/appeals/<int:appeal_id>")
def appeal(appeal_id: int) -> ResponseReturnValue:
    """One appeal with the decision it is about."""
    found, card = _asked(appeal_id)
    authorize(
        Permission.CERTIFICATION_REVIEW,
        Target(owner_id=card.person_id, organisation_id=card.organisation_id),
    )
    return _draw_appeal(found, card)


def _asked(appeal_id: int) -> tuple[AppealCard, ApplicationCard]:
    current_actor()
    found = queries.appeal(appeal_id)
    return found, queries.application(found.application_id)


def _target(card: ApplicationCard) -> Target:
    return Target(
        owner_id=card.person_id,
        organisation_id=card.organisation_id,
        involved=queries.involved_in_appeal(card),
    )


def _draw_appeal(found: AppealCard, card: ApplicationCard, form: AppealAnswerForm | None = None) -> str:
    decider = card.last.by_id if card.last else None
    return render_template(
        "certification/appeal.html",
        appeal=found,
        application=card,
        names=people.people(one for one in (card.person_id, decider, found.answered_by_id) if one is not None),
        form=form or AppealAnswerForm(formdata=None),
        may_answer=can(Permission.CERTIFICATION_ANSWER_APPEAL, _target(card)),
    )


@bp.post("/appeals/<int:appeal_id>/answer")
def answer_appeal(appeal_id: int) -> ResponseReturnValue:
    """Uphold an appeal, or let the decision stand."""
    found, card = _asked(appeal_id)
    actor = authorize(Permission.CERTIFICATION_ANSWER_APPEAL, _target(card))
    form = AppealAnswerForm()
    if form.validate_on_submit():
        try:
            services.answer_appeal(
                actor.person_id,
                appeal_id=found.id,
                outcome=services.Answer(form.outcome.data),
                reason=form.reason.data or "",
            )
        except Invalid as fault:
            form.show(fault)
        else:
            flash(_("Your answer is kept. The applicant gets a mail."))
            return redirect(url_for("certification.appeal", appeal_id=found.id))
    return _draw_appeal(found, card, form), 422
