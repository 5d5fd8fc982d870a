"""Which one thing comes next for a trainee. Pure: facts in, one step out.

The order is the product's: something to fix, an attempt that runs, where one stopped, what comes next.
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What the next step is; the page has a sentence and a button for each."""

    FIX_ENTRY = "fix_entry"
    GO_ON_WITH_ATTEMPT = "go_on_with_attempt"
    APPLICATION_RETURNED = "application_returned"
    GO_ON_WITH_LESSON = "go_on_with_lesson"
    TAKE_CHECK = "take_check"
    COMPLETE_MODULE = "complete_module"
    BEGIN_MODULE = "begin_module"
    TAKE_EXAMINATION = "take_examination"
    LOG_HOURS = "log_hours"
    SEE_PROGRESS = "see_progress"
    WAIT_FOR_REVIEW = "wait_for_review"


@dataclass(frozen=True)
class ModuleFacts:
    """How far the person is in one module. `step` is lesson, check, complete or nothing."""

    module_id: str
    title: str
    step: str
    lesson_id: str | None = None
    lesson_title: str | None = None
    lesson_number: int | None = None
    lesson_count: int = 0
    minutes_left: int = 0
    is_started: bool = False
    examination_id: str | None = None


@dataclass(frozen=True)
class Facts:
    """What the step is chosen from. `module` is the one to go on with, `module_to_begin` the one after."""

    entries_to_fix: int = 0
    open_attempt_id: int | None = None
    open_attempt_title: str = ""
    application_state: str | None = None
    application_id: int | None = None
    module: ModuleFacts | None = None
    module_to_begin: ModuleFacts | None = None
    examination_to_take: tuple[str, str] | None = None
    minutes_signed: int = 0
    minutes_needed: int = 0


@dataclass(frozen=True)
class NextStep:
    """The one thing to do, with what its sentence needs."""

    kind: Kind
    module: ModuleFacts | None = None
    title: str = ""
    id: str = ""
    count: int = 0


def next_step(facts: Facts) -> NextStep:
    """The one thing that comes next."""
    if facts.entries_to_fix:
        return NextStep(Kind.FIX_ENTRY, count=facts.entries_to_fix)
    if facts.open_attempt_id is not None:
        return NextStep(Kind.GO_ON_WITH_ATTEMPT, title=facts.open_attempt_title, id=str(facts.open_attempt_id))
    if facts.application_state == "returned":
        return NextStep(Kind.APPLICATION_RETURNED, id=str(facts.application_id))
    kinds = {"lesson": Kind.GO_ON_WITH_LESSON, "check": Kind.TAKE_CHECK, "complete": Kind.COMPLETE_MODULE}
    if facts.module is not None and facts.module.step in kinds:
        return NextStep(kinds[facts.module.step], module=facts.module)
    if facts.module_to_begin is not None:
        return NextStep(Kind.BEGIN_MODULE, module=facts.module_to_begin)
    if facts.examination_to_take is not None:
        examination_id, title = facts.examination_to_take
        return NextStep(Kind.TAKE_EXAMINATION, title=title, id=examination_id)
    if facts.application_state == "submitted":
        return NextStep(Kind.WAIT_FOR_REVIEW, id=str(facts.application_id))
    if facts.minutes_signed < facts.minutes_needed:
        return NextStep(Kind.LOG_HOURS)
    return NextStep(Kind.SEE_PROGRESS)


def percent_of(counted: int, needed: int) -> int:
    """Counted of needed in whole percent, never under 0 or over 100, and 100 only when all is there."""
    if needed <= 0:
        return 100
    return max(0, min(100, counted * 100 // needed))
