"""Confirming hours by a mailed link: ask, say who one is, type the code, sign or send back. Once."""

import hmac
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import force_locale, format_date
from flask_babel import gettext as _

from lms import audit, clock, mail
from lms.audit import Action
from lms.db import lock, session
from lms.errors import Conflict, Invalid, NotFound
from lms.people.queries import organisation, outsiders, person
from lms.people.services import plain_name
from lms.practice.models import Confirmation, ConfirmationLink, Placement, PracticeEntry, SignOff
from lms.practice.queries import hash_of, lines_still_there, link_by_token
from lms.practice.rules import State
from lms.practice.services.signing import MOST_IN_A_BATCH, return_entries, sign_off
from lms.practice.statements import CURRENT, CURRENT_DECLARATION, canonical, facts_of_confirmation, fingerprint

LINK_LASTS = timedelta(days=14)
CODE_LASTS = timedelta(minutes=10)
CODE_AGAIN_AFTER = timedelta(minutes=1)
MOST_TRIES = 5
MOST_CODES = 10
MOST_LINKS_A_DAY = 5


def send_link(actor_id: int, *, placement_id: int, supervisor_id: int) -> ConfirmationLink:
    """Mail a link to a supervisor without an account, for exactly the lines that wait for them now.

    A link sent before for the same placement ends. Raises NotFound, Conflict when nothing waits, when the
    supervisor has an account, or when too many links were sent today.
    """
    placement = session().scalar(lock(sa.select(Placement).where(Placement.id == placement_id)))
    if placement is None:
        raise NotFound
    if supervisor_id not in outsiders([supervisor_id]):
        raise Conflict(_("This supervisor has an account and finds the hours there."))
    now = clock.now()
    same = (ConfirmationLink.placement_id == placement_id, ConfirmationLink.supervisor_id == supervisor_id)
    sent = session().scalar(
        sa.select(sa.func.count(ConfirmationLink.id)).where(
            *same, ConfirmationLink.asked_at > now - timedelta(days=1)
        )
    )
    if (sent or 0) >= MOST_LINKS_A_DAY:
        raise Conflict(_("Five mails went out in one day. Wait until tomorrow, or call."))
    waiting = session().execute(
        sa.select(PracticeEntry.id, PracticeEntry.version)
        .where(
            PracticeEntry.placement_id == placement_id,
            PracticeEntry.supervisor_id == supervisor_id,
            PracticeEntry.state == State.SUBMITTED.value,
        )
        .order_by(PracticeEntry.worked_on, PracticeEntry.id)
        .limit(MOST_IN_A_BATCH)
    )
    lines = [[entry_id, version] for entry_id, version in waiting]
    if not lines:
        raise Conflict(_("No hours wait for this supervisor. Send the hours first."))
    session().execute(
        sa.update(ConfirmationLink)
        .where(*same, ConfirmationLink.used_at.is_(None), ConfirmationLink.ended_at.is_(None))
        .values(ended_at=now)
        .execution_options(synchronize_session=False)
    )
    token, who = secrets.token_urlsafe(32), person(supervisor_id)
    link = ConfirmationLink(
        organisation_id=placement.organisation_id,
        person_id=placement.person_id,
        placement_id=placement_id,
        supervisor_id=supervisor_id,
        email=who.email,
        token_hash=hash_of(token),
        lines=lines,
        asked_by_id=actor_id,
        asked_at=now,
        expires_at=now + LINK_LASTS,
    )
    session().add(link)
    session().flush()
    trainee = person(placement.person_id).chosen_name
    with force_locale(who.language):
        subject = _("%(name)s asks you to confirm hours", name=trainee)
    _mail(
        link, "confirm_hours", f"confirm-hours:{link.id}", subject, who.language,
        name=who.chosen_name, trainee=trainee, organisation=organisation(placement.organisation_id).name,
        address=f"/confirm-hours/{token}",
    )  # fmt: skip
    _record(Action.PRACTICE_SEND_LINK, actor_id, link, entries=[entry_id for entry_id, _version in lines])
    return link


def declare(
    *, token: str, name: str, credential_type: str, credential_number: str, is_true: bool
) -> ConfirmationLink:
    """Say who one is and with which qualification, and get a code by mail. Raises NotFound, Invalid."""
    link = _open_link(token)
    said = plain_name("name", name)
    credential = " ".join(credential_type.split())
    number = " ".join(credential_number.split())
    if not 1 <= len(credential) <= 120:
        raise Invalid("credential_type", _("Say what qualifies you, like your licence or your job."))
    if len(number) > 60:
        raise Invalid("credential_number", _("Use at most 60 characters."))
    if not is_true:
        raise Invalid("is_true", _("Tick the box if the statement is true."))
    link.declared_name, link.credential_type, link.credential_number = said, credential, number
    link.declared_at, link.declaration_version = clock.now(), CURRENT_DECLARATION.version
    link.proof_hash, link.proved_at = None, None
    _send_code(link)
    _record(Action.PRACTICE_DECLARE, None, link)
    return link


def send_code_again(*, token: str) -> ConfirmationLink:
    """Mail a new code; the one before stops working. Raises NotFound, Conflict before the declaration,
    Invalid within a minute of the last one.
    """
    link = _open_link(token)
    if link.declared_at is None:
        raise Conflict(_("First say who you are."))
    if link.code_sent_at is not None and clock.now() < link.code_sent_at + CODE_AGAIN_AFTER:
        raise Invalid("code", _("A code was sent a moment ago. Wait a minute, then ask again."))
    _send_code(link)
    _record(Action.PRACTICE_SEND_CODE, None, link)
    return link


def confirm_code(*, token: str, code: str) -> str:
    """Show that one reads the mail of the address; answers the proof that this browser keeps.

    Raises NotFound, Invalid for a wrong or old code. A route shows the fault and ends normally, so that the
    try is counted: after five the code stops working.
    """
    link = _open_link(token)
    if link.code_hash is None or link.code_sent_at is None:
        raise Invalid("code", _("Ask for a new code. This one is used up."))
    if clock.now() >= link.code_sent_at + CODE_LASTS:
        raise Invalid("code", _("This code is too old. Ask for a new one."))
    typed = "".join(code.split())
    if not hmac.compare_digest(_code_hash(link, typed), link.code_hash):
        link.code_tries += 1
        left = MOST_TRIES - link.code_tries
        if left <= 0:
            link.code_hash = link.code_sent_at = None
        session().flush()
        if left <= 0:
            raise Invalid("code", _("Ask for a new code. This one is used up."))
        raise Invalid("code", _("That code does not fit. Look at the newest mail and type it again."))
    proof = secrets.token_urlsafe(32)
    link.code_hash = link.code_sent_at = None
    link.proof_hash, link.proved_at = hash_of(proof), clock.now()
    session().flush()
    _record(Action.PRACTICE_CONFIRM_CODE, link.supervisor_id, link)
    return proof


def confirm_lines(
    *, token: str, proof: str, statement_version: int, reasons: Mapping[int, str]
) -> Confirmation:
    """Sign the lines of a link, or send some back with a reason; the link is used up.

    `reasons` names the lines that go back. Raises NotFound, Conflict without the proof or when nothing
    waits any more, Invalid for a line to send back without a reason.
    """
    link = _open_link(token)
    card = link_by_token(token)
    if not card.is_proved_by(proof):
        raise Conflict(_("Too much time has passed. Open the link in the mail again."))
    lines = lines_still_there(card)
    if not lines:
        raise Conflict(_("The trainee took these hours back, so there is nothing left to sign."))
    versions = {line.id: line.version for line in lines}
    back = {entry_id: reason for entry_id, reason in reasons.items() if entry_id in versions}
    forward = [entry_id for entry_id in versions if entry_id not in back]
    whose: dict[str, Any] = {"versions": versions, "method": "link", "by_name": link.declared_name}
    returned = return_entries(link.supervisor_id, reasons=back, **whose) if back else None
    approved = (
        sign_off(link.supervisor_id, entry_ids=forward, statement_version=statement_version, **whose)
        if forward
        else None
    )
    if approved is not None and approved.not_done:
        entry_id, why = approved.not_done[0]
        day = format_date(next(line.worked_on for line in lines if line.id == entry_id), "MMM d")
        raise Conflict(_("%(day)s: %(why)s Send this line back, with that as the reason.", day=day, why=why))
    assert link.declaration_version is not None
    assert link.proved_at is not None
    made = Confirmation(
        organisation_id=link.organisation_id,
        person_id=link.person_id,
        link_id=link.id,
        by_id=link.supervisor_id,
        by_name=link.declared_name,
        email=link.email,
        credential_type=link.credential_type,
        credential_number=link.credential_number,
        declaration_version=link.declaration_version,
        proved_at=link.proved_at,
        at=clock.now(),
        approved_batch_id=approved.batch_id if approved else None,
        returned_batch_id=returned.batch_id if returned else None,
    )
    batches = [batch for batch in (made.approved_batch_id, made.returned_batch_id) if batch]
    acts = session().execute(
        sa.select(SignOff.entry_id, SignOff.entry_version, SignOff.act, SignOff.sha256)
        .where(SignOff.batch_id.in_(batches))
        .order_by(SignOff.entry_id)
    )
    made.line = canonical(facts_of_confirmation(made) | {"lines": [list(act) for act in acts]})
    made.sha256 = fingerprint(made.line)
    link.used_at = made.at
    session().add(made)
    session().flush()
    audit.record(
        Action.PRACTICE_CONFIRM_BY_LINK,
        actor_id=made.by_id,
        subject="confirmation",
        subject_id=made.id,
        organisation_id=made.organisation_id,
        details={"link": link.id, "sha256": made.sha256, "statement": CURRENT.version},
    )
    return made


def _open_link(token: str) -> ConfirmationLink:
    """The link, locked, while it can still be used. Raises NotFound."""
    card = link_by_token(token)
    link = session().scalar(lock(sa.select(ConfirmationLink).where(ConfirmationLink.id == card.id)))
    if link is None or link.used_at is not None or link.ended_at is not None:
        raise NotFound
    return link


def _send_code(link: ConfirmationLink) -> None:
    if link.codes_sent >= MOST_CODES:
        raise Invalid("code", _("Ten codes were sent. Ask the trainee to send you a new link."))
    code = f"{secrets.randbelow(10**6):06}"
    link.code_hash, link.code_sent_at, link.code_tries = _code_hash(link, code), clock.now(), 0
    link.codes_sent += 1
    session().flush()
    language = person(link.supervisor_id).language
    with force_locale(language):
        subject = _("Your code to confirm hours")
    _mail(
        link, "confirm_code", f"confirm-code:{link.id}:{link.codes_sent}", subject, language,
        name=link.declared_name, code=code,
    )  # fmt: skip


def _code_hash(link: ConfirmationLink, code: str) -> str:
    # Six digits are few: without the key of the installation a stolen table would give them away.
    key = current_app.config["SETTINGS"].secret_key.encode()
    return hmac.new(key, f"{link.id}:{link.token_hash}:{code}".encode(), "sha256").hexdigest()


def _mail(link: ConfirmationLink, template: str, key: str, subject: str, language: str, **facts: str) -> None:
    mail.queue(
        to_person_id=link.supervisor_id,
        to_address=link.email,
        subject=" ".join(str(subject).split()),
        template=template,
        key=key,
        language=language,
        **facts,
    )


def _record(action: Action, actor_id: int | None, link: ConfirmationLink, **details: Any) -> None:
    audit.record(
        action,
        actor_id=actor_id,
        subject="confirmation_link",
        subject_id=link.id,
        organisation_id=link.organisation_id,
        details=details,
    )
