"""Every real module parses, can be drawn, and teaches what it says it does."""

from pathlib import Path

from lms.curriculum import catalog
from lms.curriculum.rendering import to_sections

MODULES = Path(__file__).resolve().parents[2] / "modules"


def test_every_module_parses_without_a_fault() -> None:
    found, faults = catalog.load(MODULES)
    assert [str(fault) for fault in faults] == []
    assert {"mutual", "non-directive"} <= set(found.modules)


def test_every_lesson_can_be_drawn_and_ends_by_an_act() -> None:
    found, _faults = catalog.load(MODULES)
    for module in found:
        for lesson in module.lessons:
            for text in lesson.texts.values():
                assert to_sections(text.body)
                assert text.act


def test_every_objective_has_a_lesson() -> None:
    found, _faults = catalog.load(MODULES)
    for module in found:
        taught = {lesson.objective for lesson in module.lessons}
        assert {objective.id for objective in module.objectives} == taught
