"""What stands before every page: the language that was asked for, and the second factor of some roles."""

from flask import flash, g, redirect, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.pages import LANGUAGES
from lms.people import queries, rules, sessions

_OPEN = frozenset(
    {
        "people.welcome",
        "people.help_page",
        "people.account",
        "people.end_session",
        "people.end_other_sessions",
        "people.second_step",
        "people.join",
        "people.accept",
        "demo.people",
        "demo.become",
        "demo.mail",
    }
)


def keep_language(endpoint: str) -> None:
    """Remember the language that was asked for by ?lang=, in this browser's cookie; programs have none."""
    asked = request.args.get("lang")
    if not endpoint.startswith("api.") and asked in LANGUAGES and cookie.get("lang") != asked:
        cookie["lang"] = asked


def keep_session(_endpoint: str) -> None:
    """Note with a POST that the sign-in is in use."""
    if request.method == "POST":
        sessions.touch()


def ask_for_second_factor(endpoint: str) -> ResponseReturnValue | None:
    """Send a person with a role that needs it to set up or use a second factor, before any other page."""
    found = sessions.signed_in()
    if found is None or found.has_second_factor or g.actor is None:
        return None
    if not rules.needs_second_factor(role for role, _organisation in g.actor.roles):
        return None
    if endpoint in _OPEN or endpoint.startswith("security."):
        return None
    there = request.full_path.rstrip("?") if request.method == "GET" else None
    held = queries.factors_of(found.person_id)
    if held.has_app:
        return redirect(url_for("people.second_step", next=there))
    if held.passkeys:
        return redirect(url_for("security.wan_verify", next=there))
    flash(_("Your role needs a second step to sign in. Set one up now; it takes two minutes."), "info")
    return redirect(url_for("security.two_factor_setup"))


def skip_rescue(endpoint: str) -> ResponseReturnValue | None:
    """The library's rescue by mail is not offered: recovery codes are the way back."""
    return redirect(url_for("security.mf_recovery")) if endpoint == "security.two_factor_rescue" else None
