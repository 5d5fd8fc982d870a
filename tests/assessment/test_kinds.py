"""Items of each kind on their pages: answered without a script, saved as given, explained after the hand-in."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from lms.assessment.models import Response

JSON = {"Accept": "application/json"}
CANARY = "KEYCANARY"


@pytest.fixture
def trainee(clients: Any, personas: Any) -> FlaskClient:
    return clients(personas.trainee)


@pytest.fixture
def attempt(trainee: FlaskClient) -> str:
    return trainee.post("/exams/sample-kinds").location


@pytest.fixture
def saved(tx: Any) -> Callable[[str], list[str]]:
    def of(item_id: str) -> list[str]:
        with tx.reading() as session:
            return session.scalar(sa.select(Response.chosen).where(Response.item_id == item_id))

    return of


def test_best_and_worst_are_two_groups(trainee: FlaskClient, attempt: str, saved: Any) -> None:
    page = trainee.get(f"{attempt}?item=1").text
    assert [page.count(f'type="radio" name="{end}"') for end in ("best", "worst")] == [3, 3]
    assert re.findall(r"<legend>(.*?)</legend>", page)[1:] == ["The best", "The worst"]
    answer = trainee.post(f"{attempt}?item=1", data={"best": "best:b", "go": "next"})
    assert answer.location == f"{attempt}?item=2"
    assert saved("sample-q05") == ["best:b"]
    assert "Begun, not complete" in trainee.get(f"{attempt}/review").text
    assert "1 question is begun and not complete." in trainee.get(f"{attempt}/hand-in").text
    trainee.post(f"{attempt}?item=1", data={"best": "best:b", "worst": "worst:c", "go": "next"})
    assert saved("sample-q05") == ["best:b", "worst:c"]
    page = trainee.get(f"{attempt}?item=1").text
    assert re.findall(r'value="([\w:]+)" checked', page) == ["best:b", "worst:c"]


def test_steps_get_places(trainee: FlaskClient, attempt: str, saved: Any) -> None:
    page = trainee.get(f"{attempt}?item=2").text
    assert page.count("<select") == 3
    assert 'label for="place-a">A. ' in page
    trainee.post(f"{attempt}?item=2", data={"chosen": ["a:2", "", "c:3"], "go": "save"})
    assert saved("sample-q06") == ["a:2", "c:3"]
    page = trainee.get(f"{attempt}?item=2").text
    assert re.findall(r'value="([\w:]+)" selected', page) == ["a:2", "c:3"]


def test_two_steps_at_one_place_are_saved_and_named(trainee: FlaskClient, attempt: str, saved: Any) -> None:
    typed = {"chosen": ["a:2", "b:2", "c:3"], "go": "next"}
    answer = trainee.post(f"{attempt}?item=2", data=typed)
    assert answer.location == f"{attempt}?item=2", "it stays, once, to say what is at odds"
    assert saved("sample-q06") == ["a:2", "b:2", "c:3"]
    page = trainee.get(answer.location).text
    assert "Two steps have the same place. This is saved." in page
    assert len(re.findall(r'value="([\w:]+)" selected', page)) == 3
    assert trainee.post(f"{attempt}?item=2", data=typed).location == f"{attempt}?item=3"
    told = trainee.post(f"{attempt}?item=2", data=typed, headers=JSON).json
    assert told["note"].startswith("Two steps have the same place.")
    mended = trainee.post(f"{attempt}?item=2", data={"chosen": ["a:2", "b:1", "c:3"]}, headers=JSON).json
    assert set(mended) == {"saved"}
    both = trainee.post(f"{attempt}?item=1", data={"best": "best:a", "worst": "worst:a"}, headers=JSON).json
    assert both["note"].startswith("The same answer is best and worst.")


def test_lines_are_matched(trainee: FlaskClient, attempt: str, saved: Any) -> None:
    page = trainee.get(f"{attempt}?item=3").text
    assert page.count("<select") == 2
    assert "2. Yankee seven</option>" in page
    trainee.post(f"{attempt}?item=3", data={"chosen": ["a:y", "b:x"], "go": "next"})
    assert saved("sample-q07") == ["a:y", "b:x"]
    trainee.post(f"{attempt}?item=3", data={"chosen": ["a:y", "b:x"], "go": "clear"})
    assert saved("sample-q07") == []


@pytest.mark.parametrize(
    ("item", "data", "sentence"),
    [
        (1, {"best": "best:z"}, "Choose from the answers on this page."),
        (1, {"chosen": ["b"]}, "Choose from the answers on this page."),
        (1, {"chosen": ["best:a"], "best": "best:b"}, "This question takes only one."),
        (2, {"chosen": ["a:1", "a:2"]}, "This question takes only one."),
        (2, {"chosen": ["a:4"]}, "Choose from the answers on this page."),
        (3, {"chosen": ["a:x", "a:y"]}, "This question takes only one."),
        (3, {"chosen": ["x:a"]}, "Choose from the answers on this page."),
    ],
)
def test_an_answer_that_cannot_be_is_refused(
    trainee: FlaskClient, attempt: str, item: int, data: dict[str, Any], sentence: str, saved: Any
) -> None:
    answer = trainee.post(f"{attempt}?item={item}", data=data | {"go": "next"})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert saved(f"sample-q0{4 + item}") is None


def test_the_answers_are_explained_after_the_hand_in(
    trainee: FlaskClient, attempt: str, clients: Any, personas: Any
) -> None:
    answers = attempt.replace("attempts", "results") + "/answers"
    assert trainee.get(answers).status_code == 404
    trainee.post(f"{attempt}?item=1", data={"best": "best:b", "worst": "worst:a", "go": "next"})
    trainee.post(f"{attempt}?item=2", data={"chosen": ["a:2", "b:1", "c:3"], "go": "next"})
    trainee.post(f"{attempt}?item=3", data={"chosen": ["a:z"], "go": "next"})
    for number in (1, 2, 3):
        assert CANARY not in trainee.get(f"{attempt}?item={number}").text
    result = trainee.get(trainee.post(f"{attempt}/hand-in").location).text
    assert "1 of 3 right" in result
    assert answers in result
    page = trainee.get(answers).text
    assert page.count(CANARY) == 8
    assert "You chose this as the worst" in page
    assert page.index("Bravo six") < page.index("Alpha six") < page.index("Carol six"), "in the right order"
    assert "Zulu seven" in page
    assert "You chose nothing here." in page
    assert clients(personas.assessor).get(answers).status_code == 200
    assert clients(personas.other_trainee).get(answers).status_code == 404
    assert clients(personas.supervisor).get(answers).status_code == 403


def test_the_keys_of_an_examination_stay_closed(trainee: FlaskClient) -> None:
    attempt = trainee.post("/exams/sample-exam").location
    result = trainee.post(f"{attempt}/hand-in").location
    assert trainee.get(f"{result}/answers").status_code == 404
    assert "/answers" not in trainee.get(result).text
