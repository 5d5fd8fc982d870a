"""What hours must fulfil to count: how it is read. Pure."""

from datetime import date

from lms.certification.kinds import Requirement, Title
from lms.certification.kinds.limits import (
    ActivityCap,
    AgreementOnFile,
    ApprovedTraining,
    DeadlineAfterStage,
    FullAttendance,
    HoursAfterStage,
    HoursUnderTier,
    ProofShows,
    SupervisionFrequency,
    SupervisorQualification,
)
from lms.certification.kinds.stages import Stage
from lms.certification.reading.parts import (
    FORMATS,
    MEETING_MODES,
    Areas,
    Readers,
    amount_or_percent,
    names_in,
    percent_in,
)
from lms.certification.yaml_fields import Field

Fields = dict[str, Field]


def _approved(name: str, title: Title, fields: Fields, _areas: Areas) -> Requirement:
    courses = (
        [item.only(("course", "hours")) for item in fields["courses"].items()] if "courses" in fields else []
    )
    providers = fields["providers"].items() if "providers" in fields else []
    return ApprovedTraining(
        name,
        title,
        names_in(fields["applies_to"]),
        approved_by=fields["approved_by"].text(),
        courses=tuple((one["course"].text(), one["hours"].minutes()) for one in courses if len(one) == 2),
        providers=tuple(_provider(item) for item in providers),
    )


def _provider(given: Field) -> tuple[str, date | None, date | None]:
    fields = given.only(("provider",), ("from", "until"))
    first = fields["from"].day() if "from" in fields else None
    last = fields["until"].day() if "until" in fields else None
    if first and last and last < first:
        fields["until"].fault(f"The approval would end on {last}, before it begins on {first}.")
    return (fields["provider"].text() if "provider" in fields else "", first, last)


def _attendance(name: str, title: Title, fields: Fields, _areas: Areas) -> Requirement:
    percent = percent_in(fields["percent"]) if "percent" in fields else 100
    return FullAttendance(name, title, names_in(fields["applies_to"]), percent=percent)


def _after_stage(name: str, title: Title, fields: Fields, _areas: Areas) -> Requirement:
    return HoursAfterStage(
        name,
        title,
        names_in(fields["applies_to"]),
        stage=Stage(fields["stage"].text()),
        within_months=fields["within_months"].whole() if "within_months" in fields else None,
    )


def _deadline(name: str, title: Title, fields: Fields, _areas: Areas) -> Requirement:
    stage, months = Stage(fields["stage"].text()), fields["months"].whole()
    return DeadlineAfterStage(name, title, names_in(fields["applies_to"]), stage=stage, months=months)


def _under_tier(name: str, title: Title, fields: Fields, _areas: Areas) -> Requirement:
    return HoursUnderTier(name, title, names_in(fields["applies_to"]), tier=fields["tier"].text())


def _qualification(name: str, title: Title, fields: Fields, _areas: Areas) -> Requirement:
    joint = fields.get("joint_supervision_hours")
    if not set(fields) & {"any_of", "practice_hours", "joint_supervision_hours", "documented"}:
        fields["kind"].fault("Say what makes a supervisor qualified.")
    return SupervisorQualification(
        name,
        title,
        names_in(fields["applies_to"]),
        any_of=names_in(fields.get("any_of")),
        practice_minutes=fields["practice_hours"].minutes() if "practice_hours" in fields else 0,
        joint_minutes=joint.minutes() if joint else 0,
    )


def _agreement(name: str, title: Title, fields: Fields, _areas: Areas) -> Requirement:
    is_approved = "approved" in fields and fields["approved"].yes()
    return AgreementOnFile(name, title, names_in(fields["applies_to"]), is_approved=is_approved)


def _frequency(name: str, title: Title, fields: Fields, _areas: Areas) -> Requirement:
    formats = fields["formats"].items() if "formats" in fields else []
    modes = fields["modes"].items() if "modes" in fields else []
    return SupervisionFrequency(
        name,
        title,
        names_in(fields["applies_to"]),
        at_least=fields["at_least"].whole(),
        per=fields["per"].one_of(("week", "month")),
        least_minutes=fields["minutes"].whole() if "minutes" in fields else 0,
        formats=tuple(item.one_of(FORMATS) for item in formats),
        modes=tuple(item.one_of(MEETING_MODES) for item in modes),
        make_up_days=fields["make_up_days"].whole() if "make_up_days" in fields else 0,
        tier=fields["during"].text() if "during" in fields else "",
    )


def _cap(name: str, title: Title, fields: Fields, _areas: Areas) -> Requirement:
    minutes, percent = amount_or_percent(fields)
    activities = names_in(fields["activities"])
    return ActivityCap(
        name, title, names_in(fields["applies_to"]), activities=activities, minutes=minutes, percent=percent
    )


def _proof(name: str, title: Title, fields: Fields, _areas: Areas) -> Requirement:
    return ProofShows(name, title, names_in(fields["applies_to"]), shows=names_in(fields["shows"]))


ON = "applies_to"
READERS: Readers = {
    "approved_training": ((ON, "approved_by"), ("courses", "providers"), _approved),
    "full_attendance": ((ON,), ("percent",), _attendance),
    "hours_after_stage": ((ON, "stage"), ("within_months",), _after_stage),
    "deadline_after_stage": ((ON, "stage", "months"), (), _deadline),
    "hours_under_tier": ((ON, "tier"), (), _under_tier),
    "supervisor_qualification": (
        (ON,),
        ("any_of", "practice_hours", "joint_supervision_hours", "documented"),
        _qualification,
    ),
    "agreement_on_file": ((ON,), ("approved",), _agreement),
    "supervision_frequency": (
        (ON, "at_least", "per"),
        ("minutes", "formats", "modes", "make_up_days", "during"),
        _frequency,
    ),
    "activity_cap": ((ON, "activities"), ("hours", "percent"), _cap),
    "ce_proof": ((ON, "shows"), (), _proof),
}
