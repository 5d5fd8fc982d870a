"""Writes: what trainees do in modules, and what trainers do in live sessions."""

from lms.curriculum.services.learning import (
    answer,
    complete_module,
    delete_reflection,
    enrol,
    finish_lesson,
    finish_lesson_by_other_exercise,
    keep_place,
    keep_reflection,
)
from lms.curriculum.services.live import cancel_live_session, plan_live_session, record_attendance

__all__ = [
    "answer",
    "cancel_live_session",
    "complete_module",
    "delete_reflection",
    "enrol",
    "finish_lesson",
    "finish_lesson_by_other_exercise",
    "keep_place",
    "keep_reflection",
    "plan_live_session",
    "record_attendance",
]
