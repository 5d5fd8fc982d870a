"""Builders of plain facts and records, for the pure tests."""

from datetime import date, timedelta
from itertools import count

from lms.certification.facts import (
    AttestationGiven,
    ExamTaken,
    ModuleDone,
    PracticeHour,
    Record,
    SupervisionHeld,
    TrainingHour,
)

AS_OF = date(2026, 11, 20)
_numbers = count(1)


def training(
    minutes: int, *topics: str, mode: str = "self_paced", on: date = AS_OF, evidence: str = ""
) -> TrainingHour:
    return TrainingHour(evidence or f"contact:{next(_numbers)}", "mutual", topics, minutes, mode, on)


def module(name: str, on: date = AS_OF) -> ModuleDone:
    return ModuleDone(f"completion:{next(_numbers)}", name, 1, on)


def exam(name: str, *, is_passed: bool = True, on: date = AS_OF) -> ExamTaken:
    return ExamTaken(f"result:{next(_numbers)}", name, 80 if is_passed else 55, 70, is_passed, on)


def practice(
    minutes: int,
    *,
    on: date = AS_OF,
    state: str = "approved",
    kind: str = "group",
    domain: str = "advocacy",
    supervisor_id: int = 7,
    evidence: str = "",
) -> PracticeHour:
    name = evidence or f"entry:{next(_numbers)}"
    return PracticeHour(name, on, minutes, kind, domain, "in_person", state, supervisor_id)


def supervision(
    minutes: int, *, on: date = AS_OF, is_signed: bool = True, format: str = "individual"
) -> SupervisionHeld:
    return SupervisionHeld(f"session:{next(_numbers)}", on, minutes, format, "in_person", is_signed, 7)


def attestation(text: str = "code-of-ethics", version: str = "1", on: date = AS_OF) -> AttestationGiven:
    return AttestationGiven(f"attestation:{next(_numbers)}", text, version, on)


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


def meets_icrc() -> Record:
    """The least that meets icrc-pr-4domain."""
    return Record(
        training=(
            training(600, "advocacy"),
            training(600, "mentoring_education"),
            training(600, "recovery_wellness"),
            training(960, "ethical_responsibility"),
        ),
        examinations=(exam("icrc-pr"),),
        practice=tuple(practice(3000) for _each in range(10)),
        supervision=(supervision(1500),),
        attestations=(attestation(),),
    )
