"""`evaluate`: which requirements a record meets at a date, with the numbers and the reasons.

Pure: no database, no clock, no Flask. The same inputs give the same answer for ever. Here are the table of
kinds and the groups; `judging` holds the rest.
"""

from collections.abc import Iterable
from datetime import date

from lms.certification.facts import Record
from lms.certification.findings import N_, Evaluation, Finding, Status, Unit, say
from lms.certification.judging import done, hours, papers, stages
from lms.certification.judging.case import Case, waived
from lms.certification.judging.hope import with_hope
from lms.certification.kinds import (
    AllOf,
    AnyOf,
    AreasCovered,
    AttestationMade,
    ContinuingEducation,
    ExaminationPassed,
    Limit,
    ModuleCompleted,
    NotEvaluated,
    PracticeHours,
    Requirement,
    ShareOfHours,
    SupervisionHours,
    TrainingHours,
)
from lms.certification.kinds import limits as limit_kinds
from lms.certification.kinds import papers as paper_kinds
from lms.certification.kinds import stages as stage_kinds


def evaluate(
    requirements: Iterable[Requirement], record: Record, as_of: date, *, scheme_id: str, scheme_version: int
) -> Evaluation:
    """Each requirement against the record as it stands at `as_of`. Same inputs, same answer, for ever.

    What was brought and not checked counts for nothing; a finding says what it would come to.
    """
    asked = tuple(requirements)
    case = Case(record.without_claims(), as_of, _judged, scheme_id)
    found = tuple(_judged(requirement, case) for requirement in asked)
    if claims := record.claimed:
        hoped = Case(record.as_if_checked(), as_of, _judged, scheme_id)
        found = tuple(
            with_hope(finding, _judged(requirement, hoped), claims)
            for finding, requirement in zip(found, asked, strict=True)
        )
    return Evaluation(scheme_id, scheme_version, as_of, found)


def finding_of(requirement: Requirement, record: Record, as_of: date) -> Finding:
    """One requirement against the record."""
    return _judged(requirement, Case(record, as_of, _judged))


def _judged(requirement: Requirement, case: Case) -> Finding:
    """The finding, or the waiver where the requirement is not met and the body made an exception."""
    found = _by_kind(requirement, case)
    waiver = None if found.is_met else case.waiver_of(requirement.id)
    return found if waiver is None else waived(found, waiver)


def _by_kind(requirement: Requirement, case: Case) -> Finding:
    match requirement:
        case TrainingHours() | PracticeHours() | SupervisionHours() | ContinuingEducation():
            return hours.judge_hours(requirement, case)
        case Limit():
            return hours.judge_limit(requirement, case, KIND_OF[type(requirement)])
        case AreasCovered():
            return hours.judge_areas(requirement, case)
        case ShareOfHours():
            return hours.judge_share(requirement, case)
        case ModuleCompleted():
            return done.judge_module(requirement, case)
        case ExaminationPassed():
            return done.judge_examination(requirement, case)
        case AttestationMade():
            return done.judge_attestation(requirement, case)
        case AllOf():
            return _all_of(requirement, case)
        case AnyOf():
            return _any_of(requirement, case)
    return _paper(requirement, case) or _stage(requirement, case) or _not_checked(requirement)


KIND_OF: dict[type[Limit], str] = {
    limit_kinds.ApprovedTraining: "approved_training",
    limit_kinds.FullAttendance: "full_attendance",
    limit_kinds.HoursAfterStage: "hours_after_stage",
    limit_kinds.DeadlineAfterStage: "deadline_after_stage",
    limit_kinds.HoursUnderTier: "hours_under_tier",
    limit_kinds.SupervisorQualification: "supervisor_qualification",
    limit_kinds.AgreementOnFile: "agreement_on_file",
    limit_kinds.SupervisionFrequency: "supervision_frequency",
    limit_kinds.ActivityCap: "activity_cap",
    limit_kinds.ProofShows: "ce_proof",
}


def _paper(requirement: Requirement, case: Case) -> Finding | None:
    match requirement:
        case paper_kinds.AgeRange():
            return papers.judge_age(requirement, case)
        case paper_kinds.DocumentOnFile():
            return papers.judge_document(requirement, case)
        case paper_kinds.References():
            return papers.judge_references(requirement, case)
        case paper_kinds.BackgroundCheck():
            return papers.judge_background(requirement, case)
        case paper_kinds.RecoveryDuration():
            return papers.judge_recovery(requirement, case)
        case paper_kinds.ResidencyShare():
            return papers.judge_residency(requirement, case)
        case paper_kinds.PerformanceAssessment():
            return papers.judge_performance(requirement, case)
        case paper_kinds.CredentialOnFile():
            return papers.judge_credential(requirement, case)
        case paper_kinds.Reciprocity():
            return papers.judge_reciprocity(requirement, case)
        case paper_kinds.Endorsement():
            return papers.judge_endorsement(requirement, case)
        case paper_kinds.EmployedOn():
            return papers.judge_employment(requirement, case)
    return None


def _stage(requirement: Requirement, case: Case) -> Finding | None:
    match requirement:
        case stage_kinds.StageDone():
            return stages.judge_stage(requirement, case)
        case stage_kinds.OrderedStages():
            return stages.judge_order(requirement, case)
        case stage_kinds.ProvisionalTier():
            return stages.judge_tier(requirement, case)
        case stage_kinds.AttemptsInWindow():
            return stages.judge_attempts(requirement, case)
        case stage_kinds.ExaminationScore():
            return stages.judge_score(requirement, case)
        case stage_kinds.RenewalWindow():
            return stages.judge_renewal(requirement, case)
    return None


def _not_checked(requirement: Requirement) -> Finding:
    return Finding(
        requirement_id=requirement.id,
        kind=requirement.kind if isinstance(requirement, NotEvaluated) else "unknown",
        status=Status.NOT_YET_EVALUABLE,
        sentence=say(N_("This is not checked here yet. It does not count as done.")),
        title=requirement.title,
        needed=1,
        who_has_it="reviewer",
    )


# --- groups ---------------------------------------------------------------------------------------


def _all_of(asked: AllOf, case: Case) -> Finding:
    children = tuple(_judged(one, case) for one in asked.of)
    done = sum(child.is_met for child in children)
    return Finding(
        requirement_id=asked.id,
        kind="all_of",
        status=Status.MET if done == len(children) else _open(children),
        sentence=say(N_("%(done)s of %(parts)s parts are done."), done=done, parts=len(children)),
        title=asked.title,
        counted=done,
        needed=len(children),
        projected=sum(child.is_met or child.projected >= child.needed > 0 for child in children),
        unit=Unit.PARTS,
        who_has_it=_first_holder(children),
        children=children,
    )


def _any_of(asked: AnyOf, case: Case) -> Finding:
    children = tuple(_judged(one, case) for one in asked.of)
    is_met = any(child.is_met for child in children)
    return Finding(
        requirement_id=asked.id,
        kind="any_of",
        status=Status.MET if is_met else _open(children),
        sentence=say(N_("One of the ways is done.")) if is_met else say(N_("Choose one of these ways.")),
        title=asked.title,
        counted=int(is_met),
        needed=1,
        projected=int(is_met or any(child.projected >= child.needed > 0 for child in children)),
        unit=Unit.PARTS,
        who_has_it="" if is_met else _first_holder(children),
        children=children,
    )


def _open(children: tuple[Finding, ...]) -> Status:
    """Not met, unless nothing below it can be judged at all."""
    if all(child.status is Status.NOT_YET_EVALUABLE for child in children):
        return Status.NOT_YET_EVALUABLE
    return Status.NOT_MET


def _first_holder(children: tuple[Finding, ...]) -> str:
    return next((child.who_has_it for child in children if not child.is_met), "")
