"""What was brought and not checked: it counts for nothing, and each finding says what it would be. Pure."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from lms.certification.asked_names import approvers_asked, names_asked
from lms.certification.facts import CLAIMABLE, Record
from lms.certification.findings import Status
from lms.certification.proof_kinds import ANSWERS, KINDS, Shape, Told, facts_from, problem_with
from tests.certification import records
from tests.certification.records import AS_OF
from tests.certification.test_scheme_files import SHIPPED, _in_force

YEAR_2026 = date(2026, 11, 22)


def claimed(record: Record) -> Record:
    """The same record, nothing of it checked."""
    return replace(
        record,
        **{name: tuple(replace(fact, is_claimed=True) for fact in getattr(record, name)) for name in CLAIMABLE},
    )


@pytest.mark.parametrize("scheme_id", sorted(SHIPPED))
def test_a_claim_never_meets_anything(scheme_id: str) -> None:
    scheme, record = _in_force(scheme_id), SHIPPED[scheme_id]()
    without = scheme.evaluate(claimed(record).without_claims(), YEAR_2026)
    found = scheme.evaluate(claimed(record), YEAR_2026)
    pairs = zip(without.findings, found.findings, strict=True)
    for before, after in (
        (b, a) for top, other in pairs for b, a in zip(top.walk(), other.walk(), strict=True)
    ):
        assert (before.counted, before.is_met) == (after.counted, after.is_met)
        assert after.projected >= before.projected
    if claimed(record).claimed:
        assert not found.is_met
        assert scheme.evaluate(claimed(record).as_if_checked(), YEAR_2026) == scheme.evaluate(record, YEAR_2026)


@pytest.mark.parametrize(
    ("scheme_id", "requirement"),
    [
        ("california-mcpss", "age"),
        ("icrc-pr-5domain", "residency"),
        ("tennessee-cprs", "recovery"),
        ("texas-mhps", "orientation"),
        ("texas-mhps", "initial"),
        ("georgia-cps-renewal", "certified"),
        ("georgia-cps-renewal", "education"),
    ],
)
def test_a_claim_is_with_the_body_and_says_what_it_would_be(scheme_id: str, requirement: str) -> None:
    found = _in_force(scheme_id).evaluate(claimed(SHIPPED[scheme_id]()), YEAR_2026)
    one = next(each for top in found.findings for each in top.walk() if each.requirement_id == requirement)
    assert one.status is Status.NOT_MET
    assert one.who_has_it == "certifying_body"
    assert one.projected >= one.needed
    assert sum(each.is_waiting for each in one.excluded) == 1


def test_a_record_without_claims_is_stored_as_it_was_before_there_were_any() -> None:
    stored = records.meets_texas().as_json()
    assert all("is_claimed" not in row for name in CLAIMABLE for row in stored.get(name, ()))
    again = claimed(records.meets_texas())
    assert Record.from_json(again.as_json()).as_json() == again.as_json()


def sample(kind: str, verified_on: date | None) -> Told:
    """A proof of the kind with every value told."""
    words: dict[Shape, Any] = {
        Shape.TEXT: "Ana  Ruiz",
        Shape.DAY: "2024-01-01",
        Shape.WHOLE: 3,
        Shape.PERCENT: 51,
        Shape.MINUTES: 90,
        Shape.YES: True,
    }
    told = {
        value.name: (
            [(value.choices or value.usual)[0]]
            if value.shape is Shape.NAMES
            else (value.choices or value.usual or ("initial",))[0]
            if value.shape is Shape.NAME
            else words[value.shape]
        )
        for value in KINDS[kind].values
    }
    until = None if KINDS[kind].until == "no" else AS_OF
    assert problem_with(KINDS[kind], AS_OF, until, told) == ""
    return Told("proof:1", kind, AS_OF, until, told, verified_on)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_kind_becomes_the_fact_it_names(kind: str) -> None:
    (checked,) = facts_from([sample(kind, AS_OF)])[KINDS[kind].fact]
    assert (checked.evidence, checked.on) == ("proof:1", AS_OF)
    assert not getattr(checked, "is_claimed", False)
    assert getattr(checked, "verified_on", AS_OF) == AS_OF
    assert getattr(checked, "is_verified", True)
    waiting = facts_from([sample(kind, None)]).get(KINDS[kind].fact, ())
    for fact in waiting:
        is_counted = not getattr(fact, "is_claimed", False) and getattr(fact, "is_verified", True)
        assert not is_counted or getattr(fact, "verified_on", AS_OF) is None
    assert bool(waiting) != KINDS[kind].is_for_body_alone
    record = Record(**facts_from([sample(kind, AS_OF)]))
    assert Record.from_json(record.as_json()) == record


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_value_too_few_or_too_many_is_named(kind: str) -> None:
    told = sample(kind, None)
    for value in KINDS[kind].values:
        less = {name: given for name, given in told.values.items() if name != value.name}
        assert problem_with(KINDS[kind], AS_OF, told.until_on, less) == (value.name if value.is_needed else "")
    assert problem_with(KINDS[kind], AS_OF, told.until_on, {**told.values, "story": "x"}) == "story"


def test_every_name_that_a_scheme_asks_for_can_be_chosen() -> None:
    shipped = tuple(_in_force(scheme_id) for scheme_id in SHIPPED)
    names = names_asked(shipped)
    assert {"orientation", "core", "supplemental", "application_approved", "renewal_asked"} <= set(
        names["stage", "stage"]
    )
    assert "employment_volunteer_summary" in names["document", "document"]
    assert names["tier", "tier"] == tuple(dict.fromkeys(names["tier", "tier"]))
    assert {"initial", "trainee"} == set(names["tier", "tier"])
    assert "georgia-cps" in names["credential", "credential"]
    assert "late" in names["payment", "purpose"]
    by, courses = approvers_asked(shipped)
    assert {"state", "calmhsa", "health_care_authority"} <= set(by)
    assert courses == ("core", "supplemental_mental_health")
    assert all(kind in KINDS for kind, _value in names)


def test_every_kind_of_paper_has_a_proof_that_answers_it() -> None:
    """What the judging of papers and stages asks for can be brought or entered."""
    assert set(ANSWERS.values()) == set(KINDS) - {"payment", "credits"}
