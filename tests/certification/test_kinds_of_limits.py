"""What hours must fulfil to count, and parts of hours: each boundary, what waits, what is left out for good."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from lms.certification.facts import CreditEarned, Record
from lms.certification.findings import Finding, Status
from lms.certification.kinds import (
    AreasCovered,
    ContinuingEducation,
    Hours,
    Limit,
    PracticeHours,
    Requirement,
    ShareOfHours,
    SupervisionHours,
    TrainingHours,
)
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
from lms.certification.kinds.stages import ProvisionalTier, Stage
from lms.certification.requirements import evaluate, finding_of
from tests.certification.records import (
    AS_OF,
    agreement,
    approval,
    attendance,
    credential,
    education,
    practice,
    qualified,
    stage,
    supervision,
    tier,
    training,
    waiver,
)

T = (("en", "A title"),)
DAY = timedelta(days=1)
MET, NOT, OPEN = Status.MET, Status.NOT_MET, Status.NOT_YET_EVALUABLE
PRACTICE = PracticeHours("practice", T, 60)
TRAINING = TrainingHours("training", T, 60)
MEETINGS = SupervisionHours("supervision", T, 60)
EDUCATION = ContinuingEducation("education", T, 60)
GATE = HoursAfterStage("g", T, ("practice",), (PRACTICE,), Stage("approved"), 6)
DEADLINE = DeadlineAfterStage("g", T, ("practice",), (PRACTICE,), Stage("class"), 12)
UNDER = HoursUnderTier(
    "g", T, ("practice",), (PRACTICE,), "trainee", ProvisionalTier("t", T, "trainee", 12, 1, 12)
)
LICENSED = SupervisorQualification("g", T, ("practice",), (PRACTICE,), ("lpha",), 600, 60)
AGREED = AgreementOnFile("g", T, ("practice",), (PRACTICE,), True)
WEEKLY = SupervisionFrequency("g", T, ("practice",), (PRACTICE,), least_minutes=30)
MONTHLY = SupervisionFrequency("g", T, ("practice",), (PRACTICE,), at_least=2, per="month")
MAKE_UP = replace(WEEKLY, make_up_days=7)
FROM_LIST = ApprovedTraining("g", T, ("training",), (TRAINING,), "state")
COURSES = replace(FROM_LIST, courses=(("core", 60),))
DATED = replace(FROM_LIST, providers=(("school", date(2026, 1, 1), date(2026, 6, 30)),))
ALL_OF_IT = FullAttendance("g", T, ("training",), (TRAINING,))
MOST_OF_IT = FullAttendance("g", T, ("training",), (TRAINING,), 80)
SHOWN = ProofShows("g", T, ("education",), (EDUCATION,), ("date", "hours"))
CAP = ActivityCap("g", T, ("practice",), (PracticeHours("practice", T, 100),), ("outreach",), percent=40)
MONDAY, SUNDAY = date(2026, 11, 2), date(2026, 11, 8)
MAY = date(2026, 5, 31)
GOOD = qualified(practice_minutes=600, joint_minutes=60)


def worked(on: date, minutes: int = 60, **more: object) -> Record:
    return Record(practice=(practice(minutes, on=on, **more),))  # type: ignore[arg-type]


def taught(on: date = AS_OF, course: str = "class") -> Record:
    return Record(training=(training(60, on=on, course=course),))


APPROVED, CLASS = (stage("approved", MAY),), (stage("class", MAY),)
TIERS = (tier("trainee", date(2025, 3, 1), date(2026, 3, 1)),)

CASES: list[tuple[str, Requirement, Record, Status]] = [
    ("the day after", GATE, replace(worked(MAY + DAY), stages=APPROVED), MET),
    ("the day itself", GATE, replace(worked(MAY), stages=APPROVED), NOT),
    ("not approved yet", GATE, worked(MAY), OPEN),
    ("the last day of the year", DEADLINE, replace(worked(date(2026, 11, 20)), stages=CLASS), MET),
    (
        "a day past the deadline",
        DEADLINE,
        replace(worked(AS_OF), stages=(stage("class", date(2025, 11, 19)),)),
        NOT,
    ),
    ("on the deadline", DEADLINE, replace(worked(AS_OF), stages=(stage("class", date(2025, 11, 20)),)), MET),
    ("first day of the tier", UNDER, replace(worked(date(2025, 3, 1)), tiers=TIERS), MET),
    ("last day of the tier", UNDER, replace(worked(date(2026, 3, 1)), tiers=TIERS), MET),
    ("a day before the tier", UNDER, replace(worked(date(2025, 2, 28)), tiers=TIERS), NOT),
    ("a day after the tier", UNDER, replace(worked(date(2026, 3, 2)), tiers=TIERS), NOT),
    ("no tier entered", UNDER, worked(MAY), OPEN),
    ("qualified", LICENSED, replace(worked(MAY), qualifications=(GOOD,)), MET),
    ("qualified from that day", LICENSED, replace(worked(MAY), qualifications=(replace(GOOD, on=MAY),)), MET),
    (
        "qualified a day later",
        LICENSED,
        replace(worked(MAY), qualifications=(replace(GOOD, on=MAY + DAY),)),
        NOT,
    ),
    ("until that day", LICENSED, replace(worked(MAY), qualifications=(replace(GOOD, until_on=MAY),)), MET),
    (
        "until the day before",
        LICENSED,
        replace(worked(MAY), qualifications=(replace(GOOD, until_on=MAY - DAY),)),
        NOT,
    ),
    (
        "another credential",
        LICENSED,
        replace(worked(MAY), qualifications=(replace(GOOD, credential="nurse"),)),
        NOT,
    ),
    (
        "a minute short",
        LICENSED,
        replace(worked(MAY), qualifications=(replace(GOOD, practice_minutes=599),)),
        NOT,
    ),
    (
        "joint hours short",
        LICENSED,
        replace(worked(MAY), qualifications=(replace(GOOD, joint_minutes=59),)),
        NOT,
    ),
    (
        "another's qualification",
        LICENSED,
        replace(worked(MAY), qualifications=(replace(GOOD, supervisor_id=8),)),
        OPEN,
    ),
    ("agreement", AGREED, replace(worked(MAY), agreements=(agreement(MAY, MAY),)), MET),
    ("agreement a day later", AGREED, replace(worked(MAY), agreements=(agreement(MAY + DAY),)), NOT),
    ("agreement ended", AGREED, replace(worked(MAY), agreements=(agreement(until_on=MAY - DAY),)), NOT),
    (
        "agreement not approved",
        AGREED,
        replace(worked(MAY), agreements=(agreement(approved_on=None),)),
        OPEN,
    ),
    ("met on Monday", WEEKLY, replace(worked(SUNDAY), supervision=(supervision(30, on=MONDAY),)), MET),
    ("met on Sunday", WEEKLY, replace(worked(MONDAY), supervision=(supervision(30, on=SUNDAY),)), MET),
    (
        "met a day after",
        WEEKLY,
        replace(worked(MONDAY), supervision=(supervision(30, on=SUNDAY + DAY),)),
        NOT,
    ),
    (
        "met a day before",
        WEEKLY,
        replace(worked(MONDAY), supervision=(supervision(30, on=MONDAY - DAY),)),
        NOT,
    ),
    ("met too shortly", WEEKLY, replace(worked(MONDAY), supervision=(supervision(29, on=MONDAY),)), NOT),
    (
        "twice in a month",
        MONTHLY,
        replace(
            worked(date(2024, 2, 15)),
            supervision=(supervision(30, on=date(2024, 2, 1)), supervision(30, on=date(2024, 2, 29))),
        ),
        MET,
    ),
    (
        "once in that month",
        MONTHLY,
        replace(
            worked(date(2024, 2, 15)),
            supervision=(supervision(30, on=date(2024, 2, 1)), supervision(30, on=date(2024, 3, 1))),
        ),
        NOT,
    ),
    (
        "made up for on the seventh day",
        MAKE_UP,
        replace(worked(MONDAY), supervision=(supervision(30, on=SUNDAY + 7 * DAY),)),
        MET,
    ),
    (
        "made up for a day late",
        MAKE_UP,
        replace(worked(MONDAY), supervision=(supervision(30, on=SUNDAY + 8 * DAY),)),
        NOT,
    ),
    ("approved provider", FROM_LIST, replace(taught(), approvals=(approval("state"),)), MET),
    ("approved that day", FROM_LIST, replace(taught(), approvals=(approval("state", AS_OF, AS_OF),)), MET),
    (
        "approved later",
        FROM_LIST,
        replace(taught(AS_OF - DAY), approvals=(approval("state", AS_OF),)),
        NOT,
    ),
    (
        "approved until before",
        FROM_LIST,
        replace(taught(), approvals=(approval("state", MAY, AS_OF - DAY),)),
        NOT,
    ),
    ("approved by another", FROM_LIST, replace(taught(), approvals=(approval("other"),)), OPEN),
    ("on the list's first day", DATED, taught(date(2026, 1, 1)), MET),
    ("before the list's first day", DATED, taught(date(2025, 12, 31)), NOT),
    ("on the list's last day", DATED, taught(date(2026, 6, 30)), MET),
    ("after the list's last day", DATED, taught(date(2026, 7, 1)), NOT),
    ("the course", COURSES, replace(taught(course="core"), approvals=(approval("state"),)), MET),
    ("not the course", COURSES, replace(taught(), approvals=(approval("state"),)), NOT),
    ("all attended", ALL_OF_IT, replace(taught(), attendance=(attendance(60, 60),)), MET),
    ("a minute missed", ALL_OF_IT, replace(taught(), attendance=(attendance(2399, 2400),)), NOT),
    ("80 percent", MOST_OF_IT, replace(taught(), attendance=(attendance(80, 100),)), MET),
    ("79 percent", MOST_OF_IT, replace(taught(), attendance=(attendance(79, 100),)), NOT),
    ("no attendance entered", ALL_OF_IT, taught(), OPEN),
    ("proof", SHOWN, Record(education=(education(60),)), MET),
    ("no date on the proof", SHOWN, Record(education=(education(60, shows=("hours",)),)), NOT),
    (
        "at the cap",
        CAP,
        Record(practice=(practice(60), practice(90, kind="outreach"))),
        MET,
    ),
    ("a minute below", CAP, Record(practice=(practice(59), practice(90, kind="outreach"))), NOT),
]


@pytest.mark.parametrize(("asked", "record", "status"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_each_limit_lets_pass_and_keeps_out(asked: Limit, record: Record, status: Status) -> None:
    found = finding_of(asked, record, AS_OF)
    assert found.status is status
    assert bool(found.who_has_it) == (not found.is_met)
    (base,) = asked.bases
    limited = finding_of(replace(base, limits=(asked,)), record, AS_OF)
    assert (limited.status is MET) == (status is MET), "the hours themselves count only within the limit"
    assert finding_of(base, record, AS_OF).is_met or asked is CAP


def test_last_day_of_six_months_is_the_end_of_a_shorter_month() -> None:
    for on, status in ((date(2026, 11, 30), MET), (date(2026, 12, 1), NOT)):
        record = replace(worked(on), stages=APPROVED)
        assert finding_of(GATE, record, date(2026, 12, 31)).status is status


def _waiting(asked: Hours, limit: Limit, record: Record, as_of: date = AS_OF) -> list[tuple[bool, str]]:
    found = finding_of(replace(asked, limits=(limit,)), record, as_of)
    assert found.counted == 0
    return [(one.is_waiting, one.who) for one in found.excluded]


def test_a_week_without_supervision_is_curable_and_then_final() -> None:
    record = worked(MONDAY)
    assert _waiting(PRACTICE, WEEKLY, record, SUNDAY) == [(True, "applicant")]
    assert _waiting(PRACTICE, WEEKLY, record, SUNDAY + DAY) == [(False, "")]
    assert _waiting(PRACTICE, MAKE_UP, record, SUNDAY + 7 * DAY) == [(True, "applicant")]
    assert _waiting(PRACTICE, MAKE_UP, record, SUNDAY + 8 * DAY) == [(False, "")]
    unsigned = replace(record, supervision=(supervision(60, on=MONDAY, is_signed=False),))
    assert _waiting(PRACTICE, WEEKLY, unsigned) == [(True, "supervisor")]


def test_one_meeting_does_not_make_up_for_two_weeks() -> None:
    weeks = tuple(practice(60, on=MONDAY + 7 * week * DAY) for week in range(2))
    one = Record(practice=weeks, supervision=(supervision(60, on=MONDAY + 8 * DAY),))
    assert finding_of(MAKE_UP, one, AS_OF).counted == 60
    later = replace(one, supervision=(supervision(60, on=MONDAY + 14 * DAY),))
    assert finding_of(replace(WEEKLY, make_up_days=14), later, AS_OF).counted == 60
    two = replace(one, supervision=(*one.supervision, supervision(60, on=MONDAY + 9 * DAY)))
    assert finding_of(MAKE_UP, two, AS_OF).counted == 120


def test_what_the_body_can_still_enter_waits_and_what_it_entered_is_final() -> None:
    assert _waiting(PRACTICE, GATE, worked(MAY)) == [(True, "certifying_body")]
    assert _waiting(PRACTICE, GATE, replace(worked(MAY), stages=APPROVED)) == [(False, "")]
    assert _waiting(PRACTICE, LICENSED, worked(MAY)) == [(True, "certifying_body")]
    assert _waiting(PRACTICE, AGREED, worked(MAY)) == [(True, "applicant")]
    assert _waiting(TRAINING, FROM_LIST, taught()) == [(True, "certifying_body")]
    assert _waiting(EDUCATION, SHOWN, Record(education=(education(60, shows=()),))) == [(True, "applicant")]
    waits = finding_of(replace(PRACTICE, limits=(GATE,)), worked(MAY), AS_OF)
    assert (waits.projected, waits.who_has_it) == (60, "certifying_body")


def test_a_limit_s_evidence_is_the_proof_and_not_the_hours() -> None:
    record = replace(worked(MAY), qualifications=(GOOD,))
    assert finding_of(LICENSED, record, AS_OF).evidence == (GOOD.evidence,)


def test_hours_that_fail_one_of_two_limits_do_not_count() -> None:
    """Each limit alone lets enough through; the hours that pass both are too few."""
    both = replace(PRACTICE, limits=(GATE, LICENSED))
    record = Record(
        practice=(practice(60, on=MAY), practice(60, on=MAY + DAY, supervisor_id=9)),
        stages=APPROVED,
        qualifications=(GOOD,),
    )
    assert finding_of(GATE, record, AS_OF).is_met
    assert finding_of(LICENSED, record, AS_OF).is_met
    assert finding_of(both, record, AS_OF).counted == 0


def _only(requirements: tuple[Requirement, ...], record: Record, scheme_id: str = "s") -> Finding:
    return evaluate(requirements, record, AS_OF, scheme_id=scheme_id, scheme_version=1).findings[0]


def test_a_waiver_takes_away_one_requirement_of_one_scheme_while_it_lasts() -> None:
    for given, status in (
        (waiver("s", "practice", until_on=AS_OF), Status.WAIVED),
        (waiver("s", "practice", until_on=AS_OF - DAY), NOT),
        (waiver("s", "practice", on=AS_OF + DAY), NOT),
        (waiver("other", "practice"), NOT),
        (waiver("s", "training"), NOT),
    ):
        found = _only((PRACTICE,), Record(waivers=(given,)))
        assert found.status is status
        assert found.is_met == (given.evidence in found.evidence)
    met = _only((PRACTICE,), replace(worked(MAY), waivers=(waiver("s", "practice"),)))
    assert met.status is MET, "what is met needs no waiver"


def test_a_waived_limit_no_longer_holds_hours_back() -> None:
    limited = replace(PRACTICE, limits=(WEEKLY,))
    assert not _only((limited,), worked(MAY)).is_met
    assert _only((limited,), replace(worked(MAY), waivers=(waiver("s", "g"),))).is_met


# --- parts and maximums ---------------------------------------------------------------------------


SHARES = [
    ("population_share", PRACTICE, ("veteran",), lambda m: practice(m, population="veteran"), practice),
    ("direct_share", PRACTICE, (), lambda m: practice(m, is_direct=True), practice),
    ("format_share", MEETINGS, ("individual",), supervision, lambda m: supervision(m, format="group")),
    ("mode_share", MEETINGS, ("in_person",), supervision, lambda m: supervision(m, mode="video")),
]


@pytest.mark.parametrize(("kind", "base", "names", "good", "other"), SHARES, ids=[one[0] for one in SHARES])
def test_half_of_the_hours_must_have_the_property(kind, base, names, good, other) -> None:  # type: ignore[no-untyped-def]
    asked = ShareOfHours("x", T, kind, (base.id,), names, percent=50, bases=(base,))
    name = "practice" if base is PRACTICE else "supervision"
    for minutes, is_met in ((30, True), (29, False)):
        found = finding_of(asked, Record(**{name: (good(minutes), other(600))}), AS_OF)
        assert (found.is_met, found.counted, found.needed) == (is_met, minutes, 30)


def test_each_area_needs_some_time_of_its_own() -> None:
    asked = AreasCovered("x", T, ("training",), ("law", "care"), bases=(TRAINING,))
    one = Record(training=(training(60, "law", "care"),))
    assert finding_of(asked, one, AS_OF).counted == 2, "an hour of two areas gives some to each"
    assert not finding_of(asked, Record(training=(training(1, "law", "care"),)), AS_OF).is_met


@pytest.mark.parametrize(("electives", "counted"), [(239, 239), (240, 240), (241, 240)])
def test_more_than_the_most_of_a_topic_does_not_count(electives: int, counted: int) -> None:
    asked = TrainingHours("t", T, 600, topics=(("law", 60),), most=(("electives", 240),))
    record = Record(training=(training(100, "law"), training(electives, "electives")))
    found = finding_of(asked, record, AS_OF)
    assert found.counted == 100 + counted
    assert sum(one.amount for one in found.excluded) == electives - counted


def test_hours_of_a_full_topic_go_to_another_that_they_fit() -> None:
    asked = TrainingHours("t", T, 180, most=(("electives", 60), ("wellness", 60)))
    both = training(60, "electives", "wellness")
    assert finding_of(asked, Record(training=(both, training(60, "electives"))), AS_OF).counted == 120
    assert finding_of(asked, Record(training=(both, training(120, "electives"))), AS_OF).counted == 120
    free = Record(training=(both, training(120, "electives", "law")))
    assert finding_of(asked, free, AS_OF).counted == 180


def test_credits_become_hours() -> None:
    asked = TrainingHours("t", T, 900, credits=(("semester_credit", 900),))
    one = CreditEarned("credit:1", AS_OF, "semester_credit", 1)
    assert finding_of(asked, Record(credits=(one,)), AS_OF).counted == 900
    assert finding_of(asked, Record(credits=(replace(one, unit="quarter_credit"),)), AS_OF).counted == 0
    assert finding_of(TRAINING, Record(credits=(one,)), AS_OF).counted == 0


# --- continuing education -------------------------------------------------------------------------

YEARLY = ContinuingEducation(
    "e", T, 120, categories=(("ethics", 60),), sponsors=(("gmhcn", 60),), period="calendar_year"
)
CYCLE = ContinuingEducation("e", T, 60, period="cycle", credential="cps")


@pytest.mark.parametrize(
    ("facts", "is_met"),
    [
        ((education(60, "ethics", sponsor="gmhcn"), education(60)), True),
        ((education(59, "ethics", sponsor="gmhcn"), education(61)), False),
        ((education(60, "ethics"), education(60, sponsor="gmhcn")), True),
        ((education(60, "ethics"), education(60)), False),
        ((education(120, "ethics", sponsor="gmhcn", on=date(2026, 1, 1)),), True),
        ((education(120, "ethics", sponsor="gmhcn", on=date(2025, 12, 31)),), False),
        (
            (
                education(60, "ethics", sponsor="gmhcn", course="a"),
                education(60, "ethics", sponsor="gmhcn", course="a"),
            ),
            False,
        ),
    ],
)
def test_a_year_of_continuing_education(facts, is_met: bool) -> None:  # type: ignore[no-untyped-def]
    assert finding_of(YEARLY, Record(education=facts), AS_OF).is_met is is_met


def test_a_course_taken_twice_counts_once_as_the_longer() -> None:
    facts = (education(30, course="a", on=AS_OF - DAY), education(60, course="a"))
    found = finding_of(EDUCATION, Record(education=facts), AS_OF)
    assert (found.counted, found.evidence) == (60, (facts[1].evidence,))
    old = education(600, course="a", on=date(2025, 12, 31))
    yearly = finding_of(YEARLY, Record(education=(old, *facts)), AS_OF)
    assert yearly.counted == 60, "last year's does not stand in the way"


@pytest.mark.parametrize(
    ("on", "is_met"),
    [
        (date(2024, 12, 31), False),
        (date(2025, 1, 1), True),
        (date(2026, 12, 31), True),
        (date(2027, 1, 1), False),
    ],
)
def test_only_the_cycle_counts_and_nothing_is_carried_over(on: date, is_met: bool) -> None:
    held = credential("cps", date(2025, 1, 1), date(2026, 12, 31))
    record = Record(credentials=(held,), education=(education(60, on=on),))
    assert finding_of(CYCLE, record, date(2027, 1, 15)).is_met is is_met


def test_a_category_has_a_maximum_and_an_item_may_have_a_longer_cycle() -> None:
    capped = ContinuingEducation("e", T, 120, most=(("other", 60),))
    record = Record(education=(education(61, "other"), education(59, "peer")))
    assert finding_of(capped, record, AS_OF).counted == 119
    only = ContinuingEducation("e", T, 60, only_categories=("suicide",))
    assert finding_of(only, Record(education=(education(60, "peer"),)), AS_OF).counted == 0
    assert finding_of(only, Record(education=(education(60, "suicide"),)), AS_OF).is_met
