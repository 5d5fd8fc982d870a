"""Choosing how an issuer's certificates look. Each choice is a new version; nothing is changed afterwards."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace

from flask_babel import gettext as _

from lms import clock, files
from lms.audit import Action, record
from lms.credentials.facts import Kind
from lms.credentials.lettering import missing_letters
from lms.credentials.look import (
    CLAIMS,
    LONGEST_LINE,
    MOST_SIGNATORIES,
    SEALS,
    Look,
    Signatory,
    UnusablePicture,
    is_colour,
    is_readable,
    seal_picture,
)
from lms.credentials.models import CertificateTemplate
from lms.credentials.naming import LONGEST_NAME, hidden_letters, tidy
from lms.credentials.queries.templates import versions_of, with_seal
from lms.db import session
from lms.errors import Conflict, Invalid


def save(
    actor_id: int, *, organisation_id: int, scheme_id: str, look: Look, seal: bytes | None, after: int
) -> int:
    """Keep the look as the next version and answer its number; credentials issued from now on have it.

    `scheme_id` is empty for all schemes without their own; `seal` is an uploaded PNG; `after` is the version
    that the page showed (0 for none). Raises Invalid for what cannot be printed, Conflict when somebody saved
    a version meanwhile.
    """
    good = checked(organisation_id=organisation_id, scheme_id=scheme_id, look=look, seal=seal)
    versions = versions_of(organisation_id, scheme_id)
    if after != (versions[0].version if versions else 0):
        raise Conflict(_("Somebody else saved this design meanwhile. Load the page again, then change it."))
    if good.seal_png:
        files.put(good.seal_png)
    row = CertificateTemplate(
        organisation_id=organisation_id,
        scheme_id=scheme_id,
        version=after + 1,
        content=replace(good, version_id=0).as_content(),
        seal_sha256=good.seal_sha256 or None,
        by_id=actor_id,
        at=clock.now(),
    )
    session().add(row)
    session().flush()
    record(
        Action.CREDENTIALS_SAVE_TEMPLATE,
        actor_id=actor_id,
        subject="certificate_template",
        subject_id=row.id,
        organisation_id=organisation_id,
        details={"scheme_id": scheme_id, "version": row.version},
    )
    return row.version


def checked(*, organisation_id: int, scheme_id: str, look: Look, seal: bytes | None) -> Look:
    """The look tidied and with its seal, ready to be drawn. Raises Invalid, which names the field."""
    if look.seal not in SEALS:
        raise Invalid("seal", _("Choose a seal."))
    for name, colour in (("accent", look.accent), ("trim", look.trim)):
        if not is_colour(colour):
            raise Invalid(name, _("Write a colour as a # and six signs, such as #0b5a60."))
    if not is_readable(look.accent):
        raise Invalid("accent", _("Text in this colour is too pale to read on the paper. Choose a darker one."))
    good = replace(
        look,
        organisation_name=_printable("organisation_name", look.organisation_name, LONGEST_NAME),
        accent=look.accent.lower(),
        trim=look.trim.lower(),
        signatories=tuple(_signatories(look)),
        wording=tuple(_wording(look)),
        seal_sha256="",
        seal_png=b"",
    )
    return _sealed(good, organisation_id, scheme_id, seal) if look.seal == "picture" else good


def _sealed(look: Look, organisation_id: int, scheme_id: str, seal: bytes | None) -> Look:
    """The look with the uploaded picture, or with that of the version before."""
    if seal:
        try:
            png = seal_picture(seal)
        except UnusablePicture as fault:
            raise Invalid("seal_file", _why(fault.why)) from fault
        return replace(look, seal_png=png, seal_sha256=hashlib.sha256(png).hexdigest())
    before = next((one.look for one in versions_of(organisation_id, scheme_id) if one.look.seal_sha256), None)
    if before is None:
        raise Invalid("seal_file", _("Choose the picture of your seal, or another kind of seal."))
    return with_seal(replace(look, seal_sha256=before.seal_sha256))


def _why(why: str) -> str:
    sentences: dict[str, str] = {
        "form": _("This file is not a PNG picture that we can read. Save your seal as PNG and try again."),
        "large": _("This picture is larger than 500 kB. Save it smaller and choose it again."),
        "sides": _("Each side of the picture must have between 200 and 3,000 pixels."),
        "shape": _("This picture is too long for a seal. One side may be at most twice as long as the other."),
    }
    return sentences[why]


def _signatories(look: Look) -> Iterator[Signatory]:
    for at, one in enumerate(look.signatories[:MOST_SIGNATORIES], 1):
        name = _printable(f"signatory_{at}_name", one.name, LONGEST_LINE)
        title = _printable(f"signatory_{at}_title", one.title, LONGEST_LINE)
        if title and not name:
            raise Invalid(f"signatory_{at}_name", _("Write the name that belongs to this title."))
        if name:
            yield Signatory(name, title)


def _wording(look: Look) -> Iterator[tuple[str, str, str]]:
    for kind, language, text in look.wording:
        field = f"{kind}_{language}"
        line = _printable(field, text, LONGEST_LINE)
        if kind == Kind.COMPLETION.value and CLAIMS.search(line):
            raise Invalid(
                field,
                _("A certificate of completion must not sound like a certification. Say what was completed."),
            )
        if line:
            yield kind, language, line


def _printable(field: str, text: str, longest: int) -> str:
    line = tidy(text)
    if len(line) > longest:
        raise Invalid(field, _("Write at most %(count)s letters.", count=longest))
    if hidden := hidden_letters(line):
        raise Invalid(
            field,
            _(
                "The text holds signs that cannot be seen: %(codes)s. Type it again without copying it.",
                codes=", ".join(hidden),
            ),
        )
    if missing := missing_letters(line):
        raise Invalid(
            field,
            _("Our certificate typefaces do not have these letters: %(letters)s.", letters=" ".join(missing)),
        )
    return line
