"""The kinds of requirement a scheme may ask for, as values. Pure.

Here are hours, things done once, and groups. `limits` holds what hours must fulfil to count, `papers` what
somebody brings, `stages` what has an order or a time. The R in brackets is the field's own list of rule
shapes. What a scheme file asks beyond them is kept and listed as not checked.
"""

from dataclasses import dataclass, field

from lms.certification.counting import Window

Title = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Requirement:
    """What every requirement has: a name of its own and a title by language."""

    id: str
    title: Title


@dataclass(frozen=True)
class Limit(Requirement):
    """What hours of other requirements must fulfil to count there.

    `bases` are the requirements it applies to, as they are without any limit. A base counts only what
    passes all its limits; the limit's own finding shows what passes this one.
    """

    applies_to: tuple[str, ...]
    bases: tuple["Hours", ...] = ()


@dataclass(frozen=True)
class Hours(Requirement):
    """Hours of some kind. They count where they pass all the limits that the scheme sets to them."""

    limits: tuple[Limit, ...] = field(default=(), kw_only=True)


@dataclass(frozen=True)
class ModeShare:
    """At least this much of the training in one of these delivery modes."""

    modes: tuple[str, ...]
    minutes: int


@dataclass(frozen=True)
class TrainingHours(Hours):
    """Hours of training in all, with minimum and maximum for topics and delivery modes (R1 to R4, R8).

    `credits` says how many minutes of training one credit of a school stands for (R47).
    """

    minutes: int
    topics: tuple[tuple[str, int], ...] = ()
    titles: tuple[tuple[str, Title], ...] = ()
    shares: tuple[ModeShare, ...] = ()
    only_modes: tuple[str, ...] = ()
    window: Window = field(default=Window())
    most: tuple[tuple[str, int], ...] = ()
    credits: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class ModuleCompleted(Requirement):
    """One module, finished with proof (R6)."""

    module: str
    window: Window = field(default=Window())


@dataclass(frozen=True)
class ExaminationPassed(Requirement):
    """One examination, passed (R10)."""

    examination: str
    window: Window = field(default=Window())


@dataclass(frozen=True)
class PracticeHours(Hours):
    """Signed practice hours, with a minimum for domains, in a window (R14, R15, R16, R18)."""

    minutes: int
    domains: tuple[tuple[str, int], ...] = ()
    kinds_not_counted: tuple[str, ...] = ()
    window: Window = field(default=Window())
    most: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class SupervisionHours(Hours):
    """Signed supervision: an amount, and one hour for each full block of practice hours (R19, R20, R22)."""

    minutes: int
    practice_minutes_per_hour: int | None = None
    practice: PracticeHours | None = None
    formats: tuple[str, ...] = ()
    window: Window = field(default=Window())


@dataclass(frozen=True)
class ContinuingEducation(Hours):
    """Continuing education: minimum and maximum by category, minimum by sponsor, no course twice (R38, R39).

    Hours count inside the window, in the calendar year or in the cycle of the credential named in `of`;
    nothing is carried over from outside it.
    """

    minutes: int
    categories: tuple[tuple[str, int], ...] = ()
    most: tuple[tuple[str, int], ...] = ()
    sponsors: tuple[tuple[str, int], ...] = ()
    only_categories: tuple[str, ...] = ()
    period: str = ""
    credential: str = ""
    window: Window = field(default=Window())


@dataclass(frozen=True)
class AreasCovered(Requirement):
    """Each of these areas has training that counts in another requirement (R6)."""

    applies_to: tuple[str, ...]
    areas: tuple[str, ...]
    titles: tuple[tuple[str, Title], ...] = ()
    bases: tuple[Hours, ...] = ()


@dataclass(frozen=True)
class ShareOfHours(Requirement):
    """At least so much of the hours of another requirement has a property (R17, R18, R22).

    `kind` says which: population_share, direct_share, format_share or mode_share. `names` are the
    populations, formats or modes that count; `percent` is of the hours asked for in all.
    """

    kind: str
    applies_to: tuple[str, ...]
    names: tuple[str, ...] = ()
    minutes: int = 0
    percent: int = 0
    bases: tuple[Hours, ...] = ()


@dataclass(frozen=True)
class AttestationMade(Requirement):
    """A yes to one text in one version (R26)."""

    text: str
    text_version: str
    window: Window = field(default=Window())


@dataclass(frozen=True)
class AllOf(Requirement):
    """All of these."""

    of: tuple[Requirement, ...]


@dataclass(frozen=True)
class AnyOf(Requirement):
    """One of these routes (R30)."""

    of: tuple[Requirement, ...]


@dataclass(frozen=True)
class NotEvaluated(Requirement):
    """A kind that this house cannot check. It is shown and never counts as met."""

    kind: str
