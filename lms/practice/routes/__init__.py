"""The pages of practice: hours, the supervisor's queue, placements, supervision."""

from lms.practice.routes import agreements, disputes, hours, placements, qualifications, sign_off, supervision
from lms.practice.routes.blueprint import bp

__all__ = ["agreements", "bp", "disputes", "hours", "placements", "qualifications", "sign_off", "supervision"]
