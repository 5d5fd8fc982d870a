"""What a holder shares with whom, the looks at it, and what a link opens."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from lms import clock
from lms.certification.models import ShareGrant, ShareLook
from lms.certification.schemes import schemes
from lms.db import session
from lms.errors import NotFound


@dataclass(frozen=True)
class ShareCard:
    """One leave to look, with the moments of the looks so far, newest first."""

    id: int
    person_id: int
    scheme_id: str
    recipient_name: str
    recipient_email: str
    purpose: str
    parts: tuple[str, ...]
    created_at: datetime
    ends_at: datetime
    revoked_at: datetime | None
    looks: tuple[datetime, ...] = ()

    def is_open(self, now: datetime) -> bool:
        """Whether the link still works."""
        return self.revoked_at is None and now < self.ends_at


def hash_of(token: str) -> str:
    """The hash under which a link's token is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def shares_of(person_id: int) -> tuple[ShareCard, ...]:
    """What the person shared, newest first, with every look: two statements."""
    rows = session().scalars(
        sa.select(ShareGrant).where(ShareGrant.person_id == person_id).order_by(ShareGrant.id.desc())
    )
    grants = list(rows)
    looks: dict[int, list[datetime]] = defaultdict(list)
    if grants:
        seen = (
            sa.select(ShareLook.grant_id, ShareLook.at)
            .join(ShareGrant, ShareGrant.id == ShareLook.grant_id)
            .where(ShareGrant.person_id == person_id)
            .order_by(ShareLook.id.desc())
        )
        for grant_id, at in session().execute(seen):
            looks[grant_id].append(at)
    return tuple(_card(grant, tuple(looks[grant.id])) for grant in grants)


def share(share_id: int) -> ShareCard:
    """One leave to look, without its looks. Raises NotFound."""
    found = session().get(ShareGrant, share_id)
    if found is None:
        raise NotFound
    return _card(found)


def share_by_token(token: str) -> ShareCard:
    """What a link opens now. Raises NotFound when it is unknown, ended or taken back, all alike."""
    found = session().scalar(sa.select(ShareGrant).where(ShareGrant.token_hash == hash_of(token)))
    if found is None or not _card(found).is_open(clock.now()) or found.scheme_id not in _known_schemes():
        raise NotFound
    return _card(found)


def _known_schemes() -> frozenset[str]:
    return frozenset(scheme_id for scheme_id, _version in schemes().versions)


def _card(row: ShareGrant, looks: tuple[datetime, ...] = ()) -> ShareCard:
    return ShareCard(
        id=row.id,
        person_id=row.person_id,
        scheme_id=row.scheme_id,
        recipient_name=row.recipient_name,
        recipient_email=row.recipient_email,
        purpose=row.purpose,
        parts=tuple(row.parts),
        created_at=row.created_at,
        ends_at=row.ends_at,
        revoked_at=row.revoked_at,
        looks=looks,
    )
