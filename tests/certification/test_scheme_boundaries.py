"""Each shipped scheme on hand-made records: the one that meets it, changed at one boundary at a time."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from lms.certification.facts import Record
from lms.certification.findings import Status
from tests.certification import records
from tests.certification.records import AS_OF
from tests.certification.test_scheme_files import DAY as CHECKED_ON
from tests.certification.test_scheme_files import SHIPPED, _in_force

ONE = timedelta(days=1)
Change = Callable[[Record], Record]


def each(name: str, where: Callable[[Any], bool] = lambda fact: True, **change: Any) -> Change:
    """The record with these fields of all facts, or of those that fit, changed; a callable gets the old one."""

    def changed(fact: Any) -> Any:
        if not where(fact):
            return fact
        return replace(fact, **{k: v(getattr(fact, k)) if callable(v) else v for k, v in change.items()})

    return lambda record: replace(record, **{name: tuple(changed(fact) for fact in getattr(record, name))})


def first(name: str, **change: Any) -> Change:
    """The same for the first fact only."""

    def apply(record: Record) -> Record:
        fact = getattr(record, name)[0]
        return each(name, lambda other: other is fact, **change)(record)

    return apply


def with_more(name: str, *facts: Any) -> Change:
    return lambda record: replace(record, **{name: (*getattr(record, name), *facts)})


def without(name: str) -> Change:
    return lambda record: replace(record, **{name: ()})


def shorter(minutes: int) -> int:
    return minutes - 1


def is_called(text: str) -> Callable[[Any], bool]:
    return lambda fact: (
        text in (getattr(fact, "stage", ""), getattr(fact, "course", ""), getattr(fact, "kind", ""))
    )


TOMORROW = CHECKED_ON + ONE
YES, NO = True, False
CASES: dict[str, list[tuple[str, Change, bool]]] = {
    "foundations-completion": [
        ("mutual", first("modules", on=CHECKED_ON), YES),
        ("mutual", first("modules", on=TOMORROW), NO),
        ("mutual", first("modules", module_id="reciprocal"), NO),
        ("non-directive", without("modules"), NO),
        ("examination", each("examinations", on=CHECKED_ON), YES),
        ("examination", each("examinations", on=TOMORROW), NO),
        ("examination", each("examinations", is_passed=False), NO),
        ("examination", with_more("examinations", records.exam("foundations-exam", is_passed=False)), YES),
    ],
    "completion-40h": [
        ("training", first("training", minutes=shorter), NO),
        ("training", first("training", on=CHECKED_ON), YES),
        ("training", first("training", on=TOMORROW), NO),
        ("training", each("training", mode="live_remote"), YES),
        ("training", each("training", mode="self_paced"), NO),
        ("training", first("training", mode="in_person"), YES),
        ("mutual", without("modules"), NO),
        ("mutual", first("modules", module_id="mutual"), YES),
        ("groups-and-endings", each("modules", on=TOMORROW), NO),
    ],
    "peer-specialist": [
        ("practice", first("practice", minutes=shorter), NO),
        ("practice", first("practice", state="submitted"), NO),
        ("practice", first("practice", on=date(2024, 11, 22)), YES),
        ("practice", first("practice", on=date(2024, 11, 21)), NO),
        ("practice", first("practice", kind="training"), NO),
        ("supervision", first("supervision", minutes=59), NO),
        ("supervision", with_more("practice", records.practice(1199)), YES),
        ("supervision", with_more("practice", records.practice(1200)), NO),
        ("ethics", first("attestations", text_version="2"), NO),
    ],
    "peer-specialist-renewal": [
        ("practice", first("practice", minutes=shorter), NO),
        ("practice", first("practice", on=date(2024, 12, 1)), YES),
        ("practice", first("practice", on=date(2024, 11, 30)), NO),
        ("practice", first("practice", state="submitted"), NO),
        ("practice", first("practice", kind="training"), NO),
        ("supervision", first("supervision", minutes=59), NO),
        ("supervision", first("supervision", on=date(2024, 12, 1)), YES),
        ("supervision", first("supervision", on=date(2024, 11, 30)), NO),
        ("ethics", first("attestations", on=date(2024, 11, 30)), NO),
        ("ethics", first("credentials", evidence="paper:7"), NO),
    ],
    "icrc-pr-4domain": [
        ("training", first("training", minutes=shorter), NO),
        ("training.advocacy", first("training", minutes=599), NO),
        ("training.advocacy", first("training", minutes=600), YES),
        ("training.ethical_responsibility", each("training", minutes=959), NO),
        ("practice", first("practice", minutes=shorter), NO),
        ("practice", first("practice", kind="received_supervision"), NO),
        ("supervision", first("supervision", minutes=1499), NO),
        ("supervision", first("supervision", is_signed=False), NO),
        ("examination", first("examinations", is_passed=False), NO),
    ],
    "icrc-pr-5domain": [
        ("training.advocacy", first("training", minutes=599), NO),
        ("training", first("training", minutes=599), NO),
        ("residency", first("residency", percent=51), YES),
        ("residency", first("residency", percent=50), NO),
        ("residency", first("residency", way="work"), YES),
        ("supervisors", first("qualifications", on=AS_OF), YES),
        ("supervisors", first("qualifications", on=AS_OF + ONE), NO),
        ("supervision", first("qualifications", until_on=AS_OF - ONE), NO),
        ("education", first("documents", detail="equal_proof"), YES),
        ("education", first("documents", verified_on=TOMORROW), NO),
    ],
    "texas-mhps": [
        ("training", first("training", mode="self_paced"), NO),
        ("training", first("training", minutes=1169), NO),
        ("courses", first("training", course="other"), NO),
        ("courses", each("approvals", on=date(2026, 2, 1)), YES),
        ("courses", each("approvals", on=date(2026, 2, 2)), NO),
        ("practice", each("stages", is_called("application_approved"), on=records.MONDAY - ONE), YES),
        ("practice", each("stages", is_called("application_approved"), on=records.MONDAY), NO),
        ("after-approval", each("stages", is_called("application_approved"), on=records.MONDAY), NO),
        ("weekly-supervision", first("supervision", on=records.MONDAY), YES),
        ("weekly-supervision", first("supervision", on=records.MONDAY - ONE), NO),
        ("practice", first("supervision", on=records.MONDAY - ONE), NO),
        ("supervisors", first("qualifications", credential="qps"), YES),
        ("supervisors", first("qualifications", credential="nurse"), NO),
        ("order", each("stages", is_called("core"), on=date(2026, 1, 6)), YES),
        ("order", each("stages", is_called("core"), on=date(2026, 1, 5)), NO),
        ("background", first("background", outcome="listed"), NO),
        ("recommendation", first("references", type="friend"), NO),
        ("practice", without("stages"), NO),
    ],
    "california-mcpss": [
        ("age", first("births", on=date(2008, 11, 22)), YES),
        ("age", first("births", on=date(2008, 11, 23)), NO),
        ("training", first("training", minutes=519), NO),
        ("training", each("training", on=date(2022, 7, 2)), YES),
        ("training", each("training", on=date(2022, 7, 1)), NO),
        ("competencies", each("training", module_id="ethics-and-boundaries"), NO),
        ("provider", each("approvals", by="other"), NO),
        ("order", each("examinations", on=date(2026, 8, 1)), YES),
        ("order", each("examinations", on=date(2026, 7, 31)), NO),
        ("attempts", each("examinations", on=date(2026, 9, 1)), YES),
        ("attempts", each("examinations", on=date(2026, 8, 31)), NO),
        ("identity", each("documents", has_legal_name=False), NO),
    ],
    "tennessee-cprs": [
        ("recovery", first("recovery", since_on=date(2024, 11, 23)), NO),
        ("letters", lambda record: replace(record, references=record.references[:2]), NO),
        ("attendance", first("attendance", attended_minutes=2399), NO),
        ("training", first("attendance", attended_minutes=2399), NO),
        ("practice", first("practice", minutes=shorter), NO),
        ("practice", each("practice", on=date(2025, 11, 22)), YES),
        ("practice", each("practice", on=date(2025, 11, 21)), NO),
        ("supervision", with_more("practice", records.practice(1499)), YES),
        ("supervision", with_more("practice", records.practice(1500)), NO),
        ("deadline", each("training", on=date(2025, 11, 20)), YES),
        ("deadline", each("training", on=date(2025, 11, 19)), NO),
        ("summary", each("documents", sender="applicant"), NO),
        ("role-play", each("performance", is_passed=False), NO),
    ],
    "washington-cpss": [
        ("practice", first("practice", minutes=shorter), NO),
        ("as-trainee", each("tiers", on=date(2026, 6, 1)), YES),
        ("as-trainee", each("tiers", on=date(2026, 6, 2)), NO),
        ("practice", each("tiers", on=date(2026, 6, 2)), NO),
        ("as-trainee", each("tiers", on=date(2025, 5, 31), until_on=date(2027, 1, 1)), NO),
        ("score", each("examinations", percent=80), YES),
        ("score", first("examinations", percent=79), NO),
        ("supervisors", each("qualifications", practice_minutes=shorter), NO),
        ("supervisors", each("qualifications", joint_minutes=shorter), NO),
        ("background", each("background", outcome="excepted"), YES),
        ("background", each("background", outcome="listed"), NO),
    ],
    "georgia-cps-renewal": [
        ("education", first("education", minutes=59), NO),
        ("education.ethics", first("education", categories=()), NO),
        ("education.gmhcn", first("education", sponsor="college"), NO),
        ("education", each("education", on=date(2026, 1, 1)), YES),
        ("education", each("education", on=date(2025, 12, 31)), NO),
        ("proofs", first("education", shows=("date", "hours", "title", "sponsor")), NO),
        ("education", first("education", shows=("date", "hours", "title", "sponsor")), NO),
        ("on-time", each("stages", on=CHECKED_ON), YES),
        ("on-time", each("stages", on=TOMORROW), NO),
        ("certified", each("credentials", until_on=date(2024, 11, 22)), YES),
        ("certified", each("credentials", until_on=date(2024, 11, 21)), NO),
    ],
}


@pytest.mark.parametrize(
    ("scheme_id", "requirement", "change", "is_met"),
    [(scheme_id, *case) for scheme_id, cases in CASES.items() for case in cases],
    ids=[
        f"{scheme_id}-{place}-{case[0]}"
        for scheme_id, cases in CASES.items()
        for place, case in enumerate(cases)
    ],
)
def test_a_shipped_scheme_at_a_boundary(scheme_id: str, requirement: str, change: Change, is_met: bool) -> None:
    scheme, record = _in_force(scheme_id), SHIPPED[scheme_id]()
    before, after = scheme.evaluate(record, CHECKED_ON), scheme.evaluate(change(record), CHECKED_ON)
    for evaluation, expected in ((before, True), (after, is_met)):
        found = [one for top in evaluation.findings for one in top.walk() if one.requirement_id == requirement]
        assert [one.is_met for one in found] == [expected]
    assert is_met or not after.is_met


def test_each_scheme_has_eight_boundaries() -> None:
    assert set(CASES) == set(SHIPPED)
    assert all(len(cases) >= 8 for cases in CASES.values())


@pytest.mark.parametrize("scheme_id", sorted(SHIPPED))
def test_a_waiver_of_each_requirement_that_is_left_meets_the_scheme(scheme_id: str) -> None:
    scheme = _in_force(scheme_id)
    given = tuple(records.waiver(scheme_id, one.id) for one in scheme.requirements)
    evaluation = scheme.evaluate(Record(waivers=given), CHECKED_ON)
    assert evaluation.is_met
    assert {one.status for one in evaluation.findings} == {Status.WAIVED}
    assert not scheme.evaluate(Record(waivers=given[1:]), CHECKED_ON).is_met


def test_the_house_cannot_bring_what_the_body_sees() -> None:
    """A trainee with our training alone: the hours wait, and each open requirement says who has it."""
    record = replace(
        Record(), training=records.meets_completion().training, practice=(records.practice(15_000),)
    )
    for scheme_id in ("texas-mhps", "washington-cpss", "tennessee-cprs"):
        found = _in_force(scheme_id).evaluate(record, CHECKED_ON)
        by_id = {one.requirement_id: one for one in found.findings}
        assert by_id["practice"].counted == 0
        assert by_id["practice"].projected > 0
        assert all(one.who_has_it for one in found.left)
        assert by_id["age"].who_has_it == "certifying_body"
