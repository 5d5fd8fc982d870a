"""Signed hours are corrected by a new line that is signed again; both stay, and one of them counts."""

from collections.abc import Callable
from itertools import count

import hypothesis
import pytest
import sqlalchemy as sa
from hypothesis import strategies as st

from lms.errors import Conflict, Invalid, LmsError, NotFound
from lms.practice import queries, services
from lms.practice.models import Placement, PracticeEntry
from lms.practice.queries import Recheck
from lms.practice.statements import CURRENT
from tests.conftest import Clients, Transactions
from tests.personas import Personas
from tests.practice import scenes

_keys = count(1)


def amended(placed: Placement, entry_id: int, *, voids: bool = False, **more: object) -> PracticeEntry:
    """An amendment of the entry, sent to the supervisor."""
    made = services.amend(
        placed.person_id,
        entry_id=entry_id,
        hours=scenes.hours(placed, **({"minutes": 90} | more)),
        reason="It ended earlier.",
        client_key=f"amendment-{next(_keys)}",
        is_voiding=voids,
    )
    return services.submit(placed.person_id, entry_ids=[made.id])[0]


def sign(who: Personas, *entry_ids: int) -> str:
    return services.sign_off(who.supervisor, entry_ids=entry_ids, statement_version=CURRENT.version).batch_id


def standing(person_id: int) -> dict[int, tuple[int, str]]:
    return {hour.entry_id: (hour.minutes, hour.state) for hour in queries.practice_hours_of(person_id)}


@pytest.fixture
def placed(tx: Transactions, personas: Personas) -> Placement:
    with tx() as session:
        made = scenes.ready(personas)
        session.expunge(made)
        return made


@pytest.fixture
def signed_id(tx: Transactions, personas: Personas, placed: Placement) -> int:
    """Two hours of yesterday, signed."""
    with tx():
        entry = scenes.submitted(placed)
        sign(personas, entry.id)
        return entry.id


def test_the_older_counts_until_the_newer_is_signed(
    tx: Transactions, personas: Personas, placed: Placement, signed_id: int
) -> None:
    trainee = placed.person_id
    with tx():
        new_id = amended(placed, signed_id).id
        assert standing(trainee) == {signed_id: (120, "approved")}
        assert queries.hours_summary(trainee).signed == 120
        assert queries.hours_summary(trainee).waiting == 0
        (line,) = queries.entries_awaiting_sign_off(personas.supervisor)
        assert [problem.code for problem in line.problems] == ["amendment"]
        batch = sign(personas, new_id)
        assert standing(trainee) == {new_id: (90, "approved")}
        assert queries.hours_summary(trainee).signed == 90
        assert queries.entry(signed_id).state == "amended"
        assert queries.entry(new_id).amendment_reason == "It ended earlier."
        assert all(queries.sign_offs_of(id) for id in (signed_id, new_id))
        services.undo(personas.supervisor, batch_id=batch)
        assert standing(trainee) == {signed_id: (120, "approved")}
    with tx.reading():
        assert list(Recheck().mismatches()) == []


def test_hours_are_taken_back_whole(
    tx: Transactions, personas: Personas, placed: Placement, signed_id: int
) -> None:
    with tx():
        new_id = amended(placed, signed_id, voids=True).id
        assert standing(placed.person_id) == {signed_id: (120, "approved")}
        sign(personas, new_id)
        assert standing(placed.person_id) == {}
        assert {queries.entry(id).state for id in (signed_id, new_id)} == {"void"}
        scenes.submitted(placed, minutes=900)  # the day is free again
        with pytest.raises(Conflict):
            amended(placed, new_id)


def test_what_is_refused(tx: Transactions, personas: Personas, placed: Placement, signed_id: int) -> None:
    with tx():
        waiting_id = scenes.submitted(placed, scenes.days_ago(2)).id
        for entry_id, fault in ((waiting_id, Conflict), (10**6, NotFound)):
            with pytest.raises(fault):
                amended(placed, entry_id)
        with pytest.raises(Invalid):
            services.amend(
                placed.person_id,
                entry_id=signed_id,
                hours=scenes.hours(placed),
                reason=" ",
                client_key="12345678",
            )
        with pytest.raises(NotFound):
            services.amend(
                personas.other_trainee,
                entry_id=signed_id,
                hours=scenes.hours(placed),
                reason="Mine now",
                client_key="12345678",
            )
        first = amended(placed, signed_id)
        with pytest.raises(Conflict):
            amended(placed, signed_id)
        with pytest.raises(services.Refused):  # the signed line still stands: nobody logs over it
            scenes.submitted(placed, minutes=24 * 60 - 100)
        assert first.amends_id == signed_id


def test_an_entry_with_an_amendment_is_not_undone(
    tx: Transactions, personas: Personas, placed: Placement
) -> None:
    with tx():
        entry = scenes.submitted(placed)
        batch = sign(personas, entry.id)
        amended(placed, entry.id)
        with pytest.raises(Conflict):
            services.undo(personas.supervisor, batch_id=batch)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE practice_entry SET amends_id = NULL, amendment_reason = NULL WHERE id = :new",
        "UPDATE practice_entry SET amendment_reason = 'Other' WHERE id = :new",
        "UPDATE practice_entry SET is_voiding = NOT is_voiding WHERE id = :new",
        "UPDATE practice_entry SET state = 'submitted', approval_id = NULL WHERE id = :old",
        "UPDATE practice_entry SET amends_id = :new, amendment_reason = 'Round' WHERE id = :old",
    ],
)
def test_the_database_keeps_amendments_as_they_are(
    tx: Transactions, personas: Personas, placed: Placement, signed_id: int, change: str
) -> None:
    with tx():
        new_id = amended(placed, signed_id).id
    with pytest.raises(sa.exc.DBAPIError), tx() as session:
        session.execute(sa.text(change), {"old": signed_id, "new": new_id})


def test_pages(
    tx: Transactions, clients: Clients, personas: Personas, placed: Placement, signed_id: int
) -> None:
    tara, sam = clients(personas.trainee), clients(personas.supervisor)
    address = f"/hours/{signed_id}/amend"
    assert sam.get(address).status_code == 403
    assert clients(personas.other_trainee).get(address).status_code == 404
    assert clients(personas.foreign_coordinator).post(address).status_code == 404
    assert "Something is wrong with it" in tara.get(f"/hours/{signed_id}").text
    assert "Amend the hours of" in tara.get(address).text
    data = {
        "worked_on": scenes.days_ago(1).isoformat(),
        "length": "1.5",
        "placement_id": placed.id,
        "kind": "group",
        "mode": "video",
        "note": "",
        "client_key": "page-key-1",
    }
    assert tara.post(address, data=data).status_code == 422
    assert tara.post(address, data=data | {"reason": "It was a group."}).status_code == 302
    assert tara.get(address).status_code == 409
    for page in (sam.get("/sign-off").text, tara.get("/hours").text):
        assert "Because: It was a group." in page
        assert "Stands for: " in page
    with tx.reading() as session:
        new_id = session.scalar(sa.select(PracticeEntry.id).where(PracticeEntry.amends_id == signed_id))
    with tx():
        sign(personas, new_id)
    for reader in (tara, sam, clients(personas.coordinator)):
        assert "Amended: the newer entry counts" in reader.get(f"/hours/{signed_id}").text
        assert "Because: It was a group." in reader.get(f"/hours/{new_id}").text


STEPS = ("amend", "void", "submit", "withdraw", "sign", "return", "undo", "discard")


@hypothesis.settings(max_examples=25, suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture])
@hypothesis.given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 5)), max_size=25))
def test_no_hour_counts_twice_at_any_moment(
    tx: Transactions, personas: Personas, placed: Placement, steps: list[tuple[str, int]]
) -> None:
    """Whatever is done in whatever order: of all lines about one piece of work one stands at most."""

    class Back(Exception):
        """Leaves nothing behind for the next history."""

    with pytest.raises(Back), tx() as session:
        ids = [scenes.submitted(placed, scenes.days_ago(1), minutes=60).id]
        batches = [sign(personas, ids[0])]
        trainee, sam = placed.person_id, personas.supervisor

        def new(entry_id: int, *, voids: bool) -> None:
            hours = scenes.hours(placed, minutes=60 + len(ids))
            made = services.amend(
                trainee,
                entry_id=entry_id,
                hours=hours,
                reason="So it was.",
                client_key=f"amendment-{next(_keys)}",
                is_voiding=voids,
            )
            ids.append(made.id)

        acts: dict[str, Callable[[int], object]] = {
            "amend": lambda id: new(id, voids=False),
            "void": lambda id: new(id, voids=True),
            "submit": lambda id: services.submit(trainee, entry_ids=[id]),
            "withdraw": lambda id: services.withdraw(trainee, entry_id=id),
            "discard": lambda id: services.discard_entry(trainee, entry_id=id),
            "sign": lambda id: batches.append(sign(personas, id)),
            "return": lambda id: services.return_entry(sam, entry_id=id, reason="When?"),
            "undo": lambda id: services.undo(sam, batch_id=batches[id % len(batches)]),
        }
        for name, at in steps:
            id = at if name == "undo" else ids[-1 - at % len(ids)]
            try:
                acts[name](id)
            except LmsError:
                continue
            rows = queries.practice_hours_of(trainee)
            stored = session.execute(
                sa.select(
                    PracticeEntry.id, PracticeEntry.state, PracticeEntry.amends_id, PracticeEntry.is_voiding
                )
            ).all()
            signed = [row for row in stored if row.state == "approved"]
            last = max((row.id for row in signed), default=None)
            is_void = any(row.id == last and row.is_voiding for row in signed)
            # The chain has one line after the other, so the last signed one is the one that stands.
            expected = [] if last is None or is_void else [last]
            assert [row.entry_id for row in rows if row.state == "approved"] == expected
            assert queries.hours_summary(trainee).signed == sum(
                row.minutes for row in rows if row.state == "approved"
            )
            assert len(rows) <= 1
        assert list(Recheck().mismatches()) == []
        raise Back
