"""Trainees on their pages: joining, reading, answering, finishing; and who may not."""

import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from lms import db
from lms.audit import AuditEvent
from lms.curriculum import catalog, queries, services
from lms.curriculum.models import Enrolment, LessonProgress, ModuleCompletion, ModuleRevision, Reflection
from lms.errors import Conflict, Forbidden, NotFound
from tests.conftest import Clients, Transactions
from tests.personas import Personas

WALKING = "/modules/walking"
PACE = "/modules/walking/lessons/pace"
PATH = "/modules/walking/lessons/path"
TABLES = (Enrolment, LessonProgress, ModuleCompletion, ModuleRevision, Reflection, AuditEvent)


@pytest.fixture
def trainee(clients: Clients, personas: Personas) -> FlaskClient:
    """A trainee who has joined the module `walking`."""
    client = clients(personas.trainee)
    assert client.post(f"{WALKING}/enrol", data={"organisation_id": personas.provider}).status_code == 302
    return client


def counted(tx: Transactions) -> list[int]:
    with tx.reading() as current:
        return [current.scalar(sa.select(sa.func.count()).select_from(table.__table__)) for table in TABLES]


def finish_both(client: FlaskClient) -> None:
    for page in (PACE, PATH):
        assert client.post(f"{page}/check", data={"check-choice": "0"}).status_code == 302
        assert client.post(f"{page}/finish").status_code == 302


def completions(tx: Transactions, person_id: int) -> list[str]:
    with tx.reading():
        return [one.module_id for one in queries.completions_of(person_id)]


# --- joining ------------------------------------------------------------------------------------------


def test_the_list_shows_every_module_in_words(trainee: FlaskClient) -> None:
    text = trainee.get("/modules").text
    assert "Walking beside" in text
    assert "Not started" in text
    assert "Not joined" in text


def test_joining_twice_leaves_one_row(trainee: FlaskClient, tx: Transactions, personas: Personas) -> None:
    before = counted(tx)
    assert trainee.post(f"{WALKING}/enrol", data={"organisation_id": personas.provider}).status_code == 302
    assert counted(tx) == before


def test_a_module_that_builds_on_another_waits_for_it(
    trainee: FlaskClient, tx: Transactions, personas: Personas
) -> None:
    answer = trainee.post("/modules/resting/enrol", data={"organisation_id": personas.provider})
    assert answer.status_code == 409
    assert "First complete" in trainee.get("/modules/resting").text
    with tx.reading() as current:
        assert current.scalar(sa.select(sa.func.count(Enrolment.id))) == 1


@pytest.mark.parametrize(
    ("who", "status"),
    [("trainer", 403), ("coordinator", 403), ("supervisor", 404), ("reviewer", 404), ("foreign_trainee", 404)],
)
def test_who_may_not_join_here(clients: Clients, personas: Personas, who: str, status: int) -> None:
    client = clients(getattr(personas, who))
    answer = client.post(f"{WALKING}/enrol", data={"organisation_id": personas.provider})
    assert answer.status_code == status


def test_nobody_signed_in_is_led_to_sign_in(clients: Clients) -> None:
    for path in ("/modules", WALKING, PACE, "/reflections", "/live-sessions", "/live-sessions/1"):
        assert clients(None).get(path).status_code == 302


def test_roles_without_training_may_not_browse(clients: Clients, personas: Personas) -> None:
    assert clients(personas.supervisor).get("/modules").status_code == 403
    assert clients(personas.reviewer).get(WALKING).status_code == 403


@pytest.mark.parametrize("path", ["/modules/none", "/modules/none/lessons/pace", f"{WALKING}/lessons/none"])
def test_unknown_ids_are_not_found(trainee: FlaskClient, path: str) -> None:
    assert trainee.get(path).status_code == 404


def test_a_trainer_looks_at_lessons_without_joining(
    clients: Clients, personas: Personas, tx: Transactions
) -> None:
    before = counted(tx)
    client = clients(personas.trainer)
    page = client.get(WALKING).text
    assert "For trainers" in page
    assert "Walk together for an hour." in page, "the guide of the live session"
    assert "Walk together for an hour." not in clients(personas.trainee).get(WALKING).text
    assert "The trainee waits at a corner" in page
    text = client.get(PACE).text
    assert "You stay together." in text
    assert "/finish" not in text
    assert client.post(f"{PACE}/finish").status_code == 403
    after = counted(tx)
    assert after[:-1] == before[:-1]


def test_who_did_not_join_is_led_to_the_module(clients: Clients, personas: Personas) -> None:
    client = clients(personas.other_trainee)
    answer = client.get(PACE)
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith(WALKING)
    for act in ("place", "check", "scenario", "reflection", "finish"):
        assert client.post(f"{PACE}/{act}").status_code == 404


# --- reading ------------------------------------------------------------------------------------------


def test_opening_pages_changes_nothing(trainee: FlaskClient, tx: Transactions) -> None:
    before = counted(tx)
    for path in ("/modules", WALKING, PACE, PATH, f"{PATH}?way=read", f"{PATH}?way=other", "/reflections"):
        assert trainee.get(path).status_code == 200
    assert counted(tx) == before
    assert "Not started" in trainee.get(PACE).text


def test_the_second_device_lands_where_the_first_stopped(
    trainee: FlaskClient, clients: Clients, personas: Personas
) -> None:
    assert trainee.post(f"{PATH}/place", data={"go": "open"}).headers["Location"].endswith(PATH)
    answer = trainee.post(f"{PACE}/place", data={"go": "pause", "anchor": "part-2"})
    assert answer.headers["Location"].endswith(WALKING)
    other = clients(personas.trainee)
    page = other.get(WALKING).text
    assert "Whose pace" in page.split("next-heading")[2][:400]
    assert 'name="anchor" value="part-2"' in page
    keep_going = other.post(f"{PACE}/place", data={"anchor": "part-2"})
    assert keep_going.headers["Location"].endswith(f"{PACE}#part-2")
    assert 'id="part-2"' in other.get(PACE).text


def test_an_anchor_that_is_not_there_is_left_out(
    trainee: FlaskClient, tx: Transactions, personas: Personas
) -> None:
    trainee.post(f"{PACE}/place", data={"anchor": '"><script>'})
    with tx.reading() as current:
        assert current.scalar(sa.select(Enrolment.place_anchor)) is None


def test_a_content_note_comes_first_and_leaves_the_choice(trainee: FlaskClient, tx: Transactions) -> None:
    first = trainee.get(PATH).text
    assert "talks about a fall" in first
    assert "hard part" not in first
    assert "hard part" in trainee.get(f"{PATH}?way=read").text
    other = trainee.get(f"{PATH}?way=other").text
    assert "Draw a path" in other
    assert "hard part" not in other


def test_the_equal_exercise_finishes_the_lesson_and_is_kept_nowhere(
    trainee: FlaskClient, tx: Transactions, personas: Personas
) -> None:
    assert trainee.post(f"{PATH}/finish", data={"way": "other"}).status_code == 302
    with tx.reading() as current:
        done = current.scalars(
            sa.select(LessonProgress.lesson_id).where(LessonProgress.finished_at.is_not(None))
        )
        assert list(done) == ["path"]
        assert "other" not in str([event.details for event in current.scalars(sa.select(AuditEvent))])
    assert trainee.post(f"{PACE}/finish", data={"way": "other"}).status_code == 404


def test_lessons_come_in_the_language_of_the_page(trainee: FlaskClient) -> None:
    spanish = trainee.get(f"{PACE}?lang=es").text
    assert "El paso de quién" in spanish
    assert "Camine despacio." in spanish
    english = trainee.get(f"{PATH}?lang=es&way=read").text
    assert re.search(r'lang="en"[^>]*>\s*<p>Someone fell', english)
    assert 'class="notice"' in english


# --- answering and finishing ----------------------------------------------------------------------------


def test_a_check_is_answered_at_once_with_the_why_of_each_option(trainee: FlaskClient) -> None:
    assert "You stay together." not in trainee.get(PACE).text
    answer = trainee.post(f"{PACE}/check", data={"check-choice": "0"})
    assert answer.headers["Location"].endswith(f"{PACE}#check")
    text = trainee.get(PACE).text
    assert "They fall behind." in text
    assert "You stay together." in text
    assert "Your answer" in text
    assert not re.search(r"rejected|failed|denied|violation|score:", text, re.IGNORECASE)
    trainee.post(f"{PACE}/check", data={"check-choice": "1"})
    trainee.post(f"{PACE}/scenario", data={"scenario-choice": "1"})
    assert "She is alone." in trainee.get(PACE).text


@pytest.mark.parametrize("typed", [{}, {"check-choice": "7"}, {"check-choice": "x"}, {"check-choice": "-1"}])
def test_a_choice_that_is_not_offered_redraws(trainee: FlaskClient, typed: dict[str, str]) -> None:
    answer = trainee.post(f"{PACE}/check", data=typed)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_a_lesson_is_finished_by_an_act(trainee: FlaskClient, tx: Transactions, personas: Personas) -> None:
    answer = trainee.post(f"{PACE}/finish")
    assert answer.status_code == 422
    assert "Answer the question first" in answer.text
    trainee.post(f"{PACE}/check", data={"check-choice": "0"})
    answer = trainee.post(f"{PACE}/finish")
    assert answer.headers["Location"].endswith(PATH)
    before = counted(tx)
    assert trainee.post(f"{PACE}/finish").status_code == 302
    assert counted(tx) == before
    assert "1 of 2 lessons done" in trainee.get(WALKING).text


def test_the_last_lesson_completes_a_module_without_a_check(
    trainee: FlaskClient, tx: Transactions, personas: Personas
) -> None:
    assert completions(tx, personas.trainee) == []
    finish_both(trainee)
    assert completions(tx, personas.trainee) == ["walking"]
    assert "You completed this module" in trainee.get(WALKING).text
    before = counted(tx)
    assert trainee.post(f"{WALKING}/complete").status_code == 302
    assert counted(tx) == before
    with tx.reading():
        hours = queries.contact_hours_of(personas.trainee)
    assert [(one.topics, one.minutes, one.mode, one.trainer_id) for one in hours] == [
        (("recovery_wellness",), 20, "self_paced", None),
        (("mentoring_education",), 10, "self_paced", None),
    ]
    assert len({one.evidence for one in hours}) == 2


def test_completing_early_conflicts(trainee: FlaskClient, tx: Transactions, personas: Personas) -> None:
    assert trainee.post(f"{WALKING}/complete").status_code == 409
    assert completions(tx, personas.trainee) == []


def test_a_completion_is_never_changed(trainee: FlaskClient, tx: Transactions) -> None:
    finish_both(trainee)
    for statement in (
        "UPDATE module_completion SET completed_on = '2020-01-01'",
        "DELETE FROM module_completion",
    ):
        with pytest.raises(sa.exc.DBAPIError), tx() as current:
            current.execute(sa.text(statement))


# --- the revision started ---------------------------------------------------------------------------------


def test_a_trainee_stays_on_what_was_started(
    trainee: FlaskClient, clients: Clients, personas: Personas, modules_dir: Path
) -> None:
    lesson = modules_dir / "walking" / "01-pace.en.md"
    lesson.write_text(lesson.read_text().replace("Walk slowly.", "Run now."))
    yaml = modules_dir / "walking" / "module.yaml"
    yaml.write_text(yaml.read_text().replace("revision: 1", "revision: 2"))
    assert catalog.reload() == []
    assert "Walk slowly." in trainee.get(PACE).text
    other = clients(personas.other_trainee)
    other.post(f"{WALKING}/enrol", data={"organisation_id": personas.provider})
    assert "Run now." in other.get(PACE).text


def test_a_module_that_is_no_longer_taught_stays_with_who_started_it(
    trainee: FlaskClient, clients: Clients, personas: Personas, tmp_path: Path
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert catalog.configure(empty) == []
    assert "Walking beside" in trainee.get("/modules").text
    finish_both(trainee)
    assert "You completed this module" in trainee.get(WALKING).text
    assert clients(personas.other_trainee).get(WALKING).status_code == 404


# --- reflections --------------------------------------------------------------------------------------------

SECRET = "Nobody else reads this sentence."


def test_a_reflection_is_for_its_writer(trainee: FlaskClient, tx: Transactions) -> None:
    answer = trainee.post(f"{PACE}/reflection", data={"text": SECRET})
    assert answer.status_code == 302
    assert SECRET in trainee.get(PACE).text
    assert SECRET in trainee.get("/reflections").text
    with tx.reading() as current:
        events = current.scalars(sa.select(AuditEvent)).all()
        assert SECRET not in str([event.details for event in events])
    trainee.post(f"{PACE}/reflection", data={"text": " "})
    assert SECRET not in trainee.get("/reflections").text


EVERYONE_ELSE = [
    "other_trainee", "trainer", "coordinator", "supervisor", "assessor", "administrator",
    "reviewer", "registrar", "auditor", "foreign_trainee", "foreign_coordinator",
]  # fmt: skip


@pytest.mark.parametrize("who", EVERYONE_ELSE)
def test_nobody_else_can_read_or_delete_a_reflection(
    trainee: FlaskClient, clients: Clients, personas: Personas, tx: Transactions, who: str
) -> None:
    trainee.post(f"{PACE}/reflection", data={"text": SECRET})
    with tx.reading() as current:
        reflection_id = current.scalar(sa.select(Reflection.id))
    client = clients(getattr(personas, who))
    for path in ("/reflections", PACE, WALKING, "/modules", "/live-sessions"):
        assert SECRET not in client.get(path).text
    assert client.post(f"/reflections/{reflection_id}/delete").status_code == 404
    assert SECRET in trainee.get("/reflections").text


def test_only_the_writer_may_write_it(trainee: FlaskClient, tx: Transactions, personas: Personas) -> None:
    with pytest.raises(Forbidden), tx():
        services.keep_reflection(
            personas.administrator,
            person_id=personas.trainee,
            module_id="walking",
            lesson_id="pace",
            text="x",
        )


def test_its_writer_deletes_a_reflection(trainee: FlaskClient, tx: Transactions) -> None:
    trainee.post(f"{PACE}/reflection", data={"text": SECRET})
    with tx.reading() as current:
        reflection_id = current.scalar(sa.select(Reflection.id))
    assert trainee.post(f"/reflections/{reflection_id}/delete").status_code == 302
    assert trainee.post(f"/reflections/{reflection_id}/delete").status_code == 404
    with tx.reading() as current:
        assert current.scalar(sa.select(sa.func.count(Reflection.id))) == 0


def test_a_reflection_too_long_redraws_with_what_was_typed(trainee: FlaskClient) -> None:
    answer = trainee.post(f"{PACE}/reflection", data={"text": "long " * 2000})
    assert answer.status_code == 422
    assert "long long" in answer.text
    assert trainee.post(f"{PATH}/reflection", data={"text": "x"}).status_code == 404


# --- in bounds ------------------------------------------------------------------------------------------------


def test_cards_name_the_next_lesson_in_three_queries(
    trainee: FlaskClient, tx: Transactions, personas: Personas
) -> None:
    trainee.post(f"{PATH}/place", data={"go": "pause"})
    asked: list[str] = []
    with tx.reading():
        engine = db.db.engine

        def count(_c: object, _cursor: object, statement: str, *_more: object) -> None:
            if statement.lstrip().upper().startswith("SELECT"):
                asked.append(statement)

        sa.event.listen(engine, "before_cursor_execute", count)
        cards = queries.module_cards(personas.trainee)
        sa.event.remove(engine, "before_cursor_execute", count)
    assert len(asked) <= 3
    (card,) = cards
    assert (card.module_id, card.step.lesson_id, card.lesson_title) == ("walking", "path", "A hard path")
    assert (card.lesson_number, card.lesson_count, card.percent, card.minutes_left) == (2, 2, 0, 30)


def test_a_lesson_asks_few_queries(app: object, trainee: FlaskClient, tx: Transactions) -> None:
    asked: list[str] = []
    with tx.reading():
        engine = db.db.engine

    def count(_c: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            asked.append(statement)

    sa.event.listen(engine, "before_cursor_execute", count)
    assert trainee.get(PACE).status_code == 200
    sa.event.remove(engine, "before_cursor_execute", count)
    assert len(asked) <= 7, "\n".join(one[:200] + one[-300:] for one in asked)


def test_services_know_only_who_joined(tx: Transactions, personas: Personas) -> None:
    with pytest.raises(NotFound), tx():
        services.finish_lesson(1, person_id=personas.trainee, module_id="walking", lesson_id="pace")
    with pytest.raises(NotFound), tx():
        services.enrol(1, person_id=personas.trainee, organisation_id=personas.provider, module_id="none")
    with pytest.raises(Conflict), tx():
        services.enrol(1, person_id=personas.trainee, organisation_id=personas.provider, module_id="resting")
