"""Pages of what is taught: modules and lessons for trainees, live sessions for trainers."""

import logging

from flask import Blueprint, Flask
from flask_babel import gettext as _

from lms.assessment.items import Wording
from lms.assessment.labels import name_lessons
from lms.curriculum.catalog import catalog, configure, refresh
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
    name_lessons(_lesson_title)
    _log(configure(settings.modules_dir))
    if settings.env in ("development", "demo"):
        app.before_request(lambda: _log(refresh()))


def _lesson_title(module_id: str, lesson_id: str, language: str) -> Wording | None:
    """What an examination's result calls a lesson: its module's title and its own, in one language."""
    module = catalog().module(module_id)
    lesson = module.lesson(lesson_id) if module else None
    if module is None or lesson is None:
        return None
    text, text_language = lesson.text_in(language)
    return Wording(f"{module.title_in(text_language)[0]}: {text.title}", text_language)


def _log(faults: list[Fault]) -> None:
    for fault in faults:
        log.error("%s", fault)


from lms.curriculum.routes import learning, live  # noqa: E402  (they need the blueprint above)

__all__ = ["LIVE_SESSIONS", "MODULES", "bp", "learning", "live", "start"]
