"""Steps in an order, time-limited credentials, tries and renewal windows. Pure."""

from bisect import bisect_left
from dataclasses import dataclass, replace
from datetime import date, timedelta

from lms.certification.counting import months_after, months_before
from lms.certification.facts import ExamTaken
from lms.certification.findings import N_, Excluded, Finding, Sentence, Status, Unit, say
from lms.certification.judging.case import (
    BODY,
    BODY_ENTERS,
    DONE_BY_THE_PERSON,
    Case,
    Judged,
    one_fact,
    part,
)
from lms.certification.kinds.stages import (
    AttemptsInWindow,
    ExaminationScore,
    OrderedStages,
    ProvisionalTier,
    RenewalWindow,
    Stage,
    StageDone,
)

DAY = timedelta(days=1)
Done = tuple[date, str]


def done_dates(stage: Stage, case: Case, since: date | None = None) -> tuple[Done, ...]:
    """The days on which a step was done, nothing of it before `since`, with the evidence; earliest first."""
    key = (stage, since, "done")
    if key not in case.counted:
        case.counted[key] = _done_dates(stage, case, since)
    found: tuple[Done, ...] = case.counted[key]
    return found


def _done_dates(stage: Stage, case: Case, since: date | None) -> tuple[Done, ...]:
    found = [
        (fact.on, fact.evidence)
        for fact in case.record.stages
        if fact.stage == stage.name
        and fact.on <= case.as_of
        and (since is None or (fact.began_on or fact.on) >= since)
    ]
    if stage.requirement is not None:
        reached = _reached(stage, case.between(since, case.as_of))
        found += [reached] if reached else []
    return tuple(sorted(found))


def _reached(stage: Stage, case: Case) -> Done | None:
    """The first day by which what the person had done met the requirement."""
    asked = stage.requirement
    if asked is None:
        return None
    found = case.find(asked, case)
    if not found.is_met:
        return None
    waiver = case.waiver_of(asked.id) if found.status is Status.WAIVED else None
    if waiver is not None:
        return waiver.on, waiver.evidence
    days = sorted({fact.on for name in DONE_BY_THE_PERSON for fact in getattr(case.record, name)})
    place = bisect_left(days, True, key=lambda day: case.find(asked, case.between(None, day)).is_met)
    if place == len(days):
        return None
    evidence = case.find(asked, case.between(None, days[place])).evidence
    return days[place], evidence[-1] if evidence else ""


def judge_stage(asked: StageDone, case: Case) -> Finding:
    """One step that was done."""
    judged = (
        Judged(fact, _not_later_than(fact.on, case.as_of))
        for fact in case.record.stages
        if fact.stage == asked.stage
    )
    return one_fact(asked, asked.kind, judged, (N_("Done on %(done_on)s."), BODY_ENTERS), who=BODY)


def _not_later_than(on: date, as_of: date) -> Sentence | None:
    return say(N_("The date is after the day of this check.")) if on > as_of else None


def judge_order(asked: OrderedStages, case: Case) -> Finding:
    """How many steps are done, each with all of it on or after the day on which the one before was done."""
    since: date | None = None
    evidence: list[str] = []
    excluded: list[Excluded] = []
    children: list[Finding] = []
    for stage in asked.stages:
        done = done_dates(stage, case, since) if len(children) == len(evidence) else ()
        if since is not None and not done and len(children) == len(evidence):
            excluded += _too_early(stage, case, since)
        children.append(
            replace(
                part(f"{asked.id}.{stage.name}", stage.name, 1 if done else 0, 1),
                evidence=(done[0][1],) if done else (),
                sentence=say(N_("Done on %(done_on)s."), done_on=done[0][0].isoformat())
                if done
                else say(N_("Not done yet.")),
            )
        )
        if done:
            since = done[0][0]
            evidence.append(done[0][1])
    number = len(evidence)
    is_met = number == len(children)
    following = next((stage for stage in asked.stages[number:]), None)
    return Finding(
        requirement_id=asked.id,
        kind="ordered_stages",
        status=Status.MET if is_met else Status.NOT_MET,
        sentence=say(N_("%(done)s of %(parts)s parts are done."), done=number, parts=len(children)),
        title=asked.title,
        counted=number,
        needed=len(children),
        projected=number,
        unit=Unit.PARTS,
        excluded=tuple(excluded),
        evidence=tuple(one for one in evidence if one),
        who_has_it="" if following is None else "applicant" if following.requirement else BODY,
        children=tuple(children),
    )


def _too_early(stage: Stage, case: Case, since: date) -> list[Excluded]:
    return [
        Excluded(
            1,
            say(
                N_("This came on %(done_on)s, before the step before it was done on %(since_on)s."),
                done_on=on.isoformat(),
                since_on=since.isoformat(),
            ),
            (evidence,) if evidence else (),
        )
        for on, evidence in done_dates(stage, case)
    ]


# --- time-limited credentials ---------------------------------------------------------------------


@dataclass(frozen=True)
class Period:
    """The days of one period of a tier, both included."""

    evidence: str
    on: date
    until_on: date


def periods(tier: str, rule: ProvisionalTier | None, case: Case) -> tuple[Period, ...]:
    """The periods that count: no more of them, and none longer, than the rule allows."""
    held = sorted(
        {
            Period(fact.evidence, fact.on, fact.until_on)
            for fact in case.record.tiers
            if fact.tier == tier and fact.on <= case.as_of
        },
        key=lambda one: (one.on, one.until_on, one.evidence),
    )
    if rule is None:
        return tuple(held)
    return tuple(
        replace(one, until_on=min(one.until_on, _last_day(one.on, rule, place)))
        for place, one in enumerate(held[: rule.renewals + 1])
    )


def _last_day(on: date, rule: ProvisionalTier, place: int) -> date:
    return months_after(on, rule.months if place == 0 else rule.renewal_months or rule.months)


def judge_tier(asked: ProvisionalTier, case: Case) -> Finding:
    """Whether the time-limited credential was held, renewed no more often than it may be."""
    found = periods(asked.tier, asked, case)
    allowed = {one.evidence for one in found}
    too_many = [
        Excluded(
            1,
            say(
                N_("This is one renewal too many. It can be renewed %(renewals)s times."),
                renewals=asked.renewals,
            ),
            (fact.evidence,),
        )
        for fact in case.record.tiers
        if fact.tier == asked.tier and fact.on <= case.as_of and fact.evidence not in allowed
    ]
    last = max((one.until_on for one in found), default=None)
    has_ended = last is not None and asked.is_unexpired and last < case.as_of
    if last is None:
        status, sentence = Status.NOT_YET_EVALUABLE, say(BODY_ENTERS)
    elif has_ended:
        status, sentence = Status.NOT_MET, say(N_("It ended on %(last_on)s."), last_on=last.isoformat())
    else:
        status = Status.MET
        sentence = say(
            N_("Held from %(first_on)s to %(last_on)s."),
            first_on=found[0].on.isoformat(),
            last_on=last.isoformat(),
        )
    return Finding(
        requirement_id=asked.id,
        kind="provisional_tier",
        status=status,
        sentence=sentence,
        title=asked.title,
        counted=int(status is Status.MET),
        needed=1,
        projected=int(status is Status.MET),
        excluded=tuple(sorted(too_many, key=lambda one: one.evidence)),
        evidence=tuple(one.evidence for one in found),
        who_has_it="" if status is Status.MET else BODY,
    )


# --- examinations ---------------------------------------------------------------------------------


def judge_score(asked: ExaminationScore, case: Case) -> Finding:
    """Whether each examination has a try that reaches the score."""
    children = tuple(_score_of(asked, name, case) for name in asked.examinations)
    done = sum(child.is_met for child in children)
    return Finding(
        requirement_id=asked.id,
        kind="examination_score",
        status=Status.MET if done == len(children) else Status.NOT_MET,
        sentence=say(N_("%(done)s of %(parts)s parts are done."), done=done, parts=len(children)),
        title=asked.title,
        counted=done,
        needed=len(children),
        projected=done,
        unit=Unit.PARTS,
        evidence=tuple(sorted(name for child in children for name in child.evidence)),
        who_has_it="" if done == len(children) else "applicant",
        children=children,
    )


def _score_of(asked: ExaminationScore, name: str, case: Case) -> Finding:
    needed = (asked.scaled if asked.scaled is not None else asked.percent) or 0
    scores = sorted(
        (
            (score, taken.on, taken.evidence)
            for taken in case.record.examinations
            if taken.examination_id == name and taken.on <= case.as_of
            for score in (taken.scaled if asked.scaled is not None else taken.percent,)
            if score is not None
        ),
        key=lambda one: (-one[0], one[1], one[2]),
    )
    best = scores[0] if scores else None
    unit = Unit.PERCENT if asked.scaled is None else Unit.TIMES
    found = part(f"{asked.id}.{name}", name, best[0] if best else 0, needed, unit=unit)
    return replace(found, evidence=(best[2],) if best and best[0] >= needed else ())


def judge_attempts(asked: AttemptsInWindow, case: Case) -> Finding:
    """Whether one of the allowed tries passed; otherwise how many are left, until when and from when on."""
    taken = sorted(
        (one for one in case.record.examinations if one.examination_id == asked.examination),
        key=lambda one: (one.on, one.evidence),
    )
    openings: tuple[date | None, ...] = (None,)
    if asked.opens_at is not None:
        openings = tuple(sorted({on for on, _evidence in done_dates(asked.opens_at, case)}))
        if not openings:
            return _attempts(asked, Status.NOT_YET_EVALUABLE, say(BODY_ENTERS), who=BODY)
    tried = [_tries(asked, opening, taken, case) for opening in openings]
    for window in tried:
        if window.passed is not None:
            sentence = say(N_("Passed on %(done_on)s."), done_on=window.passed.on.isoformat())
            return _attempts(asked, Status.MET, sentence, used=window, who="")
    last = tried[-1]
    if last.closes is not None and case.as_of > last.closes:
        sentence = say(
            N_("The time for tries ended on %(last_on)s. What comes next: %(consequence)s."),
            last_on=last.closes.isoformat(),
            consequence=asked.then or "ask_the_body",
        )
        return _attempts(asked, Status.NOT_MET, sentence, used=last)
    left = None if asked.attempts is None else asked.attempts - len(last.tries)
    if left is not None and left <= 0:
        sentence = say(
            N_("All %(attempts)s tries are used. What comes next: %(consequence)s."),
            attempts=asked.attempts or 0,
            consequence=asked.then or "ask_the_body",
        )
        return _attempts(asked, Status.NOT_MET, sentence, used=last)
    sentence = say(N_("Not passed yet.")) if left is None else say(N_("Tries left: %(left)s."), left=left)
    earliest = last.tries[-1].on + asked.wait_days * DAY if last.tries and asked.wait_days else None
    if earliest is not None and earliest <= case.as_of:
        earliest = None
    return _attempts(asked, Status.NOT_MET, sentence, used=last, earliest=earliest)


@dataclass(frozen=True)
class Tries:
    """The tries of one window, the one that passed, the ones that came too soon or too late."""

    tries: tuple[ExamTaken, ...] = ()
    passed: ExamTaken | None = None
    closes: date | None = None
    excluded: tuple[Excluded, ...] = ()


def _tries(asked: AttemptsInWindow, opening: date | None, taken: list[ExamTaken], case: Case) -> Tries:
    first, closes = opening, None
    if opening is not None and asked.months is not None:
        closes = months_after(opening, asked.months)
    elif opening is None and asked.months is not None:
        first = months_before(case.as_of, asked.months)
    tries: list[ExamTaken] = []
    excluded: list[Excluded] = []
    passed: ExamTaken | None = None
    for one in taken:
        reason = None
        if one.on > case.as_of:
            reason = say(N_("The date is after the day of this check."))
        elif (first is not None and one.on < first) or (closes is not None and one.on > closes):
            reason = say(N_("This try is outside the time for tries."))
        elif asked.attempts is not None and len(tries) >= asked.attempts:
            reason = say(N_("This is one try too many."))
        else:
            is_early = bool(tries) and one.on < tries[-1].on + asked.wait_days * DAY
            tries.append(one)
            if is_early:
                reason = say(
                    N_("This try came before the wait of %(wait_days)s days was over."),
                    wait_days=asked.wait_days,
                )
            elif one.is_passed and passed is None:
                passed = one
            elif not one.is_passed:
                reason = say(N_("This try did not pass."))
        if reason is not None:
            excluded.append(Excluded(1, reason, (one.evidence,)))
    return Tries(tuple(tries), passed, closes, tuple(excluded))


def _attempts(
    asked: AttemptsInWindow,
    status: Status,
    sentence: Sentence,
    *,
    used: Tries | None = None,
    who: str = "applicant",
    earliest: date | None = None,
) -> Finding:
    used = used or Tries()
    is_met = status is Status.MET
    return Finding(
        requirement_id=asked.id,
        kind="attempts_in_window",
        status=status,
        sentence=sentence,
        title=asked.title,
        counted=int(is_met),
        needed=1,
        projected=int(is_met),
        about=asked.examination,
        excluded=used.excluded,
        evidence=(used.passed.evidence,) if is_met and used.passed else (),
        who_has_it=who,
        earliest_on=earliest,
    )


# --- renewal --------------------------------------------------------------------------------------


def judge_renewal(asked: RenewalWindow, case: Case) -> Finding:
    """Whether renewal was asked for inside the window, and its fee was paid."""
    ends = [
        one.until_on
        for one in case.record.credentials
        if one.until_on is not None
        and one.on <= case.as_of
        and (not asked.credential or one.credential == asked.credential)
    ]
    if not ends:
        return _renewal(asked, Status.NOT_YET_EVALUABLE, say(BODY_ENTERS), who=BODY)
    end = max(ends)
    closes = date(end.year + asked.is_next_year, *asked.until)
    opens = end + DAY if asked.is_next_year else date.min
    if asked.opens_days is not None:
        opens = end - asked.opens_days * DAY
    asked_for = sorted(
        (fact.on, fact.evidence)
        for fact in case.record.stages
        if fact.stage == "renewal_asked" and opens <= fact.on <= min(closes, case.as_of)
    )
    if not asked_for:
        if case.as_of > closes:
            sentence = say(N_("The last day was %(last_on)s."), last_on=closes.isoformat())
        else:
            sentence = say(N_("Ask for it by %(last_on)s."), last_on=closes.isoformat())
        return _renewal(
            asked, Status.NOT_MET, sentence, who="applicant", earliest=opens if opens > case.as_of else None
        )
    on, evidence = asked_for[0]
    paid = [one for one in case.record.payments if one.purpose == asked.id and opens <= one.on <= case.as_of]
    if sum(one.usd for one in paid) < asked.fee_usd:
        sentence = say(N_("The fee of $%(usd)s has not come in yet."), usd=asked.fee_usd)
        return _renewal(asked, Status.NOT_MET, sentence, who="applicant", evidence=(evidence,))
    names = (evidence, *(sorted(one.evidence for one in paid) if asked.fee_usd else ()))
    sentence = say(N_("Asked for on %(done_on)s."), done_on=on.isoformat())
    return _renewal(asked, Status.MET, sentence, evidence=names)


def _renewal(
    asked: RenewalWindow,
    status: Status,
    sentence: Sentence,
    *,
    who: str = "",
    evidence: tuple[str, ...] = (),
    earliest: date | None = None,
) -> Finding:
    is_met = status is Status.MET
    return Finding(
        requirement_id=asked.id,
        kind="renewal_window",
        status=status,
        sentence=sentence,
        title=asked.title,
        counted=int(is_met),
        needed=1,
        projected=int(is_met),
        evidence=evidence,
        who_has_it=who,
        earliest_on=earliest,
    )
