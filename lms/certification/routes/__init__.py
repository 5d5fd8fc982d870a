"""The pages of certification: the trainee's path, an application, the reviewers' queue, papers."""

from lms.certification.routes import applications, papers, progress, proofs, reviews
from lms.certification.routes.blueprint import bp, start

__all__ = ["applications", "bp", "papers", "progress", "proofs", "reviews", "start"]
