"""Which hours count towards a requirement, within its window, its limits and its maximums. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from lms.certification.counting import Piece, Tally, Window, capped, tally, within_most
from lms.certification.facts import EducationContinued, PracticeHour
from lms.certification.findings import N_, Sentence, say
from lms.certification.judging.case import Case
from lms.certification.judging.limits import Answer, Barrier, barrier_of
from lms.certification.kinds import (
    ContinuingEducation,
    Hours,
    Limit,
    PracticeHours,
    SupervisionHours,
    TrainingHours,
)
from lms.certification.kinds.limits import ActivityCap

TOO_MUCH = N_("This is more than the most that counts.")


@dataclass(frozen=True)
class Counted:
    """The hours of one requirement: what counts, and how much is asked for."""

    found: Tally
    needed: int


def counted(asked: Hours, case: Case) -> Counted:
    """What counts of the hours that a requirement asks for, within its limits and maximums."""
    found: Counted | None = case.counted.get(asked)
    if found is None:
        found = case.counted[asked] = _counted(asked, case)
    return found


def _counted(asked: Hours, case: Case) -> Counted:
    bare = replace(asked, limits=())
    base = _base_of(bare, case)
    limits = [limit for limit in asked.limits if case.waiver_of(limit.id) is None]
    answers = [_answers(limit, bare, case) for limit in limits if not isinstance(limit, ActivityCap)]
    passed, refused = _held_back(base.pieces, answers) if answers else (base.pieces, {})
    found = within_most(tally(passed, base.window, case.as_of, refused), base.most, say(TOO_MUCH))
    needed = _needed(asked, case)
    for limit in limits:
        if isinstance(limit, ActivityCap):
            found = _capped(found, limit, needed)
    return Counted(found, needed)


Answers = list[Answer | None]
Pieces = list[tuple[Piece, object]]


@dataclass(frozen=True)
class Base:
    """All hours of a kind with the facts they are of, the days on which they count, and the maximums."""

    pieces: tuple[Piece, ...]
    facts: tuple[object, ...]
    window: Window
    most: Mapping[str, int]


def _base_of(bare: Hours, case: Case) -> Base:
    base: Base | None = case.counted.get((bare, "base"))
    if base is None:
        pairs, window, most = _pieces(bare, case)
        pairs.sort(key=lambda pair: pair[0].evidence)
        pieces, facts = zip(*pairs, strict=True) if pairs else ((), ())
        base = case.counted[bare, "base"] = Base(pieces, facts, window, most)
    return base


def _answers(limit: Limit, bare: Hours, case: Case) -> Answers:
    """What the limit says of each hour, the same to all who ask; None for hours that cannot count anyway."""
    limit = replace(limit, bases=())
    found: Answers | None = case.counted.get((bare, limit))
    if found is None:
        base = _base_of(bare, case)
        opens, test = base.window.opens(case.as_of) or date.min, barrier_of(limit, case)
        found = case.counted[bare, limit] = [
            test(fact) if piece.refused is None and opens <= piece.on <= case.as_of else None
            for piece, fact in zip(base.pieces, base.facts, strict=True)
        ]
    return found


def _pieces(asked: Hours, case: Case) -> tuple[Pieces, Window, dict[str, int]]:
    """All hours of the kind, the days on which they count, and the maximums."""
    match asked:
        case TrainingHours():
            return _training_pieces(asked, case), asked.window, dict(asked.most)
        case PracticeHours():
            return _practice_pieces(asked, case), asked.window, dict(asked.most)
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
    return capped(found, lambda piece: not names.isdisjoint(piece.traits), most, say(TOO_MUCH))


def _held_back(pieces: Iterable[Piece], answers: list[Answers]) -> tuple[list[Piece], dict[int, Sentence]]:
    """The pieces, some made to wait by the first limit that they do not pass, and those refused for good."""
    passed: list[Piece] = []
    refused: dict[int, Sentence] = {}
    for piece, row in zip(pieces, zip(*answers, strict=True), strict=True):
        waits: Barrier | None = None
        for answer in row:
            if answer.__class__ is Barrier:
                if not answer.who:
                    refused[id(piece)] = answer.reason
                    break
                waits = waits or answer
        else:
            if waits is not None and piece.waits is None:
                piece = Piece(*piece[:6], waits.reason, waits.who, waits.person_id, piece.traits)
        passed.append(piece)
    return passed, refused


def proofs_of(limit: Limit, asked: Hours, found: Tally, case: Case) -> tuple[str, ...]:
    """What let the hours pass that count under one limit of a requirement; nothing where it is waived."""
    if case.waiver_of(limit.id) is not None:
        return ()
    bare = replace(asked, limits=())
    names = {piece.evidence for piece in found.counted}
    shown = {
        answer
        for piece, answer in zip(_base_of(bare, case).pieces, _answers(limit, bare, case), strict=True)
        if piece.evidence in names and isinstance(answer, tuple)
    }
    return tuple(sorted({proof for answer in shown for proof in answer}))


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


def _practice_pieces(asked: PracticeHours, case: Case) -> Pieces:
    refused = {
        kind: say(N_("Time for %(activity)s does not count as practice."), activity=kind)
        for kind in asked.kinds_not_counted
    }
    return [(_practice_piece(hour, refused.get(hour.kind)), hour) for hour in case.record.practice]


def _practice_piece(hour: PracticeHour, refused: Sentence | None) -> Piece:
    waits, who = WAITING.get(hour.state, WAITING["draft"])
    return Piece(
        hour.evidence,
        hour.on,
        hour.minutes,
        (hour.domain,),
        hour.mode,
        refused,
        waits,
        who,
        None if waits is None else hour.supervisor_id,
        _traits(hour.kind, hour.mode, hour.population, hour.is_direct),
    )


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


NOT_SIGNED = say(N_("This meeting waits for sign-off."))


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
                waits=None if held.is_signed else NOT_SIGNED,
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
    elsewhere = say(N_("This is about something else."))
    again = say(N_("This course counts once. It is here already."))

    def refused(one: EducationContinued) -> Sentence | None:
        if asked.only_categories and not set(one.categories) & set(asked.only_categories):
            return elsewhere
        if one.course in once and one.evidence not in kept:
            return again
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
