"""Acts of certification: apply, renew, send again, note, return, decide, issue at once, remind, audit."""

from lms.certification.services.applying import apply, issue_if_met, mark_checked, send_again
from lms.certification.services.cycles import open_first_cycle
from lms.certification.services.renewing import apply_for_renewal, draw_audit, remind
from lms.certification.services.reviewing import decide, note, return_application

__all__ = [
    "apply",
    "apply_for_renewal",
    "decide",
    "draw_audit",
    "issue_if_met",
    "mark_checked",
    "note",
    "open_first_cycle",
    "remind",
    "return_application",
    "send_again",
]
