"""Gathers a person's record from the slices that hold the facts.

The caller must already be allowed to see the person's rows: in scope as the person, or within `seeing`.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from lms.assessment import queries as assessment
from lms.certification import brought
from lms.certification.brought import ApprovalCard, ProofCard, WaiverCard
from lms.certification.facts import (
    AgreementMade,
    AttestationGiven,
    ExamTaken,
    ModuleDone,
    PerformanceRated,
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


@dataclass(frozen=True)
class Gathered:
    """Every row that a person's record is made of, read once; `record` makes it for one body."""

    contact_hours: tuple[curriculum.ContactHour, ...]
    completions: tuple[curriculum.ModuleCompletion, ...]
    results: tuple[assessment.ExamResult, ...]
    hours: tuple[practice.PracticeHour, ...]
    sessions: tuple[practice.SupervisionFact, ...]
    qualifications: tuple[practice.QualificationFact, ...]
    agreements: tuple[practice.AgreementFact, ...]
    attestations: tuple[people.AttestationFact, ...]
    evaluations: tuple[practice.EvaluationFact, ...]
    proofs: tuple[ProofCard, ...]
    waivers: tuple[WaiverCard, ...]
    approvals: tuple[ApprovalCard, ...]

    def record(self, zone: str, body_id: int | None) -> Record:
        """The record for a body: instants become dates in `zone`, the body's.

        Of proofs, waivers and approvals of training those that this body holds; without a body those of all,
        which is right only for a scheme that nobody here decides on.
        """
        approvals = tuple(one for one in self.approvals if body_id in (None, one.organisation_id))
        proofs = (one for one in self.proofs if one.is_open and body_id in (None, one.organisation_id))
        waivers = (one for one in self.waivers if body_id in (None, one.organisation_id))
        made = Record(
            **facts_from(card.as_told(zone) for card in proofs),
            waivers=tuple(card.as_fact(zone) for card in waivers),
            approvals=tuple(card.as_fact(zone) for card in approvals),
            training=tuple(_trained(hour, approvals) for hour in self.contact_hours),
            **self._taught(_Days(zone)),
            **self._practised(),
        )
        rated = tuple(
            PerformanceRated(one.evidence, one.on, one.rubric_id, one.is_passed) for one in self.evaluations
        )
        return replace(made, performance=(*made.performance, *rated))

    def _taught(self, day: "_Days") -> dict[str, Any]:
        return {
            "modules": tuple(
                ModuleDone(
                    f"module_completion:{done.id}", done.module_id, done.revision, day.of(done.completed_at)
                )
                for done in self.completions
            ),
            "examinations": tuple(
                ExamTaken(
                    evidence=f"result:{result.id}",
                    examination_id=result.examination_id,
                    percent=result.score_percent,
                    cut_percent=result.cut_percent,
                    is_passed=result.is_passed,
                    on=day.of(result.handed_in_at),
                )
                for result in self.results
            ),
            "attestations": tuple(
                AttestationGiven(
                    f"attestation:{given.id}", given.text_id, str(given.text_version), day.of(given.given_at)
                )
                for given in self.attestations
            ),
        }

    def _practised(self) -> dict[str, Any]:
        return {
            "practice": tuple(
                PracticeHour(
                    evidence=hour.evidence,
                    on=hour.on,
                    minutes=hour.minutes,
                    kind=str(hour.kind),
                    domain=str(hour.domain),
                    mode=str(hour.mode),
                    state=str(hour.state),
                    supervisor_id=hour.supervisor_id,
                    population=hour.population,
                    is_direct=hour.is_direct,
                )
                for hour in self.hours
            ),
            "supervision": tuple(
                SupervisionHeld(
                    evidence=held.evidence,
                    on=held.on,
                    minutes=held.minutes,
                    format=str(held.format),
                    mode=str(held.mode),
                    is_signed=held.is_signed,
                    supervisor_id=held.supervisor_id,
                )
                for held in self.sessions
            ),
            "qualifications": tuple(
                SupervisorQualified(
                    held.evidence,
                    held.valid_from,
                    held.supervisor_id,
                    held.credential.strip().lower(),
                    held.valid_until,
                    held.practice_minutes,
                    held.joint_minutes,
                )
                for held in self.qualifications
            ),
            "agreements": tuple(
                AgreementMade(made.evidence, made.starts_on, made.supervisor_id, made.ends_on, made.approved_on)
                for made in self.agreements
            ),
        }


def gathered(person_id: int) -> Gathered:
    """The rows of the person, in a constant number of statements."""
    hours, sessions = practice.practice_hours_of(person_id), practice.supervision_of(person_id)
    supervisors = {hour.supervisor_id for hour in hours} | {held.supervisor_id for held in sessions}
    return Gathered(
        contact_hours=tuple(curriculum.contact_hours_of(person_id)),
        completions=tuple(curriculum.completions_of(person_id)),
        results=tuple(assessment.results_of(person_id)),
        hours=hours,
        sessions=sessions,
        qualifications=practice.qualifications_of(supervisors),
        agreements=practice.agreements_of(person_id),
        attestations=tuple(people.attestations_of(person_id)),
        evaluations=practice.evaluations_of(person_id),
        proofs=brought.proofs_of(person_id),
        waivers=brought.waivers_of(person_id),
        approvals=brought.approvals_by(None),
    )


def record_of(person_id: int, zone: str, body_id: int | None = None) -> Record:
    """All facts of the person, as `Gathered.record` makes them for one body, or for a scheme without one."""
    return gathered(person_id).record(zone, body_id)


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
