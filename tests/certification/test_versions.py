"""People keep the version they began under; a move is shown before it is made, and made once."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from lms.app import Lms
from lms.audit import AuditEvent
from lms.certification import queries, schemes, services
from lms.certification.models import SchemePin
from lms.db import session
from lms.errors import Conflict, Invalid, NotFound
from lms.permissions import Role
from tests import builders
from tests.certification import facts
from tests.conftest import Clients, Transactions
from tests.personas import Personas

SCHEME = "peer-specialist"


@pytest.fixture
def later(app: Lms, tmp_path: Path) -> Iterator[None]:
    """The house's schemes, and two later versions: one asks for 40 hours and less training, one is to come."""
    folder = tmp_path / "schemes"
    folder.mkdir()
    for path in schemes.FOLDER.glob("*.yaml"):
        (folder / path.name).write_text(path.read_text("utf-8"), "utf-8")
    text = (folder / "peer-specialist.v1.yaml").read_text("utf-8")
    second = (
        text.replace("version: 1\n", "version: 2\n", 1)
        .replace("effective_from: 2026-01-01", "effective_from: 2026-06-01")
        .replace("    hours: 20\n", "    hours: 40\n")
        .replace("    hours: 2\n", "    hours: 0.5\n")
    )
    (folder / "peer-specialist.v2.yaml").write_text(second, "utf-8")
    third = second.replace("version: 2\n", "version: 3\n", 1).replace("2026-06-01", "2099-01-01")
    (folder / "peer-specialist.v3.yaml").write_text(third, "utf-8")
    assert schemes.configure(folder) == []
    yield
    assert schemes.configure() == []


def _move(tx: Transactions, who: Personas, people: list[int], version: int = 1, key: str = "a-page-key") -> int:
    with tx():
        return services.move_to_version(
            who.coordinator,
            organisation_id=who.provider,
            scheme_id=SCHEME,
            version=version,
            person_ids=people,
            reason="They began before June.",
            request_key=key,
        )


def _version(tx: Transactions, person_id: int) -> int:
    with tx.reading():
        return queries.progress_of(person_id, SCHEME).scheme.version


def test_the_first_application_holds_to_its_version(tx: Transactions, personas: Personas, later: None) -> None:
    _move(tx, personas, [personas.trainee])
    with tx():
        facts.meet_peer_specialist(personas, personas.trainee)
    with tx():
        made = services.apply(personas.trainee, person_id=personas.trainee, scheme_id=SCHEME)
        assert made.scheme_version == 1, "they were held to version 1, which 20 hours meet"
    with tx.reading():
        assert session().scalar(sa.select(sa.func.count()).select_from(SchemePin)) == 1


def test_who_applies_without_a_pin_keeps_the_version_of_that_day(
    app: Lms, tx: Transactions, personas: Personas, tmp_path: Path
) -> None:
    with tx():
        facts.meet_peer_specialist(personas, personas.trainee)
    with tx():
        services.apply(personas.trainee, person_id=personas.trainee, scheme_id=SCHEME)
    with tx.reading():
        pin = queries.pins_of(personas.trainee)[SCHEME]
        assert (pin.version, pin.reason) == (1, "")
    with tx.reading():
        preview = queries.preview_of(personas.provider, SCHEME)
        assert [one.id for one in preview.applied] == [personas.trainee]


def test_progress_goes_by_the_pin_and_says_so(
    tx: Transactions, clients: Clients, personas: Personas, later: None
) -> None:
    assert _version(tx, personas.trainee) == 2
    assert _move(tx, personas, [personas.trainee]) == 1
    assert _version(tx, personas.trainee) == 1
    page = clients(personas.trainee).get("/progress?scheme=peer-specialist").get_data(as_text=True)
    assert "The reason: They began before June." in page
    assert "There is a newer version, 2." in page
    everything = clients(personas.trainee).get("/progress/all")
    assert everything.status_code == 200
    _move(tx, personas, [personas.trainee], version=2, key="another-page")
    assert _version(tx, personas.trainee) == 2, "the newest pin counts"


def test_a_preview_says_who_gains_who_loses_and_why(tx: Transactions, personas: Personas, later: None) -> None:
    with tx():
        facts.learn(personas, personas.trainee)
        facts.practise(personas, personas.trainee, hours=20)
        third = builders.person("Third").id
        builders.grant(third, personas.provider, Role.TRAINEE)
        facts.complete_module(personas, third, "mutual")
    people = [personas.trainee, personas.other_trainee, third]
    assert _move(tx, personas, people) == 3
    with tx.reading():
        before = session().scalar(sa.select(sa.func.count()).select_from(SchemePin))
        preview = queries.preview_of(personas.provider, SCHEME, 2)
        assert [one.person.id for one in preview.lose] == [personas.trainee]
        assert [one.requirement_id for one in preview.lose[0].lost] == ["practice"]
        assert [one.person.id for one in preview.gain] == [third]
        assert [one.requirement_id for one in preview.gain[0].gained] == ["training"]
        assert [one.person.id for one in preview.same] == [personas.other_trainee]
        assert {one.before for one in preview.can_move} == {1}
        assert session().scalar(sa.select(sa.func.count()).select_from(SchemePin)) == before
        there = queries.preview_of(personas.provider, SCHEME, 1)
        assert there.can_move == ()
        assert len(there.there) == 3


def test_a_move_is_made_once_audited_and_never_undone_in_place(
    tx: Transactions, personas: Personas, later: None
) -> None:
    people = [personas.trainee, personas.other_trainee]
    assert _move(tx, personas, people) == 2
    assert _move(tx, personas, people) == 2, "the same request answers the same"
    with tx.reading():
        assert session().scalar(sa.select(sa.func.count()).select_from(SchemePin)) == 2
        events = session().scalars(
            sa.select(AuditEvent).where(AuditEvent.action == "certification.move_version")
        )
        (event,) = events
        assert event.details["people"] == people
        assert event.details["reason"] == "They began before June."
    with pytest.raises(Conflict):
        _move(tx, personas, people, key="a-later-page")
    with pytest.raises(DatabaseError), tx() as current:
        current.execute(sa.update(SchemePin).values(version=9))
    with pytest.raises(DatabaseError), tx() as current:
        current.execute(sa.delete(SchemePin))


def test_nobody_is_moved_to_what_does_not_hold_yet_or_without_a_reason(
    tx: Transactions, personas: Personas, later: None
) -> None:
    with pytest.raises(Conflict, match="not in force"):
        _move(tx, personas, [personas.trainee], version=3)
    with pytest.raises(NotFound):
        _move(tx, personas, [personas.trainee], version=9)
    with pytest.raises(Invalid):
        _move(tx, personas, [])
    with pytest.raises(Conflict):
        _move(tx, personas, [personas.foreign_trainee])
    with tx(), pytest.raises(Invalid):
        services.move_to_version(
            personas.coordinator,
            organisation_id=personas.provider,
            scheme_id=SCHEME,
            version=1,
            person_ids=[personas.trainee],
            reason=" ",
            request_key="a-page-key",
        )


def test_a_move_through_the_pages(tx: Transactions, clients: Clients, personas: Personas, later: None) -> None:
    client = clients(personas.coordinator)
    address = f"/scheme-versions/{personas.provider}/{SCHEME}"
    assert address in client.get("/scheme-versions").get_data(as_text=True)
    page = client.get(f"{address}?to=1").get_data(as_text=True)
    shown = re.findall(r'name="people" value="(\d+)" checked', page)
    assert {int(one) for one in shown} == {personas.trainee, personas.other_trainee}
    assert "Tara Legal" in page
    form = {"version": "1", "people": shown[:1], "reason": "", "request_key": "key-of-a-page"}
    empty = client.post(address, data=form)
    assert empty.status_code == 422
    text = empty.get_data(as_text=True)
    assert "Write the reason." in text
    assert re.findall(r'name="people" value="(\d+)" checked', text) == shown[:1], "nothing chosen is lost"
    assert client.post(address, data=form | {"reason": "They began before."}).status_code == 302
    assert _version(tx, int(shown[0])) == 1
    assert _version(tx, int(shown[1])) == 2
    assert client.get(f"{address}?to=x").status_code == 404
    for who, status in ((personas.trainee, 404), (personas.foreign_coordinator, 404), (personas.trainer, 403)):
        assert clients(who).get(address).status_code == status, who
        assert clients(who).post(address, data=form).status_code == status, who
    assert clients(personas.registrar).get(f"/scheme-versions/{personas.body}/{SCHEME}").status_code == 200
