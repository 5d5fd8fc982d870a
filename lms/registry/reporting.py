"""Asking the register for a verification report: the answer, the dates, and each check as a sentence."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask_babel import force_locale, get_locale
from flask_babel import gettext as _

from lms import clock
from lms.certification.queries.grace import grace_ends_on
from lms.credentials import labels as words
from lms.credentials import queries as credentials
from lms.credentials.facts import Kind
from lms.credentials.queries import CredentialCard
from lms.credentials.queries.evidence import Evidence, evidence_of
from lms.credentials.reporting import Check, Told
from lms.credentials.services import reports
from lms.credentials.states import State, after_day
from lms.errors import NotFound
from lms.pages import day
from lms.registry import labels
from lms.registry.queries import PublicCredential, Verification, verification


def report_of(actor_id: int | None, *, number: str, on: date | None, language: str) -> str:
    """Make a report of the answer about a credential, now or as of a day, and answer the report's number.

    Raises NotFound, Invalid as `verification` does, and Conflict when too many were made.
    """
    card = reports.hold(number)
    with force_locale(language):
        answer = verification(card.number, on)
        if answer.credential is None:
            raise NotFound
        now = clock.now()
        evidence = evidence_of(card, at=_end_of(on, card.zone, now))
        told = _told(card, answer, answer.credential, evidence)
        return reports.make_report(actor_id, card=card, told=told, evidence=evidence)


def checked(number: str, on: date | None) -> tuple[Verification, tuple[Check, ...]]:
    """The answer about a number, now or as of a day, with each thing that was looked at. Nothing is kept.

    There are no checks where there is no credential. Raises Invalid as `verification` does.
    """
    answer = verification(number, on)
    card = credentials.by_number(answer.number) if answer.credential is not None else None
    if card is None:
        return answer, ()
    return answer, checks(answer, evidence_of(card, at=_end_of(on, card.zone, answer.as_of)))


def _end_of(on: date | None, zone: str, now: datetime) -> datetime:
    """The instant just after what was asked about: now, or the end of the day where the issuer is."""
    if on is None:
        return now + timedelta(microseconds=1)
    return min(now, after_day(on, zone))


def _told(card: CredentialCard, answer: Verification, shown: PublicCredential, evidence: Evidence) -> Told:
    today = answer.as_of.astimezone(ZoneInfo(card.zone)).date()
    grace = None
    if shown.kind is Kind.CERTIFICATION and shown.valid_until is not None and answer.state not in FINAL:
        grace = grace_ends_on(card, shown.valid_until, answer.on or today)
    return Told(
        language=str(get_locale()),
        on=answer.on,
        at=answer.as_of,
        zone=card.zone,
        number=answer.number,
        verdict=answer.verdict,
        status=answer.state.value,
        seal=labels.SEALS[answer.state] or "ok",
        word=_("In grace") if answer.is_in_grace else words.state_word(answer.state),
        sentence=_plain(labels.sentence(answer)),
        advice=_plain(_advice(answer)),
        name=shown.name,
        title=shown.title,
        kind=shown.kind.value,
        kind_word=words.kind_word(shown.kind),
        issuer_name=shown.issuer,
        issued_on=shown.issued_on,
        valid_until=shown.valid_until,
        checks=checks(answer, evidence),
        grace_ends_on=grace,
        since=answer.since,
        superseded_by=shown.superseded_by,
        reason_class=answer.reason_class.value if answer.reason_class else None,
        reason_word=str(words.REASON_CLASSES[answer.reason_class]) if answer.reason_class else "",
        is_renewal_in_process=answer.is_renewal_in_process,
    )


FINAL = frozenset({State.REVOKED, State.RELINQUISHED, State.SUPERSEDED})
"""What ended for good has no days of grace."""


def _advice(answer: Verification) -> str:
    """What the answer means, for whoever reads it on a later day."""
    if answer.on is not None:
        at = day(answer.on)
        return str(_("So it stood at the end of %(day)s, from what was known when this was asked.", day=at))
    if answer.state is State.ACTIVE:
        return str(_("It was in force when this was asked."))
    return labels.advice(answer)


def checks(answer: Verification, evidence: Evidence) -> tuple[Check, ...]:
    """Each thing that was looked at for an answer, as a sentence in the reader's language."""
    found = [
        ("ok", _("The number has no typing slip: its check character fits.")),
        ("ok", _("Our own register knows the number, and names the issuer.")),
        (labels.SEALS[answer.state] or "ok", labels.sentence(answer)),
        _document(evidence),
        _list(evidence),
        _log(evidence),
    ]
    return tuple(Check(result, _plain(sentence), answer.as_of) for result, sentence in found)


def _plain(text: str) -> str:
    """The text with usual spaces only: times are written with one that typefaces for paper do not have."""
    return " ".join(text.split())


def _document(evidence: Evidence) -> tuple[str, str]:
    if not evidence.is_made:
        return "wait", _("The signed document of the credential is still being made.")
    if evidence.is_signed is None:
        return "wait", _("The document is to be signed anew, with the issuer's next key.")
    if evidence.is_signed:
        return "ok", _("The document of the credential bears its issuer's signature and is unchanged.")
    return "stop", _("The document of the credential is not as it was signed. Please ask the issuer.")


def _list(evidence: Evidence) -> tuple[str, str]:
    if evidence.list_at is None:
        return "wait", _("No status list was signed by then.")
    at = labels.as_of(evidence.list_at)
    if evidence.is_ended:
        return "stop", _("The issuer's status list says that it ended for good. Signed %(moment)s.", moment=at)
    return "ok", _("The issuer's status list does not say that it ended. Signed %(moment)s.", moment=at)


def _log(evidence: Evidence) -> tuple[str, str]:
    if evidence.log is None or evidence.is_logged is None:
        return "wait", _("No checkpoint of the public log covers the credential yet.")
    if not evidence.is_logged:
        return "stop", _("The public log does not speak of this document. Please ask the issuer.")
    return "ok", _(
        "Entry %(entry)s of the public log speaks of this document, and the checkpoint of %(size)s entries "
        "covers it.",
        entry=evidence.log.entry_number,
        size=evidence.covered,
    )
