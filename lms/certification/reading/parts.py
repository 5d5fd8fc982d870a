"""Parts that several kinds share: hours by name with a minimum and a maximum, windows, ids. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from lms.certification.counting import Window
from lms.certification.kinds import Requirement, Title
from lms.certification.yaml_fields import Field

TOPICS = ("advocacy", "mentoring_education", "recovery_wellness", "ethical_responsibility", "harm_reduction")
MODES = ("self_paced", "live_remote", "in_person")
MEETING_MODES = ("in_person", "video", "phone", "live_remote")
FORMATS = ("individual", "group")

Amounts = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Areas:
    """What the parts of a scheme's training may be called, and their titles where the body has its own.

    `practice` is what the parts of its practice may be called.
    """

    names: tuple[str, ...]
    titles: tuple[tuple[str, Title], ...]
    practice: tuple[str, ...] = TOPICS


Reader = Callable[[str, Title, dict[str, Field], Areas], Requirement]
Readers = dict[str, tuple[tuple[str, ...], tuple[str, ...], Reader]]


def slug(given: Field) -> str:
    """Small letters, digits and dashes."""
    value = given.text()
    if value and not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", value):
        given.fault(f"'{value}' must be small letters, digits and dashes.")
    return value


def names_in(given: Field | None) -> tuple[str, ...]:
    """One name or a list of names; nothing where nothing is given."""
    if given is None:
        return ()
    return given.texts() if given.is_list else (given.text(),)


def modes_in(given: Field | None) -> tuple[str, ...]:
    """Ways of training."""
    return tuple(item.one_of(MODES) for item in given.items()) if given is not None else ()


def window_in(given: Field | None) -> Window:
    """The dates that count."""
    if given is None:
        return Window()
    fields = given.only((), ("months", "days", "after"))
    return Window(
        months=fields["months"].whole() if "months" in fields else None,
        days=fields["days"].whole() if "days" in fields else None,
        after=fields["after"].day() if "after" in fields else None,
    )


def amounts_in(given: Field | None, total: int, names: tuple[str, ...] | None) -> tuple[Amounts, Amounts]:
    """Minimum and maximum minutes by name: `ethics: 6` or `ethics: {at_least: 6, at_most: 10}`.

    Minimums that cannot fit into the total are a fault, as one board's were; so are a minimum above its
    maximum, and maximums of all there is that stay below the total.
    """
    if given is None:
        return (), ()
    fields = given.only((), names) if names is not None else given.mapping()
    least: dict[str, int] = {}
    most: dict[str, int] = {}
    for name, value in fields.items():
        if not value.is_mapping:
            least[name] = value.minutes()
            continue
        inner = value.only((), ("at_least", "at_most"))
        if "at_least" in inner:
            least[name] = inner["at_least"].minutes()
        if "at_most" in inner:
            most[name] = inner["at_most"].minutes()
        if least.get(name, 0) > most.get(name, least.get(name, 0)):
            value.fault(f"'{name}' asks for {least[name] / 60:g} hours and lets {most[name] / 60:g} count.")
    together = sum(least.values())
    if together > total:
        given.fault(f"The parts add up to {together / 60:g} hours, more than the {total / 60:g} in all.")
    if names is not None and set(most) == set(names) and sum(most.values()) < total:
        given.fault(
            f"At most {sum(most.values()) / 60:g} hours can count, less than the {total / 60:g} in all."
        )
    return tuple(least.items()), tuple(most.items())


def amount_or_percent(fields: dict[str, Field]) -> tuple[int, int]:
    """Minutes and percent, one of which is given."""
    if ("hours" in fields) == ("percent" in fields):
        fields["kind"].fault("Name one of 'hours' and 'percent'.")
        return 60, 0
    if "hours" in fields:
        return fields["hours"].minutes(), 0
    return 0, percent_in(fields["percent"])


def percent_in(given: Field) -> int:
    """A whole number from 1 to 100."""
    value = given.whole()
    if value > 100:
        given.fault("A percent of 100 or less is expected here.")
    return min(value, 100)
