"""Builders of plain facts and records, for the pure tests."""

from datetime import date, timedelta
from itertools import count

from lms.certification.facts import (
    AgreementMade,
    AttendanceKept,
    AttestationGiven,
    BackgroundChecked,
    Birth,
    CredentialHeld,
    DocumentSeen,
    EducationContinued,
    ExamTaken,
    ModuleDone,
    PerformanceRated,
    PracticeHour,
    Record,
    RecoveryAttested,
    ReferenceGiven,
    ShareAttested,
    StageReached,
    SupervisionHeld,
    SupervisorQualified,
    TierHeld,
    TrainingApproved,
    TrainingHour,
    WaiverGiven,
)

AS_OF = date(2026, 11, 20)
_numbers = count(1)


def training(
    minutes: int,
    *topics: str,
    mode: str = "self_paced",
    on: date = AS_OF,
    evidence: str = "",
    module_id: str = "mutual",
    course: str = "",
) -> TrainingHour:
    name = evidence or f"contact:{next(_numbers)}"
    return TrainingHour(
        name, module_id, topics, minutes, mode, on, provider="school" if course else "", course=course
    )


def module(name: str, on: date = AS_OF) -> ModuleDone:
    return ModuleDone(f"completion:{next(_numbers)}", name, 1, on)


def exam(
    name: str, *, is_passed: bool = True, on: date = AS_OF, percent: int = 0, scaled: int | None = None
) -> ExamTaken:
    shown = percent or (80 if is_passed else 55)
    return ExamTaken(f"result:{next(_numbers)}", name, shown, 70, is_passed, on, scaled)


def practice(
    minutes: int,
    *,
    on: date = AS_OF,
    state: str = "approved",
    kind: str = "group",
    domain: str = "advocacy",
    supervisor_id: int = 7,
    evidence: str = "",
    population: str = "",
    is_direct: bool = False,
) -> PracticeHour:
    name = evidence or f"entry:{next(_numbers)}"
    return PracticeHour(
        name, on, minutes, kind, domain, "in_person", state, supervisor_id, population, is_direct
    )


def supervision(
    minutes: int,
    *,
    on: date = AS_OF,
    is_signed: bool = True,
    format: str = "individual",
    mode: str = "in_person",
) -> SupervisionHeld:
    return SupervisionHeld(f"session:{next(_numbers)}", on, minutes, format, mode, is_signed, 7)


def attestation(text: str = "code-of-ethics", version: str = "1", on: date = AS_OF) -> AttestationGiven:
    return AttestationGiven(f"attestation:{next(_numbers)}", text, version, on)


OLD = date(2020, 1, 1)


def born(on: date = date(2000, 5, 17)) -> Birth:
    return Birth(f"birth:{next(_numbers)}", on)


def document(
    kind: str,
    detail: str = "",
    *,
    on: date = OLD,
    sender: str = "",
    is_from_issuer: bool = False,
    verified_on: date | None = OLD,
    has_legal_name: bool = True,
) -> DocumentSeen:
    name = f"document:{next(_numbers)}"
    return DocumentSeen(name, on, kind, detail, sender, is_from_issuer, verified_on, has_legal_name)


def letter(
    type: str = "personal",
    *,
    relation: str = "",
    writer: str = "",
    on: date = OLD,
    verified_on: date | None = OLD,
) -> ReferenceGiven:
    number = next(_numbers)
    return ReferenceGiven(f"letter:{number}", on, writer or f"writer {number}", type, relation, verified_on)


def checked(check: str = "criminal_history", outcome: str = "clear", on: date = OLD) -> BackgroundChecked:
    return BackgroundChecked(f"check:{next(_numbers)}", on, check, outcome)


def recovery(since_on: date, *, by: str = "self", version: str = "", on: date = OLD) -> RecoveryAttested:
    return RecoveryAttested(f"recovery:{next(_numbers)}", on, since_on, by, version)


def lives(percent: int, way: str = "live", on: date = OLD) -> ShareAttested:
    return ShareAttested(f"share:{next(_numbers)}", on, way, percent)


def stage(name: str, on: date, began_on: date | None = None) -> StageReached:
    return StageReached(f"stage:{next(_numbers)}", on, name, began_on)


def tier(name: str, on: date, until_on: date) -> TierHeld:
    return TierHeld(f"tier:{next(_numbers)}", on, until_on, name)


def approval(by: str, on: date = OLD, until_on: date | None = None, course: str = "") -> TrainingApproved:
    return TrainingApproved(f"approval:{next(_numbers)}", on, by, "school", course, until_on)


def attendance(attended: int, planned: int, course: str = "class") -> AttendanceKept:
    return AttendanceKept(f"attendance:{next(_numbers)}", AS_OF, course, attended, planned)


def performance(form: str = "role_play", *, is_passed: bool = True, on: date = AS_OF) -> PerformanceRated:
    return PerformanceRated(f"performance:{next(_numbers)}", on, form, is_passed)


def qualified(
    credential: str = "lpha",
    *,
    on: date = OLD,
    until_on: date | None = None,
    practice_minutes: int = 0,
    joint_minutes: int = 0,
    supervisor_id: int = 7,
) -> SupervisorQualified:
    name = f"qualification:{next(_numbers)}"
    return SupervisorQualified(name, on, supervisor_id, credential, until_on, practice_minutes, joint_minutes)


def agreement(
    on: date = OLD, until_on: date | None = None, approved_on: date | None = OLD, supervisor_id: int = 7
) -> AgreementMade:
    return AgreementMade(f"agreement:{next(_numbers)}", on, supervisor_id, until_on, approved_on)


def credential(
    name: str, on: date, until_on: date | None = None, *, issuer: str = "", is_verified: bool = True
) -> CredentialHeld:
    return CredentialHeld(f"held:{next(_numbers)}", on, name, issuer, until_on, is_verified)


ALL_SHOWN = ("date", "hours", "title", "sponsor", "name")


def education(
    minutes: int,
    *categories: str,
    on: date = AS_OF,
    sponsor: str = "",
    course: str = "",
    shows: tuple[str, ...] = ALL_SHOWN,
) -> EducationContinued:
    name = f"education:{next(_numbers)}"
    return EducationContinued(name, on, minutes, categories, sponsor, course, shows)


def waiver(scheme_id: str, requirement_id: str, on: date = OLD, until_on: date | None = None) -> WaiverGiven:
    return WaiverGiven(f"waiver:{next(_numbers)}", on, scheme_id, requirement_id, until_on)


def meets_foundations() -> Record:
    """The least that meets foundations-completion."""
    return Record(modules=(module("mutual"), module("non-directive")), examinations=(exam("foundations-exam"),))


def meets_peer_specialist() -> Record:
    """The least that meets peer-specialist."""
    return Record(
        training=(training(60, "recovery_wellness"), training(60, "ethical_responsibility")),
        modules=(module("mutual"), module("non-directive")),
        examinations=(exam("foundations-exam"),),
        practice=tuple(practice(300, on=AS_OF - timedelta(days=7 * week)) for week in range(4)),
        supervision=(supervision(60),),
        attestations=(attestation(),),
    )


def meets_renewal() -> Record:
    """The least that meets peer-specialist-renewal in the last days of a cycle."""
    return Record(
        credentials=(
            CredentialHeld(
                "cycle:7", date(2024, 12, 1), "peer-specialist", until_on=date(2026, 11, 30), is_verified=True
            ),
        ),
        practice=(practice(300, on=AS_OF - timedelta(days=7)), practice(300, on=AS_OF - timedelta(days=14))),
        supervision=(supervision(60),),
        attestations=(attestation(),),
    )


MODULES = (
    *("what-peer-support-is", "mutual", "reciprocal", "non-directive", "recovery-focused", "strengths-based"),
    *("inclusive", "progressive", "emotionally-safe", "recovery-and-pathways", "sharing-your-story"),
    *("listening-and-asking", "ethics-and-boundaries", "documentation-and-teams", "culture-stigma-trauma"),
    *("crisis-and-self-care", "advocacy-and-resources", "groups-and-endings"),
)


def meets_completion() -> Record:
    """The least that meets completion-40h."""
    return Record(
        training=(training(1200), training(1200, mode="in_person")),
        modules=tuple(module(name) for name in MODULES),
    )


def meets_icrc() -> Record:
    """The least that meets icrc-pr-4domain, whose domains come from the modules since version 2."""
    return Record(
        training=(
            training(600, "advocacy", module_id="advocacy-and-resources"),
            training(600, "mentoring_education", module_id="listening-and-asking"),
            training(600, "recovery_wellness", "harm_reduction", module_id="recovery-and-pathways"),
            training(960, "ethical_responsibility", module_id="ethics-and-boundaries"),
        ),
        examinations=(exam("icrc-pr"),),
        practice=tuple(practice(3000) for _each in range(10)),
        supervision=(supervision(1500),),
        attestations=(attestation(),),
    )


DIPLOMA = "high_school"


def meets_icrc_5() -> Record:
    """The least that meets icrc-pr-5domain."""
    topics = (
        *("advocacy", "mentoring_education", "recovery_wellness"),
        *("ethical_responsibility", "harm_reduction"),
    )
    return Record(
        training=tuple(training(600, topic) for topic in topics),
        examinations=(exam("icrc-pr"),),
        practice=tuple(practice(3000) for _each in range(10)),
        supervision=(supervision(1500),),
        attestations=(attestation("icrc-board-code-of-ethics"),),
        documents=(document("education", DIPLOMA),),
        residency=(lives(51),),
        qualifications=(qualified(""),),
    )


MONDAY = date(2026, 9, 7)


def meets_texas() -> Record:
    """The least that meets texas-mhps: live training, then five supervised weeks after the approval."""
    weeks = tuple(MONDAY + timedelta(days=7 * week) for week in range(5))
    return Record(
        training=(
            training(1170, mode="live_remote", on=date(2026, 2, 1), course="core"),
            training(2400, mode="in_person", on=date(2026, 3, 1), course="supplemental_mental_health"),
        ),
        examinations=(exam("texas-core-assessment"), exam("texas-supplemental-mhps-assessment")),
        practice=tuple(practice(3000, kind="observation", on=week) for week in weeks),
        supervision=tuple(supervision(60, on=week + timedelta(days=6)) for week in weeks),
        attestations=(
            attestation("texas-lived-experience"),
            attestation("texas-self-assessment", on=date(2026, 1, 6)),
        ),
        births=(born(),),
        documents=(document("education", "equal_proof"),),
        references=(letter("supervisor"),),
        background=(checked(), checked("registry")),
        stages=(
            stage("orientation", date(2026, 1, 5)),
            stage("core", date(2026, 2, 1)),
            stage("supplemental", date(2026, 3, 1)),
            stage("application_approved", date(2026, 6, 1)),
        ),
        tiers=(tier("initial", date(2026, 6, 1), date(2026, 12, 1)),),
        approvals=(approval("state"),),
        qualifications=(qualified(),),
    )


COMPETENCIES = (
    *("hope_recovery_wellness", "advocacy", "consumer_family_role", "recovery_principles"),
    *("culture_structure", "trauma_informed", "group_facilitation", "self_awareness_care", "co_occurring"),
    *("conflict_resolution", "boundaries_ethics", "employment_preparation", "safety_crisis"),
    *("navigation_referral", "documentation", "confidentiality", "digital_literacy"),
)


def meets_california() -> Record:
    """The least that meets california-mcpss, by training: modules of which each area gets something."""
    names = ("lived-experience", "willing-to-share", "code-of-ethics")
    modules = (
        *("recovery-and-pathways", "sharing-your-story", "listening-and-asking", "documentation-and-teams"),
        *("culture-stigma-trauma", "crisis-and-self-care", "advocacy-and-resources", "groups-and-endings"),
        "ethics-and-boundaries",
    )
    done = date(2026, 8, 1)
    hours = tuple(training(520, module_id=name, on=done, course="peer") for name in modules)
    return Record(
        training=(*hours, training(120, module_id="mutual", on=done, course="peer")),
        examinations=(exam("calmhsa-exam", on=date(2026, 10, 1)),),
        attestations=tuple(attestation(f"california-{name}") for name in names),
        births=(born(),),
        documents=(document("education", DIPLOMA), document("identity", "government_photo_id")),
        approvals=(approval("calmhsa"),),
        stages=(stage("application_approved", date(2026, 9, 1)),),
    )


def meets_tennessee() -> Record:
    """The least that meets what can be checked of tennessee-cprs."""
    return Record(
        training=(training(2400, mode="in_person", on=date(2026, 1, 10), course="class"),),
        examinations=(exam("tennessee-course-tests"),),
        practice=(practice(1500), practice(1500), practice(1500)),
        supervision=(supervision(180),),
        births=(born(),),
        documents=(
            document("education", DIPLOMA),
            document("employment_volunteer_summary", sender="supervisor"),
        ),
        references=(letter(), letter(), letter()),
        recovery=(recovery(date(2024, 11, 22)),),
        approvals=(approval("state"),),
        attendance=(attendance(2400, 2400),),
        performance=(performance(),),
    )


def meets_washington() -> Record:
    """The least that meets washington-cpss."""
    return Record(
        training=(training(4800, course="class"),),
        examinations=(exam("washington-oral"), exam("washington-written")),
        practice=tuple(practice(6000, on=date(2026, 6, 1)) for _each in range(10)),
        attestations=(attestation("washington-parent-or-guardian"),),
        births=(born(),),
        background=(checked(),),
        approvals=(approval("health_care_authority"),),
        tiers=(tier("trainee", date(2026, 1, 1), date(2027, 1, 1)),),
        qualifications=(qualified("", practice_minutes=90_000, joint_minutes=30_000),),
    )


def meets_georgia() -> Record:
    """The least that meets georgia-cps-renewal, on time."""
    return Record(
        credentials=(credential("georgia-cps", date(2026, 1, 1), date(2026, 12, 31)),),
        education=(
            education(60, "ethics", sponsor="gmhcn"),
            education(300, sponsor="gmhcn"),
            education(360, sponsor="college"),
        ),
        stages=(stage("renewal_asked", date(2026, 11, 1)),),
    )
