"""The shipped schemes, and the faults a scheme file may have."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from lms.certification import schemes as holder
from lms.certification.counting import Window
from lms.certification.facts import FACTS, Record
from lms.certification.kinds import (
    AllOf,
    AnyOf,
    ModuleCompleted,
    NotEvaluated,
    PracticeHours,
    Requirement,
    SupervisionHours,
    TrainingHours,
)
from lms.certification.reading.parts import TOPICS
from lms.certification.scheme_file import Scheme, parse
from lms.certification.schemes import FOLDER, SchemeBook, configure, load, problems_with, schemes
from lms.curriculum import catalog
from tests.certification import records
from tests.certification.records import AS_OF, meets_peer_specialist
from tests.conftest import ROOT

DAY = date(2026, 11, 22)
SHIPPED = {
    "completion-40h": records.meets_completion,
    "foundations-completion": records.meets_foundations,
    "peer-specialist": records.meets_peer_specialist,
    "peer-specialist-renewal": records.meets_renewal,
    "icrc-pr-4domain": records.meets_icrc,
    "icrc-pr-5domain": records.meets_icrc_5,
    "texas-mhps": records.meets_texas,
    "california-mcpss": records.meets_california,
    "tennessee-cprs": records.meets_tennessee,
    "washington-cpss": records.meets_washington,
    "georgia-cps-renewal": records.meets_georgia,
}
NOT_ALL_CHECKED = {scheme_id for scheme_id, *_more in holder.not_evaluated(load()[0])}
NEVER_MET = {"tennessee-cprs"}

HEAD = """id: sample
version: 1
effective_from: 2026-01-01
kind: certification
title: {en: Sample}
summary: {en: A sample.}
issuer: some-board
review: required
valid_months: 12
source: nowhere
read_on: 2026-11-20
note: example
requirements:
"""
MODULE = "  - {id: m, kind: module_completed, title: {en: M}, module: mutual}\n"


def _book() -> SchemeBook:
    book, faults = load()
    assert faults == []
    return book


def test_every_shipped_file_parses_and_is_tested() -> None:
    assert {scheme_id for scheme_id, _version in _book().versions} == set(SHIPPED)


def _in_force(scheme_id: str) -> Scheme:
    scheme = _book().current(scheme_id, DAY)
    assert scheme is not None
    return scheme


def _met(scheme: Scheme, record: Record) -> set[str]:
    found = scheme.evaluate(record, DAY).findings
    return {one.requirement_id for top in found for one in top.walk() if one.is_met}


@pytest.mark.parametrize("scheme_id", SHIPPED)
def test_each_shipped_scheme_has_a_record_that_meets_it_and_none_to_spare(scheme_id: str) -> None:
    scheme, record = _in_force(scheme_id), SHIPPED[scheme_id]()
    assert scheme.evaluate(record, DAY).is_met == (scheme_id not in NEVER_MET)
    assert not scheme.evaluate(Record(), DAY).is_met
    assert _met(scheme, Record()) == set()
    met = _met(scheme, record)
    for name in FACTS:
        facts = getattr(record, name)
        for fact in facts:
            short = replace(record, **{name: tuple(other for other in facts if other is not fact)})
            assert not scheme.evaluate(short, DAY).is_met, fact
            assert _met(scheme, short) < met, fact


@pytest.mark.parametrize("scheme_id", sorted(NOT_ALL_CHECKED))
def test_all_is_met_but_what_is_not_checked(scheme_id: str) -> None:
    scheme = _in_force(scheme_id)
    unchecked = {one.id for one in scheme.walk() if isinstance(one, NotEvaluated)}
    open_groups = {
        one.id
        for one in scheme.walk()
        if isinstance(one, AllOf | AnyOf) and unchecked & {inner.id for inner in inside(one)}
    }
    ways_not_taken = {"employed", "work-education", "late"}
    named = {one.id for one in scheme.walk()} - unchecked - open_groups - ways_not_taken
    met = _met(scheme, SHIPPED[scheme_id]())
    assert named <= met
    assert not met & unchecked
    assert (scheme_id in NEVER_MET) == any(one.id in unchecked for one in scheme.requirements)
    assert scheme.issuer == "none", "a body here must be able to check what it asks for"


def inside(group: AllOf | AnyOf) -> Iterator[Requirement]:
    for one in group.of:
        yield one
        if isinstance(one, AllOf | AnyOf):
            yield from inside(one)


def _asked(scheme_id: str) -> dict[str, dict[str, Any]]:
    """Each requirement of the scheme as the file has it, by its id."""
    found: dict[str, dict[str, Any]] = {}

    def gather(listed: list[dict[str, Any]]) -> None:
        for one in listed:
            found[one["id"]] = one
            gather(one.get("of", []))

    gather(yaml.safe_load(_in_force(scheme_id).definition)["requirements"])
    return found


@pytest.mark.parametrize(
    ("scheme_id", "requirement", "facts"),
    [
        ("completion-40h", "training", {"hours": 40}),
        ("icrc-pr-4domain", "training", {"hours": 46}),
        ("icrc-pr-5domain", "training", {"hours": 50}),
        ("icrc-pr-5domain", "practice", {"hours": 500}),
        ("icrc-pr-5domain", "supervision", {"hours": 25}),
        ("icrc-pr-5domain", "residency", {"percent": 51}),
        ("texas-mhps", "training", {"hours": 59.5, "only_modes": ["live_remote", "in_person"]}),
        ("texas-mhps", "practice", {"hours": 250, "window": {"months": 6}}),
        ("texas-mhps", "practice", {"kinds_not_counted": ["training", "received_supervision"]}),
        ("texas-mhps", "after-approval", {"stage": "application_approved", "within_months": 6}),
        ("texas-mhps", "initial", {"months": 6, "renewals": 1, "renewal_months": 6}),
        ("texas-mhps", "weekly-supervision", {"at_least": 1, "per": "week"}),
        ("california-mcpss", "training", {"hours": 80, "window": {"after": date(2022, 7, 1)}}),
        ("california-mcpss", "attempts", {"attempts": 3, "months": 12}),
        ("california-mcpss", "work-education", {"hours": 20, "categories": {"law_and_ethics": 6}}),
        ("tennessee-cprs", "training", {"hours": 40}),
        ("tennessee-cprs", "attendance", {"percent": 100}),
        ("tennessee-cprs", "recovery", {"months": 24}),
        ("tennessee-cprs", "letters", {"count": 3}),
        ("tennessee-cprs", "practice", {"hours": 75, "window": {"months": 12}}),
        ("tennessee-cprs", "supervision", {"hours": 3, "ratio": {"practice_hours": 25, "of": "practice"}}),
        ("tennessee-cprs", "deadline", {"months": 12, "stage": "training"}),
        ("washington-cpss", "training", {"hours": 80}),
        ("washington-cpss", "practice", {"hours": 1000}),
        ("washington-cpss", "score", {"percent": 80}),
        ("washington-cpss", "trainee", {"months": 12, "renewals": 4}),
        ("washington-cpss", "supervisors", {"practice_hours": 1500, "joint_supervision_hours": 500}),
        ("georgia-cps-renewal", "education", {"hours": 12, "period": "calendar_year", "carry_over": False}),
        ("georgia-cps-renewal", "education", {"categories": {"ethics": 1}, "sponsors": {"gmhcn": 6}}),
        ("georgia-cps-renewal", "late", {"until": "01-31", "fee_usd": 26}),
        ("georgia-cps-renewal", "inactive", {"fee_usd": 105, "most_inactive_months": 24}),
    ],
)
def test_the_facts_of_each_body_are_as_they_were_read(
    scheme_id: str, requirement: str, facts: dict[str, Any]
) -> None:
    asked = _asked(scheme_id)[requirement]
    assert {name: asked[name] for name in facts} == facts


@pytest.mark.parametrize("scheme_id", SHIPPED)
def test_what_a_requirement_applies_to_is_there(scheme_id: str) -> None:
    asked = _asked(scheme_id)
    for one in asked.values():
        named = one.get("applies_to", [])
        assert {named} <= set(asked) if isinstance(named, str) else set(named) <= set(asked)


def test_every_competency_of_california_is_taught_somewhere() -> None:
    scheme = _in_force("california-mcpss")
    areas = [name for name, _title in scheme.areas]
    assert len(areas) == 17
    assert {area for _module, shares in scheme.allocation for area, _minutes in shares} == set(areas)
    assert _asked("california-mcpss")["competencies"]["areas"] == areas


def test_the_completion_is_the_whole_training_and_all_that_is_live() -> None:
    scheme = _in_force("completion-40h")
    modules = tuple(one.module for one in scheme.walk() if isinstance(one, ModuleCompleted))
    assert modules == records.MODULES
    (training,) = (one for one in scheme.walk() if isinstance(one, TrainingHours))
    found, _faults = catalog.load(ROOT / "modules")
    taught = [module for module in found if module.id in modules]
    assert sum(module.contact_minutes for module in taught) == training.minutes == 2400
    live = sum(module.live.minutes for module in taught if module.live)
    assert [(share.modes, share.minutes) for share in training.shares] == [(("live_remote", "in_person"), live)]


@pytest.mark.parametrize("scheme_id", ["icrc-pr-4domain", "california-mcpss"])
def test_all_minutes_of_the_training_are_shared_out(scheme_id: str) -> None:
    allocation = dict(_in_force(scheme_id).allocation)
    assert tuple(allocation) == records.MODULES
    assert sum(minutes for shares in allocation.values() for _area, minutes in shares) == 2400


def test_where_there_is_no_harm_reduction_it_counts_as_recovery() -> None:
    scheme = _in_force("icrc-pr-4domain")
    record = Record(training=(records.training(60, "harm_reduction", module_id="recovery-and-pathways"),))
    assert [one.topics for one in scheme.allocated(record).training] == [("recovery_wellness",)]


def test_shipped_schemes_are_labelled_as_examples() -> None:
    for scheme in _book().versions.values():
        assert "verify with the body" in scheme.note
        assert scheme.read_on >= date(2026, 1, 1)
        assert {language for language, _text in scheme.title} == {"en", "es"}
        assert all({lang for lang, _text in one.title} == {"en", "es"} for one in scheme.walk())


def test_the_ratio_reads_the_practice_requirement_it_names() -> None:
    scheme = _book().current("peer-specialist", AS_OF)
    assert scheme is not None
    (ratio,) = (one for one in scheme.walk() if isinstance(one, SupervisionHours))
    assert ratio.practice is not None
    assert ratio.practice.window == Window(months=24)
    assert ratio.practice_minutes_per_hour == 1200


def test_validity_is_in_months() -> None:
    scheme = _book().current("peer-specialist", AS_OF)
    assert scheme is not None
    assert scheme.valid_until(date(2026, 11, 20)) == date(2028, 11, 20)


def test_a_definition_reads_back_to_the_same_scheme() -> None:
    for scheme in _book().versions.values():
        again, faults = parse(scheme.definition, "stored")
        assert (again, faults) == (scheme, [])


def test_the_newest_version_in_force_is_current_and_old_ones_stay(tmp_path: Path) -> None:
    (tmp_path / "sample.v1.yaml").write_text(HEAD + MODULE)
    later = (HEAD + MODULE).replace("version: 1", "version: 2", 1).replace("2026-01-01", "2027-01-01")
    (tmp_path / "sample.v2.yaml").write_text(later)
    book, faults = load(tmp_path)
    assert faults == []
    before, after = book.current("sample", date(2026, 12, 31)), book.current("sample", date(2027, 1, 1))
    assert before is not None
    assert after is not None
    assert (before.version, after.version) == (1, 2)
    assert book.current("sample", date(2025, 1, 1)) is None
    assert book.version("sample", 1) is before
    assert [scheme.version for scheme in book.in_force(date(2027, 6, 1))] == [2]


def test_an_unknown_kind_is_kept_and_never_met() -> None:
    scheme, faults = parse(
        HEAD + MODULE + "  - {id: f, kind: fingerprints, title: {en: F}, within_days: 30}\n", "p"
    )
    assert faults == []
    assert scheme is not None
    assert isinstance(scheme.requirements[1], NotEvaluated)
    assert not scheme.evaluate(meets_peer_specialist(), AS_OF).is_met


FAULTS = [
    ("requirements: [", 1, "This is not YAML"),
    ("", 1, "The file is empty."),
    (HEAD.replace("review: required\n", "") + MODULE, 1, "'review' is missing."),
    (HEAD.replace("review:", "colour: red\nreview:") + MODULE, 8, "'colour' is not known here."),
    (HEAD.replace("note: example\n", "note: example\nnote: again\n") + MODULE, 13, "'note' is given twice."),
    (HEAD.replace("kind: certification", "kind: diploma") + MODULE, 4, "'diploma' is not one of"),
    (HEAD.replace("kind: certification", "kind: completion") + MODULE, 9, "valid_months must be null"),
    (HEAD.replace("2026-01-01", "soon") + MODULE, 3, "A date like"),
    (HEAD + "  - {id: m, kind: module_completed, title: {en: M}}\n", 14, "'module' is missing."),
    (HEAD + MODULE + MODULE, 15, "Two requirements are called 'm'."),
    (HEAD + "  - {id: t, kind: training_hours, title: {en: T}, hours: none}\n", 14, "Hours above 0"),
    (
        HEAD + "  - {id: t, kind: training_hours, title: {en: T}, hours: 46,\n"
        "     topics: {advocacy: 10, mentoring_education: 10, recovery_wellness: 10,\n"
        "              ethical_responsibility: 10, harm_reduction: 10}}\n",
        15,
        "The parts add up to 50 hours, more than the 46 in all.",
    ),
    (
        HEAD + "  - {id: a, kind: practice_hours, title: {en: A}, hours: 10}\n"
        "  - {id: b, kind: practice_hours, title: {en: B}, hours: 5}\n",
        15,
        "'a' and 'b' would count the same hours twice.",
    ),
    (
        HEAD + "  - {id: s, kind: supervision_hours, title: {en: S}, ratio: {practice_hours: 20, of: work}}\n",
        14,
        "'work' is not a practice_hours requirement",
    ),
    (HEAD + "  - {id: s, kind: supervision_hours, title: {en: S}}\n", 14, "'hours' or 'ratio'"),
    (HEAD + "  - {id: g, kind: any_of, title: {en: G}, of: []}\n", 14, "This group is empty."),
    (HEAD + "  []\n", 14, "at least one requirement"),
]


@pytest.mark.parametrize(("text", "line", "sentence"), FAULTS, ids=[fault[2] for fault in FAULTS])
def test_a_fault_names_its_line(text: str, line: int, sentence: str) -> None:
    scheme, faults = parse(text, "sample.v1.yaml")
    assert scheme is None
    assert any(fault.line == line and sentence in fault.sentence for fault in faults), faults
    assert len(faults) == len(set(faults))


def test_hours_may_be_shared_when_the_file_says_so_or_on_two_ways() -> None:
    shared, faults = parse(
        HEAD + "  - {id: a, kind: practice_hours, title: {en: A}, hours: 10}\n"
        "  - {id: b, kind: practice_hours, title: {en: B}, hours: 5, shares_hours_with: a,\n"
        "     window: {months: 12}}\n",
        "p",
    )
    assert faults == []
    assert shared is not None
    assert all(isinstance(one, PracticeHours) for one in shared.requirements)
    _ways, faults = parse(
        HEAD + "  - {id: g, kind: any_of, title: {en: G}, of: [\n"
        "     {id: a, kind: practice_hours, title: {en: A}, hours: 10},\n"
        "     {id: b, kind: practice_hours, title: {en: B}, hours: 5}]}\n",
        "p",
    )
    assert faults == []


def test_a_reload_with_faults_keeps_the_last_good_schemes(tmp_path: Path) -> None:
    try:
        assert configure() == []
        good = schemes()
        (tmp_path / "sample.v1.yaml").write_text(HEAD + "  []\n")
        assert configure(tmp_path)
        assert schemes() is good
    finally:
        holder.configure()


def test_a_file_must_carry_its_own_name(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(HEAD + MODULE)
    _none, faults = load(tmp_path)
    assert [fault.sentence for fault in faults] == ["The file's name must be sample.v1.yaml."]


def test_what_is_asked_for_must_be_offered_somewhere() -> None:
    texts = [("code-of-ethics", 1)]
    shares = _in_force("california-mcpss").allocation
    modules = {module: sum(minutes for _area, minutes in parts) for module, parts in shares}
    assert problems_with(_book(), modules=modules, examinations=["foundations-exam"], texts=texts) == []
    faults = problems_with(_book(), modules=modules, examinations=[], texts=texts)
    assert {Path(fault.path).name for fault in faults} == {
        "foundations-completion.v1.yaml",
        "peer-specialist.v1.yaml",
    }
    lines = (FOLDER / "peer-specialist.v1.yaml").read_text("utf-8").splitlines()
    (fault,) = (one for one in faults if "peer-specialist" in one.path)
    assert "id: examination" in lines[fault.line - 1]


TRAINING = "  - {id: t, kind: training_hours, title: {en: T}, hours: 10}\n"
PRACTICE = "  - {id: p, kind: practice_hours, title: {en: P}, hours: 10}\n"
AREAS = """areas:
  - {id: law, title: {en: Law}}
  - {id: care, title: {en: Care}}
allocation:
  ethics: {law: 60}
"""
CAP = "{id: z, kind: activity_cap, title: {en: Z}, applies_to: p, activities: [group], hours: 1}"
CAPPED = ", ".join(f"{name}: {{at_most: 1.5}}" for name in TOPICS)


def _asks(kind: str, rest: str = "", name: str = "x") -> str:
    return f"  - {{id: {name}, kind: {kind}, title: {{en: X}}{', ' if rest else ''}{rest}}}\n"


HOPELESS = [
    (
        TRAINING.replace("10}", "10, topics: {advocacy: {at_least: 8, at_most: 6}}}"),
        "asks for 8 hours and lets 6",
    ),
    (
        TRAINING.replace("10}", f"10, topics: {{{CAPPED}}}}}"),
        "At most 7.5 hours can count, less than the 10 in all.",
    ),
    (_asks("ce_hours", "hours: 5, categories: {ethics: 3, law: 3}"), "add up to 6 hours, more than the 5"),
    (_asks("ce_hours", "hours: 5, carry_over: true"), "say false"),
    (_asks("ce_hours", "hours: 5, period: cycle"), "A cycle needs 'renews'"),
    (_asks("ce_hours", "hours: 5, period: cycle, renews: y"), "'y' is not a credential_held requirement"),
    (_asks("age_range", "at_least: 18, at_most: 17"), "Nobody is at least 18 and at most 17."),
    (_asks("references", "count: 2, types: {personal: 2, professional: 1}"), "3 letters, more than the 2"),
    (_asks("references", "count: 2, types: {friend: 1}, from: [boss]"), "is asked for and does not count"),
    (_asks("residency_share", "percent: 101, ways: [live]"), "A percent of 100 or less"),
    (
        _asks("attempts_in_window", "examination: e, attempts: 3, months: 6, wait_days: 94"),
        "3 tries with 94 days between them do not fit into 6 months.",
    ),
    (_asks("attempts_in_window", "examination: e, months: 6"), "Name 'attempts', 'wait_days' or both."),
    (_asks("ordered_stages", "stages: [a, b, a]"), "it would wait for itself"),
    (
        _asks("ordered_stages", "stages: [a, b, c]", "y") + _asks("ordered_stages", "stages: [c, a]"),
        "These steps wait for each other: 'a', 'b', 'c'.",
    ),
    (
        PRACTICE
        + _asks("hours_after_stage", "applies_to: p, stage: approved", "y")
        + _asks("ordered_stages", "stages: [p, approved]"),
        "These steps wait for each other: 'approved', 'p'.",
    ),
    (
        PRACTICE + _asks("hours_after_stage", "applies_to: p, stage: p"),
        "These steps wait for each other: 'p'.",
    ),
    (_asks("renewal_window", "until: 02-29"), "A month and day like 12-31"),
    (
        _asks("hours_under_tier", "applies_to: p, tier: trainee") + PRACTICE,
        "There is no provisional_tier 'trainee'",
    ),
    (
        _asks("agreement_on_file", "applies_to: t") + TRAINING,
        "'t' is not a practice_hours or supervision_hours",
    ),
    (_asks("full_attendance", "applies_to: nothing"), "'nothing' is not a training_hours requirement"),
    (_asks("full_attendance", "applies_to: []"), "'x' applies to nothing."),
    (_asks("direct_share", "applies_to: p") + PRACTICE, "Name one of 'hours' and 'percent'."),
    (_asks("supervisor_qualification", "applies_to: p") + PRACTICE, "Say what makes a supervisor qualified."),
    (
        _asks("examination_score", "applies_to: p, percent: 80") + PRACTICE,
        "not an examination_passed requirement",
    ),
    (
        TRAINING
        + _asks(
            "approved_training",
            "applies_to: t, approved_by: s, providers: [{provider: a, from: 2026-02-01, until: 2026-01-31}]",
        ),
        "would end on 2026-01-31, before it begins on 2026-02-01",
    ),
    (
        PRACTICE + _asks("any_of", f"of: [{CAP}]"),
        "'z' and 'p' must stand on the same way of an any_of.",
    ),
]


@pytest.mark.parametrize(("text", "sentence"), HOPELESS, ids=[case[1][:40] for case in HOPELESS])
def test_what_nobody_can_meet_is_a_fault_on_its_line(text: str, sentence: str) -> None:
    scheme, faults = parse(HEAD + text, "sample.v1.yaml")
    assert scheme is None
    (fault,) = (one for one in faults if sentence in one.sentence)
    lines = (HEAD + text).splitlines()
    assert any(name in lines[fault.line - 1] for name in ("id: x", "id: t", "id: z"))


def test_an_area_that_is_asked_for_and_never_filled_is_a_fault() -> None:
    asked = TRAINING.replace("10}", "10, topics: {care: 1}}") + _asks(
        "areas_covered", "applies_to: t, areas: [law, care]"
    )
    _none, faults = parse(HEAD.replace("requirements:\n", AREAS + "requirements:\n") + asked, "p")
    assert [fault.sentence for fault in faults] == [
        "'t' asks for 'care', and no module is shared out to it.",
        "'x' asks for 'care', and no module is shared out to it.",
    ]


def test_a_later_version_must_be_in_force_later(tmp_path: Path) -> None:
    (tmp_path / "sample.v1.yaml").write_text(HEAD + MODULE)
    (tmp_path / "sample.v2.yaml").write_text((HEAD + MODULE).replace("version: 1", "version: 2", 1))
    _book, faults = load(tmp_path)
    assert [(Path(one.path).name, one.line, one.sentence) for one in faults] == [
        ("sample.v2.yaml", 3, "Version 1 is in force from 2026-01-01; this must be later.")
    ]


def test_a_wait_that_just_fits_is_no_fault() -> None:
    text = _asks("attempts_in_window", "examination: e, attempts: 3, months: 6, wait_days: 90")
    assert parse(HEAD + text, "p")[1] == []
