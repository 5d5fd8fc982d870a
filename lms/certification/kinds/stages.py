"""What has an order or a time of its own: stages, tiers, tries, renewal windows, as values. Pure."""

from dataclasses import dataclass

from lms.certification.kinds import Requirement


@dataclass(frozen=True)
class Stage:
    """A step by name. Where a requirement of the scheme has that name, the step is done when that is met."""

    name: str
    requirement: Requirement | None = None


@dataclass(frozen=True)
class StageDone(Requirement):
    """One step, done (R9)."""

    stage: str
    kind: str = "orientation"


@dataclass(frozen=True)
class OrderedStages(Requirement):
    """Steps of which each counts only from the day on which the one before it was done (R9)."""

    stages: tuple[Stage, ...]


@dataclass(frozen=True)
class ProvisionalTier(Requirement):
    """A time-limited credential on the way, renewed at most so many times (R36)."""

    tier: str
    months: int
    renewals: int = 0
    renewal_months: int = 0
    is_unexpired: bool = False


@dataclass(frozen=True)
class AttemptsInWindow(Requirement):
    """An examination passed in one of the first tries of a window, with waits between them (R12).

    The window opens on the day of a stage, or looks back from the day of the check where there is none.
    """

    examination: str
    attempts: int | None = None
    months: int | None = None
    wait_days: int = 0
    opens_at: Stage | None = None
    then: str = ""


@dataclass(frozen=True)
class ExaminationScore(Requirement):
    """Each of these examinations with at least this score, in percent or on a scale (R10, R11)."""

    examinations: tuple[str, ...]
    applies_to: tuple[str, ...] = ()
    percent: int | None = None
    scaled: int | None = None


@dataclass(frozen=True)
class RenewalWindow(Requirement):
    """Asked for inside a window around the last day of the credential, perhaps with a fee (R37, R42).

    The window closes on `until` (month, day) of the year of that last day, or of the year after it.
    """

    until: tuple[int, int]
    is_next_year: bool = False
    opens_days: int | None = None
    fee_usd: int = 0
    credential: str = ""
