"""The `renewal` block of a scheme file: cycle, window, bands after the end, first cycle. Pure."""

from collections.abc import Callable

from lms.certification.cycles import Band, Begins, CycleType, FirstCycle, Length, RenewalRules
from lms.certification.kinds import Requirement
from lms.certification.reading.parts import slug
from lms.certification.yaml_fields import Field

Read = Callable[[Field], Requirement]
AFTER = ("reapply", "retrain")


def renewal_in(given: Field | None, requirement: Read) -> RenewalRules | None:
    """The rules of renewal; `requirement` reads one requirement, for those that a band adds."""
    if given is None:
        return None
    fields = given.only(
        ("cycle", "opens_days_before"),
        ("bands", "after", "provisional", "late_hours_count", "first_cycle"),
    )
    if "cycle" not in fields or "opens_days_before" not in fields:
        return None
    length = _length(fields["cycle"])
    opens = fields["opens_days_before"].whole()
    if opens > length.months * 31:
        fields["opens_days_before"].fault("Renewal opens before the cycle does.")
    most = None
    if "provisional" in fields:
        tier = fields["provisional"].only((), ("most_renewals",))
        most = tier["most_renewals"].whole(0) if "most_renewals" in tier else None
    return RenewalRules(
        length=length,
        opens_days_before=opens,
        bands=_bands(fields.get("bands"), requirement),
        after=fields["after"].one_of(AFTER) if "after" in fields else AFTER[0],
        is_provisional="provisional" in fields,
        most_renewals=most,
        do_late_hours_count="late_hours_count" in fields and fields["late_hours_count"].yes(),
        first_cycle=_first(fields.get("first_cycle")),
    )


def _length(given: Field) -> Length:
    fields = given.only(("type", "months"), ("on",))
    if "type" not in fields or "months" not in fields:
        return Length(CycleType.FROM_ISSUE, 12)
    kind, months = CycleType(fields["type"].one_of(tuple(CycleType))), fields["months"].whole()
    if kind is not CycleType.FROM_ISSUE and months % 12:
        fields["months"].fault("A cycle that ends on a day of the year takes whole years: 12, 24, 36.")
        months = 12
    if (kind is CycleType.FIXED_DATE) != ("on" in fields):
        given.fault("A fixed_date, and nothing else, names its day with 'on', as \"12-31\".")
    return Length(kind, months, _month_day(fields["on"]) if "on" in fields else (12, 31))


def _month_day(given: Field) -> tuple[int, int]:
    month, _dash, day = given.text().partition("-")
    longest = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}
    numbers = (int(month), int(day)) if month.isdecimal() and day.isdecimal() else (0, 0)
    if 1 <= numbers[0] <= 12 and 1 <= numbers[1] <= longest.get(numbers[0], 31):
        return numbers
    given.fault('A day of the year like "12-31" is expected here.')
    return 12, 31


def _bands(given: Field | None, requirement: Read) -> tuple[Band, ...]:
    found: list[Band] = []
    for item in given.items() if given is not None else ():
        fields = item.only(("id", "title", "until_days"), ("grace", "begins", "fee_usd", "requirements"))
        if not {"id", "title", "until_days"} <= set(fields):
            continue
        band = Band(
            id=slug(fields["id"]),
            title=fields["title"].words(),
            until_days=fields["until_days"].whole(),
            is_grace="grace" in fields and fields["grace"].yes(),
            begins=Begins(fields["begins"].one_of(tuple(Begins))) if "begins" in fields else Begins.DAY_AFTER,
            fee_usd=fields["fee_usd"].whole() if "fee_usd" in fields else 0,
            requirements=tuple(requirement(one) for one in fields["requirements"].items())
            if "requirements" in fields
            else (),
        )
        if found and band.until_days <= found[-1].until_days:
            fields["until_days"].fault("Each band ends later than the one before it.")
        if found and band.is_grace and not found[-1].is_grace:
            fields["grace"].fault("Days of grace come before the other days.")
        if band.id in {one.id for one in found}:
            fields["id"].fault(f"The band '{band.id}' is there twice.")
        found.append(band)
    return tuple(found)


def _first(given: Field | None) -> FirstCycle | None:
    if given is None:
        return None
    fields = given.only((), ("waives", "hours", "shorter_than_months"))
    hours = fields["hours"].mapping() if "hours" in fields else {}
    return FirstCycle(
        waives=fields["waives"].texts() if "waives" in fields else (),
        minutes=tuple((name, value.minutes()) for name, value in hours.items()),
        shorter_than_months=fields["shorter_than_months"].whole() if "shorter_than_months" in fields else None,
    )
