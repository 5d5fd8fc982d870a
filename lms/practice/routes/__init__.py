"""The pages of practice: hours, the supervisor's queue, placements, supervision, confirming by a link."""

from lms.practice.routes import (
    agreements,
    disputes,
    evaluations,
    hours,
    importing,
    links,
    named,
    periods,
    placements,
    qualifications,
    sign_off,
    supervision,
    totals,
)
from lms.practice.routes.blueprint import bp
from lms.practice.routes.links import start

__all__ = [
    "agreements",
    "bp",
    "disputes",
    "evaluations",
    "hours",
    "importing",
    "links",
    "named",
    "periods",
    "placements",
    "qualifications",
    "sign_off",
    "start",
    "supervision",
    "totals",
]
