"""Tables of certification."""

from lms.certification.models.answering import Appeal, AppealAnswer, Recommendation, Sending
from lms.certification.models.applications import (
    Application,
    CompletionCheck,
    Decision,
    Outcome,
    ReviewNote,
    State,
)
from lms.certification.models.pins import SchemePin

__all__ = [
    "Appeal",
    "AppealAnswer",
    "Application",
    "CompletionCheck",
    "Decision",
    "Outcome",
    "Recommendation",
    "ReviewNote",
    "SchemePin",
    "Sending",
    "State",
]
