"""What anyone may know of the cycles of many certifications at once."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from lms.audit import Action, AuditEvent
from lms.certification.cycles import Standing
from lms.certification.models import Application, CycleRow, State
from lms.certification.queries.cycles import CycleCard, _standing, cycle_cards, renewal_scheme_of
from lms.credentials import queries as credentials
from lms.credentials.queries import CredentialCard
from lms.db import Scope, scope, session


def public_standings(asked: Sequence[tuple[CredentialCard, date]]) -> dict[tuple[int, date], Standing]:
    """What `public_standing` answers of each card as of that day, by the card's id and the day.

    Those without cycles are left out. The number of statements does not grow with the number of cards.
    """
    if not asked:
        return {}
    cards = list({card.id: card for card, _day in asked}.values())
    with scope(Scope.all()):
        families = _families(cards)
        held: dict[str, list[CycleCard]] = {}
        rows = session().scalars(
            sa.select(CycleRow)
            .where(CycleRow.family.in_(sorted(set(families.values()))))
            .order_by(CycleRow.sequence)
        )
        for cycle in cycle_cards(tuple(rows)):
            held.setdefault(cycle.family, []).append(cycle)
        open_now = _open_applications(card.person_id for card in cards)
    found: dict[tuple[int, date], Standing] = {}
    for card, day in asked:
        mine = tuple(held.get(families[card.id], ()))
        if not mine:
            continue
        scheme = renewal_scheme_of(card.scheme_id, day)
        sent = open_now.get((card.person_id, scheme.id)) if scheme else None
        sent_on = sent.astimezone(ZoneInfo(card.zone)).date() if sent else None
        found[card.id, day] = _standing(card, mine, scheme, day, sent_on)
    return found


def _families(cards: Sequence[CredentialCard]) -> dict[int, str]:
    """The first number of each credential, by id: one statement for each correction in the longest row."""
    at = {card.id: card for card in cards}
    while waiting := {one.replaces for one in at.values() if one.replaces is not None}:
        before = credentials.by_numbers(waiting)
        at = {key: before[one.replaces] if one.replaces is not None else one for key, one in at.items()}
    return {key: one.number for key, one in at.items()}


def _open_applications(person_ids: Iterable[int]) -> dict[tuple[int, str], datetime]:
    """When each open application of these people was first sent, by person and scheme."""
    first_sent = (
        sa.select(sa.func.min(AuditEvent.at))
        .where(
            AuditEvent.action == Action.CERTIFICATION_APPLY.value,
            AuditEvent.subject == "application",
            AuditEvent.subject_id == Application.id,
        )
        .scalar_subquery()
    )
    rows = session().execute(
        sa.select(Application.person_id, Application.scheme_id, first_sent, Application.submitted_at).where(
            Application.person_id.in_(sorted(set(person_ids))),
            Application.state.in_((State.SUBMITTED.value, State.RETURNED.value)),
        )
    )
    return {(row[0], row[1]): row[2] or row[3] for row in rows}
