"""Reads: where people are in what is taught, and the completions and contact hours that count elsewhere."""

from lms.curriculum.queries.earned import (
    ContactHour,
    ModuleCompletion,
    completions_of,
    contact_hours_of,
    trainers_of,
)
from lms.curriculum.queries.learning import (
    Learning,
    LessonNotes,
    ModuleCard,
    ReflectionCard,
    learning,
    learnings_of,
    module_cards,
    modules_in_progress,
    notes_of,
    passed_examinations,
    reflections_of,
)
from lms.curriculum.queries.live import (
    LiveSessionCard,
    OwnAttendance,
    RosterLine,
    attendance_of,
    live_session,
    live_sessions_ahead,
    live_sessions_of,
    roster,
)

__all__ = [
    "ContactHour",
    "Learning",
    "LessonNotes",
    "LiveSessionCard",
    "ModuleCard",
    "ModuleCompletion",
    "OwnAttendance",
    "ReflectionCard",
    "RosterLine",
    "attendance_of",
    "completions_of",
    "contact_hours_of",
    "learning",
    "learnings_of",
    "live_session",
    "live_sessions_ahead",
    "live_sessions_of",
    "module_cards",
    "modules_in_progress",
    "notes_of",
    "passed_examinations",
    "reflections_of",
    "roster",
    "trainers_of",
]
