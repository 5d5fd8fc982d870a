"""What a scheme as a whole may not say: names that lead nowhere, hours counted twice, the impossible. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from lms.certification.kinds import (
    AllOf,
    AnyOf,
    AreasCovered,
    ContinuingEducation,
    ExaminationPassed,
    Hours,
    Limit,
    PracticeHours,
    Requirement,
    ShareOfHours,
    SupervisionHours,
    TrainingHours,
)
from lms.certification.kinds.limits import (
    ActivityCap,
    AgreementOnFile,
    ApprovedTraining,
    FullAttendance,
    HoursAfterStage,
    HoursUnderTier,
    ProofShows,
    SupervisionFrequency,
    SupervisorQualification,
)
from lms.certification.kinds.papers import CredentialOnFile
from lms.certification.kinds.stages import (
    AttemptsInWindow,
    ExaminationScore,
    OrderedStages,
    ProvisionalTier,
    RenewalWindow,
)
from lms.certification.reading.binding import named, walk
from lms.certification.yaml_fields import Field

Ways = tuple[tuple[str, int], ...]
MAY_LIMIT: dict[type[Requirement], tuple[type[Hours], ...]] = {
    ApprovedTraining: (TrainingHours,),
    FullAttendance: (TrainingHours,),
    AreasCovered: (TrainingHours,),
    SupervisorQualification: (PracticeHours, SupervisionHours),
    AgreementOnFile: (PracticeHours, SupervisionHours),
    HoursUnderTier: (PracticeHours, SupervisionHours),
    SupervisionFrequency: (PracticeHours,),
    ActivityCap: (PracticeHours,),
    ProofShows: (ContinuingEducation,),
}
NAMES = {
    TrainingHours: "training_hours",
    PracticeHours: "practice_hours",
    SupervisionHours: "supervision_hours",
    ContinuingEducation: "ce_hours",
}
OF_WHAT = {"population_share": (PracticeHours,), "direct_share": (PracticeHours,)}
OF_MEETINGS = {"format_share": (SupervisionHours,), "mode_share": (PracticeHours, SupervisionHours)}


@dataclass(frozen=True)
class Whole:
    """All requirements of a scheme with the place where they are written."""

    requirements: tuple[Requirement, ...]
    given: Field

    def fault(self, requirement_id: str, sentence: str) -> None:
        self.given.source.fault(_line_in(self.given, requirement_id), sentence)


def check_names(whole: Whole) -> None:
    """Each requirement's id is its own, and a ratio names a practice requirement of the scheme."""
    seen: set[str] = set()
    lines = {id(fields): fields["id"] for fields in _mappings(whole.given) if "id" in fields}
    for field in lines.values():
        if field.text() in seen:
            field.fault(f"Two requirements are called '{field.text()}'.")
        seen.add(field.text())
    practice = {one.id for one in walk(whole.requirements) if isinstance(one, PracticeHours)}
    for one in walk(whole.requirements):
        if isinstance(one, SupervisionHours) and one.practice is not None and one.practice.id not in practice:
            whole.fault(one.id, f"'{one.practice.id}' is not a practice_hours requirement of this scheme.")


def check_sharing(whole: Whole) -> None:
    """Two requirements that can apply together may not count the same hours, unless the file says so."""
    sharing = {
        item["id"].text(): item["shares_hours_with"].text()
        for item in _mappings(whole.given)
        if "id" in item and "shares_hours_with" in item
    }
    for kind in NAMES:
        for first, second in _together(whole.requirements, kind):
            if sharing.get(second.id) != first.id and sharing.get(first.id) != second.id:
                whole.fault(
                    second.id,
                    f"'{first.id}' and '{second.id}' would count the same hours twice. "
                    f"Make them one, or say 'shares_hours_with: {first.id}'.",
                )


def check_ties(whole: Whole) -> None:
    """What a requirement applies to is there, of the right kind, and asked of the same people."""
    by_id = {one.id: one for one in walk(whole.requirements)}
    ways = dict(_ways(whole.requirements))
    for one in walk(whole.requirements):
        match one:
            case ExaminationScore():
                for name in one.applies_to:
                    if not isinstance(by_id.get(name), ExaminationPassed):
                        whole.fault(
                            one.id, f"'{name}' is not an examination_passed requirement of this scheme."
                        )
                continue
            case Limit() | AreasCovered() | ShareOfHours():
                allowed = _allowed(one)
            case RenewalWindow() | ContinuingEducation() if one.credential:
                if not isinstance(by_id.get(one.credential), CredentialOnFile):
                    whole.fault(
                        one.id, f"'{one.credential}' is not a credential_held requirement of this scheme."
                    )
                continue
            case _:
                continue
        if not isinstance(one, Limit) and len(one.applies_to) != 1:
            whole.fault(one.id, f"'{one.id}' applies to one requirement.")
        if not one.applies_to:
            whole.fault(one.id, f"'{one.id}' applies to nothing.")
        for name in one.applies_to:
            base = by_id.get(name)
            if not isinstance(base, allowed):
                kinds = " or ".join(NAMES[kind] for kind in allowed)
                whole.fault(one.id, f"'{name}' is not a {kinds} requirement of this scheme.")
            elif ways[name] != ways[one.id]:
                whole.fault(one.id, f"'{one.id}' and '{name}' must stand on the same way of an any_of.")


def _allowed(one: Requirement) -> tuple[type[Hours], ...]:
    if isinstance(one, ShareOfHours):
        return {**OF_WHAT, **OF_MEETINGS}[one.kind]
    return MAY_LIMIT.get(type(one), (TrainingHours, PracticeHours, SupervisionHours))


def check_tiers(whole: Whole) -> None:
    """A rule about a time-limited credential names one that the scheme has."""
    tiers = {one.tier for one in walk(whole.requirements) if isinstance(one, ProvisionalTier)}
    for one in walk(whole.requirements):
        if isinstance(one, HoursUnderTier | SupervisionFrequency) and one.tier and one.tier not in tiers:
            whole.fault(one.id, f"There is no provisional_tier '{one.tier}' in this scheme.")


def check_areas(whole: Whole, filled: frozenset[str]) -> None:
    """Where a scheme shares modules out over areas, an area that is asked for gets something."""
    if not filled:
        return
    for one in walk(whole.requirements):
        match one:
            case TrainingHours():
                asked = tuple(area for area, _minutes in one.topics)
            case AreasCovered():
                asked = one.areas
            case _:
                continue
        for area in asked:
            if area not in filled:
                whole.fault(one.id, f"'{one.id}' asks for '{area}', and no module is shared out to it.")


def check_waiting(whole: Whole) -> None:
    """No step waits for itself by way of others."""
    after: dict[str, dict[str, str]] = {}
    for one in walk(whole.requirements):
        for first, second in _pairs(one, whole):
            after.setdefault(first, {}).setdefault(second, one.id)
    for first in sorted(after):
        way = _way_back(first, after)
        if way:
            teller = after[way[-1]][first]
            steps = "', '".join(way)
            whole.fault(teller, f"These steps wait for each other: '{steps}'.")
            return


def _pairs(one: Requirement, whole: Whole) -> Iterator[tuple[str, str]]:
    def known(stage: str) -> str:
        asked = named(whole.requirements, stage)
        return asked.id if asked is not None else stage

    match one:
        case OrderedStages():
            names = [known(stage.name) for stage in one.stages]
            yield from pairwise(names)
        case HoursAfterStage():
            yield from ((known(one.stage.name), name) for name in one.applies_to)
        case AttemptsInWindow() if one.opens_at is not None:
            for each in walk(whole.requirements):
                if isinstance(each, ExaminationPassed) and each.examination == one.examination:
                    yield known(one.opens_at.name), each.id


def _way_back(start: str, after: Mapping[str, Mapping[str, str]]) -> list[str]:
    """The steps from one back to itself, or nothing."""
    ways: list[list[str]] = [[start]]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        for following in after.get(way[-1], {}):
            if following == start:
                return way
            if following not in seen:
                seen.add(following)
                ways.append([*way, following])
    return []


def _ways(requirements: Iterable[Requirement], way: Ways = ()) -> Iterator[tuple[str, Ways]]:
    """Each requirement with the choices on which it is asked for."""
    for one in requirements:
        yield one.id, way
        if isinstance(one, AllOf):
            yield from _ways(one.of, way)
        elif isinstance(one, AnyOf):
            for place, child in enumerate(one.of):
                yield from _ways((child,), (*way, (one.id, place)))


def _mappings(given: Field) -> Iterator[dict[str, Field]]:
    for item in given.items():
        fields = item.mapping()
        yield fields
        if "of" in fields and fields["of"].is_list:
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
        here = [each for each in walk((one,)) if isinstance(each, kind)]
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
