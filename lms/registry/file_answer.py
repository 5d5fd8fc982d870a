"""The answer about a file: what was found in it, held against the register."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from lms import clock
from lms.credentials import queries as credentials
from lms.credentials.examining import Examined, Finding, Form, Trust
from lms.credentials.numbers import is_well_formed, normalise
from lms.credentials.queries import keys
from lms.credentials.services.keys import authorities, distrusted_seals
from lms.registry import labels, report_file
from lms.registry.examiner import Stopped, examine
from lms.registry.queries import Verification, verification


@dataclass(frozen=True)
class Check:
    """One thing that was looked at, as a sentence: `tag` is ok, stop, wait or info."""

    tag: str
    sentence: str


@dataclass(frozen=True)
class FileAnswer:
    """What can be said of a file: `tag` and `headline` first, then the register's answer, then each check."""

    tag: str
    headline: str
    checks: tuple[Check, ...]
    at: datetime
    register: Verification | None = None

    def as_json(self) -> dict[str, Any]:
        """The same for a machine."""
        return {
            "file": {"ok": "ours", "stop": "not_to_be_trusted"}.get(self.tag, "cannot_be_told"),
            "message": self.headline,
            "checks": [{"result": check.tag, "message": check.sentence} for check in self.checks],
            "checked_at": self.at.isoformat(timespec="seconds"),
            "register": self.register.as_json() if self.register else None,
        }


def answer_for(data: bytes) -> FileAnswer:
    """The answer about the bytes of a file."""
    trust = Trust(
        tuple(one.public_bytes(Encoding.PEM).decode() for one in authorities()),
        tuple(distrusted_seals()),
        keys.trusted_methods(),
    )
    found, now = examine(data, trust), clock.now()
    if isinstance(found, Stopped):
        return FileAnswer("info", STOPPED[found](), (), now)
    register = verification(found.number) if is_well_formed(found.number) else None
    if found.report:
        return _report_answer(data, found, register, now)
    tag, headline = _headline(found)
    checks = (*_file_checks(found), *_register_checks(data, found, register))
    return FileAnswer(tag, headline, checks, now, register if register and register.credential else None)


def _report_answer(data: bytes, found: Examined, register: Verification | None, now: datetime) -> FileAnswer:
    tag, headline = report_file.headline(found) if found.is_ours else _headline(found)
    told = [*([PAGE[found.page]] if found.page is not None else []), *report_file.checks(data, found)]
    if register is not None and found.is_ours:
        today = _("Today: %(said)s", said=labels.sentence(register))
        told.append((labels.SEALS[register.state] or "ok", today))
    checks = tuple(Check(tag, str(sentence)) for tag, sentence in told)
    return FileAnswer(tag, headline, checks, now, register if register and register.credential else None)


STOPPED = {
    Stopped.TOO_LARGE: lambda: _("This file is too large. A file of ours has less than 2 MB."),
    Stopped.TOO_MUCH: lambda: _("We stopped, since this file took too long to check. We issue no such file."),
}


def _headline(found: Examined) -> tuple[str, str]:
    if found.is_ours and found.is_transcript:
        return "ok", _("This transcript is ours, and it is as it was written for its holder.")
    if found.is_ours:
        return "ok", _("This file is ours, and it is as it was issued.")
    findings = (found.page, found.credential)
    if Finding.CHANGED in findings:
        return "stop", _("This file was changed after it was issued. Do not rely on it.")
    if Finding.NOT_OURS in findings:
        return "stop", _("This file is not signed by anybody who issues here. Do not rely on it.")
    if found.form is Form.OTHER:
        return "info", _("We do not know this kind of file. Send the PDF, PNG, SVG or JSON of a credential.")
    if found.page is Finding.UNSIGNED:
        return "wait", _("This PDF carries no seal. It may be a copy that was saved anew or scanned.")
    if found.credential is Finding.UNSIGNED:
        return "stop", _("This file is not signed. Anybody can have written it.")
    return "info", _("We find no credential in this file that we can read.")


PAGE = {
    Finding.OURS: ("ok", lazy_gettext("The page bears our seal, and nothing was changed under it.")),
    Finding.CHANGED: ("stop", lazy_gettext("The page was changed after it was sealed.")),
    Finding.NOT_OURS: ("stop", lazy_gettext("The page bears a seal, but not one of ours.")),
    Finding.UNSIGNED: ("wait", lazy_gettext("The page bears no seal.")),
    Finding.UNREADABLE: ("info", lazy_gettext("The page cannot be read.")),
}
CREDENTIAL = {
    Finding.OURS: ("ok", lazy_gettext("The credential inside is signed by its issuer and unchanged.")),
    Finding.CHANGED: ("stop", lazy_gettext("The credential inside was changed after it was signed.")),
    Finding.NOT_OURS: ("stop", lazy_gettext("The credential inside is signed by a key that we do not know.")),
    Finding.UNSIGNED: ("stop", lazy_gettext("The credential inside is not signed.")),
    Finding.MISSING: ("info", lazy_gettext("There is no credential inside.")),
    Finding.UNREADABLE: ("info", lazy_gettext("The credential inside cannot be read.")),
}


def _file_checks(found: Examined) -> list[Check]:
    told = [CREDENTIAL[found.credential]]
    if found.page is not None:
        told.insert(0, PAGE[found.page])
    return [Check(tag, str(sentence)) for tag, sentence in told]


def _register_checks(data: bytes, found: Examined, register: Verification | None) -> list[Check]:
    if not found.number:
        return []
    if register is None or register.credential is None:
        return [Check("stop", _("Our register knows of no credential with the number in this file."))]
    checks = []
    name = register.credential.name
    if found.name and found.name != name:
        checks.append(Check("stop", _("The name in the file is not the one in our register.")))
    if found.is_ours:
        card = credentials.by_number(normalise(found.number))
        made = credentials.document_of(card) if card is not None else None
        if made is not None and hashlib.sha256(data).hexdigest() in (made.json_sha256, made.pdf_sha256):
            checks.append(Check("ok", _("It is the very file that was issued, byte for byte.")))
        elif made is not None and _is_of_an_earlier_period(found, register):
            checks.append(Check("wait", _("It is of an earlier period: the credential was renewed since.")))
    checks.append(Check(labels.SEALS[register.state] or "ok", labels.sentence(register)))
    return checks


def _is_of_an_earlier_period(found: Examined, register: Verification) -> bool:
    until = register.credential.valid_until if register.credential else None
    return bool(found.valid_until and until and found.valid_until[:10] < until.isoformat())
