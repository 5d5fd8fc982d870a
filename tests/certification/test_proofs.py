"""Proofs, exceptions and approvals on a real database: who may what, what counts, and what stays."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from lms import clock
from lms.audit import AuditEvent
from lms.certification import queries, services
from lms.certification.facts import Record
from lms.certification.findings import Finding, Status
from lms.certification.models import Proof, ProofAct, Waiver
from lms.certification.proof_kinds import ProofState
from lms.certification.record import record_of
from lms.certification.schemes import schemes
from lms.db import session
from lms.errors import Conflict, Forbidden, Invalid, NotFound
from lms.mail import OutgoingMail
from tests.certification import facts
from tests.conftest import Transactions
from tests.personas import Personas

TODAY = clock.today("America/New_York")
LONG_AGO = TODAY.replace(year=TODAY.year - 30, day=1)


def bring(personas: Personas, key: str = "key-of-a-form", **change: Any) -> int:
    """A proof of the trainee with the board; its id."""
    given: dict[str, Any] = {
        "body_id": personas.body,
        "kind": "birth",
        "on": LONG_AGO,
        "told": {},
        "request_key": key,
        **change,
    }
    return services.bring_proof(personas.trainee, **given).id


def record(personas: Personas) -> Record:
    return record_of(personas.trainee, "America/New_York", personas.body)


def finding(personas: Personas, scheme_id: str, requirement: str) -> Finding:
    scheme = schemes().current(scheme_id, TODAY)
    assert scheme is not None
    found = scheme.evaluate(record(personas), TODAY)
    return next(one for top in found.findings for one in top.walk() if one.requirement_id == requirement)


def test_a_claim_waits_and_counts_only_once_it_is_checked(tx: Transactions, personas: Personas) -> None:
    with tx():
        proof_id = bring(personas)
    with tx.reading():
        waits = finding(personas, "california-mcpss", "age")
        assert (waits.status, waits.who_has_it) == (Status.NOT_MET, "certifying_body")
        assert waits.projected == waits.needed == 18
        assert [one.evidence for one in waits.excluded] == [(f"proof:{proof_id}",)]
    with tx():
        services.verify_proof(personas.reviewer, proof_id=proof_id)
        services.verify_proof(personas.reviewer, proof_id=proof_id)
    with tx.reading():
        assert finding(personas, "california-mcpss", "age").is_met
        assert queries.proof(proof_id).state is ProofState.VERIFIED
        assert len(queries.proof(proof_id).acts) == 1
        events = session().scalars(sa.select(AuditEvent.action).where(AuditEvent.subject == "proof")).all()
        assert sorted(events) == ["certification.bring_proof", "certification.verify_proof"]


def test_a_returned_proof_tells_why_and_a_new_one_takes_its_place(tx: Transactions, personas: Personas) -> None:
    told = {"detail": "high_school"}
    with tx():
        first = bring(personas, kind="education", told=told)
        with pytest.raises(Invalid):
            services.return_proof(personas.reviewer, proof_id=first, reason="  ")
        services.return_proof(personas.reviewer, proof_id=first, reason="The date is not to be read.")
    with tx.reading():
        assert finding(personas, "california-mcpss", "education").projected == 0
        assert f"proof:{first}:1" in session().scalars(sa.select(OutgoingMail.key)).all()
    with tx():
        second = bring(personas, "another-key", kind="education", told=told, supersedes_id=first)
        with pytest.raises(Conflict):
            bring(personas, "a-third-key", kind="education", told=told, supersedes_id=first)
        with pytest.raises(NotFound):
            bring(personas, "a-fourth-key", supersedes_id=second)
    with tx.reading():
        states = [card.state for card in queries.proofs_of(personas.trainee)]
        assert states == [ProofState.SUPERSEDED, ProofState.CLAIMED]
    with tx():
        services.verify_proof(personas.reviewer, proof_id=second)
        with pytest.raises(Conflict):
            services.withdraw_proof(personas.trainee, proof_id=second)
        services.return_proof(personas.reviewer, proof_id=second, reason="Checked by mistake.")
        services.withdraw_proof(personas.trainee, proof_id=second)
        services.withdraw_proof(personas.trainee, proof_id=second)
    with tx.reading():
        assert queries.proof(second).state is ProofState.WITHDRAWN
        assert record(personas).documents == ()


def test_the_same_send_again_is_the_same_proof(tx: Transactions, personas: Personas) -> None:
    with tx():
        assert bring(personas) == bring(personas)
        assert session().scalar(sa.select(sa.func.count()).select_from(Proof)) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"on": TODAY + timedelta(days=1)},
        {"until_on": TODAY},
        {"kind": "education", "told": {"detail": "kindergarten"}},
        {"kind": "education", "told": {}},
        {"kind": "tier", "told": {"tier": "initial"}},
        {"kind": "recovery", "on": TODAY, "told": {"since_on": str(TODAY + timedelta(days=1)), "by": "self"}},
        {"kind": "share", "told": {"way": "live", "percent": 101}},
        {"kind": "employment", "told": {"role": "peer", "diagnosis": "anything"}},
        {"file": b"#!/bin/sh"},
        {"file": b"%PDF-" + b"x" * (10 * 1024 * 1024)},
    ],
)
def test_what_does_not_fit_is_said(tx: Transactions, personas: Personas, change: dict[str, Any]) -> None:
    with tx(), pytest.raises(Invalid):
        bring(personas, **change)


def test_only_the_body_says_what_a_background_check_gave(tx: Transactions, personas: Personas) -> None:
    told = {"check": "criminal_history", "outcome": "clear"}
    with tx():
        with pytest.raises(NotFound):
            bring(personas, kind="background", told=told)
        services.enter_proof(
            personas.reviewer,
            person_id=personas.trainee,
            body_id=personas.body,
            kind="background",
            on=TODAY,
            told=told,
            request_key="a-key-of-the-body",
        )
    with tx.reading():
        assert finding(personas, "washington-cpss", "background").is_met
    with pytest.raises(DatabaseError), tx():
        session().add(
            Proof(
                organisation_id=personas.body,
                person_id=personas.trainee,
                kind="background",
                on=TODAY,
                told=told,
                brought_by=personas.trainee,
                brought_at=clock.now(),
                request_key="by-oneself",
            )
        )
        session().flush()


def test_who_supervised_a_person_checks_none_of_their_papers(tx: Transactions, personas: Personas) -> None:
    with tx():
        facts.practise(personas, personas.trainee, hours=4)
        proof_id = bring(personas)
        for actor in (personas.supervisor, personas.trainee):
            with pytest.raises(Forbidden):
                services.verify_proof(actor, proof_id=proof_id)
            with pytest.raises(Forbidden):
                services.waive(actor, **waived(personas))


def waived(personas: Personas, **change: Any) -> dict[str, Any]:
    return {
        "person_id": personas.trainee,
        "body_id": personas.body,
        "scheme_id": "peer-specialist",
        "requirement_id": "supervision",
        "reason": "The site closed.",
        "request_key": "key-of-a-waiver",
        **change,
    }


def test_a_waiver_holds_until_it_is_ended_and_is_given_once(tx: Transactions, personas: Personas) -> None:
    with tx():
        made = services.waive(personas.reviewer, **waived(personas))
        assert services.waive(personas.reviewer, **waived(personas)).id == made.id
        with pytest.raises(Conflict):
            services.waive(personas.reviewer, **waived(personas, request_key="another-key"))
        with pytest.raises(NotFound):
            services.waive(
                personas.reviewer, **waived(personas, scheme_id="texas-mhps", request_key="key-three")
            )
        with pytest.raises(NotFound):
            services.waive(
                personas.reviewer, **waived(personas, requirement_id="luck", request_key="key-three")
            )
    with tx.reading():
        assert finding(personas, "peer-specialist", "supervision").status is Status.WAIVED
    with tx():
        services.end_waiver(
            personas.reviewer, waiver_id=made.id, reason="Found one.", request_key="key-of-an-end"
        )
        with pytest.raises(Conflict):
            services.end_waiver(
                personas.reviewer, waiver_id=made.id, reason="Again.", request_key="key-of-more"
            )
    with tx.reading():
        assert not finding(personas, "peer-specialist", "supervision").is_met


def test_rows_of_proofs_and_waivers_only_grow(tx: Transactions, personas: Personas) -> None:
    with tx():
        proof_id = bring(personas)
        services.verify_proof(personas.reviewer, proof_id=proof_id)
        services.waive(personas.reviewer, **waived(personas))
    for model, column in ((Proof, "kind"), (ProofAct, "reason"), (Waiver, "reason")):
        with pytest.raises(DatabaseError), tx():
            session().execute(sa.update(model).values({column: "stage"}))
        with pytest.raises(DatabaseError), tx():
            session().execute(sa.delete(model))


def test_training_counts_under_the_name_of_its_approval(tx: Transactions, personas: Personas) -> None:
    with tx():
        facts.complete_module(personas, personas.trainee, "mutual")
    with tx.reading():
        assert {hour.course for hour in record(personas).training} == {""}
    with tx():
        made = services.approve_training(
            personas.reviewer,
            body_id=personas.body,
            provider_id=personas.provider,
            by_name="state",
            module_id="mutual",
            course="core",
            on=LONG_AGO,
            request_key="key-of-an-approval",
        )
    with tx.reading():
        assert {hour.course for hour in record(personas).training} == {"core"}
        assert {hour.provider for hour in record(personas).training} == {record(personas).approvals[0].provider}
    with tx():
        services.end_approval(personas.reviewer, approval_id=made.id, request_key="key-of-its-end")
        with pytest.raises(Conflict):
            services.end_approval(personas.reviewer, approval_id=made.id, request_key="key-of-more")
    with tx.reading():
        (approved,) = record(personas).approvals
        assert approved.until_on == TODAY - timedelta(days=1)


def test_another_bodys_word_does_not_count_here(tx: Transactions, personas: Personas) -> None:
    with tx():
        services.verify_proof(personas.reviewer, proof_id=bring(personas))
    with tx.reading():
        assert record(personas).births
        assert record_of(personas.trainee, "America/New_York", personas.provider).births == ()
        assert record_of(personas.trainee, "America/New_York").births
