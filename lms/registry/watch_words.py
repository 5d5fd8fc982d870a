"""Changes, watchers and the states of messages in the reader's words."""

from typing import Protocol

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from lms.credentials.labels import REASON_CLASSES
from lms.credentials.states import ReasonClass
from lms.pages import day
from lms.registry.changes import ChangeKind
from lms.registry.watches import WatchState


class Told(Protocol):
    """What a sentence about a change needs."""

    @property
    def kind(self) -> str: ...
    @property
    def since(self) -> object: ...
    @property
    def reason_class(self) -> str | None: ...


def change_sentence(change: Told) -> str:
    """One change in a sentence, as watchers and holders read it."""
    on = day(change.since)  # type: ignore[arg-type]
    if change.kind == ChangeKind.REVOKED and change.reason_class:
        reason = REASON_CLASSES[ReasonClass(change.reason_class)]
        return str(_("revoked on %(day)s. Kind of reason: %(reason)s.", day=on, reason=reason))
    words: str = {
        ChangeKind.SUSPENDED: lambda: _("suspended on %(day)s.", day=on),
        ChangeKind.REINSTATED: lambda: _("reinstated on %(day)s.", day=on),
        ChangeKind.REVOKED: lambda: _("revoked on %(day)s.", day=on),
        ChangeKind.MADE_INACTIVE: lambda: _("set inactive on %(day)s.", day=on),
        ChangeKind.PROBATION: lambda: _("on probation since %(day)s.", day=on),
        ChangeKind.RELINQUISHED: lambda: _("given up by its holder on %(day)s.", day=on),
        ChangeKind.ERASED: lambda: _("its data were erased on %(day)s.", day=on),
        ChangeKind.RENEWED: lambda: _("renewed on %(day)s.", day=on),
        ChangeKind.SUPERSEDED: lambda: _("replaced by a newer one on %(day)s.", day=on),
        ChangeKind.IN_GRACE: lambda: _("in its days of grace, after its last day, %(day)s.", day=on),
        ChangeKind.EXPIRED: lambda: _("expired after %(day)s.", day=on),
    }[ChangeKind(change.kind)]()
    return words


STATES = {
    WatchState.WAITING: lazy_gettext("Waits for your word"),
    WatchState.TOLD: lazy_gettext("Is told"),
    WatchState.DECLINED: lazy_gettext("Not told"),
    WatchState.LAPSED: lazy_gettext("Your yes is over"),
    WatchState.ENDED: lazy_gettext("Does not ask any more"),
}
TAGS = {
    WatchState.WAITING: "wait",
    WatchState.TOLD: "ok",
    WatchState.DECLINED: "info",
    WatchState.LAPSED: "info",
    WatchState.ENDED: "info",
}
REPLIES = {
    "answered": lazy_gettext("It answered"),
    "not_allowed": lazy_gettext("Its address is not in the public network"),
    "no_such_host": lazy_gettext("Its host was not found"),
    "no_connection": lazy_gettext("Nobody answered there"),
    "no_tls": lazy_gettext("Its certificate was not good"),
    "too_slow": lazy_gettext("No answer within five seconds"),
    "not_http": lazy_gettext("Its answer could not be read"),
}
"""What became of a try, by the words of `lms.registry.posting`."""
