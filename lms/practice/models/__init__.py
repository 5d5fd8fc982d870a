"""The tables of practice: placements, agreements, qualifications, entries, sign-offs, sessions, disputes."""

from lms.practice.models.agreements import (
    AgreementAct,
    ConflictDeclaration,
    Placement,
    SupervisionAgreement,
)
from lms.practice.models.constraints import LONGEST_NOTE
from lms.practice.models.disputes import Dispute, DisputeEvent
from lms.practice.models.entries import PracticeEntry, SignOff
from lms.practice.models.evaluations import CompetencyEvaluation, EvaluationStep
from lms.practice.models.links import Confirmation, ConfirmationLink, NamedSupervisor
from lms.practice.models.periods import PeriodSignature
from lms.practice.models.qualifications import QualificationEnd, SupervisorQualification
from lms.practice.models.sessions import SessionSignature, SupervisionSession

__all__ = [
    "LONGEST_NOTE",
    "AgreementAct",
    "CompetencyEvaluation",
    "Confirmation",
    "ConfirmationLink",
    "ConflictDeclaration",
    "Dispute",
    "DisputeEvent",
    "EvaluationStep",
    "NamedSupervisor",
    "PeriodSignature",
    "Placement",
    "PracticeEntry",
    "QualificationEnd",
    "SessionSignature",
    "SignOff",
    "SupervisionAgreement",
    "SupervisionSession",
    "SupervisorQualification",
]
