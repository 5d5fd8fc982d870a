"""The pages of certification: the trainee's path, an application, the reviewers' queue, papers, records shown to others."""

from flask import Flask

from lms.certification.routes import (
    applications,
    packet,
    papers,
    progress,
    proofs,
    reviews,
    sharing,
)
from lms.certification.routes.blueprint import bp
from lms.certification.routes.blueprint import start as _read_schemes

__all__ = [
    "applications",
    "bp",
    "packet",
    "papers",
    "progress",
    "proofs",
    "reviews",
    "sharing",
    "start",
]


def start(app: Flask) -> None:
    """Read the schemes, and let the page of a shared record send no referrer."""
    _read_schemes(app)
    sharing.leave_csrf_to_forms(app)
