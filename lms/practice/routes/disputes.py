"""Disputes: say that one disagrees, answer, ask the coordinator, decide; one timeline for all of them."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.errors import Invalid, NotFound
from lms.people.queries import organisations_of, people
from lms.people.roles import Role
from lms.permissions import Permission, Target, authorize, can, current_actor
from lms.practice import queries, services, words
from lms.practice.forms import OutcomeForm, WordsForm
from lms.practice.queries import DisputeLine, EntryLine
from lms.practice.routes.blueprint import bp


@bp.get("/disputes")
def disputes() -> ResponseReturnValue:
    """Those at the organisations that one coordinates."""
    actor = authorize(Permission.PRACTICE_SEE_DISPUTES)
    managed = [organisation.id for organisation in organisations_of(actor.person_id, Role.COORDINATOR)]
    found = queries.disputes_at(managed)
    names = people({id for line in found for id in (line.person_id, line.supervisor_id)})
    return render_template("practice/disputes.html", disputes=found, names=names, words=words)


@bp.get("/hours/<int:entry_id>/dispute")
def dispute(entry_id: int) -> ResponseReturnValue:
    """The timeline, and what can be done next."""
    line = _entry(entry_id)
    authorize(Permission.PRACTICE_SEE_ENTRY, _target(line))
    if queries.dispute_about(entry_id) is None and queries.disputable_act(entry_id) is None:
        raise NotFound
    return _page(line, WordsForm(formdata=None), OutcomeForm(formdata=None), 200)


@bp.post("/hours/<int:entry_id>/dispute")
def open_dispute(entry_id: int) -> ResponseReturnValue:
    """Disagree with what the supervisor did."""
    line = _entry(entry_id)
    actor = authorize(Permission.PRACTICE_CHANGE_ENTRY, _target(line))
    form = WordsForm()
    if form.validate_on_submit():
        try:
            services.open_dispute(actor.person_id, entry_id=entry_id, words=form.words.data or "")
        except Invalid as fault:
            form.show(fault)
        else:
            return _back(entry_id)
    return _page(line, form, OutcomeForm(formdata=None), 422)


@bp.post("/hours/<int:entry_id>/dispute/answer")
def answer_dispute(entry_id: int) -> ResponseReturnValue:
    """Add to the timeline."""
    line = _entry(entry_id)
    actor = authorize(Permission.PRACTICE_ANSWER_DISPUTE, _target(line))
    form = WordsForm()
    if form.validate_on_submit():
        try:
            services.answer_dispute(
                actor.person_id, dispute_id=_about(entry_id).id, words=form.words.data or ""
            )
        except Invalid as fault:
            form.show(fault)
        else:
            return _back(entry_id)
    return _page(line, form, OutcomeForm(formdata=None), 422)


@bp.post("/hours/<int:entry_id>/dispute/escalate")
def escalate_dispute(entry_id: int) -> ResponseReturnValue:
    """Ask the coordinator to decide."""
    actor = authorize(Permission.PRACTICE_ANSWER_DISPUTE, _target(_entry(entry_id)))
    services.escalate_dispute(actor.person_id, dispute_id=_about(entry_id).id)
    return _back(entry_id)


@bp.post("/hours/<int:entry_id>/dispute/settle")
def settle_dispute(entry_id: int) -> ResponseReturnValue:
    """End it."""
    actor = authorize(Permission.PRACTICE_CHANGE_ENTRY, _target(_entry(entry_id)))
    services.settle_dispute(actor.person_id, dispute_id=_about(entry_id).id)
    return _back(entry_id)


@bp.post("/hours/<int:entry_id>/dispute/decide")
def decide_dispute(entry_id: int) -> ResponseReturnValue:
    """Decide, with a reason."""
    line = _entry(entry_id)
    actor = authorize(Permission.PRACTICE_DECIDE_DISPUTE, _target(line))
    form = OutcomeForm()
    if form.validate_on_submit():
        try:
            services.decide_dispute(
                actor.person_id,
                dispute_id=_about(entry_id).id,
                outcome=form.outcome.data,
                reason=form.words.data or "",
            )
        except Invalid as fault:
            form.show(fault)
        else:
            return _back(entry_id)
    return _page(line, WordsForm(formdata=None), form, 422)


def _entry(entry_id: int) -> EntryLine:
    current_actor()  # who is not signed in is asked to, before any id is looked at
    return queries.entry(entry_id)


def _target(line: EntryLine) -> Target:
    return Target(
        organisation_id=line.organisation_id, owner_id=line.person_id, supervisor_id=line.supervisor_id
    )


def _about(entry_id: int) -> DisputeLine:
    found = queries.dispute_about(entry_id)
    if found is None:
        raise NotFound
    return found


def _back(entry_id: int) -> ResponseReturnValue:
    return redirect(url_for("practice.dispute", entry_id=entry_id))


def _page(line: EntryLine, form: WordsForm, decision: OutcomeForm, status: int) -> ResponseReturnValue:
    found = queries.dispute_about(line.id)
    may_open = queries.disputable_act(line.id) is not None and (found is None or found.is_closed)
    spoke = {step.by_id for step in found.steps if step.by_id} if found else set()
    names = people({line.person_id, line.supervisor_id, *spoke})
    page = render_template(
        "practice/dispute.html",
        line=line,
        dispute=found,
        form=form,
        decision=decision,
        names={person_id: card.chosen_name for person_id, card in names.items()},
        may_open=may_open and can(Permission.PRACTICE_CHANGE_ENTRY, _target(line)),
        may_answer=can(Permission.PRACTICE_ANSWER_DISPUTE, _target(line)),
        may_settle=can(Permission.PRACTICE_CHANGE_ENTRY, _target(line)),
        may_decide=can(Permission.PRACTICE_DECIDE_DISPUTE, _target(line)),
        words=words,
    )
    return page, status
