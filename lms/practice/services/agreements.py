"""What people say to a supervision agreement: yes, approved, somebody else may sign too, we are too close."""

from datetime import date

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import aliased

from lms import audit, clock
from lms.audit import Action
from lms.db import lock, session
from lms.errors import Conflict, Forbidden, Invalid, NotFound
from lms.people.queries import has_role
from lms.people.roles import Role
from lms.practice.models import AgreementAct, ConflictDeclaration, Placement, SupervisionAgreement
from lms.practice.standing_to_sign import (
    AGREEMENT_TEXT,
    CONFLICT_TEXT,
    CONFLICTS,
    Credential,
    Relation,
)

LONGEST_WORDS = 500
LONGEST_BODY = 120


def accept_agreement(
    actor_id: int, *, agreement_id: int, relation: str, text_version: int, words: str = ""
) -> AgreementAct | None:
    """Say yes to an agreement as its trainee, supervisor or alternate, and say how close the two are.

    Who says that they are close does not agree: the declaration is kept, the answer is None, and from then on
    the two do not sign for each other. Raises Conflict when the actor agreed before or the text is not the
    newest, Invalid without a relation, Forbidden for anyone else.
    """
    row = _party(actor_id, agreement_id)
    if text_version != AGREEMENT_TEXT.version:
        raise Conflict(_("The agreement has a new wording. Read it, then agree."))
    if _has_accepted(row.id, actor_id):
        raise Conflict(_("You have agreed to this already."))
    for supervisor_id in _others(actor_id, row):
        _declare(actor_id, row, supervisor_id, relation, words)
    if relation != Relation.NONE:
        _record(Action.PRACTICE_DECLARE_CONFLICT, actor_id, row, {"relation": relation})
        return None
    act = AgreementAct(
        organisation_id=row.organisation_id,
        person_id=row.person_id,
        agreement_id=row.id,
        kind="accepted",
        by_id=actor_id,
        at=clock.now(),
        text_version=AGREEMENT_TEXT.version,
        text=AGREEMENT_TEXT.words,
    )
    session().add(act)
    session().flush()
    _record(Action.PRACTICE_ACCEPT_AGREEMENT, actor_id, row)
    return act


def declare_conflict(
    actor_id: int, *, agreement_id: int, relation: str, supervisor_id: int | None = None, words: str = ""
) -> None:
    """Say that trainee and signer are close: from now on this signer signs nothing of this trainee's.

    A trainee says it of the supervisor, or of the one named. Raises Invalid for an unknown relation,
    Conflict when the same is said already, Forbidden for anyone who is no party.
    """
    row = _party(actor_id, agreement_id)
    if relation not in set(CONFLICTS):
        raise Invalid("relation", _("Choose what fits."))
    chosen = actor_id if actor_id != row.person_id else (supervisor_id or row.supervisor_id)
    if chosen not in (row.supervisor_id, row.alternate_id):
        raise Invalid("supervisor_id", _("Choose somebody of this agreement."))
    newer = aliased(ConflictDeclaration)
    said = session().scalar(
        sa.select(ConflictDeclaration.id)
        .where(
            ConflictDeclaration.person_id == row.person_id,
            ConflictDeclaration.supervisor_id == chosen,
            ConflictDeclaration.by_id == actor_id,
            ConflictDeclaration.relation == relation,
            ~sa.exists().where(newer.ends_id == ConflictDeclaration.id),
        )
        .limit(1)
    )
    if said is not None:
        raise Conflict(_("You have said this already."))
    _declare(actor_id, row, chosen, relation, words)
    _record(Action.PRACTICE_DECLARE_CONFLICT, actor_id, row, {"relation": relation})


def end_conflict(actor_id: int, *, declaration_id: int, reason: str) -> ConflictDeclaration:
    """Say, as a coordinator who is neither of the two, that a declared conflict no longer stands.

    Raises Invalid without a reason, Conflict when it is over already, NotFound when it is none.
    """
    said = session().scalar(
        lock(sa.select(ConflictDeclaration).where(ConflictDeclaration.id == declaration_id))
    )
    if said is None or said.relation not in set(CONFLICTS):
        raise NotFound
    if actor_id in (said.person_id, said.supervisor_id):
        raise Forbidden(_("Somebody else has to decide this: it is about you."))
    reason = " ".join(reason.split())
    if not 1 <= len(reason) <= LONGEST_WORDS:
        raise Invalid("reason", _("Say why, in 500 letters or fewer."))
    if session().scalar(sa.select(ConflictDeclaration.id).where(ConflictDeclaration.ends_id == said.id)):
        raise Conflict(_("This is over already."))
    row = ConflictDeclaration(
        organisation_id=said.organisation_id,
        person_id=said.person_id,
        supervisor_id=said.supervisor_id,
        relation=Relation.ENDED.value,
        by_id=actor_id,
        at=clock.now(),
        words=reason,
        text_version=said.text_version,
        text=said.text,
        ends_id=said.id,
    )
    session().add(row)
    session().flush()
    audit.record(
        Action.PRACTICE_END_CONFLICT,
        actor_id=actor_id,
        subject="conflict_declaration",
        subject_id=said.id,
        organisation_id=said.organisation_id,
    )
    return row


def approve_agreement(actor_id: int, *, agreement_id: int, approved_by: str, approved_on: date) -> AgreementAct:
    """Note that an organisation or a body has approved an agreement, and on which day.

    Raises Forbidden for a party of it, Conflict when it is approved already, Invalid for a day to come or
    without the name of who approved.
    """
    row = _locked(agreement_id)
    if actor_id in (row.person_id, row.supervisor_id, row.alternate_id):
        raise Forbidden(_("Somebody else has to approve this: it is about you."))
    zone = session().scalar(sa.select(Placement.zone).where(Placement.id == row.placement_id))
    if approved_on > clock.today(str(zone)):
        raise Invalid("approved_on", _("This day is still to come."))
    approved_by = " ".join(approved_by.split())
    if not 1 <= len(approved_by) <= LONGEST_BODY:
        raise Invalid("approved_by", _("Say who approved it."))
    if session().scalar(
        sa.select(AgreementAct.id).where(AgreementAct.agreement_id == row.id, AgreementAct.kind == "approved")
    ):
        raise Conflict(_("This agreement is approved already."))
    act = AgreementAct(
        organisation_id=row.organisation_id,
        person_id=row.person_id,
        agreement_id=row.id,
        kind="approved",
        by_id=actor_id,
        at=clock.now(),
        approved_on=approved_on,
        approved_by=approved_by,
    )
    session().add(act)
    session().flush()
    _record(Action.PRACTICE_APPROVE_AGREEMENT, actor_id, row)
    return act


def name_alternate(actor_id: int, *, agreement_id: int, alternate_id: int) -> SupervisionAgreement:
    """Name who may sign when the supervisor cannot. Once: Raises Conflict afterwards, Invalid for no third."""
    row = _locked(agreement_id)
    if row.alternate_id is not None:
        raise Conflict(_("An alternate is named already. For another one, make a new agreement."))
    check_alternate(row.organisation_id, row.person_id, row.supervisor_id, alternate_id)
    row.alternate_id = alternate_id
    session().flush()
    _record(Action.PRACTICE_NAME_ALTERNATE, actor_id, row, {"alternate": alternate_id})
    return row


def set_demands(actor_id: int, *, placement_id: int, credentials: list[str]) -> Placement:
    """Say of which qualifications a signer must have held one on the day of the work; none asks for nothing."""
    row = session().scalar(lock(sa.select(Placement).where(Placement.id == placement_id)))
    if row is None:
        raise NotFound
    known = [credential.value for credential in Credential if credential.value in credentials]
    if len(known) != len(set(credentials)):
        raise Invalid("credentials", _("Choose from the list."))
    before, row.demands = row.demands, " ".join(known)
    session().flush()
    audit.record(
        Action.PRACTICE_SET_DEMANDS,
        actor_id=actor_id,
        subject="placement",
        subject_id=row.id,
        organisation_id=row.organisation_id,
        details={"before": before, "after": row.demands},
    )
    return row


def check_alternate(organisation_id: int, person_id: int, supervisor_id: int, alternate_id: int) -> None:
    """Raise Invalid unless the alternate is a supervisor there and a third person."""
    if alternate_id in (person_id, supervisor_id):
        raise Invalid("alternate_id", _("Choose a third person."))
    if not has_role(alternate_id, organisation_id, Role.SUPERVISOR):
        raise Invalid("alternate_id", _("Choose a supervisor of this organisation."))


def _locked(agreement_id: int) -> SupervisionAgreement:
    row = session().scalar(lock(sa.select(SupervisionAgreement).where(SupervisionAgreement.id == agreement_id)))
    if row is None:
        raise NotFound
    return row


def _party(actor_id: int, agreement_id: int) -> SupervisionAgreement:
    row = _locked(agreement_id)
    if actor_id not in (row.person_id, row.supervisor_id, row.alternate_id):
        raise Forbidden(_("Only the people of this agreement can do this."))
    return row


def _others(actor_id: int, row: SupervisionAgreement) -> list[int]:
    """The signers about whom the actor declares: oneself, or for the trainee the supervisor."""
    return [row.supervisor_id] if actor_id == row.person_id else [actor_id]


def _has_accepted(agreement_id: int, actor_id: int) -> bool:
    found = session().scalar(
        sa.select(AgreementAct.id).where(
            AgreementAct.agreement_id == agreement_id,
            AgreementAct.kind == "accepted",
            AgreementAct.by_id == actor_id,
        )
    )
    return found is not None


def _declare(actor_id: int, row: SupervisionAgreement, supervisor_id: int, relation: str, words: str) -> None:
    if relation not in {Relation.NONE.value, *CONFLICTS}:
        raise Invalid("relation", _("Choose what fits."))
    words = " ".join(words.split())
    if len(words) > LONGEST_WORDS:
        raise Invalid("words", _("Keep it to %(most)s letters.", most=LONGEST_WORDS))
    session().add(
        ConflictDeclaration(
            organisation_id=row.organisation_id,
            person_id=row.person_id,
            supervisor_id=supervisor_id,
            relation=str(relation),
            by_id=actor_id,
            at=clock.now(),
            words=words,
            text_version=CONFLICT_TEXT.version,
            text=CONFLICT_TEXT.words,
        )
    )
    session().flush()


def _record(
    action: Action, actor_id: int, row: SupervisionAgreement, details: dict[str, object] | None = None
) -> None:
    audit.record(
        action,
        actor_id=actor_id,
        subject="supervision_agreement",
        subject_id=row.id,
        organisation_id=row.organisation_id,
        details=details,
    )
