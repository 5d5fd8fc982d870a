"""Each kind of requirement, met and not met, in tables."""

from datetime import date, timedelta

import pytest

from lms.certification.counting import Piece, Window, assign, months_after, months_before
from lms.certification.facts import Record
from lms.certification.findings import Evaluation, Finding, Status
from lms.certification.kinds import (
    AllOf,
    AnyOf,
    AttestationMade,
    ExaminationPassed,
    ModeShare,
    ModuleCompleted,
    NotEvaluated,
    PracticeHours,
    Requirement,
    SupervisionHours,
    TrainingHours,
)
from lms.certification.requirements import evaluate, finding_of
from tests.certification.records import (
    AS_OF,
    attestation,
    exam,
    meets_peer_specialist,
    module,
    practice,
    supervision,
    training,
)

T = (("en", "A title"),)
DAY = timedelta(days=1)
PRACTICE = PracticeHours("practice", T, 1200)
BY_TOPIC = TrainingHours("t", T, 180, topics=(("advocacy", 60), ("ethical_responsibility", 60)))
LIVE_HALF = TrainingHours("t", T, 120, shares=(ModeShare(("live_remote", "in_person"), 60),))
LIVE_ONLY = TrainingHours("t", T, 60, only_modes=("live_remote", "in_person"))
RATIO = SupervisionHours("s", T, 0, practice_minutes_per_hour=1200, practice=PRACTICE)

CASES: list[tuple[str, Requirement, Record, Status]] = [
    ("hours in all", TrainingHours("t", T, 180), Record(training=(training(180),)), Status.MET),
    ("one minute short", TrainingHours("t", T, 180), Record(training=(training(179),)), Status.NOT_MET),
    (
        "each topic",
        BY_TOPIC,
        Record(training=(training(90, "advocacy"), training(90, "ethical_responsibility"))),
        Status.MET,
    ),
    ("a topic short", BY_TOPIC, Record(training=(training(180, "advocacy"),)), Status.NOT_MET),
    (
        "hours of two topics go where they are needed",
        BY_TOPIC,
        Record(training=(training(120, "advocacy", "ethical_responsibility"), training(60))),
        Status.MET,
    ),
    (
        "one hour is not two topics",
        BY_TOPIC,
        Record(training=(training(60, "advocacy", "ethical_responsibility"), training(120))),
        Status.NOT_MET,
    ),
    ("half live", LIVE_HALF, Record(training=(training(60), training(60, mode="in_person"))), Status.MET),
    (
        "not half live",
        LIVE_HALF,
        Record(training=(training(61), training(59, mode="in_person"))),
        Status.NOT_MET,
    ),
    ("live only", LIVE_ONLY, Record(training=(training(60, mode="live_remote"),)), Status.MET),
    ("self-paced refused", LIVE_ONLY, Record(training=(training(600),)), Status.NOT_MET),
    ("module", ModuleCompleted("m", T, "mutual"), Record(modules=(module("mutual"),)), Status.MET),
    ("another module", ModuleCompleted("m", T, "mutual"), Record(modules=(module("safe"),)), Status.NOT_MET),
    (
        "module done after the check",
        ModuleCompleted("m", T, "mutual"),
        Record(modules=(module("mutual", AS_OF + DAY),)),
        Status.NOT_MET,
    ),
    (
        "examination",
        ExaminationPassed("e", T, "final"),
        Record(examinations=(exam("final", is_passed=False), exam("final"))),
        Status.MET,
    ),
    (
        "examination not passed",
        ExaminationPassed("e", T, "final"),
        Record(examinations=(exam("final", is_passed=False), exam("other"))),
        Status.NOT_MET,
    ),
    ("practice", PRACTICE, Record(practice=(practice(1200),)), Status.MET),
    ("practice short", PRACTICE, Record(practice=(practice(1199),)), Status.NOT_MET),
    ("practice unsigned", PRACTICE, Record(practice=(practice(1200, state="submitted"),)), Status.NOT_MET),
    (
        "practice by domain",
        PracticeHours("p", T, 120, domains=(("advocacy", 60),)),
        Record(practice=(practice(60), practice(60, domain="harm_reduction"))),
        Status.MET,
    ),
    (
        "practice domain short",
        PracticeHours("p", T, 120, domains=(("advocacy", 60),)),
        Record(practice=(practice(59), practice(600, domain="harm_reduction"))),
        Status.NOT_MET,
    ),
    (
        "practice kind refused",
        PracticeHours("p", T, 60, kinds_not_counted=("training",)),
        Record(practice=(practice(60, kind="training"),)),
        Status.NOT_MET,
    ),
    (
        "first day of the window in months",
        PracticeHours("p", T, 60, window=Window(months=24)),
        Record(practice=(practice(60, on=date(2024, 11, 20)),)),
        Status.MET,
    ),
    (
        "the day before the window in months",
        PracticeHours("p", T, 60, window=Window(months=24)),
        Record(practice=(practice(60, on=date(2024, 11, 19)),)),
        Status.NOT_MET,
    ),
    (
        "first day of the window in days",
        PracticeHours("p", T, 60, window=Window(days=30)),
        Record(practice=(practice(60, on=AS_OF - 30 * DAY),)),
        Status.MET,
    ),
    (
        "the day before the window in days",
        PracticeHours("p", T, 60, window=Window(days=30)),
        Record(practice=(practice(60, on=AS_OF - 31 * DAY),)),
        Status.NOT_MET,
    ),
    (
        "the day after a date",
        PracticeHours("p", T, 60, window=Window(after=date(2022, 7, 1))),
        Record(practice=(practice(60, on=date(2022, 7, 2)),)),
        Status.MET,
    ),
    (
        "the date itself is not after it",
        PracticeHours("p", T, 60, window=Window(after=date(2022, 7, 1))),
        Record(practice=(practice(60, on=date(2022, 7, 1)),)),
        Status.NOT_MET,
    ),
    ("supervision", SupervisionHours("s", T, 60), Record(supervision=(supervision(60),)), Status.MET),
    (
        "supervision unsigned",
        SupervisionHours("s", T, 60),
        Record(supervision=(supervision(60, is_signed=False),)),
        Status.NOT_MET,
    ),
    (
        "supervision in another format",
        SupervisionHours("s", T, 60, formats=("individual",)),
        Record(supervision=(supervision(60, format="group"),)),
        Status.NOT_MET,
    ),
    (
        "ratio",
        RATIO,
        Record(practice=(practice(2400),), supervision=(supervision(60), supervision(60))),
        Status.MET,
    ),
    (
        "ratio short",
        RATIO,
        Record(practice=(practice(2400),), supervision=(supervision(119),)),
        Status.NOT_MET,
    ),
    (
        "ratio asks for full blocks",
        RATIO,
        Record(practice=(practice(2399),), supervision=(supervision(60),)),
        Status.MET,
    ),
    (
        "ratio reads signed hours only",
        RATIO,
        Record(practice=(practice(1200), practice(1200, state="submitted")), supervision=(supervision(60),)),
        Status.MET,
    ),
    ("ratio without practice", RATIO, Record(supervision=(supervision(60),)), Status.NOT_YET_EVALUABLE),
    (
        "attestation",
        AttestationMade("a", T, "code-of-ethics", "1"),
        Record(attestations=(attestation(),)),
        Status.MET,
    ),
    (
        "attestation of another version",
        AttestationMade("a", T, "code-of-ethics", "2"),
        Record(attestations=(attestation(),)),
        Status.NOT_MET,
    ),
    (
        "all of",
        AllOf("g", T, (ModuleCompleted("m", T, "mutual"), TrainingHours("t", T, 60))),
        Record(modules=(module("mutual"),), training=(training(60),)),
        Status.MET,
    ),
    (
        "one of all is missing",
        AllOf("g", T, (ModuleCompleted("m", T, "mutual"), TrainingHours("t", T, 60))),
        Record(modules=(module("mutual"),)),
        Status.NOT_MET,
    ),
    (
        "any of",
        AnyOf("g", T, (ModuleCompleted("m", T, "mutual"), TrainingHours("t", T, 60))),
        Record(training=(training(60),)),
        Status.MET,
    ),
    (
        "none of any",
        AnyOf("g", T, (ModuleCompleted("m", T, "mutual"), TrainingHours("t", T, 60))),
        Record(),
        Status.NOT_MET,
    ),
    ("unknown kind", NotEvaluated("x", T, "fingerprints"), meets_peer_specialist(), Status.NOT_YET_EVALUABLE),
    (
        "a known way beside an unknown one",
        AnyOf("g", T, (NotEvaluated("x", T, "fingerprints"), TrainingHours("t", T, 60))),
        Record(training=(training(60),)),
        Status.MET,
    ),
    (
        "unknown kind keeps a group open",
        AllOf("g", T, (NotEvaluated("x", T, "fingerprints"), TrainingHours("t", T, 60))),
        Record(training=(training(60),)),
        Status.NOT_MET,
    ),
]


@pytest.mark.parametrize(("asked", "record", "status"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_each_kind_is_met_and_not_met(asked: Requirement, record: Record, status: Status) -> None:
    found = finding_of(asked, record, AS_OF)
    assert found.status is status
    assert 0 <= found.percent <= 100
    assert (found.percent == 100) == found.is_met


def test_what_waits_is_projected_and_says_who_has_it() -> None:
    record = Record(practice=(practice(900), practice(300, state="submitted", supervisor_id=9)))
    found = finding_of(PRACTICE, record, AS_OF)
    assert (found.counted, found.projected, found.needed, found.who_has_it) == (900, 1200, 1200, "supervisor")
    (waiting,) = found.excluded
    assert (waiting.amount, waiting.is_waiting, waiting.who, waiting.person_id) == (
        300,
        True,
        "supervisor",
        9,
    )
    assert str(waiting.reason) == "These hours wait for sign-off."


def test_hours_to_fix_lie_with_the_applicant() -> None:
    found = finding_of(PRACTICE, Record(practice=(practice(1200, state="returned"),)), AS_OF)
    assert found.who_has_it == "applicant"
    assert [one.who for one in found.excluded] == ["applicant"]


def test_every_minute_is_counted_or_has_a_reason() -> None:
    record = Record(
        practice=(
            practice(100),
            practice(200, state="draft"),
            practice(300, kind="training"),
            practice(400, on=date(2020, 1, 1)),
            practice(500, on=AS_OF + DAY),
        )
    )
    asked = PracticeHours("p", T, 60, kinds_not_counted=("training",), window=Window(months=24))
    found = finding_of(asked, record, AS_OF)
    assert found.counted == 100
    assert sorted(one.amount for one in found.excluded) == [200, 300, 400, 500]
    assert {str(one.reason) for one in found.excluded} == {
        "These hours are a draft. They are not sent yet.",
        "Time for training does not count as practice.",
        "The date is before Nov 20, 2024, the first day that counts.",
        "The date is after the day of this check.",
    }


def test_the_same_evidence_given_twice_counts_once_as_the_smaller_amount() -> None:
    record = Record(practice=(practice(600, evidence="entry:a"), practice(60, evidence="entry:a")))
    assert finding_of(PRACTICE, record, AS_OF).counted == 60


def test_topic_parts_add_up_to_what_counts() -> None:
    record = Record(
        training=(training(100, "advocacy", "ethical_responsibility"), training(50, "advocacy"), training(40))
    )
    found = finding_of(BY_TOPIC, record, AS_OF)
    parts = {child.about: child.counted for child in found.children}
    assert found.counted == 190
    assert sum(parts.values()) == 150
    assert parts == {"advocacy": 90, "ethical_responsibility": 60}


def test_hours_move_to_make_room_for_others() -> None:
    """The first topic must give way along a chain, or the last one would stay short."""
    counted = assign(
        (
            _piece("a", 60, "advocacy", "ethical_responsibility"),
            _piece("b", 60, "ethical_responsibility", "harm_reduction"),
            _piece("c", 60, "advocacy"),
        ),
        {"advocacy": 60, "ethical_responsibility": 60, "harm_reduction": 60},
    )
    assert counted == {"advocacy": 60, "ethical_responsibility": 60, "harm_reduction": 60}


def _piece(name: str, minutes: int, *groups: str) -> Piece:
    return Piece(name, AS_OF, minutes, groups)


def test_enough_in_all_with_a_part_short_is_said_so() -> None:
    found = finding_of(BY_TOPIC, Record(training=(training(300, "advocacy"),)), AS_OF)
    assert "one part still needs more" in str(found.sentence)
    assert found.percent == 99


def test_tries_below_the_line_are_shown_with_their_reason() -> None:
    found = finding_of(
        ExaminationPassed("e", T, "final"), Record(examinations=(exam("final", is_passed=False),)), AS_OF
    )
    assert [str(one.reason) for one in found.excluded] == [
        "The try on Nov 20, 2026 came to 55%. The line is 70%."
    ]


def test_a_scheme_that_asks_for_nothing_is_met_by_nobody() -> None:
    assert not evaluate((), meets_peer_specialist(), AS_OF, scheme_id="x", scheme_version=1).is_met


def test_findings_and_records_come_back_from_their_stored_form() -> None:
    record = meets_peer_specialist()
    assert Record.from_json(record.as_json()).as_json() == record.as_json()
    evaluation = evaluate(
        [asked for _name, asked, _record, _status in CASES], record, AS_OF, scheme_id="x", scheme_version=2
    )
    again = Evaluation.from_json(evaluation.as_json())
    assert again == evaluation
    assert all(isinstance(finding, Finding) for finding in again.findings)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2024, 3, 31), 1, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2023, 2, 28)),
        (date(2026, 1, 15), 13, date(2024, 12, 15)),
    ],
)
def test_months_end_well(day: date, months: int, expected: date) -> None:
    assert months_before(day, months) == expected


def test_validity_from_a_leap_day() -> None:
    assert months_after(date(2024, 2, 29), 24) == date(2026, 2, 28)
