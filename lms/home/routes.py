"""The first page after signing in, for every role one holds."""

from flask import Blueprint, Flask, g, render_template
from flask.typing import ResponseReturnValue

from lms import pages
from lms.certification import queries as certification
from lms.home import queries
from lms.home.menu import entries
from lms.permissions import Permission, Role, authorize
from lms.practice import queries as practice

bp = Blueprint("home", __name__, template_folder="templates")


def start(app: Flask) -> None:
    """Set the menu: every slice's pages, in the order in which people use them."""
    pages.MENU[:] = entries()


@bp.get("/home")
def home() -> ResponseReturnValue:
    """One next step for a trainee; for others, what waits for them."""
    actor = authorize(Permission.PEOPLE_HOME)
    roles = {role for role, _organisation in actor.roles}
    return render_template(
        "home/home.html",
        roles=roles,
        trainee=queries.trainee_home(actor.person_id, g.signed_in.timezone, pages.language())
        if Role.TRAINEE in roles
        else None,
        to_sign=practice.queue_size(actor.person_id) if Role.SUPERVISOR in roles else None,
        to_review=len(certification.queue_of(actor.organisations)) if Role.REVIEWER in roles else None,
    )
