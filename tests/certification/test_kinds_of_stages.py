"""Steps, tiers, tries and renewal: met and not met at each boundary, and the earliest day."""

from datetime import date, timedelta

import pytest

from lms.certification.facts import PaymentSeen, Record
from lms.certification.findings import Status
from lms.certification.kinds import ExaminationPassed, Requirement, TrainingHours
from lms.certification.kinds.stages import (
    AttemptsInWindow,
    ExaminationScore,
    OrderedStages,
    ProvisionalTier,
    RenewalWindow,
    Stage,
    StageDone,
)
from lms.certification.requirements import finding_of
from tests.certification.records import AS_OF, credential, exam, stage, tier, training

T = (("en", "A title"),)
DAY = timedelta(days=1)
MET, NOT, OPEN = Status.MET, Status.NOT_MET, Status.NOT_YET_EVALUABLE
ORDER = OrderedStages("o", T, (Stage("orientation"), Stage("core"), Stage("final")))
HOURS_FIRST = OrderedStages(
    "o",
    T,
    (
        Stage("training", TrainingHours("training", T, 120)),
        Stage("exam", ExaminationPassed("exam", T, "final")),
    ),
)
TIER = ProvisionalTier("t", T, "trainee", 12, renewals=1, renewal_months=6)
UNEXPIRED = ProvisionalTier("t", T, "trainee", 12, is_unexpired=True)
TRIES = AttemptsInWindow("a", T, "final", 3, 12, opens_at=Stage("approved"), then="retrain")
WAIT = AttemptsInWindow("a", T, "final", wait_days=90)
PERCENT = ExaminationScore("s", T, ("oral", "written"), percent=80)
SCALED = ExaminationScore("s", T, ("pr",), scaled=500)
ON_TIME = RenewalWindow("r", T, (12, 31), opens_days=90)
LATE = RenewalWindow("late", T, (1, 31), is_next_year=True, fee_usd=26)
MAY = date(2026, 5, 31)
APPROVED = stage("approved", MAY)
HELD = credential("cps", date(2026, 1, 1), date(2026, 12, 31))


def failed(on: date) -> object:
    return exam("final", is_passed=False, on=on)


def steps(*days: int) -> tuple:  # type: ignore[type-arg]
    names = ("orientation", "core", "final")
    return tuple(stage(name, date(2026, 1, day)) for name, day in zip(names, days, strict=False))


def tries(*days: date, passes: bool = True) -> tuple:  # type: ignore[type-arg]
    *before, last = days
    return (*(failed(day) for day in before), exam("final", is_passed=passes, on=last))


CASES: list[tuple[str, Requirement, Record, date, Status]] = [
    (
        "step done",
        StageDone("s", T, "orientation"),
        Record(stages=(stage("orientation", AS_OF),)),
        AS_OF,
        MET,
    ),
    (
        "step tomorrow",
        StageDone("s", T, "orientation"),
        Record(stages=(stage("orientation", AS_OF + DAY),)),
        AS_OF,
        NOT,
    ),
    ("in order", ORDER, Record(stages=steps(1, 2, 3)), AS_OF, MET),
    ("all on one day", ORDER, Record(stages=steps(1, 1, 1)), AS_OF, MET),
    ("out of order", ORDER, Record(stages=steps(2, 1, 3)), AS_OF, NOT),
    ("one step missing", ORDER, Record(stages=steps(1, 2)), AS_OF, NOT),
    (
        "begun before the one before was done",
        ORDER,
        Record(stages=(*steps(5, 6), stage("final", date(2026, 1, 9), began_on=date(2026, 1, 5)))),
        AS_OF,
        NOT,
    ),
    (
        "done again in order",
        ORDER,
        Record(stages=(*steps(2, 1, 3), stage("core", date(2026, 1, 2)))),
        AS_OF,
        MET,
    ),
    (
        "hours, then the exam on the day they are reached",
        HOURS_FIRST,
        Record(
            training=(training(60, on=MAY - DAY), training(60, on=MAY), training(600, on=AS_OF)),
            examinations=(exam("final", on=MAY),),
        ),
        AS_OF,
        MET,
    ),
    (
        "the exam a day before the hours",
        HOURS_FIRST,
        Record(
            training=(training(60, on=MAY - DAY), training(60, on=MAY)),
            examinations=(exam("final", on=MAY - DAY),),
        ),
        AS_OF,
        NOT,
    ),
    ("tier held", TIER, Record(tiers=(tier("trainee", date(2026, 1, 1), date(2027, 1, 1)),)), AS_OF, MET),
    ("tier never held", TIER, Record(tiers=(tier("other", date(2026, 1, 1), AS_OF),)), AS_OF, OPEN),
    ("last day of the tier", UNEXPIRED, Record(tiers=(tier("trainee", date(2026, 1, 1), AS_OF),)), AS_OF, MET),
    (
        "tier ended yesterday",
        UNEXPIRED,
        Record(tiers=(tier("trainee", date(2026, 1, 1), AS_OF - DAY),)),
        AS_OF,
        NOT,
    ),
    (
        "a tier is no longer than the rule allows",
        UNEXPIRED,
        Record(tiers=(tier("trainee", AS_OF.replace(year=2025) - DAY, AS_OF + DAY),)),
        AS_OF,
        NOT,
    ),
    ("third try", TRIES, Record(stages=(APPROVED,), examinations=tries(MAY, MAY, MAY)), AS_OF, MET),
    ("fourth try", TRIES, Record(stages=(APPROVED,), examinations=tries(MAY, MAY, MAY, AS_OF)), AS_OF, NOT),
    (
        "last day of twelve months",
        TRIES,
        Record(stages=(APPROVED,), examinations=(exam("final", on=date(2027, 5, 31)),)),
        date(2027, 6, 30),
        MET,
    ),
    (
        "a day later",
        TRIES,
        Record(stages=(APPROVED,), examinations=(exam("final", on=date(2027, 6, 1)),)),
        date(2027, 6, 30),
        NOT,
    ),
    (
        "from a leap day",
        TRIES,
        Record(
            stages=(stage("approved", date(2024, 2, 29)),), examinations=(exam("final", on=date(2025, 2, 28)),)
        ),
        AS_OF,
        MET,
    ),
    (
        "before the approval",
        TRIES,
        Record(stages=(APPROVED,), examinations=(exam("final", on=MAY - DAY),)),
        AS_OF,
        NOT,
    ),
    ("no approval", TRIES, Record(examinations=(exam("final"),)), AS_OF, OPEN),
    ("wait of 90 days", WAIT, Record(examinations=tries(MAY, MAY + 90 * DAY)), AS_OF, MET),
    ("wait of 89 days", WAIT, Record(examinations=tries(MAY, MAY + 89 * DAY)), AS_OF, NOT),
    ("80 percent", PERCENT, Record(examinations=(exam("oral"), exam("written", percent=80))), AS_OF, MET),
    ("79 percent", PERCENT, Record(examinations=(exam("oral"), exam("written", percent=79))), AS_OF, NOT),
    ("one of two", PERCENT, Record(examinations=(exam("oral", percent=100),)), AS_OF, NOT),
    ("500 on the scale", SCALED, Record(examinations=(exam("pr", scaled=500),)), AS_OF, MET),
    ("499 on the scale", SCALED, Record(examinations=(exam("pr", scaled=499),)), AS_OF, NOT),
    ("no scale", SCALED, Record(examinations=(exam("pr", percent=100),)), AS_OF, NOT),
    (
        "asked for on the last day",
        ON_TIME,
        Record(credentials=(HELD,), stages=(stage("renewal_asked", date(2026, 12, 31)),)),
        date(2027, 1, 5),
        MET,
    ),
    (
        "asked for a day late",
        ON_TIME,
        Record(credentials=(HELD,), stages=(stage("renewal_asked", date(2027, 1, 1)),)),
        date(2027, 1, 5),
        NOT,
    ),
    (
        "asked for on the first day",
        ON_TIME,
        Record(credentials=(HELD,), stages=(stage("renewal_asked", date(2026, 10, 2)),)),
        AS_OF,
        MET,
    ),
    (
        "asked for too soon",
        ON_TIME,
        Record(credentials=(HELD,), stages=(stage("renewal_asked", date(2026, 10, 1)),)),
        AS_OF,
        NOT,
    ),
    ("no credential", ON_TIME, Record(), AS_OF, OPEN),
    (
        "late with the fee",
        LATE,
        Record(
            credentials=(HELD,),
            stages=(stage("renewal_asked", date(2027, 1, 31)),),
            payments=(PaymentSeen("paid:1", date(2027, 1, 31), "late", 26),),
        ),
        date(2027, 2, 5),
        MET,
    ),
    (
        "late with a part of the fee",
        LATE,
        Record(
            credentials=(HELD,),
            stages=(stage("renewal_asked", date(2027, 1, 31)),),
            payments=(PaymentSeen("paid:1", date(2027, 1, 31), "late", 25),),
        ),
        date(2027, 2, 5),
        NOT,
    ),
    (
        "not late yet",
        LATE,
        Record(
            credentials=(HELD,),
            stages=(stage("renewal_asked", date(2026, 12, 31)),),
            payments=(PaymentSeen("paid:1", date(2027, 1, 31), "late", 26),),
        ),
        date(2027, 2, 5),
        NOT,
    ),
]


@pytest.mark.parametrize(
    ("asked", "record", "as_of", "status"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_each_kind_is_met_and_not_met(asked: Requirement, record: Record, as_of: date, status: Status) -> None:
    found = finding_of(asked, record, as_of)
    assert found.status is status
    assert (found.percent == 100) == found.is_met
    assert bool(found.who_has_it) == (not found.is_met)
    assert bool(found.evidence) or not found.is_met


def test_a_step_out_of_order_says_what_it_came_before() -> None:
    found = finding_of(ORDER, Record(stages=steps(2, 1, 3)), AS_OF)
    assert [child.is_met for child in found.children] == [True, False, False]
    assert [str(one.reason) for one in found.excluded] == [
        "This came on Jan 1, 2026, before the step before it was done on Jan 2, 2026."
    ]


def test_a_renewal_too_many_does_not_count() -> None:
    periods = tuple(tier("trainee", date(2023 + year, 1, 1), date(2023 + year, 12, 31)) for year in range(3))
    found = finding_of(TIER, Record(tiers=periods), AS_OF)
    assert found.evidence == tuple(one.evidence for one in periods[:2])
    assert [(one.evidence, one.is_waiting) for one in found.excluded] == [((periods[2].evidence,), False)]
    assert dict(found.sentence.facts)["last_on"] == "2024-07-01", "a renewal holds for six months"


def test_tries_that_are_left_and_what_comes_after_the_last() -> None:
    one = finding_of(TRIES, Record(stages=(APPROVED,), examinations=tries(MAY, passes=False)), AS_OF)
    assert str(one.sentence) == "Tries left: 2."
    three = tries(MAY, MAY, MAY, passes=False)
    none = finding_of(TRIES, Record(stages=(APPROVED,), examinations=three), AS_OF)
    assert str(none.sentence) == "All 3 tries are used. What comes next: retrain."
    over = finding_of(TRIES, Record(stages=(APPROVED,)), date(2027, 6, 1))
    assert str(over.sentence) == "The time for tries ended on May 31, 2027. What comes next: retrain."
    again = Record(stages=(APPROVED, stage("approved", AS_OF)), examinations=(*three, exam("final")))
    assert finding_of(TRIES, again, AS_OF).is_met, "a new approval opens new tries"


@pytest.mark.parametrize(
    ("asked", "record", "earliest"),
    [
        (WAIT, Record(examinations=tries(AS_OF - 30 * DAY, passes=False)), AS_OF + 60 * DAY),
        (LATE, Record(credentials=(HELD,)), date(2027, 1, 1)),
    ],
)
def test_the_earliest_day_is_told(asked: Requirement, record: Record, earliest: date) -> None:
    assert finding_of(asked, record, AS_OF).earliest_on == earliest
    assert finding_of(asked, record, earliest).earliest_on is None
