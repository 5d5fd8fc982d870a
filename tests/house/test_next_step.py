"""The one next step of a trainee: what needs them first, then where they stopped, then what comes after."""

from dataclasses import replace

import pytest

from lms.home.next_step import Facts, Kind, ModuleFacts, next_step, percent_of

LESSON = ModuleFacts("mutual", "Mutual", "lesson", lesson_id="one")
BEGIN = ModuleFacts("reciprocal", "Reciprocal", "begin")
EVERYTHING = Facts(
    entries_to_fix=2,
    open_attempt_id=7,
    open_attempt_title="Exam",
    application_state="returned",
    application_id=3,
    module=LESSON,
    module_to_begin=BEGIN,
    examination_to_take=("exam", "Exam"),
    minutes_signed=0,
    minutes_needed=60,
)


def test_the_order_of_steps() -> None:
    facts, found = EVERYTHING, []
    for done in (
        {"entries_to_fix": 0},
        {"open_attempt_id": None},
        {"application_state": "submitted"},
        {"module": None},
        {"module_to_begin": None},
        {"examination_to_take": None},
        {"application_state": None},
        {"minutes_signed": 60},
        {},
    ):
        found.append(next_step(facts).kind)
        facts = replace(facts, **done)  # type: ignore[arg-type]
    assert found == [
        Kind.FIX_ENTRY,
        Kind.GO_ON_WITH_ATTEMPT,
        Kind.APPLICATION_RETURNED,
        Kind.GO_ON_WITH_LESSON,
        Kind.BEGIN_MODULE,
        Kind.TAKE_EXAMINATION,
        Kind.WAIT_FOR_REVIEW,
        Kind.LOG_HOURS,
        Kind.SEE_PROGRESS,
    ]


@pytest.mark.parametrize(("step", "kind"), [("check", Kind.TAKE_CHECK), ("complete", Kind.COMPLETE_MODULE)])
def test_the_end_of_a_module(step: str, kind: Kind) -> None:
    assert next_step(Facts(module=replace(LESSON, step=step))).kind is kind


def test_percent_is_whole_only_when_all_is_there() -> None:
    assert [percent_of(*pair) for pair in ((0, 3), (1, 3), (299, 300), (3, 3), (5, 3), (0, 0))] == [
        0,
        33,
        99,
        100,
        100,
        100,
    ]
