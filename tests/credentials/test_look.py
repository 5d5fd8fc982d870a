"""An issuer's own look: what it changes on a certificate, and what it never can."""

import struct
import zlib
from dataclasses import replace
from io import BytesIO

import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageDraw, PngImagePlugin

from lms.credentials.certificate import CertificateFacts, draw
from lms.credentials.facts import Kind
from lms.credentials.look import (
    LEAST_CONTRAST,
    PAPER,
    Look,
    Signatory,
    UnusablePicture,
    contrast,
    is_readable,
    palette_of,
    seal_picture,
)
from tests.credentials.making import FACTS
from tests.credentials.test_certificate import CERTIFICATION, COMPLETION


def picture(width: int = 400, height: int = 400, text: str = "") -> bytes:
    image = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    ImageDraw.Draw(image).ellipse(
        (10, 10, width - 10, height - 10), fill="#7a1f3d", outline="#ffffff", width=12
    )
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", text)
    target = BytesIO()
    image.save(target, "PNG", pnginfo=notes)
    return target.getvalue()


LOOK = Look(
    version_id=3,
    organisation_name="Lakeshore Board of Peer Certification",
    accent="#7a1f3d",
    trim="#3d6a7a",
    seal="picture",
    seal_sha256="0" * 64,
    seal_png=seal_picture(picture()),
    signatories=(
        Signatory("Dr. Amina Okafor", "Director of Certification"),
        Signatory("José Núñez", "Chair of the Board"),
        Signatory("Maria Alexandra Konstantinopoulou-Featherstonehaugh", "Registrar of the Lakeshore Board"),
    ),
    wording=(
        (
            "certification",
            "en",
            "has shown the knowledge and practice of a peer and is certified as",
        ),
        ("certification", "es", "demostró su conocimiento y su práctica y queda certificada como"),
        ("completion", "en", "took part in every session of"),
    ),
)


def text_of(facts: CertificateFacts) -> str:
    page = pypdfium2.PdfDocument(draw(facts))[0]
    return " ".join(page.get_textpage().get_text_bounded().split())


def test_a_look_is_printed() -> None:
    text = text_of(replace(CERTIFICATION, look=LOOK))
    for shown in (
        *(
            "LAKESHORE BOARD OF PEER CERTIFICATION",
            "is certified as",
            "Dr. Amina Okafor",
            "José Núñez",
            "Featherstonehaugh",
        ),
        *("Chair of the Board", "Maria Alexandra Konstantinopoulou", "Registrar of the Lakeshore Board"),
    ):
        assert shown in text
    assert "has met every requirement" not in text
    spanish = replace(CERTIFICATION, look=LOOK, content=replace(FACTS, language="es"))
    assert "queda certificada como" in text_of(spanish)
    assert "took part in every session of" in text_of(replace(COMPLETION, look=LOOK))


def test_an_empty_look_changes_nothing() -> None:
    for facts in (CERTIFICATION, COMPLETION):
        assert draw(replace(facts, look=Look())) == draw(facts)


def test_the_same_look_gives_the_same_bytes_after_storing() -> None:
    back = Look.of_content(LOOK.as_content(), LOOK.seal_png)
    assert back == LOOK
    assert draw(replace(CERTIFICATION, look=back)) == draw(replace(CERTIFICATION, look=LOOK))


def test_the_picture_of_a_seal_is_told_to_readers() -> None:
    with pikepdf.open(BytesIO(draw(replace(CERTIFICATION, look=LOOK)))) as pdf:
        elements = [one for one in pdf.objects if isinstance(one, pikepdf.Dictionary)]
        alts = [str(one.Alt) for one in elements if one.get("/S") == pikepdf.Name.Figure]
    assert alts[0] == "Seal of Lakeshore Board of Peer Certification"


@pytest.mark.parametrize("seal", ["standard", "picture", "none"])
def test_no_look_makes_a_completion_look_like_a_certification(seal: str) -> None:
    look = replace(LOOK, seal=seal)
    completion, certification = (
        pypdfium2.PdfDocument(draw(replace(facts, look=look)))[0].render(scale=0.5).to_pil().convert("RGB")
        for facts in (COMPLETION, CERTIFICATION)
    )
    at = (completion.width // 8, completion.height // 2)
    assert sum(completion.getpixel(at)) > 700  # type: ignore[arg-type]
    assert sum(certification.getpixel(at)) < 420  # type: ignore[arg-type]
    text = text_of(replace(COMPLETION, look=look))
    assert "Certificate of completion" in text
    assert "not a certification" in text
    with pikepdf.open(BytesIO(draw(replace(COMPLETION, look=look)))) as pdf:
        assert "/XObject" not in pdf.pages[0].Resources


@pytest.mark.parametrize("accent", ["#0b5a60", "#7a1f3d", "#1f3d7a", "#000000", "#6b6b00"])
@pytest.mark.parametrize("trim", ["#a8842c", "#ffffff", "#000000"])
def test_words_on_the_panel_can_be_read_whatever_is_chosen(accent: str, trim: str) -> None:
    assert is_readable(accent)
    colours = palette_of(Look(accent=accent, trim=trim))
    assert contrast(colours.accent, PAPER) >= LEAST_CONTRAST
    for ink in (colours.pale, colours.faint, "#ffffff"):
        assert contrast(ink, colours.accent) >= LEAST_CONTRAST


def test_contrast_is_that_of_the_guideline() -> None:
    assert contrast("#000000", "#ffffff") == 21
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert not is_readable("#ffd400")


def test_a_picture_is_drawn_anew_without_its_notes() -> None:
    kept = seal_picture(picture(1200, 1000, "a secret"))
    with Image.open(BytesIO(kept)) as image:
        assert image.size == (600, 500)
        assert image.mode == "RGBA"
        assert image.info == {}
    assert b"secret" not in kept
    assert seal_picture(kept) == kept


def bomb() -> bytes:
    """A PNG of a few bytes that says it is 60,000 pixels on each side."""
    header = struct.pack(">IIBBBBB", 60000, 60000, 8, 6, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\x00" * 100)), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def jpeg() -> bytes:
    target = BytesIO()
    Image.new("RGB", (400, 400)).save(target, "JPEG")
    return target.getvalue()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "form"),
        (b"\x89PNG\r\n\x1a\n", "form"),
        (picture()[:300], "form"),
        (jpeg(), "form"),
        (b"<svg onload='alert(1)'/>", "form"),
        (picture(100, 100), "sides"),
        (picture(900, 300), "shape"),
        (b"\x00" * 500_001, "large"),
        (bomb(), "sides"),
    ],
)
def test_what_cannot_be_a_seal_is_told(data: bytes, why: str) -> None:
    with pytest.raises(UnusablePicture) as refused:
        seal_picture(data)
    assert refused.value.why == why


def test_sentences_are_by_kind_and_language() -> None:
    assert LOOK.sentence(Kind.COMPLETION, "es") == ""
    assert LOOK.sentence(Kind.CERTIFICATION, "es").startswith("demostró")
