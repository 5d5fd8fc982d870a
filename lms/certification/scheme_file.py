"""One scheme, and how its text is read. What each kind says of itself is read in `reading`. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from lms.certification.allocation import PracticeAreas, Shares, allocated, practised
from lms.certification.counting import months_after
from lms.certification.cycles import RenewalRules
from lms.certification.facts import Record
from lms.certification.findings import Evaluation
from lms.certification.kinds import AllOf, AnyOf, NotEvaluated, Requirement, Title
from lms.certification.reading import hours, limits, linting, papers, stages
from lms.certification.reading.binding import bound, walk
from lms.certification.reading.parts import TOPICS, Areas, Reader, Readers, slug
from lms.certification.reading.renewal import renewal_in
from lms.certification.renewing import problems, requirements_in
from lms.certification.requirements import evaluate
from lms.certification.yaml_fields import Field, compose
from lms.errors import Fault
from lms.practice.rules import Kind

# What an engine could judge. A decision is replayed by the engine that it was made with: what that one did
# not know stays unjudged, and what it let pass is no fault.
ENGINE = 2
NEEDED = (
    *("id", "version", "effective_from", "kind", "title", "summary", "issuer", "review"),
    *("valid_months", "source", "read_on", "note", "requirements"),
)


# How a body answers: how many reviewers must agree, and in how many days.
ANSWERING = ("reviewers", "decide_within_days", "appeal_within_days")


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
    practice_areas: PracticeAreas | None = None
    reviewers: int = 1
    decide_within_days: int | None = None
    appeal_within_days: int = 30
    renewal_of: str = ""
    renewal: RenewalRules | None = None

    @property
    def is_reviewed(self) -> bool:
        """Whether a person decides; otherwise it is issued as soon as all is met."""
        return self.review == "required"

    def evaluate(self, record: Record, as_of: date) -> Evaluation:
        """All its requirements against the record at that date; a renewal's, in the cycle in the record."""
        asked = self.requirements
        if self.renewal is not None:
            asked = requirements_in(asked, self.renewal, self.renewal_of, record, as_of)
        return evaluate(asked, self.allocated(record), as_of, scheme_id=self.id, scheme_version=self.version)

    def allocated(self, record: Record) -> Record:
        """The record with its training and practice under this body's own areas, where the scheme has any."""
        return practised(allocated(record, dict(self.allocation)), self.practice_areas)

    def valid_until(self, issued_on: date) -> date | None:
        """The last day of validity, or None for one that does not end."""
        return None if self.valid_months is None else months_after(issued_on, self.valid_months)

    def walk(self) -> Iterator[Requirement]:
        """Each requirement, groups and what is in them."""
        yield from walk(self.requirements)


# --- reading one text -----------------------------------------------------------------------------


def parse(text: str, path: str, engine: int = ENGINE) -> tuple[Scheme | None, list[Fault]]:
    """One scheme from its text as this engine reads it, or the faults that keep it from being one."""
    top, faults = compose(text, path)
    if top is None:
        return None, faults
    fields = top.only(
        NEEDED,
        ("not_expressed", "areas", "allocation", "practice_areas", *ANSWERING, "renewal_of", "renewal"),
    )
    source = top.source
    if source.faults:
        return None, _in_order(source.faults)
    areas = _areas(fields.get("areas"))
    names = tuple(name for name, _title in areas) or TOPICS
    practice = _practice_areas(fields.get("practice_areas"))
    reading = _Reading(Areas(names, areas, practice.names if practice else TOPICS), _readers(engine))
    requirements = tuple(reading.requirement(item) for item in fields["requirements"].items())
    if not requirements and not source.faults:
        fields["requirements"].fault("A scheme needs at least one requirement.")
    renewal = renewal_in(fields.get("renewal"), reading.requirement)
    if ("renewal" in fields) != ("renewal_of" in fields):
        fields["requirements"].fault("A renewal names both 'renewal_of' and 'renewal'.")
    for sentence in problems(requirements, renewal) if renewal else ():
        fields["renewal"].fault(sentence)
    scheme = Scheme(
        id=slug(fields["id"]),
        version=fields["version"].whole(),
        effective_from=fields["effective_from"].day(),
        kind=fields["kind"].one_of(("certification", "completion")),
        title=fields["title"].words(),
        summary=fields["summary"].words(),
        issuer=slug(fields["issuer"]),
        review=fields["review"].one_of(("required", "none")),
        valid_months=None if fields["valid_months"].is_null else fields["valid_months"].whole(),
        source=fields["source"].text(),
        read_on=fields["read_on"].day(),
        note=fields["note"].text(),
        not_expressed=fields["not_expressed"].texts() if "not_expressed" in fields else (),
        areas=areas,
        allocation=_allocation(fields.get("allocation"), names),
        requirements=() if source.faults else bound(requirements),
        definition=text,
        practice_areas=practice,
        **{name: fields[name].whole() for name in ANSWERING if name in fields},
        renewal_of=slug(fields["renewal_of"]) if "renewal_of" in fields else "",
        renewal=None if source.faults else renewal,
    )
    _check_answering(scheme, fields)
    if scheme.kind == "completion" and scheme.valid_months is not None:
        fields["valid_months"].fault("A completion does not end: valid_months must be null.")
    whole = linting.Whole(requirements, fields["requirements"])
    linting.check_names(whole)
    linting.check_sharing(whole)
    if engine > 1:
        linting.check_ties(whole)
        linting.check_tiers(whole)
        linting.check_waiting(whole)
        linting.check_areas(
            whole, frozenset(area for _module, shares in scheme.allocation for area, _m in shares)
        )
    return (None, _in_order(source.faults)) if source.faults else (scheme, [])


def _check_answering(scheme: Scheme, fields: dict[str, Field]) -> None:
    """One or two reviewers, and days to answer only where somebody answers."""
    if scheme.reviewers > 2:
        fields["reviewers"].fault("1 or 2 reviewers are expected here.")
    for name in ANSWERING:
        if name in fields and not scheme.is_reviewed:
            fields[name].fault(f"Nobody reviews this scheme: '{name}' means nothing.")


def _in_order(faults: Iterable[Fault]) -> list[Fault]:
    """Each fault once, by line."""
    return sorted(set(faults), key=lambda fault: (fault.line, fault.sentence))


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


def _practice_areas(given: Field | None) -> PracticeAreas | None:
    """What the body calls each kind of practice, and each domain that a supervisor may sign instead.

    An area that is also the name of a domain here must stay itself, or hours would change their area when a
    stored record is read again.
    """
    if given is None:
        return None
    fields = given.only(("kinds", "domains"))
    if len(fields) < 2:
        return PracticeAreas()
    kinds = {name: each.text() for name, each in fields["kinds"].only((), tuple(Kind)).items()}
    domains = {name: each.text() for name, each in fields["domains"].only((), TOPICS).items()}
    for name, each in fields["domains"].mapping().items():
        area = domains.get(name, "")
        if domains.get(area, area) != area:
            each.fault(f"'{area}' is also a domain here, and would become '{domains[area]}'.")
    for name, each in fields["kinds"].mapping().items():
        area = kinds.get(name, "")
        if domains.get(area, area) != area:
            each.fault(f"'{area}' is also a domain here, and would become '{domains[area]}'.")
    return PracticeAreas(tuple(kinds.items()), tuple(domains.items()))


@dataclass(frozen=True)
class _Reading:
    areas: Areas
    readers: Readers

    def requirement(self, given: Field) -> Requirement:
        fields = given.mapping()
        kind = fields["kind"].text() if "kind" in fields else ""
        for name in ("id", "kind", "title"):
            if name not in fields:
                given.fault(f"'{name}' is missing.")
                return NotEvaluated(id="", title=(), kind=kind)
        name, title = slug(fields["id"]), fields["title"].words()
        if kind not in self.readers and kind not in GROUPS:
            return NotEvaluated(id=name, title=title, kind=kind)
        needed, allowed, read = self.readers.get(kind) or (("of",), (), self._group(GROUPS[kind]))
        before = len(given.source.faults)
        fields = given.only(("id", "kind", "title", *needed), allowed)
        if len(given.source.faults) > before:
            return NotEvaluated(id=name, title=title, kind=kind)
        return read(name, title, fields, self.areas)

    def _group(self, kind: type[AllOf] | type[AnyOf]) -> Reader:
        def read(name: str, title: Title, fields: dict[str, Field], _areas: Areas) -> Requirement:
            of = tuple(self.requirement(item) for item in fields["of"].items())
            if not of:
                fields["of"].fault("This group is empty.")
            return kind(name, title, of)

        return read


GROUPS: dict[str, type[AllOf] | type[AnyOf]] = {"all_of": AllOf, "any_of": AnyOf}
FIRST = (
    *("training_hours", "module_completed", "examination_passed", "practice_hours", "supervision_hours"),
    "attestation",
)
READERS: Readers = {**hours.READERS, **limits.READERS, **papers.READERS, **stages.READERS}


def _readers(engine: int) -> Readers:
    return READERS if engine > 1 else {kind: READERS[kind] for kind in FIRST}
