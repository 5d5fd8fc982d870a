"""What keeps an hour from counting: for now, or for good. Pure.

A test answers for one hour with the proofs that let it pass, or with the barrier that it does not pass. A
barrier with somebody who can bring what is missing can still fall; one without is final.
"""

from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from operator import attrgetter
from typing import Any

from lms.certification.counting import months_after
from lms.certification.facts import Fact, SupervisionHeld, SupervisorQualified
from lms.certification.findings import N_, Sentence, say
from lms.certification.judging.case import BODY, Case, covers
from lms.certification.judging.stages import done_dates, periods
from lms.certification.kinds import Limit
from lms.certification.kinds.limits import (
    AgreementOnFile,
    ApprovedTraining,
    DeadlineAfterStage,
    FullAttendance,
    HoursAfterStage,
    HoursUnderTier,
    ProofShows,
    SupervisionFrequency,
    SupervisorQualification,
)
from lms.certification.kinds.stages import Stage


@dataclass(frozen=True)
class Barrier:
    """Why an hour does not count; `who` can still change that, final where it is empty."""

    reason: Sentence
    who: str = ""
    person_id: int | None = None


Proofs = tuple[str, ...]
Answer = Proofs | Barrier
Test = Callable[[Fact], Answer]


def barrier_of(limit: Limit, case: Case) -> Test:
    """The test that an hour must pass under this limit."""
    match limit:
        case ApprovedTraining():
            return _approved(limit, case)
        case FullAttendance():
            return _attended(limit, case)
        case HoursAfterStage():
            return _after_stage(limit, case)
        case DeadlineAfterStage():
            return _before_deadline(limit, case)
        case HoursUnderTier():
            return _under_tier(limit, case)
        case SupervisorQualification():
            return _qualified(limit, case)
        case AgreementOnFile():
            return _agreed(limit, case)
        case SupervisionFrequency():
            return _met_often_enough(limit, case)
        case ProofShows():
            return _shown(limit)
    return lambda fact: ()


def _once_for_each(name: Callable[[Fact], Any], test: Test) -> Test:
    """The same test, asked once for all hours of one name: a day, or a supervisor and a day."""
    known: dict[Any, Answer] = {}

    def remembered(hour: Fact) -> Answer:
        key = name(hour)
        if key not in known:
            known[key] = test(hour)
        return known[key]

    return remembered


THE_DAY = attrgetter("on")
SUPERVISOR_AND_DAY = attrgetter("supervisor_id", "on")


def _approved(limit: ApprovedTraining, case: Case) -> Test:
    not_yet = Barrier(say(N_("The certifying body has not said yet that it approves this training.")), BODY)
    listed = {name for name, _first, _last in limit.providers} | {
        one.provider for one in case.record.approvals if one.by == limit.approved_by
    }
    courses = {course for course, _minutes in limit.courses}

    def test(hour: Fact) -> Answer:
        provider, course = getattr(hour, "provider", ""), getattr(hour, "course", "")
        if not provider or (courses and not course):
            return not_yet
        if courses and course not in courses:
            return Barrier(say(N_("This is not one of the courses that count.")))
        for name, first, last in limit.providers:
            if name == provider and (first or hour.on) <= hour.on <= (last or hour.on):
                return ()
        for one in sorted(case.record.approvals, key=lambda one: one.evidence):
            is_this = one.by == limit.approved_by and one.provider == provider and one.course in ("", course)
            if is_this and covers(one, hour.on):
                return (one.evidence,)
        if provider in listed:
            return Barrier(say(N_("The provider was not approved on this day.")))
        return not_yet

    return _once_for_each(
        lambda hour: (getattr(hour, "provider", ""), getattr(hour, "course", ""), hour.on), test
    )


def _attended(limit: FullAttendance, case: Case) -> Test:
    best: dict[str, tuple[int, str]] = {}
    for one in case.record.attendance:
        if one.on <= case.as_of and one.planned_minutes > 0:
            share = (min(100, one.attended_minutes * 100 // one.planned_minutes), one.evidence)
            best[one.course] = max(best.get(one.course, share), share)

    def test(hour: Fact) -> Answer:
        course = getattr(hour, "course", "")
        if course not in best:
            return Barrier(say(N_("The attendance of this course is not entered yet.")), BODY)
        share, evidence = best[course]
        if share < limit.percent:
            return Barrier(
                say(
                    N_("Present for %(percent)s%% of the course. Asked for: %(asked)s%%."),
                    percent=share,
                    asked=limit.percent,
                )
            )
        return (evidence,)

    return test


def _after_stage(limit: HoursAfterStage, case: Case) -> Test:
    done, not_done = done_dates(limit.stage, case), _not_done(limit.stage)
    within = limit.within_months
    spans = [(on, months_after(on, within) if within else date.max, evidence) for on, evidence in done]

    def test(hour: Fact) -> Answer:
        if not done:
            return not_done
        for on, last, evidence in spans:
            if on < hour.on <= last:
                return (evidence,) if evidence else ()
        if hour.on <= done[0][0]:
            return Barrier(
                say(
                    N_("Hours count from the day after %(done_on)s: %(stage)s."),
                    done_on=done[0][0].isoformat(),
                    stage=limit.stage.name,
                )
            )
        last = max(last for on, last, _evidence in spans if on < hour.on)
        return Barrier(say(N_("The last day that counts was %(last_on)s."), last_on=last.isoformat()))

    return _once_for_each(THE_DAY, test)


def _before_deadline(limit: DeadlineAfterStage, case: Case) -> Test:
    done, not_done = done_dates(limit.stage, case), _not_done(limit.stage)
    last = max((months_after(on, limit.months) for on, _evidence in done), default=date.max)

    def test(hour: Fact) -> Answer:
        if not done:
            return not_done
        if hour.on > last:
            return Barrier(say(N_("The last day that counts was %(last_on)s."), last_on=last.isoformat()))
        return tuple(evidence for _on, evidence in done[-1:] if evidence)

    return _once_for_each(THE_DAY, test)


def _not_done(stage: Stage) -> Barrier:
    who = BODY if stage.requirement is None else "applicant"
    return Barrier(say(N_("This step is not done yet: %(stage)s."), stage=stage.name), who)


def _not_entered(tier: str) -> Barrier:
    return Barrier(
        say(N_("The certifying body has not entered yet when this was held: %(tier)s."), tier=tier), BODY
    )


def _under_tier(limit: HoursUnderTier, case: Case) -> Test:
    held = periods(limit.tier, limit.of, case)
    not_entered = _not_entered(limit.tier)
    not_held = Barrier(say(N_("This was not held on that day: %(tier)s."), tier=limit.tier))

    def test(hour: Fact) -> Answer:
        if not held:
            return not_entered
        for one in held:
            if one.on <= hour.on <= one.until_on:
                return (one.evidence,)
        return not_held

    return _once_for_each(THE_DAY, test)


def _qualified(limit: SupervisorQualification, case: Case) -> Test:
    by_person = defaultdict(list)
    for one in sorted(case.record.qualifications, key=lambda one: one.evidence):
        by_person[one.supervisor_id].append(one)

    unqualified = Barrier(say(N_("By what is on file, the supervisor was not qualified on this day.")))

    not_known = cache(
        lambda person_id: Barrier(
            say(N_("There is no proof yet that the supervisor was qualified.")), BODY, person_id
        )
    )

    def is_enough(one: SupervisorQualified) -> bool:
        return (
            (not limit.any_of or one.credential in limit.any_of)
            and one.practice_minutes >= limit.practice_minutes
            and one.joint_minutes >= limit.joint_minutes
        )

    def test(hour: Fact) -> Answer:
        known = by_person.get(hour.supervisor_id, [])
        for one in known:
            if is_enough(one) and covers(one, hour.on):
                return (one.evidence,)
        if known:
            return unqualified
        return not_known(hour.supervisor_id)

    return _once_for_each(SUPERVISOR_AND_DAY, test)


def _agreed(limit: AgreementOnFile, case: Case) -> Test:
    by_person = defaultdict(list)
    for one in sorted(case.record.agreements, key=lambda one: one.evidence):
        by_person[one.supervisor_id].append(one)

    waits = Barrier(say(N_("The agreement with the supervisor waits for the certifying body.")), BODY)
    not_covered = Barrier(say(N_("The agreement with the supervisor does not cover this day.")))
    none_yet = Barrier(say(N_("There is no agreement with this supervisor on file yet.")), "applicant")

    def test(hour: Fact) -> Answer:
        known = [one for one in by_person.get(hour.supervisor_id, []) if covers(one, hour.on)]
        for one in known:
            if not limit.is_approved or (one.approved_on is not None and one.approved_on <= case.as_of):
                return (one.evidence,)
        if known:
            return waits
        return not_covered if hour.supervisor_id in by_person else none_yet

    return _once_for_each(SUPERVISOR_AND_DAY, test)


def _shown(limit: ProofShows) -> Test:
    def test(one: Fact) -> Answer:
        missing = [name for name in limit.shows if name not in one.shows]
        if missing:
            return Barrier(
                say(N_("The proof does not show this: %(proof_list)s."), proof_list=",".join(missing)),
                "applicant",
            )
        return ()

    return test


# --- how often a supervisor was met ---------------------------------------------------------------


def _met_often_enough(limit: SupervisionFrequency, case: Case) -> Test:
    held = periods(limit.tier, limit.of, case) if limit.tier else ()
    meetings = [one for one in case.record.supervision if _fits(limit, one) and one.on <= case.as_of]
    days = {hour.on for hour in case.record.practice if hour.state == "approved"}
    worked = {_first_day(day, limit.per) for day in days}
    signed = _shared_out(limit, worked, [one for one in meetings if one.is_signed])
    hoped = _shared_out(limit, worked, meetings)

    def test(hour: Fact) -> Answer:
        if limit.tier and not held:
            return _not_entered(limit.tier)
        if limit.tier and not any(one.on <= hour.on <= one.until_on for one in held):
            return ()
        first = _first_day(hour.on, limit.per)
        found = signed.get(first, [])
        if len(found) >= limit.at_least:
            return tuple(sorted(one.evidence for one in found[: limit.at_least]))
        told = say(
            N_("Supervision from %(first_on)s to %(last_on)s: %(held)s of %(asked)s meetings."),
            first_on=first.isoformat(),
            last_on=_last_day(first, limit.per).isoformat(),
            held=len(found),
            asked=limit.at_least,
        )
        if len(hoped.get(first, [])) >= limit.at_least:
            return Barrier(told, "supervisor")
        if case.as_of <= _last_day(first, limit.per) + timedelta(days=limit.make_up_days):
            return Barrier(told, "applicant")
        return Barrier(told)

    return _once_for_each(THE_DAY, test)


def _fits(limit: SupervisionFrequency, one: SupervisionHeld) -> bool:
    return (
        one.minutes >= limit.least_minutes
        and (not limit.formats or one.format in limit.formats)
        and (not limit.modes or one.mode in limit.modes)
    )


def _shared_out(
    limit: SupervisionFrequency, worked: Iterable[date], meetings: Iterable[SupervisionHeld]
) -> dict[date, list[SupervisionHeld]]:
    """The meetings of each period; one that its own period can spare may make up for an earlier one."""
    found: dict[date, list[SupervisionHeld]] = defaultdict(list)
    for one in sorted(meetings, key=lambda one: (one.on, one.evidence)):
        found[_first_day(one.on, limit.per)].append(one)
    if not limit.make_up_days:
        return found
    needs = Counter(dict.fromkeys(worked, limit.at_least))
    spare = [one for first, held in sorted(found.items()) for one in held[needs[first] :]]
    for first in sorted(needs):
        last = _last_day(first, limit.per)
        while len(found[first]) < limit.at_least:
            late = [one for one in spare if last < one.on <= last + timedelta(days=limit.make_up_days)]
            if not late:
                break
            spare.remove(late[0])
            found[first].append(late[0])
    return found


def _first_day(on: date, per: str) -> date:
    return on - timedelta(days=on.weekday()) if per == "week" else on.replace(day=1)


def _last_day(first: date, per: str) -> date:
    if per == "week":
        return first + timedelta(days=6)
    return first.replace(day=monthrange(first.year, first.month)[1])
