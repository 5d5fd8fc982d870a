"""How the tables of practice say what a column may hold."""

from collections.abc import Iterable
from enum import StrEnum

LONGEST_NOTE = 280


def one_of(column: str, values: Iterable[StrEnum]) -> str:
    """The condition that a column holds one of these words."""
    return f"{column} IN ({', '.join(repr(value.value) for value in values)})"
