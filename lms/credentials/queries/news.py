"""Which credentials of a list had something happen to them that is not noted yet. The list comes as SQL."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from lms.credentials.models import Credential, CredentialRenewal, StatusEvent
from lms.credentials.queries.cards import _CARDS, CredentialCard, _cards
from lms.db import Scope, scope, session


def credentials_with_news(watched: sa.Subquery, noted: sa.FromClause, most: int) -> list[int]:
    """Ids of watched credentials with an event, renewal or successor that is not among the noted ones.

    `watched` has columns credential_id and from_at: what was before that moment is no news. `noted` has
    credential_id, kind and at.
    """
    successor = Credential.__table__
    happened: tuple[tuple[sa.FromClause, Any, Any, Any], ...] = (
        _source(StatusEvent.__table__, "credential_id", "at", StatusEvent.__table__.c.kind),
        _source(CredentialRenewal.__table__, "credential_id", "at", sa.literal("renewed")),
        _source(successor, "replaces_id", "issued_at", sa.literal("superseded")),
    )
    parts = [
        sa.select(watched.c.credential_id)
        .join(table, credential_id == watched.c.credential_id)
        .where(
            at >= watched.c.from_at,
            ~sa.exists().where(noted.c.credential_id == credential_id, noted.c.kind == kind, noted.c.at == at),
        )
        for table, credential_id, at, kind in happened
    ]
    found = sa.union(*parts).subquery()
    return list(session().scalars(sa.select(found.c.credential_id).order_by(found.c.credential_id).limit(most)))


def _source(table: Any, key: str, at: str, kind: Any) -> tuple[sa.FromClause, Any, Any, Any]:
    return table, table.c[key], table.c[at], kind


def watched_past_their_day(
    watched: sa.Subquery, noted: sa.FromClause, today: date
) -> list[tuple[int, str, date, datetime]]:
    """(id, zone, last day, watched from) of watched credentials whose last day is over about now.

    Those that are noted as expired since that day are left out; `noted` has columns credential_id, kind and
    since. It is for the caller to look at the zone.
    """
    until = sa.type_coerce(
        sa.func.coalesce(
            sa.select(sa.func.max(CredentialRenewal.valid_until))
            .where(CredentialRenewal.credential_id == Credential.id)
            .correlate(Credential)
            .scalar_subquery(),
            Credential.valid_until,
        ),
        sa.Date(),
    )
    rows = session().execute(
        sa.select(
            Credential.id, Credential.zone, until.label("until"), sa.func.min(watched.c.from_at).label("since")
        )
        .join(watched, watched.c.credential_id == Credential.id)
        .where(
            until <= today + timedelta(days=1),
            ~sa.exists().where(
                noted.c.credential_id == Credential.id, noted.c.kind == "expired", noted.c.since == until
            ),
        )
        .group_by(Credential.id, Credential.zone, Credential.valid_until)
        .order_by(Credential.id)
    )
    return [(row.id, row.zone, row.until, row.since) for row in rows]


def cards_by_id(ids: Iterable[int]) -> dict[int, CredentialCard]:
    """The credentials of these ids, by id, for the registry's own work, in one statement."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    with scope(Scope.all()):
        found = _cards(session().execute(_CARDS.where(Credential.id.in_(wanted))))
    return {card.id: card for card in found}


def of_erased(watches: sa.Subquery, most: int) -> list[int]:
    """Ids of those of these watches whose credential's data are erased; columns id and credential_id."""
    return list(
        session().scalars(
            sa.select(watches.c.id)
            .where(
                sa.exists().where(
                    StatusEvent.credential_id == watches.c.credential_id, StatusEvent.kind == "erased"
                )
            )
            .order_by(watches.c.id)
            .limit(most)
        )
    )
