"""A trainee who disagrees with an act says so; supervisor and trainee talk, and a coordinator decides.

A dispute changes no hours: only a signature makes hours count. What it leaves is a timeline that both see.
"""

from datetime import timedelta

import sqlalchemy as sa
from flask_babel import force_locale
from flask_babel import gettext as _

from lms import audit, clock, mail
from lms.audit import Action
from lms.db import lock, session
from lms.errors import Conflict, Forbidden, Invalid, NotFound
from lms.people.queries import PersonCard, people_with_role, person
from lms.permissions import Role
from lms.practice import queries
from lms.practice.models import Dispute, DisputeEvent, PracticeEntry
from lms.practice.rules import DisputeKind, DisputeState, Outcome

TIME_TO_SETTLE = timedelta(days=14)
LONGEST_WORDS = 2000


def open_dispute(actor_id: int, *, entry_id: int, words: str) -> Dispute:
    """Disagree with the act that stands on one's entry: a return, or a signature for fewer minutes or for
    another domain.

    Raises NotFound for an entry that is not the actor's, Conflict when nothing can be disputed, or
    it is already.
    """
    entry = session().scalar(
        lock(sa.select(PracticeEntry).where(PracticeEntry.id == entry_id, PracticeEntry.person_id == actor_id))
    )
    if entry is None:
        raise NotFound
    said = _said(words)
    act_id = queries.disputable_act(entry_id)
    if act_id is None:
        raise Conflict(_("There is nothing to disagree with, or you have done so already."))
    now = clock.now()
    dispute = Dispute(
        organisation_id=entry.organisation_id,
        person_id=actor_id,
        entry_id=entry_id,
        sign_off_id=act_id,
        supervisor_id=entry.supervisor_id,
        opened_at=now,
        due_at=now + TIME_TO_SETTLE,
    )
    session().add(dispute)
    session().flush()
    _add(dispute, DisputeKind.OPENED, actor_id, said)
    return dispute


def answer_dispute(actor_id: int, *, dispute_id: int, words: str) -> None:
    """Say something in the timeline, as one of the two. Raises Forbidden, Conflict once it is closed."""
    dispute = _open_one(dispute_id)
    _check_is_one_of_both(actor_id, dispute)
    _add(dispute, DisputeKind.ANSWERED, actor_id, _said(words))


def escalate_dispute(actor_id: int | None, *, dispute_id: int) -> None:
    """Hand it to the coordinator: at the wish of one of the two, or by the clock (None) after 14 days."""
    dispute = _open_one(dispute_id)
    if actor_id is None and clock.now() < dispute.due_at:
        return
    if actor_id is not None:
        _check_is_one_of_both(actor_id, dispute)
    if queries.dispute(dispute_id).state is DisputeState.ESCALATED:
        raise Conflict(_("The coordinator has it already."))
    _add(dispute, DisputeKind.ESCALATED, actor_id, "")


def settle_dispute(actor_id: int, *, dispute_id: int) -> None:
    """End it as the trainee who opened it. Raises Forbidden for anyone else."""
    dispute = _open_one(dispute_id)
    if actor_id != dispute.person_id:
        raise Forbidden(_("Only the trainee can end it."))
    _add(dispute, DisputeKind.SETTLED, actor_id, "")


def decide_dispute(actor_id: int, *, dispute_id: int, outcome: str, reason: str) -> None:
    """Decide as a coordinator who is neither of the two, with a reason. Raises Forbidden, Conflict, Invalid."""
    dispute = _open_one(dispute_id)
    if actor_id in (dispute.person_id, dispute.supervisor_id):
        raise Forbidden(_("Somebody else decides about one's own dispute."))
    if outcome not in set(Outcome):
        raise Invalid("outcome", _("Choose one."))
    if queries.dispute(dispute_id).state is not DisputeState.ESCALATED:
        raise Conflict(_("The two are still talking about it. Wait until one of them asks you."))
    _add(dispute, DisputeKind.DECIDED, actor_id, _said(reason), outcome)


def _said(words: str) -> str:
    said = words.replace("\r\n", "\n").strip()
    if not 1 <= len(said) <= LONGEST_WORDS:
        raise Invalid("words", _("Write something, in %(most)s letters or fewer.", most=LONGEST_WORDS))
    return said


def _open_one(dispute_id: int) -> Dispute:
    dispute = session().scalar(lock(sa.select(Dispute).where(Dispute.id == dispute_id)))
    if dispute is None:
        raise NotFound
    if queries.dispute(dispute_id).is_closed:
        raise Conflict(_("This has ended already."))
    return dispute


def _check_is_one_of_both(actor_id: int, dispute: Dispute) -> None:
    if actor_id not in (dispute.person_id, dispute.supervisor_id):
        raise Forbidden(_("Only the trainee and the supervisor can do this."))


ACTIONS = {
    DisputeKind.OPENED: Action.PRACTICE_OPEN_DISPUTE,
    DisputeKind.ANSWERED: Action.PRACTICE_ANSWER_DISPUTE,
    DisputeKind.ESCALATED: Action.PRACTICE_ESCALATE_DISPUTE,
    DisputeKind.SETTLED: Action.PRACTICE_SETTLE_DISPUTE,
    DisputeKind.DECIDED: Action.PRACTICE_DECIDE_DISPUTE,
}


def _add(
    dispute: Dispute, kind: DisputeKind, actor_id: int | None, words: str, outcome: str | None = None
) -> None:
    """Add a step to the timeline, record it, and tell everybody concerned but who took it."""
    was_escalated = kind is not DisputeKind.OPENED and (
        queries.dispute(dispute.id).state is DisputeState.ESCALATED
    )
    event = DisputeEvent(
        organisation_id=dispute.organisation_id,
        person_id=dispute.person_id,
        dispute_id=dispute.id,
        kind=kind.value,
        by_id=actor_id,
        at=clock.now(),
        words=words,
        outcome=outcome,
    )
    session().add(event)
    session().flush()
    audit.record(
        ACTIONS[kind],
        actor_id=actor_id,
        subject="dispute",
        subject_id=dispute.id,
        organisation_id=dispute.organisation_id,
        details={"entry": dispute.entry_id},
    )
    told = {card.id: card for card in (person(dispute.person_id), person(dispute.supervisor_id))}
    if was_escalated or kind is DisputeKind.ESCALATED:
        told |= {card.id: card for card in people_with_role(dispute.organisation_id, Role.COORDINATOR)}
    for card in told.values():
        if card.id != actor_id:
            _tell(card, event, dispute.entry_id)


def _tell(card: PersonCard, event: DisputeEvent, entry_id: int) -> None:
    with force_locale(card.language):
        subject = str(_("There is news about practice hours"))
    mail.queue(
        to_person_id=card.id,
        to_address=card.email,
        subject=subject,
        template="dispute_news",
        key=f"dispute:{event.id}:{card.id}",
        language=card.language,
        name=card.chosen_name,
        kind=event.kind,
        entry_id=entry_id,
    )
