"""`evaluate`: which requirements a record meets at a date, with the numbers and the reasons.

Pure: no database, no clock, no Flask. The same inputs give the same answer for ever.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from lms.certification.counting import Piece, Tally, assign, outside, tally
from lms.certification.facts import PracticeHour, Record
from lms.certification.findings import N_, Evaluation, Excluded, Finding, Sentence, Status, Unit, say
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


def evaluate(
    requirements: Iterable[Requirement], record: Record, as_of: date, *, scheme_id: str, scheme_version: int
) -> Evaluation:
    """Each requirement against the record as it stands at `as_of`. Same inputs, same answer, for ever."""
    found = tuple(finding_of(requirement, record, as_of) for requirement in requirements)
    return Evaluation(scheme_id, scheme_version, as_of, found)


def finding_of(requirement: Requirement, record: Record, as_of: date) -> Finding:
    """One requirement against the record."""
    match requirement:
        case TrainingHours():
            return _training(requirement, record, as_of)
        case ModuleCompleted():
            return _module(requirement, record, as_of)
        case ExaminationPassed():
            return _examination(requirement, record, as_of)
        case PracticeHours():
            return _practice(requirement, record, as_of)
        case SupervisionHours():
            return _supervision(requirement, record, as_of)
        case AttestationMade():
            return _attestation(requirement, record, as_of)
        case AllOf():
            return _all_of(requirement, record, as_of)
        case AnyOf():
            return _any_of(requirement, record, as_of)
    return Finding(
        requirement_id=requirement.id,
        kind=requirement.kind if isinstance(requirement, NotEvaluated) else "unknown",
        status=Status.NOT_YET_EVALUABLE,
        sentence=say(N_("This is not checked here yet. It does not count as done.")),
        title=requirement.title,
        needed=1,
        who_has_it="reviewer",
    )


# --- hours ----------------------------------------------------------------------------------------


def _training(asked: TrainingHours, record: Record, as_of: date) -> Finding:
    wrong_mode = say(
        N_("This way of training does not count here: %(mode_list)s counts."),
        mode_list=",".join(asked.only_modes),
    )
    found = tally(
        (
            Piece(
                evidence=hour.evidence,
                on=hour.on,
                minutes=hour.minutes,
                groups=hour.topics,
                mode=hour.mode,
                refused=wrong_mode if asked.only_modes and hour.mode not in asked.only_modes else None,
            )
            for hour in record.training
        ),
        asked.window,
        as_of,
    )
    children = (
        *_by_group(asked.id, dict(asked.topics), found, dict(asked.titles)),
        *(_by_mode(f"{asked.id}.mode{place}", share, found) for place, share in enumerate(asked.shares, 1)),
    )
    return _hours(asked, "training_hours", found, asked.minutes, children)


def _practice(asked: PracticeHours, record: Record, as_of: date) -> Finding:
    found = _practice_tally(asked, record, as_of)
    return _hours(
        asked, "practice_hours", found, asked.minutes, _by_group(asked.id, dict(asked.domains), found)
    )


def _practice_tally(asked: PracticeHours, record: Record, as_of: date) -> Tally:
    return tally((_practice_piece(asked, hour) for hour in record.practice), asked.window, as_of)


def _practice_piece(asked: PracticeHours, hour: PracticeHour) -> Piece:
    refused = None
    if hour.kind in asked.kinds_not_counted:
        refused = say(N_("Time for %(activity)s does not count as practice."), activity=hour.kind)
    waits, who = {
        "approved": (None, ""),
        "submitted": (say(N_("These hours wait for sign-off.")), "supervisor"),
        "returned": (say(N_("These hours need a fix first.")), "applicant"),
    }.get(hour.state, (say(N_("These hours are a draft. They are not sent yet.")), "applicant"))
    return Piece(
        evidence=hour.evidence,
        on=hour.on,
        minutes=hour.minutes,
        groups=(hour.domain,),
        mode=hour.mode,
        refused=refused,
        waits=waits,
        who=who,
        person_id=hour.supervisor_id if waits is not None else None,
    )


def _supervision(asked: SupervisionHours, record: Record, as_of: date) -> Finding:
    wrong_format = say(
        N_("This kind of meeting does not count here: %(format_list)s counts."),
        format_list=",".join(asked.formats),
    )
    found = tally(
        (
            Piece(
                evidence=held.evidence,
                on=held.on,
                minutes=held.minutes,
                mode=held.mode,
                refused=wrong_format if asked.formats and held.format not in asked.formats else None,
                waits=None if held.is_signed else say(N_("This meeting waits for sign-off.")),
                who="" if held.is_signed else "supervisor",
                person_id=None if held.is_signed else held.supervisor_id,
            )
            for held in record.supervision
        ),
        asked.window,
        as_of,
    )
    needed = asked.minutes
    if asked.practice_minutes_per_hour and asked.practice is not None:
        practised = _practice_tally(asked.practice, record, as_of).minutes
        needed = max(needed, practised // asked.practice_minutes_per_hour * 60)
    if needed == 0:
        return Finding(
            requirement_id=asked.id,
            kind="supervision_hours",
            status=Status.NOT_YET_EVALUABLE,
            sentence=say(N_("This depends on signed practice hours. There are too few yet.")),
            title=asked.title,
            counted=found.minutes,
            projected=found.projected,
            unit=Unit.MINUTES,
            excluded=found.excluded,
            evidence=found.evidence,
            who_has_it="applicant",
        )
    return _hours(asked, "supervision_hours", found, needed, ())


def _hours(asked: Requirement, kind: str, found: Tally, needed: int, children: tuple[Finding, ...]) -> Finding:
    has_total = found.minutes >= needed
    is_met = has_total and all(child.is_met for child in children)
    if is_met:
        sentence = say(
            N_("Counted: %(counted_minutes)s. Asked for: %(needed_minutes)s."),
            counted_minutes=found.minutes,
            needed_minutes=needed,
        )
    elif has_total:
        sentence = say(
            N_("Counted: %(counted_minutes)s. That is enough in all, but one part still needs more."),
            counted_minutes=found.minutes,
        )
    else:
        sentence = _so_far(found.minutes, needed)
    return Finding(
        requirement_id=asked.id,
        kind=kind,
        status=Status.MET if is_met else Status.NOT_MET,
        sentence=sentence,
        title=asked.title,
        counted=found.minutes,
        needed=needed,
        projected=found.projected,
        unit=Unit.MINUTES,
        excluded=found.excluded,
        evidence=found.evidence,
        who_has_it="" if is_met else _holder(found, needed, children),
        children=children,
    )


def _so_far(counted: int, needed: int) -> Sentence:
    return say(
        N_("Counted: %(counted_minutes)s. Asked for: %(needed_minutes)s. To go: %(left_minutes)s."),
        counted_minutes=counted,
        needed_minutes=needed,
        left_minutes=needed - counted,
    )


def _holder(found: Tally, needed: int, children: Iterable[Finding]) -> str:
    """Who can move it on: the supervisor only when what lies with supervisors would be enough."""
    with_supervisors = found.minutes + sum(
        piece.minutes for piece in found.waiting if piece.who == "supervisor"
    )
    children_would_do = all(child.projected >= child.needed for child in children)
    return "supervisor" if with_supervisors >= needed and children_would_do else "applicant"


def _by_group(
    prefix: str, minimums: Mapping[str, int], found: Tally, titles: Mapping[str, Title] | None = None
) -> tuple[Finding, ...]:
    counted = assign(found.counted, minimums)
    projected = assign((*found.counted, *found.waiting), minimums)
    return tuple(
        _part(
            f"{prefix}.{group}", group, counted[group], needed, projected[group], (titles or {}).get(group, ())
        )
        for group, needed in minimums.items()
    )


def _by_mode(name: str, share: ModeShare, found: Tally) -> Finding:
    counted = sum(piece.minutes for piece in found.counted if piece.mode in share.modes)
    projected = counted + sum(piece.minutes for piece in found.waiting if piece.mode in share.modes)
    return _part(name, ",".join(share.modes), counted, share.minutes, projected)


def _part(name: str, about: str, counted: int, needed: int, projected: int, title: Title = ()) -> Finding:
    is_met = counted >= needed
    return Finding(
        requirement_id=name,
        kind="part",
        status=Status.MET if is_met else Status.NOT_MET,
        sentence=say(
            N_("%(counted_minutes)s of %(needed_minutes)s."),
            counted_minutes=counted,
            needed_minutes=needed,
        ),
        counted=counted,
        needed=needed,
        projected=projected,
        unit=Unit.MINUTES,
        about=about,
        title=title,
    )


# --- things done once -----------------------------------------------------------------------------


def _once(
    asked: Requirement,
    kind: str,
    about: str,
    done: Iterable[tuple[date, str]],
    excluded: Iterable[tuple[date, str, Sentence]],
    sentences: tuple[str, str],
) -> Finding:
    """A requirement of one fact: the earliest that counts is the evidence."""
    counted = sorted(set(done))
    first = counted[0] if counted else None
    met, not_met = sentences
    return Finding(
        requirement_id=asked.id,
        kind=kind,
        status=Status.MET if first else Status.NOT_MET,
        sentence=say(met, done_on=first[0].isoformat()) if first else say(not_met),
        title=asked.title,
        counted=1 if first else 0,
        needed=1,
        projected=1 if first else 0,
        about=about,
        excluded=tuple(
            Excluded(1, reason, (evidence,))
            for _on, evidence, reason in sorted(set(excluded), key=lambda one: (one[0], one[1]))
        ),
        evidence=(first[1],) if first else (),
        who_has_it="" if first else "applicant",
    )


def _module(asked: ModuleCompleted, record: Record, as_of: date) -> Finding:
    done = [fact for fact in record.modules if fact.module_id == asked.module]
    judged = [(fact.on, fact.evidence, outside(fact.on, asked.window, as_of)) for fact in done]
    return _once(
        asked,
        "module_completed",
        asked.module,
        ((on, evidence) for on, evidence, reason in judged if reason is None),
        ((on, evidence, reason) for on, evidence, reason in judged if reason is not None),
        (N_("Finished on %(done_on)s."), N_("This module is not finished yet.")),
    )


def _examination(asked: ExaminationPassed, record: Record, as_of: date) -> Finding:
    taken = [fact for fact in record.examinations if fact.examination_id == asked.examination]
    judged = [
        (
            fact.on,
            fact.evidence,
            outside(fact.on, asked.window, as_of)
            or (
                None
                if fact.is_passed
                else say(
                    N_("The try on %(taken_on)s came to %(percent)s%%. The line is %(cut_percent)s%%."),
                    taken_on=fact.on.isoformat(),
                    percent=fact.percent,
                    cut_percent=fact.cut_percent,
                )
            ),
        )
        for fact in taken
    ]
    return _once(
        asked,
        "examination_passed",
        asked.examination,
        ((on, evidence) for on, evidence, reason in judged if reason is None),
        ((on, evidence, reason) for on, evidence, reason in judged if reason is not None),
        (N_("Passed on %(done_on)s."), N_("This examination is not passed yet.")),
    )


def _attestation(asked: AttestationMade, record: Record, as_of: date) -> Finding:
    given = [fact for fact in record.attestations if fact.text_id == asked.text]
    judged = [
        (
            fact.on,
            fact.evidence,
            outside(fact.on, asked.window, as_of)
            or (
                None
                if fact.text_version == asked.text_version
                else say(
                    N_("This was for version %(given)s of the text. Version %(asked)s is asked for."),
                    given=fact.text_version,
                    asked=asked.text_version,
                )
            ),
        )
        for fact in given
    ]
    return _once(
        asked,
        "attestation",
        f"{asked.text}.v{asked.text_version}",
        ((on, evidence) for on, evidence, reason in judged if reason is None),
        ((on, evidence, reason) for on, evidence, reason in judged if reason is not None),
        (N_("Agreed to on %(done_on)s."), N_("There is no yes to this text yet.")),
    )


# --- groups ---------------------------------------------------------------------------------------


def _all_of(asked: AllOf, record: Record, as_of: date) -> Finding:
    children = tuple(finding_of(one, record, as_of) for one in asked.of)
    done = sum(child.is_met for child in children)
    return Finding(
        requirement_id=asked.id,
        kind="all_of",
        status=Status.MET if done == len(children) else _open(children),
        sentence=say(N_("%(done)s of %(parts)s parts are done."), done=done, parts=len(children)),
        title=asked.title,
        counted=done,
        needed=len(children),
        projected=sum(child.is_met or child.projected >= child.needed > 0 for child in children),
        unit=Unit.PARTS,
        who_has_it=_first_holder(children),
        children=children,
    )


def _any_of(asked: AnyOf, record: Record, as_of: date) -> Finding:
    children = tuple(finding_of(one, record, as_of) for one in asked.of)
    is_met = any(child.is_met for child in children)
    return Finding(
        requirement_id=asked.id,
        kind="any_of",
        status=Status.MET if is_met else _open(children),
        sentence=say(N_("One of the ways is done.")) if is_met else say(N_("Choose one of these ways.")),
        title=asked.title,
        counted=int(is_met),
        needed=1,
        projected=int(is_met or any(child.projected >= child.needed > 0 for child in children)),
        unit=Unit.PARTS,
        who_has_it="" if is_met else _first_holder(children),
        children=children,
    )


def _open(children: tuple[Finding, ...]) -> Status:
    """Not met, unless nothing below it can be judged at all."""
    if all(child.status is Status.NOT_YET_EVALUABLE for child in children):
        return Status.NOT_YET_EVALUABLE
    return Status.NOT_MET


def _first_holder(children: tuple[Finding, ...]) -> str:
    return next((child.who_has_it for child in children if not child.is_met), "")
