"""The pages about who may sign: agreements, alternates, conflicts, qualifications and what is asked for."""

import re

import pytest

from lms.practice import queries
from lms.practice.models import Placement
from tests.conftest import Clients, Transactions
from tests.personas import Personas
from tests.practice import scenes


@pytest.fixture
def placed(tx: Transactions, personas: Personas) -> Placement:
    """The trainee's placement with the supervisor's agreement."""
    with tx():
        return scenes.ready(personas)


@pytest.fixture
def address(tx: Transactions, placed: Placement) -> str:
    """The page of that agreement."""
    with tx():
        (line,) = queries.placement(placed.id).agreements
        return f"/agreements/{line.id}"


def test_an_agreement_is_for_its_people_and_their_coordinator(
    clients: Clients, personas: Personas, address: str
) -> None:
    table = {"trainee": 200, "supervisor": 200, "coordinator": 200}
    table |= dict.fromkeys(("other_trainee", "other_supervisor", "trainer", "foreign_coordinator"), 404)
    for name, status in table.items():
        assert (name, clients(getattr(personas, name)).get(address).status_code) == (name, status)
    assert clients(None).get(address).status_code == 302
    for act in ("accept", "conflict", "approve", "alternate"):
        assert clients(personas.foreign_coordinator).post(f"{address}/{act}").status_code == 404
        assert clients(personas.other_trainee).post(f"{address}/{act}").status_code == 404
    for name, act in (
        ("coordinator", "accept"),
        ("coordinator", "conflict"),
        ("supervisor", "approve"),
        ("trainee", "approve"),
        ("trainee", "alternate"),
        ("supervisor", "alternate"),
    ):
        assert clients(getattr(personas, name)).post(f"{address}/{act}").status_code == 403, (name, act)


def test_both_agree_and_it_is_approved(clients: Clients, personas: Personas, address: str) -> None:
    trainee, coordinator = clients(personas.trainee), clients(personas.coordinator)
    assert "Waits for a yes" in trainee.get(address).text
    yes = {"accept-relation": "none", "accept-text_version": "1"}
    bad = trainee.post(f"{address}/accept", data={"accept-text_version": "1", "accept-words": "Kept as typed"})
    assert bad.status_code == 422
    assert "Kept as typed" in bad.text
    assert trainee.post(f"{address}/accept", data=yes | {"accept-text_version": "9"}).status_code == 409
    for name in ("trainee", "supervisor"):
        assert clients(getattr(personas, name)).post(f"{address}/accept", data=yes).status_code == 302
    assert trainee.post(f"{address}/accept", data=yes).status_code == 409
    assert "In force" in trainee.get(address).text
    approved = {"approve-approved_by": "State board", "approve-approved_on": scenes.days_ago(5).isoformat()}
    late = coordinator.post(f"{address}/approve", data=approved | {"approve-approved_on": "2999-01-01"})
    assert late.status_code == 422
    assert "State board" in late.text
    assert coordinator.post(f"{address}/approve", data=approved).status_code == 302
    assert coordinator.post(f"{address}/approve", data=approved).status_code == 409
    assert "State board" in trainee.get(address).text


def test_a_conflict_is_declared_seen_and_ended(
    tx: Transactions, clients: Clients, personas: Personas, placed: Placement, address: str
) -> None:
    with tx():
        entry_id = scenes.submitted(placed).id
    said = {"accept-relation": "relative", "accept-text_version": "1", "accept-words": "My cousin."}
    page = clients(personas.trainee).post(f"{address}/accept", data=said, follow_redirects=True).text
    assert "Somebody else signs" in page
    supervisor, coordinator = clients(personas.supervisor), clients(personas.coordinator)
    assert "My cousin." not in supervisor.get(address).text
    assert "you two are close" in supervisor.get("/sign-off").text
    signed = {"line": f"{entry_id}:2", "is_meant": "y", "statement_version": "1"}
    assert supervisor.post("/sign-off/sign", data=signed).status_code == 409
    page = coordinator.get(address).text
    assert "My cousin." in page
    end = re.search(r'action="(/agreements/\d+/conflicts/\d+/end)"', page)
    assert end is not None
    for name, status in (("trainee", 403), ("supervisor", 403), ("other_trainee", 404), ("coordinator", 422)):
        assert clients(getattr(personas, name)).post(end[1]).status_code == status
    assert coordinator.post(end[1].replace(address, "/agreements/999")).status_code == 404
    assert coordinator.post(end[1], data={"end-reason": "A mistake."}).status_code == 302
    assert coordinator.post(end[1], data={"end-reason": "A mistake."}).status_code == 409
    assert supervisor.post("/sign-off/sign", data=signed).status_code == 302
    yes = {"accept-relation": "none", "accept-text_version": "1"}
    assert supervisor.post(f"{address}/accept", data=yes).status_code == 302
    again = {"conflict-relation": "cohabitant", "conflict-supervisor_id": str(personas.supervisor)}
    assert supervisor.post(f"{address}/conflict", data={}).status_code == 422
    assert supervisor.post(f"{address}/conflict", data=again).status_code == 302
    assert supervisor.post(f"{address}/conflict", data=again).status_code == 409


def test_the_alternate_reaches_the_entries_of_the_supervisor(
    tx: Transactions, clients: Clients, personas: Personas, placed: Placement, address: str
) -> None:
    with tx():
        entry_id = scenes.submitted(placed).id
    alternate, coordinator = clients(personas.other_supervisor), clients(personas.coordinator)
    other = f"/sign-off?of={personas.supervisor}"
    assert alternate.get(f"/hours/{entry_id}").status_code == 404
    assert f'value="{entry_id}"' not in alternate.get(other).text
    named = {"alternate-alternate_id": str(personas.other_supervisor)}
    bad = {"alternate-alternate_id": str(personas.trainee)}
    assert coordinator.post(f"{address}/alternate", data=bad).status_code == 422
    assert coordinator.post(f"{address}/alternate", data=named).status_code == 302
    assert coordinator.post(f"{address}/alternate", data=named).status_code == 409
    assert "you are the alternate" in alternate.get("/sign-off").text
    assert f'value="{entry_id}"' in alternate.get(other).text
    assert alternate.get(f"/hours/{entry_id}").status_code == 200
    assert alternate.get(address).status_code == 200
    signed = {"line": f"{entry_id}:2", "is_meant": "y", "statement_version": "1"}
    answer = alternate.post(f"/sign-off/sign?of={personas.supervisor}", data=signed)
    assert answer.status_code == 302
    assert f"of={personas.supervisor}" in answer.location
    assert clients(personas.supervisor).post("/sign-off/sign", data=signed).status_code == 409


def test_a_placement_asks_for_a_qualification_that_somebody_records(
    tx: Transactions, clients: Clients, personas: Personas, placed: Placement
) -> None:
    coordinator, supervisor = clients(personas.coordinator), clients(personas.supervisor)
    demands = f"/placements/{placed.id}/demands"
    assert coordinator.post(demands, data={"credentials": ["qmhp", "nonsense"]}).status_code == 422
    assert coordinator.post(demands, data={"credentials": ["qmhp"]}).status_code == 302
    assert "QMHP" in supervisor.get(f"/placements/{placed.id}").text
    assert supervisor.post(demands, data={}).status_code == 403
    assert clients(personas.foreign_coordinator).post(demands, data={}).status_code == 404
    typed = {
        "supervisor_id": str(personas.supervisor),
        "credential": "qmhp",
        "issuer": "State board",
        "valid_from": scenes.days_ago(50).isoformat(),
        "training": "40",
        "source": "The board's register",
        "client_key": "qualification-key",
    }
    assert "Sam" in coordinator.get("/qualifications/new").text
    assert supervisor.get("/qualifications/new").status_code in (403, 404)
    wrong = coordinator.post("/qualifications/new", data=typed | {"source": "", "issuer": "Kept as typed"})
    assert wrong.status_code == 422
    assert "Kept as typed" in wrong.text
    for bad in ({"valid_until": scenes.days_ago(60).isoformat()}, {"supervisor_id": str(personas.trainee)}):
        assert coordinator.post("/qualifications/new", data=typed | bad).status_code == 422
    for _again in range(2):
        assert coordinator.post("/qualifications/new", data=typed).status_code == 302
    with tx.reading():
        (line,) = queries.qualification_lines(personas.supervisor)
    assert line.training_minutes == 2400
    for client in (coordinator, supervisor):
        assert "Good today" in client.get("/qualifications").text
    assert "State board" not in clients(personas.other_supervisor).get("/qualifications").text
    assert "State board" not in clients(personas.foreign_coordinator).get("/qualifications").text
    assert clients(personas.trainee).get("/qualifications").status_code == 403
    end = f"/qualifications/{line.id}/end"
    ended = {"ended_on": scenes.days_ago(10).isoformat(), "reason": "It lapsed."}
    assert supervisor.post(end, data=ended).status_code == 403
    assert clients(personas.foreign_coordinator).post(end, data=ended).status_code == 404
    early = coordinator.post(end, data=ended | {"ended_on": scenes.days_ago(90).isoformat()})
    assert early.status_code == 422
    assert "It lapsed." in early.text
    assert coordinator.post(end, data=ended).status_code == 302
    assert coordinator.post(end, data=ended).status_code == 409
    assert "Over" in supervisor.get("/qualifications").text


def test_an_agreement_is_made_with_plan_and_alternate(
    clients: Clients, personas: Personas, placed: Placement
) -> None:
    coordinator = clients(personas.coordinator)
    made = f"/placements/{placed.id}/agreements/new"
    typed = {
        "supervisor_id": str(personas.other_supervisor),
        "alternate_id": str(personas.supervisor),
        "starts_on": scenes.days_ago(100).isoformat(),
        "plan": "We meet each Monday.",
        "needs_approval": "y",
    }
    same = coordinator.post(made, data=typed | {"alternate_id": str(personas.other_supervisor)})
    assert same.status_code == 422
    assert "We meet each Monday." in same.text
    assert coordinator.post(made, data=typed).status_code == 302
    page = coordinator.get(f"/placements/{placed.id}").text
    assert "Alternate: Sam" in page
    assert "Waits for approval" in page
