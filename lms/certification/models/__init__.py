"""Tables of certification."""

from lms.certification.models.applications import (
    Application,
    CompletionCheck,
    Decision,
    Outcome,
    ReviewNote,
    State,
)
from lms.certification.models.cycles import CycleRow, RenewalAudit, RenewalAuditItem
from lms.certification.models.sharing import ShareGrant, ShareLook

__all__ = [
    "Application",
    "CompletionCheck",
    "CycleRow",
    "Decision",
    "Outcome",
    "RenewalAudit",
    "RenewalAuditItem",
    "ReviewNote",
    "ShareGrant",
    "ShareLook",
    "State",
]
