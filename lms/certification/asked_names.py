"""The names that schemes ask for, so that a form can offer them. Pure."""

from collections.abc import Iterable, Iterator

from lms.certification.kinds import ContinuingEducation, Requirement, TrainingHours
from lms.certification.kinds.limits import ApprovedTraining, DeadlineAfterStage, HoursAfterStage
from lms.certification.kinds.papers import (
    BackgroundCheck,
    CredentialOnFile,
    DocumentOnFile,
    EmployedOn,
    Endorsement,
    PerformanceAssessment,
    Reciprocity,
    RecoveryDuration,
    References,
    ResidencyShare,
)
from lms.certification.kinds.stages import (
    AttemptsInWindow,
    OrderedStages,
    ProvisionalTier,
    RenewalWindow,
    Stage,
    StageDone,
)
from lms.certification.proof_kinds import KINDS
from lms.certification.scheme_file import Scheme

Asked = Iterator[tuple[str, str]]


def names_asked(schemes: Iterable[Scheme]) -> dict[tuple[str, str], tuple[str, ...]]:
    """For each value of each kind of proof the names to offer: the schemes' own, then the usual ones."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for scheme in schemes:
        for asked in scheme.walk():
            for place, name in (*_of_papers(asked), *_of_stages(asked), *_of_hours(asked)):
                kind, _dot, value = place.partition(".")
                if name:
                    found.setdefault((kind, value), {})[name] = None
    for proof_kind in KINDS.values():
        for each in proof_kind.values:
            if each.usual:
                found.setdefault((proof_kind.id, each.name), {}).update(dict.fromkeys(each.usual))
    return {place: tuple(names) for place, names in found.items()}


def approvers_asked(schemes: Iterable[Scheme]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Who has to approve training, and as what courses, in the schemes' words."""
    limits = [one for scheme in schemes for one in scheme.walk() if isinstance(one, ApprovedTraining)]
    by = dict.fromkeys(limit.approved_by for limit in limits if limit.approved_by)
    courses = dict.fromkeys(course for limit in limits for course, _minutes in limit.courses)
    return tuple(by), tuple(courses)


def _each(place: str, names: Iterable[str]) -> Asked:
    for name in names:
        yield place, name


def _of_papers(asked: Requirement) -> Asked:
    match asked:
        case DocumentOnFile(kind="third_party_document"):
            yield "document.document", asked.document
            yield "document.sender", asked.sender
        case References():
            yield from _each("reference.type", (*(kind for kind, _n in asked.types), *asked.only))
            yield from _each("reference.relation", asked.not_from)
        case BackgroundCheck():
            yield from _each("background.check", asked.checks)
        case RecoveryDuration():
            yield from _each("recovery.by", asked.by)
        case ResidencyShare():
            yield from _each("share.way", asked.ways)
        case PerformanceAssessment():
            yield "performance.form", asked.form
        case CredentialOnFile():
            yield "credential.credential", asked.credential
        case Endorsement():
            yield "credential.credential", asked.base
        case Reciprocity():
            yield from _each("credential.credential", asked.credentials)
            yield from _each("credential.issuer", asked.origins)
        case EmployedOn():
            yield "employment.role", asked.role


def _of_stages(asked: Requirement) -> Asked:
    match asked:
        case StageDone():
            yield "stage.stage", asked.stage
        case OrderedStages():
            yield from _each("stage.stage", (_open(stage) for stage in asked.stages))
        case HoursAfterStage() | DeadlineAfterStage():
            yield "stage.stage", _open(asked.stage)
        case AttemptsInWindow() if asked.opens_at is not None:
            yield "stage.stage", _open(asked.opens_at)
        case ProvisionalTier():
            yield "tier.tier", asked.tier
        case RenewalWindow():
            yield "stage.stage", "renewal_asked"
            if asked.fee_usd:
                yield "payment.purpose", asked.id


def _open(stage: Stage) -> str:
    """The stage's name, where no requirement of the scheme says when it is done."""
    return stage.name if stage.requirement is None else ""


def _of_hours(asked: Requirement) -> Asked:
    match asked:
        case ContinuingEducation():
            named = (*asked.categories, *asked.most)
            yield from _each(
                "continuing_education.categories", (*(n for n, _m in named), *asked.only_categories)
            )
            yield from _each("continuing_education.sponsor", (name for name, _minutes in asked.sponsors))
        case TrainingHours():
            yield from _each("credits.unit", (unit for unit, _minutes in asked.credits))
        case ApprovedTraining():
            yield from _each("attendance.course", (course for course, _minutes in asked.courses))
