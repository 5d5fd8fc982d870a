"""What a requirement is judged by: a record, a date, and the way to judge another requirement. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from operator import attrgetter
from typing import Any

from lms.certification.facts import Fact, Record, WaiverGiven
from lms.certification.findings import N_, Excluded, Finding, Sentence, Status, Unit, say
from lms.certification.kinds import Requirement

BODY = "certifying_body"
BODY_ENTERS = N_("The certifying body enters this when it has seen it.")
DONE_BY_THE_PERSON = (
    *("training", "modules", "examinations", "practice", "supervision", "attestations"),
    *("stages", "performance", "education", "credits"),
)


@dataclass(frozen=True)
class Case:
    """One record at one date, under one scheme; `find` judges any requirement by it."""

    record: Record
    as_of: date
    find: Callable[[Requirement, "Case"], Finding]
    scheme_id: str = ""
    # What hours came to, so that they are counted once though several requirements ask.
    counted: dict[Any, Any] = field(default_factory=dict, compare=False)
    by_day: dict[str, tuple[list[date], tuple[Fact, ...]]] = field(default_factory=dict, compare=False)

    def between(self, first: date | None, last: date) -> "Case":
        """The same, with only what the person did from the first day to the last."""
        kept = {}
        for name in DONE_BY_THE_PERSON:
            days, facts = self._by_day(name)
            start = 0 if first is None else bisect_left(days, first)
            kept[name] = facts[start : bisect_right(days, last)]
        return replace(self, record=replace(self.record, **kept), counted={}, by_day={})

    def _by_day(self, name: str) -> tuple[list[date], tuple[Fact, ...]]:
        """The facts of one kind by their day, put in order once however many spans are asked for."""
        if name not in self.by_day:
            facts = tuple(sorted(getattr(self.record, name), key=attrgetter("on")))
            self.by_day[name] = [fact.on for fact in facts], facts
        return self.by_day[name]

    def waiver_of(self, requirement_id: str) -> WaiverGiven | None:
        """The waiver that holds for a requirement on the day of the check, the earliest of several."""
        held = (
            waiver
            for waiver in self.record.waivers
            if waiver.requirement_id == requirement_id
            and waiver.scheme_id == self.scheme_id
            and covers(waiver, self.as_of)
        )
        return min(held, key=lambda waiver: (waiver.on, waiver.evidence), default=None)


def covers(fact: Fact, day: date) -> bool:
    """Whether a fact with a first and perhaps a last day holds on that day, both days included."""
    return bool(fact.on <= day and (fact.until_on is None or day <= fact.until_on))


@dataclass(frozen=True)
class Judged:
    """One fact that may count. Without a reason it does; `who` can still bring what is missing."""

    fact: Fact
    reason: Sentence | None = None
    who: str = ""

    @property
    def excluded(self) -> Excluded:
        reason = self.reason or say("")
        return Excluded(1, reason, (self.fact.evidence,), is_waiting=bool(self.who), who=self.who)


def one_fact(
    asked: Requirement,
    kind: str,
    judged: Iterable[Judged],
    sentences: tuple[str, str],
    *,
    about: str = "",
    who: str = "applicant",
) -> Finding:
    """A requirement of one fact: the earliest that counts is the evidence."""
    ordered = sorted(set(judged), key=lambda one: (one.fact.on, one.fact.evidence, repr(one)))
    first = next((one.fact for one in ordered if one.reason is None), None)
    waiting = next((one.who for one in ordered if one.who), "")
    met, not_met = sentences
    return Finding(
        requirement_id=asked.id,
        kind=kind,
        status=Status.MET if first else Status.NOT_MET if ordered or who != BODY else Status.NOT_YET_EVALUABLE,
        sentence=say(met, done_on=first.on.isoformat()) if first else say(not_met),
        title=asked.title,
        counted=1 if first else 0,
        needed=1,
        projected=1 if first or waiting else 0,
        about=about,
        excluded=tuple(one.excluded for one in ordered if one.reason is not None),
        evidence=(first.evidence,) if first else (),
        who_has_it="" if first else waiting or who,
    )


def part(name: str, about: str, counted: int, needed: int, *, unit: Unit = Unit.TIMES) -> Finding:
    """One part of a finding, as a number out of another."""
    return Finding(
        requirement_id=name,
        kind="part",
        status=Status.MET if counted >= needed else Status.NOT_MET,
        sentence=say(N_("%(counted)s of %(needed)s."), counted=counted, needed=needed),
        counted=counted,
        needed=needed,
        projected=counted,
        unit=unit,
        about=about,
    )


def waived(finding: Finding, waiver: WaiverGiven) -> Finding:
    """The finding, with nothing left to do."""
    return replace(
        finding,
        status=Status.WAIVED,
        sentence=say(N_("The certifying body waived this on %(done_on)s."), done_on=waiver.on.isoformat()),
        evidence=(*finding.evidence, waiver.evidence),
        who_has_it="",
        earliest_on=None,
    )
