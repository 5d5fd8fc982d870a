"""The sections of a packet in the page's language, from the facts of a record. Nobody's notes are in it."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from flask_babel import gettext

from lms import pages
from lms.certification import words
from lms.certification.facts import FACTS, FIRST
from lms.certification.packet import Packet, Section
from lms.certification.queries.packet import PacketFacts
from lms.people.texts import TEXTS

Rows = tuple[tuple[str, ...], ...]


def _(text: str, **facts: object) -> str:
    return str(gettext(text, **facts))


def packet(facts: PacketFacts, papers: Iterable[tuple[str, bytes]] = ()) -> Packet:
    """The whole packet: what its holder and the reviewers of the body may take, with the files brought."""
    return Packet(
        title=_("Record of %(name)s", name=facts.person.legal_name),
        facts=about(facts),
        on=facts.evaluation.as_of,
        sections=tuple(section(name, facts) for name in SECTIONS),
        page_words=gettext("Page %(number)s"),
        language=pages.language(),
        papers=tuple(papers),
        data=(
            ("findings", facts.evaluation.as_json()),
            *(
                (f"decision-{made.id}-findings", made.evaluation.as_json())
                for one in facts.applications
                for made in one.decisions
            ),
        ),
    )


def about(facts: PacketFacts) -> tuple[tuple[str, str], ...]:
    """The first lines: whose record it is, by which rules, on which day."""
    scheme = facts.scheme
    return (
        (_("Name"), facts.person.legal_name),
        (_("Rules"), f"{words.text_in(scheme.title)}, {_('version %(number)s', number=scheme.version)}"),
        (_("Certifying body"), facts.body.name if facts.body else _("Nobody here")),
        (_("As of"), _iso(facts.evaluation.as_of)),
        (_("All requirements met"), _yes(facts.evaluation.is_met)),
    )


def section(name: str, facts: PacketFacts) -> Section:
    """One section by its name."""
    title, heads, rows, note = SECTIONS[name](facts)
    return Section(name, title, heads, rows, note, _("There is nothing here."))


def titles() -> dict[str, str]:
    """The parts that a holder may share, by name."""
    return {
        "hours": _("Hours by topic and way"),
        "requirements": _("Requirements"),
        "training": _("Training"),
        "entries": _("Practice hours, one by one"),
        "sessions": _("Supervision meetings"),
        "results": _("Examination results"),
        "documents": _("Papers and what others brought"),
        "attestations": _("What was agreed to"),
        "decisions": _("Decisions"),
    }


Made = tuple[str, tuple[str, ...], Rows, str]


def _hours(facts: PacketFacts) -> Made:
    found: dict[tuple[str, str, str], int] = defaultdict(int)
    for hour in facts.record.training:
        topics = ", ".join(words.topic_label(topic) for topic in hour.topics)
        found[_("Training"), topics, words.mode_label(hour.mode)] += hour.minutes
    for entry in facts.record.practice:
        if entry.state == "approved":
            found[_("Practice"), words.topic_label(entry.domain), words.mode_label(entry.mode)] += entry.minutes
    for held in facts.record.supervision:
        if held.is_signed:
            about = words.format_label(held.format)
            found[_("Supervision"), about, words.mode_label(held.mode)] += held.minutes
    rows = tuple((*key, str(minutes), pages.hours(minutes)) for key, minutes in sorted(found.items()))
    heads = (_("Kind"), _("Topic"), _("Way"), _("Minutes"), _("Hours"))
    return titles()["hours"], heads, rows, _("Only signed practice and signed meetings are in these sums.")


def _requirements(facts: PacketFacts) -> Made:
    rows = []
    for top in facts.evaluation.findings:
        for one in top.walk():
            why = "; ".join(words.why_not(each, one.unit) for each in one.excluded)
            said = words.said(one.sentence)
            rows.append((one.requirement_id, words.title_of(one), words.tag_of(one)[1], said, why))
    heads = (_("Code"), _("Requirement"), _("State"), _("What was found"), _("Does not count, and why"))
    return titles()["requirements"], heads, tuple(rows), ""


def _training(facts: PacketFacts) -> Made:
    rows = tuple(
        (
            _iso(hour.on),
            hour.module_id,
            ", ".join(words.topic_label(topic) for topic in hour.topics),
            words.mode_label(hour.mode),
            str(hour.minutes),
            hour.evidence,
        )
        for hour in facts.record.training
    )
    heads = (_("Day"), _("Module"), _("Topic"), _("Way"), _("Minutes"), _("Evidence"))
    return titles()["training"], heads, rows, ""


def _entries(facts: PacketFacts) -> Made:
    rows = []
    for entry in facts.record.practice:
        signed = facts.signatures.get(entry.evidence) if entry.state == "approved" else None
        rows.append(
            (
                _iso(entry.on),
                str(entry.minutes),
                words.activity_label(entry.kind),
                words.topic_label(entry.domain),
                words.mode_label(entry.mode),
                signed.by_name if signed else _("not signed"),
                _iso(signed.at) if signed else "",
                signed.sha256 if signed else "",
                entry.evidence,
            )
        )
    heads = (
        *(_("Day"), _("Minutes"), _("Activity"), _("Topic"), _("Way")),
        *(_("Signed by"), _("Signed at"), _("SHA-256 of what was signed"), _("Evidence")),
    )
    return titles()["entries"], heads, tuple(rows), _("Times of signing are in UTC.")


def _sessions(facts: PacketFacts) -> Made:
    rows = tuple(
        (
            _iso(held.on),
            str(held.minutes),
            words.format_label(held.format),
            words.mode_label(held.mode),
            _name(held.supervisor_id, facts),
            _yes(held.is_signed),
            held.evidence,
        )
        for held in facts.record.supervision
    )
    heads = (_("Day"), _("Minutes"), _("Format"), _("Way"), _("Supervisor"), _("Signed by both"), _("Evidence"))
    return titles()["sessions"], heads, rows, ""


def _results(facts: PacketFacts) -> Made:
    tries = sorted(facts.record.examinations, key=lambda one: (one.on, one.evidence))
    rated = sorted(facts.record.performance, key=lambda one: (one.on, one.evidence))
    rows = (
        *(
            (
                _iso(one.on),
                one.examination_id,
                f"{one.percent}%" if one.scaled is None else str(one.scaled),
                f"{one.cut_percent}%",
                _yes(one.is_passed),
                one.evidence,
            )
            for one in tries
        ),
        *((_iso(one.on), one.form, "", "", _yes(one.is_passed), one.evidence) for one in rated),
    )
    heads = (_("Day"), _("Examination"), _("Result"), _("Passing line"), _("Passed"), _("Evidence"))
    return titles()["results"], heads, rows, _("Results, never answers.")


def _documents(facts: PacketFacts) -> Made:
    rows = []
    files = {one.evidence: one.sha256 for one in facts.papers}
    for name in FACTS:
        if name in FIRST or name == "performance":
            continue
        for fact in sorted(getattr(facts.record, name), key=lambda one: (one.on, one.evidence)):
            told = "; ".join(f"{words.name_label(key)}: {value}" for key, value in _told(fact))
            rows.append(
                (_iso(fact.on), words.name_label(name), told, files.get(fact.evidence, ""), fact.evidence)
            )
    heads = (_("Day"), _("Kind"), _("What it says"), _("SHA-256 of the file"), _("Evidence"))
    return titles()["documents"], heads, tuple(rows), ""


def _told(fact: Any) -> list[tuple[str, str]]:
    found = []
    for key, value in vars(fact).items():
        if key in ("evidence", "on") or value in ("", None, (), False):
            continue
        shown = ", ".join(map(str, value)) if isinstance(value, tuple) else value
        found.append((key, _yes(True) if shown is True else str(shown)))
    return found


def _attestations(facts: PacketFacts) -> Made:
    rows = []
    for given in sorted(facts.record.attestations, key=lambda one: (one.on, one.evidence)):
        text = TEXTS.get((given.text_id, int(given.text_version))) if given.text_version.isdecimal() else None
        title = text.title_in(pages.language()) if text else given.text_id
        rows.append((_iso(given.on), title, given.text_version, given.evidence))
    heads = (_("Day"), _("Text"), _("Version"), _("Evidence"))
    return titles()["attestations"], heads, tuple(rows), ""


def _decisions(facts: PacketFacts) -> Made:
    rows = tuple(
        (
            _iso(made.at),
            str(one.id),
            words.outcome_word(made.outcome),
            _name(made.by_id, facts) if made.by_id is not None else _("at once, by the rules"),
            made.reason,
            made.credential_number or "",
            facts.hashes[made.id].evidence_hash if made.id in facts.hashes else "",
        )
        for one in sorted(facts.applications, key=lambda each: each.id)
        for made in one.decisions
    )
    heads = (
        *(_("At"), _("Application"), _("Decision"), _("Decided by"), _("Reason"), _("Number")),
        _("SHA-256 of the evidence"),
    )
    return titles()["decisions"], heads, rows, _("Times are in UTC.")


def _trail(facts: PacketFacts) -> Made:
    rows = tuple((_iso(one.at), one.action, _name(one.actor_id, facts)) for one in facts.trail)
    return _("What was done with the application"), (_("At"), _("Act"), _("By")), rows, _("Times are in UTC.")


SECTIONS: Mapping[str, Callable[[PacketFacts], Made]] = {
    "hours": _hours,
    "requirements": _requirements,
    "training": _training,
    "entries": _entries,
    "sessions": _sessions,
    "results": _results,
    "documents": _documents,
    "attestations": _attestations,
    "decisions": _decisions,
    "trail": _trail,
}


def shared(facts: PacketFacts, parts: Collection[str]) -> tuple[Section, ...]:
    """The parts that somebody else was given to see, in their order, without columns that say nothing."""
    return tuple(_narrow(section(name, facts)) for name in titles() if name in parts)


def _narrow(made: Section) -> Section:
    says = [at for at in range(len(made.heads)) if any(row[at] for row in made.rows)]
    rows = tuple(tuple(row[at] for at in says) for row in made.rows)
    return replace(made, heads=tuple(made.heads[at] for at in says), rows=rows)


def _iso(moment: date | datetime) -> str:
    if isinstance(moment, datetime):
        return moment.strftime("%Y-%m-%d %H:%M:%S")
    return moment.isoformat()


def _yes(is_so: bool) -> str:
    return _("yes") if is_so else _("no")


def _name(person_id: int | None, facts: PacketFacts) -> str:
    if person_id is None:
        return _("the program")
    return facts.names[person_id].chosen_name if person_id in facts.names else ""
