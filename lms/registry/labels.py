"""The answers of the register in sentences, in the reader's language."""

from datetime import UTC, datetime

from babel.dates import format_datetime
from flask_babel import get_locale
from flask_babel import gettext as _

from lms.credentials.states import Act, State
from lms.pages import day
from lms.registry.queries import Slip, Verification

SEALS = {
    State.ACTIVE: "",
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


def sentence(answer: Verification) -> str:
    """The answer in one sentence."""
    if answer.slip is not None:
        return str(_("That number has a typing slip."))
    if answer.on is not None:
        return _sentence_of_a_day(answer)
    since = day(answer.since)
    return str(
        {
            State.ACTIVE: lambda: _("This credential is active."),
            State.EXPIRED: lambda: (
                _("This credential is in its days of grace since its last day, %(day)s.", day=since)
                if answer.is_in_grace
                else _("This credential expired after %(day)s.", day=since)
            ),
            State.SUSPENDED: lambda: _("This credential is suspended since %(day)s.", day=since),
            State.REVOKED: lambda: _("This credential was revoked on %(day)s.", day=since),
            State.SUPERSEDED: lambda: _("This credential was replaced by a newer one on %(day)s.", day=since),
            State.INACTIVE: lambda: _("This credential is inactive since %(day)s.", day=since),
            State.PROBATION: lambda: _("This credential is active, on probation since %(day)s.", day=since),
            State.RELINQUISHED: lambda: _("The holder gave this credential up on %(day)s.", day=since),
            State.ERASED: lambda: _("The data of this credential were erased on %(day)s.", day=since),
            State.UNKNOWN: lambda: _("We know of no credential with this number."),
        }[answer.state]()
    )


def _sentence_of_a_day(answer: Verification) -> str:
    """The answer as of the end of a day, which may be long ago: it says nothing of today."""
    on, since = day(answer.on), day(answer.since)
    return str(
        {
            State.ACTIVE: lambda: _("On %(on)s this credential was active.", on=on),
            State.EXPIRED: lambda: (
                _(
                    "On %(on)s this credential was in its days of grace, after its last day, %(day)s.",
                    on=on,
                    day=since,
                )
                if answer.is_in_grace
                else _("On %(on)s this credential had expired, after %(day)s.", on=on, day=since)
            ),
            State.SUSPENDED: lambda: _(
                "On %(on)s this credential was suspended, since %(day)s.", on=on, day=since
            ),
            State.REVOKED: lambda: _("On %(on)s this credential was revoked, since %(day)s.", on=on, day=since),
            State.SUPERSEDED: lambda: _(
                "On %(on)s this credential was replaced by a newer one, since %(day)s.", on=on, day=since
            ),
            State.INACTIVE: lambda: _(
                "On %(on)s this credential was inactive, since %(day)s.", on=on, day=since
            ),
            State.PROBATION: lambda: _(
                "On %(on)s this credential was active, on probation since %(day)s.", on=on, day=since
            ),
            State.RELINQUISHED: lambda: _(
                "On %(on)s this credential was given up by its holder, since %(day)s.", on=on, day=since
            ),
            State.ERASED: lambda: _("The data of this credential were erased on %(day)s.", day=since),
            State.UNKNOWN: lambda: _("We know of no credential with this number."),
        }[answer.state]()
    )


def advice(answer: Verification) -> str:
    """What the answer means for who asks; nothing of a past day, which does not say how it stands now."""
    if answer.slip is Slip.LENGTH:
        return str(_("A number has 20 letters and digits, in five groups of four. Please count them."))
    if answer.slip is Slip.CHECK:
        return str(_("One character may be wrong, or two may have changed places. Compare it with the paper."))
    if answer.on is not None and answer.state is not State.ERASED:
        return ""
    return str(
        {
            State.ACTIVE: lambda: _("It is in force today."),
            State.EXPIRED: lambda: (
                _("It can be renewed, and it is not in force until that is done.")
                if answer.is_in_grace
                else _("It was valid until then and was not renewed.")
            ),
            State.SUSPENDED: lambda: _("Do not rely on it for now. This can change; please check again."),
            State.REVOKED: lambda: _("It is no longer valid, and that is final."),
            State.SUPERSEDED: lambda: _("Check the newer one instead."),
            State.INACTIVE: lambda: _("It is not in force now. It can become active again."),
            State.PROBATION: lambda: _("It is in force, with conditions. Ask who issued it what they are."),
            State.RELINQUISHED: lambda: _("It is no longer valid, and that is final."),
            State.ERASED: lambda: _(
                "The number was ours. It is not in force, and nothing about the person is kept."
            ),
            State.UNKNOWN: lambda: _(
                "It may be from another register. Ask the person for the certificate, or ask who issued it."
            ),
        }[answer.state]()
    )


def as_of(moment: datetime) -> str:
    """An instant for readers anywhere: date and time in UTC."""
    return f"{format_datetime(moment, format='medium', tzinfo=UTC, locale=get_locale())} UTC"


def effect(act: Act) -> str:
    """What an act will do, shown before it is done."""
    return str(
        {
            Act.SUSPEND: _(
                "The public page will say Suspended from today. You can reinstate it later. The certificate "
                "stays with the holder."
            ),
            Act.REINSTATE: _("The public page will no longer say Suspended. The history stays."),
            Act.REVOKE: _(
                "The public page will say Revoked from today, for good. This cannot be undone: a new "
                "decision and a new number would be needed."
            ),
            Act.MAKE_INACTIVE: _(
                "The public page will say Inactive from today. You can reinstate it later, for as long as it "
                "is valid or can be renewed."
            ),
            Act.PUT_ON_PROBATION: _(
                "The public page will say that it is active, on probation. Reinstate it to end the probation."
            ),
            Act.RELINQUISH: _(
                "Do this when the holder gives the credential up. The public page will say so, for good."
            ),
            Act.ERASE: _(
                "The name, the hours, the PDF and the signed files are erased for good, also those of numbers "
                "that this one replaced. The public page will say only that the number was ours."
            ),
            Act.REPLACE: _(
                "A new certificate with a new number is drawn and the holder gets a mail. The old number "
                "will say Replaced and point to the new one. Dates stay as they are."
            ),
        }[act]
    )
