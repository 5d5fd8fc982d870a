"""Hours, parts of hours, and things done once: how they are read. Pure."""

from lms.certification.kinds import (
    AreasCovered,
    AttestationMade,
    ContinuingEducation,
    ExaminationPassed,
    ModeShare,
    ModuleCompleted,
    PracticeHours,
    Requirement,
    ShareOfHours,
    SupervisionHours,
    Title,
    TrainingHours,
)
from lms.certification.reading.parts import (
    FORMATS,
    MEETING_MODES,
    Areas,
    Reader,
    Readers,
    amount_or_percent,
    amounts_in,
    modes_in,
    names_in,
    percent_in,
    window_in,
)
from lms.certification.yaml_fields import Field


def _training(name: str, title: Title, fields: dict[str, Field], areas: Areas) -> Requirement:
    minutes = fields["hours"].minutes()
    least, most = amounts_in(fields.get("topics"), minutes, areas.names)
    credits = fields["credits"].mapping() if "credits" in fields else {}
    return TrainingHours(
        id=name,
        title=title,
        minutes=minutes,
        topics=least,
        titles=areas.titles,
        shares=tuple(_share(item, minutes) for item in fields["modes"].items()) if "modes" in fields else (),
        only_modes=modes_in(fields.get("only_modes")),
        window=window_in(fields.get("window")),
        most=most,
        credits=tuple((unit, hours.minutes()) for unit, hours in credits.items()),
    )


def _practice(name: str, title: Title, fields: dict[str, Field], areas: Areas) -> Requirement:
    minutes = fields["hours"].minutes()
    least, most = amounts_in(fields.get("domains"), minutes, areas.practice)
    return PracticeHours(
        id=name,
        title=title,
        minutes=minutes,
        domains=least,
        kinds_not_counted=names_in(fields.get("kinds_not_counted")),
        window=window_in(fields.get("window")),
        most=most,
    )


def _supervision(name: str, title: Title, fields: dict[str, Field], _areas: Areas) -> Requirement:
    ratio, practice = None, None
    if "ratio" in fields:
        inner = fields["ratio"].only(("practice_hours", "of"))
        if len(inner) == 2:
            ratio = inner["practice_hours"].minutes()
            practice = PracticeHours(id=inner["of"].text(), title=(), minutes=0)
    if "hours" not in fields and "ratio" not in fields:
        fields["kind"].fault("Supervision needs 'hours' or 'ratio', or both.")
    return SupervisionHours(
        id=name,
        title=title,
        minutes=fields["hours"].minutes() if "hours" in fields else 0,
        practice_minutes_per_hour=ratio,
        practice=practice,
        formats=fields["formats"].texts() if "formats" in fields else (),
        window=window_in(fields.get("window")),
    )


def _education(name: str, title: Title, fields: dict[str, Field], _areas: Areas) -> Requirement:
    minutes = fields["hours"].minutes()
    least, most = amounts_in(fields.get("categories"), minutes, None)
    sponsors, none = amounts_in(fields.get("sponsors"), minutes, None)
    if none:
        fields["sponsors"].fault("A sponsor has no maximum.")
    if "carry_over" in fields and fields["carry_over"].yes():
        fields["carry_over"].fault("Hours from outside the time that counts never count: say false.")
    period = fields["period"].one_of(("calendar_year", "cycle")) if "period" in fields else ""
    if period and "window" in fields:
        fields["window"].fault("Name one of 'period' and 'window'.")
    if period == "cycle" and "renews" not in fields:
        fields["period"].fault("A cycle needs 'renews', the credential_held requirement that it belongs to.")
    return ContinuingEducation(
        id=name,
        title=title,
        minutes=minutes,
        categories=least,
        most=most,
        sponsors=sponsors,
        only_categories=names_in(fields.get("only_categories")),
        period=period,
        credential=fields["renews"].text() if "renews" in fields else "",
        window=window_in(fields.get("window")),
    )


def _areas_covered(name: str, title: Title, fields: dict[str, Field], areas: Areas) -> Requirement:
    covered = tuple(item.one_of(areas.names) for item in fields["areas"].items())
    return AreasCovered(name, title, names_in(fields["applies_to"]), covered, areas.titles)


def _share_of(kind: str, key: str, allowed: tuple[str, ...] | None) -> Reader:
    def read(name: str, title: Title, fields: dict[str, Field], _areas: Areas) -> Requirement:
        names: tuple[str, ...] = ()
        if key:
            items = fields[key].items()
            names = tuple(item.one_of(allowed) if allowed else item.text() for item in items)
        minutes, percent = amount_or_percent(fields)
        return ShareOfHours(name, title, kind, names_in(fields["applies_to"]), names, minutes, percent)

    return read


def _module(name: str, title: Title, fields: dict[str, Field], _areas: Areas) -> Requirement:
    return ModuleCompleted(name, title, fields["module"].text(), window_in(fields.get("window")))


def _examination(name: str, title: Title, fields: dict[str, Field], _areas: Areas) -> Requirement:
    return ExaminationPassed(name, title, fields["examination"].text(), window_in(fields.get("window")))


def _attestation(name: str, title: Title, fields: dict[str, Field], _areas: Areas) -> Requirement:
    text, version = fields["text"].text(), fields["text_version"].text()
    return AttestationMade(name, title, text, version, window_in(fields.get("window")))


def _share(given: Field, total: int) -> ModeShare:
    fields = given.only(("modes",), ("hours", "percent"))
    if "modes" not in fields or ("hours" in fields) == ("percent" in fields):
        given.fault("Name 'modes' and one of 'hours' and 'percent'.")
        return ModeShare((), total)
    if "hours" in fields:
        minutes = fields["hours"].minutes()
    else:
        percent = percent_in(fields["percent"])
        minutes = -(-total * percent // 100)
    if minutes > total:
        given.fault("This part is more than the hours in all.")
    return ModeShare(modes_in(fields["modes"]), minutes)


HOURS = ("window", "shares_hours_with")
READERS: Readers = {
    "training_hours": (("hours",), ("topics", "modes", "only_modes", "credits", *HOURS), _training),
    "module_completed": (("module",), ("window",), _module),
    "examination_passed": (("examination",), ("window",), _examination),
    "practice_hours": (("hours",), ("domains", "kinds_not_counted", *HOURS), _practice),
    "supervision_hours": ((), ("hours", "ratio", "formats", *HOURS), _supervision),
    "attestation": (("text", "text_version"), ("window",), _attestation),
    "ce_hours": (
        ("hours",),
        ("categories", "sponsors", "only_categories", "period", "carry_over", "renews", *HOURS),
        _education,
    ),
    "areas_covered": (("applies_to", "areas"), (), _areas_covered),
    "population_share": (
        ("applies_to", "populations"),
        ("hours", "percent"),
        _share_of("population_share", "populations", None),
    ),
    "direct_share": (("applies_to",), ("hours", "percent"), _share_of("direct_share", "", None)),
    "format_share": (
        ("applies_to", "formats"),
        ("hours", "percent"),
        _share_of("format_share", "formats", FORMATS),
    ),
    "mode_share": (
        ("applies_to", "modes"),
        ("hours", "percent"),
        _share_of("mode_share", "modes", MEETING_MODES),
    ),
}
