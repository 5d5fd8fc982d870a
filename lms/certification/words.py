"""Findings in the reader's words: sentences, tags, rings, and lines of evidence."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from babel.numbers import format_decimal
from flask_babel import get_locale, gettext
from flask_babel import ngettext as plural

from lms import pages
from lms.certification.certificate_facts import in_language
from lms.certification.facts import FACTS, FIRST, Record
from lms.certification.findings import Evaluation, Excluded, Fact, Finding, Sentence, Status, Unit
from lms.certification.short_path import short_path
from lms.people.queries import PersonCard

Names = Mapping[int, PersonCard]


def _(text: str, **facts: object) -> str:
    return str(gettext(text, **facts))


def ngettext(one: str, many: str, count: int) -> str:
    """The phrase for this count, in the page's language."""
    return str(plural(one, many, count))


def topic_label(name: str) -> str:
    """A topic or domain of training and practice."""
    return {
        "advocacy": _("Advocacy"),
        "mentoring_education": _("Mentoring and education"),
        "recovery_wellness": _("Recovery and wellness"),
        "ethical_responsibility": _("Ethical responsibility"),
        "harm_reduction": _("Harm reduction"),
        "recovery_wellness_support": _("Recovery and wellness support"),
        "mentoring": _("Mentoring"),
    }.get(name, name.replace("_", " "))


def mode_label(name: str) -> str:
    """A way in which training or practice took place."""
    return {
        "self_paced": _("self-paced"),
        "live_remote": _("live online"),
        "in_person": _("in person"),
        "phone": _("by phone"),
        "video": _("by video"),
    }.get(name, name.replace("_", " "))


def activity_label(name: str) -> str:
    """A kind of practice activity."""
    return {
        "one_to_one": _("one-to-one support"),
        "group": _("group support"),
        "outreach": _("outreach"),
        "advocacy": _("advocacy"),
        "resource_linkage": _("linking to resources"),
        "documentation": _("documentation"),
        "observation": _("observation"),
        "training": _("training"),
        "received_supervision": _("being supervised"),
    }.get(name, name.replace("_", " "))


def name_label(name: str) -> str:
    """A step, a paper, a person or the like, as scheme files and records call it."""
    return {
        "orientation": _("orientation"),
        "self_assessment": _("self-assessment"),
        "core": _("core course"),
        "supplemental": _("supplemental course"),
        "supplemental_mental_health": _("supplemental course, mental health"),
        "application_approved": _("application approved"),
        "training": _("training"),
        "practice": _("practice"),
        "examination": _("examination"),
        "initial": _("initial certification"),
        "trainee": _("trainee certificate"),
        "supervisor": _("supervisor"),
        "employer": _("employer"),
        "school": _("school"),
        "family": _("family"),
        "friend": _("friend"),
        "therapist": _("therapist"),
        "personal": _("personal"),
        "professional": _("professional"),
        "criminal_history": _("criminal history"),
        "registry": _("registries"),
        "ask_the_body": _("ask the certifying body"),
        "retrain": _("the training again"),
        "reapply": _("a new application"),
        "ethics": _("ethics"),
        "law_and_ethics": _("law and ethics"),
        "date": _("date"),
        "hours": _("hours"),
        "title": _("title"),
        "sponsor": _("sponsor"),
        "name": _("name"),
    }.get(name, name.replace("_", " "))


def format_label(name: str) -> str:
    """A format of supervision."""
    return {"individual": _("one to one"), "group": _("in a group")}.get(name, name.replace("_", " "))


def text_in(title: tuple[tuple[str, str], ...]) -> str:
    """A text of a scheme file in the page's language."""
    return in_language(title, pages.language())


def said(sentence: Sentence) -> str:
    """A sentence of a finding in the page's language, its facts put into words."""
    facts = {name: _fact(name, value) for name, value in sentence.facts}
    return _(sentence.text, **facts)


NAMES = ("stage", "tier", "sender", "relation", "consequence", "proof_list")


def _fact(name: str, value: Fact) -> str:
    if name.endswith("minutes"):
        return pages.hours(int(value))
    if name.endswith("_on"):
        return pages.day(date.fromisoformat(str(value)))
    if name == "activity":
        return activity_label(str(value))
    if name in NAMES:
        return ", ".join(name_label(each) for each in str(value).split(","))
    if name == "mode_list":
        return _or(str(value), mode_label)
    if name == "format_list":
        return _or(str(value), format_label)
    return str(value)


def _or(names: str, label: Callable[[str], str]) -> str:
    words = [label(name) for name in names.split(",")]
    return (
        words[0] if len(words) == 1 else _("%(first)s or %(last)s", first=", ".join(words[:-1]), last=words[-1])
    )


def title_of(finding: Finding) -> str:
    """What the requirement is called; a part of one is called by what it is about."""
    if finding.title:
        return text_in(finding.title)
    if "," in finding.about or finding.about in ("self_paced", "live_remote", "in_person"):
        return _or(finding.about, mode_label).capitalize()
    label = topic_label(finding.about)
    return label if label != finding.about.replace("_", " ") else name_label(finding.about).capitalize()


def tag_of(finding: Finding) -> tuple[str, str]:
    """The state of a requirement as (kind of tag, word)."""
    if finding.status is Status.WAIVED:
        return "ok", _("Waived")
    if finding.is_met:
        return "ok", _("Done")
    if finding.kind == "unknown" or (
        finding.status is Status.NOT_YET_EVALUABLE and finding.who_has_it == "reviewer"
    ):
        return "info", _("Not checked here")
    if finding.who_has_it == "supervisor":
        return "wait", _("Waits for sign-off")
    if finding.who_has_it == "certifying_body":
        return "wait", _("With the certifying body")
    if finding.counted or finding.excluded:
        return "wait", _("Under way")
    return "info", _("Not started")


def amount(unit: Unit, value: int) -> str:
    """An amount in the finding's unit."""
    if unit is Unit.MINUTES:
        return pages.hours(value)
    if unit is Unit.YEARS:
        return ngettext("%(num)s year", "%(num)s years", value)
    if unit is Unit.MONTHS:
        return ngettext("%(num)s month", "%(num)s months", value)
    if unit is Unit.PERCENT:
        return f"{value}%"
    return ngettext("%(num)s time", "%(num)s times", value)


def why_not(one: Excluded, unit: Unit) -> str:
    """An amount that does not count, with its reason. A try or a date stands for itself."""
    if unit is Unit.MINUTES:
        return _("%(amount)s: %(reason)s", amount=pages.hours(one.amount), reason=said(one.reason))
    return said(one.reason)


def holder_of(one: Excluded, names: Names) -> str:
    """Who has what waits, in words; empty when nobody can do anything about it."""
    if one.who == "applicant":
        return _("You have these.")
    if one.who == "supervisor":
        if one.person_id is not None and one.person_id in names:
            return _("%(name)s has these.", name=names[one.person_id].chosen_name)
        return _("The supervisor has these.")
    if one.who == "certifying_body":
        return _("The certifying body has these.")
    return ""


def who_has(finding: Finding, names: Names) -> str:
    """Who has the requirement now."""
    if finding.is_met:
        return ""
    if finding.who_has_it == "supervisor":
        holders = sorted(
            {
                names[one.person_id].chosen_name
                for one in finding.excluded
                if one.is_waiting and one.person_id is not None and one.person_id in names
            }
        )
        return (
            _("It is with %(names)s now.", names=", ".join(holders)) if holders else _("It waits for sign-off.")
        )
    if finding.who_has_it == "certifying_body":
        return _("It is with the certifying body now.")
    if finding.who_has_it == "reviewer":
        return _("A person at the certifying body looks at this.")
    return _("It is with you now.")


def what_is_left(evaluation: Evaluation) -> str:
    """The short path: how many things are left, and which comes next."""
    path = short_path(evaluation)
    if not path.count:
        return _("Everything is done.")
    count = ngettext("One thing is left.", "%(num)s things are left.", path.count)
    if path.to_do:
        return _("%(count)s The next is: %(title)s.", count=count, title=title_of(path.to_do[0]))
    if path.with_others:
        return _("%(count)s You can wait; others have it now.", count=count)
    day = path.in_time[0].earliest_on
    return _("%(count)s It takes time: the next can be done on %(day)s.", count=count, day=pages.day(day))


# --- rings ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ring:
    """One ring of the path: 0 to 100, its name, the same in words, and where on the page it leads."""

    percent: int
    label: str
    words: str
    anchor: str


RING_OF = {
    "module_completed": "training",
    "training_hours": "training",
    "practice_hours": "practice",
    "supervision_hours": "supervision",
    "examination_passed": "examinations",
    "attestation": "promises",
}


def rings(evaluation: Evaluation) -> tuple[Ring, ...]:
    """The requirements gathered into a few rings; a ring is full only when all of it is met."""
    groups: dict[str, list[Finding]] = {}
    for finding in evaluation.findings:
        groups.setdefault(RING_OF.get(finding.kind, "other"), []).append(finding)
    return tuple(
        Ring(
            percent=sum(finding.percent for finding in found) // len(found),
            label=_ring_label(name),
            words=_ring_words(found),
            anchor=f"requirement-{found[0].requirement_id}",
        )
        for name, found in groups.items()
    )


def _ring_label(name: str) -> str:
    return {
        "training": _("Training"),
        "practice": _("Practice"),
        "supervision": _("Supervision"),
        "examinations": _("Exams"),
        "promises": _("Ethics"),
    }.get(name, _("More"))


def _ring_words(found: list[Finding]) -> str:
    words = [
        _(
            "%(counted)s of %(needed)s",
            counted=_plain(min(one.counted, one.needed)),
            needed=pages.hours(one.needed),
        )
        for one in found
        if one.unit is Unit.MINUTES and one.needed and one.kind in RING_OF
    ]
    times = [one for one in found if one.unit is not Unit.MINUTES or one.kind not in RING_OF]
    if len(times) == 1 and not words:
        return _("Done") if times[0].is_met else _("Not yet")
    if times:
        done = sum(one.is_met for one in times)
        words.insert(0, _("%(done)s of %(all)s done", done=done, all=len(times)))
    return ", ".join(words) or _("Not yet")


def _plain(minutes: int) -> str:
    return str(format_decimal(round(minutes / 60, 2), format="#,##0.##", locale=get_locale()))


# --- evidence -------------------------------------------------------------------------------------


def evidence_lines(record: Record, names: Names) -> dict[str, str]:
    """Each piece of evidence of a record as one line, by its name."""
    lines: dict[str, str] = {}
    for hour in record.training:
        topics = ", ".join(topic_label(topic) for topic in hour.topics)
        lines[hour.evidence] = _line(hour.on, pages.hours(hour.minutes), mode_label(hour.mode), topics)
    for done in record.modules:
        lines[done.evidence] = _line(done.on, _("module finished, revision %(number)s", number=done.revision))
    for taken in record.examinations:
        words = _("passed") if taken.is_passed else _("not passed")
        line = _("%(percent)s%%, line at %(cut)s%%", percent=taken.percent, cut=taken.cut_percent)
        lines[taken.evidence] = _line(taken.on, words, line)
    for entry in record.practice:
        lines[entry.evidence] = _line(
            entry.on,
            pages.hours(entry.minutes),
            activity_label(entry.kind),
            mode_label(entry.mode),
            _signed_by(entry.supervisor_id, names) if entry.state == "approved" else _("not signed"),
        )
    for held in record.supervision:
        lines[held.evidence] = _line(
            held.on,
            pages.hours(held.minutes),
            format_label(held.format),
            mode_label(held.mode),
            _signed_by(held.supervisor_id, names) if held.is_signed else _("not signed"),
        )
    for given in record.attestations:
        lines[given.evidence] = _line(given.on, _("agreed to version %(version)s", version=given.text_version))
    return {**{fact.evidence: _line(fact.on, *_brought(fact)) for fact in _later(record)}, **lines}


def _later(record: Record) -> list[Any]:
    return [fact for name in FACTS if name not in FIRST for fact in getattr(record, name)]


def _brought(fact: Any) -> list[str]:
    """What a fact from outside says in its own words: its names and amounts, never a reason."""
    told = [name_label(str(getattr(fact, name))) for name in TOLD if getattr(fact, name, "")]
    minutes = getattr(fact, "minutes", 0)
    return [*told, pages.hours(minutes)] if minutes else told


TOLD = (
    *("kind", "detail", "type", "check", "outcome", "way", "stage", "tier", "provider", "course", "form"),
    *("credential", "role", "purpose"),
)


def _line(on: date, *parts: str) -> str:
    return " · ".join((pages.day(on), *(part for part in parts if part)))


def _signed_by(person_id: int | None, names: Names) -> str:
    if person_id is None or person_id not in names:
        return _("signed")
    return _("signed by %(name)s", name=names[person_id].chosen_name)


def state_word(state: str) -> tuple[str, str]:
    """An application's state as (kind of tag, word)."""
    return {
        "submitted": ("wait", _("With the reviewers")),
        "returned": ("stop", _("Needs a fix")),
        "granted": ("ok", _("Granted")),
        "refused": ("info", _("Not granted")),
    }[state]


def standing_word(status: str) -> tuple[str, str]:
    """What stands of a certification as (kind of tag, word)."""
    return {
        "pending": ("wait", _("With the reviewers")),
        "provisional": ("ok", _("Provisional")),
        "active": ("ok", _("Active")),
        "grace": ("wait", _("In grace")),
        "expired": ("wait", _("Expired")),
        "inactive": ("wait", _("Inactive")),
        "probation": ("wait", _("On probation")),
        "suspended": ("stop", _("Suspended")),
        "revoked": ("stop", _("Revoked")),
        "relinquished": ("stop", _("Surrendered")),
        "superseded": ("info", _("Replaced")),
    }[status]


def outcome_word(outcome: str) -> str:
    """What a decision says."""
    return {"granted": _("Granted"), "returned": _("Sent back"), "refused": _("Not granted")}[outcome]


def recommendation_word(outcome: str) -> str:
    """What a reviewer's recommendation says."""
    return {"granted": _("Recommends to grant"), "refused": _("Recommends to refuse")}[outcome]


def kept_word(outcome: str, *, is_final: bool) -> str:
    """What a reviewer reads after their word was kept."""
    if is_final:
        return _("Your decision is kept: %(outcome)s.", outcome=outcome_word(outcome))
    return _("Your recommendation is kept. Another reviewer looks at it next.")


def answer_word(outcome: str) -> str:
    """What the answer to an appeal says."""
    return {
        "upheld": _("The appeal was right. Other reviewers look at the application again."),
        "stands": _("The decision stands."),
    }[outcome]


@dataclass(frozen=True)
class Step:
    """One step of an application's way: when, and in a word what."""

    at: datetime
    word: str


def steps_of(application: Any, way: Any) -> list[Step]:
    """The way of an application in the order of time: sendings, first words, decisions, the appeal."""
    steps = [Step(one.at, _("Sent") if one.round == 1 else _("Sent again")) for one in way.sendings]
    decided = {decision.at for decision in application.decisions}
    steps += [Step(word.at, _("A reviewer has looked at it")) for word in way.words if word.at not in decided]
    steps += [Step(one.at, outcome_word(one.outcome)) for one in application.decisions]
    if way.appeal is not None:
        steps.append(Step(way.appeal.at, _("Appealed")))
        if not way.appeal.is_open:
            steps.append(Step(way.appeal.answered_at, _("Appeal answered")))
    return sorted(steps, key=lambda step: step.at)
