"""The pages: from the list to the result, by persona, with and without the script."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from lms import clock
from lms.assessment import services
from lms.assessment.models import Accommodation, Attempt
from lms.permissions import Role
from tests import builders

CANARY = "KEYCANARY"
JSON = {"Accept": "application/json"}


@pytest.fixture
def trainee(clients: Any, personas: Any) -> FlaskClient:
    return clients(personas.trainee)


@pytest.fixture
def begin(trainee: FlaskClient) -> Callable[..., str]:
    """Start through the page; the address of the attempt."""

    def start(examination_id: str = "sample-exam") -> str:
        answer = trainee.post(f"/exams/{examination_id}")
        assert answer.status_code == 302, answer.text
        return answer.location

    return start


def title(page: str) -> str:
    return re.sub(r"<[^>]+>", "", re.search(r"<h1>(.*?)</h1>", page, re.S)[1]).strip()


def test_the_whole_way_without_a_script(trainee: FlaskClient, begin: Any) -> None:
    listed = trainee.get("/exams").text
    assert "Sample examination" in listed
    assert "Not started" in listed
    rules = trainee.get("/exams/sample-exam").text
    for words in ("40 minutes", "75 percent", "Try 1 of 3", "15 seconds more", "Not today"):
        assert words in rules
    attempt = begin()
    first = trainee.get(attempt)
    assert title(first.text) == "Question 1 of 4"
    assert "40 minutes left" in first.text or "39 minutes left" in first.text
    saved = trainee.post(f"{attempt}?item=1", data={"chosen": "a", "go": "next"})
    assert saved.location == f"{attempt}?item=2"
    second = trainee.get(saved.location).text
    assert second.count('type="checkbox"') == 3
    trainee.post(f"{attempt}?item=2", data={"chosen": ["a", "b"], "go": "previous"})
    back = trainee.get(f"{attempt}?item=1").text
    assert re.search(r'value="a" checked', back)
    assert re.search(r"Saved \d\d:\d\d", back)
    trainee.post(f"{attempt}?item=3", data={"go": "flag"})
    assert trainee.post(f"{attempt}?item=4", data={"chosen": "b", "go": "next"}).location == f"{attempt}/review"
    assert title(trainee.get(attempt).text) == "Question 3 of 4", "it goes on where no answer is"
    review = trainee.get(f"{attempt}/review").text
    assert review.count("Answered") == 3
    assert "Seen, no answer yet" in review
    assert "Flagged" in review
    assert "1 question has no answer" in trainee.get(f"{attempt}/hand-in").text
    handed_in = trainee.post(f"{attempt}/hand-in")
    result = trainee.get(handed_in.location).text
    assert title(result) == "You passed"
    assert "3 of 4 right, 75 percent" in result
    assert result.index("What went well") < result.index("What to study")
    assert 'href="/modules/non-directive/lessons/open-questions"' in result
    assert trainee.get(attempt).location == handed_in.location
    assert trainee.post(f"{attempt}/hand-in").location == handed_in.location
    assert "Passed" in trainee.get("/exams").text
    assert "You have passed" in trainee.get("/exams/sample-exam").text
    assert trainee.post("/exams/sample-exam").status_code == 409


def test_not_yet_says_when_the_next_try_is(trainee: FlaskClient, begin: Any) -> None:
    result = trainee.get(trainee.post(f"{begin()}/hand-in").location).text
    assert title(result) == "Not yet"
    assert "The next try is open now. 2 tries are left." in result
    result = trainee.get(trainee.post(f"{begin('sample-check')}/hand-in").location).text
    assert "All tries are used for now. The next try opens on" in result
    rules = trainee.get("/exams/sample-check").text
    assert "0 tries left" in rules
    assert ">Start<" not in rules
    for page in (result, rules):
        assert not re.search(r"\b(rejected|failed|denied|violation)\b", page, re.I)


def test_the_script_saves_one_answer(trainee: FlaskClient, begin: Any) -> None:
    attempt = begin()
    answer = trainee.post(f"{attempt}?item=1", data={"chosen": "b", "go": "save"}, headers=JSON)
    assert answer.status_code == 200
    assert re.fullmatch(r"\d\d:\d\d", answer.json.pop("saved"))
    assert set(answer.json) == {"saved"}
    page = trainee.get(f"{attempt}?item=1").text
    assert re.search(r'value="b" checked', page)
    assert 'role="status"' in page
    assert "autosave.js" in page


def test_an_answer_after_the_hand_in_conflicts(trainee: FlaskClient, begin: Any) -> None:
    attempt = begin()
    trainee.post(f"{attempt}/hand-in")
    assert trainee.post(f"{attempt}?item=1", data={"chosen": "a", "go": "next"}).status_code == 409
    told = trainee.post(f"{attempt}?item=1", data={"chosen": "a"}, headers=JSON)
    assert told.status_code == 409
    assert told.json["detail"] == "This attempt is handed in. It takes no more answers."


def test_the_key_is_on_no_page_before_the_hand_in(trainee: FlaskClient, begin: Any) -> None:
    attempt = begin()
    pages = ["/exams", "/exams/sample-exam", f"{attempt}/review", f"{attempt}/hand-in"]
    pages += [f"{attempt}?item={number}" for number in range(1, 5)]
    before = [trainee.get(page).text for page in pages]
    # A right answer and one that is not look the same, both on the page and to the script.
    for chosen in "ab":
        before.append(trainee.post(f"{attempt}?item=1", data={"chosen": chosen}, headers=JSON).text)
        before.append(trainee.get(f"{attempt}?item=1").text)
    assert not any(
        CANARY in page or "right" in re.sub("all that are right|not right", "", page) for page in before[2:]
    )
    assert CANARY not in trainee.get(trainee.post(f"{attempt}/hand-in").location).text


@pytest.mark.parametrize(
    ("item", "chosen", "sentence"),
    [(1, ["z"], "Choose from the answers on this page."), (1, ["a", "c"], "This question takes only one.")],
)
def test_bad_input_redraws_with_what_was_chosen(
    trainee: FlaskClient, begin: Any, item: int, chosen: list[str], sentence: str
) -> None:
    attempt = begin()
    answer = trainee.post(f"{attempt}?item={item}", data={"chosen": chosen, "go": "next"})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert title(answer.text) == "Question 1 of 4"
    for one in chosen:
        assert (f'value="{one}" checked' in answer.text) == (one in "abc")
    assert "checked" not in trainee.get(f"{attempt}?item=1").text, "nothing was saved"


@pytest.mark.parametrize("item", ["0", "5", "x", "-1", "99999999999999999999"])
def test_an_item_that_is_not_there(trainee: FlaskClient, begin: Any, item: str) -> None:
    assert trainee.get(f"{begin()}?item={item}").status_code == 404


def test_a_choice_can_be_cleared(trainee: FlaskClient, begin: Any) -> None:
    attempt = begin()
    trainee.post(f"{attempt}?item=1", data={"chosen": "a", "go": "save"})
    trainee.post(f"{attempt}?item=1", data={"chosen": "a", "go": "clear"})
    assert "checked" not in trainee.get(f"{attempt}?item=1").text


def test_time_up_is_shown_and_a_post_grades_it(trainee: FlaskClient, begin: Any, tx: Any) -> None:
    attempt = begin()
    trainee.post(f"{attempt}?item=1", data={"chosen": "a", "go": "next"})
    trainee.get(attempt)
    with clock.at(clock.now() + timedelta(minutes=41)):
        for page in (attempt, f"{attempt}/review", f"{attempt}/hand-in"):
            assert title(trainee.get(page).text) == "Time is up"
        assert trainee.post(f"{attempt}?item=2", data={"chosen": "a"}).status_code == 409
        assert "waits for its result" in trainee.get("/exams").text
        with tx.reading() as session:
            assert session.scalar(sa.select(Attempt.handed_in_at)) is None, "looking changes nothing"
        result = trainee.get(trainee.post(f"{attempt}/hand-in").location).text
    assert "1 of 4 right" in result
    assert "The time was up." in result


def test_a_pause_by_the_page(trainee: FlaskClient, begin: Any) -> None:
    attempt = begin("sample-check")
    trainee.post(f"{attempt}/pause")
    assert title(trainee.get(attempt).text) == "Paused"
    assert "Paused" in trainee.get("/exams").text
    trainee.post(f"{attempt}/resume")
    assert title(trainee.get(attempt).text) == "Question 1 of 2"
    assert trainee.post(f"{begin()}/pause").status_code == 409


def test_who_may_see_an_attempt(clients: Any, personas: Any, begin: Any) -> None:
    attempt = begin()
    for path in ("", "/review", "/hand-in"):
        assert clients(personas.other_trainee).get(f"{attempt}{path}").status_code == 404
        assert clients(personas.foreign_coordinator).get(f"{attempt}{path}").status_code == 404
        assert clients(personas.assessor).get(f"{attempt}{path}").status_code == 403
        assert clients(personas.supervisor).get(f"{attempt}{path}").status_code == 403
    for path in ("", "/pause", "/resume", "/hand-in"):
        assert clients(personas.other_trainee).post(f"{attempt}{path}").status_code == 404
        assert clients(personas.coordinator).post(f"{attempt}{path}").status_code == 403


def test_who_may_see_a_result(clients: Any, personas: Any, trainee: FlaskClient, begin: Any) -> None:
    attempt = begin()
    result = attempt.replace("attempts", "results")
    assert trainee.get(result).status_code == 404, "there is none yet"
    trainee.post(f"{attempt}/hand-in")
    assert trainee.get(result).status_code == 200
    for person_id in (personas.assessor, personas.coordinator):
        assert "Result of Tara" in clients(person_id).get(result).text
        assert "Tara" in clients(person_id).get("/results").text
    for person_id in (personas.supervisor, personas.trainer):
        assert clients(person_id).get(result).status_code == 403
        assert clients(person_id).get("/results").status_code == 403
    for person_id in (personas.other_trainee, personas.foreign_trainee, personas.foreign_coordinator):
        assert clients(person_id).get(result).status_code == 404
    assert "Tara" not in clients(personas.foreign_coordinator).get("/results").text
    assert clients(personas.trainee).get("/results").status_code == 403


def test_exams_are_for_trainees(clients: Any, personas: Any) -> None:
    for path in ("/exams", "/exams/sample-exam"):
        assert clients(personas.supervisor).get(path).status_code == 403
        assert clients(None).get(path).status_code == 302
    assert clients(personas.supervisor).post("/exams/sample-exam").status_code == 403
    assert clients(personas.trainee).get("/exams/no-such-exam").status_code == 404
    assert clients(personas.trainee).post("/exams/no-such-exam").status_code == 404


def test_who_trains_with_two_programmes_chooses(tx: Any, clients: Any, personas: Any) -> None:
    with tx():
        builders.grant(personas.trainee, personas.foreign_provider, Role.TRAINEE)
    client = clients(personas.trainee)
    assert "Which programme is this for?" in client.get("/exams/sample-exam").text
    assert client.post("/exams/sample-exam", data={}).status_code == 422
    assert client.post("/exams/sample-exam", data={"organisation_id": personas.body}).status_code == 422
    chosen = client.post("/exams/sample-exam", data={"organisation_id": personas.foreign_provider})
    assert chosen.status_code == 302
    with tx.reading() as session:
        assert session.scalar(sa.select(Attempt.organisation_id)) == personas.foreign_provider
    going_on = client.get("/exams/sample-exam").text
    assert "Keep going" in going_on
    assert (
        client.post("/exams/sample-exam", data={"organisation_id": personas.provider}).location
        == chosen.location
    )


def test_extra_time_by_the_page(tx: Any, clients: Any, personas: Any, trainee: FlaskClient, begin: Any) -> None:
    address = f"/extra-time/{personas.provider}"
    client = clients(personas.coordinator)
    assert address in client.get("/results").text
    assert "Otis" in client.get(address).text
    typed = client.post(address, data={"person_id": personas.trainee, "time_percent": "50"})
    assert typed.status_code == 422
    assert 'value="50"' in typed.text
    assert "Type a number from 100 to 400." in typed.text
    assert client.post(address, data={"person_id": personas.trainee, "time_percent": "150"}).status_code == 302
    with tx.reading() as session:
        assert session.scalar(sa.select(Accommodation.time_percent)) == 150
    assert "You have 60 minutes" in trainee.get("/exams/sample-exam").text
    for person_id, status in (
        (personas.assessor, 403),
        (personas.trainee, 404),
        (personas.foreign_coordinator, 404),
    ):
        assert clients(person_id).get(address).status_code == status
    foreign = {"person_id": personas.foreign_trainee, "time_percent": "150"}
    assert client.post(address, data=foreign).status_code == 404
    assert client.post(address, data={"time_percent": "150"}).status_code == 404


def test_spanish_where_there_is_spanish(tx: Any, clients: Any, personas: Any, begin: Any) -> None:
    with tx() as session:
        session.execute(sa.text("UPDATE person SET language = 'es' WHERE id = :id"), {"id": personas.trainee})
    client = clients(personas.trainee)
    attempt = begin()
    assert "Primera pregunta" in client.get(f"{attempt}?item=1").text
    assert '<span lang="en">Second prompt</span>' in client.get(f"{attempt}?item=2").text


def test_pages_take_few_queries(tx: Any, trainee: FlaskClient, begin: Any, app: Any, personas: Any) -> None:
    from lms import db

    attempt = begin()
    with tx():
        services.hand_in(personas.trainee, attempt_id=int(attempt.rsplit("/", 1)[1]))
    running = begin()
    counts = {}
    for page in ("/exams", running, f"{running}/review", attempt.replace("attempts", "results")):
        statements: list[str] = []

        def note(*given: Any, seen: list[str] = statements) -> None:
            seen.append(given[2])

        with app.app_context():
            engine = db.db.engine
        sa.event.listen(engine, "before_cursor_execute", note)
        assert trainee.get(page).status_code == 200
        sa.event.remove(engine, "before_cursor_execute", note)
        counts[page] = sum(one.lstrip().upper().startswith("SELECT") for one in statements)
    # Two or three of these find who is signed in.
    assert max(counts.values()) <= 8, counts
    assert counts["/exams"] <= 4, counts
