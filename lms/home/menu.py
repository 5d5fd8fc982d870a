"""The main menu: which pages of which slice are shown to whom."""

from collections.abc import Callable

from flask import g

from lms.pages import MenuEntry
from lms.pages import gettext as _
from lms.permissions import Role


def _for(*roles: Role) -> Callable[[], bool]:
    def is_shown() -> bool:
        return any(role in roles for role, _organisation in g.actor.roles)

    return is_shown


def entries() -> list[MenuEntry]:
    """All entries, in their order."""
    trainee = _for(Role.TRAINEE)
    return [
        MenuEntry(lambda: _("Home"), "home.home", lambda: True),
        MenuEntry(lambda: _("Modules"), "curriculum.modules", trainee),
        MenuEntry(lambda: _("Exams"), "assessment.exams", trainee),
        MenuEntry(lambda: _("Hours"), "practice.hours", trainee),
        MenuEntry(lambda: _("Progress"), "certification.progress", trainee),
        MenuEntry(lambda: _("Credentials"), "credentials.index", trainee),
        MenuEntry(lambda: _("To sign"), "practice.queue", _for(Role.SUPERVISOR)),
        MenuEntry(lambda: _("Supervision"), "practice.supervision", _for(Role.SUPERVISOR)),
        MenuEntry(lambda: _("Live sessions"), "curriculum.live_sessions", _for(Role.TRAINER, Role.COORDINATOR)),
        MenuEntry(lambda: _("Results"), "assessment.results", _for(Role.ASSESSOR, Role.COORDINATOR)),
        MenuEntry(lambda: _("Placements"), "practice.placements", _for(Role.COORDINATOR)),
        MenuEntry(lambda: _("Reviews"), "certification.reviews", _for(Role.REVIEWER, Role.REGISTRAR)),
        MenuEntry(lambda: _("Versions"), "certification.versions", _for(Role.COORDINATOR, Role.REGISTRAR)),
        MenuEntry(lambda: _("Register"), "registry.register", _for(Role.REGISTRAR)),
        MenuEntry(lambda: _("Administration"), "people.admin", _for(Role.ADMINISTRATOR)),
    ]
