"""Reads of certification: evaluations, the applicant's page, the reviewers' queue and pages, replays."""

from lms.certification.brought import (
    ApprovalCard,
    ProofCard,
    WaiverCard,
    approval,
    approvals_by,
    bodies_knowing,
    proof,
    proofs_awaiting,
    proofs_of,
    waiver,
    waivers_of,
)
from lms.certification.queries.applications import (
    ApplicationCard,
    ApplicationStanding,
    DecisionCard,
    application,
    applications_of,
    pinned,
    standing_of,
)
from lms.certification.queries.progress import Progress, evaluation_of, is_offered_to, issuer_of, progress_of
from lms.certification.queries.replaying import Replay, replay_of
from lms.certification.queries.reviewing import NoteCard, QueueLine, Review, involved_in, queue_of, review_of

__all__ = [
    "ApplicationCard",
    "ApplicationStanding",
    "ApprovalCard",
    "DecisionCard",
    "NoteCard",
    "Progress",
    "ProofCard",
    "QueueLine",
    "Replay",
    "Review",
    "WaiverCard",
    "application",
    "applications_of",
    "approval",
    "approvals_by",
    "bodies_knowing",
    "evaluation_of",
    "involved_in",
    "is_offered_to",
    "issuer_of",
    "pinned",
    "progress_of",
    "proof",
    "proofs_awaiting",
    "proofs_of",
    "queue_of",
    "replay_of",
    "review_of",
    "standing_of",
    "waiver",
    "waivers_of",
]
