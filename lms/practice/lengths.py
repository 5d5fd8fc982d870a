"""How people write a length of time. Pure."""

import re

_CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)")
_DECIMAL = re.compile(r"\d{1,2}(?:[.,]\d{1,2})?")


def minutes_typed(text: str) -> int | None:
    """Minutes from "3.5", "3,5" or "3:30"; None for anything else."""
    text = text.strip()
    if clock := _CLOCK.fullmatch(text):
        return int(clock[1]) * 60 + int(clock[2])
    if _DECIMAL.fullmatch(text):
        return round(float(text.replace(",", ".")) * 60)
    return None
