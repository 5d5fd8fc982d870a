"""The kinds of requirement a scheme may ask for, as values. Pure.

The shapes are R1, R2, R4, R8, R10, R14 to R16, R18 to R20, R22, R26 and R30 of the field's rules; what a
scheme file asks beyond them is kept and listed as not checked.
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
class ModeShare:
    """At least this much of the training in one of these delivery modes."""

    modes: tuple[str, ...]
    minutes: int


@dataclass(frozen=True)
class TrainingHours(Requirement):
    """Hours of training in all, with a minimum for topics and delivery modes (R1, R2, R4, R8)."""

    minutes: int
    topics: tuple[tuple[str, int], ...] = ()
    titles: tuple[tuple[str, Title], ...] = ()
    shares: tuple[ModeShare, ...] = ()
    only_modes: tuple[str, ...] = ()
    window: Window = field(default=Window())


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
class PracticeHours(Requirement):
    """Signed practice hours, with a minimum for domains, in a window (R14, R15, R16, R18)."""

    minutes: int
    domains: tuple[tuple[str, int], ...] = ()
    kinds_not_counted: tuple[str, ...] = ()
    window: Window = field(default=Window())


@dataclass(frozen=True)
class SupervisionHours(Requirement):
    """Signed supervision: an amount, and one hour for each full block of practice hours (R19, R20, R22)."""

    minutes: int
    practice_minutes_per_hour: int | None = None
    practice: PracticeHours | None = None
    formats: tuple[str, ...] = ()
    window: Window = field(default=Window())


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
