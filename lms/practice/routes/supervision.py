"""Supervision sessions, for trainee and supervisor alike."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms import clock
from lms.errors import Invalid, NotFound
from lms.people.queries import people, person
from lms.permissions import Actor, Permission, Target, authorize, current_actor
from lms.practice import queries, services, words
from lms.practice.forms import SupervisionForm, choices, new_key
from lms.practice.queries import SupervisionPair
from lms.practice.routes.blueprint import bp


@bp.get("/supervision")
def supervision() -> ResponseReturnValue:
    """One's own sessions, newest first; what waits for one's signature says so."""
    actor = authorize(Permission.PRACTICE_SEE_SUPERVISION)
    sessions = queries.sessions_with(actor.person_id)
    names = people({id for line in sessions for id in (line.person_id, line.supervisor_id)})
    return render_template(
        "practice/supervision.html",
        sessions=sessions,
        names={person_id: card.chosen_name for person_id, card in names.items()},
        me=actor.person_id,
        has_pair=bool(queries.pairs_of(actor.person_id)),
        words=words,
    )


@bp.get("/supervision/new")
def new_supervision() -> ResponseReturnValue:
    """The form for a session."""
    actor = authorize(Permission.PRACTICE_SEE_SUPERVISION)
    form = _form(actor)
    form.held_on.data = clock.today(person(actor.person_id).timezone)
    form.client_key.data = new_key()
    return _page(form, 200)


@bp.post("/supervision/new")
def record_supervision() -> ResponseReturnValue:
    """Write a session down and sign it."""
    actor = authorize(Permission.PRACTICE_SEE_SUPERVISION)
    form = _form(actor)
    if form.validate_on_submit():
        pair = _pair(actor, form.pair.data)
        try:
            services.record_supervision(
                actor.person_id,
                person_id=pair.person_id,
                supervisor_id=pair.supervisor_id,
                held_on=form.held_on.data,
                minutes=form.length.data or 0,
                format=form.format.data,
                mode=form.mode.data,
                topics=form.topics.data,
                client_key=form.client_key.data,
            )
        except Invalid as fault:
            form.show(fault)
        else:
            flash(_("Saved and signed by you. The other one of you signs next."))
            return redirect(url_for("practice.supervision"))
    return _page(form, 422)


@bp.post("/supervision/<int:session_id>/sign")
def sign_supervision(session_id: int) -> ResponseReturnValue:
    """Add one's own signature."""
    current_actor()  # who is not signed in is asked to, before any id is looked at
    line = queries.supervision_session(session_id)
    target = Target(
        organisation_id=line.organisation_id, owner_id=line.person_id, supervisor_id=line.supervisor_id
    )
    actor = authorize(Permission.PRACTICE_SIGN_SUPERVISION, target)
    services.sign_supervision(actor.person_id, session_id=session_id)
    flash(_("Signed. Both of you have signed this session now."))
    return redirect(url_for("practice.supervision"))


def _form(actor: Actor) -> SupervisionForm:
    form = SupervisionForm()
    pairs = queries.pairs_of(actor.person_id)
    others = {
        pair: pair.supervisor_id if pair.person_id == actor.person_id else pair.person_id for pair in pairs
    }
    names = people(others.values())
    form.pair.choices = choices(
        (f"{pair.person_id}-{pair.supervisor_id}", names[other].chosen_name) for pair, other in others.items()
    )
    return form


def _pair(actor: Actor, typed: str) -> SupervisionPair:
    """The trainee and supervisor that were chosen, if the actor has an agreement with the other."""
    person_id, supervisor_id = (int(part) for part in typed.split("-"))
    pair = SupervisionPair(person_id, supervisor_id)
    if pair not in queries.pairs_of(actor.person_id):
        raise NotFound
    return pair


def _page(form: SupervisionForm, status: int) -> ResponseReturnValue:
    return render_template("practice/new_supervision.html", form=form), status
