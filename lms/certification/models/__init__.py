"""Tables of certification."""

from lms.certification.models.applications import (
    Application,
    CompletionCheck,
    Decision,
    Outcome,
    ReviewNote,
    State,
)

__all__ = ["Application", "CompletionCheck", "Decision", "Outcome", "ReviewNote", "State"]
