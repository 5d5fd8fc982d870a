"""A person's record as plain facts: what the other slices hold, in the shape that requirements read.

Pure. Amounts are whole minutes, `on` is a calendar date, `evidence` names the row a fact came from.
The same facts are stored as JSON with each decision, so that the decision can be replayed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class TrainingHour:
    """Time in training, with the topics it may count for and its delivery mode.

    `provider` and `course` are another body's names for who held it and as what.
    """

    evidence: str
    module_id: str
    topics: tuple[str, ...]
    minutes: int
    mode: str
    on: date
    provider: str = ""
    course: str = ""


@dataclass(frozen=True)
class ModuleDone:
    """A module finished with proof."""

    evidence: str
    module_id: str
    revision: int
    on: date


@dataclass(frozen=True)
class ExamTaken:
    """One examination handed in and graded."""

    evidence: str
    examination_id: str
    percent: int
    cut_percent: int
    is_passed: bool
    on: date
    scaled: int | None = None


@dataclass(frozen=True)
class PracticeHour:
    """One practice entry; only an entry whose state is `approved` counts."""

    evidence: str
    on: date
    minutes: int
    kind: str
    domain: str
    mode: str
    state: str
    supervisor_id: int | None = None
    population: str = ""
    is_direct: bool = False


@dataclass(frozen=True)
class SupervisionHeld:
    """One meeting with a supervisor; only a signed one counts."""

    evidence: str
    on: date
    minutes: int
    format: str
    mode: str
    is_signed: bool
    supervisor_id: int | None = None


@dataclass(frozen=True)
class AttestationGiven:
    """A yes to a text in one version, with its date. Never the reasons behind it."""

    evidence: str
    text_id: str
    text_version: str
    on: date


# --- what the certifying body, or somebody it trusts, brings ---------------------------------------
# A fact with `is_claimed` was brought and not checked yet: nothing counts it, and a finding says what it
# would come to. The others of this part have their own field for the day or the yes of the check.


@dataclass(frozen=True)
class Birth:
    """`on` is the date of birth, as a paper shows it."""

    evidence: str
    on: date
    is_claimed: bool = False


@dataclass(frozen=True)
class DocumentSeen:
    """A paper that came in on that day; it counts once it is verified.

    `kind` is what it is (education, identity, or the name that a scheme gives it), `detail` what it shows.
    """

    evidence: str
    on: date
    kind: str
    detail: str = ""
    sender: str = ""
    is_from_issuer: bool = False
    verified_on: date | None = None
    has_legal_name: bool = False


@dataclass(frozen=True)
class ReferenceGiven:
    """A letter: by whom, of what type, and what the writer is to the person."""

    evidence: str
    on: date
    writer: str
    type: str
    relation: str = ""
    verified_on: date | None = None


@dataclass(frozen=True)
class BackgroundChecked:
    """The outcome of one check: clear, listed, under_review, or excepted by the body."""

    evidence: str
    on: date
    check: str
    outcome: str


@dataclass(frozen=True)
class RecoveryAttested:
    """Somebody's word that recovery, in one version of its definition, has lasted since a date."""

    evidence: str
    on: date
    since_on: date
    by: str
    definition_version: str = ""
    is_claimed: bool = False


@dataclass(frozen=True)
class ShareAttested:
    """The part of their time, in percent, that a person lives or works in the body's area."""

    evidence: str
    on: date
    way: str
    percent: int
    is_claimed: bool = False


@dataclass(frozen=True)
class StageReached:
    """A step that was done on that day; `began_on` where it took longer."""

    evidence: str
    on: date
    stage: str
    began_on: date | None = None
    is_claimed: bool = False


@dataclass(frozen=True)
class TierHeld:
    """One period of a time-limited credential on the way, both days included."""

    evidence: str
    on: date
    until_on: date
    tier: str
    is_claimed: bool = False


@dataclass(frozen=True)
class TrainingApproved:
    """A body's approval of a provider, or of one of its courses, from that day on."""

    evidence: str
    on: date
    by: str
    provider: str
    course: str = ""
    until_on: date | None = None


@dataclass(frozen=True)
class AttendanceKept:
    """How many minutes of a course were planned and how many were attended, by its last day."""

    evidence: str
    on: date
    course: str
    attended_minutes: int
    planned_minutes: int


@dataclass(frozen=True)
class PerformanceRated:
    """A role-play, an observation or the like, judged by a rubric."""

    evidence: str
    on: date
    form: str
    is_passed: bool


@dataclass(frozen=True)
class SupervisorQualified:
    """What a supervisor held from that day on: a credential, or hours of their own."""

    evidence: str
    on: date
    supervisor_id: int
    credential: str = ""
    until_on: date | None = None
    practice_minutes: int = 0
    joint_minutes: int = 0


@dataclass(frozen=True)
class AgreementMade:
    """A supervision agreement and the days it covers; `approved_on` where the body approved it."""

    evidence: str
    on: date
    supervisor_id: int
    until_on: date | None = None
    approved_on: date | None = None


@dataclass(frozen=True)
class CredentialHeld:
    """A credential held from that day on, and whether its issuer has confirmed it."""

    evidence: str
    on: date
    credential: str
    issuer: str = ""
    until_on: date | None = None
    is_verified: bool = False
    is_claimed: bool = False


@dataclass(frozen=True)
class Employed:
    """Work in a role from that day on, and whether the employer has confirmed it."""

    evidence: str
    on: date
    role: str
    until_on: date | None = None
    is_verified: bool = False


@dataclass(frozen=True)
class EducationContinued:
    """Continuing education. `course` is the same for the same course taken twice."""

    evidence: str
    on: date
    minutes: int
    categories: tuple[str, ...] = ()
    sponsor: str = ""
    course: str = ""
    shows: tuple[str, ...] = ()
    is_claimed: bool = False


@dataclass(frozen=True)
class CreditEarned:
    """Credits of a school, which a scheme may turn into hours of training."""

    evidence: str
    on: date
    unit: str
    amount: int
    topics: tuple[str, ...] = ()
    mode: str = "in_person"
    is_claimed: bool = False


@dataclass(frozen=True)
class PaymentSeen:
    """A fee that the body received."""

    evidence: str
    on: date
    purpose: str
    usd: int


@dataclass(frozen=True)
class WaiverGiven:
    """A body's exception from one requirement of one scheme. Its reason stays with the body."""

    evidence: str
    on: date
    scheme_id: str
    requirement_id: str
    until_on: date | None = None


Fact = Any


@dataclass(frozen=True)
class Record:
    """All of one person's facts. Their order means nothing."""

    training: tuple[TrainingHour, ...] = ()
    modules: tuple[ModuleDone, ...] = ()
    examinations: tuple[ExamTaken, ...] = ()
    practice: tuple[PracticeHour, ...] = ()
    supervision: tuple[SupervisionHeld, ...] = ()
    attestations: tuple[AttestationGiven, ...] = ()
    births: tuple[Birth, ...] = ()
    documents: tuple[DocumentSeen, ...] = ()
    references: tuple[ReferenceGiven, ...] = ()
    background: tuple[BackgroundChecked, ...] = ()
    recovery: tuple[RecoveryAttested, ...] = ()
    residency: tuple[ShareAttested, ...] = ()
    stages: tuple[StageReached, ...] = ()
    tiers: tuple[TierHeld, ...] = ()
    approvals: tuple[TrainingApproved, ...] = ()
    attendance: tuple[AttendanceKept, ...] = ()
    performance: tuple[PerformanceRated, ...] = ()
    qualifications: tuple[SupervisorQualified, ...] = ()
    agreements: tuple[AgreementMade, ...] = ()
    credentials: tuple[CredentialHeld, ...] = ()
    employment: tuple[Employed, ...] = ()
    education: tuple[EducationContinued, ...] = ()
    credits: tuple[CreditEarned, ...] = ()
    payments: tuple[PaymentSeen, ...] = ()
    waivers: tuple[WaiverGiven, ...] = ()

    def as_json(self) -> Json:
        """The record as plain JSON values, in one fixed order.

        What came later, a kind of fact or a field of one, is left out while it says nothing: a record
        that was stored before is written as it was then, and keeps its hash.
        """
        return {
            name: sorted((_plain(fact) for fact in getattr(self, name)), key=lambda row: str(row["evidence"]))
            for name in FACTS
            if name in FIRST or getattr(self, name)
        }

    @property
    def claimed(self) -> frozenset[str]:
        """The names of the facts that were brought and not checked yet."""
        return frozenset(fact.evidence for name in CLAIMABLE for fact in getattr(self, name) if fact.is_claimed)

    def without_claims(self) -> "Record":
        """The record with checked facts only."""
        return replace(
            self,
            **{name: tuple(fact for fact in getattr(self, name) if not fact.is_claimed) for name in CLAIMABLE},
        )

    def as_if_checked(self) -> "Record":
        """The record as it would be if the body found every claim to be right."""
        return replace(
            self,
            **{
                name: tuple(replace(fact, is_claimed=False) for fact in getattr(self, name))
                for name in CLAIMABLE
            },
        )

    @classmethod
    def from_json(cls, stored: Mapping[str, Sequence[Json]]) -> "Record":
        """The record that `as_json` wrote, now or in an earlier year."""
        return cls(
            **{name: tuple(_fact(kind, row) for row in stored.get(name, ())) for name, kind in FACTS.items()}
        )


FACTS: dict[str, type[Fact]] = {
    "training": TrainingHour,
    "modules": ModuleDone,
    "examinations": ExamTaken,
    "practice": PracticeHour,
    "supervision": SupervisionHeld,
    "attestations": AttestationGiven,
    "births": Birth,
    "documents": DocumentSeen,
    "references": ReferenceGiven,
    "background": BackgroundChecked,
    "recovery": RecoveryAttested,
    "residency": ShareAttested,
    "stages": StageReached,
    "tiers": TierHeld,
    "approvals": TrainingApproved,
    "attendance": AttendanceKept,
    "performance": PerformanceRated,
    "qualifications": SupervisorQualified,
    "agreements": AgreementMade,
    "credentials": CredentialHeld,
    "employment": Employed,
    "education": EducationContinued,
    "credits": CreditEarned,
    "payments": PaymentSeen,
    "waivers": WaiverGiven,
}
CLAIMABLE = ("births", "recovery", "residency", "stages", "tiers", "credentials", "education", "credits")
FIRST = ("training", "modules", "examinations", "practice", "supervision", "attestations")
ADDED: dict[type[Fact], tuple[str, ...]] = {
    TrainingHour: ("provider", "course"),
    ExamTaken: ("scaled",),
    PracticeHour: ("population", "is_direct"),
    **dict.fromkeys(
        (
            *(Birth, RecoveryAttested, ShareAttested, StageReached, TierHeld),
            *(CredentialHeld, EducationContinued, CreditEarned),
        ),
        ("is_claimed",),
    ),
}


def _plain(fact: Fact) -> Json:
    row = {name: _plain_value(value) for name, value in asdict(fact).items()}
    later = ADDED.get(type(fact), ())
    return {name: value for name, value in row.items() if name not in later or value not in ("", None, False)}


def _plain_value(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return sorted(value) if isinstance(value, tuple) else value


def _fact(kind: type[Fact], row: Json) -> Fact:
    return kind(**{name: _value(name, value) for name, value in row.items()})


def _value(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    is_day = name == "on" or name.endswith("_on")
    return date.fromisoformat(value) if is_day and value is not None else value
