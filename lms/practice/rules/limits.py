"""The checks of an entry as data: which stop it, at which numbers, and in which words. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from lms.practice.rules import data_file
from lms.practice.rules.data_file import Value

# Each check that exists, with the number it needs.
NUMBER_OF: Mapping[str, str | None] = {
    "half_a_time": None,
    "no_such_time": None,
    "end_before_start": None,
    "empty_span": None,
    "no_length": None,
    "too_long": None,
    "future": None,
    "outside_placement": None,
    "outside_agreement": None,
    "before_gate": None,
    "day_over_24": None,
    "day_over_cap": "hours",
    "long_day": "hours",
    "week_over_cap": "hours",
    "long_week": "hours",
    "overlap": None,
    "unclear_overlap": None,
    "amendment": None,
    "late": "days",
    "copied_note": "entries",
    "same_times": "days",
    "every_day": "days",
}
SEVERITIES = ("refuse", "flag")
FILE = Path(__file__).parents[1] / "checks.yaml"


@dataclass(frozen=True)
class Check:
    """One check: `number` is hours, days or entries, and 0 when it has none. Words are by language."""

    code: str
    is_refusal: bool
    is_fixed: bool
    number: int
    sentence: Mapping[str, str] = field(hash=False)
    reason: Mapping[str, str] = field(hash=False)


@dataclass(frozen=True)
class Checks:
    """All checks by code, as one organisation has them."""

    by_code: Mapping[str, Check]

    def __getitem__(self, code: str) -> Check:
        return self.by_code[code]

    def minutes(self, code: str) -> int:
        """The limit of a check that counts hours, in minutes."""
        return self.by_code[code].number * 60


@dataclass(frozen=True)
class Book:
    """The house's checks, and those of the organisations that have their own."""

    house: Checks
    organisations: Mapping[str, Checks]

    def of(self, slug: str | None) -> Checks:
        """The checks of the organisation with this short name."""
        return self.organisations.get(slug or "", self.house)


def load(path: Path = FILE) -> Book:
    """The checks of a file. Raises BadData with each fault as `file:line: sentence`."""
    top = data_file.read(path)
    fields = top.fields(("source", "checks", "organisations"))
    said = fields["checks"].fields(NUMBER_OF) if "checks" in fields else {}
    house = {code: _check(code, said[code]) for code in NUMBER_OF if code in said}
    own = {}
    for slug, value in (
        fields["organisations"].fields(allowed=None).items() if "organisations" in fields else ()
    ):
        changes = value.fields(allowed=NUMBER_OF)
        own[slug] = Checks(
            house | {code: _changed(house[code], changes[code]) for code in changes if code in house}
        )
    data_file.check(top)
    return Book(Checks(house), own)


@cache
def book() -> Book:
    """The checks of this installation, read once."""
    return load()


def house_checks() -> Checks:
    """The checks that hold where an organisation has none of its own."""
    return book().house


def has_own_checks() -> bool:
    """Whether any organisation has checks of its own."""
    return bool(book().organisations)


def checks_of(slug: str | None) -> Checks:
    """The checks of the organisation with this short name; the house's when it has none of its own."""
    return book().of(slug)


def _check(code: str, value: Value) -> Check:
    number = NUMBER_OF[code]
    fields = value.fields(("severity", "sentence", "reason", *filter(None, [number])), ("fixed",))
    check = Check(
        code,
        is_refusal="severity" in fields and fields["severity"].one_of(SEVERITIES) == "refuse",
        is_fixed="fixed" in fields and fields["fixed"].truth(),
        number=fields[number].number() if number and number in fields else 0,
        sentence=fields["sentence"].words() if "sentence" in fields else {},
        reason=fields["reason"].words() if "reason" in fields else {},
    )
    if check.is_fixed and not check.is_refusal:
        value.fault(f"'{code}' is fixed, so its severity must be: refuse.")
    return check


def _changed(check: Check, value: Value) -> Check:
    number = NUMBER_OF[check.code]
    fields = value.fields(allowed=("severity", *filter(None, [number])))
    if check.is_fixed:
        value.fault(f"'{check.code}' is fixed: it stops what cannot be true.")
    if "severity" in fields:
        check = replace(check, is_refusal=fields["severity"].one_of(SEVERITIES) == "refuse")
    if number and number in fields:
        check = replace(check, number=fields[number].number())
    return check
