"""Proofs in the reader's words: what each kind is called, why it is asked, what its fields mean."""

from datetime import date
from typing import Any

from flask_babel import gettext

from lms import pages
from lms.certification.brought import ProofCard
from lms.certification.findings import Finding
from lms.certification.proof_kinds import ANSWERS, KINDS, ProofState, Shape, Value
from lms.certification.words import mode_label, name_label


def _(text: str, **facts: object) -> str:
    return str(gettext(text, **facts))


def kind_title(kind: str) -> str:
    """What a kind of proof is called."""
    return {
        "birth": _("Date of birth"),
        "education": _("School diploma or degree"),
        "identity": _("Photo ID"),
        "document": _("Another paper"),
        "reference": _("Letter of reference"),
        "background": _("Background check"),
        "recovery": _("Time in recovery"),
        "share": _("Where you live or work"),
        "stage": _("A step that is done"),
        "tier": _("Certificate for a limited time"),
        "payment": _("Fee that came in"),
        "credential": _("Certificate from elsewhere"),
        "employment": _("Work in a role"),
        "continuing_education": _("Continuing education"),
        "credits": _("Credits from a school"),
        "attendance": _("Attendance of a course"),
        "performance": _("Role-play or observation"),
    }[kind]


def kind_why(kind: str) -> str:
    """Why it is asked for, and what not to tell."""
    return {
        "birth": _("Some bodies ask for an age. Only the date is kept."),
        "education": _("Some bodies ask for a diploma or a proof that counts the same."),
        "identity": _(
            "So that the certificate carries your legal name. You can cover all numbers on the card."
        ),
        "document": _("A paper that somebody else wrote for you, such as a summary of your work."),
        "reference": _("A letter by somebody who knows your work. It counts once for each writer."),
        "background": _("Only the outcome is kept. What was found is never written here."),
        "recovery": _("Only a date is kept. Please tell no story and no diagnosis."),
        "share": _("Some boards certify people who live or work in their area."),
        "stage": _("Some paths have steps that are done elsewhere, such as an orientation."),
        "tier": _("Some bodies give a first certificate that holds for a limited time."),
        "payment": _("A fee that the body received."),
        "credential": _("A certificate that another body gave you."),
        "employment": _("Work that an employer can confirm."),
        "continuing_education": _("Courses since you were certified. A course counts once."),
        "credits": _("Courses of a school that can stand for hours of training."),
        "attendance": _("How much of a course was attended."),
        "performance": _("How a role-play or an observation was judged."),
    }[kind]


def day_label(kind: str) -> str:
    """What the first date of a kind means."""
    return {
        "birth": _("Date of birth"),
        "reference": _("Date on the letter"),
        "recovery": _("Day of this statement"),
        "share": _("Day of this statement"),
        "stage": _("Day on which it was done"),
        "tier": _("First day"),
        "credential": _("First day"),
        "employment": _("First day"),
        "background": _("Day of the check"),
        "payment": _("Day on which it came in"),
        "continuing_education": _("Day of the course"),
        "attendance": _("Last day of the course"),
        "performance": _("Day on which it took place"),
    }.get(kind, _("Date on the paper"))


def value_label(kind: str, name: str) -> str:
    """What a field of a kind is called."""
    if (kind, name) == ("recovery", "by"):
        return _("Who says so")
    if (kind, name) == ("education", "detail"):
        return _("What it shows")
    return {
        "detail": _("Kind of card"),
        "has_legal_name": _("It shows my legal name"),
        "document": _("Which paper"),
        "sender": _("Who wrote it"),
        "is_from_issuer": _("It came straight from who issued it"),
        "writer": _("Name of the writer"),
        "type": _("Kind of letter"),
        "relation": _("What the writer is to the person"),
        "check": _("Which check"),
        "outcome": _("Outcome"),
        "since_on": _("In recovery since"),
        "definition_version": _("Version of the definition, if there is one"),
        "way": _("Live or work there"),
        "percent": _("How much of the time, in percent"),
        "stage": _("Which step"),
        "tier": _("Which certificate"),
        "purpose": _("For what"),
        "usd": _("Amount in whole dollars"),
        "credential": _("Which certificate"),
        "issuer": _("Who gave it"),
        "role": _("Role"),
        "minutes": _("Hours"),
        "course": _("Course"),
        "sponsor": _("Who held it"),
        "categories": _("What it was about"),
        "shows": _("What the proof shows"),
        "unit": _("Kind of credit"),
        "amount": _("How many"),
        "mode": _("How it was held"),
        "attended_minutes": _("Hours attended"),
        "planned_minutes": _("Hours planned"),
        "form": _("What was judged"),
        "is_passed": _("It passed"),
    }[name]


def choice_label(name: str) -> str:
    """One word that can be chosen."""
    return {
        "high_school": _("high school"),
        "associate": _("associate degree"),
        "bachelor": _("bachelor's degree"),
        "master": _("master's degree"),
        "doctorate": _("doctorate"),
        "equal_proof": _("a proof that counts the same, such as a GED"),
        "government_photo_id": _("photo ID from a government"),
        "other_id": _("another card"),
        "applicant": _("myself"),
        "self": _("the person"),
        "colleague": _("colleague"),
        "teacher": _("teacher"),
        "other": _("other"),
        "clear": _("clear"),
        "listed": _("listed"),
        "under_review": _("under review"),
        "excepted": _("listed, and the body makes an exception"),
        "live": _("live"),
        "work": _("work"),
        "peer": _("peer"),
        "application": _("application"),
        "class": _("class"),
        "role_play": _("role-play"),
        "semester_credit": _("semester credits"),
        "quarter_credit": _("quarter credits"),
        "ceu": _("CEU"),
        "renewal_asked": _("renewal asked for"),
        "employment_volunteer_summary": _("summary of employment or volunteering"),
        "in_person": mode_label("in_person"),
        "live_remote": mode_label("live_remote"),
        "self_paced": mode_label("self_paced"),
    }.get(name) or name_label(name)


def state_tag(state: ProofState) -> tuple[str, str]:
    """Where a proof stands as (kind of tag, word)."""
    return {
        ProofState.CLAIMED: ("wait", _("Waits for a check")),
        ProofState.VERIFIED: ("ok", _("Checked")),
        ProofState.RETURNED: ("stop", _("Needs a fix")),
        ProofState.WITHDRAWN: ("info", _("Taken back")),
        ProofState.SUPERSEDED: ("info", _("Replaced")),
    }[state]


def act_tag(kind: str) -> tuple[str, str]:
    """One act on a proof, in the words of where it led."""
    return state_tag(ProofState(kind))


def told_lines(card: ProofCard) -> list[tuple[str, str]]:
    """What a proof tells, as (label, words), the date first."""
    lines = [(day_label(card.kind), pages.day(card.on))]
    if card.until_on is not None:
        lines.append((_("Last day"), pages.day(card.until_on)))
    for value in KINDS[card.kind].values:
        given = card.told.get(value.name)
        if given not in (None, "", []):
            lines.append((value_label(card.kind, value.name), _said(value, given)))
    return lines


def _said(value: Value, given: Any) -> str:
    match value.shape:
        case Shape.YES:
            return _("yes") if given else _("no")
        case Shape.DAY:
            return pages.day(date.fromisoformat(given))
        case Shape.MINUTES:
            return pages.hours(given)
        case Shape.PERCENT:
            return f"{given}%"
        case Shape.NAMES:
            return ", ".join(choice_label(name) for name in given)
        case Shape.NAME:
            return choice_label(given)
    return str(given)


def kind_for(finding: Finding) -> str | None:
    """The kind of proof that a person can bring now for a requirement; None where nothing is to be brought."""
    kind = ANSWERS.get(finding.kind)
    if kind is None or KINDS[kind].is_for_body_alone or finding.is_met or finding.who_has_it == "reviewer":
        return None
    if finding.kind in ("ordered_stages", "renewal_window") or finding.projected >= finding.needed > 0:
        return None
    return kind


def answers(card: ProofCard, finding: Finding) -> bool:
    """Whether a proof is of the kind that the requirement asks for."""
    return ANSWERS.get(finding.kind) == card.kind
