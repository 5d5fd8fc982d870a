"""Issuing for a class: seen before it is done, earned by each, once for each, and gone on with after a stop."""

import csv
import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pypdfium2
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from lms import worker
from lms.app import Lms
from lms.audit import AuditEvent
from lms.certification import services
from lms.certification.models import Application, IssueRow, IssueRun
from lms.certification.queries import classes as queries
from lms.credentials import queries as credentials
from lms.credentials import services as issuing
from lms.db import session
from lms.errors import Conflict, Invalid, NotFound
from lms.people.models import Person
from lms.permissions import Role
from tests import builders
from tests.certification import facts
from tests.conftest import Clients, Transactions
from tests.personas import Personas

SCHEME = "foundations-completion"


@pytest.fixture
def learned(tx: Transactions, personas: Personas) -> list[int]:
    """Two trainees who have met everything; the third person of the class, Otis, has not."""
    with tx():
        facts.learn(personas, personas.trainee)
        second = builders.person("Uma").id
        builders.grant(second, personas.provider, Role.TRAINEE)
        facts.learn(personas, second)
        for person_id in (personas.trainee, second):
            services.mark_checked(person_id)  # or the sweep for completions is quicker than the class
    return [personas.trainee, second]


def begin(tx: Transactions, who: Personas, people: list[int], key: str = "key-of-a-page", **more: Any) -> int:
    values: dict[str, Any] = {
        "organisation_id": who.provider,
        "scheme_id": SCHEME,
        "label": "Fall class",
        "person_ids": people,
        "request_key": key,
    }
    with tx():
        return services.begin_run(who.coordinator, **(values | more))


def work_off(app: Lms) -> None:
    with app.app_context():
        while worker.run_due():
            pass


def outcomes(tx: Transactions, run_id: int) -> dict[int, str | None]:
    with tx.reading():
        return {row.person.id: row.outcome for row in queries.rows_of(run_id)}


def address(who: Personas, more: str = "") -> str:
    return f"/classes/{who.provider}/{SCHEME}{more}"


def test_the_preview_counts_and_writes_nothing(
    tx: Transactions, clients: Clients, personas: Personas, learned: list[int]
) -> None:
    page = clients(personas.coordinator).get(address(personas)).get_data(as_text=True)
    assert "2 people have met everything and get a certificate." in page
    assert "For one person something is left." in page
    assert "3 things are left, the first is: Module: Mutual." in page
    with tx.reading() as current:
        assert current.scalar(sa.select(sa.func.count(IssueRun.id))) == 0
        assert current.scalar(sa.select(sa.func.count(Application.id))) == 0


def test_the_sample_is_drawn_by_the_renderer_that_issues(
    clients: Clients, personas: Personas, learned: list[int]
) -> None:
    coordinator = clients(personas.coordinator)
    page = coordinator.get(address(personas)).get_data(as_text=True)
    sample = address(personas, f"/sample/{personas.trainee}.pdf")
    assert sample in page
    text = pypdfium2.PdfDocument(coordinator.get(sample).data)[0].get_textpage().get_text_bounded()
    assert "Tara" in text
    assert "SAMPLE" in text
    assert coordinator.get(address(personas, f"/sample/{personas.other_trainee}.pdf")).status_code == 404
    assert coordinator.get(address(personas, f"/sample/{personas.foreign_trainee}.pdf")).status_code == 404


def test_each_is_issued_what_they_earned_and_is_told_apart(
    app: Lms, tx: Transactions, clients: Clients, personas: Personas, learned: list[int]
) -> None:
    coordinator = clients(personas.coordinator)
    shown = " ".join(map(str, [*learned, personas.other_trainee]))
    data = {"label": "Fall class", "people": learned, "shown": shown, "request_key": "key-of-a-page"}
    sent = coordinator.post(address(personas), data=data)
    assert sent.status_code == 303
    assert coordinator.post(address(personas), data=data).location == sent.location
    work_off(app)
    page = coordinator.get(sent.location).get_data(as_text=True)
    assert "People done: 2 of 2. Certificates issued: 2." in page
    with tx.reading() as current:
        for person_id in learned:
            (card,) = credentials.credentials_of(person_id)
            assert card.scheme_id == SCHEME
            assert card.number in page
        assert credentials.credentials_of(personas.other_trainee) == ()
        done = current.scalars(sa.select(AuditEvent).where(AuditEvent.subject == "issue_run")).one()
        assert (done.action, done.actor_id) == ("certification.begin_run", personas.coordinator)
        assert done.details["people"] == sorted(learned)


def test_what_was_seen_is_looked_at_again(
    app: Lms, tx: Transactions, personas: Personas, learned: list[int]
) -> None:
    """Somebody who has not earned it is put into the run: nothing is issued, and it says what is left."""
    with tx():
        services.issue_if_met(None, person_id=personas.trainee, scheme_id=SCHEME)
        current = session().get_one(Person, learned[1])
        current.legal_name = "Uma ⚗"
        gone = builders.person("Gus").id
        grant = builders.grant(gone, personas.provider, Role.TRAINEE)
    run_id = begin(tx, personas, [*learned, personas.other_trainee, gone])
    with tx():
        session().delete(session().merge(grant))
    work_off(app)
    assert outcomes(tx, run_id) == {
        personas.trainee: "had",
        learned[1]: "name",
        personas.other_trainee: "left",
        gone: "gone",
    }
    with tx.reading():
        said = {row.person.id: row.said for row in queries.rows_of(run_id)}
    assert said[personas.other_trainee].startswith("Module: Mutual, ")
    assert "⚗" in said[learned[1]]
    with tx.reading() as reading:
        applied = reading.scalars(sa.select(Application.person_id)).all()
        assert applied == [personas.trainee]


def test_a_stopped_run_issues_nothing_until_somebody_goes_on(
    app: Lms, tx: Transactions, clients: Clients, personas: Personas, learned: list[int]
) -> None:
    run_id = begin(tx, personas, learned)
    coordinator = clients(personas.coordinator)
    coordinator.post(f"/classes/runs/{run_id}/stop")
    work_off(app)
    assert set(outcomes(tx, run_id).values()) == {None}
    assert "It is stopped." in coordinator.get(f"/classes/runs/{run_id}").text
    coordinator.post(f"/classes/runs/{run_id}/go-on")
    work_off(app)
    assert set(outcomes(tx, run_id).values()) == {"issued"}


@pytest.mark.pg
def test_two_runs_and_two_workers_issue_once(
    app: Lms, tx: Transactions, personas: Personas, learned: list[int]
) -> None:
    runs = [begin(tx, personas, learned, key) for key in ("first-page-key", "second-page-key")]
    with ThreadPoolExecutor(4) as workers:
        list(workers.map(lambda _number: work_off(app), range(4)))
    work_off(app)
    with tx.reading() as current:
        for person_id in learned:
            assert len(credentials.credentials_of(person_id)) == 1
        said = current.scalars(sa.select(IssueRow.outcome).where(IssueRow.run_id.in_(runs))).all()
    assert sorted(said) == ["had", "had", "issued", "issued"]


@pytest.mark.pg
def test_what_was_told_of_a_person_stays(
    app: Lms, tx: Transactions, personas: Personas, learned: list[int]
) -> None:
    run_id = begin(tx, personas, learned)
    work_off(app)
    with pytest.raises(DatabaseError, match="not changed"), tx() as current:
        current.execute(sa.update(IssueRow).where(IssueRow.run_id == run_id).values(said="Otherwise."))


def test_addresses_are_taken_however_they_are_typed(
    clients: Clients, tx: Transactions, personas: Personas, learned: list[int]
) -> None:
    with tx.reading():
        mine = {one.id: one.email for one in queries.trainees_of(personas.provider)}
    typed = f"<{mine[personas.trainee].upper()}>; {mine[learned[1]]},\nnobody@nowhere.test"
    page = clients(personas.coordinator).post(address(personas, "/people"), data={"addresses": typed})
    text = page.get_data(as_text=True)
    assert "2 people have met everything" in text
    assert "Nobody who trains here has this address:" in text
    assert "nobody@nowhere.test" in text
    assert "something is left" not in text


def test_who_was_at_a_live_session_is_a_class(
    clients: Clients, tx: Transactions, personas: Personas, learned: list[int]
) -> None:
    with tx():
        facts.attend_live_session(personas, personas.trainee, "mutual")
    with tx.reading():
        (held,) = queries.classes_held(personas.provider)
        assert queries.people_at(personas.provider, held.id) == (personas.trainee,)
        with pytest.raises(NotFound):
            queries.people_at(personas.foreign_provider, held.id)
    page = clients(personas.coordinator).get(f"{address(personas)}?session={held.id}").text
    assert "One person has met everything" in page
    assert "Otis" not in page


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"person_ids": []}, "Choose at least one person."),
        ({"label": "  "}, "Give this class a name"),
        ({"person_ids": range(1, 202)}, "Choose at most 200 people"),
    ],
)
def test_what_cannot_begin_says_why(
    tx: Transactions, personas: Personas, changed: dict[str, Any], fault: str
) -> None:
    with pytest.raises(Invalid, match=fault):
        begin(tx, personas, [personas.trainee], **changed)


def test_others_people_and_others_schemes_are_refused(tx: Transactions, personas: Personas) -> None:
    with pytest.raises(Conflict):
        begin(tx, personas, [personas.foreign_trainee])
    for scheme_id in ("peer-specialist", "texas-mhps", "no-such"):
        with pytest.raises(NotFound):
            begin(tx, personas, [personas.trainee], scheme_id=scheme_id)


def test_a_form_without_people_comes_back_as_it_was(
    clients: Clients, personas: Personas, learned: list[int]
) -> None:
    data = {"label": "Fall class", "shown": str(learned[1]), "request_key": "key-of-a-page"}
    answer = clients(personas.coordinator).post(address(personas), data=data)
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert "A class without people gets no certificates." in text
    assert 'value="Fall class"' in text
    assert "One person has met everything" in text


def test_the_list_and_the_certificates_can_be_saved(
    app: Lms, tx: Transactions, clients: Clients, personas: Personas, learned: list[int]
) -> None:
    with tx():
        session().get_one(Person, learned[1]).legal_name = "=Uma()"
    run_id = begin(tx, personas, [*learned, personas.other_trainee])
    work_off(app)
    rows = clients(personas.coordinator).get(f"/classes/runs/{run_id}.csv").get_data(as_text=True)
    lines = {line["name"]: line for line in csv.DictReader(io.StringIO(rows.removeprefix("\ufeff")))}
    assert lines["'=Uma()"]["result"] == "issued"
    assert lines["'=Uma()"]["number"] in lines["'=Uma()"]["address"]
    assert sorted(line["result"] for line in lines.values()) == ["issued", "issued", "left"]
    registrar = clients(personas.registrar)
    packed = zipfile.ZipFile(io.BytesIO(registrar.get(f"/classes/runs/{run_id}.zip").data))
    with tx.reading():
        numbers = {credentials.credentials_of(one)[0].number for one in learned}
    assert {name.removeprefix("certificate-").removesuffix(".pdf") for name in packed.namelist()} == numbers
    assert all(packed.read(name).startswith(b"%PDF-") for name in packed.namelist())
    assert clients(personas.coordinator).get(f"/classes/runs/{run_id}.zip").status_code in (403, 404)
    with tx():
        issuing.revoke(personas.registrar, number=min(numbers), reason="Issued in error.")
    packed = zipfile.ZipFile(io.BytesIO(registrar.get(f"/classes/runs/{run_id}.zip").data))
    assert packed.namelist() == [f"certificate-{max(numbers)}.pdf"]


def test_strangers_see_nothing(
    tx: Transactions, clients: Clients, personas: Personas, learned: list[int]
) -> None:
    run_id = begin(tx, personas, learned)
    for stranger in (personas.trainee, personas.foreign_coordinator, personas.foreign_registrar):
        client = clients(stranger)
        for path in (address(personas), f"/classes/runs/{run_id}", f"/classes/runs/{run_id}.csv"):
            assert client.get(path).status_code in (403, 404)
        assert client.post(f"/classes/runs/{run_id}/stop").status_code in (403, 404)
    assert clients(personas.trainee).get("/classes").status_code == 403
