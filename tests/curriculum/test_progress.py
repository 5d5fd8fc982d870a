"""How far someone is and what comes next, in tables; and minutes that always add up."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.curriculum import catalog
from lms.curriculum.content import Module
from lms.curriculum.progress import (
    LessonState,
    NextStep,
    Standing,
    Step,
    may_complete,
    minutes_left,
    next_step,
    percent,
    split,
    state_of,
)

MODULES, _faults = catalog.load(Path(__file__).parent / "modules")
WALKING = MODULES.modules["walking"]
RESTING = MODULES.modules["resting"]


def standing(done: str = "", place: str | None = None, **more: bool) -> Standing:
    ids = frozenset(done.split())
    return Standing(started=ids, done=ids, place=place, **more)


@pytest.mark.parametrize(
    ("module", "given_standing", "step", "percents"),
    [
        (WALKING, standing(), NextStep(Step.LESSON, "pace"), 0),
        (WALKING, standing(place="path"), NextStep(Step.LESSON, "path"), 0),
        (WALKING, standing("pace", place="pace"), NextStep(Step.LESSON, "path"), 66),
        (WALKING, standing("path", place="path"), NextStep(Step.LESSON, "pace"), 33),
        (WALKING, standing("path", place="gone"), NextStep(Step.LESSON, "pace"), 33),
        (WALKING, standing("pace path"), NextStep(Step.COMPLETE), 99),
        (WALKING, standing("pace path", is_completed=True), NextStep(Step.NOTHING), 100),
        (RESTING, standing("bench"), NextStep(Step.CHECK, examination_id="foundations-exam"), 99),
        (RESTING, standing("bench", is_check_passed=True), NextStep(Step.COMPLETE), 99),
        (RESTING, standing(is_check_passed=True), NextStep(Step.LESSON, "bench"), 0),
    ],
)
def test_next_step_and_percent(module: Module, given_standing: Standing, step: NextStep, percents: int) -> None:
    assert next_step(module, given_standing) == step
    assert percent(module, given_standing) == percents
    assert may_complete(module, given_standing) == (step.kind in (Step.COMPLETE, Step.NOTHING))


def test_a_lesson_is_not_started_then_started_then_done() -> None:
    facts = Standing(started=frozenset({"pace", "path"}), done=frozenset({"pace"}))
    states = [state_of(lesson_id, facts) for lesson_id in ("pace", "path", "other")]
    assert states == [LessonState.DONE, LessonState.STARTED, LessonState.NOT_STARTED]
    assert minutes_left(WALKING, facts) == 10


@pytest.mark.parametrize(
    ("minutes", "weights", "expected"),
    [
        (30, {"a": 60, "b": 30}, (("a", 20), ("b", 10))),
        (10, {"a": 1, "b": 1, "c": 1}, (("a", 4), ("b", 3), ("c", 3))),
        (1, {"a": 1, "b": 2}, (("b", 1),)),
        (0, {"a": 1}, ()),
    ],
)
def test_minutes_are_split_by_weight(
    minutes: int, weights: dict[str, int], expected: tuple[tuple[str, int], ...]
) -> None:
    assert split(minutes, weights) == expected


@given(st.integers(0, 5000), st.dictionaries(st.sampled_from("abcde"), st.integers(1, 600), min_size=1))
def test_split_minutes_add_up_and_are_near_their_share(minutes: int, weights: dict[str, int]) -> None:
    shares = dict(split(minutes, weights))
    assert sum(shares.values()) == minutes
    for key, weight in weights.items():
        assert abs(shares.get(key, 0) - minutes * weight / sum(weights.values())) < 1


def test_a_split_needs_a_weight() -> None:
    with pytest.raises(ValueError, match="weights"):
        split(5, {})
