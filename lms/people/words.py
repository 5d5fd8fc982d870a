"""Roles and devices in words, for pages and mail."""

from collections.abc import Callable

from flask_babel import gettext as _

from lms.people import rules
from lms.permissions import Role

_ROLES: dict[Role, Callable[[], str]] = {
    Role.TRAINEE: lambda: _("trainee"),
    Role.TRAINER: lambda: _("trainer"),
    Role.ASSESSOR: lambda: _("assessor"),
    Role.SUPERVISOR: lambda: _("supervisor"),
    Role.COORDINATOR: lambda: _("coordinator"),
    Role.REVIEWER: lambda: _("reviewer"),
    Role.REGISTRAR: lambda: _("registrar"),
    Role.AUDITOR: lambda: _("auditor"),
    Role.ADMINISTRATOR: lambda: _("administrator"),
}


def role_word(role: Role | str) -> str:
    """A role in the reader's language."""
    return str(_ROLES[Role(role)]())


def device_words(user_agent: str) -> str:
    """A browser and its system as a person would say it."""
    browser, system = rules.device(user_agent)
    if browser and system:
        return str(_("%(browser)s on %(system)s", browser=browser, system=system))
    return browser or system or str(_("A browser we do not know"))
