"""The drawn certificate: the same bytes each time, letters embedded, and a QR that reads back."""

import hashlib
import json
import shutil
import subprocess
from dataclasses import replace
from datetime import date
from io import BytesIO

import pikepdf
import pypdf
import pypdfium2
import pytest
import segno
import zxingcpp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lms.credentials import paper
from lms.credentials.certificate import CertificateFacts, draw
from lms.credentials.facts import CredentialFacts, Kind
from lms.credentials.lettering import fit, missing_letters, width_of
from lms.credentials.paper import Statement
from lms.credentials.typefaces import FONTS_FOLDER
from tests.credentials.making import FACTS

NUMBER = "7Q2M-K4XD-9TPA-3WZ8-N0RB"
CERTIFICATION = CertificateFacts(
    kind=Kind.CERTIFICATION,
    number=NUMBER,
    verify_url=f"https://learn.example.org/verify/{NUMBER}",
    issuer_name="Lakeshore Peer Certification Board",
    title="Certified Peer Specialist",
    name="Marisol Vázquez Ortega",
    issued_on=date(2026, 11, 22),
    valid_until=date(2028, 11, 22),
    scheme_version="2026.1",
    content=FACTS,
)
COMPLETION = replace(
    CERTIFICATION,
    kind=Kind.COMPLETION,
    title="Foundations of peer support",
    valid_until=None,
    content=replace(FACTS, practice_minutes=0, supervision_minutes=0),
)
NAMES = [
    "Bo",
    "Žofie Šťastná-Dvořáková",
    "Łukasz Żółć",
    "Ŵyn Gruffudd",
    "Nguyễn Thị Ánh Tuyết",
    "Jón Þórðarson",
    "Gülşen İnce",
    "Елена Щёголева",
    "Ὀδυσσεὺς Παπαδόπουλος",
    "Maria Alexandra Konstantinopoulou-Featherstonehaugh de la Santísima Trinidad Wolfeschlegelsteinhausen",
    "W" * 200,
    "i" * 200,
    "José María " * 18,
]


def _page(pdf: bytes) -> pypdf.PageObject:
    return pypdf.PdfReader(BytesIO(pdf)).pages[0]


def test_two_renders_are_the_same_bytes() -> None:
    first = draw(CERTIFICATION)
    draw(COMPLETION)
    assert draw(CERTIFICATION) == first
    assert draw(COMPLETION) == draw(COMPLETION)
    assert draw(replace(CERTIFICATION, name="Marisol Vázquez")) != first


@pytest.mark.parametrize("facts", [CERTIFICATION, COMPLETION])
def test_every_font_is_embedded(facts: CertificateFacts) -> None:
    reader = pypdf.PdfReader(BytesIO(draw(facts)))
    fonts = [
        found
        for found in (reader.get_object(at) for at in range(1, len(reader.xref[0]) + 1))
        if isinstance(found, pypdf.generic.DictionaryObject) and found.get("/Type") == "/Font"
    ]
    assert fonts
    for font in fonts:
        assert "/FontFile2" in font["/FontDescriptor"].get_object(), font["/BaseFont"]  # type: ignore[attr-defined]
    assert b"Helvetica" not in draw(facts)


@pytest.mark.parametrize("facts", [CERTIFICATION, COMPLETION])
@pytest.mark.parametrize("scale", [1.5, 3])
def test_the_qr_code_reads_back_from_the_drawn_page(facts: CertificateFacts, scale: float) -> None:
    picture = pypdfium2.PdfDocument(draw(facts))[0].render(scale=scale).to_pil()
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [facts.verify_url]


def test_the_page_tells_all_facts_as_text() -> None:
    text = " ".join(_page(draw(CERTIFICATION)).extract_text().split())
    for shown in (
        *("Certification", "Marisol Vázquez Ortega", "Certified Peer Specialist", NUMBER),
        *("LAKESHORE PEER CERTIFICATION BOARD", "learn.example.org/verify/", "75.5 hours"),
        *("40 hours in person", "20 hours live online", "15.5 hours at own pace", "500 hours"),
        *("November 22, 2026", "Valid until November 22, 2028", "Version 2026.1", "Dr. Amina Okafor"),
        *("Peer specialist, state scheme", "Foundations examination: passed", "25 hours of supervision"),
    ):
        assert shown in text
    assert "completion" not in text.lower()


def test_a_completion_never_looks_like_a_certification() -> None:
    text = _page(draw(COMPLETION)).extract_text()
    assert "Certificate of completion" in text
    assert "not a certification" in text
    assert "Valid until" not in text
    pictures = [
        pypdfium2.PdfDocument(draw(facts))[0].render(scale=0.25).to_pil().convert("RGB")
        for facts in (CERTIFICATION, COMPLETION)
    ]
    middle = (pictures[0].width // 8, pictures[0].height // 2)
    panel, paper = (picture.getpixel(middle) for picture in pictures)
    assert sum(panel) < 400 < 700 < sum(paper)


def test_spanish() -> None:
    facts = replace(CERTIFICATION, content=replace(FACTS, language="es"))
    text = _page(draw(facts)).extract_text()
    for shown in (
        "Certificación",
        "22 de noviembre de 2026",
        "Válido hasta el 22 de noviembre de 2028",
        "75.5 horas",
    ):
        assert shown in text
    assert pypdf.PdfReader(BytesIO(draw(facts))).trailer["/Root"]["/Lang"] == "es-US"  # type: ignore[index]


def test_title_author_and_language_are_set() -> None:
    reader = pypdf.PdfReader(BytesIO(draw(CERTIFICATION)))
    assert reader.metadata is not None
    assert reader.metadata.title == "Certification: Certified Peer Specialist · Marisol Vázquez Ortega"
    assert reader.metadata.author == "Lakeshore Peer Certification Board"
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "en-US"  # type: ignore[index]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]  # type: ignore[index]
    assert [round(side) for side in reader.pages[0].mediabox[2:]] == [792, 612]


@pytest.mark.parametrize("name", NAMES, ids=lambda name: name[:20])
@pytest.mark.parametrize("facts", [CERTIFICATION, COMPLETION])
def test_any_name_is_printed_whole_and_stays_on_the_page(facts: CertificateFacts, name: str) -> None:
    assert missing_letters(name) == ""
    page = _page(draw(replace(facts, name=" ".join(name.split()))))
    text = page.extract_text().replace("\n", " ")
    assert "".join(name.split()) in "".join(text.split())


@pytest.mark.parametrize("name", NAMES, ids=lambda name: name[:20])
def test_a_fitted_name_is_never_wider_than_its_room(name: str) -> None:
    fitted = fit(name, "display", width=464, size=42, least=23)
    assert 1 <= len(fitted.lines) <= 2
    for line in fitted.lines:
        assert width_of(line, "display", fitted.size) * fitted.narrowing <= 464.01
    assert "".join("".join(fitted.lines).split()) == "".join(name.split())


def test_letters_that_no_font_has_are_named() -> None:
    assert missing_letters("Ana ꦗ Ana ꦗꦮ") == "ꦗꦮ"
    assert missing_letters("Мария Ωmega Łódź’s – “x”") == ""
    assert missing_letters("line\nbreak") == "\n"


def test_bare_facts_draw() -> None:
    bare = replace(CERTIFICATION, content=CredentialFacts(), valid_until=None, scheme_version="")
    assert draw(bare).startswith(b"%PDF-")
    long_address = f"https://{'sub.' * 20}example.org/verify/{NUMBER}"
    assert draw(replace(bare, verify_url=long_address)).startswith(b"%PDF-")


def test_the_manifest_tells_each_font_and_its_hash() -> None:
    manifest = {row["file"]: row for row in json.loads((FONTS_FOLDER / "manifest.json").read_text())}
    files = {path.name for path in FONTS_FOLDER.iterdir() if path.suffix in (".ttf", ".woff2", ".xz")}
    assert set(manifest) == files
    for name, row in manifest.items():
        assert row["sha256"] == hashlib.sha256((FONTS_FOLDER / name).read_bytes()).hexdigest()
        assert (FONTS_FOLDER / row["licence_file"]).exists()
        assert row["licence"] == "OFL-1.1"


PAPER = Statement(
    "0a1b2c3d",
    NUMBER,
    CERTIFICATION.name,
    CERTIFICATION.title,
    CERTIFICATION.issued_on,
    CERTIFICATION.valid_until,
    1,
    77777,
)


@pytest.mark.parametrize("facts", [CERTIFICATION, COMPLETION])
@pytest.mark.parametrize("language", ["en", "es"])
def test_both_codes_are_read_from_the_page_at_150_dpi(facts: CertificateFacts, language: str) -> None:
    code = paper.written(PAPER, Ed25519PrivateKey.from_private_bytes(b"k" * 32))
    assert 200 < len(code) < 340
    content = replace(facts.content, language=language)
    pdf = draw(replace(facts, paper_code=code, content=content))
    picture = pypdfium2.PdfDocument(pdf)[0].render(scale=150 / 72).to_pil()
    assert {one.text for one in zxingcpp.read_barcodes(picture)} == {facts.verify_url, code}
    words = {"en": "Check without internet", "es": "Comprobar sin internet"}
    assert words[language] in _page(pdf).extract_text()
    if zbarimg := shutil.which("zbarimg"):
        target = BytesIO()
        picture.save(target, "PNG")
        answer = subprocess.run([zbarimg, "-q", "--raw", "-"], input=target.getvalue(), capture_output=True)
        assert set(answer.stdout.decode().split("\n")) == {facts.verify_url, code, ""}


def test_the_second_code_is_packed_tightly_and_told_to_readers() -> None:
    code = paper.written(PAPER, Ed25519PrivateKey.from_private_bytes(b"k" * 32))
    assert segno.make(code, error="m", micro=False).mode == "alphanumeric"
    with pikepdf.open(BytesIO(draw(replace(CERTIFICATION, paper_code=code)))) as pdf:
        elements = [one for one in pdf.objects if isinstance(one, pikepdf.Dictionary)]
        figures = [str(one.Alt) for one in elements if one.get("/S") == pikepdf.Name.Figure]
    assert len(figures) == 2
    assert "without internet" in figures[1]
