"""Things done once: a module, an examination, a yes to a text. Pure."""

from collections.abc import Iterable
from datetime import date

from lms.certification.counting import outside
from lms.certification.findings import N_, Excluded, Finding, Sentence, Status, say
from lms.certification.judging.case import Case
from lms.certification.kinds import AttestationMade, ExaminationPassed, ModuleCompleted, Requirement


def _once(
    asked: Requirement,
    kind: str,
    about: str,
    done: Iterable[tuple[date, str]],
    excluded: Iterable[tuple[date, str, Sentence]],
    sentences: tuple[str, str],
) -> Finding:
    """A requirement of one fact: the earliest that counts is the evidence."""
    counted = sorted(set(done))
    first = counted[0] if counted else None
    met, not_met = sentences
    return Finding(
        requirement_id=asked.id,
        kind=kind,
        status=Status.MET if first else Status.NOT_MET,
        sentence=say(met, done_on=first[0].isoformat()) if first else say(not_met),
        title=asked.title,
        counted=1 if first else 0,
        needed=1,
        projected=1 if first else 0,
        about=about,
        excluded=tuple(
            Excluded(1, reason, (evidence,))
            for _on, evidence, reason in sorted(set(excluded), key=lambda one: (one[0], one[1]))
        ),
        evidence=(first[1],) if first else (),
        who_has_it="" if first else "applicant",
    )


def judge_module(asked: ModuleCompleted, case: Case) -> Finding:
    """A module finished."""
    done = [fact for fact in case.record.modules if fact.module_id == asked.module]
    judged = [(fact.on, fact.evidence, outside(fact.on, asked.window, case.as_of)) for fact in done]
    return _once(
        asked,
        "module_completed",
        asked.module,
        ((on, evidence) for on, evidence, reason in judged if reason is None),
        ((on, evidence, reason) for on, evidence, reason in judged if reason is not None),
        (N_("Finished on %(done_on)s."), N_("This module is not finished yet.")),
    )


def judge_examination(asked: ExaminationPassed, case: Case) -> Finding:
    """An examination passed."""
    taken = [fact for fact in case.record.examinations if fact.examination_id == asked.examination]
    judged = [
        (
            fact.on,
            fact.evidence,
            outside(fact.on, asked.window, case.as_of)
            or (
                None
                if fact.is_passed
                else say(
                    N_("The try on %(taken_on)s came to %(percent)s%%. The line is %(cut_percent)s%%."),
                    taken_on=fact.on.isoformat(),
                    percent=fact.percent,
                    cut_percent=fact.cut_percent,
                )
            ),
        )
        for fact in taken
    ]
    return _once(
        asked,
        "examination_passed",
        asked.examination,
        ((on, evidence) for on, evidence, reason in judged if reason is None),
        ((on, evidence, reason) for on, evidence, reason in judged if reason is not None),
        (N_("Passed on %(done_on)s."), N_("This examination is not passed yet.")),
    )


def judge_attestation(asked: AttestationMade, case: Case) -> Finding:
    """A yes to one version of a text."""
    given = [fact for fact in case.record.attestations if fact.text_id == asked.text]
    judged = [
        (
            fact.on,
            fact.evidence,
            outside(fact.on, asked.window, case.as_of)
            or (
                None
                if fact.text_version == asked.text_version
                else say(
                    N_("This was for version %(given)s of the text. Version %(asked)s is asked for."),
                    given=fact.text_version,
                    asked=asked.text_version,
                )
            ),
        )
        for fact in given
    ]
    return _once(
        asked,
        "attestation",
        f"{asked.text}.v{asked.text_version}",
        ((on, evidence) for on, evidence, reason in judged if reason is None),
        ((on, evidence, reason) for on, evidence, reason in judged if reason is not None),
        (N_("Agreed to on %(done_on)s."), N_("There is no yes to this text yet.")),
    )
