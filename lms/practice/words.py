"""The words that pages use for kinds, modes, states and problems, in the page's language."""

import dataclasses
from datetime import date

from flask_babel import get_locale, lazy_gettext
from flask_babel import gettext as _

from lms.pages import day
from lms.practice.rules import DisputeKind, DisputeState, Kind, Mode, Outcome, Problem, State, populations

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
ROLES = {
    "paid": lazy_gettext("Paid"),
    "volunteer": lazy_gettext("Volunteer"),
}


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
