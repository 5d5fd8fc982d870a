"""Acts of certification: apply, send again, note, recommend, decide, appeal, move versions, issue at once."""

from lms.certification.services.appealing import Answer, answer_appeal, appeal, tell_overdue
from lms.certification.services.applying import apply, issue_if_met, mark_checked, send_again
from lms.certification.services.pinning import move_to_version
from lms.certification.services.reviewing import decide, note, recommend, return_application, review

__all__ = [
    "Answer",
    "answer_appeal",
    "appeal",
    "apply",
    "decide",
    "issue_if_met",
    "mark_checked",
    "move_to_version",
    "note",
    "recommend",
    "return_application",
    "review",
    "send_again",
    "tell_overdue",
]
