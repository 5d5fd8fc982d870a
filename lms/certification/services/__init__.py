"""Acts of certification: apply, renew, send again, note, return, decide, issue at once, remind, audit."""

from lms.certification.services.applying import apply, issue_if_met, mark_checked, send_again
from lms.certification.services.cycles import open_first_cycle
from lms.certification.services.packets import take_packet
from lms.certification.services.renewing import apply_for_renewal, draw_audit, remind
from lms.certification.services.reviewing import decide, note, return_application
from lms.certification.services.sharing import end_share, look, share

__all__ = [
    "apply",
    "apply_for_renewal",
    "decide",
    "draw_audit",
    "end_share",
    "issue_if_met",
    "look",
    "mark_checked",
    "note",
    "open_first_cycle",
    "remind",
    "return_application",
    "send_again",
    "share",
    "take_packet",
]
