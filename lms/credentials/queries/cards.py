"""Reads about credentials. Each page's credentials come in one statement, with events and successors."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from lms.credentials.facts import CredentialFacts, Kind
from lms.credentials.models import Credential, CredentialDocument, CredentialRenewal, StatusEvent
from lms.credentials.naming import search_key
from lms.credentials.numbers import is_well_formed, normalise
from lms.credentials.states import EventKind, ReasonClass, Renewed, State, StatusFact, state_on
from lms.db import Scope, scope, session
from lms.errors import NotFound

PAGE = 50


@dataclass(frozen=True, slots=True)
class CredentialCard:
    """What pages show of a credential; `state_on(card, moment)` says its state."""

    id: int
    number: str
    kind: Kind
    title: str
    name_as_issued: str
    issuer_name: str
    organisation_id: int
    person_id: int
    zone: str
    scheme_id: str
    scheme_version: str
    content: dict[str, Any]
    issued_on: date
    valid_until: date | None
    issued_at: datetime
    sha256: str | None
    superseded_by: str | None
    superseded_at: datetime | None
    events: tuple[StatusFact, ...]
    renewals: tuple[Renewed, ...] = ()
    replaces: str | None = None

    @property
    def first_until(self) -> date | None:
        """The last day of validity as it was issued; `valid_until` is the one that holds now."""
        return self.renewals[0].previous_until if self.renewals else self.valid_until

    @property
    def facts(self) -> CredentialFacts:
        """The frozen facts behind the certificate."""
        return CredentialFacts.of_content(self.content)

    def state(self, moment: datetime) -> State:
        """The state at an instant."""
        return state_on(self, moment)


@dataclass(frozen=True, slots=True)
class StatusChange:
    """One entry of a credential's history, with its reason; never for the public."""

    kind: EventKind
    reason: str
    by_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Period:
    """One period of a number: the first as it was issued, later ones by renewal; `sha256` once drawn."""

    sequence: int
    starts_on: date
    valid_until: date | None
    sha256: str | None


_successor = aliased(Credential)
_predecessor = aliased(Credential)
_first_standing = sa.and_(
    CredentialDocument.credential_id == Credential.id,
    CredentialDocument.sequence == 1,
    CredentialDocument.retired_at.is_(None),
)
_CARDS = (
    sa.select(
        Credential.id,
        Credential.number,
        Credential.kind,
        Credential.title,
        Credential.name_as_issued,
        Credential.issuer_name,
        Credential.organisation_id,
        Credential.person_id,
        Credential.zone,
        Credential.scheme_id,
        Credential.scheme_version,
        Credential.content,
        Credential.issued_on,
        Credential.valid_until,
        Credential.issued_at,
        CredentialDocument.pdf_sha256.label("sha256"),
        _successor.number.label("superseded_by"),
        _successor.issued_at.label("superseded_at"),
        _predecessor.number.label("replaces"),
        StatusEvent.id.label("event_id"),
        StatusEvent.kind.label("event_kind"),
        StatusEvent.at.label("event_at"),
        StatusEvent.reason_class.label("event_class"),
        CredentialRenewal.id.label("renewal_id"),
        CredentialRenewal.at.label("renewed_at"),
        CredentialRenewal.valid_until.label("renewed_until"),
        CredentialRenewal.previous_until.label("previous_until"),
    )
    .outerjoin(CredentialDocument, _first_standing)
    .outerjoin(_successor, _successor.replaces_id == Credential.id)
    .outerjoin(_predecessor, _predecessor.id == Credential.replaces_id)
    .outerjoin(StatusEvent, StatusEvent.credential_id == Credential.id)
    .outerjoin(CredentialRenewal, CredentialRenewal.credential_id == Credential.id)
    .order_by(Credential.id.desc(), StatusEvent.id, CredentialRenewal.id)
)
_BY_NUMBER = _CARDS.where(Credential.number == sa.bindparam("number"))
_BY_NUMBERS = _CARDS.where(Credential.number.in_(sa.bindparam("numbers", expanding=True)))
_BY_PERSON = _CARDS.where(Credential.person_id == sa.bindparam("person_id"))
_HISTORY = (
    sa.select(StatusEvent.kind, StatusEvent.reason, StatusEvent.by_id, StatusEvent.at)
    .join(Credential, Credential.id == StatusEvent.credential_id)
    .where(StatusEvent.credential_id == sa.bindparam("credential_id"))
    .order_by(StatusEvent.id)
)


def _cards(rows: Iterable[sa.Row[Any]]) -> tuple[CredentialCard, ...]:
    """Rows of `_CARDS`, one for each event and renewal, folded into one card a credential."""
    found: dict[int, list[sa.Row[Any]]] = {}
    for row in rows:
        found.setdefault(row.id, []).append(row)
    return tuple(_card(together) for together in found.values())


def _card(rows: list[sa.Row[Any]]) -> CredentialCard:
    first = rows[0]
    events = {row.event_id: _event(row) for row in rows if row.event_id}
    renewals = {row.renewal_id: row for row in rows if row.renewal_id}
    fields = first._asdict()
    for name in ("event_id", "event_kind", "event_at", "event_class", *RENEWAL):
        del fields[name]
    fields |= {
        "kind": Kind(first.kind),
        "events": tuple(events.values()),
        "renewals": tuple(Renewed(row.renewed_at, row.previous_until) for row in renewals.values()),
    }
    if renewals:
        fields["valid_until"] = rows[-1].renewed_until
    return CredentialCard(**fields)


def _event(row: sa.Row[Any]) -> StatusFact:
    reason_class = ReasonClass(row.event_class) if row.event_class else None
    return StatusFact(EventKind(row.event_kind), row.event_at, reason_class)


RENEWAL = ("renewal_id", "renewed_at", "renewed_until", "previous_until")


def credential_cards(person_id: int) -> tuple[CredentialCard, ...]:
    """The person's credentials, newest first, those within scope, in one statement."""
    return _cards(session().execute(_BY_PERSON, {"person_id": person_id}))


def credentials_of(person_id: int) -> tuple[CredentialCard, ...]:
    """The same as `credential_cards`, by the name other slices ask for."""
    return credential_cards(person_id)


def by_number(number: str) -> CredentialCard | None:
    """The credential of a number in stored form, for the public register: whoever asks, whosever it is."""
    with scope(Scope.all()):
        found = _cards(session().execute(_BY_NUMBER, {"number": number}))
    return found[0] if found else None


def by_numbers(numbers: Iterable[str]) -> dict[str, CredentialCard]:
    """The credentials of these numbers in stored form, for the public register, in one statement."""
    wanted = sorted(set(numbers))
    if not wanted:
        return {}
    with scope(Scope.all()):
        found = _cards(session().execute(_BY_NUMBERS, {"numbers": wanted}))
    return {card.number: card for card in found}


def credential(number: str) -> CredentialCard:
    """The credential of a number as typed, within the scope of who asks. Raises NotFound."""
    found = _cards(session().execute(_BY_NUMBER, {"number": normalise(number)}))
    if not found:
        raise NotFound
    return found[0]


def history_of(credential_id: int) -> tuple[StatusChange, ...]:
    """What was done to a credential, oldest first, with reasons."""
    rows = session().execute(_HISTORY, {"credential_id": credential_id})
    return tuple(StatusChange(EventKind(row.kind), row.reason, row.by_id, row.at) for row in rows)


def register_page(
    organisation_id: int, *, search: str = "", before: int | None = None
) -> tuple[tuple[CredentialCard, ...], int | None]:
    """A page of what an organisation issued, newest first, and the id from which the next page goes on.

    `search` is a number, or the beginning of any word of a name. `before` is an id that an earlier page
    answered.
    """
    ids = sa.select(Credential.id).where(Credential.organisation_id == organisation_id)
    if is_well_formed(search):
        ids = ids.where(Credential.number == normalise(search))
    elif key := search_key(search):
        ids = ids.where(
            sa.or_(
                Credential.name_key.startswith(key, autoescape=True),
                Credential.name_key.contains(f" {key}", autoescape=True),
            )
        )
    if before is not None:
        ids = ids.where(Credential.id < before)
    ids = ids.order_by(Credential.id.desc()).limit(PAGE + 1)
    cards = _cards(session().execute(_CARDS.where(Credential.id.in_(ids))))
    return cards[:PAGE], (cards[PAGE - 1].id if len(cards) > PAGE else None)


def periods_of(card: CredentialCard) -> tuple[Period, ...]:
    """The periods of a number, the first one first."""
    first = Period(1, card.issued_on, card.first_until, card.sha256)
    rows = session().execute(
        sa.select(
            CredentialRenewal.sequence,
            CredentialRenewal.starts_on,
            CredentialRenewal.valid_until,
            CredentialDocument.pdf_sha256,
        )
        .outerjoin(
            CredentialDocument,
            sa.and_(
                CredentialDocument.credential_id == CredentialRenewal.credential_id,
                CredentialDocument.sequence == CredentialRenewal.sequence,
                CredentialDocument.retired_at.is_(None),
            ),
        )
        .where(CredentialRenewal.credential_id == card.id)
        .order_by(CredentialRenewal.sequence)
    )
    return (first, *(Period(*row) for row in rows))


def family_of(card: CredentialCard) -> str:
    """The first number of a credential, before any correction of its name."""
    with scope(Scope.all()):
        while card.replaces is not None:
            (card,) = _cards(session().execute(_BY_NUMBER, {"number": card.replaces}))
    return card.number


def any_of_scheme(organisation_id: int, scheme_id: str, version: str) -> CredentialCard | None:
    """A credential of a version of a scheme whose documents were made, for what they all say of the scheme."""
    first = (
        sa.select(sa.func.min(Credential.id))
        .join(CredentialDocument, CredentialDocument.credential_id == Credential.id)
        .where(
            Credential.organisation_id == organisation_id,
            Credential.scheme_id == scheme_id,
            Credential.scheme_version == version,
            CredentialDocument.made_at.is_not(None),
        )
    )
    with scope(Scope.all()):
        found = _cards(session().execute(_CARDS.where(Credential.id == first.scalar_subquery())))
    return found[0] if found else None
