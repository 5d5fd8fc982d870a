"""What is taught and asked is written as we promise: plain, honest about time, fair in its keys."""

from __future__ import annotations

import math
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from lms.readability import grade, inflesz, sentences
from lms.readability import words as words_of

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(ROOT.glob("modules/*/module.yaml"))
LESSONS = sorted(path for path in ROOT.glob("modules/*/*.??.md") if re.match(r"\d\d-", path.name))
FORMS = sorted(ROOT.glob("assessments/*/forms/*.yaml"))


def parts(lesson: Path) -> tuple[dict[str, Any], str]:
    """A lesson's front matter and its text without Markdown signs."""
    _, head, body = lesson.read_text(encoding="utf-8").split("---\n", 2)
    return yaml.safe_load(head), re.sub(r"[*_#>]|:::.*", "", body)


def shown(value: object) -> list[str]:
    """What each reader meets in the front matter; the equal alternative stands in for the text."""
    if isinstance(value, dict):
        hidden = {"id", "objective", "act", "alternative"}
        return [text for key, part in value.items() if key not in hidden for text in shown(part)]
    if isinstance(value, list):
        return [text for part in value for text in shown(part)]
    return [value] if isinstance(value, str) else []


def items() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(ROOT.glob("assessments/*/items/*.yaml")):
        for item in yaml.safe_load(path.read_text(encoding="utf-8")):
            assert item["id"] not in found, f"{path}: {item['id']} is there twice"
            found[item["id"]] = item
    return found


def is_key_longest(item: dict[str, Any], language: str) -> bool:
    lengths = {option["id"]: len(option["text"][language]) for option in item["options"]}
    longest = [name for name, length in lengths.items() if length == max(lengths.values())]
    keys = {option["id"] for option in item["options"] if option.get("right")}
    return len(longest) == 1 and longest[0] in keys


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_lesson_is_plain_and_honest_about_its_minutes(lesson: Path) -> None:
    front, body = parts(lesson)
    words = len(words_of(body)) + sum(len(words_of(text)) for text in shown(front))
    assert len(words_of(body)) / len(sentences(body)) <= 14
    assert inflesz(body) >= 60 if lesson.name.endswith(".es.md") else grade(body) <= 8
    needed = words / 180 + 3 * bool(front["scenario"]) + 3 * bool(front["reflection"]) + 2
    assert front["minutes"] == 5 * math.ceil(needed / 5)
    assert sum(option["right"] for option in front["check"]["options"]) == 1
    assert front["content_note"] is None or front["content_note"]["alternative"]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.parent.name)
def test_a_module_adds_up_and_each_objective_is_taught_and_asked(path: Path) -> None:
    module = yaml.safe_load(path.read_text(encoding="utf-8"))
    lessons = [parts(path.parent / f"{name}.en.md")[0] for name in module["lessons"]]
    live = module["live"]["minutes"] if module.get("live") else 0
    assert sum(module["topics"].values()) == live + sum(lesson["minutes"] for lesson in lessons)
    asked = Counter(item["objective"] for item in items().values())
    for objective in module["objectives"]:
        assert objective["id"] in {lesson["objective"] for lesson in lessons}
        assert asked[objective["id"]] >= 3
    if any(path.parent.glob("*.es.md")):
        for name, lesson in zip(module["lessons"], lessons, strict=True):
            twin = parts(path.parent / f"{name}.es.md")[0]
            assert {key: twin[key] for key in ("id", "minutes", "objective")} == {
                key: lesson[key] for key in ("id", "minutes", "objective")
            }
            assert [option["right"] for option in twin["check"]["options"]] == [
                option["right"] for option in lesson["check"]["options"]
            ]


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_key_cannot_be_guessed_by_its_length(language: str) -> None:
    asked = [
        item
        for item in items().values()
        if language in item["prompt"] and item["kind"] in ("single", "multiple", "judgement")
    ]
    assert sum(is_key_longest(item, language) for item in asked) <= 0.35 * len(asked)


def test_the_key_cannot_be_guessed_by_its_place() -> None:
    singles = [item for item in items().values() if item["kind"] == "single"]
    places = Counter(option["id"] for item in singles for option in item["options"] if option["right"])
    assert max(places.values()) <= 0.4 * len(singles)


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_a_form_asks_items_that_exist_once_each(path: Path) -> None:
    form = yaml.safe_load(path.read_text(encoding="utf-8")).get("form", {"items": []})
    assert len(form["items"]) == len(set(form["items"]))
    assert set(form["items"]) <= set(items())
