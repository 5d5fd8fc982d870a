"""Pages of examinations: the list, the rules before a start, the attempt, the hand-in, the result."""

from __future__ import annotations

import logging
from typing import cast

from flask import Blueprint, Flask, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.assessment import queries, services
from lms.assessment.bank import bank, configure
from lms.assessment.forms import AnswerForm, ExtraTimeForm, StartForm
from lms.assessment.items import ItemKind
from lms.assessment.labels import domain_label, lesson_title
from lms.assessment.queries import Sheet
from lms.errors import Invalid, NotFound
from lms.pages import clocktime
from lms.people.queries import OrganisationCard, organisation, organisations_of, people_with_role, person
from lms.permissions import Permission, Role, Target, authorize, can

bp = Blueprint("assessment", __name__, template_folder="templates")
bp.add_app_template_global(domain_label)
bp.add_app_template_global(lesson_title)
log = logging.getLogger("lms.assessment")


def start(app: Flask) -> None:
    """Load the bank; what has a fault is left out and named in the log."""
    for fault in configure(app.config["SETTINGS"].assessments_dir):
        log.error("%s", fault)


# --- before ----------------------------------------------------------------------------------------


@bp.get("/exams")
def exams() -> ResponseReturnValue:
    """Every examination as it stands for the trainee."""
    actor = authorize(Permission.ASSESSMENT_EXAMINATIONS)
    return render_template("assessment/exams.html", cards=queries.examination_cards(actor.person_id))


@bp.get("/exams/<examination_id>")
def examination(examination_id: str) -> ResponseReturnValue:
    """The rules before a start. Opening the page starts nothing."""
    actor = authorize(Permission.ASSESSMENT_EXAMINATIONS)
    organisations = organisations_of(actor.person_id, Role.TRAINEE)
    form = _start_form(organisations)
    form.organisation_id.data = organisations[0].id
    return _draw_rules(actor.person_id, examination_id, organisations, form)


@bp.post("/exams/<examination_id>")
def start_attempt(examination_id: str) -> ResponseReturnValue:
    """Start the attempt, or go on with the one that is open."""
    actor = authorize(Permission.ASSESSMENT_EXAMINATIONS)
    organisations = organisations_of(actor.person_id, Role.TRAINEE)
    form = _start_form(organisations)
    if len(organisations) == 1:
        form.organisation_id.data = organisations[0].id
    elif not form.validate_on_submit():
        return _draw_rules(actor.person_id, examination_id, organisations, form), 422
    chosen = form.organisation_id.data
    authorize(Permission.ASSESSMENT_START, Target(organisation_id=chosen, owner_id=actor.person_id))
    attempt = services.start_attempt(
        actor.person_id, examination_id=examination_id, organisation_id=cast("int", chosen)
    )
    return redirect(url_for("assessment.attempt", attempt_id=attempt.id))


def _start_form(organisations: tuple[OrganisationCard, ...]) -> StartForm:
    form = StartForm()
    form.organisation_id.choices = [(one.id, one.name) for one in organisations]
    return form


def _draw_rules(
    person_id: int, examination_id: str, organisations: tuple[OrganisationCard, ...], form: StartForm
) -> str:
    card = queries.examination_card(person_id, examination_id)
    percents = {one.id: queries.time_percent_of(person_id, one.id) for one in organisations}
    return render_template(
        "assessment/examination.html",
        card=card,
        form=form,
        times=[
            (one.name, queries.minutes_for(card.minutes, percents[one.id]), percents[one.id])
            for one in organisations
        ],
    )


@bp.get("/rubrics")
def rubrics() -> ResponseReturnValue:
    """What work is judged by that no program can mark, for those who do it and those who score it."""
    authorize(Permission.ASSESSMENT_RUBRICS)
    return render_template("assessment/rubrics.html", rubrics=bank().rubrics.values())


@bp.get("/rubrics/<rubric_id>")
def rubric(rubric_id: str) -> ResponseReturnValue:
    """One rubric whole: what to do, what is looked at, what each level looks like, what a pass needs."""
    authorize(Permission.ASSESSMENT_RUBRICS)
    found = bank().rubrics.get(rubric_id)
    if found is None:
        raise NotFound
    return render_template("assessment/rubric.html", rubric=found)


# --- during ----------------------------------------------------------------------------------------


def _sheet(attempt_id: int) -> tuple[int, Sheet]:
    """Who answers, and the attempt; only its own trainee passes."""
    sheet = queries.sheet_of(attempt_id)
    target = Target(organisation_id=sheet.organisation_id, owner_id=sheet.person_id)
    return authorize(Permission.ASSESSMENT_ANSWER, target).person_id, sheet


def _result_instead(sheet: Sheet) -> ResponseReturnValue | None:
    """Where a page of an attempt that has ended leads."""
    if sheet.is_closed:
        return redirect(url_for("assessment.result", attempt_id=sheet.attempt_id))
    if sheet.is_over or sheet.is_paused:
        return render_template("assessment/standing.html", sheet=sheet)
    return None


@bp.get("/attempts/<int:attempt_id>")
def attempt(attempt_id: int) -> ResponseReturnValue:
    """One question at a time, by ?item=n; without it, the first one without an answer."""
    _person_id, sheet = _sheet(attempt_id)
    if (instead := _result_instead(sheet)) is not None:
        return instead
    return _draw_question(sheet, _number(sheet), AnswerForm())


@bp.post("/attempts/<int:attempt_id>")
def answer(attempt_id: int) -> ResponseReturnValue:
    """Save the answer of ?item=n, from the page's buttons or from its script."""
    person_id, sheet = _sheet(attempt_id)
    number = _number(sheet)
    form = AnswerForm()
    if not form.validate_on_submit():
        return _draw_question(sheet, number, form), 422
    question = sheet.question(number)
    chosen = frozenset() if form.go.data == "clear" else form.answer
    item_id = question.item_id
    try:
        saved = services.save_response(person_id, attempt_id=attempt_id, item_id=item_id, chosen=chosen)
    except Invalid as fault:
        form.show(fault)
        return _draw_question(sheet, number, form), 422
    if form.go.data in ("flag", "unflag"):
        services.flag_item(person_id, attempt_id=attempt_id, item_id=item_id, is_flagged=form.go.data == "flag")
    if request.accept_mimetypes.best == "application/json":
        note = {"note": _at_odds(question.kind)} if question.is_at_odds(chosen) else {}
        return jsonify(saved=clocktime(saved.saved_at), **note)
    go = form.go.data or "save"
    if go == "next" and question.is_at_odds(chosen) and chosen != question.chosen:
        go = "save"  # The page says what is at odds. Whoever leaves it so goes on with the next press.
    return redirect(_where_to(sheet, number, go))


def _at_odds(kind: ItemKind) -> str:
    if kind is ItemKind.ORDERING:
        return str(_("Two steps have the same place. This is saved. Give each step a place of its own."))
    return str(_("The same answer is best and worst. This is saved. Choose two different ones."))


def _number(sheet: Sheet) -> int:
    if "item" not in request.args:
        return sheet.next_number
    asked = request.args.get("item", type=int)
    if asked is None:
        raise NotFound
    sheet.question(asked)
    return asked


def _where_to(sheet: Sheet, number: int, go: str) -> str:
    if go == "review" or (go == "next" and number == len(sheet.questions)):
        return url_for("assessment.review", attempt_id=sheet.attempt_id)
    step = {"next": 1, "previous": -1}.get(go, 0)
    return url_for("assessment.attempt", attempt_id=sheet.attempt_id, item=max(number + step, 1))


def _draw_question(sheet: Sheet, number: int, form: AnswerForm) -> str:
    question = sheet.question(number)
    return render_template(
        "assessment/attempt.html",
        sheet=sheet,
        question=question,
        form=form,
        chosen=form.answer if request.method == "POST" else question.chosen,
        at_odds=_at_odds(question.kind) if question.is_at_odds(question.chosen) else None,
    )


@bp.get("/attempts/<int:attempt_id>/review")
def review(attempt_id: int) -> ResponseReturnValue:
    """All questions by their state in words."""
    _person_id, sheet = _sheet(attempt_id)
    if (instead := _result_instead(sheet)) is not None:
        return instead
    return render_template("assessment/review.html", sheet=sheet)


@bp.post("/attempts/<int:attempt_id>/pause")
def pause(attempt_id: int) -> ResponseReturnValue:
    """Stop the clock, where the examination allows it."""
    person_id, _sheet_of = _sheet(attempt_id)
    services.pause_attempt(person_id, attempt_id=attempt_id)
    return redirect(url_for("assessment.attempt", attempt_id=attempt_id))


@bp.post("/attempts/<int:attempt_id>/resume")
def resume(attempt_id: int) -> ResponseReturnValue:
    """Let the clock run again."""
    person_id, _sheet_of = _sheet(attempt_id)
    services.resume_attempt(person_id, attempt_id=attempt_id)
    return redirect(url_for("assessment.attempt", attempt_id=attempt_id))


# --- after -----------------------------------------------------------------------------------------


@bp.get("/attempts/<int:attempt_id>/hand-in")
def hand_in_page(attempt_id: int) -> ResponseReturnValue:
    """Ask once more before the hand-in."""
    _person_id, sheet = _sheet(attempt_id)
    if (instead := _result_instead(sheet)) is not None:
        return instead
    return render_template("assessment/hand_in.html", sheet=sheet)


@bp.post("/attempts/<int:attempt_id>/hand-in")
def hand_in(attempt_id: int) -> ResponseReturnValue:
    """End the attempt and show the result; a second time shows the same one."""
    person_id, _sheet_of = _sheet(attempt_id)
    services.hand_in(person_id, attempt_id=attempt_id)
    return redirect(url_for("assessment.result", attempt_id=attempt_id))


@bp.get("/results/<int:attempt_id>")
def result(attempt_id: int) -> ResponseReturnValue:
    """The result: strengths first, then what to study, then the next try."""
    page = queries.result_page(attempt_id)
    actor = authorize(
        Permission.ASSESSMENT_RESULT, Target(organisation_id=page.organisation_id, owner_id=page.person_id)
    )
    return render_template(
        "assessment/result.html",
        page=page,
        is_own=actor.person_id == page.person_id,
        trainee=person(page.person_id),
        organisation=organisation(page.organisation_id),
        examination=bank().examinations.get(page.examination_id),
    )


@bp.get("/results/<int:attempt_id>/answers")
def answers(attempt_id: int) -> ResponseReturnValue:
    """Each question of a module check with the right answer and why, after the hand-in."""
    page = queries.answers_page(attempt_id)
    actor = authorize(
        Permission.ASSESSMENT_RESULT, Target(organisation_id=page.organisation_id, owner_id=page.person_id)
    )
    return render_template("assessment/answers.html", page=page, is_own=actor.person_id == page.person_id)


@bp.get("/results")
def results() -> ResponseReturnValue:
    """The newest results where the person assesses or coordinates."""
    actor = authorize(Permission.ASSESSMENT_RESULTS)
    there = {where for role, where in actor.roles if role in (Role.ASSESSOR, Role.COORDINATOR)}
    return render_template(
        "assessment/results.html",
        lines=queries.latest_results(there),
        programmes=[
            organisation(where)
            for where in sorted(there)
            if can(Permission.ASSESSMENT_ALLOW_TIME, Target(organisation_id=where))
        ],
    )


# --- extra time ------------------------------------------------------------------------------------


@bp.get("/extra-time/<int:organisation_id>")
def extra_time(organisation_id: int) -> ResponseReturnValue:
    """The trainees of an organisation and the time each has."""
    authorize(Permission.ASSESSMENT_ALLOW_TIME, Target(organisation_id=organisation_id))
    return _draw_extra_time(organisation_id, ExtraTimeForm())


@bp.post("/extra-time/<int:organisation_id>")
def allow_time(organisation_id: int) -> ResponseReturnValue:
    """Set one trainee's time."""
    form = ExtraTimeForm()
    target = Target(organisation_id=organisation_id, owner_id=form.person_id.data)
    actor = authorize(Permission.ASSESSMENT_ALLOW_TIME, target)
    trainees = {one.id: one for one in people_with_role(organisation_id, Role.TRAINEE)}
    if form.person_id.data not in trainees:
        raise NotFound
    if not form.validate_on_submit():
        return _draw_extra_time(organisation_id, form), 422
    services.allow_time(
        actor.person_id,
        person_id=cast("int", form.person_id.data),
        organisation_id=organisation_id,
        time_percent=cast("int", form.time_percent.data),
    )
    flash(_("Saved. %(name)s sees this before each start.", name=trainees[form.person_id.data].chosen_name))
    return redirect(url_for("assessment.extra_time", organisation_id=organisation_id))


def _draw_extra_time(organisation_id: int, form: ExtraTimeForm) -> str:
    return render_template(
        "assessment/extra_time.html",
        form=form,
        programme=organisation(organisation_id),
        trainees=people_with_role(organisation_id, Role.TRAINEE),
        percents=queries.time_percents(organisation_id),
    )
