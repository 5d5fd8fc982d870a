"""Letting a named person see one's record for 21 days, ending that, and noting each look."""

import secrets
from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from lms import clock, mail
from lms.audit import Action, record
from lms.certification.models import ShareGrant, ShareLook
from lms.certification.queries.sharing import hash_of
from lms.certification.schemes import schemes
from lms.db import lock, session
from lms.errors import Conflict, Invalid, NotFound
from lms.people import queries as people
from lms.people.services import plain_address

LASTS = timedelta(days=21)
MOST_IN_A_DAY = 20


def share(
    actor_id: int,
    *,
    scheme_id: str,
    recipient_name: str,
    recipient_email: str,
    purpose: str,
    parts: Sequence[str],
    request_key: str,
) -> str:
    """Let the recipient see these parts for 21 days and mail them the link; answers the token, said only now.

    Raises NotFound for an unknown scheme, Invalid for a field, Conflict when this very form was sent before.
    """
    if schemes().current(scheme_id, clock.today(people.person(actor_id).timezone)) is None:
        raise NotFound
    name, why = " ".join(recipient_name.split()), " ".join(purpose.split())
    if not name:
        raise Invalid("recipient_name", _("Write the name of the person."))
    if not why:
        raise Invalid("purpose", _("Write what they need it for."))
    if not parts:
        raise Invalid("part_hours", _("Choose at least one part."))
    email = plain_address(recipient_email)
    now = clock.now()
    made = sa.select(sa.func.count(ShareGrant.id)).where(
        ShareGrant.person_id == actor_id, ShareGrant.created_at > now - timedelta(days=1)
    )
    if (session().scalar(made) or 0) >= MOST_IN_A_DAY:
        raise Invalid("recipient_email", _("You shared 20 times today. Please go on tomorrow."))
    token = secrets.token_urlsafe(32)
    grant = ShareGrant(
        person_id=actor_id,
        scheme_id=scheme_id,
        recipient_name=name,
        recipient_email=email,
        purpose=why,
        parts=list(parts),
        token_hash=hash_of(token),
        request_key=request_key,
        created_at=now,
        ends_at=now + LASTS,
    )
    session().add(grant)
    try:
        session().flush()
    except IntegrityError as twice:
        raise Conflict(_("This is shared already. You find it in your list.")) from twice
    _write_to(grant, token)
    _note(Action.CERTIFICATION_SHARE, actor_id, grant, parts=list(parts))
    return token


def _write_to(grant: ShareGrant, token: str) -> None:
    holder = people.person(grant.person_id)
    known = people.person_by_email(grant.recipient_email)
    mail.queue(
        to_person_id=known.id if known else None,
        to_address=grant.recipient_email,
        subject=_("%(name)s shares a record with you", name=" ".join(holder.chosen_name.split())),
        template="shared_record",
        key=f"share:{grant.id}",
        language=known.language if known else holder.language,
        name=grant.recipient_name,
        holder=holder.legal_name,
        purpose=grant.purpose,
        address=f"/shared/{token}",
    )


def end_share(actor_id: int, *, share_id: int) -> None:
    """Take the leave back; the link stops working at once. Doing it twice changes nothing."""
    grant = session().scalar(
        lock(sa.select(ShareGrant).where(ShareGrant.id == share_id, ShareGrant.person_id == actor_id))
    )
    if grant is None:
        raise NotFound
    if grant.revoked_at is None:
        grant.revoked_at = clock.now()
        session().flush()
        _note(Action.CERTIFICATION_END_SHARE, actor_id, grant)


def look(*, token: str) -> ShareGrant:
    """Note that somebody with the link looks now. Raises NotFound when the link does not work any more."""
    grant = session().scalar(lock(sa.select(ShareGrant).where(ShareGrant.token_hash == hash_of(token))))
    now = clock.now()
    if grant is None or grant.revoked_at is not None or now >= grant.ends_at:
        raise NotFound
    session().add(ShareLook(grant_id=grant.id, at=now))
    session().flush()
    _note(Action.CERTIFICATION_LOOK, None, grant)
    return grant


def _note(action: Action, actor_id: int | None, grant: ShareGrant, **details: object) -> None:
    record(action, actor_id=actor_id, subject="share_grant", subject_id=grant.id, details=dict(details))
