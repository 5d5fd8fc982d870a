"""One scheme, and how its text is read: requirements, minimums that must fit, hours that count once. Pure."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from lms.certification.allocation import Shares, allocated
from lms.certification.counting import Window, months_after
from lms.certification.facts import Record
from lms.certification.findings import Evaluation
from lms.certification.kinds import (
    AllOf,
    AnyOf,
    AttestationMade,
    ExaminationPassed,
    ModeShare,
    ModuleCompleted,
    NotEvaluated,
    PracticeHours,
    Requirement,
    SupervisionHours,
    Title,
    TrainingHours,
)
from lms.certification.requirements import evaluate
from lms.certification.yaml_fields import Field, Source, compose
from lms.errors import Fault

TOPICS = ("advocacy", "mentoring_education", "recovery_wellness", "ethical_responsibility", "harm_reduction")
MODES = ("self_paced", "live_remote", "in_person")
NEEDED = (
    *("id", "version", "effective_from", "kind", "title", "summary", "issuer", "review"),
    *("valid_months", "source", "read_on", "note", "requirements"),
)


@dataclass(frozen=True)
class Scheme:
    """One version of one scheme. `definition` is the text it was read from, kept with each decision."""

    id: str
    version: int
    effective_from: date
    kind: str
    title: Title
    summary: Title
    issuer: str
    review: str
    valid_months: int | None
    source: str
    read_on: date
    note: str
    not_expressed: tuple[str, ...]
    areas: tuple[tuple[str, Title], ...]
    allocation: tuple[tuple[str, Shares], ...]
    requirements: tuple[Requirement, ...]
    definition: str

    @property
    def is_reviewed(self) -> bool:
        """Whether a person decides; otherwise it is issued as soon as all is met."""
        return self.review == "required"

    def evaluate(self, record: Record, as_of: date) -> Evaluation:
        """All its requirements against the record at that date."""
        return evaluate(
            self.requirements, self.allocated(record), as_of, scheme_id=self.id, scheme_version=self.version
        )

    def allocated(self, record: Record) -> Record:
        """The record with its training under this body's own areas, where the scheme has any."""
        return allocated(record, dict(self.allocation))

    def valid_until(self, issued_on: date) -> date | None:
        """The last day of validity, or None for one that does not end."""
        return None if self.valid_months is None else months_after(issued_on, self.valid_months)

    def walk(self) -> Iterator[Requirement]:
        """Each requirement, groups and what is in them."""
        yield from _walk(self.requirements)


# --- reading one text -----------------------------------------------------------------------------


def parse(text: str, path: str) -> tuple[Scheme | None, list[Fault]]:
    """One scheme from its text, or the faults that keep it from being one."""
    top, faults = compose(text, path)
    if top is None:
        return None, faults
    fields = top.only(
        NEEDED,
        ("not_expressed", "areas", "allocation"),
    )
    source = top.source
    if source.faults:
        return None, _in_order(source.faults)
    areas = _areas(fields.get("areas"))
    names = tuple(name for name, _title in areas) or TOPICS
    requirements = tuple(_requirement(item, Areas(names, areas)) for item in fields["requirements"].items())
    if not requirements and not source.faults:
        fields["requirements"].fault("A scheme needs at least one requirement.")
    scheme = Scheme(
        id=_slug(fields["id"]),
        version=fields["version"].whole(),
        effective_from=fields["effective_from"].day(),
        kind=fields["kind"].one_of(("certification", "completion")),
        title=fields["title"].words(),
        summary=fields["summary"].words(),
        issuer=_slug(fields["issuer"]),
        review=fields["review"].one_of(("required", "none")),
        valid_months=None if fields["valid_months"].is_null else fields["valid_months"].whole(),
        source=fields["source"].text(),
        read_on=fields["read_on"].day(),
        note=fields["note"].text(),
        not_expressed=fields["not_expressed"].texts() if "not_expressed" in fields else (),
        areas=areas,
        allocation=_allocation(fields.get("allocation"), names),
        requirements=_with_practice(requirements),
        definition=text,
    )
    if scheme.kind == "completion" and scheme.valid_months is not None:
        fields["valid_months"].fault("A completion does not end: valid_months must be null.")
    _check_names(scheme, fields["requirements"], source)
    _check_sharing(fields["requirements"], requirements)
    return (None, _in_order(source.faults)) if source.faults else (scheme, [])


def _in_order(faults: Iterable[Fault]) -> list[Fault]:
    """Each fault once, by line."""
    return sorted(set(faults), key=lambda fault: (fault.line, fault.sentence))


def _slug(given: Field) -> str:
    value = given.text()
    if value and not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", value):
        given.fault(f"'{value}' must be small letters, digits and dashes.")
    return value


def _areas(given: Field | None) -> tuple[tuple[str, Title], ...]:
    """The body's own areas; without any, the five topics are the areas."""
    found: dict[str, Title] = {}
    for item in given.items() if given is not None else ():
        fields = item.only(("id", "title"))
        if len(fields) == 2:
            name = fields["id"].text()
            if not re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", name):
                fields["id"].fault(f"'{name}' must be small letters, digits and low lines.")
            elif name in found:
                fields["id"].fault(f"The area '{name}' is there twice.")
            found[name] = fields["title"].words()
    return tuple(found.items())


def _allocation(given: Field | None, areas: tuple[str, ...]) -> tuple[tuple[str, Shares], ...]:
    """For each module the minutes that go to each area."""
    if given is None:
        return ()
    return tuple(
        (module, tuple((area, minutes.whole()) for area, minutes in shares.only((), areas).items()))
        for module, shares in given.mapping().items()
    )


@dataclass(frozen=True)
class Areas:
    """What the parts of a scheme's training may be called, and their titles where the body has its own."""

    names: tuple[str, ...]
    titles: tuple[tuple[str, Title], ...]


def _requirement(given: Field, areas: "Areas") -> Requirement:
    fields = given.mapping()
    kind = fields["kind"].text() if "kind" in fields else ""
    for name in ("id", "kind", "title"):
        if name not in fields:
            given.fault(f"'{name}' is missing.")
            return NotEvaluated(id="", title=(), kind=kind)
    name, title = _slug(fields["id"]), fields["title"].words()
    reader = READERS.get(kind)
    if reader is None:
        return NotEvaluated(id=name, title=title, kind=kind)
    needed, allowed, read = reader
    before = len(given.source.faults)
    fields = given.only(("id", "kind", "title", *needed), allowed)
    if len(given.source.faults) > before:
        return NotEvaluated(id=name, title=title, kind=kind)
    return read(name, title, fields, areas)


def _training(name: str, title: Title, fields: dict[str, Field], areas: Areas) -> Requirement:
    minutes = fields["hours"].minutes()
    return TrainingHours(
        id=name,
        title=title,
        minutes=minutes,
        topics=_minimums(fields.get("topics"), minutes, areas.names),
        titles=areas.titles,
        shares=tuple(_share(item, minutes) for item in fields["modes"].items()) if "modes" in fields else (),
        only_modes=_modes(fields["only_modes"]) if "only_modes" in fields else (),
        window=_window(fields.get("window")),
    )


def _practice(name: str, title: Title, fields: dict[str, Field], _areas: Areas) -> Requirement:
    minutes = fields["hours"].minutes()
    not_counted = fields.get("kinds_not_counted")
    return PracticeHours(
        id=name,
        title=title,
        minutes=minutes,
        domains=_minimums(fields.get("domains"), minutes, TOPICS),
        kinds_not_counted=not_counted.texts() if not_counted else (),
        window=_window(fields.get("window")),
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
        window=_window(fields.get("window")),
    )


def _module(name: str, title: Title, fields: dict[str, Field], _areas: Areas) -> Requirement:
    return ModuleCompleted(name, title, fields["module"].text(), _window(fields.get("window")))


def _examination(name: str, title: Title, fields: dict[str, Field], _areas: Areas) -> Requirement:
    return ExaminationPassed(name, title, fields["examination"].text(), _window(fields.get("window")))


def _attestation(name: str, title: Title, fields: dict[str, Field], _areas: Areas) -> Requirement:
    text, version = fields["text"].text(), fields["text_version"].text()
    return AttestationMade(name, title, text, version, _window(fields.get("window")))


def _group(kind: type[AllOf] | type[AnyOf]) -> "Reader":
    def read(name: str, title: Title, fields: dict[str, Field], areas: Areas) -> Requirement:
        of = tuple(_requirement(item, areas) for item in fields["of"].items())
        if not of:
            fields["of"].fault("This group is empty.")
        return kind(name, title, of)

    return read


Reader = Callable[[str, Title, dict[str, Field], Areas], Requirement]
HOURS = ("window", "shares_hours_with")
READERS: dict[str, tuple[tuple[str, ...], tuple[str, ...], Reader]] = {
    "training_hours": (("hours",), ("topics", "modes", "only_modes", *HOURS), _training),
    "module_completed": (("module",), ("window",), _module),
    "examination_passed": (("examination",), ("window",), _examination),
    "practice_hours": (("hours",), ("domains", "kinds_not_counted", *HOURS), _practice),
    "supervision_hours": ((), ("hours", "ratio", "formats", *HOURS), _supervision),
    "attestation": (("text", "text_version"), ("window",), _attestation),
    "all_of": (("of",), (), _group(AllOf)),
    "any_of": (("of",), (), _group(AnyOf)),
}


def _minimums(given: Field | None, total: int, names: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    """Hours for each topic; minimums that cannot fit into the total are a fault, as one board's were."""
    if given is None:
        return ()
    fields = given.only((), names)
    minimums = tuple((topic, value.minutes()) for topic, value in fields.items())
    together = sum(minutes for _topic, minutes in minimums)
    if together > total:
        given.fault(f"The parts add up to {together / 60:g} hours, more than the {total / 60:g} in all.")
    return minimums


def _share(given: Field, total: int) -> ModeShare:
    fields = given.only(("modes",), ("hours", "percent"))
    if "modes" not in fields or ("hours" in fields) == ("percent" in fields):
        given.fault("Name 'modes' and one of 'hours' and 'percent'.")
        return ModeShare((), total)
    if "hours" in fields:
        minutes = fields["hours"].minutes()
    else:
        percent = fields["percent"].whole()
        minutes = -(-total * percent // 100)
    if minutes > total:
        given.fault("This part is more than the hours in all.")
    return ModeShare(_modes(fields["modes"]), minutes)


def _modes(given: Field) -> tuple[str, ...]:
    return tuple(item.one_of(MODES) for item in given.items())


def _window(given: Field | None) -> Window:
    if given is None:
        return Window()
    fields = given.only((), ("months", "days", "after"))
    return Window(
        months=fields["months"].whole() if "months" in fields else None,
        days=fields["days"].whole() if "days" in fields else None,
        after=fields["after"].day() if "after" in fields else None,
    )


# --- a scheme as a whole --------------------------------------------------------------------------


def _walk(requirements: Iterable[Requirement]) -> Iterator[Requirement]:
    for one in requirements:
        yield one
        if isinstance(one, AllOf | AnyOf):
            yield from _walk(one.of)


def _with_practice(requirements: tuple[Requirement, ...]) -> tuple[Requirement, ...]:
    """The same tree, each supervision ratio holding the practice requirement that it names."""
    practice = {one.id: one for one in _walk(requirements) if isinstance(one, PracticeHours)}

    def bound(one: Requirement) -> Requirement:
        match one:
            case AllOf() | AnyOf():
                return type(one)(one.id, one.title, tuple(bound(child) for child in one.of))
            case SupervisionHours(practice=PracticeHours() as named) if named.id in practice:
                return SupervisionHours(
                    id=one.id,
                    title=one.title,
                    minutes=one.minutes,
                    practice_minutes_per_hour=one.practice_minutes_per_hour,
                    practice=practice[named.id],
                    formats=one.formats,
                    window=one.window,
                )
        return one

    return tuple(bound(one) for one in requirements)


def _check_names(scheme: Scheme, given: Field, source: Source) -> None:
    """Each requirement's id is its own, and a ratio names a practice requirement of the scheme."""
    seen: set[str] = set()
    for one in scheme.walk():
        line = given.line - 1 + line_of("\n".join(scheme.definition.splitlines()[given.line - 1 :]), one.id)
        if one.id in seen:
            source.fault(line, f"Two requirements are called '{one.id}'.")
        seen.add(one.id)
        if isinstance(one, SupervisionHours) and one.practice is not None and one.practice.minutes == 0:
            source.fault(line, f"'{one.practice.id}' is not a practice_hours requirement of this scheme.")


def _check_sharing(given: Field, requirements: tuple[Requirement, ...]) -> None:
    """Two requirements that can apply together may not count the same hours, unless the file says so."""
    sharing = {
        item["id"].text(): item["shares_hours_with"].text()
        for item in _mappings(given)
        if "id" in item and "shares_hours_with" in item
    }
    for kind in (TrainingHours, PracticeHours, SupervisionHours):
        for first, second in _together(requirements, kind):
            if sharing.get(second.id) != first.id and sharing.get(first.id) != second.id:
                given.source.fault(
                    _line_in(given, second.id),
                    f"'{first.id}' and '{second.id}' would count the same hours twice. "
                    f"Make them one, or say 'shares_hours_with: {first.id}'.",
                )


def _mappings(given: Field) -> Iterator[dict[str, Field]]:
    for item in given.items():
        fields = item.mapping()
        yield fields
        if "of" in fields:
            yield from _mappings(fields["of"])


def _line_in(given: Field, requirement_id: str) -> int:
    for fields in _mappings(given):
        if "id" in fields and fields["id"].text() == requirement_id:
            return fields["id"].line
    return given.line


def _together(
    requirements: tuple[Requirement, ...], kind: type[Requirement]
) -> Iterator[tuple[Requirement, Requirement]]:
    """Pairs of this kind that can both be asked of one person: not those on two ways of one any_of."""
    before: list[Requirement] = []
    for one in requirements:
        here = [each for each in _walk((one,)) if isinstance(each, kind)]
        yield from ((first, second) for first in before for second in here)
        if isinstance(one, AllOf):
            yield from _together(one.of, kind)
        elif isinstance(one, AnyOf):
            for way in one.of:
                yield from _together((way,), kind)
        before += here


def line_of(definition: str, requirement_id: str) -> int:
    """The line on which a requirement is named, 1 when it is nowhere."""
    pattern = re.compile(rf"\bid:\s*{re.escape(requirement_id)}\b")
    lines = definition.splitlines()
    return next((number for number, line in enumerate(lines, 1) if pattern.search(line)), 1)
