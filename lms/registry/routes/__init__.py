"""The pages of the registry: the public checks, what machines read, and the register for those who keep it."""

from flask import (
    Flask,
)

from lms.registry.routes import (
    api,
    api_page,
    api_watching,
    checks,
    details,
    endpoints,
    files,
    machine,
    many,
    offline,
    public,
    register,
    reports,
    searching,
    subscribing,
    templates,
    tokens,
    watching,
)
from lms.registry.routes.blueprint import (
    bp,
)

__all__ = [
    "api",
    "api_page",
    "api_watching",
    "bp",
    "checks",
    "details",
    "endpoints",
    "files",
    "machine",
    "many",
    "offline",
    "public",
    "register",
    "reports",
    "searching",
    "start",
    "subscribing",
    "templates",
    "tokens",
    "watching",
]


def start(app: Flask) -> None:
    """Let the pages behind links that are keys send no referrer."""
    details.leave_csrf_to_forms(app)
    subscribing.leave_csrf_to_forms(app)
    watching.leave_csrf_to_forms(app)
    api.start(app)
