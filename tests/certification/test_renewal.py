"""Cycles and renewal on a real database: granted, renewed, reminded, drawn for an audit."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from lms import clock, worker
from lms.app import Lms
from lms.certification import queries, services
from lms.certification.cycles import Status
from lms.certification.models import CycleRow, Decision, Outcome, RenewalAuditItem
from lms.certification.queries.reminders import reminders_due
from lms.credentials import services as issuing
from lms.credentials.models import Credential
from lms.credentials.queries import by_number, periods_of
from lms.credentials.states import State, state_on
from lms.db import session
from lms.errors import Conflict, Invalid, NotFound
from lms.mail import OutgoingMail
from lms.registry import many
from lms.registry.queries import verification
from lms.registry.sheets import Asked, AskedRow
from tests.certification import facts
from tests.conftest import Clients, Transactions
from tests.personas import Personas

ONE = timedelta(days=1)


@pytest.fixture
def number(tx: Transactions, personas: Personas) -> str:
    """The number of a certification that was granted today."""
    with tx():
        facts.meet_peer_specialist(personas, personas.trainee)
    with tx():
        made = services.apply(personas.trainee, person_id=personas.trainee, scheme_id="peer-specialist").id
    with tx():
        decided = services.decide(personas.reviewer, application_id=made, outcome=Outcome.GRANTED)
        return str(decided.credential_number)


def _ends_on(tx: Transactions, number: str) -> date:
    with tx.reading():
        return queries.holding_of(number).latest.ends_on


def _noon(day: date) -> datetime:
    """Noon in New York, where the body and the trainee are, is day for both."""
    return datetime(day.year, day.month, day.day, 17, tzinfo=UTC)


@contextmanager
def _on(day: date) -> Iterator[None]:
    with clock.at(_noon(day)):
        yield


def _renew(tx: Transactions, personas: Personas, number: str, asked: date, decided: date) -> int:
    """Meet what renewal takes, ask for it on one day and have it granted on another; the decision's id."""
    with _on(asked):
        with tx():
            facts.practise(personas, personas.trainee, hours=12)
            facts.agree(personas.trainee)
        with tx():
            application = services.apply_for_renewal(
                personas.trainee, person_id=personas.trainee, number=number
            ).id
    with _on(decided), tx():
        return services.decide(personas.reviewer, application_id=application, outcome=Outcome.GRANTED).id


def test_a_grant_opens_the_first_cycle_and_rows_stay(tx: Transactions, personas: Personas, number: str) -> None:
    with tx.reading():
        (row,) = session().scalars(sa.select(CycleRow))
        card = by_number(number)
        assert card is not None
        assert (row.family, row.sequence, row.starts_on) == (number, 1, card.issued_on)
        assert row.ends_on == card.valid_until
        assert row.decision_id is not None
        assert (row.scheme_id, row.scheme_version) == ("peer-specialist", "1")
    for change in (sa.update(CycleRow).values(ends_on=date(2099, 1, 1)), sa.delete(CycleRow)):
        with pytest.raises(DatabaseError), tx() as current:
            current.execute(change)


def test_an_early_renewal_keeps_the_number_and_leaves_no_gap(
    tx: Transactions, personas: Personas, number: str
) -> None:
    end = _ends_on(tx, number)
    decision = _renew(tx, personas, number, end - 30 * ONE, end - 20 * ONE)
    with tx.reading():
        first, second = queries.cycles_of(number)
        assert (second.cycle.starts_on, second.cycle.sequence) == (end + ONE, 2)
        assert first.cycle.ends_on == end
        assert second.decision_id == decision
        assert session().scalar(sa.select(sa.func.count()).select_from(Credential)) == 1
        card = by_number(number)
        assert card is not None
        assert card.valid_until == second.cycle.ends_on
        assert card.first_until == end
        assert state_on(card, end + ONE) is State.ACTIVE
        assert state_on(card, second.cycle.ends_on + ONE) is State.EXPIRED
        row = session().get_one(Decision, decision)
        assert row.credential_number == f"{number}/2"
        assert queries.replay_of(decision).is_same
        assert queries.application(row.application_id).credential_number == number


def test_the_old_period_stays_true_as_of_a_past_day(tx: Transactions, personas: Personas, number: str) -> None:
    """Asked for in grace: expired on the days between, also when asked about later."""
    end = _ends_on(tx, number)
    _renew(tx, personas, number, end + 10 * ONE, end + 15 * ONE)
    with tx.reading():
        card = by_number(number)
        assert card is not None
        states = [state_on(card, end + days * ONE) for days in (0, 1, 14, 15)]
        assert states == [State.ACTIVE, State.EXPIRED, State.EXPIRED, State.ACTIVE]
        assert queries.cycles_of(number)[-1].cycle.starts_on == end + ONE


@pytest.mark.parametrize(
    ("days", "error"), [(-121, Conflict), (-120, None), (0, None), (30, None), (31, Invalid), (366, Conflict)]
)
def test_when_renewal_can_be_asked_for(
    tx: Transactions, personas: Personas, number: str, days: int, error: type[Exception] | None
) -> None:
    """The late band asks for three hours of supervision, and there is one."""
    day = _ends_on(tx, number) + days * ONE
    if error is None:
        _renew(tx, personas, number, day, day)
        return
    with pytest.raises(error):
        _renew(tx, personas, number, day, day)


def test_hours_of_the_first_way_are_not_carried_over(tx: Transactions, personas: Personas, number: str) -> None:
    with _on(_ends_on(tx, number)), tx.reading():
        evaluation = queries.holding_of(number).evaluation
        assert evaluation is not None
        practice = next(one for one in evaluation.findings if one.requirement_id == "practice")
        assert practice.counted == 0


def test_renewal_is_asked_for_once_and_by_its_holder(tx: Transactions, personas: Personas, number: str) -> None:
    day = _ends_on(tx, number)
    with _on(day):
        with tx():
            facts.practise(personas, personas.trainee, hours=12)
            facts.agree(personas.trainee)
        with tx():
            services.apply_for_renewal(personas.trainee, person_id=personas.trainee, number=number)
        with tx(), pytest.raises(Conflict):
            services.apply_for_renewal(personas.trainee, person_id=personas.trainee, number=number)
        with tx(), pytest.raises(NotFound):
            services.apply_for_renewal(personas.reviewer, person_id=personas.reviewer, number=number)
        with tx(), pytest.raises(NotFound):
            services.apply(personas.trainee, person_id=personas.trainee, scheme_id="peer-specialist-renewal")


def test_sent_back_and_sent_again_after_the_end_is_still_in_time(
    tx: Transactions, personas: Personas, number: str
) -> None:
    end = _ends_on(tx, number)
    with _on(end):
        with tx():
            facts.practise(personas, personas.trainee, hours=12)
            facts.agree(personas.trainee)
        with tx():
            made = services.apply_for_renewal(personas.trainee, person_id=personas.trainee, number=number).id
    with _on(end + 40 * ONE):
        with tx():
            services.return_application(personas.reviewer, application_id=made, reason="A page is missing.")
        with tx():
            services.send_again(personas.trainee, application_id=made)
        with tx():
            services.decide(personas.reviewer, application_id=made, outcome=Outcome.GRANTED)
        with tx.reading():
            assert queries.cycles_of(number)[-1].cycle.starts_on == end + ONE


def test_a_renewed_period_has_its_own_certificate(
    app: Lms, tx: Transactions, clients: Clients, personas: Personas, number: str
) -> None:
    with app.app_context():
        worker.run_due("credentials.make_document")
    end = _ends_on(tx, number)
    _renew(tx, personas, number, end, end)
    with app.app_context():
        worker.run_due("credentials.make_document")
    with tx.reading():
        card = by_number(number)
        assert card is not None
        first, second = periods_of(card)
        assert (first.valid_until, second.starts_on) == (end, end + ONE)
        assert first.sha256
        assert second.sha256
        assert first.sha256 != second.sha256
    with _on(end + ONE):
        client = clients(personas.trainee)
        papers = {
            period: client.get(f"/credentials/{number}/certificate.pdf{period}").get_data()
            for period in ("", "?period=1", "?period=2")
        }
    assert papers[""] == papers["?period=2"] != papers["?period=1"]
    assert papers["?period=1"].startswith(b"%PDF")


def test_grace_is_shown_apart_from_the_true_end(
    tx: Transactions, clients: Clients, personas: Personas, number: str
) -> None:
    end = _ends_on(tx, number)
    with _on(end + 5 * ONE):
        with tx.reading():
            answer = verification(number)
            assert (answer.state, answer.since) == (State.EXPIRED, end)
            assert answer.is_in_grace
            assert not answer.is_renewal_in_process
        with tx():
            facts.practise(personas, personas.trainee, hours=12)
            facts.agree(personas.trainee)
        with tx():
            services.apply_for_renewal(personas.trainee, person_id=personas.trainee, number=number)
        page = clients(None).get(f"/verify/{number}").get_data(as_text=True)
        assert "In grace" in page
        assert "Renewal in process" in page
        answer_json = clients(None).get(f"/verify/{number}?format=json").get_json()
        assert (answer_json["status"], answer_json["valid_until"]) == ("expired", end.isoformat())
        assert answer_json["in_grace"] is answer_json["renewal_in_process"] is True
        with tx.reading():
            (row,) = many.answers(Asked((AskedRow(1, number),), has_names=False, has_days=False))
            alone = verification(number)
            assert row.answer is not None
            assert replace(row.answer, as_of=alone.as_of) == alone
    with _on(end + 31 * ONE), tx.reading():
        answer = verification(number)
        assert (answer.state, answer.is_in_grace) == (State.EXPIRED, False)


def test_a_report_says_the_true_end_and_the_end_of_grace_apart(
    tx: Transactions, clients: Clients, personas: Personas, number: str
) -> None:
    end, anyone = _ends_on(tx, number), clients(None)

    def told(**form: str) -> dict[str, Any]:
        there = anyone.post(f"/verify/{number}/report", data=form).headers["Location"]
        return dict(anyone.get(f"{there}.json").get_json(force=True)["credentialSubject"])

    last = (end + 30 * ONE).isoformat()
    with _on(end - 5 * ONE):
        assert (told()["credential"]["validUntil"], told()["credential"]["graceEndsOn"]) == (
            end.isoformat(),
            last,
        )
    with _on(end + 5 * ONE):
        with tx():
            facts.practise(personas, personas.trainee, hours=12)
            facts.agree(personas.trainee)
            services.apply_for_renewal(personas.trainee, person_id=personas.trainee, number=number)
        found = told()
        assert (found["answer"]["verdict"], found["answer"]["status"]) == ("in_grace", "expired")
        assert found["answer"]["word"] == "In grace"
        assert found["answer"]["isRenewalInProcess"] is True
        assert (found["credential"]["validUntil"], found["credential"]["graceEndsOn"]) == (
            end.isoformat(),
            last,
        )
        earlier = told(as_of=(end - ONE).isoformat())
        assert (earlier["answer"]["verdict"], earlier["credential"]["graceEndsOn"]) == ("active", last)


@pytest.mark.parametrize(
    ("act", "status"),
    [
        (issuing.make_inactive, Status.INACTIVE),
        (issuing.put_on_probation, Status.PROBATION),
        (issuing.suspend, Status.SUSPENDED),
        (issuing.relinquish, Status.RELINQUISHED),
        (issuing.revoke, Status.REVOKED),
    ],
)
def test_statuses_agree_on_the_number_and_on_its_cycles(
    tx: Transactions, personas: Personas, number: str, act: Callable[..., None], status: Status
) -> None:
    with tx():
        act(personas.registrar, number=number, reason="As agreed.")
    with tx.reading():
        assert queries.holding_of(number).standing.status is status
        assert verification(number).state.value == status.value
    if status in (Status.RELINQUISHED, Status.REVOKED):
        with tx(), pytest.raises(Conflict):
            issuing.reinstate(personas.registrar, number=number, reason="Back.")
        return
    with tx():
        issuing.reinstate(personas.registrar, number=number, reason="Back.")
    with tx.reading():
        assert queries.holding_of(number).standing.status is Status.ACTIVE


def test_a_corrected_name_keeps_the_cycles(tx: Transactions, personas: Personas, number: str) -> None:
    with tx():
        newer = issuing.replace(
            personas.registrar, number=number, name_as_issued="Tara Vega", reason="Full name."
        ).number
    end = _ends_on(tx, newer)
    _renew(tx, personas, newer, end, end)
    with tx.reading():
        holding = queries.holding_of(newer)
        assert [one.cycle.sequence for one in holding.cycles] == [1, 2]
        assert {one.family for one in holding.cycles} == {number}
        assert queries.holding_of(number).standing.status is Status.SUPERSEDED


# --- reminders ----------------------------------------------------------------------------------------


def _sweep(tx: Transactions, day: date, times: int = 2) -> None:
    """What the sweep does: find, then one task each."""
    for _each in range(times):
        with _on(day), tx():
            for one, moment in reminders_due():
                services.remind(one, moment)


def _reminders(tx: Transactions) -> list[str]:
    with tx.reading():
        keys = session().scalars(
            sa.select(OutgoingMail.key).where(OutgoingMail.key.like("cycle:%")).order_by(OutgoingMail.id)
        )
        return [key.rpartition(":")[2] for key in keys]


def test_each_reminder_is_sent_once_through_the_whole_end_of_a_cycle(
    tx: Transactions, personas: Personas, number: str
) -> None:
    end = _ends_on(tx, number)
    seen = {}
    for left in range(95, -45, -1):
        _sweep(tx, end - left * ONE)
        seen[left] = _reminders(tx)
    assert seen[91] == []
    assert [seen[left][-1] for left in (90, 61, 60, 31, 30, 8, 7, 0, -1)] == [
        *("90", "90", "60", "60", "30", "30", "7", "7", "grace")
    ]
    assert seen[-44] == ["90", "60", "30", "7", "grace"]


def test_after_a_pause_only_the_newest_is_sent(tx: Transactions, personas: Personas, number: str) -> None:
    end = _ends_on(tx, number)
    _sweep(tx, end - 62 * ONE)
    _sweep(tx, end - 25 * ONE)
    assert _reminders(tx) == ["90", "30"]


def test_nobody_is_reminded_at_night_or_once_it_is_asked_for(
    tx: Transactions, personas: Personas, number: str
) -> None:
    end = _ends_on(tx, number)
    night = _noon(end - 90 * ONE) - timedelta(hours=11)
    with clock.at(night), tx.reading():
        assert reminders_due() == ()
    with _on(end - 20 * ONE):
        with tx():
            facts.practise(personas, personas.trainee, hours=12)
            facts.agree(personas.trainee)
        with tx():
            services.apply_for_renewal(personas.trainee, person_id=personas.trainee, number=number)
        with tx.reading():
            assert reminders_due() == ()


# --- audits -------------------------------------------------------------------------------------------


def test_an_audit_draws_writes_and_shows(
    tx: Transactions, clients: Clients, personas: Personas, number: str
) -> None:
    end = _ends_on(tx, number)
    _renew(tx, personas, number, end, end)
    asked = {
        "organisation_id": personas.body,
        "first_on": end,
        "last_on": end + 9 * ONE,
        "percent": 10,
        "seed": "spring",
        "response_days": 30,
    }
    with _on(end + ONE):
        with tx():
            services.draw_audit(personas.registrar, **asked)
        with tx(), pytest.raises(Invalid, match="seed"):
            services.draw_audit(personas.registrar, **asked)
        with tx(), pytest.raises(Invalid):
            services.draw_audit(personas.registrar, **(asked | {"first_on": end + 2 * ONE, "seed": "other"}))
        with tx.reading():
            (item,) = session().scalars(sa.select(RenewalAuditItem))
            assert item.due_on == end + 31 * ONE
            letters = session().scalars(
                sa.select(OutgoingMail.key).where(OutgoingMail.key.like("renewal_audit:%"))
            )
            assert len(list(letters)) == 1
        page = clients(personas.trainee).get(f"/certifications/{number}").get_data(as_text=True)
        assert "Please show your papers by" in page
        page = clients(personas.registrar).get("/renewal-audits?organisation=peer-board").get_data(as_text=True)
        assert number in page


def test_the_registrar_draws_on_a_page(clients: Clients, personas: Personas) -> None:
    client = clients(personas.registrar)
    assert client.get("/renewal-audits").status_code == 200
    wrong = client.post(
        "/renewal-audits", data={"first_on": "2026-01-01", "last_on": "2026-02-01", "seed": "mine"}
    )
    assert wrong.status_code == 422
    assert 'value="mine"' in wrong.get_data(as_text=True)
    assert clients(personas.trainee).get("/renewal-audits").status_code == 404


def test_the_holder_asks_on_the_page(
    tx: Transactions, clients: Clients, personas: Personas, number: str
) -> None:
    end = _ends_on(tx, number)
    address = f"/certifications/{number}"
    with _on(end - 200 * ONE):
        page = clients(personas.trainee).get(address).get_data(as_text=True)
        assert "You cannot renew yet." in page
        assert "Ask for renewal" not in page
    with _on(end - 10 * ONE):
        client = clients(personas.trainee)
        early = client.post(f"{address}/renew", data={"scheme": "peer-specialist-renewal"})
        assert early.status_code == 422
        with tx():
            facts.practise(personas, personas.trainee, hours=12)
            facts.agree(personas.trainee)
        assert "Ask for renewal" in client.get(address).get_data(as_text=True)
        sent = client.post(f"{address}/renew", data={"scheme": "peer-specialist-renewal"})
        assert sent.status_code == 302
        assert client.post(f"{address}/renew", data={"scheme": "x"}).status_code == 409
        assert client.get(sent.location).status_code == 200
        assert client.get("/progress?scheme=peer-specialist-renewal").status_code == 200
        reviews = clients(personas.reviewer)
        assert reviews.get("/reviews").status_code == 200
        review = reviews.get(sent.location.replace("applications", "reviews"))
        assert review.status_code == 200
    assert clients(personas.registrar).get(address).status_code == 200
    assert clients(personas.other_trainee).get(address).status_code == 404
