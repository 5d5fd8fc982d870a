"""Acts on credentials: issue, suspend, reinstate, revoke, renew, replace."""

from dataclasses import dataclass
from dataclasses import replace as copy_with
from datetime import date
from functools import partial

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.dialects import postgresql, sqlite

from lms import clock, files
from lms.audit import Action, record
from lms.credentials import queries
from lms.credentials.facts import CredentialFacts, Kind
from lms.credentials.labels import refusal
from lms.credentials.lettering import missing_letters
from lms.credentials.log.salt import salted
from lms.credentials.models import (
    Credential,
    CredentialDocument,
    CredentialIdentity,
    CredentialRenewal,
    StatusEvent,
)
from lms.credentials.naming import LONGEST_NAME, hidden_letters, search_key, tidy
from lms.credentials.numbers import new_number, normalise
from lms.credentials.queries import CredentialCard
from lms.credentials.queries.reports import report_files
from lms.credentials.queries.templates import version_for
from lms.credentials.services import documents, erasing, lists, log
from lms.credentials.states import FOR_CERTIFICATIONS, Act, EventKind, ReasonClass, is_possible
from lms.db import after_commit, lock, session
from lms.errors import Conflict, Invalid, NotFound
from lms.people import queries as people
from lms.worker import enqueue

LONGEST_REASON = 2000


@dataclass(frozen=True, slots=True)
class IssuedCredential:
    """What issuing answers."""

    number: str
    id: int


def issue(
    actor_id: int | None,
    *,
    person_id: int,
    organisation_id: int,
    kind: Kind | str,
    title: str,
    name_as_issued: str,
    scheme_id: str,
    scheme_version: str,
    facts: CredentialFacts,
    issued_on: date,
    valid_until: date | None,
    decision_key: str,
) -> IssuedCredential:
    """Store number and content of a new credential and ask for its certificate to be drawn.

    `actor_id` is None when no person decided. The same `decision_key` answers the first credential,
    however often and at once it is asked. Raises Invalid for a name or text that cannot be printed.
    """
    return _store(
        actor_id,
        Action.CREDENTIALS_ISSUE,
        person_id=person_id,
        organisation_id=organisation_id,
        kind=Kind(kind),
        title=title,
        name_as_issued=name_as_issued,
        scheme_id=scheme_id,
        scheme_version=str(scheme_version),
        facts=facts,
        issued_on=issued_on,
        valid_until=valid_until,
        decision_key=decision_key,
        replaces_id=None,
    )


def suspend(actor_id: int, *, number: str, reason: str) -> None:
    """Take an active credential out of force until it is reinstated. Raises Conflict, Invalid, NotFound."""
    _change(actor_id, number, reason, Act.SUSPEND, EventKind.SUSPENDED, Action.CREDENTIALS_SUSPEND)


def reinstate(actor_id: int, *, number: str, reason: str) -> None:
    """End a suspension. Raises Conflict, Invalid, NotFound."""
    _change(actor_id, number, reason, Act.REINSTATE, EventKind.REINSTATED, Action.CREDENTIALS_REINSTATE)


def revoke(
    actor_id: int, *, number: str, reason: str, reason_class: ReasonClass | str = ReasonClass.OTHER
) -> None:
    """Take a credential back for good; the public is told the class of the reason. Raises as `suspend`."""
    told = ReasonClass(reason_class)
    _change(actor_id, number, reason, Act.REVOKE, EventKind.REVOKED, Action.CREDENTIALS_REVOKE, told)


def make_inactive(actor_id: int, *, number: str, reason: str) -> None:
    """Set a credential inactive until it is reinstated. Raises Conflict, Invalid, NotFound."""
    _change(
        actor_id,
        number,
        reason,
        Act.MAKE_INACTIVE,
        EventKind.MADE_INACTIVE,
        Action.CREDENTIALS_MAKE_INACTIVE,
    )


def put_on_probation(actor_id: int, *, number: str, reason: str) -> None:
    """Put an active credential on probation until it is reinstated. Raises Conflict, Invalid, NotFound."""
    _change(
        actor_id,
        number,
        reason,
        Act.PUT_ON_PROBATION,
        EventKind.PROBATION,
        Action.CREDENTIALS_PUT_ON_PROBATION,
    )


def relinquish(actor_id: int, *, number: str, reason: str) -> None:
    """Note that the holder gave a credential up, for good. Raises Conflict, Invalid, NotFound."""
    _change(actor_id, number, reason, Act.RELINQUISH, EventKind.RELINQUISHED, Action.CREDENTIALS_RELINQUISH)


def renew(actor_id: int | None, *, number: str, starts_on: date, valid_until: date, decision_key: str) -> int:
    """Open the next period under the same number and have its certificate drawn; the period's sequence.

    What was true on a past day stays so. The same `decision_key` answers the first renewal. Raises
    Conflict for a state that cannot be renewed, Invalid for a period that does not follow, NotFound.
    """
    done = session().scalar(
        sa.select(CredentialRenewal.sequence).where(CredentialRenewal.decision_key == decision_key)
    )
    if done is not None:
        return done
    card = _held(number, Act.RENEW)
    if card.valid_until is None or starts_on <= card.valid_until or valid_until < starts_on:
        raise Invalid("valid_until", _("A renewed period begins after the one before it."))
    renewal = CredentialRenewal(
        credential_id=card.id,
        sequence=len(card.renewals) + 2,
        starts_on=starts_on,
        valid_until=valid_until,
        previous_until=card.valid_until,
        decision_key=decision_key,
        by_id=actor_id,
        at=clock.now(),
    )
    session().add(renewal)
    session().flush()
    documents.ask_for(card.id, renewal.sequence)
    record(
        Action.CREDENTIALS_RENEW,
        actor_id=actor_id,
        subject="credential",
        subject_id=card.id,
        organisation_id=card.organisation_id,
        details={"number": card.number, "valid_until": valid_until.isoformat(), "decision_key": decision_key},
    )
    session().flush()
    return renewal.sequence


def erase(actor_id: int, *, number: str, reason: str) -> tuple[str, ...]:
    """Take the holder's name, the facts, the documents and what opens the log's entries; keep the number.

    It is done to the credential and to those that it replaced or that replaced it, for they hold the same name:
    their numbers are answered. Codes end without their readers' names, and letters about it are emptied. What
    is left says that the number was ours and is not in force. Raises Conflict, Invalid, NotFound.
    """
    why = _reason(reason)
    cards = [_held(number, Act.ERASE)]
    while (before := cards[-1].replaces) is not None:
        cards.append(_held(before, Act.ERASE))
    following = cards[0].superseded_by
    while following is not None:
        cards.append(_held(following, Act.ERASE))
        following = cards[-1].superseded_by
    salts = {card.id: _take_data(card) for card in cards}
    erasing.forget_readers(cards)
    erasing.forget_letters(cards)
    for card in cards:
        session().add(
            StatusEvent(
                credential_id=card.id, kind=EventKind.ERASED.value, reason=why, by_id=actor_id, at=clock.now()
            )
        )
        record(
            Action.CREDENTIALS_ERASE,
            actor_id=actor_id,
            subject="credential",
            subject_id=card.id,
            organisation_id=card.organisation_id,
            details={"number": card.number, "reason": why},
        )
    session().flush()
    for card in cards:
        list_id, salt = salts[card.id]
        log.append(LOGGED[EventKind.ERASED], id=salted(salt, card.number))
        enqueue(lists.TASK, list_id)
    return tuple(card.number for card in cards)


def _take_data(card: CredentialCard) -> tuple[int, str]:
    """Blank what is about the holder; answers list and salt, which the log's last entry still needs."""
    identity = session().get_one(CredentialIdentity, card.id)
    taken = identity.list_id, identity.salt
    identity.salt, identity.shows = "", "nothing"
    session().execute(
        sa.update(Credential)
        .where(Credential.id == card.id)
        .values(name_as_issued="", name_key="", content={})
        .execution_options(synchronize_session=False)
    )
    for made in session().scalars(
        sa.select(CredentialDocument).where(CredentialDocument.credential_id == card.id)
    ):
        if made.made_at is None:
            made.retired_at = made.retired_at or clock.now()
            continue
        made.paper_text = ""
        for name in (made.json_sha256, made.pdf_sha256):
            if name is not None:
                after_commit(partial(files.remove, name))
    for name in report_files(card.id):
        after_commit(partial(files.remove, name))
    session().flush()
    return taken


def replace(actor_id: int, *, number: str, name_as_issued: str, reason: str) -> IssuedCredential:
    """Issue the credential anew with a corrected name; the old number then points to the new one.

    Dates of validity and all other facts stay. Raises Conflict when it is suspended, revoked or
    replaced already, Invalid for the name or an empty reason, NotFound.
    """
    card = _held(number, Act.REPLACE)
    why = _reason(reason)
    name = tidy(name_as_issued)
    if name == card.name_as_issued:
        raise Invalid("name_as_issued", _("This is the name that is on it now. Type the corrected one."))
    made = _store(
        actor_id,
        Action.CREDENTIALS_REPLACE,
        person_id=card.person_id,
        organisation_id=card.organisation_id,
        kind=card.kind,
        title=card.title,
        name_as_issued=name,
        scheme_id=card.scheme_id,
        scheme_version=card.scheme_version,
        facts=card.facts,
        issued_on=card.issued_on,
        valid_until=card.valid_until,
        decision_key=f"replace:{card.number}",
        replaces_id=card.id,
        reason=why,
    )
    _log(card, "replace")
    return made


def _store(
    actor_id: int | None,
    action: Action,
    *,
    person_id: int,
    organisation_id: int,
    kind: Kind,
    title: str,
    name_as_issued: str,
    scheme_id: str,
    scheme_version: str,
    facts: CredentialFacts,
    issued_on: date,
    valid_until: date | None,
    decision_key: str,
    replaces_id: int | None,
    reason: str = "",
) -> IssuedCredential:
    issuer = people.organisation(organisation_id)
    if not facts.signatory_name and issuer.signatory_name:
        facts = copy_with(
            facts, signatory_name=issuer.signatory_name, signatory_title=issuer.signatory_title or ""
        )
    if replaces_id is None:
        facts = copy_with(facts, look=version_for(organisation_id, scheme_id))
    name, title = tidy(name_as_issued), tidy(title)
    _check(name, title, issuer.name, facts)
    if valid_until is not None and valid_until < issued_on:
        raise Invalid("valid_until", _("The last day of validity is before the day of issue."))
    insert = postgresql.insert if session().get_bind().dialect.name == "postgresql" else sqlite.insert
    # A second issue of the same decision waits here for the first, and then adds nothing.
    added = (
        session()
        .execute(
            insert(Credential.__table__)  # type: ignore[arg-type]
            .values(
                organisation_id=organisation_id,
                person_id=person_id,
                number=new_number(),
                kind=kind.value,
                title=title,
                name_as_issued=name,
                name_key=search_key(name),
                issuer_name=issuer.name,
                zone=issuer.timezone,
                scheme_id=scheme_id,
                scheme_version=scheme_version,
                content=facts.as_content(),
                issued_on=issued_on,
                valid_until=valid_until,
                decision_key=decision_key,
                issued_at=clock.now(),
                issued_by=actor_id,
                replaces_id=replaces_id,
            )
            .on_conflict_do_nothing(index_elements=["decision_key"])
            .returning(Credential.__table__.c.id, Credential.__table__.c.number)
        )
        .first()
    )
    if added is None:
        return _already_issued(decision_key, person_id)
    documents.identify(added.id, organisation_id, queries.identity_choice(person_id))
    details = {"number": added.number, "decision_key": decision_key} | ({"reason": reason} if reason else {})
    record(
        action,
        actor_id=actor_id,
        subject="credential",
        subject_id=added.id,
        organisation_id=organisation_id,
        details=details,
    )
    session().flush()
    return IssuedCredential(added.number, added.id)


def _already_issued(decision_key: str, person_id: int) -> IssuedCredential:
    table = Credential.__table__
    row = (
        session()
        .execute(
            sa.select(table.c.id, table.c.number, table.c.person_id).where(table.c.decision_key == decision_key)
        )
        .one()
    )
    if row.person_id != person_id:
        raise Conflict(_("This decision has issued a credential to another person already."))
    return IssuedCredential(row.number, row.id)


def _check(name: str, title: str, issuer_name: str, facts: CredentialFacts) -> None:
    """Refuse what cannot be printed, in words, before anything is stored."""
    check_name(name)
    if not title or len(title) > LONGEST_NAME:
        raise Invalid("title", _("A credential needs a title of at most 200 characters."))
    printed = (facts.scheme_title, facts.signatory_name, facts.signatory_title, *facts.examinations)
    if missing := missing_letters("".join((title, issuer_name, *printed))):
        raise Invalid(
            "title",
            _(
                "Our certificate typefaces do not have these letters: %(letters)s.",
                letters=" ".join(missing),
            ),
        )


def check_name(name: str) -> None:
    """Refuse a name that cannot be printed on a certificate: raises Invalid with a sentence that says why."""
    if not name:
        raise Invalid("name_as_issued", _("A certificate needs a name."))
    if len(name) > LONGEST_NAME:
        raise Invalid("name_as_issued", _("A name on a certificate has at most 200 characters."))
    if hidden := hidden_letters(name):
        raise Invalid(
            "name_as_issued",
            _(
                "The name holds signs that cannot be seen: %(codes)s. Type it again without copying it.",
                codes=", ".join(hidden),
            ),
        )
    if missing := missing_letters(name):
        raise Invalid(
            "name_as_issued",
            _(
                "Our certificate typefaces do not have these letters: %(letters)s. "
                "Ask the holder for a spelling without them.",
                letters=" ".join(missing),
            ),
        )


def _held(number: str, act: Act) -> CredentialCard:
    """The credential, its row locked so that two acts on it follow each other. Raises Conflict, NotFound."""
    row = session().scalar(lock(sa.select(Credential).where(Credential.number == normalise(number))))
    if row is None:
        raise NotFound
    card = queries.credential(row.number)
    state = card.state(clock.now())
    if card.kind is Kind.COMPLETION and act in FOR_CERTIFICATIONS:
        raise Conflict(_("This is for certifications. A certificate of completion stays as it is."))
    if not is_possible(act, state):
        raise Conflict(refusal(act, state))
    return card


def _reason(reason: str) -> str:
    why = reason.strip()
    if not why:
        raise Invalid("reason", _("Say why, in a sentence."))
    if len(why) > LONGEST_REASON:
        raise Invalid("reason", _("A reason has at most 2,000 characters."))
    return why


def _change(
    actor_id: int,
    number: str,
    reason: str,
    act: Act,
    kind: EventKind,
    action: Action,
    reason_class: ReasonClass | None = None,
) -> None:
    card = _held(number, act)
    why = _reason(reason)
    session().add(
        StatusEvent(
            credential_id=card.id,
            kind=kind.value,
            reason=why,
            reason_class=reason_class,
            by_id=actor_id,
            at=clock.now(),
        )
    )
    record(
        action,
        actor_id=actor_id,
        subject="credential",
        subject_id=card.id,
        organisation_id=card.organisation_id,
        details={"number": card.number, "reason": why},
    )
    session().flush()
    _log(card, LOGGED[kind])


LOGGED = {
    EventKind.SUSPENDED: "suspend",
    EventKind.REINSTATED: "reinstate",
    EventKind.REVOKED: "revoke",
    EventKind.MADE_INACTIVE: "make_inactive",
    EventKind.PROBATION: "put_on_probation",
    EventKind.RELINQUISHED: "relinquish",
    EventKind.ERASED: "erase",
}


def _log(card: CredentialCard, op: str) -> None:
    """Write into the public log that something became of a credential, and let its list be signed anew.

    It is the last thing done before the commit: whoever writes into the log holds everybody else up.
    """
    identity = session().get(CredentialIdentity, card.id)
    if identity is None:
        return
    log.append(op, id=salted(identity.salt, card.number))
    enqueue(lists.TASK, identity.list_id)
