"""Steps in an order, time-limited credentials, tries and renewal windows: how they are read. Pure."""

import re
from datetime import date

from lms.certification.kinds import Requirement, Title
from lms.certification.kinds.stages import (
    AttemptsInWindow,
    ExaminationScore,
    OrderedStages,
    ProvisionalTier,
    RenewalWindow,
    Stage,
    StageDone,
)
from lms.certification.reading.parts import Areas, Readers, names_in, percent_in
from lms.certification.yaml_fields import Field

Fields = dict[str, Field]


def _orientation(name: str, title: Title, fields: Fields, _areas: Areas) -> Requirement:
    return StageDone(name, title, fields["stage"].text() if "stage" in fields else "orientation")


def _order(name: str, title: Title, fields: Fields, _areas: Areas) -> Requirement:
    stages = fields["stages"].texts()
    if len(set(stages)) < len(stages):
        fields["stages"].fault("A step is there twice, so it would wait for itself.")
    if len(stages) < 2:
        fields["stages"].fault("An order needs two steps.")
    return OrderedStages(name, title, tuple(Stage(stage) for stage in dict.fromkeys(stages)))


def _tier(name: str, title: Title, fields: Fields, _areas: Areas) -> Requirement:
    return ProvisionalTier(
        name,
        title,
        fields["tier"].text(),
        months=fields["months"].whole(),
        renewals=fields["renewals"].whole(0) if "renewals" in fields else 0,
        renewal_months=fields["renewal_months"].whole() if "renewal_months" in fields else 0,
        is_unexpired="unexpired" in fields and fields["unexpired"].yes(),
    )


def _attempts(name: str, title: Title, fields: Fields, _areas: Areas) -> Requirement:
    """A wait that leaves no room in the window for the last try is a fault."""
    attempts = fields["attempts"].whole() if "attempts" in fields else None
    months = fields["months"].whole() if "months" in fields else None
    wait = fields["wait_days"].whole() if "wait_days" in fields else 0
    if attempts is None and not wait:
        fields["kind"].fault("Name 'attempts', 'wait_days' or both.")
    if months is not None and wait * ((attempts or 2) - 1) > months * 31:
        fields["wait_days"].fault(
            f"{attempts or 2} tries with {wait} days between them do not fit into {months} months."
        )
    return AttemptsInWindow(
        name,
        title,
        fields["examination"].text(),
        attempts=attempts,
        months=months,
        wait_days=wait,
        opens_at=Stage(fields["opens_at"].text()) if "opens_at" in fields else None,
        then=fields["then"].text() if "then" in fields else "",
    )


def _score(name: str, title: Title, fields: Fields, _areas: Areas) -> Requirement:
    if ("percent" in fields) == ("scaled" in fields):
        fields["kind"].fault("Name one of 'percent' and 'scaled'.")
    return ExaminationScore(
        name,
        title,
        (),
        names_in(fields["applies_to"]),
        percent=percent_in(fields["percent"]) if "percent" in fields else None,
        scaled=fields["scaled"].whole() if "scaled" in fields else None,
    )


def _renewal(name: str, title: Title, fields: Fields, _areas: Areas) -> Requirement:
    return RenewalWindow(
        name,
        title,
        until=_day_of_year(fields["until"]),
        is_next_year="of_next_year" in fields and fields["of_next_year"].yes(),
        opens_days=fields["opens_days"].whole() if "opens_days" in fields else None,
        fee_usd=fields["fee_usd"].whole() if "fee_usd" in fields else 0,
        credential=fields["renews"].text() if "renews" in fields else "",
    )


def _day_of_year(given: Field) -> tuple[int, int]:
    """A month and day as 12-31, one that every year has."""
    text = given.text()
    if re.fullmatch(r"\d\d-\d\d", text):
        try:
            day = date.fromisoformat(f"2023-{text}")
            return day.month, day.day
        except ValueError:
            pass
    given.fault("A month and day like 12-31 are expected here.")
    return 12, 31


READERS: Readers = {
    "orientation": ((), ("by", "mode", "stage"), _orientation),
    "ordered_stages": (("stages",), (), _order),
    "provisional_tier": (("tier", "months"), ("renewals", "renewal_months", "unexpired"), _tier),
    "attempts_in_window": (
        ("examination",),
        ("attempts", "months", "wait_days", "opens_at", "then"),
        _attempts,
    ),
    "examination_score": (("applies_to",), ("percent", "scaled"), _score),
    "renewal_window": (("until",), ("of_next_year", "opens_days", "fee_usd", "renews"), _renewal),
}
