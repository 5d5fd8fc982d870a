"""What is done about proofs: bring, withdraw, verify, return, and enter what the body itself knows."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from lms import audit, clock, files, mail
from lms.audit import Action
from lms.certification.brought import ProofCard, proof
from lms.certification.models import Proof, ProofAct, ProofActKind
from lms.certification.proof_kinds import KINDS, ProofKind, ProofState, problem_with
from lms.certification.record import involved_with
from lms.db import lock, seeing, session
from lms.errors import Conflict, Forbidden, Invalid, NotFound
from lms.people import queries as people

LONGEST = 2000
MOST_BYTES = 10 * 1024 * 1024
MAGIC = {
    b"%PDF-": "application/pdf",
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
}


def bring_proof(
    actor_id: int,
    *,
    body_id: int,
    kind: str,
    on: date,
    told: Mapping[str, Any],
    request_key: str,
    until_on: date | None = None,
    file: bytes | None = None,
    supersedes_id: int | None = None,
) -> Proof:
    """Bring one's own proof to a body, perhaps in place of one that was sent back.

    The same `request_key` again answers the same row. Raises Invalid for what does not fit its kind, NotFound
    for a kind that only the body enters and for an organisation that is no certifying body.
    """
    if KINDS[kind].is_for_body_alone:
        raise NotFound
    return _add(
        Action.CERTIFICATION_BRING_PROOF,
        actor_id,
        person_id=actor_id,
        body_id=body_id,
        kind=kind,
        on=on,
        until_on=until_on,
        told=told,
        request_key=request_key,
        file=file,
        supersedes_id=supersedes_id,
    )


def enter_proof(
    actor_id: int,
    *,
    person_id: int,
    body_id: int,
    kind: str,
    on: date,
    told: Mapping[str, Any],
    request_key: str,
    until_on: date | None = None,
    file: bytes | None = None,
) -> Proof:
    """Enter what the body itself has seen about a person: it counts at once.

    Forbidden for one who trained, examined or supervised the person. The same `request_key` again answers the
    same row.
    """
    _refuse_involved(actor_id, person_id)
    made = _add(
        Action.CERTIFICATION_ENTER_PROOF,
        actor_id,
        person_id=person_id,
        body_id=body_id,
        kind=kind,
        on=on,
        until_on=until_on,
        told=told,
        request_key=request_key,
        file=file,
        supersedes_id=None,
    )
    if proof(made.id).last is None:
        _act(actor_id, made, 1, ProofActKind.VERIFIED)
    return made


def withdraw_proof(actor_id: int, *, proof_id: int) -> None:
    """Take back a proof that was not verified. A second time changes nothing."""
    row, card = _locked(proof_id)
    if card.state is ProofState.WITHDRAWN:
        return
    if card.state not in (ProofState.CLAIMED, ProofState.RETURNED):
        raise Conflict(_("This paper was checked or replaced. It can not be taken back any more."))
    _act(actor_id, row, len(card.acts) + 1, ProofActKind.WITHDRAWN)
    _note(Action.CERTIFICATION_WITHDRAW_PROOF, actor_id, row)


def verify_proof(actor_id: int, *, proof_id: int) -> None:
    """Say that a proof is right. It counts from then on. A second time changes nothing."""
    row, card = _locked(proof_id)
    _refuse_involved(actor_id, row.person_id)
    if card.state is ProofState.VERIFIED:
        return
    if card.state is not ProofState.CLAIMED:
        raise Conflict(_("This paper does not wait for a check any more. Load the page again."))
    _act(actor_id, row, len(card.acts) + 1, ProofActKind.VERIFIED)
    _note(Action.CERTIFICATION_VERIFY_PROOF, actor_id, row)


def return_proof(actor_id: int, *, proof_id: int, reason: str) -> None:
    """Send a proof back with a reason that its person reads; also one that was verified by mistake."""
    row, card = _locked(proof_id)
    _refuse_involved(actor_id, row.person_id)
    if not reason.strip() or len(reason) > LONGEST:
        raise Invalid("reason", _("Write why, in at most %(most)s letters. The person reads it.", most=LONGEST))
    if not card.is_open:
        raise Conflict(_("This paper does not wait for a check any more. Load the page again."))
    _act(actor_id, row, len(card.acts) + 1, ProofActKind.RETURNED, reason.strip())
    _note(Action.CERTIFICATION_RETURN_PROOF, actor_id, row)
    _tell_owner(row, len(card.acts) + 1)


# --- parts ----------------------------------------------------------------------------------------


def type_of(data: bytes) -> str:
    """What the first bytes of an upload say that it is. Raises Invalid for anything but PDF, JPEG and PNG."""
    if len(data) > MOST_BYTES:
        raise Invalid("file", _("This file is too large. Send one of at most 10 MB."))
    found = next((name for start, name in MAGIC.items() if data.startswith(start)), None)
    if found is None:
        raise Invalid("file", _("Send a PDF, a JPEG or a PNG. This file is none of them."))
    return found


def _add(
    action: Action,
    actor_id: int,
    *,
    person_id: int,
    body_id: int,
    kind: str,
    on: date,
    until_on: date | None,
    told: Mapping[str, Any],
    request_key: str,
    file: bytes | None,
    supersedes_id: int | None,
) -> Proof:
    if not 8 <= len(request_key) <= 64:
        raise Invalid("request_key", _("Load the page again and send it once more."))
    if (standing := _by_key(request_key, person_id, actor_id)) is not None:
        return standing
    body = people.organisation(body_id)
    if not body.is_certifying_body:
        raise NotFound
    values = {name: value for name, value in told.items() if value not in (None, "", [])}
    _refuse_unfit(KINDS[kind], on, until_on, values, clock.today(body.timezone))
    if supersedes_id is not None:
        _refuse_replacing(supersedes_id, person_id, body_id, kind)
    made = Proof(
        organisation_id=body_id,
        person_id=person_id,
        kind=kind,
        on=on,
        until_on=until_on,
        told=values,
        brought_by=actor_id,
        brought_at=clock.now(),
        file_type=type_of(file) if file else None,
        file=files.put(file) if file else None,
        supersedes_id=supersedes_id,
        request_key=request_key,
    )
    session().add(made)
    try:
        session().flush()
    except IntegrityError as twice:
        raise Conflict(_("This was sent already. Load the page again.")) from twice
    _note(action, actor_id, made)
    return made


def _refuse_unfit(
    kind: ProofKind, on: date, until_on: date | None, values: Mapping[str, Any], today: date
) -> None:
    if on > today:
        raise Invalid("on", _("This day is still to come. Write a day up to today."))
    wrong = problem_with(kind, on, until_on, values)
    if wrong == "until_on":
        raise Invalid("until_on", _("Write the last day. It can not be before the first."))
    if wrong:
        raise Invalid(wrong, _("Check this answer."))
    since = values.get("since_on")
    if since and date.fromisoformat(since) > on:
        raise Invalid("since_on", _("This day is after the day of the statement."))


def _refuse_replacing(older_id: int, person_id: int, body_id: int, kind: str) -> None:
    older = proof(older_id)
    if (older.person_id, older.organisation_id, older.kind) != (person_id, body_id, kind):
        raise NotFound
    if older.state not in (ProofState.CLAIMED, ProofState.RETURNED):
        raise Conflict(_("This paper was checked, replaced or taken back. Bring the new one by itself."))


def _by_key(request_key: str, person_id: int, actor_id: int) -> Proof | None:
    return (
        session()
        .scalars(
            sa.select(Proof).where(
                Proof.request_key == request_key,
                Proof.person_id == person_id,
                Proof.brought_by == actor_id,
            )
        )
        .one_or_none()
    )


def _locked(proof_id: int) -> tuple[Proof, ProofCard]:
    row = session().scalars(lock(sa.select(Proof).where(Proof.id == proof_id))).one_or_none()
    if row is None:
        raise NotFound
    return row, proof(proof_id)


def _refuse_involved(actor_id: int, person_id: int) -> None:
    with seeing(person_id):
        involved = involved_with(person_id)
    if actor_id in involved or actor_id == person_id:
        raise Forbidden(_("You trained, examined or supervised this person. Another reviewer must decide."))


def _act(actor_id: int, row: Proof, place: int, kind: ProofActKind, reason: str = "") -> None:
    session().add(
        ProofAct(
            organisation_id=row.organisation_id,
            person_id=row.person_id,
            proof_id=row.id,
            place=place,
            kind=kind.value,
            by_id=actor_id,
            at=clock.now(),
            reason=reason,
        )
    )
    try:
        session().flush()
    except IntegrityError as twice:
        raise Conflict(_("Somebody was faster. Load the page again.")) from twice


def _note(action: Action, actor_id: int, row: Proof) -> None:
    audit.record(
        action,
        actor_id=actor_id,
        subject="proof",
        subject_id=row.id,
        organisation_id=row.organisation_id,
        details={"kind": row.kind},
    )


def _tell_owner(row: Proof, place: int) -> None:
    """Tell the person that there is news; what it is stays behind the sign-in."""
    owner = people.person(row.person_id)
    with force_locale(owner.language):
        subject = _("There is news about a paper of yours")
    mail.queue(
        to_person_id=owner.id,
        to_address=owner.email,
        subject=subject,
        template="proof_news",
        key=f"proof:{row.id}:{place}",
        language=owner.language,
        name=owner.chosen_name,
    )
