"""Every sentence that a page may show is there in Spanish, and the compiled catalogue is the written one."""

import io
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

from tests.conftest import ROOT, Clients
from tests.personas import Personas

FOLDER = ROOT / "lms" / "translations" / "es" / "LC_MESSAGES"
KEYWORDS: dict[str, Any] = {
    "_": None,
    "N_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
}
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]


def catalogue() -> Catalog:
    with (FOLDER / "messages.po").open("rb") as file:
        return read_po(file, locale="es")


def asked_for() -> set[str]:
    found = extract_from_dir(str(ROOT / "lms"), method_map=METHODS, keywords=KEYWORDS)
    ids = (message for _file, _line, message, _comments, _context in found)
    return {message if isinstance(message, str) else message[0] for message in ids} - {""}


def test_every_sentence_is_there_in_spanish() -> None:
    written = {
        message.id if isinstance(message.id, str) else message.id[0]
        for message in catalogue()
        if message.id and message.string and all(message.string)
    }
    assert sorted(asked_for() - written) == []


def test_placeholders_are_kept() -> None:
    spanish = catalogue()
    faults = [(message.id, str(fault)) for message in spanish if message.id for fault in message.check(spanish)]
    assert faults == []


def test_compiled_catalogue_is_the_written_one(tmp_path: Path) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, catalogue())
    compiled.seek(0)
    fresh = {str(message.id): message.string for message in read_mo(compiled) if message.id}
    with (FOLDER / "messages.mo").open("rb") as file:
        kept = {str(message.id): message.string for message in read_mo(file) if message.id}
    assert kept == fresh, "run pybabel compile -d lms/translations"


def test_a_page_answers_in_the_language_asked_for(clients: Clients, personas: Personas) -> None:
    client = clients(personas.trainee)
    assert 'lang="es"' in client.get("/home?lang=es").text
    assert "Firmado" in client.get("/home?lang=es").text
    assert 'lang="es"' in client.get("/modules").text, "the choice stays"
    assert 'lang="en"' in client.get("/home?lang=en").text
