"""Trainers plan live sessions and say who was there; what was attended counts with its mode."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from lms import clock, db
from lms.curriculum import queries, services
from lms.curriculum.models import Attendance, LiveSession
from lms.errors import Forbidden, Invalid, NotFound
from lms.permissions import Role
from tests import builders
from tests.conftest import Clients, Transactions
from tests.personas import Personas

ZONE = "America/New_York"


@pytest.fixture
def joined(tx: Transactions, personas: Personas) -> None:
    """Two trainees have joined `walking` at the provider, and one at a foreign provider."""
    with tx():
        for person_id, place in (
            (personas.trainee, personas.provider),
            (personas.other_trainee, personas.provider),
            (personas.foreign_trainee, personas.foreign_provider),
        ):
            services.enrol(person_id, person_id=person_id, organisation_id=place, module_id="walking")


def plan(tx: Transactions, personas: Personas, days: int = -1, **more: Any) -> int:
    day = clock.today(ZONE) + timedelta(days=days)
    facts: dict[str, Any] = {
        "organisation_id": personas.provider,
        "trainer_id": personas.trainer,
        "module_id": "walking",
        "mode": "in_person",
        "local_start": datetime(day.year, day.month, day.day, 9, 30),
        "minutes": 60,
    }
    with tx():
        return services.plan_live_session(personas.trainer, **(facts | more)).id


def typed(personas: Personas, **more: object) -> dict[str, object]:
    return {
        "organisation_id": personas.provider,
        "module_id": "walking",
        "trainer_id": personas.trainer,
        "mode": "live_remote",
        "on": "2026-12-01",
        "at": "14:30",
        "minutes": "90",
        "venue": "https://example.org/room",
    } | more


def minutes_of(tx: Transactions, person_id: int) -> list[tuple[str, int, str, int | None]]:
    with tx.reading():
        hours = queries.contact_hours_of(person_id)
    return [(one.topics[0], one.minutes, one.mode, one.trainer_id) for one in hours]


def test_a_trainer_plans_a_session_through_the_form(
    clients: Clients, personas: Personas, tx: Transactions
) -> None:
    client = clients(personas.trainer)
    assert "Plan a live session" in client.get("/live-sessions").text
    assert "Walking beside" in client.get("/live-sessions/new").text
    answer = client.post("/live-sessions/new", data=typed(personas))
    assert answer.status_code == 302
    assert "https://example.org/room" in client.get(answer.headers["Location"]).text
    again = client.post("/live-sessions/new", data=typed(personas))
    assert again.headers["Location"] == answer.headers["Location"]
    with tx.reading() as current:
        (row,) = current.scalars(sa.select(LiveSession)).all()
        assert row.starts_at.isoformat() == "2026-12-01T19:30:00+00:00"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("minutes", "0"), ("minutes", "many"), ("minutes", "721"), ("mode", "by_post"), ("mode", ""),
        ("on", "2026-02-30"), ("at", "26:00"), ("module_id", "resting"), ("trainer_id", "999"),
        ("venue", "x" * 201),
    ],
)  # fmt: skip
def test_bad_input_redraws_with_what_was_typed(
    clients: Clients, personas: Personas, tx: Transactions, field: str, value: str
) -> None:
    sent = typed(personas, **{"venue": "Room 4", field: value})
    answer = clients(personas.trainer).post("/live-sessions/new", data=sent)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    if field != "venue":
        assert "Room 4" in answer.text
    with tx.reading() as current:
        assert current.scalar(sa.select(sa.func.count(LiveSession.id))) == 0


def test_a_time_that_does_not_exist_is_sent_back(tx: Transactions, personas: Personas) -> None:
    with pytest.raises(Invalid, match="forward"):
        plan(tx, personas, local_start=datetime(2027, 3, 14, 2, 30))


def test_only_a_trainer_of_the_organisation_teaches(tx: Transactions, personas: Personas) -> None:
    with pytest.raises(Invalid) as fault:
        plan(tx, personas, trainer_id=personas.coordinator)
    assert fault.value.field == "trainer_id"


def test_a_foreign_organisation_is_not_found(clients: Clients, personas: Personas, tx: Transactions) -> None:
    sent = typed(personas, organisation_id=personas.foreign_provider)
    assert clients(personas.trainer).post("/live-sessions/new", data=sent).status_code == 404
    live_session_id = plan(tx, personas)
    foreign = clients(personas.foreign_coordinator)
    assert foreign.get(f"/live-sessions/{live_session_id}").status_code == 404
    assert foreign.post(f"/live-sessions/{live_session_id}/attendance").status_code == 404
    assert foreign.post(f"/live-sessions/{live_session_id}/cancel").status_code == 404
    assert "Walking beside" not in foreign.get("/live-sessions").text


@pytest.mark.parametrize("who", ["trainee", "supervisor", "assessor", "administrator"])
def test_other_roles_may_not_hold_sessions(
    clients: Clients, personas: Personas, tx: Transactions, joined: None, who: str
) -> None:
    live_session_id = plan(tx, personas)
    client = clients(getattr(personas, who))
    assert client.get("/live-sessions").status_code == 403
    assert client.get("/live-sessions/new").status_code == 403
    assert client.post("/live-sessions/new", data=typed(personas)).status_code == 403
    page = f"/live-sessions/{live_session_id}"
    assert client.get(page).status_code == 403
    assert client.post(f"{page}/attendance", data={f"minutes-{personas.trainee}": "60"}).status_code == 403
    assert client.post(f"{page}/cancel").status_code == 403
    assert minutes_of(tx, personas.trainee) == []


def test_attendance_in_full_and_in_part_earns_minutes_by_topic_and_mode(
    clients: Clients, personas: Personas, tx: Transactions, joined: None
) -> None:
    page = f"/live-sessions/{plan(tx, personas)}"
    client = clients(personas.trainer)
    text = client.get(page).text
    assert "Tara" in text
    assert "Otis" in text
    assert "Finn" not in text
    assert "Walk together for an hour." in text
    sent = {f"minutes-{personas.trainee}": "60", f"minutes-{personas.other_trainee}": "25"}
    assert client.post(f"{page}/attendance", data=sent).status_code == 302
    assert minutes_of(tx, personas.trainee) == [
        ("recovery_wellness", 40, "in_person", personas.trainer),
        ("mentoring_education", 20, "in_person", personas.trainer),
    ]
    assert sum(line[1] for line in minutes_of(tx, personas.other_trainee)) == 25
    with tx.reading():
        assert queries.trainers_of(personas.trainee) == {personas.trainer}
    assert "The whole time" in client.get(page).text
    assert "You were there: 25 minutes" in clients(personas.other_trainee).get("/modules/walking").text


def test_coming_to_two_sessions_of_a_module_counts_once(
    clients: Clients, personas: Personas, tx: Transactions, joined: None
) -> None:
    client = clients(personas.trainer)
    for days, mode, minutes in ((-3, "live_remote", 40), (-2, "in_person", 60), (-1, "in_person", 60)):
        page = f"/live-sessions/{plan(tx, personas, days=days, mode=mode)}/attendance"
        assert client.post(page, data={f"minutes-{personas.trainee}": minutes}).status_code == 302
    by_mode: dict[str, int] = {}
    for _topic, minutes, mode, _trainer in minutes_of(tx, personas.trainee):
        by_mode[mode] = by_mode.get(mode, 0) + minutes
    assert by_mode == {"live_remote": 40, "in_person": 20}


def test_the_same_attendance_twice_is_one_row_and_a_correction_is_a_new_one(
    clients: Clients, personas: Personas, tx: Transactions, joined: None
) -> None:
    page = f"/live-sessions/{plan(tx, personas)}/attendance"
    client = clients(personas.coordinator)
    for minutes in ("60", "60", "45", ""):
        assert client.post(page, data={f"minutes-{personas.trainee}": minutes}).status_code == 302
    with tx.reading() as current:
        rows = current.scalars(sa.select(Attendance).order_by(Attendance.id)).all()
        assert [(row.minutes, row.corrects_id) for row in rows] == [(60, None), (45, rows[0].id)]
    assert sum(line[1] for line in minutes_of(tx, personas.trainee)) == 45
    client.post(page, data={f"minutes-{personas.trainee}": "0"})
    assert minutes_of(tx, personas.trainee) == []


@pytest.mark.parametrize("minutes", ["61", "-1", "all"])
def test_minutes_that_cannot_be_redraw(
    clients: Clients, personas: Personas, tx: Transactions, joined: None, minutes: str
) -> None:
    page = f"/live-sessions/{plan(tx, personas)}/attendance"
    answer = clients(personas.trainer).post(page, data={f"minutes-{personas.trainee}": minutes})
    assert answer.status_code == 422
    assert f'value="{minutes}"' in answer.text
    assert minutes_of(tx, personas.trainee) == []


def test_attendance_cannot_be_recorded_before_the_session(
    clients: Clients, personas: Personas, tx: Transactions, joined: None
) -> None:
    page = f"/live-sessions/{plan(tx, personas, days=3)}"
    client = clients(personas.trainer)
    assert "has not begun" in client.get(page).text
    answer = client.post(f"{page}/attendance", data={f"minutes-{personas.trainee}": "60"})
    assert answer.status_code == 409
    coming = clients(personas.trainee).get("/modules/walking").text
    assert "Coming up" in coming
    assert "with Tomas" in coming


def test_a_session_called_off_earns_nothing(
    clients: Clients, personas: Personas, tx: Transactions, joined: None
) -> None:
    page = f"/live-sessions/{plan(tx, personas)}"
    client = clients(personas.trainer)
    assert client.post(f"{page}/cancel").status_code == 302
    assert client.post(f"{page}/cancel").status_code == 302
    assert "Called off" in client.get(page).text
    answer = client.post(f"{page}/attendance", data={f"minutes-{personas.trainee}": "60"})
    assert answer.status_code == 409


def test_a_session_that_was_attended_is_not_called_off(
    clients: Clients, personas: Personas, tx: Transactions, joined: None
) -> None:
    page = f"/live-sessions/{plan(tx, personas)}"
    client = clients(personas.trainer)
    client.post(f"{page}/attendance", data={f"minutes-{personas.trainee}": "60"})
    assert client.post(f"{page}/cancel").status_code == 409


def test_nobody_records_their_own_attendance(clients: Clients, personas: Personas, tx: Transactions) -> None:
    with tx():
        builders.grant(personas.trainer, personas.provider, Role.TRAINEE)
        services.enrol(
            personas.trainer,
            person_id=personas.trainer,
            organisation_id=personas.provider,
            module_id="walking",
        )
    live_session_id = plan(tx, personas)
    client = clients(personas.trainer)
    page = f"/live-sessions/{live_session_id}"
    assert "Somebody else records your own attendance" in client.get(page).text
    answer = client.post(f"{page}/attendance", data={f"minutes-{personas.trainer}": "60"})
    assert answer.status_code == 403
    with pytest.raises(Forbidden), tx():
        services.record_attendance(
            personas.trainer, live_session_id=live_session_id, minutes_of={personas.trainer: 60}
        )
    assert minutes_of(tx, personas.trainer) == []


def test_the_service_knows_only_the_roster(tx: Transactions, personas: Personas, joined: None) -> None:
    live_session_id = plan(tx, personas)
    with pytest.raises(NotFound), tx():
        services.record_attendance(
            personas.trainer, live_session_id=live_session_id, minutes_of={personas.foreign_trainee: 60}
        )


def test_the_day_of_a_contact_hour_is_the_day_where_it_was_held(
    tx: Transactions, personas: Personas, joined: None
) -> None:
    live_session_id = plan(tx, personas, local_start=datetime(2026, 11, 1, 23, 30))
    with tx():
        services.record_attendance(
            personas.trainer, live_session_id=live_session_id, minutes_of={personas.trainee: 60}
        )
    with tx.reading():
        assert {one.on for one in queries.contact_hours_of(personas.trainee)} == {date(2026, 11, 1)}


def test_attendance_is_never_changed(tx: Transactions, personas: Personas, joined: None) -> None:
    live_session_id = plan(tx, personas)
    with tx():
        services.record_attendance(
            personas.trainer, live_session_id=live_session_id, minutes_of={personas.trainee: 60}
        )
    for statement in ("UPDATE attendance SET minutes = 600", "DELETE FROM attendance"):
        with pytest.raises(sa.exc.DBAPIError), tx() as current:
            current.execute(sa.text(statement))


def test_the_list_of_sessions_asks_few_queries(clients: Clients, personas: Personas, tx: Transactions) -> None:
    def queries_for(client: FlaskClient) -> int:
        asked: list[str] = []
        with tx.reading():
            engine = db.db.engine

        def count(_c: object, _cursor: object, statement: str, *_more: object) -> None:
            asked.append(statement)

        sa.event.listen(engine, "before_cursor_execute", count)
        assert client.get("/live-sessions").status_code == 200
        sa.event.remove(engine, "before_cursor_execute", count)
        return len([statement for statement in asked if statement.lstrip().upper().startswith("SELECT")])

    client = clients(personas.trainer)
    plan(tx, personas)
    before = queries_for(client)
    for days in range(2, 8):
        plan(tx, personas, days=-days)
    assert queries_for(client) == before
