"""The words that pages use for kinds, modes, states and problems, in the page's language."""

import dataclasses
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from flask_babel import get_locale, lazy_gettext
from flask_babel import gettext as _

from lms.pages import day
from lms.practice.meetings import Topic
from lms.practice.rules import DisputeKind, DisputeState, Kind, Mode, Outcome, Problem, State, populations
from lms.practice.standing_to_sign import AgreementState, Credential, Relation
from lms.practice.standing_to_sign import agreement_state as state_of_agreement

KINDS = {
    Kind.ONE_TO_ONE: lazy_gettext("One-to-one support"),
    Kind.GROUP: lazy_gettext("Group support"),
    Kind.OUTREACH: lazy_gettext("Outreach"),
    Kind.ADVOCACY: lazy_gettext("Advocacy"),
    Kind.RESOURCE_LINKAGE: lazy_gettext("Finding resources"),
    Kind.DOCUMENTATION: lazy_gettext("Writing notes"),
    Kind.OBSERVATION: lazy_gettext("Watching others work"),
    Kind.TRAINING: lazy_gettext("Training"),
    Kind.RECEIVED_SUPERVISION: lazy_gettext("Being supervised"),
}
MODES = {
    Mode.IN_PERSON: lazy_gettext("In person"),
    Mode.PHONE: lazy_gettext("By phone"),
    Mode.VIDEO: lazy_gettext("By video"),
}
STATES = {
    State.DRAFT: lazy_gettext("Draft"),
    State.SUBMITTED: lazy_gettext("Sent to the supervisor"),
    State.RETURNED: lazy_gettext("Needs a fix"),
    State.APPROVED: lazy_gettext("Signed"),
    State.AMENDED: lazy_gettext("Amended"),
    State.VOID: lazy_gettext("Void"),
}
DOMAINS = {
    "recovery_wellness": lazy_gettext("Recovery and wellness"),
    "mentoring_education": lazy_gettext("Mentoring and education"),
    "harm_reduction": lazy_gettext("Harm reduction"),
    "advocacy": lazy_gettext("Advocacy"),
    "ethical_responsibility": lazy_gettext("Ethical responsibility"),
    "": lazy_gettext("No domain"),
}
ACTS = {
    "approve": lazy_gettext("Signed"),
    "return": lazy_gettext("Asked for a fix"),
    "reverse": lazy_gettext("Took back the step before"),
}
DISPUTE_STATES = {
    DisputeState.OPEN: lazy_gettext("Trainee and supervisor are talking"),
    DisputeState.ESCALATED: lazy_gettext("With the coordinator"),
    DisputeState.SETTLED: lazy_gettext("Ended by the trainee"),
    DisputeState.DECIDED: lazy_gettext("Decided by the coordinator"),
}
DISPUTE_STEPS = {
    DisputeKind.OPENED: lazy_gettext("Disagreed"),
    DisputeKind.ANSWERED: lazy_gettext("Answered"),
    DisputeKind.ESCALATED: lazy_gettext("Went to the coordinator"),
    DisputeKind.SETTLED: lazy_gettext("Ended it"),
    DisputeKind.DECIDED: lazy_gettext("Decided"),
}
OUTCOMES = {
    Outcome.FOR_TRAINEE: lazy_gettext("The trainee is right: the supervisor looks at the hours again"),
    Outcome.STANDS: lazy_gettext("What the supervisor did stands"),
}
FORMATS = {
    "individual": lazy_gettext("Just the two of us"),
    "group": lazy_gettext("In a group"),
}
DIRECTNESS = {
    True: lazy_gettext("With people"),
    False: lazy_gettext("For people, without them there"),
}
TOPICS = {
    Topic.CASES: lazy_gettext("People you support"),
    Topic.SKILLS: lazy_gettext("Skills"),
    Topic.ETHICS: lazy_gettext("Ethics"),
    Topic.BOUNDARIES: lazy_gettext("Boundaries"),
    Topic.SELF_CARE: lazy_gettext("Self-care"),
    Topic.SAFETY: lazy_gettext("Safety"),
    Topic.DOCUMENTATION: lazy_gettext("Writing notes"),
    Topic.RESOURCES: lazy_gettext("Finding resources"),
    Topic.GOALS: lazy_gettext("Goals"),
}
CREDENTIALS = {
    Credential.QCC: lazy_gettext("Qualified credentialed counselor (QCC)"),
    Credential.LPHA: lazy_gettext("Licensed practitioner of the healing arts (LPHA)"),
    Credential.QMHP: lazy_gettext("Qualified mental health professional (QMHP)"),
    Credential.QPS: lazy_gettext("Qualified peer supervisor (QPS)"),
    Credential.PEER_SUPERVISOR: lazy_gettext("Certified peer supervisor"),
    Credential.PEER_SPECIALIST: lazy_gettext("Certified peer specialist"),
    Credential.SUPERVISOR_TRAINING: lazy_gettext("Training for supervisors"),
    Credential.OTHER: lazy_gettext("Something else"),
}
CONFLICTS = {
    Relation.RELATIVE: lazy_gettext("We are relatives"),
    Relation.COHABITANT: lazy_gettext("We live together"),
    Relation.FORMER_COUNSELLOR: lazy_gettext("One of us was the other's counselor"),
}
RELATIONS = {Relation.NONE: lazy_gettext("None of these"), **CONFLICTS}
AGREEMENT_STATES = {
    AgreementState.WAITS_FOR_YES: lazy_gettext("Waits for a yes"),
    AgreementState.WAITS_FOR_APPROVAL: lazy_gettext("Waits for approval"),
    AgreementState.HOLDS: lazy_gettext("In force"),
    AgreementState.ENDED: lazy_gettext("Ended"),
}
ROLES = {
    "paid": lazy_gettext("Paid"),
    "volunteer": lazy_gettext("Volunteer"),
}


EVALUATION_STATES = {
    "observed": ("wait", lazy_gettext("To be scored")),
    "scored": ("wait", lazy_gettext("Waits for the approval")),
    "approved": ("ok", lazy_gettext("Approved")),
    "asked": ("info", lazy_gettext("A new one is needed")),
}
EVALUATION_STEPS = {
    "observed": lazy_gettext("What was seen"),
    "scored": lazy_gettext("The scores"),
    "approved": lazy_gettext("The approval"),
    "asked": lazy_gettext("A new evaluation is needed"),
    "commented": lazy_gettext("The trainee's own words"),
}


def evaluation_state(state: str) -> tuple[str, str]:
    """The kind of tag and the words for where an evaluation stands."""
    kind, said = EVALUATION_STATES[state]
    return kind, str(said)


def evaluation_step(kind: str) -> str:
    """What one step of an evaluation is called."""
    return str(EVALUATION_STEPS[kind])


def kind_name(kind: str) -> str:
    """The activity kind in words."""
    return str(KINDS[Kind(kind)])


def mode_name(mode: str) -> str:
    """The way of meeting in words."""
    return str(MODES[Mode(mode)])


def domain_name(domain: str) -> str:
    """The domain in words; "" is for work that counts in none."""
    return str(DOMAINS[domain])


def state_name(state: str) -> str:
    """The state in words."""
    return str(STATES[State(state)])


def population_name(population: str) -> str:
    """The group of people in words; "" when none was named."""
    said = populations().get(population, {})
    return said.get(_language()) or said.get("en", "")


def agreement_state(agreement: Any, person_id: int, agreed: Collection[int], today: date) -> tuple[str, str]:
    """How an agreement stands: the kind of tag and the words for it."""
    state = state_of_agreement(agreement, person_id, agreed, today)
    kinds = {AgreementState.HOLDS: "ok", AgreementState.ENDED: "info"}
    return kinds.get(state, "wait"), str(AGREEMENT_STATES[state])


def listed(values: str, names: Mapping[Any, Any]) -> str:
    """Several stored words, with blanks between, as a list of names."""
    return ", ".join(str(names[value]) for value in values.split())


def say(problem: Problem) -> str:
    """The problem's sentence in the page's language."""
    if said := problem.sentences.get(_language()):
        return said % _facts(problem) if problem.facts else said
    return str(_(problem.message, **_facts(problem)))


def why(problem: Problem) -> str:
    """Why the problem is looked at, in the page's language; "" when it explains itself."""
    return dataclasses.replace(problem, facts=_facts(problem)).reason_in(_language())


def _language() -> str:
    locale = get_locale()
    return locale.language if locale else "en"


def _facts(problem: Problem) -> dict[str, object]:
    return {
        name: day(fact) if isinstance(fact, date) and get_locale() else fact
        for name, fact in problem.facts.items()
    }
