"""A verification report that somebody sent in: which it is, when it was made and what it said."""

import hashlib

from flask_babel import gettext as _

from lms.credentials.examining import Examined, Finding
from lms.credentials.queries.reports import ReportCard, report
from lms.credentials.reporting import is_number
from lms.errors import NotFound
from lms.pages import day
from lms.registry import labels


def headline(found: Examined) -> tuple[str, str]:
    """What is said first of a report that is ours and unchanged."""
    card = _card(found)
    if card is None:
        return "stop", _("We did not make this report. Do not rely on it.")
    return "ok", _(
        "This is our report %(number)s of %(moment)s, as it was made.",
        number=card.number,
        moment=labels.as_of(card.made_at),
    )


def checks(data: bytes, found: Examined) -> list[tuple[str, str]]:
    """What was found of the report inside, and what it said, as a kind of tag and a sentence each."""
    told = [_inside(found.credential)]
    card = _card(found)
    if not found.is_ours:
        return told
    if card is None:
        return [*told, ("stop", _("We know of no report with this number."))]
    if not card.is_erased and hashlib.sha256(data).hexdigest() in (card.json_sha256, card.pdf_sha256):
        told.append(("ok", _("It is the very file that was made, byte for byte.")))
    if card.asked_on is not None:
        told.append(("info", _("It was asked how things stood on %(day)s.", day=day(card.asked_on))))
    return [*told, ("info", _("It said then: %(said)s", said=found.said))]


def _inside(finding: Finding) -> tuple[str, str]:
    if finding is Finding.OURS:
        return "ok", _("The report inside is signed by the issuer of the credential and unchanged.")
    if finding is Finding.CHANGED:
        return "stop", _("The report inside was changed after it was signed.")
    if finding is Finding.NOT_OURS:
        return "stop", _("The report inside is signed by a key that we do not know.")
    if finding is Finding.UNSIGNED:
        return "stop", _("The report inside is not signed.")
    return "info", _("The report inside cannot be read.")


def _card(found: Examined) -> ReportCard | None:
    try:
        return report(found.report) if is_number(found.report) else None
    except NotFound:
        return None
