"""The shipped schemes, and the faults a scheme file may have."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from lms.certification import schemes as holder
from lms.certification.counting import Window
from lms.certification.facts import Record
from lms.certification.kinds import NotEvaluated, PracticeHours, SupervisionHours
from lms.certification.scheme_file import parse
from lms.certification.schemes import FOLDER, SchemeBook, configure, load, problems_with, schemes
from tests.certification.records import AS_OF, meets_foundations, meets_icrc, meets_peer_specialist

SHIPPED = {
    "foundations-completion": meets_foundations,
    "peer-specialist": meets_peer_specialist,
    "icrc-pr-4domain": meets_icrc,
}

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


@pytest.mark.parametrize("scheme_id", SHIPPED)
def test_each_shipped_scheme_has_a_record_that_meets_it_and_none_to_spare(scheme_id: str) -> None:
    scheme = _book().current(scheme_id, AS_OF)
    assert scheme is not None
    record = SHIPPED[scheme_id]()
    assert scheme.evaluate(record, AS_OF).is_met
    assert not scheme.evaluate(Record(), AS_OF).is_met
    for name in ("training", "modules", "examinations", "practice", "supervision", "attestations"):
        facts = getattr(record, name)
        for fact in facts:
            short = replace(record, **{name: tuple(other for other in facts if other is not fact)})
            assert not scheme.evaluate(short, AS_OF).is_met, fact


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
    (HEAD + MODULE + MODULE, 14, "Two requirements are called 'm'."),
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
    modules = {"mutual": 120, "non-directive": 120}
    assert problems_with(_book(), modules=modules, examinations=["foundations-exam"], texts=texts) == []
    faults = problems_with(_book(), modules=modules, examinations=[], texts=texts)
    assert {Path(fault.path).name for fault in faults} == {
        "foundations-completion.v1.yaml",
        "peer-specialist.v1.yaml",
    }
    lines = (FOLDER / "peer-specialist.v1.yaml").read_text("utf-8").splitlines()
    (fault,) = (one for one in faults if "peer-specialist" in one.path)
    assert "id: examination" in lines[fault.line - 1]
