"""What somebody brings and the certifying body looks at. Pure."""

from dataclasses import replace
from datetime import date

from lms.certification.counting import Window, months_after, outside
from lms.certification.facts import BackgroundChecked, ReferenceGiven
from lms.certification.findings import N_, Excluded, Finding, Sentence, Status, Unit, say
from lms.certification.judging.case import BODY, BODY_ENTERS, Case, Judged, covers, one_fact, part
from lms.certification.kinds import TrainingHours
from lms.certification.kinds.papers import (
    AgeRange,
    BackgroundCheck,
    CredentialOnFile,
    DocumentOnFile,
    EmployedOn,
    Endorsement,
    PerformanceAssessment,
    Reciprocity,
    RecoveryDuration,
    References,
    ResidencyShare,
)

SEEN = (N_("Seen on %(done_on)s."), BODY_ENTERS)
TO_BE_CHECKED = N_("The certifying body has this and has not checked it yet.")
LATER = N_("The date is after the day of this check.")


def judge_age(asked: AgeRange, case: Case) -> Finding:
    """The age in whole years. Who was born on February 29 is a year older on March 1 of other years."""
    born = sorted({fact.on for fact in case.record.births})
    names = tuple(sorted(fact.evidence for fact in case.record.births))
    if len(born) != 1:
        sentence = say(N_("Two dates of birth are on file.")) if born else say(BODY_ENTERS)
        return Finding(
            asked.id,
            "age_range",
            Status.NOT_YET_EVALUABLE,
            sentence,
            asked.title,
            needed=asked.at_least,
            unit=Unit.YEARS,
            who_has_it=BODY,
        )
    (day,) = born
    age = case.as_of.year - day.year - ((case.as_of.month, case.as_of.day) < (day.month, day.day))
    is_met = age >= asked.at_least and (asked.at_most is None or age <= asked.at_most)
    sentence = say(N_("Age on this day: %(age)s."), age=age)
    return Finding(
        asked.id,
        "age_range",
        Status.MET if is_met else Status.NOT_MET,
        sentence,
        asked.title,
        counted=min(age, asked.at_least) if is_met or age < asked.at_least else 0,
        needed=asked.at_least,
        projected=min(age, asked.at_least),
        unit=Unit.YEARS,
        evidence=names if is_met else (),
        who_has_it="" if is_met else "applicant",
        earliest_on=_birthday(day, asked.at_least) if age < asked.at_least else None,
    )


def _birthday(born: date, years: int) -> date:
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)


def judge_document(asked: DocumentOnFile, case: Case) -> Finding:
    """A paper of the right kind, from the right hands, that the body has checked."""
    judged = []
    for fact in case.record.documents:
        if fact.kind != asked.document:
            continue
        why, who = outside(fact.on, asked.window, case.as_of), ""
        if why is None and asked.details and fact.detail not in asked.details:
            why = say(N_("This paper shows something else than what is asked for."))
        if why is None and asked.sender and fact.sender != asked.sender:
            why = say(N_("This paper must come from %(sender)s."), sender=asked.sender)
        if why is None and asked.is_from_issuer and not fact.is_from_issuer:
            why = say(N_("This paper must come straight from who issued it."))
        if why is None and asked.has_legal_name and not fact.has_legal_name:
            why = say(N_("The name is not the legal name."))
        if why is None and (fact.verified_on is None or fact.verified_on > case.as_of):
            why, who = say(TO_BE_CHECKED), BODY
        judged.append(Judged(fact, why, who))
    return one_fact(asked, asked.kind, judged, SEEN, about=asked.document, who=BODY)


def judge_references(asked: References, case: Case) -> Finding:
    """How many letters count, each writer once, and how many of each type."""
    good, waiting = dict[str, ReferenceGiven](), dict[str, ReferenceGiven]()
    excluded = []
    for fact in sorted(case.record.references, key=lambda one: (one.on, one.evidence)):
        why = outside(fact.on, asked.window, case.as_of)
        if why is None and fact.relation in asked.not_from:
            why = say(N_("A letter from this person does not count: %(relation)s."), relation=fact.relation)
        if why is None and asked.only and fact.type not in asked.only:
            why = say(N_("Another kind of letter is asked for."))
        is_checked = fact.verified_on is not None and fact.verified_on <= case.as_of
        if why is None and is_checked:
            if fact.writer in good:
                why = say(N_("Each writer counts once."))
            else:
                good[fact.writer] = fact
        elif why is None:
            waiting.setdefault(fact.writer, fact)
            excluded.append(Excluded(1, say(TO_BE_CHECKED), (fact.evidence,), is_waiting=True, who=BODY))
        if why is not None:
            excluded.append(Excluded(1, why, (fact.evidence,)))
    hoped = {**waiting, **good}
    children = tuple(
        replace(
            part(f"{asked.id}.{kind}", kind, sum(one.type == kind for one in good.values()), needed),
            projected=sum(one.type == kind for one in hoped.values()),
        )
        for kind, needed in asked.types
    )
    is_met = len(good) >= asked.count and all(child.is_met for child in children)
    waits = len(hoped) >= asked.count and all(child.projected >= child.needed for child in children)
    return Finding(
        asked.id,
        "references",
        Status.MET if is_met else Status.NOT_MET,
        say(N_("%(counted)s of %(needed)s."), counted=len(good), needed=asked.count),
        asked.title,
        counted=len(good),
        needed=asked.count,
        projected=len(hoped),
        excluded=tuple(excluded),
        evidence=tuple(sorted(one.evidence for one in good.values())),
        who_has_it="" if is_met else BODY if waits else "applicant",
        children=children,
    )


def judge_background(asked: BackgroundCheck, case: Case) -> Finding:
    """The newest outcome of each check. On one day the worse outcome is the newest."""
    children = tuple(_check(asked, name, case) for name in asked.checks)
    done = sum(child.is_met for child in children)
    nothing = not any(child.evidence or child.excluded for child in children)
    status = Status.MET if done == len(children) else Status.NOT_MET
    return Finding(
        asked.id,
        "background_check",
        Status.NOT_YET_EVALUABLE if nothing else status,
        say(BODY_ENTERS)
        if nothing
        else say(N_("%(done)s of %(parts)s parts are done."), done=done, parts=len(children)),
        asked.title,
        counted=done,
        needed=len(children),
        projected=sum(child.projected for child in children),
        unit=Unit.PARTS,
        excluded=tuple(one for child in children for one in child.excluded),
        evidence=tuple(sorted(name for child in children for name in child.evidence)),
        who_has_it="" if status is Status.MET else BODY,
        children=tuple(replace(child, excluded=()) for child in children),
    )


WORSE = ("excepted", "clear", "under_review", "listed")


def _check(asked: BackgroundCheck, name: str, case: Case) -> Finding:
    known = sorted(
        (one for one in case.record.background if one.check == name), key=lambda one: (one.on, one.evidence)
    )
    inside = [one for one in known if outside(one.on, asked.window, case.as_of) is None]
    newest = max(inside, key=lambda one: (one.on, WORSE.index(one.outcome), one.evidence), default=None)
    is_met = newest is not None and newest.outcome in ("clear", "excepted")
    waits = newest is not None and not is_met and (newest.outcome == "under_review" or asked.is_case_by_case)
    excluded = [_excluded(one, outside(one.on, asked.window, case.as_of)) for one in known if one not in inside]
    if newest is not None and not is_met:
        why = N_("The certifying body looks at this case.") if waits else N_("This check found something.")
        excluded.append(Excluded(1, say(why), (newest.evidence,), is_waiting=waits, who=BODY if waits else ""))
    return replace(
        part(f"{asked.id}.{name}", name, int(is_met), 1),
        projected=int(is_met or waits),
        excluded=tuple(excluded),
        evidence=(newest.evidence,) if newest and is_met else (),
    )


def _excluded(one: BackgroundChecked, why: Sentence | None) -> Excluded:
    return Excluded(1, why or say(LATER), (one.evidence,))


def judge_recovery(asked: RecoveryDuration, case: Case) -> Finding:
    """Whole months since the earliest start that the right person attested to."""
    good, excluded = [], []
    for fact in sorted(case.record.recovery, key=lambda one: (one.since_on, one.evidence)):
        if fact.on > case.as_of:
            why = say(LATER)
        elif asked.by and fact.by not in asked.by:
            why = say(N_("The word of somebody else is asked for."))
        elif asked.definition_version and fact.definition_version != asked.definition_version:
            why = say(N_("This was said of another definition of recovery."))
        else:
            good.append(fact)
            continue
        excluded.append(Excluded(1, why, (fact.evidence,)))
    if not good:
        return Finding(
            asked.id,
            "recovery_duration",
            Status.NOT_YET_EVALUABLE,
            say(BODY_ENTERS),
            asked.title,
            needed=asked.months,
            unit=Unit.MONTHS,
            excluded=tuple(excluded),
            who_has_it=BODY,
        )
    first = good[0]
    reached = months_after(first.since_on, asked.months)
    is_met = reached <= case.as_of
    past = (case.as_of.year - first.since_on.year) * 12 + case.as_of.month - first.since_on.month
    past -= months_after(first.since_on, past) > case.as_of
    return Finding(
        asked.id,
        "recovery_duration",
        Status.MET if is_met else Status.NOT_MET,
        say(N_("%(counted)s of %(needed)s months."), counted=past, needed=asked.months),
        asked.title,
        counted=past,
        needed=asked.months,
        projected=past,
        unit=Unit.MONTHS,
        excluded=tuple(excluded),
        evidence=(first.evidence,) if is_met else (),
        who_has_it="" if is_met else "applicant",
        earliest_on=None if is_met else reached,
    )


def judge_residency(asked: ResidencyShare, case: Case) -> Finding:
    """The newest word on each way of belonging to the area; the largest share is what counts."""
    newest = {
        way: max(
            (one for one in case.record.residency if one.way == way and one.on <= case.as_of),
            key=lambda one: (one.on, -one.percent, one.evidence),
            default=None,
        )
        for way in asked.ways
    }
    known = [one for one in newest.values() if one is not None]
    best = max(known, key=lambda one: (one.percent, one.evidence), default=None)
    is_met = best is not None and best.percent >= asked.percent
    return Finding(
        asked.id,
        "residency_share",
        Status.MET if is_met else Status.NOT_MET if best else Status.NOT_YET_EVALUABLE,
        say(N_("%(counted)s%% of %(needed)s%%."), counted=best.percent, needed=asked.percent)
        if best
        else say(BODY_ENTERS),
        asked.title,
        counted=best.percent if best else 0,
        needed=asked.percent,
        projected=best.percent if best else 0,
        unit=Unit.PERCENT,
        evidence=(best.evidence,) if best and is_met else (),
        who_has_it="" if is_met else "applicant" if best else BODY,
    )


def judge_performance(asked: PerformanceAssessment, case: Case) -> Finding:
    """A performance of this form that passed."""
    judged = (
        Judged(
            fact,
            outside(fact.on, asked.window, case.as_of)
            or (None if fact.is_passed else say(N_("This try did not pass."))),
        )
        for fact in case.record.performance
        if fact.form == asked.form
    )
    return one_fact(
        asked, "performance_assessment", judged, (N_("Passed on %(done_on)s."), BODY_ENTERS), who=BODY
    )


def judge_credential(asked: CredentialOnFile, case: Case) -> Finding:
    """A credential that holds on the day of the check, or ended not too long before."""
    judged = []
    for fact in case.record.credentials:
        if fact.credential != asked.credential:
            continue
        last = None if fact.until_on is None else months_after(fact.until_on, asked.ended_months)
        why = say(LATER) if fact.on > case.as_of else None
        if why is None and last is not None and case.as_of > last:
            why = say(N_("It ended on %(last_on)s."), last_on=(fact.until_on or last).isoformat())
        judged.append(Judged(fact, why))
    return one_fact(asked, "credential_held", judged, (N_("Held since %(done_on)s."), BODY_ENTERS), who=BODY)


def judge_reciprocity(asked: Reciprocity, case: Case) -> Finding:
    """A valid credential of a body that this one accepts, confirmed by who gave it."""
    judged = []
    for fact in case.record.credentials:
        if fact.issuer not in asked.origins:
            continue
        why, who = None, ""
        if asked.credentials and fact.credential not in asked.credentials:
            why = say(N_("Another credential is asked for."))
        elif not covers(fact, case.as_of):
            why = say(N_("It does not hold on the day of this check."))
        elif not fact.is_verified:
            why, who = say(N_("The body that gave it has not confirmed it yet.")), BODY
        judged.append(Judged(fact, why, who))
    return one_fact(asked, "reciprocity", judged, (N_("Held since %(done_on)s."), BODY_ENTERS), who=BODY)


def judge_endorsement(asked: Endorsement, case: Case) -> Finding:
    """The base credential first, then hours of training from the day after it was given."""
    held = sorted(
        (one.on, one.evidence)
        for one in case.record.credentials
        if one.credential == asked.base and covers(one, case.as_of)
    )
    since = held[0][0] if held else case.as_of
    hours = TrainingHours(asked.id, asked.title, asked.minutes, topics=asked.topics, window=Window(after=since))
    found = replace(case.find(hours, case), kind="endorsement")
    if not held:
        return replace(
            found, status=Status.NOT_YET_EVALUABLE, sentence=say(BODY_ENTERS), evidence=(), who_has_it=BODY
        )
    return replace(found, evidence=(held[0][1], *found.evidence))


def judge_employment(asked: EmployedOn, case: Case) -> Finding:
    """Work in the role on one day, confirmed."""
    judged = [
        Judged(fact, None if fact.is_verified else say(TO_BE_CHECKED), "" if fact.is_verified else BODY)
        for fact in case.record.employment
        if fact.role == asked.role and covers(fact, asked.day)
    ]
    return one_fact(asked, "employed_on", judged, (N_("Work since %(done_on)s."), BODY_ENTERS), who=BODY)
