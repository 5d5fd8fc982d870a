"""Reads of certification: evaluations, the applicant's page, the reviewers' queue and pages, replays."""

from lms.certification.queries.applications import (
    ApplicationCard,
    ApplicationStanding,
    DecisionCard,
    application,
    applications_of,
    pinned,
    standing_of,
)
from lms.certification.queries.cycles import (
    AuditCard,
    CycleCard,
    Holding,
    audits_of,
    cycles_of,
    holding_of,
    public_standing,
    record_under,
)
from lms.certification.queries.packet import PacketFacts, packet_of_application, packet_of_person
from lms.certification.queries.progress import (
    Progress,
    Standing,
    evaluation_of,
    is_offered_to,
    issuer_of,
    progress_of,
    standings_of,
)
from lms.certification.queries.replaying import Difference, Replay, Replays, replay_of
from lms.certification.queries.reviewing import NoteCard, QueueLine, Review, involved_in, queue_of, review_of
from lms.certification.queries.sharing import ShareCard, share, share_by_token, shares_of

__all__ = [
    "ApplicationCard",
    "ApplicationStanding",
    "AuditCard",
    "CycleCard",
    "DecisionCard",
    "Difference",
    "Holding",
    "NoteCard",
    "PacketFacts",
    "Progress",
    "QueueLine",
    "Replay",
    "Replays",
    "Review",
    "ShareCard",
    "Standing",
    "application",
    "applications_of",
    "audits_of",
    "cycles_of",
    "evaluation_of",
    "holding_of",
    "involved_in",
    "is_offered_to",
    "issuer_of",
    "packet_of_application",
    "packet_of_person",
    "pinned",
    "progress_of",
    "public_standing",
    "queue_of",
    "record_under",
    "replay_of",
    "review_of",
    "share",
    "share_by_token",
    "shares_of",
    "standing_of",
    "standings_of",
]
