"""The acts of practice: log, submit and withdraw hours; sign, ask for a fix and undo; agree and meet."""

from lms.practice.services.agreements import (
    accept_agreement,
    approve_agreement,
    declare_conflict,
    end_conflict,
    name_alternate,
    set_demands,
)
from lms.practice.services.amendments import amend
from lms.practice.services.disputes import (
    answer_dispute,
    decide_dispute,
    escalate_dispute,
    open_dispute,
    settle_dispute,
)
from lms.practice.services.evaluating import answer_evaluation, comment_on_evaluation, observe, score
from lms.practice.services.hours import (
    Hours,
    Refused,
    change_entry,
    discard_entry,
    log_hours,
    submit,
    withdraw,
)
from lms.practice.services.importing import ImportResult, import_hours, said_of_file
from lms.practice.services.letters import send_digest
from lms.practice.services.links import (
    LINK_LASTS,
    confirm_code,
    confirm_lines,
    declare,
    send_code_again,
    send_link,
)
from lms.practice.services.naming import approve_named, decline_named, name_supervisor
from lms.practice.services.periods import sign_period
from lms.practice.services.placements import (
    create_agreement,
    create_placement,
    end_agreement,
    end_placement,
    set_terms,
)
from lms.practice.services.qualifications import Checked, check_qualification, end_qualification
from lms.practice.services.signing import (
    MOST_IN_A_BATCH,
    BatchResult,
    return_entries,
    return_entry,
    sign_off,
    undo,
)
from lms.practice.services.supervision import Meeting, record_meeting, record_supervision, sign_supervision

__all__ = [
    "LINK_LASTS",
    "MOST_IN_A_BATCH",
    "BatchResult",
    "Checked",
    "Hours",
    "ImportResult",
    "Meeting",
    "Refused",
    "accept_agreement",
    "amend",
    "answer_dispute",
    "answer_evaluation",
    "approve_agreement",
    "approve_named",
    "change_entry",
    "check_qualification",
    "comment_on_evaluation",
    "confirm_code",
    "confirm_lines",
    "create_agreement",
    "create_placement",
    "decide_dispute",
    "declare",
    "declare_conflict",
    "decline_named",
    "discard_entry",
    "end_agreement",
    "end_conflict",
    "end_placement",
    "end_qualification",
    "escalate_dispute",
    "import_hours",
    "log_hours",
    "name_alternate",
    "name_supervisor",
    "observe",
    "open_dispute",
    "record_meeting",
    "record_supervision",
    "return_entries",
    "return_entry",
    "said_of_file",
    "score",
    "send_code_again",
    "send_digest",
    "send_link",
    "set_demands",
    "set_terms",
    "settle_dispute",
    "sign_off",
    "sign_period",
    "sign_supervision",
    "submit",
    "undo",
    "withdraw",
]
