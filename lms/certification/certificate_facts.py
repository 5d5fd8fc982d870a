"""What the certificate may tell of an evaluation: hours and passes, never a score or a reason. Pure."""

from collections import defaultdict

from lms.certification.facts import Record
from lms.certification.findings import Evaluation, Finding
from lms.certification.kinds import ModuleCompleted, TrainingHours
from lms.certification.scheme_file import Scheme
from lms.credentials.facts import CredentialFacts, HoursLine


def in_language(title: tuple[tuple[str, str], ...], language: str) -> str:
    """A text of a scheme file in this language, in English where it has not been translated."""
    texts = dict(title)
    return texts.get(language) or texts.get("en", "")


def certificate_facts(
    scheme: Scheme,
    evaluation: Evaluation,
    record: Record,
    *,
    language: str,
    signatory_name: str = "",
    signatory_title: str = "",
) -> CredentialFacts:
    """The facts that the credential freezes, from what counted and nothing else."""
    record = scheme.allocated(record)
    areas = {name: in_language(title, language) for name, title in scheme.areas}
    counted = set(evaluation.evidence)
    if not any(isinstance(asked, TrainingHours) for asked in scheme.walk()):
        modules = {asked.module for asked in scheme.walk() if isinstance(asked, ModuleCompleted)}
        counted |= {
            hour.evidence
            for hour in record.training
            if hour.module_id in modules and hour.on <= evaluation.as_of
        }
    by_mode: dict[str, int] = defaultdict(int)
    by_topic: dict[str, int] = defaultdict(int)
    for hour in record.training:
        if hour.evidence in counted:
            by_mode[hour.mode] += hour.minutes
            if len(hour.topics) == 1:
                by_topic[areas.get(hour.topics[0], hour.topics[0])] += hour.minutes
    return CredentialFacts(
        scheme_title=in_language(scheme.title, language),
        training=tuple(HoursLine(mode, minutes) for mode, minutes in sorted(by_mode.items())),
        domains=tuple(sorted(by_topic.items())),
        practice_minutes=sum(hour.minutes for hour in record.practice if hour.evidence in counted),
        supervision_minutes=sum(held.minutes for held in record.supervision if held.evidence in counted),
        examinations=tuple(
            in_language(finding.title, language)
            for finding in _all(evaluation)
            if finding.kind == "examination_passed" and finding.is_met
        ),
        signatory_name=signatory_name,
        signatory_title=signatory_title,
        language=language,
        evidence=evaluation.evidence,
    )


def _all(evaluation: Evaluation) -> list[Finding]:
    return [finding for top in evaluation.findings for finding in top.walk()]
