"""Tables of certification."""

from lms.certification.models.answering import (
    Appeal,
    AppealAnswer,
    Recommendation,
    Sending,
)
from lms.certification.models.applications import (
    Application,
    CompletionCheck,
    Decision,
    Outcome,
    ReviewNote,
    State,
)
from lms.certification.models.classes import (
    IssueRow,
    IssueRun,
    RowOutcome,
)
from lms.certification.models.cycles import (
    CycleRow,
    RenewalAudit,
    RenewalAuditItem,
)
from lms.certification.models.pins import (
    SchemePin,
)
from lms.certification.models.proofs import (
    BODY_ALONE,
    Proof,
    ProofAct,
    ProofActKind,
    TrainingApproval,
    Waiver,
)
from lms.certification.models.sharing import (
    ShareGrant,
    ShareLook,
)

__all__ = [
    "BODY_ALONE",
    "Appeal",
    "AppealAnswer",
    "Application",
    "CompletionCheck",
    "CycleRow",
    "Decision",
    "IssueRow",
    "IssueRun",
    "Outcome",
    "Proof",
    "ProofAct",
    "ProofActKind",
    "Recommendation",
    "RenewalAudit",
    "RenewalAuditItem",
    "ReviewNote",
    "RowOutcome",
    "SchemePin",
    "Sending",
    "ShareGrant",
    "ShareLook",
    "State",
    "TrainingApproval",
    "Waiver",
]
