"""Who may do what: one map from each permission to alternatives of small named predicates on ids.

Deny by default. A stranger is told nothing (404); a person who may know of the thing but not do this to
it gets 403. A view that answers without `authorize` and is not `@public` raises, so nothing is committed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from flask import g

from lms.errors import Forbidden, NotFound, SignInNeeded


class Role(StrEnum):
    """The roles of `docs/glossary.md`; each is held within one organisation."""

    TRAINEE = "trainee"
    TRAINER = "trainer"
    ASSESSOR = "assessor"
    SUPERVISOR = "supervisor"
    COORDINATOR = "coordinator"
    REVIEWER = "reviewer"
    REGISTRAR = "registrar"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


STAFF = frozenset(Role) - {Role.TRAINEE}


@dataclass(frozen=True)
class Actor:
    """Who acts: a person and the roles that person holds, each as (role, organisation id)."""

    person_id: int
    roles: frozenset[tuple[Role, int]] = frozenset()

    @property
    def organisations(self) -> frozenset[int]:
        """Organisations whose rows this person's work may meet: those of every staff role."""
        return frozenset(organisation for role, organisation in self.roles if role in STAFF)


@dataclass(frozen=True)
class Target:
    """What is acted on, as plain ids.

    `owner_id` is the trainee or holder; `supervisor_id` who is to sign; `involved` the people who
    trained, examined or supervised the candidate; `facts` words that a predicate may ask for.
    """

    organisation_id: int | None = None
    owner_id: int | None = None
    supervisor_id: int | None = None
    involved: frozenset[int] = frozenset()
    facts: frozenset[str] = frozenset()


Predicate = Callable[[Actor, Target], bool]


@dataclass(frozen=True)
class Rule:
    """`allows`: any one of these alternatives lets the actor in; each is a tuple that must hold whole.

    `knows`: who, though not allowed, may know that the thing exists (403 instead of 404).
    """

    allows: tuple[tuple[Predicate, ...], ...]
    knows: tuple[Predicate, ...] = ()


# --- predicates -----------------------------------------------------------------------------------


def anyone_signed_in(actor: Actor, target: Target) -> bool:
    return True


def owner(actor: Actor, target: Target) -> bool:
    return target.owner_id is not None and actor.person_id == target.owner_id


def not_owner(actor: Actor, target: Target) -> bool:
    return actor.person_id != target.owner_id


def assigned_supervisor(actor: Actor, target: Target) -> bool:
    return target.supervisor_id is not None and actor.person_id == target.supervisor_id


def not_assigned_supervisor(actor: Actor, target: Target) -> bool:
    return actor.person_id != target.supervisor_id


def not_involved(actor: Actor, target: Target) -> bool:
    return actor.person_id not in target.involved and actor.person_id != target.owner_id


def reviewers_disagree(actor: Actor, target: Target) -> bool:
    return "reviewers_disagree" in target.facts


def staff_there(actor: Actor, target: Target) -> bool:
    return target.organisation_id in actor.organisations


def administrator(actor: Actor, target: Target) -> bool:
    return any(role is Role.ADMINISTRATOR for role, _ in actor.roles)


def _role_there(role: Role) -> Predicate:
    def holds(actor: Actor, target: Target) -> bool:
        return target.organisation_id is not None and (role, target.organisation_id) in actor.roles

    holds.__name__ = f"{role.value}_there"
    return holds


def _role_anywhere(role: Role) -> Predicate:
    def holds(actor: Actor, target: Target) -> bool:
        return any(held is role for held, _ in actor.roles)

    holds.__name__ = f"{role.value}_anywhere"
    return holds


trainee_there = _role_there(Role.TRAINEE)
trainer_there = _role_there(Role.TRAINER)
assessor_there = _role_there(Role.ASSESSOR)
supervisor_there = _role_there(Role.SUPERVISOR)
coordinator_there = _role_there(Role.COORDINATOR)
reviewer_there = _role_there(Role.REVIEWER)
registrar_there = _role_there(Role.REGISTRAR)
administrator_there = _role_there(Role.ADMINISTRATOR)
auditor_there = _role_there(Role.AUDITOR)
trainee_anywhere = _role_anywhere(Role.TRAINEE)
trainer_anywhere = _role_anywhere(Role.TRAINER)
assessor_anywhere = _role_anywhere(Role.ASSESSOR)
supervisor_anywhere = _role_anywhere(Role.SUPERVISOR)
coordinator_anywhere = _role_anywhere(Role.COORDINATOR)
reviewer_anywhere = _role_anywhere(Role.REVIEWER)
registrar_anywhere = _role_anywhere(Role.REGISTRAR)


# --- the map --------------------------------------------------------------------------------------


class Permission(StrEnum):
    """What may be asked for, as `slice:action`."""

    # people
    PEOPLE_HOME = "people:home"
    PEOPLE_OWN_ACCOUNT = "people:own_account"
    PEOPLE_ADMINISTER = "people:administer"
    PEOPLE_MANAGE_ORGANISATION = "people:manage_organisation"
    PEOPLE_COORDINATE = "people:coordinate"
    PEOPLE_ATTEST = "people:attest"
    # curriculum
    CURRICULUM_BROWSE = "curriculum:browse"
    CURRICULUM_PREVIEW = "curriculum:preview"
    CURRICULUM_ENROL = "curriculum:enrol"
    CURRICULUM_LEARN = "curriculum:learn"
    CURRICULUM_REFLECT = "curriculum:reflect"
    CURRICULUM_SEE_LIVE_SESSIONS = "curriculum:see_live_sessions"
    CURRICULUM_HOLD_LIVE_SESSION = "curriculum:hold_live_session"
    CURRICULUM_RECORD_ATTENDANCE = "curriculum:record_attendance"
    # assessment
    ASSESSMENT_EXAMINATIONS = "assessment:examinations"
    ASSESSMENT_RUBRICS = "assessment:rubrics"
    ASSESSMENT_START = "assessment:start"
    ASSESSMENT_ANSWER = "assessment:answer"
    ASSESSMENT_RESULT = "assessment:result"
    ASSESSMENT_RESULTS = "assessment:results"
    ASSESSMENT_ALLOW_TIME = "assessment:allow_time"
    # practice
    PRACTICE_LOG_HOURS = "practice:log_hours"
    PRACTICE_SEE_ENTRY = "practice:see_entry"
    PRACTICE_CHANGE_ENTRY = "practice:change_entry"
    PRACTICE_ANSWER_DISPUTE = "practice:answer_dispute"
    PRACTICE_SEE_DISPUTES = "practice:see_disputes"
    PRACTICE_DECIDE_DISPUTE = "practice:decide_dispute"
    PRACTICE_SEE_QUEUE = "practice:see_queue"
    PRACTICE_SIGN_OFF = "practice:sign_off"
    PRACTICE_SEE_PLACEMENTS = "practice:see_placements"
    PRACTICE_SEE_PLACEMENT = "practice:see_placement"
    PRACTICE_ARRANGE_PLACEMENT = "practice:arrange_placement"
    PRACTICE_NAME_SUPERVISOR = "practice:name_supervisor"
    PRACTICE_ANSWER_NAMED = "practice:answer_named"
    PRACTICE_SEND_LINK = "practice:send_link"
    PRACTICE_ANSWER_AGREEMENT = "practice:answer_agreement"
    PRACTICE_APPROVE_AGREEMENT = "practice:approve_agreement"
    PRACTICE_SEE_QUALIFICATIONS = "practice:see_qualifications"
    PRACTICE_CHECK_QUALIFICATION = "practice:check_qualification"
    PRACTICE_SEE_SUPERVISION = "practice:see_supervision"
    PRACTICE_SEE_SESSION = "practice:see_session"
    PRACTICE_SIGN_SUPERVISION = "practice:sign_supervision"
    PRACTICE_SEE_EVALUATION = "practice:see_evaluation"
    PRACTICE_EVALUATE = "practice:evaluate"
    PRACTICE_APPROVE_EVALUATION = "practice:approve_evaluation"
    PRACTICE_COMMENT_EVALUATION = "practice:comment_evaluation"
    # credentials
    CREDENTIALS_LIST = "credentials:list"
    CREDENTIALS_VIEW = "credentials:view"
    CREDENTIALS_SHARE = "credentials:share"
    CREDENTIALS_CHOOSE_IDENTITY = "credentials:choose_identity"
    # certification
    CERTIFICATION_SEE_PROGRESS = "certification:see_progress"
    CERTIFICATION_APPLY = "certification:apply"
    CERTIFICATION_SEE_APPLICATION = "certification:see_application"
    CERTIFICATION_SEE_QUEUE = "certification:see_queue"
    CERTIFICATION_REVIEW = "certification:review"
    CERTIFICATION_DECIDE = "certification:decide"
    CERTIFICATION_SEE_CYCLES = "certification:see_cycles"
    CERTIFICATION_RENEW = "certification:renew"
    CERTIFICATION_AUDIT_RENEWALS = "certification:audit_renewals"
    CERTIFICATION_TAKE_PACKET = "certification:take_packet"
    CERTIFICATION_SHARE = "certification:share"
    CERTIFICATION_BRING_PROOF = "certification:bring_proof"
    CERTIFICATION_SEE_PROOF = "certification:see_proof"
    CERTIFICATION_CHECK_PROOF = "certification:check_proof"
    CERTIFICATION_WAIVE = "certification:waive"
    CERTIFICATION_APPROVE_TRAINING = "certification:approve_training"
    CERTIFICATION_APPEAL = "certification:appeal"
    CERTIFICATION_ANSWER_APPEAL = "certification:answer_appeal"
    CERTIFICATION_SEE_VERSIONS = "certification:see_versions"
    CERTIFICATION_MOVE_VERSION = "certification:move_version"
    CERTIFICATION_SEE_CLASSES = "certification:see_classes"
    CERTIFICATION_ISSUE_FOR_CLASS = "certification:issue_for_class"
    # registry
    REGISTRY_VIEW = "registry:view"
    REGISTRY_KEEP = "registry:keep"
    REGISTRY_MANAGE_TOKENS = "registry:manage_tokens"
    REGISTRY_ALLOW_NAME_SEARCH = "registry:allow_name_search"
    # end


RULES: dict[Permission, Rule] = {
    # people
    Permission.PEOPLE_HOME: Rule(allows=((anyone_signed_in,),)),
    Permission.PEOPLE_OWN_ACCOUNT: Rule(allows=((owner,),)),
    Permission.PEOPLE_ADMINISTER: Rule(allows=((administrator,),), knows=(anyone_signed_in,)),
    Permission.PEOPLE_MANAGE_ORGANISATION: Rule(
        allows=((administrator,), (coordinator_there,)), knows=(staff_there,)
    ),
    Permission.PEOPLE_COORDINATE: Rule(
        allows=((administrator,), (coordinator_anywhere,)), knows=(anyone_signed_in,)
    ),
    Permission.PEOPLE_ATTEST: Rule(allows=((owner,),)),
    # curriculum
    Permission.CURRICULUM_BROWSE: Rule(
        allows=((trainee_anywhere,), (trainer_anywhere,), (coordinator_anywhere,)), knows=(anyone_signed_in,)
    ),
    Permission.CURRICULUM_PREVIEW: Rule(allows=((trainer_anywhere,), (coordinator_anywhere,))),
    Permission.CURRICULUM_ENROL: Rule(
        allows=((trainee_there, owner),), knows=(trainer_anywhere, coordinator_anywhere)
    ),
    Permission.CURRICULUM_LEARN: Rule(allows=((owner,),), knows=(trainer_anywhere, coordinator_anywhere)),
    Permission.CURRICULUM_REFLECT: Rule(allows=((owner,),)),
    Permission.CURRICULUM_SEE_LIVE_SESSIONS: Rule(
        allows=((trainer_anywhere,), (coordinator_anywhere,)), knows=(anyone_signed_in,)
    ),
    Permission.CURRICULUM_HOLD_LIVE_SESSION: Rule(
        allows=((trainer_there,), (coordinator_there,)), knows=(staff_there, trainee_there)
    ),
    Permission.CURRICULUM_RECORD_ATTENDANCE: Rule(
        allows=((trainer_there, not_owner), (coordinator_there, not_owner)), knows=(staff_there, trainee_there)
    ),
    # assessment
    Permission.ASSESSMENT_EXAMINATIONS: Rule(allows=((trainee_anywhere,),), knows=(anyone_signed_in,)),
    Permission.ASSESSMENT_RUBRICS: Rule(allows=((anyone_signed_in,),)),
    Permission.ASSESSMENT_START: Rule(allows=((owner, trainee_there),), knows=(anyone_signed_in,)),
    Permission.ASSESSMENT_ANSWER: Rule(allows=((owner,),), knows=(staff_there,)),
    Permission.ASSESSMENT_RESULT: Rule(
        allows=((owner,), (assessor_there,), (coordinator_there,)), knows=(staff_there,)
    ),
    Permission.ASSESSMENT_RESULTS: Rule(
        allows=((assessor_anywhere,), (coordinator_anywhere,)), knows=(anyone_signed_in,)
    ),
    Permission.ASSESSMENT_ALLOW_TIME: Rule(allows=((coordinator_there, not_owner),), knows=(staff_there,)),
    # practice
    Permission.PRACTICE_LOG_HOURS: Rule(allows=((trainee_anywhere,),), knows=(anyone_signed_in,)),
    Permission.PRACTICE_SEE_ENTRY: Rule(allows=((owner,), (assigned_supervisor,), (coordinator_there,))),
    Permission.PRACTICE_CHANGE_ENTRY: Rule(allows=((owner,),), knows=(assigned_supervisor, coordinator_there)),
    Permission.PRACTICE_ANSWER_DISPUTE: Rule(
        allows=((owner,), (assigned_supervisor,)), knows=(coordinator_there,)
    ),
    Permission.PRACTICE_SEE_DISPUTES: Rule(allows=((coordinator_anywhere,),), knows=(anyone_signed_in,)),
    Permission.PRACTICE_DECIDE_DISPUTE: Rule(
        allows=((coordinator_there, not_owner, not_assigned_supervisor),), knows=(owner, assigned_supervisor)
    ),
    Permission.PRACTICE_SEE_QUEUE: Rule(allows=((supervisor_anywhere,),), knows=(anyone_signed_in,)),
    Permission.PRACTICE_SIGN_OFF: Rule(
        allows=((assigned_supervisor, supervisor_there, not_owner),), knows=(owner, coordinator_there)
    ),
    Permission.PRACTICE_SEE_PLACEMENTS: Rule(
        allows=((trainee_anywhere,), (supervisor_anywhere,), (coordinator_anywhere,)), knows=(anyone_signed_in,)
    ),
    Permission.PRACTICE_SEE_PLACEMENT: Rule(allows=((owner,), (assigned_supervisor,), (coordinator_there,))),
    Permission.PRACTICE_ARRANGE_PLACEMENT: Rule(allows=((coordinator_there,),), knows=(owner, staff_there)),
    Permission.PRACTICE_NAME_SUPERVISOR: Rule(allows=((owner,), (coordinator_there,)), knows=(staff_there,)),
    Permission.PRACTICE_ANSWER_NAMED: Rule(
        allows=((coordinator_there, not_owner),), knows=(owner, staff_there)
    ),
    Permission.PRACTICE_SEND_LINK: Rule(allows=((owner,), (coordinator_there,)), knows=(staff_there,)),
    Permission.PRACTICE_ANSWER_AGREEMENT: Rule(
        allows=((owner,), (assigned_supervisor,)), knows=(coordinator_there,)
    ),
    Permission.PRACTICE_APPROVE_AGREEMENT: Rule(
        allows=((coordinator_there, not_owner, not_assigned_supervisor),), knows=(owner, assigned_supervisor)
    ),
    Permission.PRACTICE_SEE_QUALIFICATIONS: Rule(
        allows=((supervisor_anywhere,), (coordinator_anywhere,), (reviewer_anywhere,)),
        knows=(anyone_signed_in,),
    ),
    Permission.PRACTICE_CHECK_QUALIFICATION: Rule(
        allows=((coordinator_there, not_owner), (reviewer_there, not_owner)), knows=(owner, staff_there)
    ),
    Permission.PRACTICE_SEE_SESSION: Rule(allows=((owner,), (assigned_supervisor,), (coordinator_there,))),
    Permission.PRACTICE_SEE_EVALUATION: Rule(
        allows=((owner,), (assigned_supervisor,), (coordinator_there,)), knows=(staff_there,)
    ),
    Permission.PRACTICE_EVALUATE: Rule(
        allows=((assigned_supervisor, not_owner),), knows=(owner, coordinator_there)
    ),
    Permission.PRACTICE_APPROVE_EVALUATION: Rule(
        allows=((coordinator_there, not_involved),), knows=(owner, assigned_supervisor, coordinator_there)
    ),
    Permission.PRACTICE_COMMENT_EVALUATION: Rule(
        allows=((owner,),), knows=(assigned_supervisor, coordinator_there)
    ),
    Permission.PRACTICE_SEE_SUPERVISION: Rule(
        allows=((trainee_anywhere,), (supervisor_anywhere,)), knows=(anyone_signed_in,)
    ),
    Permission.PRACTICE_SIGN_SUPERVISION: Rule(
        allows=((owner,), (assigned_supervisor,)), knows=(coordinator_there,)
    ),
    # credentials
    Permission.CREDENTIALS_LIST: Rule(allows=((owner,),)),
    Permission.CREDENTIALS_VIEW: Rule(
        allows=((owner,), (registrar_there,), (reviewer_there,)), knows=(staff_there,)
    ),
    Permission.CREDENTIALS_SHARE: Rule(allows=((owner,),), knows=(staff_there,)),
    Permission.CREDENTIALS_CHOOSE_IDENTITY: Rule(allows=((owner,),)),
    # certification
    Permission.CERTIFICATION_SEE_PROGRESS: Rule(allows=((owner,),)),
    Permission.CERTIFICATION_APPLY: Rule(allows=((owner,),)),
    Permission.CERTIFICATION_SEE_APPLICATION: Rule(allows=((owner,),), knows=(staff_there,)),
    Permission.CERTIFICATION_SEE_QUEUE: Rule(
        allows=((reviewer_anywhere,), (registrar_anywhere,)), knows=(anyone_signed_in,)
    ),
    Permission.CERTIFICATION_REVIEW: Rule(
        allows=((reviewer_there, not_owner), (registrar_there, not_owner), (auditor_there, not_owner)),
        knows=(owner, staff_there),
    ),
    Permission.CERTIFICATION_DECIDE: Rule(
        allows=((reviewer_there, not_involved), (registrar_there, reviewers_disagree, not_involved)),
        knows=(owner, staff_there),
    ),
    Permission.CERTIFICATION_APPEAL: Rule(allows=((owner,),), knows=(staff_there,)),
    Permission.CERTIFICATION_ANSWER_APPEAL: Rule(
        allows=((reviewer_there, not_involved), (registrar_there, not_involved)), knows=(owner, staff_there)
    ),
    Permission.CERTIFICATION_SEE_VERSIONS: Rule(
        allows=((coordinator_anywhere,), (registrar_anywhere,)), knows=(anyone_signed_in,)
    ),
    Permission.CERTIFICATION_MOVE_VERSION: Rule(
        allows=((coordinator_there,), (registrar_there,)), knows=(staff_there,)
    ),
    Permission.CERTIFICATION_SEE_CLASSES: Rule(
        allows=((coordinator_anywhere,), (registrar_anywhere,)), knows=(anyone_signed_in,)
    ),
    Permission.CERTIFICATION_ISSUE_FOR_CLASS: Rule(
        allows=((coordinator_there,), (registrar_there,)), knows=(staff_there,)
    ),
    Permission.CERTIFICATION_SEE_CYCLES: Rule(
        allows=((owner,), (registrar_there,), (reviewer_there,), (auditor_there,)), knows=(staff_there,)
    ),
    Permission.CERTIFICATION_RENEW: Rule(allows=((owner,),), knows=(staff_there,)),
    Permission.CERTIFICATION_AUDIT_RENEWALS: Rule(allows=((registrar_there,),), knows=(staff_there,)),
    Permission.CERTIFICATION_TAKE_PACKET: Rule(allows=((owner,), (reviewer_there,)), knows=(staff_there,)),
    Permission.CERTIFICATION_SHARE: Rule(allows=((owner,),)),
    Permission.CERTIFICATION_BRING_PROOF: Rule(allows=((owner,),)),
    Permission.CERTIFICATION_SEE_PROOF: Rule(
        allows=((owner,), (reviewer_there, not_owner), (registrar_there, not_owner)), knows=(staff_there,)
    ),
    Permission.CERTIFICATION_CHECK_PROOF: Rule(
        allows=((reviewer_there, not_involved), (registrar_there, not_involved)), knows=(owner, staff_there)
    ),
    Permission.CERTIFICATION_WAIVE: Rule(
        allows=((reviewer_there, not_involved), (registrar_there, not_involved)), knows=(owner, staff_there)
    ),
    Permission.CERTIFICATION_APPROVE_TRAINING: Rule(
        allows=((reviewer_there,), (registrar_there,)), knows=(staff_there,)
    ),
    # registry
    Permission.REGISTRY_VIEW: Rule(allows=((registrar_there,),), knows=(staff_there, owner)),
    Permission.REGISTRY_MANAGE_TOKENS: Rule(
        allows=((registrar_there,), (administrator_there,)), knows=(staff_there,)
    ),
    Permission.REGISTRY_KEEP: Rule(allows=((registrar_there, not_owner),), knows=(staff_there, owner)),
    Permission.REGISTRY_ALLOW_NAME_SEARCH: Rule(allows=((registrar_there,),), knows=(staff_there,)),
    # end
}


# --- asking ---------------------------------------------------------------------------------------


def current_actor() -> Actor:
    """Who is signed in. Raises SignInNeeded when nobody is."""
    actor: Actor | None = g.get("actor")
    if actor is None:
        raise SignInNeeded
    return actor


def is_allowed(actor: Actor, permission: Permission, target: Target) -> bool:
    """Whether the map lets this actor do this to that target. A permission without a rule is no."""
    rule = RULES.get(permission)
    return rule is not None and any(
        all(holds(actor, target) for holds in alternative) for alternative in rule.allows
    )


def can(permission: Permission, target: Target | None = None) -> bool:
    """Whether the signed-in person may; False when nobody is signed in. For templates and menus."""
    actor: Actor | None = g.get("actor")
    return actor is not None and is_allowed(actor, permission, target or Target())


def authorize(permission: Permission, target: Target | None = None) -> Actor:
    """Decide for this request, right after loading. Answers the actor.

    Raises SignInNeeded, NotFound for a stranger to the thing, Forbidden for one who knows of it.
    """
    g.is_decided = True
    actor = current_actor()
    target = target or Target()
    if is_allowed(actor, permission, target):
        return actor
    rule = RULES.get(permission)
    if rule is not None and any(knows(actor, target) for knows in rule.knows):
        raise Forbidden
    raise NotFound


ViewT = TypeVar("ViewT", bound=Callable[..., Any])


def public(view: ViewT) -> ViewT:
    """Mark a view that anyone may open without signing in."""
    view.is_public = True  # type: ignore[attr-defined]
    return view
