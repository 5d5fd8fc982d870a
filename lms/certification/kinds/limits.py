"""What hours must fulfil to count in the requirements they are asked for, as values. Pure."""

from dataclasses import dataclass, field
from datetime import date

from lms.certification.kinds import Limit
from lms.certification.kinds.stages import ProvisionalTier, Stage


@dataclass(frozen=True)
class ApprovedTraining(Limit):
    """Training from a provider that this body had approved on the day (R7), with hours for each course."""

    approved_by: str = ""
    courses: tuple[tuple[str, int], ...] = ()
    providers: tuple[tuple[str, date | None, date | None], ...] = ()


@dataclass(frozen=True)
class FullAttendance(Limit):
    """Training in a course that was attended to at least this percent (R5)."""

    percent: int = 100


@dataclass(frozen=True)
class HoursAfterStage(Limit):
    """Hours from the day after a stage on, and within so many months of it (R15)."""

    stage: Stage = field(default=Stage(""))
    within_months: int | None = None


@dataclass(frozen=True)
class DeadlineAfterStage(Limit):
    """Hours no later than so many months after a stage (R15)."""

    stage: Stage = field(default=Stage(""))
    months: int = 0


@dataclass(frozen=True)
class HoursUnderTier(Limit):
    """Hours on days on which a time-limited credential was held (R15, R36)."""

    tier: str = ""
    of: ProvisionalTier | None = None


@dataclass(frozen=True)
class SupervisorQualification(Limit):
    """Hours with a supervisor who was qualified on that day (R23)."""

    any_of: tuple[str, ...] = ()
    practice_minutes: int = 0
    joint_minutes: int = 0


@dataclass(frozen=True)
class AgreementOnFile(Limit):
    """Hours on days that an agreement with their supervisor covers (R25)."""

    is_approved: bool = False


@dataclass(frozen=True)
class SupervisionFrequency(Limit):
    """Hours in weeks or months with enough meetings of enough length (R21).

    A week is Monday to Sunday. A meeting up to `make_up_days` after the period may stand in for one that
    is missing, where its own period does not need it. `tier` limits the rule to the days of that tier.
    """

    at_least: int = 1
    per: str = "week"
    least_minutes: int = 0
    formats: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    make_up_days: int = 0
    tier: str = ""
    of: ProvisionalTier | None = None


@dataclass(frozen=True)
class ActivityCap(Limit):
    """At most so much of the hours from these activities (R18); `percent` is of the hours asked for."""

    activities: tuple[str, ...] = ()
    minutes: int = 0
    percent: int = 0


@dataclass(frozen=True)
class ProofShows(Limit):
    """Continuing education whose proof shows all of this (R38)."""

    shows: tuple[str, ...] = ()
