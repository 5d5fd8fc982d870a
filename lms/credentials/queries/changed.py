"""An organisation's register in the order it was issued in, for who keeps a copy of it."""

from datetime import datetime

import sqlalchemy as sa

from lms.credentials.models import Credential, CredentialRenewal, StatusEvent
from lms.credentials.queries.cards import _CARDS, CredentialCard, _cards, _successor
from lms.db import Scope, scope, session


def issued_after(
    organisation_id: int, *, after: int, most: int, changed_since: datetime | None = None
) -> tuple[CredentialCard, ...]:
    """At most `most` credentials of the organisation with a higher id than `after`, oldest first.

    `changed_since` leaves only those that were issued, renewed, replaced or had a change of status from that
    moment on, or whose last day came since. Rows that are added meanwhile come at the end.
    """
    ids = sa.select(Credential.id).where(Credential.organisation_id == organisation_id, Credential.id > after)
    if changed_since is not None:
        day = changed_since.date()
        ids = ids.where(
            sa.or_(
                Credential.issued_at >= changed_since,
                Credential.valid_until >= day,
                sa.exists().where(
                    _successor.replaces_id == Credential.id, _successor.issued_at >= changed_since
                ),
                sa.exists().where(StatusEvent.credential_id == Credential.id, StatusEvent.at >= changed_since),
                sa.exists().where(
                    CredentialRenewal.credential_id == Credential.id,
                    sa.or_(CredentialRenewal.at >= changed_since, CredentialRenewal.valid_until >= day),
                ),
            )
        )
    ids = ids.order_by(Credential.id).limit(most)
    with scope(Scope(frozenset({organisation_id}))):
        found = _cards(session().execute(_CARDS.where(Credential.id.in_(ids))))
    return tuple(reversed(found))
