"""What somebody brings and the certifying body looks at, as values. Pure."""

from dataclasses import dataclass, field
from datetime import date

from lms.certification.counting import Window
from lms.certification.kinds import Requirement


@dataclass(frozen=True)
class AgeRange(Requirement):
    """An age in whole years, at least and at most (R28)."""

    at_least: int
    at_most: int | None = None


@dataclass(frozen=True)
class DocumentOnFile(Requirement):
    """A paper that the body has seen (R29, R32). `kind` is education_, identity_ or third_party_document.

    `details` are the ones that do, any where there are none; `sender` must have sent it.
    """

    kind: str
    document: str
    details: tuple[str, ...] = ()
    sender: str = ""
    is_from_issuer: bool = False
    has_legal_name: bool = False
    window: Window = field(default=Window())


@dataclass(frozen=True)
class References(Requirement):
    """Letters by different people, with a minimum for types; some relations do not count (R31)."""

    count: int
    types: tuple[tuple[str, int], ...] = ()
    only: tuple[str, ...] = ()
    not_from: tuple[str, ...] = ()
    window: Window = field(default=Window())


@dataclass(frozen=True)
class BackgroundCheck(Requirement):
    """Each of these checks: the newest in the window is clear, or the body has made an exception (R33)."""

    checks: tuple[str, ...]
    is_case_by_case: bool = False
    window: Window = field(default=Window())


@dataclass(frozen=True)
class RecoveryDuration(Requirement):
    """Recovery for so many months, on the word of one of these, in this version of its definition (R27)."""

    months: int
    by: tuple[str, ...] = ()
    definition_version: str = ""


@dataclass(frozen=True)
class ResidencyShare(Requirement):
    """Living or working in the body's area for this part of the time (R34)."""

    percent: int
    ways: tuple[str, ...]


@dataclass(frozen=True)
class PerformanceAssessment(Requirement):
    """A role-play, an observation or the like, passed by a rubric (R13)."""

    form: str
    window: Window = field(default=Window())


@dataclass(frozen=True)
class CredentialOnFile(Requirement):
    """A credential that is held, or ended no more than so many months ago (R37)."""

    credential: str
    ended_months: int = 0


@dataclass(frozen=True)
class Reciprocity(Requirement):
    """A valid credential of one of these bodies, which that body has confirmed (R45)."""

    origins: tuple[str, ...]
    credentials: tuple[str, ...] = ()


@dataclass(frozen=True)
class Endorsement(Requirement):
    """A valid base credential, and so much training from the day after it was given (R44)."""

    base: str
    minutes: int
    topics: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class EmployedOn(Requirement):
    """Work in a role on one day, confirmed by the employer (R30)."""

    day: date
    role: str
