"""Tables of certification."""

from lms.certification.models.applications import (
    Application,
    CompletionCheck,
    Decision,
    Outcome,
    ReviewNote,
    State,
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
    "Application",
    "CompletionCheck",
    "Decision",
    "Outcome",
    "Proof",
    "ProofAct",
    "ProofActKind",
    "ReviewNote",
    "ShareGrant",
    "ShareLook",
    "State",
    "TrainingApproval",
    "Waiver",
]
