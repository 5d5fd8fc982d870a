"""A module's minutes under a body's own areas: each minute once, none lost, and twice is as good as once."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.certification.allocation import allocated
from lms.certification.facts import Record, TrainingHour
from lms.certification.scheme_file import parse
from lms.certification.schemes import SchemeBook, problems_with
from lms.curriculum.progress import split
from tests.certification.test_scheme_files import HEAD

DAY = date(2026, 11, 1)


def hour(evidence: str, module: str, topic: str, minutes: int) -> TrainingHour:
    return TrainingHour(evidence, module, (topic,), minutes, "self_paced", DAY)


RECORD = Record(
    training=(
        hour("completion:1:advocacy", "ethics", "advocacy", 40),
        hour("completion:1:harm_reduction", "ethics", "harm_reduction", 20),
        hour("attendance:9:advocacy", "ethics", "advocacy", 7),
        hour("completion:2:advocacy", "story", "advocacy", 30),
    )
)


def test_the_hours_of_a_module_are_shared_out_by_the_body() -> None:
    found = allocated(RECORD, {"ethics": (("law", 120), ("care", 60))})
    assert [(one.evidence, one.topics, one.minutes) for one in found.training] == [
        ("completion:1:law", ("law",), 40),
        ("completion:1:care", ("care",), 20),
        ("attendance:9:law", ("law",), 5),
        ("attendance:9:care", ("care",), 2),
        ("completion:2", (), 30),
    ]


shares = st.dictionaries(st.sampled_from("abcde"), st.integers(1, 300), min_size=1).map(
    lambda d: tuple(d.items())
)


@given(minutes=st.integers(0, 10_000), parts=shares)
def test_no_minute_is_lost_or_doubled(minutes: int, parts: tuple[tuple[str, int], ...]) -> None:
    whole = sum(share for _area, share in parts)
    found = dict(split(minutes, dict(parts)))
    assert sum(found.values()) == minutes
    assert all(abs(found.get(area, 0) - minutes * share / whole) < 1 for area, share in parts)


@given(parts=shares, other=shares)
def test_twice_is_as_good_as_once(
    parts: tuple[tuple[str, int], ...], other: tuple[tuple[str, int], ...]
) -> None:
    by_module = {"ethics": parts, "story": other}
    once = allocated(RECORD, by_module)
    assert allocated(once, by_module) == once
    assert sum(one.minutes for one in once.training) == 97
    assert allocated(RECORD, {}) is RECORD


SHARED = """areas:
  - {id: law, title: {en: Law}}
  - {id: care, title: {en: Care}}
allocation:
  ethics: {law: 120, care: 60}
"""
TRAINING = "  - {id: t, kind: training_hours, title: {en: T}, hours: 1, topics: {law: 0.5, care: 0.25}}\n"


def test_a_scheme_with_areas_of_its_own_counts_by_them() -> None:
    scheme, faults = parse(HEAD.replace("requirements:", SHARED + "requirements:") + TRAINING, "sample.v1.yaml")
    assert faults == []
    assert scheme is not None
    (finding,) = scheme.evaluate(RECORD, DAY).findings
    assert finding.is_met
    assert [(child.about, child.counted, dict(child.title)["en"]) for child in finding.children] == [
        ("law", 45, "Law"),
        ("care", 22, "Care"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("care: 60", "dance: 60", "'dance' is not known here"),
        ("{id: care,", "{id: law,", "is there twice"),
        ("topics: {law: 0.5", "topics: {advocacy: 0.5", "'advocacy' is not known here"),
    ],
)
def test_an_area_that_is_not_the_body_s_is_a_fault(old: str, new: str, words: str) -> None:
    text = HEAD.replace("requirements:", SHARED + "requirements:") + TRAINING
    assert old in text
    scheme, faults = parse(text.replace(old, new), "sample.v1.yaml")
    assert scheme is None
    assert words in " ".join(fault.sentence for fault in faults)


@pytest.mark.parametrize(
    ("modules", "sentence"),
    [
        ({"ethics": 180}, None),
        ({"ethics": 170}, "'ethics' has 170 minutes, and 180 are shared out."),
        ({}, "There is no module 'ethics' to share out."),
    ],
)
def test_all_the_minutes_of_a_module_are_shared_out(modules: dict[str, int], sentence: str | None) -> None:
    text = HEAD.replace("requirements:", SHARED + "requirements:").replace("some-board", "none") + TRAINING
    scheme, _faults = parse(text, "sample.v1.yaml")
    assert scheme is not None
    faults = problems_with(SchemeBook({("sample", 1): scheme}), modules=modules, examinations=(), texts=())
    assert [fault.sentence for fault in faults] == ([sentence] if sentence else [])
    if faults:
        assert Path(faults[0].path).name == "sample.v1.yaml"
        assert "ethics:" in text.splitlines()[faults[0].line - 1]
