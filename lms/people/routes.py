"""Pages of people: welcome, help, account, joining, statements. Signing in itself is Flask-Security's."""

from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import login_user

from lms.db import session
from lms.errors import Invalid, NotFound
from lms.limits import limiter
from lms.pages import language
from lms.people import admin, factors, gates, queries, rules, services, sessions, texts, throttle
from lms.people.forms import AttestForm, ConfirmForm, JoinForm, ProfileForm, StepForm, zone_choices
from lms.people.models import Person
from lms.people.words import device_words, role_word
from lms.permissions import Permission, Target, authorize, public

bp = Blueprint("people", __name__, template_folder="templates")


def start(app: Any) -> None:
    """Set the gates and give templates the words for roles and devices."""
    app.gates += [gates.keep_language, gates.keep_session, gates.skip_rescue, gates.ask_for_second_factor]
    app.jinja_env.globals.update(role_word=role_word, device_words=device_words)


def next_address(otherwise: str) -> str:
    """Where to go on to: ?next= when it stays on this site."""
    asked = request.args.get("next")
    return asked if asked and rules.is_own_address(asked) else otherwise


def _own() -> int:
    """Decide that the person signed in acts on their own account; answers their id."""
    owner_id = g.actor.person_id if g.actor else None
    return authorize(Permission.PEOPLE_OWN_ACCOUNT, Target(owner_id=owner_id)).person_id


@bp.get("/")
@public
def welcome() -> ResponseReturnValue:
    """The first page, for who is not signed in."""
    if g.actor is not None:
        return redirect("/home")
    return render_template("people/welcome.html")


@bp.get("/help")
@public
def help_page() -> ResponseReturnValue:
    """Where to find a person who helps."""
    return render_template("people/help_page.html")


# --- the own account ----------------------------------------------------------------------------------


def _account_page(form: ProfileForm, code: int = 200) -> ResponseReturnValue:
    person_id = g.actor.person_id
    page = render_template(
        "people/account.html",
        form=form,
        person=queries.person(person_id),
        factors=queries.factors_of(person_id),
        grants=queries.grants_of([person_id]),
        is_required=rules.needs_second_factor(role for role, _where in g.actor.roles),
        open_sessions=queries.sessions_of(person_id),
        here=sessions.signed_in(),
    )
    return page, code


@bp.route("/account", methods=["GET", "POST"])
def account() -> ResponseReturnValue:
    """The signed-in person's own account."""
    person = queries.person(_own())
    form = ProfileForm(obj=person)
    form.timezone.choices = zone_choices(person.timezone)
    if form.validate_on_submit():
        try:
            services.change_profile(
                person.id,
                chosen_name=form.chosen_name.data,
                timezone=form.timezone.data,
                language=form.language.data,
            )
        except Invalid as fault:
            form.show(fault)
        else:
            flash(_("Saved."), "success")
            return redirect(url_for(".account"))
    return _account_page(form, 422 if form.faults else 200)


@bp.post("/account/sessions/<int:session_id>/end")
def end_session(session_id: int) -> ResponseReturnValue:
    """End one sign-in, at once."""
    services.end_session(_own(), session_id=session_id)
    flash(_("That device is signed out."), "success")
    return redirect(url_for(".account") + "#devices")


@bp.post("/account/sessions/end-others")
def end_other_sessions() -> ResponseReturnValue:
    """End every sign-in but this one."""
    services.end_other_sessions(_own())
    flash(_("All your other devices are signed out."), "success")
    return redirect(url_for(".account") + "#devices")


@bp.route("/account/second-step", methods=["GET", "POST"])
@limiter.limit("60 per minute", methods=["POST"])
def second_step() -> ResponseReturnValue:
    """Show the second factor in a session that began without it."""
    person = session().get_one(Person, _own())
    form = StepForm()
    if form.validate_on_submit():
        if throttle.is_closed(person.email):
            form.show(Invalid("code", _("Too many tries from here. Wait 15 minutes.")))
        elif person.tf_totp_secret and current_app.extensions["lms_security"].totp_factory.verify_totp(
            form.code.data, person.tf_totp_secret, person, window=30
        ):
            factors.proved(person)
            return redirect(next_address("/home"))
        else:
            throttle.note_failure(person.email)
            form.show(Invalid("code", _("That code does not fit. Wait for the next one and type it.")))
    return render_template("people/second_step.html", form=form), 422 if form.faults else 200


# --- joining by invitation ----------------------------------------------------------------------------


def _gone() -> ResponseReturnValue:
    return render_template("people/join_gone.html"), 404


@bp.route("/join/<token>", methods=["GET", "POST"])
@public
@limiter.limit("30 per minute", methods=["POST"])
def join(token: str) -> ResponseReturnValue:
    """Make an account by an invitation, or find the way to accept it with the account one has."""
    try:
        invitation = queries.invitation_by_token(token)
    except NotFound:
        return _gone()
    if invitation.is_known or g.actor is not None:
        mine = g.actor is not None and queries.person(g.actor.person_id).email == invitation.email
        page = render_template(
            "people/join_known.html", invitation=invitation, mine=mine, form=ConfirmForm(), token=token
        )
        return page, 200 if request.method == "GET" else 409
    form = JoinForm(language=language())
    if form.validate_on_submit():
        try:
            person = services.join(
                token=token,
                chosen_name=form.chosen_name.data,
                legal_name=form.legal_name.data,
                timezone=form.timezone.data,
                language=form.language.data,
                password=form.password.data,
            )
        except Invalid as fault:
            form.show(fault)
        else:
            login_user(person, authn_via=["password"])
            return redirect("/home")
    return render_template("people/join.html", form=form, invitation=invitation), 422 if form.faults else 200


@bp.post("/join/<token>/accept")
def accept(token: str) -> ResponseReturnValue:
    """Take up an invitation with the account one is signed in to."""
    person_id = _own()
    try:
        services.accept_invitation(person_id, token=token)
    except NotFound:
        return _gone()
    flash(_("Welcome. Your new role is ready."), "success")
    return redirect("/home")


# --- statements ---------------------------------------------------------------------------------------


@bp.route("/attest/<text_id>", methods=["GET", "POST"])
def attest(text_id: str) -> ResponseReturnValue:
    """Read a statement, see who sees it, and agree to it."""
    owner_id = g.actor.person_id if g.actor else None
    actor = authorize(Permission.PEOPLE_ATTEST, Target(owner_id=owner_id))
    version = texts.newest(text_id)
    if version is None:
        raise NotFound
    form = AttestForm()
    if form.validate_on_submit():
        services.attest(actor.person_id, text_id=text_id, text_version=version)
        flash(_("Thank you. We noted that you agreed."), "success")
        return redirect(next_address("/home"))
    page = render_template(
        "people/attest.html",
        form=form,
        text=texts.TEXTS[text_id, version],
        version=version,
        given=next(
            (
                fact.given_at
                for fact in queries.attestations_of(actor.person_id)
                if (fact.text_id, fact.text_version) == (text_id, version)
            ),
            None,
        ),
        address=next_address("/home"),
    )
    return page, 422 if form.faults else 200


# --- organisations and the installation ---------------------------------------------------------------

bp.add_url_rule("/people", view_func=admin.coordinate)
bp.add_url_rule(
    "/organisation/<int:organisation_id>/people", view_func=admin.organisation_people, methods=["GET", "POST"]
)
bp.add_url_rule(
    "/organisation/<int:organisation_id>/roles/<int:grant_id>/end", view_func=admin.end_role, methods=["POST"]
)
bp.add_url_rule("/admin", view_func=admin.admin)
bp.add_url_rule("/admin/organisations/new", view_func=admin.new_organisation, methods=["GET", "POST"])
