"""Pages for who teaches: live sessions and who was there."""

from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms import clock
from lms.curriculum import queries, services
from lms.curriculum.catalog import catalog
from lms.curriculum.content import Mode
from lms.curriculum.forms import LiveSessionForm, attendance_form
from lms.curriculum.queries import LiveSessionCard
from lms.curriculum.routes import bp
from lms.curriculum.routes.guide import guide_of
from lms.errors import Invalid, NotFound
from lms.pages import language
from lms.people.queries import organisation, people_with_role
from lms.permissions import Actor, Permission, Role, Target, authorize, can, current_actor

TEACHING = (Role.TRAINER, Role.COORDINATOR)


def _organisations(actor: Actor) -> list[int]:
    """Where the actor may hold live sessions."""
    return sorted({place for role, place in actor.roles if role in TEACHING})


@bp.get("/live-sessions")
def live_sessions() -> ResponseReturnValue:
    """The live sessions of the signed-in person's organisations."""
    actor = authorize(Permission.CURRICULUM_SEE_LIVE_SESSIONS)
    cards = queries.live_sessions_of(frozenset(_organisations(actor)))
    return render_template(
        "curriculum/live_sessions.html",
        cards=cards,
        catalog=catalog(),
        now=clock.now(),
        may_issue=can(Permission.CERTIFICATION_SEE_CLASSES),
    )


@bp.get("/live-sessions/new")
def new_live_session() -> ResponseReturnValue:
    """The form for a new live session."""
    actor = authorize(Permission.CURRICULUM_SEE_LIVE_SESSIONS)
    return render_template("curriculum/new_live_session.html", form=_form(actor))


def _form(actor: Actor) -> LiveSessionForm:
    form = LiveSessionForm()
    places = [organisation(place) for place in _organisations(actor)]
    trainers = {one.id: one for place in places for one in people_with_role(place.id, Role.TRAINER)}
    taught = [one for one in catalog() if one.live is not None]
    form.organisation_id.choices = [(place.id, place.name) for place in places]
    form.module_id.choices = [(one.id, one.title_in(language())[0]) for one in taught]
    form.trainer_id.choices = [(one.id, one.chosen_name) for one in trainers.values()]
    form.mode.choices = [
        (Mode.LIVE_REMOTE.value, _("Live by video")),
        (Mode.IN_PERSON.value, _("In person")),
    ]
    if not form.is_submitted():
        form.minutes.data = taught[0].live.minutes if taught and taught[0].live else 60
        form.trainer_id.data = actor.person_id if actor.person_id in trainers else None
    return form


@bp.post("/live-sessions/new")
def plan_live_session() -> ResponseReturnValue:
    """Plan the live session that the form describes."""
    actor = authorize(Permission.CURRICULUM_SEE_LIVE_SESSIONS)
    form = _form(actor)
    if isinstance(form.organisation_id.data, int):
        authorize(Permission.CURRICULUM_HOLD_LIVE_SESSION, Target(form.organisation_id.data))
    if form.validate_on_submit():
        try:
            row = services.plan_live_session(
                actor.person_id,
                organisation_id=form.organisation_id.data,
                trainer_id=form.trainer_id.data,
                module_id=form.module_id.data,
                mode=form.mode.data,
                local_start=datetime.combine(form.on.data, form.at.data),
                minutes=form.minutes.data,
                venue=form.venue.data or "",
            )
        except Invalid as fault:
            form.show(fault)
        else:
            return redirect(url_for("curriculum.live_session", live_session_id=row.id))
    return render_template("curriculum/new_live_session.html", form=form), 422


def _held(live_session_id: int) -> tuple[Actor, LiveSessionCard]:
    """The live session, authorized for who may hold it. Raises NotFound for strangers."""
    current_actor()
    card = queries.live_session(live_session_id)
    if card is None:
        raise NotFound
    return authorize(Permission.CURRICULUM_HOLD_LIVE_SESSION, Target(card.organisation_id)), card


@bp.get("/live-sessions/<int:live_session_id>")
def live_session(live_session_id: int) -> ResponseReturnValue:
    """One live session: its facts, its roster and the trainer's guide."""
    actor, card = _held(live_session_id)
    return _draw(actor, card)


def _draw(actor: Actor, card: LiveSessionCard, form: object = None, status: int = 200) -> ResponseReturnValue:
    lines = queries.roster(card.id, card.organisation_id, card.module_id)
    module = catalog().module(card.module_id)
    html = render_template(
        "curriculum/live_session.html",
        card=card,
        module=module,
        **guide_of(module),
        lines=lines,
        form=form or attendance_form(lines, card.minutes, actor.person_id),
        me=actor.person_id,
        has_begun=card.starts_at <= clock.now(),
        has_attendance=any(line.minutes is not None for line in lines),
    )
    return html, status


@bp.post("/live-sessions/<int:live_session_id>/attendance")
def record_attendance(live_session_id: int) -> ResponseReturnValue:
    """Record how long each person on the roster was there."""
    actor, card = _held(live_session_id)
    lines = queries.roster(card.id, card.organisation_id, card.module_id)
    form = attendance_form(lines, card.minutes, may_not=0)
    minutes_of = {
        line.person_id: form[f"minutes-{line.person_id}"].data
        for line in lines
        if form[f"minutes-{line.person_id}"].data is not None and f"minutes-{line.person_id}" in request.form
    }
    for person_id in minutes_of:
        authorize(Permission.CURRICULUM_RECORD_ATTENDANCE, Target(card.organisation_id, owner_id=person_id))
    if not form.validate_on_submit():
        return _draw(actor, card, form, 422)
    try:
        made = services.record_attendance(
            actor.person_id, live_session_id=live_session_id, minutes_of=minutes_of
        )
    except Invalid as fault:
        form.show(fault)
        return _draw(actor, card, form, 422)
    flash(_("Attendance is recorded.") if made else _("Nothing was changed."))
    return redirect(url_for("curriculum.live_session", live_session_id=live_session_id))


@bp.post("/live-sessions/<int:live_session_id>/cancel")
def cancel_live_session(live_session_id: int) -> ResponseReturnValue:
    """Call the live session off."""
    actor, _card = _held(live_session_id)
    services.cancel_live_session(actor.person_id, live_session_id=live_session_id)
    flash(_("This session is called off."))
    return redirect(url_for("curriculum.live_session", live_session_id=live_session_id))
