"""How far someone is in a module and what comes next. Values in, values out."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from lms.curriculum.content import Module

K = TypeVar("K")


class LessonState(StrEnum):
    """How far someone is with one lesson."""

    NOT_STARTED = "not_started"
    STARTED = "started"
    DONE = "done"


class Step(StrEnum):
    """The kind of thing that comes next in a module."""

    LESSON = "lesson"
    CHECK = "check"
    COMPLETE = "complete"
    NOTHING = "nothing"


@dataclass(frozen=True)
class NextStep:
    """What comes next. `lesson_id` is given for a lesson, `examination_id` for the module check."""

    kind: Step
    lesson_id: str | None = None
    examination_id: str | None = None


@dataclass(frozen=True)
class Standing:
    """The facts about one person in one module that everything else here follows from."""

    started: frozenset[str] = frozenset()
    done: frozenset[str] = frozenset()
    place: str | None = None
    is_check_passed: bool = False
    is_completed: bool = False


def state_of(lesson_id: str, standing: Standing) -> LessonState:
    """How far someone is with this lesson."""
    if lesson_id in standing.done:
        return LessonState.DONE
    return LessonState.STARTED if lesson_id in standing.started else LessonState.NOT_STARTED


def lessons_left(module: Module, done: Collection[str]) -> tuple[str, ...]:
    """The ids of the lessons that are not done, in their order."""
    return tuple(lesson.id for lesson in module.lessons if lesson.id not in done)


def is_check_needed(module: Module, standing: Standing) -> bool:
    """Whether the module has a check that this person has not passed."""
    return module.check is not None and not standing.is_check_passed


def may_complete(module: Module, standing: Standing) -> bool:
    """Whether every lesson is done and the module check, if there is one, is passed."""
    return not lessons_left(module, standing.done) and not is_check_needed(module, standing)


def next_step(module: Module, standing: Standing) -> NextStep:
    """What comes next: where they stopped, else the next lesson after it, the check, then completing."""
    if standing.is_completed:
        return NextStep(Step.NOTHING)
    left = lessons_left(module, standing.done)
    if left:
        return NextStep(Step.LESSON, lesson_id=_next_lesson(module, standing, left))
    if is_check_needed(module, standing):
        return NextStep(Step.CHECK, examination_id=module.check)
    return NextStep(Step.COMPLETE)


def _next_lesson(module: Module, standing: Standing, left: tuple[str, ...]) -> str:
    order = [lesson.id for lesson in module.lessons]
    if standing.place not in order:
        return left[0]
    after = order[order.index(standing.place) :]
    return next((lesson_id for lesson_id in after if lesson_id in left), left[0])


def percent(module: Module, standing: Standing) -> int:
    """How far, from 0 to 100, by the minutes of the lessons that are done; 100 only when completed."""
    if standing.is_completed:
        return 100
    done = sum(lesson.minutes for lesson in module.lessons if lesson.id in standing.done)
    return min(99, 100 * done // module.minutes)


def minutes_left(module: Module, standing: Standing) -> int:
    """Minutes of the lessons that are not done."""
    return sum(lesson.minutes for lesson in module.lessons if lesson.id not in standing.done)


def split(minutes: int, weights: Mapping[K, int]) -> tuple[tuple[K, int], ...]:
    """Whole minutes for each key in proportion to its weight; they add up to `minutes` exactly.

    What rounding down leaves goes one minute each to the largest remainders, earlier keys first.
    """
    whole = sum(weights.values())
    if whole <= 0:
        raise ValueError("the weights must add up to more than nothing")
    shares = {key: minutes * weight // whole for key, weight in weights.items()}
    left = minutes - sum(shares.values())
    by_remainder = sorted(weights, key=lambda key: -(minutes * weights[key] % whole))
    for key in by_remainder[:left]:
        shares[key] += 1
    return tuple((key, share) for key, share in shares.items() if share)
