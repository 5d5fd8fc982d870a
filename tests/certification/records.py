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
    minutes: int,
    *topics: str,
    mode: str = "self_paced",
    on: date = AS_OF,
    evidence: str = "",
    module_id: str = "mutual",
) -> TrainingHour:
    return TrainingHour(evidence or f"contact:{next(_numbers)}", module_id, topics, minutes, mode, on)


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


def meets_icrc_5() -> Record:
    """The least that meets what can be checked of icrc-pr-5domain."""
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
    )


def meets_texas() -> Record:
    """The least that meets what can be checked of texas-mhps: all its training is live."""
    return Record(
        training=(training(1170, mode="live_remote"), training(2400, mode="in_person")),
        examinations=(exam("texas-core-assessment"), exam("texas-supplemental-mhps-assessment")),
        practice=tuple(practice(3000, kind="observation") for _each in range(5)),
        attestations=(attestation("texas-lived-experience"), attestation("texas-self-assessment")),
    )


def meets_california() -> Record:
    """The least that meets what can be checked of california-mcpss."""
    names = ("lived-experience", "willing-to-share", "code-of-ethics")
    return Record(
        training=(training(2400), training(2400, mode="live_remote")),
        examinations=(exam("calmhsa-exam"),),
        attestations=tuple(attestation(f"california-{name}") for name in names),
    )


def meets_tennessee() -> Record:
    """The least that meets what can be checked of tennessee-cprs."""
    return Record(
        training=(training(2400, mode="in_person"),),
        examinations=(exam("tennessee-course-tests"),),
        practice=(practice(1500), practice(1500), practice(1500)),
        supervision=(supervision(180),),
    )


def meets_washington() -> Record:
    """The least that meets what can be checked of washington-cpss."""
    return Record(
        training=(training(4800),),
        examinations=(exam("washington-oral"), exam("washington-written")),
        practice=tuple(practice(6000) for _each in range(10)),
        attestations=(attestation("washington-parent-or-guardian"),),
    )


def meets_georgia() -> Record:
    """Nothing of georgia-cps-renewal can be checked yet."""
    return Record()
