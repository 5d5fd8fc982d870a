"""Hours: of training, practice, supervision and continuing education, and parts of them. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from lms.certification.counting import Piece, Tally, Window, assign, capped, tally, within_most
from lms.certification.facts import EducationContinued, PracticeHour
from lms.certification.findings import N_, Finding, Sentence, Status, Unit, say
from lms.certification.judging.case import BODY, BODY_ENTERS, Case
from lms.certification.judging.limits import Barrier, Test, barrier_of
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

TOO_MUCH = N_("This is more than the most that counts.")


@dataclass(frozen=True)
class Counted:
    """The hours of one requirement: what counts, how much is asked for, and which proofs let hours count."""

    found: Tally
    needed: int
    proofs: Mapping[str, tuple[str, ...]]


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


def counted(asked: Hours, case: Case) -> Counted:
    """What counts of the hours that a requirement asks for, within its limits and maximums."""
    found: Counted | None = case.counted.get(asked)
    if found is None:
        found = case.counted[asked] = _counted(asked, case)
    return found


def _counted(asked: Hours, case: Case) -> Counted:
    bare = replace(asked, limits=())
    if (bare, "pieces") not in case.counted:
        case.counted[bare, "pieces"] = _pieces(bare, case)
    pieces, window, most = case.counted[bare, "pieces"]
    proofs: dict[str, tuple[str, ...]] = {}
    opens = window.opens(case.as_of) or date.min
    tests = [barrier_of(limit, case) for limit in asked.limits if case.waiver_of(limit.id) is None]
    passed = (
        _held_back(piece, fact, tests, proofs)
        if piece.refused is None and opens <= piece.on <= case.as_of
        else piece
        for piece, fact in pieces
    )
    found = within_most(tally(passed, window, case.as_of), most, say(TOO_MUCH))
    needed = _needed(asked, case)
    for limit in asked.limits:
        if isinstance(limit, ActivityCap) and case.waiver_of(limit.id) is None:
            found = _capped(found, limit, needed)
    return Counted(found, needed, proofs)


Pieces = list[tuple[Piece, object]]


def _pieces(asked: Hours, case: Case) -> tuple[Pieces, Window, dict[str, int]]:
    """All hours of the kind, the days on which they count, and the maximums."""
    match asked:
        case TrainingHours():
            return _training_pieces(asked, case), asked.window, dict(asked.most)
        case PracticeHours():
            pieces = [_practice_piece(asked, hour) for hour in case.record.practice]
            return pieces, asked.window, dict(asked.most)
        case SupervisionHours():
            return _supervision_pieces(asked, case), asked.window, {}
        case ContinuingEducation():
            return _education_pieces(asked, case), _cycle(asked, case), dict(asked.most)
    raise TypeError(asked)


def _needed(asked: Hours, case: Case) -> int:
    if not isinstance(asked, SupervisionHours):
        return int(getattr(asked, "minutes", 0))
    needed = asked.minutes
    if asked.practice_minutes_per_hour and asked.practice is not None:
        practised = counted(asked.practice, case).found.minutes
        needed = max(needed, practised // asked.practice_minutes_per_hour * 60)
    return needed


def _capped(found: Tally, limit: ActivityCap, needed: int) -> Tally:
    names = {f"activity:{name}" for name in limit.activities}
    most = limit.minutes or needed * limit.percent // 100
    return capped(found, lambda piece: bool(piece.traits & names), most, say(TOO_MUCH))


def _held_back(piece: Piece, fact: object, tests: list[Test], proofs: dict[str, tuple[str, ...]]) -> Piece:
    """The piece, refused or made to wait by the first limit that it does not pass."""
    if not tests:
        return piece
    answers = [test(fact) for test in tests]
    barriers = [answer for answer in answers if isinstance(answer, Barrier)]
    final = next((one for one in barriers if not one.who), None)
    if final is not None:
        return replace(piece, refused=final.reason)
    if not barriers:
        proofs[piece.evidence] = tuple(name for one in answers if isinstance(one, tuple) for name in one)
    elif piece.waits is None:
        first = barriers[0]
        return replace(piece, waits=first.reason, who=first.who, person_id=first.person_id)
    return piece


# --- what is counted ------------------------------------------------------------------------------


def _training_pieces(asked: TrainingHours, case: Case) -> Pieces:
    wrong_mode = say(
        N_("This way of training does not count here: %(mode_list)s counts."),
        mode_list=",".join(asked.only_modes),
    )

    def piece(evidence: str, on: date, minutes: int, topics: tuple[str, ...], mode: str, course: str) -> Piece:
        refused = wrong_mode if asked.only_modes and mode not in asked.only_modes else None
        traits = frozenset({f"mode:{mode}", f"course:{course}"})
        return Piece(evidence, on, minutes, topics, mode, refused, traits=traits)

    worth = dict(asked.credits)
    return [
        *(
            (piece(hour.evidence, hour.on, hour.minutes, hour.topics, hour.mode, hour.course), hour)
            for hour in case.record.training
        ),
        *(
            (piece(one.evidence, one.on, one.amount * worth[one.unit], one.topics, one.mode, ""), one)
            for one in case.record.credits
            if one.unit in worth
        ),
    ]


def _practice_piece(asked: PracticeHours, hour: PracticeHour) -> tuple[Piece, object]:
    refused = None
    if hour.kind in asked.kinds_not_counted:
        refused = say(N_("Time for %(activity)s does not count as practice."), activity=hour.kind)
    waits, who = WAITING.get(hour.state, WAITING["draft"])
    piece = Piece(
        evidence=hour.evidence,
        on=hour.on,
        minutes=hour.minutes,
        groups=(hour.domain,),
        mode=hour.mode,
        refused=refused,
        waits=waits,
        who=who,
        person_id=hour.supervisor_id if waits is not None else None,
        traits=_traits(hour.kind, hour.mode, hour.population, hour.is_direct),
    )
    return piece, hour


WAITING: dict[str, tuple[Sentence | None, str]] = {
    "approved": (None, ""),
    "submitted": (say(N_("These hours wait for sign-off.")), "supervisor"),
    "returned": (say(N_("These hours need a fix first.")), "applicant"),
    "draft": (say(N_("These hours are a draft. They are not sent yet.")), "applicant"),
}


@cache
def _traits(kind: str, mode: str, population: str, is_direct: bool) -> frozenset[str]:
    traits = {f"activity:{kind}", f"mode:{mode}", f"population:{population}"}
    return frozenset(traits | ({"direct"} if is_direct else set()))


def _supervision_pieces(asked: SupervisionHours, case: Case) -> Pieces:
    wrong_format = say(
        N_("This kind of meeting does not count here: %(format_list)s counts."),
        format_list=",".join(asked.formats),
    )
    return [
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
                traits=frozenset({f"format:{held.format}", f"mode:{held.mode}"}),
            ),
            held,
        )
        for held in case.record.supervision
    ]


def _education_pieces(asked: ContinuingEducation, case: Case) -> Pieces:
    """A course taken twice in the time that counts does so once, the longest time."""
    window = _cycle(asked, case)
    opens = window.opens(case.as_of)
    once: dict[str, EducationContinued] = {}
    for one in case.record.education:
        is_inside = (opens is None or one.on >= opens) and one.on <= (window.until or case.as_of)
        if one.course and is_inside:
            longest = once.setdefault(one.course, one)
            once[one.course] = min(longest, one, key=lambda it: (-it.minutes, it.on, it.evidence))
    kept = {one.evidence for one in once.values()}

    def refused(one: EducationContinued) -> Sentence | None:
        if asked.only_categories and not set(one.categories) & set(asked.only_categories):
            return say(N_("This is about something else."))
        if one.course in once and one.evidence not in kept:
            return say(N_("This course counts once. It is here already."))
        return None

    return [
        (
            Piece(
                one.evidence,
                one.on,
                one.minutes,
                one.categories,
                refused=refused(one),
                traits=frozenset({f"sponsor:{one.sponsor}"}),
            ),
            one,
        )
        for one in case.record.education
    ]


def _cycle(asked: ContinuingEducation, case: Case) -> Window:
    """The days on which continuing education counts: of a year or of a credential's cycle."""
    held = [
        one
        for one in case.record.credentials
        if one.credential == asked.credential and one.on <= case.as_of and one.until_on is not None
    ]
    newest = max(held, key=lambda one: (one.until_on or one.on, one.evidence), default=None)
    if asked.period == "calendar_year":
        year = newest.until_on.year if newest and newest.until_on else case.as_of.year
        return Window(first=date(year, 1, 1), until=date(year, 12, 31))
    if asked.period == "cycle" and newest is not None:
        return Window(first=newest.on, until=newest.until_on)
    return asked.window


# --- findings -------------------------------------------------------------------------------------


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
            evidence=tuple(
                sorted({proof for piece in one.found.counted for proof in one.proofs.get(piece.evidence, ())})
            ),
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
        tuple(piece for piece in all_hours.found.counted if piece.traits & names),
        tuple(piece for piece in all_hours.found.waiting if piece.traits & names),
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
    counted = sum(piece.minutes for piece in found.counted if piece.traits & traits)
    projected = counted + sum(piece.minutes for piece in found.waiting if piece.traits & traits)
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
