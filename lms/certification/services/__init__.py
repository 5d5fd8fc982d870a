"""Acts of certification: apply, send again, note, return, decide, issue at once; proofs and exceptions."""

from lms.certification.services.applying import (
    apply,
    issue_if_met,
    mark_checked,
    send_again,
)
from lms.certification.services.packets import (
    take_packet,
)
from lms.certification.services.proofs import (
    bring_proof,
    enter_proof,
    return_proof,
    verify_proof,
    withdraw_proof,
)
from lms.certification.services.reviewing import (
    decide,
    note,
    return_application,
)
from lms.certification.services.sharing import (
    end_share,
    look,
    share,
)
from lms.certification.services.waiving import (
    approve_training,
    end_approval,
    end_waiver,
    waive,
)

__all__ = [
    "apply",
    "approve_training",
    "bring_proof",
    "decide",
    "end_approval",
    "end_share",
    "end_waiver",
    "enter_proof",
    "issue_if_met",
    "look",
    "mark_checked",
    "note",
    "return_application",
    "return_proof",
    "send_again",
    "share",
    "take_packet",
    "verify_proof",
    "waive",
    "withdraw_proof",
]
