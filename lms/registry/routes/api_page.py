"""The page that tells people what the programming interface is, how to begin, and what its problems mean."""

from flask import current_app, g, render_template
from flask.typing import ResponseReturnValue

from lms.permissions import Role, public
from lms.registry.api_scopes import ApiScope
from lms.registry.openapi import MOST_NUMBERS
from lms.registry.problems import PROBLEMS
from lms.registry.routes.blueprint import bp
from lms.registry.tokens import ANSWERS_KEPT

KEEPERS = (Role.REGISTRAR, Role.ADMINISTRATOR)


@bp.get("/api")
@public
def api_page() -> ResponseReturnValue:
    """What the interface is, three examples, and each kind of problem at an address of its own."""
    actor = g.get("actor")
    return render_template(
        "registry/api.html",
        root=current_app.config["SETTINGS"].base_url.rstrip("/"),
        scopes=ApiScope,
        problems=PROBLEMS,
        most=MOST_NUMBERS,
        hours=int(ANSWERS_KEPT.total_seconds()) // 3600,
        may_make=actor is not None and any(role in KEEPERS for role, _organisation in actor.roles),
    )
