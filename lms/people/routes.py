"""Pages of people: welcome, home, account. Signing in itself is Flask-Security's, with our templates."""

from flask import Blueprint, g, redirect, render_template
from flask.typing import ResponseReturnValue

from lms.permissions import Permission, Target, authorize, public

bp = Blueprint("people", __name__, template_folder="templates")


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


@bp.get("/account")
def account() -> ResponseReturnValue:
    """The signed-in person's own account."""
    authorize(Permission.PEOPLE_OWN_ACCOUNT, Target(owner_id=g.actor.person_id if g.actor else None))
    return render_template("people/account.html")
