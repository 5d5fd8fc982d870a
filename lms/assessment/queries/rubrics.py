"""The rubrics that are there, for the slices that score by them."""

from lms.assessment.bank import bank
from lms.assessment.rubrics import Rubric
from lms.errors import NotFound


def rubrics() -> tuple[Rubric, ...]:
    """All rubrics, by id."""
    return tuple(sorted(bank().rubrics.values(), key=lambda one: one.id))


def rubric(rubric_id: str) -> Rubric:
    """One rubric as it is now. Raises NotFound."""
    found = bank().rubrics.get(rubric_id)
    if found is None:
        raise NotFound
    return found
