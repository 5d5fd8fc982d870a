"""A trainee disagrees: both see the timeline, 14 days later or when asked the coordinator decides."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from lms import clock, worker
from lms.errors import Conflict, Forbidden, Invalid, NotFound
from lms.mail import OutgoingMail
from lms.practice import queries, services
from lms.practice.models import Dispute
from lms.practice.rules import DisputeState
from lms.practice.statements import CURRENT
from tests.conftest import Clients, Transactions
from tests.personas import Personas
from tests.practice import scenes


@pytest.fixture
def returned_id(tx: Transactions, personas: Personas) -> int:
    """An entry that was sent back."""
    with tx():
        entry = scenes.submitted(scenes.ready(personas))
        services.return_entry(personas.supervisor, entry_id=entry.id, reason="Too long.")
        return entry.id


def letters(tx: Transactions) -> list[tuple[int, str]]:
    """Who was written to, and at which step."""
    with tx.reading() as session:
        rows = session.execute(
            sa.select(OutgoingMail.to_person_id, OutgoingMail.key)
            .where(OutgoingMail.key.like("dispute:%"))
            .order_by(OutgoingMail.id)
        )
        return [(row[0], row[1].split(":")[1]) for row in rows]


def open_one(tx: Transactions, who: Personas, entry_id: int) -> int:
    with tx():
        return services.open_dispute(who.trainee, entry_id=entry_id, words="It was as I wrote.").id


def state(tx: Transactions, dispute_id: int) -> DisputeState:
    with tx.reading():
        return queries.dispute(dispute_id).state


def test_from_disagreement_to_decision(tx: Transactions, personas: Personas, returned_id: int) -> None:
    sam, tara, cora = personas.supervisor, personas.trainee, personas.coordinator
    dispute_id = open_one(tx, personas, returned_id)
    with tx():
        services.answer_dispute(sam, dispute_id=dispute_id, words="The group ended at noon.")
        with pytest.raises(Conflict):
            services.decide_dispute(cora, dispute_id=dispute_id, outcome="stands", reason="Early")
        services.escalate_dispute(tara, dispute_id=dispute_id)
        with pytest.raises(Conflict):
            services.escalate_dispute(sam, dispute_id=dispute_id)
        for outcome, reason in (("maybe", "A reason"), ("stands", " ")):
            with pytest.raises(Invalid):
                services.decide_dispute(cora, dispute_id=dispute_id, outcome=outcome, reason=reason)
        for side in (sam, tara):
            with pytest.raises(Forbidden):
                services.decide_dispute(side, dispute_id=dispute_id, outcome="stands", reason="Mine")
    assert state(tx, dispute_id) is DisputeState.ESCALATED
    with tx():
        services.decide_dispute(cora, dispute_id=dispute_id, outcome="for_trainee", reason="The log agrees.")
        for late in (
            lambda: services.answer_dispute(sam, dispute_id=dispute_id, words="But"),
            lambda: services.settle_dispute(tara, dispute_id=dispute_id),
        ):
            with pytest.raises(Conflict):
                late()
    assert state(tx, dispute_id) is DisputeState.DECIDED
    steps = sorted({step for _person, step in letters(tx)}, key=int)
    told = [[person for person, step in letters(tx) if step == one] for one in steps]
    assert told == [[sam], [tara], [sam, cora], [tara, sam]]
    with tx.reading():
        assert [hour.state for hour in queries.practice_hours_of(tara)] == ["returned"]


def test_after_14_days_the_clock_hands_it_on_once(
    tx: Transactions, personas: Personas, returned_id: int
) -> None:
    dispute_id = open_one(tx, personas, returned_id)
    start = clock.now()
    for days, expected in ((13.9, DisputeState.OPEN), (14.1, DisputeState.ESCALATED)):
        with clock.at(start + timedelta(days=days)):
            for _time in range(2):
                with tx._app.app_context():
                    worker.run_due("practice.escalate_dispute")
            assert state(tx, dispute_id) is expected
    assert len(letters(tx)) == 1 + 3


def test_what_can_be_disputed(tx: Transactions, personas: Personas) -> None:
    with tx():
        placed = scenes.ready(personas)
        waiting, whole, less = (scenes.submitted(placed, scenes.days_ago(days)).id for days in (1, 2, 3))
        for entry_id, minutes in ((whole, 120), (less, 90)):
            services.sign_off(
                personas.supervisor,
                entry_ids=[entry_id],
                statement_version=CURRENT.version,
                minutes={entry_id: minutes},
            )
        for entry_id in (waiting, whole):
            with pytest.raises(Conflict):
                services.open_dispute(personas.trainee, entry_id=entry_id, words="No")
        for stranger in (personas.other_trainee, personas.supervisor):
            with pytest.raises(NotFound):
                services.open_dispute(stranger, entry_id=less, words="No")
        dispute_id = services.open_dispute(personas.trainee, entry_id=less, words="All of it.").id
        with pytest.raises(Conflict):
            services.open_dispute(personas.trainee, entry_id=less, words="Again")
        with pytest.raises(Forbidden):
            services.settle_dispute(personas.supervisor, dispute_id=dispute_id)
        with pytest.raises(Forbidden):
            services.answer_dispute(personas.coordinator, dispute_id=dispute_id, words="I")
        services.settle_dispute(personas.trainee, dispute_id=dispute_id)
        assert queries.dispute(dispute_id).state is DisputeState.SETTLED


@pytest.mark.parametrize("table", ["dispute", "dispute_event"])
def test_the_database_only_adds(tx: Transactions, personas: Personas, returned_id: int, table: str) -> None:
    open_one(tx, personas, returned_id)
    for change in (f"UPDATE {table} SET person_id = person_id", f"DELETE FROM {table}"):
        with pytest.raises(sa.exc.DBAPIError), tx() as session:
            session.execute(sa.text(change))


def test_pages(tx: Transactions, clients: Clients, personas: Personas, returned_id: int) -> None:
    address = f"/hours/{returned_id}/dispute"
    tara, sam, cora = (clients(getattr(personas, who)) for who in ("trainee", "supervisor", "coordinator"))
    assert "I disagree" in tara.get(f"/hours/{returned_id}").text
    assert tara.post(address, data={"words": ""}).status_code == 422
    assert sam.post(address, data={"words": "No"}).status_code == 403
    assert clients(personas.foreign_coordinator).get(address).status_code == 404
    assert clients(personas.other_trainee).post(address, data={"words": "No"}).status_code == 404
    assert tara.post(address, data={"words": "It was two hours."}).status_code == 302
    assert tara.post(address, data={"words": "Again"}).status_code == 409
    assert sam.post(f"{address}/answer", data={"words": "Let us look."}).status_code == 302
    assert cora.post(f"{address}/answer", data={"words": "Me too"}).status_code == 403
    assert sam.post(f"{address}/decide", data={"outcome": "stands", "words": "I"}).status_code == 403
    assert sam.post(f"{address}/escalate").status_code == 302
    for reader in (tara, sam, cora):
        page = reader.get(address).text
        assert "It was two hours." in page
        assert "Let us look." in page
        assert "With the coordinator" in page
    assert "Tara and Sam" in cora.get("/disputes").text
    assert tara.get("/disputes").status_code == 403
    data = {"outcome": "stands", "words": "The list says one hour."}
    assert cora.post(f"{address}/decide", data=data).status_code == 302
    assert cora.post(f"{address}/decide", data=data).status_code == 409
    assert "The list says one hour." in tara.get(address).text
    with tx.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Dispute.id))) == 1
