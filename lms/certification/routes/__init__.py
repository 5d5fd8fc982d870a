"""The pages of certification: the trainee's path, applications, renewal, and the reviewers' queue."""

from lms.certification.routes import applications, cycles, progress, reviews
from lms.certification.routes.blueprint import bp, start

__all__ = ["applications", "bp", "cycles", "progress", "reviews", "start"]
