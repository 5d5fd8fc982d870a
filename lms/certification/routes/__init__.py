"""The pages of certification: the path, applications, reviews, papers, packets and records shown to others."""

from flask import Flask

from lms.certification.routes import (
    appeals,
    applications,
    classes,
    cycles,
    packet,
    papers,
    progress,
    proofs,
    reviews,
    sharing,
    versions,
)
from lms.certification.routes.blueprint import bp
from lms.certification.routes.blueprint import start as _read_schemes

__all__ = [
    "appeals",
    "applications",
    "bp",
    "classes",
    "cycles",
    "packet",
    "papers",
    "progress",
    "proofs",
    "reviews",
    "sharing",
    "start",
    "versions",
]


def start(app: Flask) -> None:
    """Read the schemes, and let the page of a shared record send no referrer."""
    _read_schemes(app)
    sharing.leave_csrf_to_forms(app)
