"""Supervision sessions, for trainee and supervisor alike."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms import clock
from lms.errors import Conflict, Invalid, NotFound
from lms.people.queries import people, person
from lms.people.services import confirm_identity, is_confirmed
from lms.permissions import Actor, Permission, Target, authorize, can, current_actor
from lms.practice import queries, services, words
from lms.practice.forms import MeetingSignForm, SupervisionForm, choices, new_key
from lms.practice.meetings import CURRENT_MEETING
from lms.practice.queries import SessionLine, SupervisionPair
from lms.practice.routes.blueprint import bp


@bp.get("/supervision")
def supervision() -> ResponseReturnValue:
    """One's own sessions, newest first; what waits for one's signature says so."""
    actor = authorize(Permission.PRACTICE_SEE_SUPERVISION)
    sessions = queries.sessions_with(actor.person_id)
    return render_template(
        "practice/supervision.html",
        sessions=sessions,
        names=_names(*sessions),
        me=actor.person_id,
        sees_qualifications=can(Permission.PRACTICE_SEE_QUALIFICATIONS),
        has_pair=bool(queries.pairs_of(actor.person_id)),
        words=words,
    )


@bp.get("/supervision/new")
def new_supervision() -> ResponseReturnValue:
    """The form for a session, or for the correction of one."""
    actor = authorize(Permission.PRACTICE_SEE_SUPERVISION)
    older = _corrected(actor)
    form = _form(actor, older)
    if older is None:
        form.held_on.data = clock.today(person(actor.person_id).timezone)
    if len(form.pair.choices) == 1:
        form.pair.data = [form.pair.choices[0].value]
    form.client_key.data = new_key()
    form.statement_version.data = CURRENT_MEETING.version
    return _page(form, older, 200)


@bp.post("/supervision/new")
def record_supervision() -> ResponseReturnValue:
    """Write a session down and sign it."""
    actor = authorize(Permission.PRACTICE_SEE_SUPERVISION)
    older = _corrected(actor)
    form = _form(actor, older)
    if form.validate_on_submit():
        try:
            people_there, supervisor_id = _who(actor, form.pair.data)
            _confirmed(form)
            services.record_meeting(
                actor.person_id,
                person_ids=people_there,
                supervisor_id=supervisor_id,
                meeting=_typed(form, older),
                client_key=form.client_key.data,
                method="password",
            )
        except Invalid as fault:
            form.show(fault)
        else:
            flash(_("Saved and signed by you. The other one of you signs next."))
            return redirect(url_for("practice.supervision"))
    return _page(form, older, 422)


@bp.get("/supervision/<int:session_id>")
def supervision_session(session_id: int) -> ResponseReturnValue:
    """One session with its signatures."""
    current_actor()  # who is not signed in is asked to, before any id is looked at
    line = queries.supervision_session(session_id)
    actor = authorize(Permission.PRACTICE_SEE_SESSION, _target(line))
    form = MeetingSignForm(formdata=None)
    form.statement_version.data = CURRENT_MEETING.version
    return _session_page(actor, line, form, 200)


@bp.post("/supervision/<int:session_id>/sign")
def sign_supervision(session_id: int) -> ResponseReturnValue:
    """Add one's own signature."""
    current_actor()  # who is not signed in is asked to, before any id is looked at
    line = queries.supervision_session(session_id)
    actor = authorize(Permission.PRACTICE_SIGN_SUPERVISION, _target(line))
    form = MeetingSignForm()
    if form.validate_on_submit():
        try:
            _confirmed(form)
            services.sign_supervision(actor.person_id, session_id=session_id, method="password")
        except Invalid as fault:
            form.show(fault)
        else:
            flash(_("Signed. Both of you have signed this session now."))
            return redirect(url_for("practice.supervision"))
    return _session_page(actor, line, form, 422)


def _target(line: SessionLine) -> Target:
    return Target(
        organisation_id=line.organisation_id, owner_id=line.person_id, supervisor_id=line.supervisor_id
    )


def _confirmed(form: MeetingSignForm) -> None:
    """That it is the person signed in here, and that the wording shown is the newest."""
    if form.statement_version.data != CURRENT_MEETING.version:
        raise Conflict(_("The statement has a new wording. Read it, then sign."))
    if not is_confirmed():
        confirm_identity(form.password.data or "")


def _corrected(actor: Actor) -> SessionLine | None:
    """The session that the address asks to correct: one's own, and not corrected yet."""
    asked = request.args.get("corrects", type=int)
    if asked is None:
        return None
    line = queries.supervision_session(asked)
    authorize(Permission.PRACTICE_SIGN_SUPERVISION, _target(line))
    if line.corrected_by_id is not None:
        raise Conflict(_("This session has a correction already."))
    return line


def _form(actor: Actor, older: SessionLine | None) -> SupervisionForm:
    pairs = queries.pairs_of(actor.person_id)
    form = SupervisionForm()
    if older is not None:
        pairs = (SupervisionPair(older.person_id, older.supervisor_id),)
        if request.method == "GET":
            kinds = older.topic_kinds.split()
            form = SupervisionForm(formdata=None, obj=older, data={"length": older.minutes})
            form.topic_kinds.data, form.length.data = kinds, older.minutes
    others = {
        pair: pair.supervisor_id if pair.person_id == actor.person_id else pair.person_id for pair in pairs
    }
    names = people(others.values())
    form.pair.choices = choices(
        (f"{pair.person_id}-{pair.supervisor_id}", names[other].chosen_name) for pair, other in others.items()
    )
    return form


def _who(actor: Actor, typed: list[str]) -> tuple[list[int], int]:
    """The trainees and the one supervisor that were chosen, if the actor has an agreement with each.

    Raises NotFound for anybody else, Invalid for two supervisors at once.
    """
    known = {f"{pair.person_id}-{pair.supervisor_id}": pair for pair in queries.pairs_of(actor.person_id)}
    if not set(typed) <= known.keys():
        raise NotFound
    chosen = [known[value] for value in typed]
    if len({pair.supervisor_id for pair in chosen}) != 1:
        raise Invalid("pair", _("Choose one supervisor."))
    return [pair.person_id for pair in chosen], chosen[0].supervisor_id


def _typed(form: SupervisionForm, older: SessionLine | None) -> services.Meeting:
    return services.Meeting(
        held_on=form.held_on.data,
        minutes=form.length.data or 0,
        format=form.format.data,
        mode=form.mode.data,
        topics=form.topics.data,
        topic_kinds=form.topic_kinds.data or (),
        follow_up=form.follow_up.data or "",
        is_observation=form.is_observation.data,
        group_size=form.group_size.data,
        corrects_id=older.id if older else None,
        correction_reason=form.correction_reason.data or "" if older else "",
    )


def _page(form: SupervisionForm, older: SessionLine | None, status: int) -> ResponseReturnValue:
    page = render_template(
        "practice/new_supervision.html",
        form=form,
        older=older,
        statement=CURRENT_MEETING,
        asks_password=not is_confirmed(),
        words=words,
    )
    return page, status


def _session_page(actor: Actor, line: SessionLine, form: MeetingSignForm, status: int) -> ResponseReturnValue:
    page = render_template(
        "practice/session.html",
        line=line,
        signatures=queries.signatures_under(line.id),
        names=_names(line),
        me=actor.person_id,
        form=form,
        statement=CURRENT_MEETING,
        asks_password=not is_confirmed(),
        words=words,
    )
    return page, status


def _names(*lines: SessionLine) -> dict[int, str]:
    ids = {id for line in lines for id in (line.person_id, line.supervisor_id)}
    return {id: card.chosen_name for id, card in people(ids).items()}
