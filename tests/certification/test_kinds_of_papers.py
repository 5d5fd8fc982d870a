"""What somebody brings: met and not met at each boundary, and who has it."""

from datetime import date, timedelta

import pytest

from lms.certification.counting import Window
from lms.certification.facts import Employed, Record
from lms.certification.findings import Status
from lms.certification.kinds import Requirement
from lms.certification.kinds.papers import (
    AgeRange,
    BackgroundCheck,
    CredentialOnFile,
    DocumentOnFile,
    EmployedOn,
    Endorsement,
    PerformanceAssessment,
    Reciprocity,
    RecoveryDuration,
    References,
    ResidencyShare,
)
from lms.certification.requirements import finding_of
from tests.certification.records import (
    AS_OF,
    born,
    checked,
    credential,
    document,
    letter,
    lives,
    performance,
    recovery,
    training,
)

T = (("en", "A title"),)
DAY = timedelta(days=1)
MET, NOT, OPEN = Status.MET, Status.NOT_MET, Status.NOT_YET_EVALUABLE
ADULT = AgeRange("a", T, 18)
YOUNG = AgeRange("a", T, 18, 29)
DIPLOMA = DocumentOnFile("d", T, "education_document", "education", ("high_school", "equal_proof"))
SUMMARY = DocumentOnFile("d", T, "third_party_document", "summary", sender="supervisor", is_from_issuer=True)
IDENTITY = DocumentOnFile("d", T, "identity_document", "identity", ("photo",), has_legal_name=True)
THREE = References("r", T, 3, types=(("professional", 1),), not_from=("family",))
CLEAR = BackgroundCheck("b", T, ("criminal_history",), window=Window(days=30))
BY_CASE = BackgroundCheck("b", T, ("criminal_history",), is_case_by_case=True)
TWO_YEARS = RecoveryDuration("r", T, 24, by=("self",), definition_version="2")
HERE = ResidencyShare("s", T, 51, ("live", "work"))
HELD = CredentialOnFile("c", T, "cps", ended_months=24)
NOW = CredentialOnFile("c", T, "cps")
FROM = Reciprocity("x", T, ("ohio",), ("cprs",))
CRISIS = Endorsement("e", T, "cps", 2400)
PEER = EmployedOn("w", T, date(2022, 1, 1), "peer")
ROLE_PLAY = PerformanceAssessment("p", T, "role_play")
SEEN = document("summary", sender="supervisor", is_from_issuer=True)

CASES: list[tuple[str, Requirement, Record, date, Status]] = [
    ("birthday", ADULT, Record(births=(born(date(2008, 11, 20)),)), AS_OF, MET),
    ("the day before the birthday", ADULT, Record(births=(born(date(2008, 11, 21)),)), AS_OF, NOT),
    ("born on a leap day, Feb 28", ADULT, Record(births=(born(date(2008, 2, 29)),)), date(2026, 2, 28), NOT),
    ("born on a leap day, Mar 1", ADULT, Record(births=(born(date(2008, 2, 29)),)), date(2026, 3, 1), MET),
    ("last day of being 29", YOUNG, Record(births=(born(date(1996, 11, 21)),)), AS_OF, MET),
    ("thirty today", YOUNG, Record(births=(born(date(1996, 11, 20)),)), AS_OF, NOT),
    ("two dates of birth", ADULT, Record(births=(born(), born(date(1999, 1, 1)))), AS_OF, OPEN),
    ("no date of birth", ADULT, Record(), AS_OF, OPEN),
    ("diploma", DIPLOMA, Record(documents=(document("education", "high_school"),)), AS_OF, MET),
    ("something less", DIPLOMA, Record(documents=(document("education", "grade_9"),)), AS_OF, NOT),
    (
        "not verified",
        DIPLOMA,
        Record(documents=(document("education", "high_school", verified_on=None),)),
        AS_OF,
        NOT,
    ),
    (
        "verified today",
        DIPLOMA,
        Record(documents=(document("education", "high_school", verified_on=AS_OF),)),
        AS_OF,
        MET,
    ),
    (
        "verified tomorrow",
        DIPLOMA,
        Record(documents=(document("education", "high_school", verified_on=AS_OF + DAY),)),
        AS_OF,
        NOT,
    ),
    ("no paper", DIPLOMA, Record(), AS_OF, OPEN),
    ("from the issuer", SUMMARY, Record(documents=(SEEN,)), AS_OF, MET),
    ("from the applicant", SUMMARY, Record(documents=(document("summary", sender="self"),)), AS_OF, NOT),
    ("passed on", SUMMARY, Record(documents=(document("summary", sender="supervisor"),)), AS_OF, NOT),
    ("legal name", IDENTITY, Record(documents=(document("identity", "photo"),)), AS_OF, MET),
    (
        "another name",
        IDENTITY,
        Record(documents=(document("identity", "photo", has_legal_name=False),)),
        AS_OF,
        NOT,
    ),
    ("three letters", THREE, Record(references=(letter("professional"), letter(), letter())), AS_OF, MET),
    ("two letters", THREE, Record(references=(letter("professional"), letter())), AS_OF, NOT),
    ("none of a type", THREE, Record(references=(letter(), letter(), letter())), AS_OF, NOT),
    (
        "one from family",
        THREE,
        Record(references=(letter("professional"), letter(), letter(relation="family"))),
        AS_OF,
        NOT,
    ),
    (
        "one writer twice",
        THREE,
        Record(references=(letter("professional"), letter(writer="Ada"), letter(writer="Ada"))),
        AS_OF,
        NOT,
    ),
    ("30 days old", CLEAR, Record(background=(checked(on=AS_OF - 30 * DAY),)), AS_OF, MET),
    ("31 days old", CLEAR, Record(background=(checked(on=AS_OF - 31 * DAY),)), AS_OF, NOT),
    ("found", CLEAR, Record(background=(checked(outcome="listed", on=AS_OF),)), AS_OF, NOT),
    ("exception", CLEAR, Record(background=(checked(outcome="excepted", on=AS_OF),)), AS_OF, MET),
    (
        "a newer finding",
        CLEAR,
        Record(background=(checked(on=AS_OF - DAY), checked(outcome="listed", on=AS_OF))),
        AS_OF,
        NOT,
    ),
    (
        "a finding that is no longer there",
        CLEAR,
        Record(background=(checked(outcome="listed", on=AS_OF - DAY), checked(on=AS_OF))),
        AS_OF,
        MET,
    ),
    (
        "two outcomes on one day",
        CLEAR,
        Record(background=(checked(outcome="listed", on=AS_OF), checked(on=AS_OF))),
        AS_OF,
        NOT,
    ),
    ("never checked", CLEAR, Record(), AS_OF, OPEN),
    ("24 months", TWO_YEARS, Record(recovery=(recovery(date(2024, 11, 20), version="2"),)), AS_OF, MET),
    ("a day short", TWO_YEARS, Record(recovery=(recovery(date(2024, 11, 21), version="2"),)), AS_OF, NOT),
    (
        "from a leap day",
        TWO_YEARS,
        Record(recovery=(recovery(date(2024, 2, 29), version="2"),)),
        date(2026, 2, 28),
        MET,
    ),
    (
        "the day before",
        TWO_YEARS,
        Record(recovery=(recovery(date(2024, 2, 29), version="2"),)),
        date(2026, 2, 27),
        NOT,
    ),
    (
        "another definition",
        TWO_YEARS,
        Record(recovery=(recovery(date(2020, 1, 1), version="1"),)),
        AS_OF,
        OPEN,
    ),
    (
        "another's word",
        TWO_YEARS,
        Record(recovery=(recovery(date(2020, 1, 1), version="2", by="referee"),)),
        AS_OF,
        OPEN,
    ),
    ("51 percent", HERE, Record(residency=(lives(51),)), AS_OF, MET),
    ("50 percent", HERE, Record(residency=(lives(50), lives(50, "work"))), AS_OF, NOT),
    ("moved away", HERE, Record(residency=(lives(100), lives(0, on=AS_OF))), AS_OF, NOT),
    ("passed", ROLE_PLAY, Record(performance=(performance(is_passed=False), performance())), AS_OF, MET),
    ("not passed", ROLE_PLAY, Record(performance=(performance(is_passed=False),)), AS_OF, NOT),
    ("last day", NOW, Record(credentials=(credential("cps", date(2024, 1, 1), AS_OF),)), AS_OF, MET),
    ("ended", NOW, Record(credentials=(credential("cps", date(2024, 1, 1), AS_OF - DAY),)), AS_OF, NOT),
    (
        "24 months inactive",
        HELD,
        Record(credentials=(credential("cps", date(2022, 1, 1), date(2024, 11, 20)),)),
        AS_OF,
        MET,
    ),
    (
        "longer",
        HELD,
        Record(credentials=(credential("cps", date(2022, 1, 1), date(2024, 11, 19)),)),
        AS_OF,
        NOT,
    ),
    (
        "confirmed",
        FROM,
        Record(credentials=(credential("cprs", date(2025, 1, 1), issuer="ohio"),)),
        AS_OF,
        MET,
    ),
    (
        "not confirmed",
        FROM,
        Record(credentials=(credential("cprs", date(2025, 1, 1), issuer="ohio", is_verified=False),)),
        AS_OF,
        NOT,
    ),
    (
        "another body",
        FROM,
        Record(credentials=(credential("cprs", date(2025, 1, 1), issuer="iowa"),)),
        AS_OF,
        OPEN,
    ),
    (
        "40 hours from the day after",
        CRISIS,
        Record(credentials=(credential("cps", AS_OF - DAY),), training=(training(2400),)),
        AS_OF,
        MET,
    ),
    (
        "the same day is not after",
        CRISIS,
        Record(credentials=(credential("cps", AS_OF),), training=(training(2400),)),
        AS_OF,
        NOT,
    ),
    ("no base", CRISIS, Record(training=(training(2400),)), AS_OF, OPEN),
    (
        "employed on the last day",
        PEER,
        Record(employment=(Employed("job:1", date(2020, 1, 1), "peer", date(2022, 1, 1), True),)),
        AS_OF,
        MET,
    ),
    (
        "employed until the day before",
        PEER,
        Record(employment=(Employed("job:1", date(2020, 1, 1), "peer", date(2021, 12, 31), True),)),
        AS_OF,
        OPEN,
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


@pytest.mark.parametrize(
    "asked", [ADULT, DIPLOMA, SUMMARY, CLEAR, TWO_YEARS, HERE, ROLE_PLAY, HELD, FROM, PEER]
)
def test_what_nobody_has_entered_is_the_certifying_body_s_to_enter(asked: Requirement) -> None:
    found = finding_of(asked, Record(), AS_OF)
    assert (found.status, found.who_has_it) == (OPEN, "certifying_body")
    assert str(found.sentence) == "The certifying body enters this when it has seen it."


@pytest.mark.parametrize(
    ("asked", "record", "earliest"),
    [
        (ADULT, Record(births=(born(date(2010, 6, 30)),)), date(2028, 6, 30)),
        (ADULT, Record(births=(born(date(2012, 2, 29)),)), date(2030, 3, 1)),
        (TWO_YEARS, Record(recovery=(recovery(date(2025, 8, 31), version="2"),)), date(2027, 8, 31)),
    ],
)
def test_the_earliest_day_is_told_and_is_the_first_that_meets(
    asked: Requirement, record: Record, earliest: date
) -> None:
    assert finding_of(asked, record, AS_OF).earliest_on == earliest
    assert finding_of(asked, record, earliest).is_met
    assert not finding_of(asked, record, earliest - DAY).is_met


def test_a_case_that_is_looked_at_waits_with_the_body() -> None:
    found = finding_of(BY_CASE, Record(background=(checked(outcome="listed"),)), AS_OF)
    assert (found.status, found.projected, found.who_has_it) == (NOT, 1, "certifying_body")
    assert [(one.is_waiting, one.who) for one in found.excluded] == [(True, "certifying_body")]
    (final,) = finding_of(CLEAR, Record(background=(checked(outcome="listed", on=AS_OF),)), AS_OF).excluded
    assert not final.is_waiting


def test_a_letter_that_is_not_checked_is_projected() -> None:
    record = Record(references=(letter("professional"), letter(), letter(verified_on=None)))
    found = finding_of(THREE, record, AS_OF)
    assert (found.counted, found.projected, found.who_has_it) == (2, 3, "certifying_body")
