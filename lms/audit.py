"""The audit trail: one row for each act that changed something. Rows are only ever added."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms import clock
from lms.db import Base, Instant, session


class Action(StrEnum):
    """What was done, as `slice.verb`."""

    # people
    PEOPLE_SIGN_IN = "people.sign_in"
    PEOPLE_SIGN_OUT = "people.sign_out"
    PEOPLE_INVITE = "people.invite"
    PEOPLE_JOIN = "people.join"
    PEOPLE_GRANT_ROLE = "people.grant_role"
    PEOPLE_END_ROLE = "people.end_role"
    PEOPLE_END_SESSION = "people.end_session"
    PEOPLE_CHANGE_PROFILE = "people.change_profile"
    PEOPLE_ATTEST = "people.attest"
    PEOPLE_ADD_ORGANISATION = "people.add_organisation"
    PEOPLE_ADD_PERSON = "people.add_person"
    PEOPLE_CONFIRM_IDENTITY = "people.confirm_identity"
    PEOPLE_CHANGE_PASSWORD = "people.change_password"  # noqa: S105
    PEOPLE_ADD_FACTOR = "people.add_factor"
    PEOPLE_DROP_FACTOR = "people.drop_factor"
    PEOPLE_MAKE_RECOVERY_CODES = "people.make_recovery_codes"
    PEOPLE_USE_RECOVERY_CODE = "people.use_recovery_code"
    # curriculum
    CURRICULUM_ENROL = "curriculum.enrol"
    CURRICULUM_KEEP_PLACE = "curriculum.keep_place"
    CURRICULUM_ANSWER = "curriculum.answer"
    CURRICULUM_KEEP_REFLECTION = "curriculum.keep_reflection"
    CURRICULUM_DELETE_REFLECTION = "curriculum.delete_reflection"
    CURRICULUM_FINISH_LESSON = "curriculum.finish_lesson"
    CURRICULUM_COMPLETE_MODULE = "curriculum.complete_module"
    CURRICULUM_PLAN_LIVE_SESSION = "curriculum.plan_live_session"
    CURRICULUM_CANCEL_LIVE_SESSION = "curriculum.cancel_live_session"
    CURRICULUM_RECORD_ATTENDANCE = "curriculum.record_attendance"
    # assessment
    ASSESSMENT_START = "assessment.start"
    ASSESSMENT_ANSWER = "assessment.answer"
    ASSESSMENT_FLAG = "assessment.flag"
    ASSESSMENT_PAUSE = "assessment.pause"
    ASSESSMENT_RESUME = "assessment.resume"
    ASSESSMENT_HAND_IN = "assessment.hand_in"
    ASSESSMENT_CLOSE = "assessment.close"
    ASSESSMENT_ALLOW_TIME = "assessment.allow_time"
    # practice
    PRACTICE_LOG_HOURS = "practice.log_hours"
    PRACTICE_IMPORT_HOURS = "practice.import_hours"
    PRACTICE_OBSERVE = "practice.observe"
    PRACTICE_SCORE_EVALUATION = "practice.score_evaluation"
    PRACTICE_ANSWER_EVALUATION = "practice.answer_evaluation"
    PRACTICE_COMMENT_EVALUATION = "practice.comment_evaluation"
    PRACTICE_CHANGE_ENTRY = "practice.change_entry"
    PRACTICE_DISCARD_ENTRY = "practice.discard_entry"
    PRACTICE_AMEND = "practice.amend"
    PRACTICE_SUBMIT = "practice.submit"
    PRACTICE_WITHDRAW = "practice.withdraw"
    PRACTICE_SIGN_OFF = "practice.sign_off"
    PRACTICE_RETURN = "practice.return"
    PRACTICE_UNDO = "practice.undo"
    PRACTICE_SIGN_PERIOD = "practice.sign_period"
    PRACTICE_NAME_SUPERVISOR = "practice.name_supervisor"
    PRACTICE_ANSWER_NAMED = "practice.answer_named"
    PRACTICE_SEND_LINK = "practice.send_link"
    PRACTICE_DECLARE = "practice.declare"
    PRACTICE_SEND_CODE = "practice.send_code"
    PRACTICE_CONFIRM_CODE = "practice.confirm_code"
    PRACTICE_CONFIRM_BY_LINK = "practice.confirm_by_link"
    PRACTICE_OPEN_DISPUTE = "practice.open_dispute"
    PRACTICE_ANSWER_DISPUTE = "practice.answer_dispute"
    PRACTICE_ESCALATE_DISPUTE = "practice.escalate_dispute"
    PRACTICE_SETTLE_DISPUTE = "practice.settle_dispute"
    PRACTICE_DECIDE_DISPUTE = "practice.decide_dispute"
    PRACTICE_CREATE_PLACEMENT = "practice.create_placement"
    PRACTICE_END_PLACEMENT = "practice.end_placement"
    PRACTICE_SET_TERMS = "practice.set_terms"
    PRACTICE_CREATE_AGREEMENT = "practice.create_agreement"
    PRACTICE_END_AGREEMENT = "practice.end_agreement"
    PRACTICE_ACCEPT_AGREEMENT = "practice.accept_agreement"
    PRACTICE_APPROVE_AGREEMENT = "practice.approve_agreement"
    PRACTICE_NAME_ALTERNATE = "practice.name_alternate"
    PRACTICE_DECLARE_CONFLICT = "practice.declare_conflict"
    PRACTICE_END_CONFLICT = "practice.end_conflict"
    PRACTICE_SET_DEMANDS = "practice.set_demands"
    PRACTICE_CHECK_QUALIFICATION = "practice.check_qualification"
    PRACTICE_END_QUALIFICATION = "practice.end_qualification"
    PRACTICE_RECORD_SUPERVISION = "practice.record_supervision"
    PRACTICE_SIGN_SUPERVISION = "practice.sign_supervision"
    # credentials
    CREDENTIALS_ISSUE = "credentials.issue"
    CREDENTIALS_SUSPEND = "credentials.suspend"
    CREDENTIALS_REINSTATE = "credentials.reinstate"
    CREDENTIALS_REVOKE = "credentials.revoke"
    CREDENTIALS_REPLACE = "credentials.replace"
    CREDENTIALS_ERASE = "credentials.erase"
    CREDENTIALS_CHANGE_KEY = "credentials.change_key"
    CREDENTIALS_MAKE_INACTIVE = "credentials.make_inactive"
    CREDENTIALS_PUT_ON_PROBATION = "credentials.put_on_probation"
    CREDENTIALS_RELINQUISH = "credentials.relinquish"
    CREDENTIALS_RENEW = "credentials.renew"
    CREDENTIALS_SAVE_TEMPLATE = "credentials.save_template"
    CREDENTIALS_MAKE_CODE = "credentials.make_code"
    CREDENTIALS_END_CODE = "credentials.end_code"
    CREDENTIALS_OPEN_BY_CODE = "credentials.open_by_code"
    CREDENTIALS_MAKE_REPORT = "credentials.make_report"
    CREDENTIALS_LIST_BY_NAME = "credentials.list_by_name"
    CREDENTIALS_ALLOW_NAME_SEARCH = "credentials.allow_name_search"
    CREDENTIALS_CHOOSE_IDENTITY = "credentials.choose_identity"
    CREDENTIALS_SUBSCRIBE_TO_LOG = "credentials.subscribe_to_log"
    CREDENTIALS_UNSUBSCRIBE_FROM_LOG = "credentials.unsubscribe_from_log"
    # certification
    CERTIFICATION_APPLY = "certification.apply"
    CERTIFICATION_SEND_AGAIN = "certification.send_again"
    CERTIFICATION_GRANT = "certification.grant"
    CERTIFICATION_RETURN = "certification.return"
    CERTIFICATION_REFUSE = "certification.refuse"
    CERTIFICATION_ISSUE_COMPLETION = "certification.issue_completion"
    CERTIFICATION_NOTE = "certification.note"
    CERTIFICATION_OPEN_CYCLE = "certification.open_cycle"
    CERTIFICATION_REMIND = "certification.remind"
    CERTIFICATION_DRAW_AUDIT = "certification.draw_audit"
    CERTIFICATION_TAKE_PACKET = "certification.take_packet"
    CERTIFICATION_SHARE = "certification.share"
    CERTIFICATION_END_SHARE = "certification.end_share"
    CERTIFICATION_LOOK = "certification.look"
    CERTIFICATION_BRING_PROOF = "certification.bring_proof"
    CERTIFICATION_ENTER_PROOF = "certification.enter_proof"
    CERTIFICATION_WITHDRAW_PROOF = "certification.withdraw_proof"
    CERTIFICATION_VERIFY_PROOF = "certification.verify_proof"
    CERTIFICATION_RETURN_PROOF = "certification.return_proof"
    CERTIFICATION_WAIVE = "certification.waive"
    CERTIFICATION_END_WAIVER = "certification.end_waiver"
    CERTIFICATION_APPROVE_TRAINING = "certification.approve_training"
    CERTIFICATION_END_APPROVAL = "certification.end_approval"
    CERTIFICATION_RECOMMEND = "certification.recommend"
    CERTIFICATION_APPEAL = "certification.appeal"
    CERTIFICATION_ANSWER_APPEAL = "certification.answer_appeal"
    CERTIFICATION_TELL_OVERDUE = "certification.tell_overdue"
    CERTIFICATION_MOVE_VERSION = "certification.move_version"
    CERTIFICATION_BEGIN_RUN = "certification.begin_run"
    CERTIFICATION_STOP_RUN = "certification.stop_run"
    CERTIFICATION_GO_ON_WITH_RUN = "certification.go_on_with_run"
    # registry
    REGISTRY_MAKE_TOKEN = "registry.make_token"  # noqa: S105
    REGISTRY_REVOKE_TOKEN = "registry.revoke_token"  # noqa: S105
    REGISTRY_ASK_TO_WATCH = "registry.ask_to_watch"
    REGISTRY_ANSWER_WATCHER = "registry.answer_watcher"
    REGISTRY_END_WATCH = "registry.end_watch"
    REGISTRY_ADD_ENDPOINT = "registry.add_endpoint"
    REGISTRY_CHANGE_ENDPOINT = "registry.change_endpoint"
    REGISTRY_STOP_ENDPOINT = "registry.stop_endpoint"
    REGISTRY_SEND_AGAIN = "registry.send_again"
    # end


class AuditEvent(Base):
    """Who did what to which row, when, and what is worth knowing of it."""

    __tablename__ = "audit_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    action: Mapped[str] = mapped_column(sa.String(60))
    subject: Mapped[str] = mapped_column(sa.String(60))
    subject_id: Mapped[int]
    organisation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    details: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)

    __table_args__ = (sa.Index("ix_audit_event_subject_subject_id", "subject", "subject_id"),)


def record(
    action: Action,
    *,
    actor_id: int | None,
    subject: str,
    subject_id: int,
    organisation_id: int | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """Add one event to the trail, in the transaction that is open.

    `actor_id` is None when the clock or a task acted. `details` holds ids, numbers and reasons, never
    a reflection, an answer or a note.
    """
    session().add(
        AuditEvent(
            at=clock.now(),
            actor_id=actor_id,
            action=action.value,
            subject=subject,
            subject_id=subject_id,
            organisation_id=organisation_id,
            details=details or {},
        )
    )
