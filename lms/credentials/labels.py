"""What the states, kinds and acts are called on pages, in the reader's language."""

from flask_babel import lazy_gettext as _

from lms.credentials.facts import Kind
from lms.credentials.states import Act, EventKind, ReasonClass, State

TAGS = {
    State.ACTIVE: "ok",
    State.EXPIRED: "wait",
    State.SUSPENDED: "stop",
    State.REVOKED: "stop",
    State.SUPERSEDED: "info",
    State.INACTIVE: "wait",
    State.PROBATION: "wait",
    State.RELINQUISHED: "stop",
    State.ERASED: "info",
    State.UNKNOWN: "info",
}
"""The kind of tag that each state is shown with; the word is always beside it."""


_STATES = {
    State.ACTIVE: _("Active"),
    State.EXPIRED: _("Expired"),
    State.SUSPENDED: _("Suspended"),
    State.REVOKED: _("Revoked"),
    State.SUPERSEDED: _("Replaced"),
    State.INACTIVE: _("Inactive"),
    State.PROBATION: _("On probation"),
    State.RELINQUISHED: _("Surrendered"),
    State.ERASED: _("Erased"),
    State.UNKNOWN: _("Unknown"),
}
_KINDS = {
    Kind.CERTIFICATION: _("Certification"),
    Kind.COMPLETION: _("Certificate of completion: training, not a certification"),
}
_EVENTS = {
    EventKind.SUSPENDED: _("Suspended"),
    EventKind.REINSTATED: _("Reinstated"),
    EventKind.REVOKED: _("Revoked"),
    EventKind.MADE_INACTIVE: _("Set inactive"),
    EventKind.PROBATION: _("Put on probation"),
    EventKind.RELINQUISHED: _("Surrendered"),
    EventKind.ERASED: _("Holder's data erased"),
}
REASON_CLASSES = {
    ReasonClass.ISSUED_IN_ERROR: _("It was issued in error"),
    ReasonClass.NOT_TRUE: _("What it stood on was not true"),
    ReasonClass.CONDUCT: _("Conduct"),
    ReasonClass.ASKED_FOR: _("The holder asked for it"),
    ReasonClass.OTHER: _("Another reason"),
}
_MODES = {
    "in_person": _("in person"),
    "live_remote": _("live online"),
    "self_paced": _("at own pace"),
}


_PARTS = {
    "training": _("Hours of training, by topic and way"),
    "practice": _("Hours of practice and of supervision"),
    "examinations": _("Examinations passed, without scores"),
    "periods": _("Its periods: from when until when"),
}


def part_word(part: str) -> str:
    """What a holder's code shows, in words."""
    return str(_PARTS[part])


def state_word(state: State) -> str:
    """The state in a word."""
    return str(_STATES[state])


def kind_word(kind: Kind) -> str:
    """What kind of document it is."""
    return str(_KINDS[kind])


def event_word(kind: EventKind) -> str:
    """What was done, in a word."""
    return str(_EVENTS[kind])


def mode_word(mode: str) -> str:
    """How training was delivered."""
    return str(_MODES.get(mode, mode))


def refusal(act: Act, state: State) -> str:
    """Why an act cannot be done to a credential in this state."""
    if state is State.ERASED:
        return str(_("The holder's data of this credential were erased. That is final."))
    if state is State.REVOKED:
        return str(_("This credential was revoked. That is final."))
    if state is State.SUPERSEDED:
        return str(_("This credential was replaced by a newer one. Work on the newer one."))
    if state is State.RELINQUISHED:
        return str(_("This credential was surrendered. That is final."))
    if act is Act.REINSTATE:
        return str(_("This credential is not suspended, so there is nothing to reinstate."))
    if state is State.INACTIVE:
        return str(_("This credential is inactive. Reinstate it first."))
    if act in (Act.MAKE_INACTIVE, Act.RELINQUISH, Act.RENEW) and state is State.SUSPENDED:
        return str(_("This credential is suspended. Reinstate it first."))
    if act is Act.PUT_ON_PROBATION:
        return str(_("Only an active credential can be put on probation."))
    if act is Act.SUSPEND and state is State.SUSPENDED:
        return str(_("This credential is suspended already."))
    if act is Act.SUSPEND:
        return str(_("Only an active credential can be suspended."))
    return str(_("This credential is suspended. Reinstate it first."))
