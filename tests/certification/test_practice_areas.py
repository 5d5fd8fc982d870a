"""What a body calls the practice of a person: derived from the kind, unless another domain was signed. Pure."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.certification.facts import PracticeHour, Record
from lms.certification.reading.parts import TOPICS
from lms.certification.scheme_file import parse
from lms.practice.rules import Kind, domain_of
from tests.certification import records
from tests.certification.test_scheme_files import HEAD, MODULE, SHIPPED, _in_force

MAPPED = ("icrc-pr-4domain", "icrc-pr-5domain", "texas-mhps")


def hour(kind: str, domain: str | None = None) -> PracticeHour:
    return records.practice(60, kind=kind, domain=domain_of(kind) if domain is None else domain)


def area(scheme_id: str, one: PracticeHour) -> str:
    (found,) = _in_force(scheme_id).allocated(Record(practice=(one,))).practice
    assert replace(found, domain=one.domain) == one
    return found.domain


@pytest.mark.parametrize(
    ("scheme_id", "kind", "signed", "expected"),
    [
        ("texas-mhps", "one_to_one", None, "recovery_wellness_support"),
        ("texas-mhps", "group", None, "mentoring"),
        ("texas-mhps", "documentation", None, ""),
        ("texas-mhps", "training", None, ""),
        ("texas-mhps", "group", "advocacy", "advocacy"),
        ("texas-mhps", "documentation", "mentoring_education", "mentoring"),
        ("texas-mhps", "group", "ethical_responsibility", ""),
        ("icrc-pr-4domain", "outreach", None, "recovery_wellness"),
        ("icrc-pr-4domain", "group", "harm_reduction", "recovery_wellness"),
        ("icrc-pr-5domain", "outreach", None, "harm_reduction"),
        ("icrc-pr-5domain", "outreach", "advocacy", "advocacy"),
        ("peer-specialist", "outreach", None, "harm_reduction"),
        ("peer-specialist", "outreach", "advocacy", "advocacy"),
    ],
)
def test_an_hour_goes_where_the_body_counts_it(
    scheme_id: str, kind: str, signed: str | None, expected: str
) -> None:
    assert area(scheme_id, hour(kind, signed)) == expected


@given(st.sampled_from(sorted(Kind)), st.sampled_from(("", *TOPICS)), st.sampled_from(MAPPED))
def test_doing_it_twice_changes_nothing(kind: str, domain: str, scheme_id: str) -> None:
    scheme = _in_force(scheme_id)
    once = scheme.allocated(Record(practice=(hour(kind, domain),)))
    assert scheme.allocated(once) == once


def test_every_kind_and_domain_has_an_answer_in_the_editions_that_print_all_domains() -> None:
    for scheme_id in ("icrc-pr-4domain", "icrc-pr-5domain"):
        scheme = _in_force(scheme_id)
        assert scheme.practice_areas is not None
        assert {name for name, _area in scheme.practice_areas.domains} == set(TOPICS)
        assert all(area(scheme_id, hour(kind)) for kind in Kind if domain_of(kind))
    assert {scheme_id for scheme_id in SHIPPED if _in_force(scheme_id).practice_areas} == set(MAPPED)


AREAS = "practice_areas:\n  kinds: {group: talk}\n  domains: {advocacy: voice}\n"
PRACTICE = "  - {id: p, kind: practice_hours, title: {en: P}, hours: 2, domains: {talk: 1}}\n"


def faults(areas: str, requirements: str = MODULE) -> list[str]:
    _scheme, found = parse(HEAD.replace("requirements:\n", f"{areas}requirements:\n") + requirements, "s.yaml")
    return [str(fault) for fault in found]


def test_a_requirement_may_ask_for_the_bodys_own_areas_of_practice() -> None:
    assert faults(AREAS, PRACTICE) == []
    assert faults(AREAS, PRACTICE.replace("talk", "advocacy")) == ["s.yaml:17: 'advocacy' is not known here."]


@pytest.mark.parametrize(
    ("areas", "expected"),
    [
        ("practice_areas:\n  kinds: {}\n", "s.yaml:14: 'domains' is missing."),
        (AREAS.replace("group", "dancing"), "s.yaml:14: 'dancing' is not known here."),
        (AREAS.replace("advocacy", "law"), "s.yaml:15: 'law' is not known here."),
        (
            AREAS.replace("talk", "advocacy"),
            "s.yaml:14: 'advocacy' is also a domain here, and would become 'voice'.",
        ),
        (
            AREAS.replace("{advocacy: voice}", "{advocacy: voice, harm_reduction: advocacy}"),
            "s.yaml:15: 'advocacy' is also a domain here, and would become 'voice'.",
        ),
    ],
)
def test_a_fault_is_told_with_its_line(areas: str, expected: str) -> None:
    assert expected in faults(areas)
