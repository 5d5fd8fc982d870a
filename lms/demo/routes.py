"""One-click sign-in as each demo person, and the mail that was sent. Registered in demo mode only."""

from email import message_from_bytes, policy

from flask import Blueprint, Flask, current_app, redirect, render_template
from flask.typing import ResponseReturnValue

from lms import clock
from lms.credentials import queries as credentials
from lms.credentials.labels import state_word
from lms.db import Scope, scope
from lms.demo.cast import CAST
from lms.errors import NotFound
from lms.people import queries, security
from lms.permissions import public

bp = Blueprint("demo", __name__, template_folder="templates", url_prefix="/demo")


def start(app: Flask) -> None:
    """Let the first page show who one can be."""
    app.jinja_env.globals["demo_cast"] = CAST


@bp.get("/people")
@public
def people() -> ResponseReturnValue:
    """Everybody one can be in the demo."""
    with scope(Scope.all()):  # the demo's own numbers, each in another state
        cards, _more = credentials.register_page(queries.organisation_by_slug("peer-board").id)
    now = clock.now()
    numbers = [(card.number, state_word(card.state(now))) for card in cards]
    return render_template("demo/people.html", numbers=numbers)


@bp.post("/people/<key>")
@public
def become(key: str) -> ResponseReturnValue:
    """Sign in as that demo person."""
    part = next((part for part in CAST if part.key == key), None)
    card = queries.person_by_email(part.email) if part else None
    if card is None:
        raise NotFound
    security.sign_in(card.id, has_second_factor=True)
    return redirect("/home")


@bp.get("/mail")
@public
def mail() -> ResponseReturnValue:
    """The mail that the demo sent, newest first."""
    folder = current_app.config["SETTINGS"].data_dir / "mail"
    files = sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime, reverse=True)[:50]
    letters = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in files]
    return render_template("demo/mail.html", letters=letters)
