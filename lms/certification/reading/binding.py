"""Ties the requirements of a scheme together: limits to the hours they limit, steps to what does them. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

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
)
from lms.certification.kinds.limits import (
    DeadlineAfterStage,
    HoursAfterStage,
    HoursUnderTier,
    SupervisionFrequency,
)
from lms.certification.kinds.papers import CredentialOnFile
from lms.certification.kinds.stages import (
    AttemptsInWindow,
    ExaminationScore,
    OrderedStages,
    ProvisionalTier,
    RenewalWindow,
    Stage,
)


def walk(requirements: Iterable[Requirement]) -> Iterator[Requirement]:
    """Each requirement, groups and what is in them."""
    for one in requirements:
        yield one
        if isinstance(one, AllOf | AnyOf):
            yield from walk(one.of)


def named(requirements: Iterable[Requirement], stage: str) -> Requirement | None:
    """The requirement that a step is called after; its id has dashes where the step may have low lines."""
    return next((one for one in walk(requirements) if one.id in (stage, stage.replace("_", "-"))), None)


def bound(requirements: tuple[Requirement, ...]) -> tuple[Requirement, ...]:
    """The same tree, each requirement holding what it names."""
    binding = _Binding(requirements, {one.id: one for one in walk(requirements)})
    return tuple(binding.of(one) for one in requirements)


H = TypeVar("H", bound=Hours)


@dataclass(frozen=True)
class _Binding:
    requirements: tuple[Requirement, ...]
    by_id: dict[str, Requirement]
    on_the_way: tuple[str, ...] = ()

    def of(self, one: Requirement) -> Requirement:
        """A requirement with its limits, its base, its steps."""
        inside = replace(self, on_the_way=(*self.on_the_way, one.id))
        match one:
            case AllOf() | AnyOf():
                return replace(one, of=tuple(self.of(child) for child in one.of))
            case Limit():
                bases = (self.by_id.get(name) for name in one.applies_to)
                bare = tuple(inside._without_limits(base) for base in bases if isinstance(base, Hours))
                return replace(inside._limit(one), bases=bare)
            case Hours():
                return inside._hours(one)
            case AreasCovered() | ShareOfHours():
                bases = (self.by_id.get(name) for name in one.applies_to)
                return replace(
                    one, bases=tuple(inside._hours(base) for base in bases if isinstance(base, Hours))
                )
            case OrderedStages():
                return replace(one, stages=tuple(inside._stage(stage) for stage in one.stages))
            case AttemptsInWindow() if one.opens_at is not None:
                return replace(one, opens_at=inside._stage(one.opens_at))
            case ExaminationScore():
                asked = (self.by_id.get(name) for name in one.applies_to)
                names = tuple(each.examination for each in asked if isinstance(each, ExaminationPassed))
                return replace(one, examinations=names)
            case RenewalWindow():
                return replace(one, credential=self._credential(one.credential))
        return one

    def _hours(self, one: H) -> H:
        limits = (
            each
            for each in walk(self.requirements)
            if isinstance(each, Limit) and one.id in each.applies_to and each.id not in self.on_the_way
        )
        return replace(self._without_limits(one), limits=tuple(self._limit(each) for each in limits))

    def _without_limits(self, one: H) -> H:
        match one:
            case SupervisionHours() if one.practice is not None:
                practice = self.by_id.get(one.practice.id)
                if isinstance(practice, PracticeHours):
                    return replace(one, practice=self._hours(practice))
            case ContinuingEducation():
                return replace(one, credential=self._credential(one.credential))
        return one

    def _limit(self, one: Limit) -> Limit:
        inside = replace(self, on_the_way=(*self.on_the_way, one.id))
        match one:
            case HoursAfterStage() | DeadlineAfterStage():
                return replace(one, stage=inside._stage(one.stage))
            case HoursUnderTier() | SupervisionFrequency():
                return replace(one, of=self._tier(one.tier))
        return one

    def _stage(self, stage: Stage) -> Stage:
        asked = named(self.requirements, stage.name)
        if asked is None or asked.id in self.on_the_way:
            return stage
        return Stage(stage.name, self.of(asked))

    def _tier(self, tier: str) -> ProvisionalTier | None:
        tiers = (one for one in walk(self.requirements) if isinstance(one, ProvisionalTier))
        return next((one for one in tiers if one.tier == tier), None)

    def _credential(self, name: str) -> str:
        held = self.by_id.get(name)
        return held.credential if isinstance(held, CredentialOnFile) else name
