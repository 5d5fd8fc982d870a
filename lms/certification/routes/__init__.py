"""The pages of certification: the trainee's path, applications, appeals, reviews, versions of schemes."""

from lms.certification.routes import appeals, applications, progress, reviews, versions
from lms.certification.routes.blueprint import bp, start

__all__ = ["appeals", "applications", "bp", "progress", "reviews", "start", "versions"]
