"""Competency evaluations: for the supervisor who observes and scores, the coordinator, and the trainee."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from lms import clock
from lms.assessment.queries import rubric as rubric_of
from lms.assessment.queries import rubrics
from lms.assessment.rubrics import Rubric
from lms.errors import Conflict, Invalid
from lms.people.queries import person
from lms.people.services import confirm_identity, is_confirmed
from lms.permissions import Permission, Target, authorize, can, current_actor
from lms.practice import queries, services, words
from lms.practice.evaluations import CURRENT_EVALUATION, Step
from lms.practice.forms import (
    AnswerEvaluationForm,
    CommentForm,
    MeetingSignForm,
    ObserveForm,
    ScoreForm,
    choices,
    new_key,
    score_form,
)
from lms.practice.queries import EvaluationLine, PlacementLine
from lms.practice.routes.blueprint import bp


@bp.get("/placements/<int:placement_id>/evaluations/new")
def new_evaluation(placement_id: int) -> ResponseReturnValue:
    """The form for what was seen."""
    line = _placement(placement_id)
    form = _observe_form(formdata=None)
    today = clock.today(line.zone)
    form.from_on.data, form.until_on.data, form.observed_on.data = line.starts_on, today, today
    form.client_key.data, form.statement_version.data = new_key(), CURRENT_EVALUATION.version
    return _observe_page(line, form, 200)


@bp.post("/placements/<int:placement_id>/evaluations/new")
def observe(placement_id: int) -> ResponseReturnValue:
    """Begin an evaluation with what was seen."""
    line = _placement(placement_id)
    form = _observe_form()
    if form.validate_on_submit():
        try:
            _confirmed(form)
            made = services.observe(
                current_actor().person_id,
                placement_id=line.id,
                rubric_id=form.rubric_id.data or "",
                from_on=form.from_on.data,
                until_on=form.until_on.data,
                observed_on=form.observed_on.data,
                setting=form.setting.data or "",
                seen=form.seen.data or "",
                client_key=form.client_key.data,
                method="password",
            )
        except Invalid as fault:
            form.show(fault)
        else:
            flash(_("What you saw is kept. Now it can be scored."))
            return redirect(url_for("practice.evaluation", evaluation_id=made.id))
    return _observe_page(line, form, 422)


@bp.get("/evaluations/<int:evaluation_id>")
def evaluation(evaluation_id: int) -> ResponseReturnValue:
    """An evaluation with all that was said, and what can be done by the reader."""
    line = _seen(evaluation_id)
    return _page(line, 200)


@bp.post("/evaluations/<int:evaluation_id>/score")
def score(evaluation_id: int) -> ResponseReturnValue:
    """Score it by its rubric."""
    current_actor()
    line = queries.evaluation(evaluation_id)
    actor = authorize(Permission.PRACTICE_EVALUATE, _target(line))
    chosen = rubric_of(line.rubric_id)
    form = _score_form(chosen)
    if form.validate_on_submit():
        try:
            _confirmed(form)
            services.score(
                actor.person_id,
                evaluation_id=line.id,
                levels={one.id: int(form[f"level_{one.id}"].data or 0) for one in chosen.criteria},
                comments={one.id: form[f"why_{one.id}"].data or "" for one in chosen.criteria},
                words=form.words.data or "",
                method="password",
            )
        except Invalid as fault:
            form.show(fault)
        else:
            flash(_("The scores are kept. Somebody else approves them next."))
            return redirect(url_for("practice.evaluation", evaluation_id=line.id))
    return _page(line, 422, scores=form)


@bp.post("/evaluations/<int:evaluation_id>/answer")
def answer_evaluation(evaluation_id: int) -> ResponseReturnValue:
    """Approve it, or ask for a new one."""
    current_actor()
    line = queries.evaluation(evaluation_id)
    actor = authorize(Permission.PRACTICE_APPROVE_EVALUATION, _target(line))
    form = AnswerEvaluationForm()
    if form.validate_on_submit():
        try:
            _confirmed(form)
            services.answer_evaluation(
                actor.person_id,
                evaluation_id=line.id,
                is_approved=form.outcome.data == "approve",
                words=form.words.data or "",
                method="password",
            )
        except Invalid as fault:
            form.show(fault)
        else:
            flash(_("Your answer is kept."))
            return redirect(url_for("practice.evaluation", evaluation_id=line.id))
    return _page(line, 422, answer=form)


@bp.post("/evaluations/<int:evaluation_id>/comment")
def comment_on_evaluation(evaluation_id: int) -> ResponseReturnValue:
    """Add one's own words to an evaluation of oneself."""
    current_actor()
    line = queries.evaluation(evaluation_id)
    actor = authorize(Permission.PRACTICE_COMMENT_EVALUATION, _target(line))
    form = CommentForm()
    if form.validate_on_submit():
        try:
            services.comment_on_evaluation(actor.person_id, evaluation_id=line.id, words=form.words.data or "")
        except Invalid as fault:
            form.show(fault)
        else:
            flash(_("Your words are kept with theirs."))
            return redirect(url_for("practice.evaluation", evaluation_id=line.id))
    return _page(line, 422, comment=form)


def _placement(placement_id: int) -> PlacementLine:
    actor = current_actor()
    line = queries.placement(placement_id)
    signs = actor.person_id if any(one.names(actor.person_id) for one in line.agreements) else None
    target = Target(organisation_id=line.organisation_id, owner_id=line.person_id, supervisor_id=signs)
    authorize(Permission.PRACTICE_EVALUATE, target)
    return line


def _seen(evaluation_id: int) -> EvaluationLine:
    current_actor()
    line = queries.evaluation(evaluation_id)
    authorize(Permission.PRACTICE_SEE_EVALUATION, _target(line))
    return line


def _target(line: EvaluationLine) -> Target:
    """Whose evaluation it is; the reader is its supervisor when an agreement of the placement names them."""
    reader = current_actor().person_id
    named = queries.agreements_for([line.placement_id], reader).get(line.placement_id, ())
    scored = line.step(Step.SCORED)
    return Target(
        organisation_id=line.organisation_id,
        owner_id=line.person_id,
        supervisor_id=reader if named else None,
        involved=frozenset({scored.by_id} if scored else ()),
    )


def _confirmed(form: MeetingSignForm) -> None:
    """That it is the person signed in here, and that the wording shown is the newest."""
    if form.statement_version.data != CURRENT_EVALUATION.version:
        raise Conflict(_("The statement has a new wording. Read it, then sign."))
    if not is_confirmed():
        confirm_identity(form.password.data or "")


def _language() -> str:
    return str(get_locale())[:2]


def _observe_form(**options: object) -> ObserveForm:
    form = ObserveForm(**options)
    form.rubric_id.choices = choices((one.id, one.title.in_language(_language()).text) for one in rubrics())
    return form


def _score_form(chosen: Rubric, **options: object) -> ScoreForm:
    language = _language()
    return score_form(
        [
            (
                one.id,
                one.title.in_language(language).text,
                [level.in_language(language).text for level in one.levels],
            )
            for one in chosen.criteria
        ]
    )(**options)


def _observe_page(line: PlacementLine, form: ObserveForm, status: int) -> ResponseReturnValue:
    page = render_template(
        "practice/new_evaluation.html",
        line=line,
        form=form,
        trainee=person(line.person_id),
        statement=CURRENT_EVALUATION,
        is_confirmed=is_confirmed(),
    )
    return page, status


def _page(
    line: EvaluationLine,
    status: int,
    scores: ScoreForm | None = None,
    answer: AnswerEvaluationForm | None = None,
    comment: CommentForm | None = None,
) -> ResponseReturnValue:
    chosen = rubric_of(line.rubric_id)
    target, version = _target(line), CURRENT_EVALUATION.version
    if line.state == "observed" and scores is None and can(Permission.PRACTICE_EVALUATE, target):
        scores = _score_form(chosen, formdata=None, statement_version=version)
    if line.state == "scored" and answer is None and can(Permission.PRACTICE_APPROVE_EVALUATION, target):
        answer = AnswerEvaluationForm(formdata=None, statement_version=version)
    if comment is None and can(Permission.PRACTICE_COMMENT_EVALUATION, target):
        comment = CommentForm(formdata=None)
    language = _language()
    page = render_template(
        "practice/evaluation.html",
        line=line,
        title=chosen.title.in_language(language).text,
        criteria={
            one.id: (
                one.title.in_language(language).text,
                [level.in_language(language).text for level in one.levels],
            )
            for one in chosen.criteria
        },
        scores=scores,
        answer=answer,
        comment=comment,
        trainee=person(line.person_id),
        site=queries.placement(line.placement_id).site,
        statement=CURRENT_EVALUATION,
        is_confirmed=is_confirmed(),
        words=words,
    )
    return page, status
