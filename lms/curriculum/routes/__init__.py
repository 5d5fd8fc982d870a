"""Pages of what is taught: modules and lessons for trainees, live sessions for trainers."""

import logging

from flask import Blueprint, Flask
from flask_babel import gettext as _

from lms.curriculum.catalog import configure, refresh
from lms.errors import Fault
from lms.pages import MenuEntry
from lms.permissions import Permission, can

log = logging.getLogger("lms.curriculum")
bp = Blueprint("curriculum", "lms.curriculum", template_folder="templates")

MODULES = MenuEntry(lambda: _("Training"), "curriculum.modules", lambda: can(Permission.CURRICULUM_BROWSE))
LIVE_SESSIONS = MenuEntry(
    lambda: _("Live sessions"),
    "curriculum.live_sessions",
    lambda: can(Permission.CURRICULUM_SEE_LIVE_SESSIONS),
)


def start(app: Flask) -> None:
    """Read what is taught. A module with a fault is left out, and each fault is logged.

    Where content is written or tried out, a changed file is read again while the server runs; while it
    has a fault, the last good content stays. In production a new release brings new content.
    """
    settings = app.config["SETTINGS"]
    _log(configure(settings.modules_dir))
    if settings.env in ("development", "demo"):
        app.before_request(lambda: _log(refresh()))


def _log(faults: list[Fault]) -> None:
    for fault in faults:
        log.error("%s", fault)


from lms.curriculum.routes import learning, live  # noqa: E402  (they need the blueprint above)

__all__ = ["LIVE_SESSIONS", "MODULES", "bp", "learning", "live", "start"]
