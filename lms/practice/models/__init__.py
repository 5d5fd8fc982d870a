"""The tables of practice: placements, agreements, entries, sign-offs, sessions and disputes."""

from lms.practice.models.agreements import Placement, SupervisionAgreement
from lms.practice.models.constraints import LONGEST_NOTE
from lms.practice.models.disputes import Dispute, DisputeEvent
from lms.practice.models.entries import PracticeEntry, SignOff
from lms.practice.models.sessions import SupervisionSession

__all__ = [
    "LONGEST_NOTE",
    "Dispute",
    "DisputeEvent",
    "Placement",
    "PracticeEntry",
    "SignOff",
    "SupervisionAgreement",
    "SupervisionSession",
]
