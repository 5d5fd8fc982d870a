"""Pages of what is taught: modules and lessons for trainees, live sessions for trainers."""

import logging

from flask import Blueprint, Flask
from flask_babel import gettext as _

from lms.curriculum.catalog import configure
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
    """Read what is taught. A module with a fault is left out, and each fault is logged."""
    for fault in configure(app.config["SETTINGS"].modules_dir):
        log.error("%s", fault)


from lms.curriculum.routes import learning, live  # noqa: E402  (they need the blueprint above)

__all__ = ["LIVE_SESSIONS", "MODULES", "bp", "learning", "live", "start"]
