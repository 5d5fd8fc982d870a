"""Acts of certification: apply, send again, note, recommend, decide, appeal, move versions, issue at once."""

from lms.certification.services.appealing import (
    Answer,
    answer_appeal,
    appeal,
    tell_overdue,
)
from lms.certification.services.applying import (
    apply,
    issue_if_met,
    mark_checked,
    send_again,
)
from lms.certification.services.classes import (
    begin_run,
    go_on_with_run,
    issue_row,
    stop_run,
)
from lms.certification.services.cycles import (
    open_first_cycle,
)
from lms.certification.services.packets import (
    take_packet,
)
from lms.certification.services.pinning import (
    move_to_version,
)
from lms.certification.services.proofs import (
    bring_proof,
    enter_proof,
    return_proof,
    verify_proof,
    withdraw_proof,
)
from lms.certification.services.renewing import (
    apply_for_renewal,
    draw_audit,
    remind,
)
from lms.certification.services.reviewing import (
    decide,
    note,
    recommend,
    return_application,
    review,
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
    "Answer",
    "answer_appeal",
    "appeal",
    "apply",
    "apply_for_renewal",
    "approve_training",
    "begin_run",
    "bring_proof",
    "decide",
    "draw_audit",
    "end_approval",
    "end_share",
    "end_waiver",
    "enter_proof",
    "go_on_with_run",
    "issue_if_met",
    "issue_row",
    "look",
    "mark_checked",
    "move_to_version",
    "note",
    "open_first_cycle",
    "recommend",
    "remind",
    "return_application",
    "return_proof",
    "review",
    "send_again",
    "share",
    "stop_run",
    "take_packet",
    "tell_overdue",
    "verify_proof",
    "waive",
    "withdraw_proof",
]
