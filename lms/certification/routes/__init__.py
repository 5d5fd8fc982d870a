"""The pages of certification: the trainee's path, an application, the reviewers' queue and one review."""

from lms.certification.routes import applications, packet, progress, reviews
from lms.certification.routes.blueprint import bp, start

__all__ = ["applications", "bp", "packet", "progress", "reviews", "start"]
