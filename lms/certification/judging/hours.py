"""Findings about hours of training, practice, supervision and continuing education, and parts of them. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from lms.certification.counting import Tally, assign
from lms.certification.findings import N_, Finding, Sentence, Status, Unit, say
from lms.certification.judging.case import BODY, BODY_ENTERS, Case
from lms.certification.judging.counted import counted, proofs_of
from lms.certification.kinds import (
    AreasCovered,
    ContinuingEducation,
    Hours,
    Limit,
    ModeShare,
    PracticeHours,
    Requirement,
    ShareOfHours,
    SupervisionHours,
    Title,
    TrainingHours,
)
from lms.certification.kinds.limits import ActivityCap, ApprovedTraining


def judge_hours(asked: Hours, case: Case) -> Finding:
    """A requirement of hours, with its parts."""
    match asked:
        case TrainingHours():
            return _training(asked, case)
        case PracticeHours():
            practised = counted(asked, case).found
            children = _by_group(asked.id, dict(asked.domains), practised, most=dict(asked.most))
            return _hours(asked, "practice_hours", practised, asked.minutes, children)
        case SupervisionHours():
            found = counted(asked, case)
            return _hours(asked, "supervision_hours", found.found, found.needed, ())
        case ContinuingEducation():
            return _education(asked, case)
    raise TypeError(asked)


def _training(asked: TrainingHours, case: Case) -> Finding:
    found = counted(asked, case).found
    children = (
        *_by_group(asked.id, dict(asked.topics), found, dict(asked.titles), dict(asked.most)),
        *(_by_mode(f"{asked.id}.mode{place}", share, found) for place, share in enumerate(asked.shares, 1)),
    )
    return _hours(asked, "training_hours", found, asked.minutes, children)


def _education(asked: ContinuingEducation, case: Case) -> Finding:
    found = counted(asked, case).found
    children = (
        *_by_group(asked.id, dict(asked.categories), found, most=dict(asked.most)),
        *(
            _by_trait(f"{asked.id}.{sponsor}", sponsor, {f"sponsor:{sponsor}"}, minutes, found)
            for sponsor, minutes in asked.sponsors
        ),
    )
    return _hours(asked, "ce_hours", found, asked.minutes, children)


def judge_limit(asked: Limit, case: Case, kind: str) -> Finding:
    """What passes this one limit of the hours it applies to. Its evidence is the proofs that let them pass."""
    alone = replace(asked, bases=())
    found = [(base, counted(replace(base, limits=(alone,)), case)) for base in asked.bases]
    findings = [
        replace(
            _hours(replace(asked, id=f"{asked.id}.{base.id}"), kind, one.found, one.needed, ()),
            title=base.title,
            evidence=() if isinstance(asked, ActivityCap) else proofs_of(alone, base, one.found, case),
        )
        for base, one in found
    ]
    if len(findings) > 1:
        return _together(asked, kind, findings)
    (only,) = findings
    children: tuple[Finding, ...] = ()
    if isinstance(asked, ApprovedTraining):
        pieces = found[0][1].found
        children = tuple(
            _by_trait(f"{asked.id}.{course}", course, {f"course:{course}"}, minutes, pieces)
            for course, minutes in asked.courses
        )
    status = only.status if all(child.is_met for child in children) else Status.NOT_MET
    if only.who_has_it == BODY and not only.counted:
        status = Status.NOT_YET_EVALUABLE
    sentence = say(BODY_ENTERS) if status is Status.NOT_YET_EVALUABLE else only.sentence
    return replace(
        only,
        requirement_id=asked.id,
        title=asked.title,
        status=status,
        sentence=sentence,
        children=children,
        who_has_it="" if status is Status.MET else only.who_has_it or "applicant",
    )


def _together(asked: Limit, kind: str, findings: list[Finding]) -> Finding:
    done = sum(one.is_met for one in findings)
    return Finding(
        requirement_id=asked.id,
        kind=kind,
        status=Status.MET if done == len(findings) else Status.NOT_MET,
        sentence=say(N_("%(done)s of %(parts)s parts are done."), done=done, parts=len(findings)),
        title=asked.title,
        counted=done,
        needed=len(findings),
        projected=sum(one.projected >= one.needed for one in findings),
        unit=Unit.PARTS,
        who_has_it=next((one.who_has_it for one in findings if not one.is_met), ""),
        children=tuple(findings),
    )


def judge_areas(asked: AreasCovered, case: Case) -> Finding:
    """Whether each area has some minutes of the hours that count."""
    (base,) = asked.bases
    found = counted(base, case).found
    children = _by_group(asked.id, dict.fromkeys(asked.areas, 1), found, dict(asked.titles))
    done = sum(child.is_met for child in children)
    return Finding(
        requirement_id=asked.id,
        kind="areas_covered",
        status=Status.MET if done == len(children) else Status.NOT_MET,
        sentence=say(N_("%(done)s of %(parts)s areas are covered."), done=done, parts=len(children)),
        title=asked.title,
        counted=done,
        needed=len(children),
        projected=sum(child.projected >= child.needed for child in children),
        unit=Unit.PARTS,
        who_has_it="" if done == len(children) else "applicant",
        children=tuple(
            replace(
                child,
                sentence=say(N_("%(counted_minutes)s so far."), counted_minutes=child.counted),
                evidence=(),
            )
            for child in children
        ),
    )


def judge_share(asked: ShareOfHours, case: Case) -> Finding:
    """How much of the hours that count has the property. Percents are of the hours asked for in all."""
    (base,) = asked.bases
    all_hours = counted(base, case)
    prefix = asked.kind.removesuffix("_share")
    names = {"direct"} if prefix == "direct" else {f"{prefix}:{name}" for name in asked.names}
    needed = asked.minutes or -(-all_hours.needed * asked.percent // 100)
    found = Tally(
        tuple(piece for piece in all_hours.found.counted if not names.isdisjoint(piece.traits)),
        tuple(piece for piece in all_hours.found.waiting if not names.isdisjoint(piece.traits)),
    )
    return _hours(asked, asked.kind, found, needed, ())


def _hours(asked: Requirement, kind: str, found: Tally, needed: int, children: tuple[Finding, ...]) -> Finding:
    if needed == 0:
        return _nothing_to_judge_by(asked, kind, found)
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


def _nothing_to_judge_by(asked: Requirement, kind: str, found: Tally) -> Finding:
    return Finding(
        requirement_id=asked.id,
        kind=kind,
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


def _so_far(counted: int, needed: int) -> Sentence:
    return say(
        N_("Counted: %(counted_minutes)s. Asked for: %(needed_minutes)s. To go: %(left_minutes)s."),
        counted_minutes=counted,
        needed_minutes=needed,
        left_minutes=needed - counted,
    )


def _holder(found: Tally, needed: int, children: Iterable[Finding]) -> str:
    """Who can move it on: others only when what lies with them would be enough."""
    held = {
        who: sum(piece.minutes for piece in found.waiting if piece.who == who) for who in ("supervisor", BODY)
    }
    if not all(child.projected >= child.needed for child in children):
        return "applicant"
    if found.minutes + held["supervisor"] >= needed:
        return "supervisor"
    return BODY if found.minutes + held["supervisor"] + held[BODY] >= needed else "applicant"


def _by_group(
    prefix: str,
    minimums: Mapping[str, int],
    found: Tally,
    titles: Mapping[str, Title] | None = None,
    most: Mapping[str, int] | None = None,
) -> tuple[Finding, ...]:
    counted = assign(found.counted, minimums, most)
    projected = assign((*found.counted, *found.waiting), minimums, most)
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


def _by_trait(name: str, about: str, traits: set[str], needed: int, found: Tally) -> Finding:
    counted = sum(piece.minutes for piece in found.counted if not traits.isdisjoint(piece.traits))
    projected = counted + sum(piece.minutes for piece in found.waiting if not traits.isdisjoint(piece.traits))
    return _part(name, about, counted, needed, projected)


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
