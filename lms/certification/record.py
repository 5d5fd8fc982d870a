"""Gathers a person's record from the slices that hold the facts.

The caller must already be allowed to see the person's rows: in scope as the person, or within `seeing`.
"""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from lms.assessment import queries as assessment
from lms.certification import brought
from lms.certification.brought import ApprovalCard
from lms.certification.facts import (
    AgreementMade,
    AttestationGiven,
    ExamTaken,
    ModuleDone,
    PracticeHour,
    Record,
    SupervisionHeld,
    SupervisorQualified,
    TrainingHour,
)
from lms.certification.proof_kinds import facts_from
from lms.curriculum import queries as curriculum
from lms.people import queries as people
from lms.practice import queries as practice


def record_of(person_id: int, zone: str, body_id: int | None = None) -> Record:
    """All facts of the person; instants become dates in `zone`, the certifying body's.

    Of proofs, waivers and approvals of training those that this body holds; without a body those of all, which
    is right only for a scheme that nobody here decides on.
    """
    day = _Days(zone)
    approvals = brought.approvals_by(body_id)
    practised = practice.practice_hours_of(person_id)
    supervised = practice.supervision_of(person_id)
    supervisors = {hour.supervisor_id for hour in practised} | {held.supervisor_id for held in supervised}
    proofs = (card.as_told(zone) for card in brought.proofs_of(person_id, body_id) if card.is_open)
    return Record(
        **facts_from(proofs),
        waivers=brought.waivers_given(person_id, body_id, zone),
        approvals=tuple(approval.as_fact(zone) for approval in approvals),
        training=tuple(_trained(hour, approvals) for hour in curriculum.contact_hours_of(person_id)),
        modules=tuple(
            ModuleDone(f"module_completion:{done.id}", done.module_id, done.revision, day.of(done.completed_at))
            for done in curriculum.completions_of(person_id)
        ),
        examinations=tuple(
            ExamTaken(
                evidence=f"result:{result.id}",
                examination_id=result.examination_id,
                percent=result.score_percent,
                cut_percent=result.cut_percent,
                is_passed=result.is_passed,
                on=day.of(result.handed_in_at),
            )
            for result in assessment.results_of(person_id)
        ),
        practice=tuple(
            PracticeHour(
                evidence=hour.evidence,
                on=hour.on,
                minutes=hour.minutes,
                kind=str(hour.kind),
                domain=str(hour.domain),
                mode=str(hour.mode),
                state=str(hour.state),
                supervisor_id=hour.supervisor_id,
            )
            for hour in practised
        ),
        supervision=tuple(
            SupervisionHeld(
                evidence=held.evidence,
                on=held.on,
                minutes=held.minutes,
                format=str(held.format),
                mode=str(held.mode),
                is_signed=held.is_signed,
                supervisor_id=held.supervisor_id,
            )
            for held in supervised
        ),
        qualifications=tuple(
            SupervisorQualified(
                held.evidence,
                held.valid_from,
                held.supervisor_id,
                held.credential.strip().lower(),
                held.valid_until,
                held.practice_minutes,
                held.joint_minutes,
            )
            for held in practice.qualifications_of(supervisors)
        ),
        agreements=tuple(
            AgreementMade(made.evidence, made.starts_on, made.supervisor_id, made.ends_on, made.approved_on)
            for made in practice.agreements_of(person_id)
        ),
        attestations=tuple(
            AttestationGiven(
                f"attestation:{given.id}", given.text_id, str(given.text_version), day.of(given.given_at)
            )
            for given in people.attestations_of(person_id)
        ),
    )


def involved_with(person_id: int) -> frozenset[int]:
    """Everyone who trained, examined or supervised the person, and so may not decide about them."""
    return (
        curriculum.trainers_of(person_id)
        | assessment.examiners_of(person_id)
        | practice.supervisors_of(person_id)
    )


def _trained(hour: curriculum.ContactHour, approvals: tuple[ApprovalCard, ...]) -> TrainingHour:
    """Training, under the names that the oldest approval of it gives to who held it and as what."""
    known = (
        one
        for one in approvals
        if one.provider_id == hour.organisation_id and one.module_id in ("", hour.module_id)
    )
    first = min(known, key=lambda one: (not one.module_id, one.id), default=None)
    return TrainingHour(
        hour.evidence,
        hour.module_id,
        tuple(hour.topics),
        hour.minutes,
        hour.mode,
        hour.on,
        provider=first.provider if first else "",
        course=first.course if first else "",
    )


@dataclass(frozen=True)
class _Days:
    zone: str

    def of(self, instant: datetime) -> date:
        return instant.astimezone(ZoneInfo(self.zone)).date()
