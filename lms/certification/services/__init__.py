"""Acts of certification: apply, send again, note, return, decide, and issue at once."""

from lms.certification.services.applying import apply, issue_if_met, mark_checked, send_again
from lms.certification.services.packets import take_packet
from lms.certification.services.reviewing import decide, note, return_application
from lms.certification.services.sharing import end_share, look, share

__all__ = [
    "apply",
    "decide",
    "end_share",
    "issue_if_met",
    "look",
    "mark_checked",
    "note",
    "return_application",
    "send_again",
    "share",
    "take_packet",
]
