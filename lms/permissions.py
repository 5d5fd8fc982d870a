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


def not_involved(actor: Actor, target: Target) -> bool:
    return actor.person_id not in target.involved and actor.person_id != target.owner_id


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
    # assessment
    # practice
    # credentials
    # certification
    # registry
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
    # assessment
    # practice
    # credentials
    # certification
    # registry
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
