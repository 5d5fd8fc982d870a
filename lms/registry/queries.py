"""What anyone may know of a number, and nothing more."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from lms import clock
from lms.certification import queries as certification
from lms.certification.cycles import Standing, Status
from lms.credentials import queries as credentials
from lms.credentials.facts import Kind
from lms.credentials.numbers import LENGTH, compact, is_well_formed, normalise
from lms.credentials.queries import CredentialCard
from lms.credentials.states import EventKind, ReasonClass, State, state_on, valid_until_at
from lms.errors import Invalid


class Slip(StrEnum):
    """Why what was typed cannot be a number at all."""

    LENGTH = "length"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class PublicCredential:
    """The public facts: name, credential, issuer and dates."""

    kind: Kind
    title: str
    name: str
    issuer: str
    issued_on: date
    valid_until: date | None
    superseded_by: str | None


@dataclass(frozen=True, slots=True)
class Verification:
    """The answer about one number as of one moment.

    `since` is the day of the suspension, revocation or replacement where the issuer is, or the day
    after which the credential was no longer valid. `slip` says that the number was mistyped. One in its
    days of grace is still expired: `is_in_grace` and `is_renewal_in_process` are said apart from that.
    """

    number: str
    state: State
    as_of: datetime
    since: date | None = None
    credential: PublicCredential | None = None
    slip: Slip | None = None
    is_in_grace: bool = False
    is_renewal_in_process: bool = False
    reason_class: ReasonClass | None = None
    on: date | None = None

    @property
    def verdict(self) -> str:
        """The answer in a word: the state, or that it is in its days of grace, or not ours."""
        if self.is_in_grace:
            return "in_grace"
        return "not_ours" if self.state is State.UNKNOWN else self.state.value

    def as_json(self) -> dict[str, Any]:
        """The same answer for a machine."""
        answer: dict[str, Any] = {
            "number": self.number,
            "status": self.state.value,
            "verdict": self.verdict,
            "as_of": self.as_of.isoformat(timespec="seconds"),
        }
        if self.on is not None:
            answer["on"] = self.on.isoformat()
        if self.slip is not None:
            answer["problem"] = "typing_slip"
        if self.state is State.ERASED:
            answer["since"] = self.since.isoformat() if self.since else None
        if self.credential is not None:
            shown = self.credential
            answer |= {
                "since": self.since.isoformat() if self.since else None,
                "kind": shown.kind.value,
                "credential": shown.title,
                "name": shown.name,
                "issuer": shown.issuer,
                "issued_on": shown.issued_on.isoformat(),
                "valid_until": shown.valid_until.isoformat() if shown.valid_until else None,
                "superseded_by": shown.superseded_by,
                "in_grace": self.is_in_grace,
                "renewal_in_process": self.is_renewal_in_process,
                "reason_class": self.reason_class.value if self.reason_class else None,
            }
        return answer


def verification(text: str, on: date | None = None) -> Verification:
    """The answer about what someone typed, as of now; spaces, dashes and lower case do not matter.

    `on` asks for the answer as of the end of an earlier day where the issuer is, from what is known today.
    Raises Invalid for a day that is still to come, and for one before the credential was issued.
    """
    number, moment = normalise(text), clock.now()
    if not is_well_formed(text):
        slip = Slip.CHECK if len(compact(text)) == LENGTH else Slip.LENGTH
        return Verification(number, State.UNKNOWN, moment, slip=slip)
    card = credentials.by_number(number)
    if on is not None and card is not None:
        _must_be_past(card, on, moment)
    is_expired = card is not None and state_on(card, on or moment) is State.EXPIRED
    cycles = certification.public_standing(card, on) if card is not None and is_expired else None
    return answer_for(card, number, moment, cycles, on)


def answer_for(
    card: CredentialCard | None, number: str, moment: datetime, cycles: Standing | None, on: date | None = None
) -> Verification:
    """The answer about a well-formed number now, as `verification` gives it, from what was read already.

    `cycles` is what stands of an expired certification on that day. Raises Invalid as `verification` does.
    """
    state, until = state_on(card, moment), None
    if on is not None and card is not None:
        _must_be_past(card, on, moment)
        state = state_on(card, on)
        if state is State.UNKNOWN:
            raise Invalid("as_of", _("On that day this credential was not issued yet."))
        until = min(moment, datetime.combine(on + timedelta(days=1), time.min, ZoneInfo(card.zone)))
    if card is None or state is State.UNKNOWN:
        return Verification(number, State.UNKNOWN, moment)
    if state is State.ERASED:
        return Verification(number, state, moment, since=_since(card, state), on=on)
    return Verification(
        number,
        state,
        moment,
        since=_since(card, state, until),
        credential=_public(card, valid_until_at(card, until) if until else card.valid_until),
        reason_class=_reason_class(card, state),
        is_in_grace=cycles is not None and cycles.status is Status.GRACE,
        is_renewal_in_process=cycles is not None and cycles.is_renewal_in_process,
        on=on,
    )


def _must_be_past(card: CredentialCard, on: date, moment: datetime) -> None:
    if on > moment.astimezone(ZoneInfo(card.zone)).date():
        raise Invalid("as_of", _("That day is still to come. Choose today or a day before."))


def _public(card: CredentialCard, valid_until: date | None) -> PublicCredential:
    return PublicCredential(
        kind=card.kind,
        title=card.title,
        name=card.name_as_issued,
        issuer=card.issuer_name,
        issued_on=card.issued_on,
        valid_until=valid_until,
        superseded_by=card.superseded_by,
    )


def _reason_class(card: CredentialCard, state: State) -> ReasonClass | None:
    if state is not State.REVOKED:
        return None
    return next((event.reason_class for event in card.events if event.kind is EventKind.REVOKED), None)


def _since(card: CredentialCard, state: State, before: datetime | None = None) -> date | None:
    if state is State.EXPIRED:
        return card.valid_until if before is None else valid_until_at(card, before)
    if state is State.SUPERSEDED:
        return _day(card.superseded_at, card.zone)
    wanted = EVENT_OF.get(state)
    moments = [event.at for event in card.events if event.kind is wanted and (not before or event.at < before)]
    return _day(moments[-1], card.zone) if moments else None


EVENT_OF = {
    State.SUSPENDED: EventKind.SUSPENDED,
    State.REVOKED: EventKind.REVOKED,
    State.INACTIVE: EventKind.MADE_INACTIVE,
    State.PROBATION: EventKind.PROBATION,
    State.RELINQUISHED: EventKind.RELINQUISHED,
    State.ERASED: EventKind.ERASED,
}


def _day(moment: datetime | None, zone: str) -> date | None:
    return moment.astimezone(ZoneInfo(zone)).date() if moment else None
