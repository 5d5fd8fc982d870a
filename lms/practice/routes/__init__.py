"""The pages of practice: hours, the supervisor's queue, placements, supervision."""

from lms.practice.routes import disputes, hours, periods, placements, sign_off, supervision
from lms.practice.routes.blueprint import bp

__all__ = ["bp", "disputes", "hours", "periods", "placements", "sign_off", "supervision"]
