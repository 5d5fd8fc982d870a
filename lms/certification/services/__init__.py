"""Acts of certification: apply, send again, note, return, decide, and issue at once."""

from lms.certification.services.applying import apply, issue_if_met, mark_checked, send_again
from lms.certification.services.packets import take_packet
from lms.certification.services.reviewing import decide, note, return_application

__all__ = [
    "apply",
    "decide",
    "issue_if_met",
    "mark_checked",
    "note",
    "return_application",
    "send_again",
    "take_packet",
]
