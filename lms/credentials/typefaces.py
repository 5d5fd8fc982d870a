"""The typefaces of certificates: which one has a letter, and the glyphs that a run of letters becomes. Pure.

Files beside the product, each read when a letter first needs it. Letters of Arabic, Hebrew and Devanagari, and
letters with marks that have no letter of their own, are shaped with HarfBuzz.
"""

import lzma
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Literal

import uharfbuzz
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

Style = Literal["display", "title", "text", "bold", "italic"]

FONTS_FOLDER = Path(__file__).parent.parent / "static" / "fonts"

FILES = {
    "LmsDisplay": "noto-serif-display-medium.ttf",
    "LmsTitle": "noto-serif-display-semibold.ttf",
    "LmsText": "atkinson-regular.ttf",
    "LmsBold": "atkinson-bold.ttf",
    "LmsItalic": "noto-serif-italic.ttf",
    "LmsSerif": "noto-serif-regular.ttf",
    "LmsArabic": "noto-naskh-arabic.ttf",
    "LmsHebrew": "noto-serif-hebrew.ttf",
    "LmsDevanagari": "noto-serif-devanagari.ttf",
    "LmsKorean": "noto-serif-kr.ttf.xz",
    "LmsSimplified": "noto-serif-sc.ttf.xz",
    "LmsTraditional": "noto-serif-tc.ttf.xz",
    "LmsJapanese": "noto-serif-jp.ttf.xz",
}

FALLBACKS: dict[str, tuple[str, ...]] = {
    "display": ("LmsDisplay", "LmsSerif"),
    "title": ("LmsTitle", "LmsSerif"),
    "text": ("LmsText", "LmsSerif"),
    "bold": ("LmsBold", "LmsTitle", "LmsSerif"),
    "italic": ("LmsItalic", "LmsSerif"),
}

BLOCKS: tuple[tuple[int, int, str], ...] = (
    (0x0590, 0x05FF, "LmsHebrew"),
    (0xFB1D, 0xFB4F, "LmsHebrew"),
    (0x0600, 0x06FF, "LmsArabic"),
    (0x0750, 0x077F, "LmsArabic"),
    (0x08A0, 0x08FF, "LmsArabic"),
    (0x0900, 0x097F, "LmsDevanagari"),
    (0xA8E0, 0xA8FF, "LmsDevanagari"),
    (0x3130, 0x318F, "LmsKorean"),
    (0xAC00, 0xD7A3, "LmsKorean"),
)
"""Which typeface has the letters of a block, in Unicode's order of blocks."""

HAN = ((0x2E80, 0x312F), (0x31A0, 0x9FFF), (0xF900, 0xFAFF), (0xFF00, 0xFFEF), (0x20000, 0x2FFFF))
"""Blocks that Chinese and Japanese share; see `_han_order`."""

SHAPED = ("LmsArabic", "LmsHebrew", "LmsDevanagari")
JOINERS = "\u200c\u200d"
FIRST_OWN_CODE = 0xE000
"""A glyph that no letter has gets a code of its own from here, which depends on the glyph alone."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """One glyph of a shaped run, in thousandths of the size: its code, how far to go on, and its offset."""

    code: int
    advance: float
    right: float
    up: float


@dataclass(frozen=True, slots=True)
class Words:
    """Letters of one typeface, in one direction; `glyphs` is empty where each letter is its own glyph."""

    font: str
    text: str
    glyphs: tuple[Glyph, ...] = ()

    def width(self, size: float) -> float:
        """How far the run goes, in points."""
        if self.glyphs:
            return sum(glyph.advance for glyph in self.glyphs) * size / 1000
        return float(font(self.font).stringWidth(self.text, size))


@cache
def font(name: str) -> TTFont:
    """The typeface, read once in the life of the process."""
    path = FONTS_FOLDER / FILES[name]
    source = BytesIO(lzma.decompress(path.read_bytes())) if path.suffix == ".xz" else path
    found = TTFont(name, source)
    pdfmetrics.registerFont(found)
    return found


@cache
def _shaper(name: str) -> uharfbuzz.Font:
    return uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob(font(name).face._ttf_data)))  # type: ignore[attr-defined]


def has(name: str, letters: str) -> bool:
    """Whether the typeface has all these letters. Joiners need no glyph."""
    known = font(name).face.charToGlyph
    return all(ord(letter) in known or letter in JOINERS for letter in letters)


def clusters(text: str) -> Iterator[str]:
    """Each letter with the marks and joiners after it, which must come from one typeface."""
    whole = ""
    for letter in text:
        if whole and (letter in JOINERS or unicodedata.category(letter).startswith("M")):
            whole += letter
            continue
        if whole:
            yield whole
        whole = letter
    if whole:
        yield whole


def chosen(text: str, style: Style) -> list[tuple[str, str | None]]:
    """Each cluster and its typeface, or None where no typeface has it.

    A sign that belongs to no script stays in the typeface before it, so that shaping goes on over it.
    """
    found: list[tuple[str, str | None]] = []
    order = _han_order(text)
    before: str | None = None
    for cluster in clusters(text):
        is_sign = unicodedata.category(cluster[0])[0] in "ZPS"
        if before in SHAPED and is_sign and has(before, cluster):
            found.append((cluster, before))
            continue
        before = _typeface(cluster, style, order)
        found.append((cluster, before))
    return found


@lru_cache(maxsize=8192)
def _typeface(cluster: str, style: Style, order: tuple[str, ...]) -> str | None:
    code = ord(cluster[0])
    if unicodedata.category(cluster[0]) == "Co":
        return None
    for name in FALLBACKS[style]:
        if has(name, cluster):
            return name
    names = [name for first, last, name in BLOCKS if first <= code <= last]
    if any(first <= code <= last for first, last in HAN):
        names += order
    return next((name for name in names if has(name, cluster)), None)


def _han_order(text: str) -> tuple[str, ...]:
    """Which forms of shared characters to take: Japanese, simplified or traditional, by what the text holds.

    The writing does not say its language: kana do, and so do characters that only one of the national lists
    (JIS X 0208, GB 2312, Big5) has. Files for Japanese and traditional leave out what is drawn alike in the
    simplified one, so that stands behind each of them.
    """
    letters = [letter for letter in text if any(first <= ord(letter) <= last for first, last in HAN)]
    if not letters:
        return ()
    japanese = ("LmsJapanese", "LmsSimplified", "LmsTraditional")
    traditional = ("LmsTraditional", "LmsSimplified", "LmsJapanese")
    if any(unicodedata.name(letter, "").startswith(("HIRAGANA", "KATAKANA")) for letter in letters):
        return japanese
    if any("\uac00" <= letter <= "\ud7a3" for letter in text):
        return traditional
    ranked = (
        (_known_in("gb2312", letters), ("LmsSimplified", "LmsTraditional", "LmsJapanese")),
        (_known_in("big5", letters), traditional),
        (_known_in("cp932", letters), japanese),
    )
    return max(ranked, key=lambda pair: pair[0])[1]


def _known_in(encoding: str, letters: list[str]) -> int:
    return sum(1 for letter in letters if letter.encode(encoding, "ignore"))


@lru_cache(maxsize=4096)
def shaped(name: str, text: str, is_from_right: bool) -> Words:
    """The run as HarfBuzz shapes it, its glyphs from left to right."""
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    buffer.direction = "rtl" if is_from_right else "ltr"
    shaper = _shaper(name)
    uharfbuzz.shape(shaper, buffer)
    scale = 1000 / shaper.face.upem
    code_of = _codes(name)
    glyphs = tuple(
        Glyph(
            code_of(info.codepoint, info.cluster, text),
            place.x_advance * scale,
            place.x_offset * scale,
            place.y_offset * scale,
        )
        for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True)
    )
    return Words(name, text, glyphs)


@cache
def _codes(name: str) -> Callable[[int, int, str], int]:
    """The code under which ReportLab writes a glyph: of its letter where it has one, else one of its own.

    ReportLab's own shaping counts such codes up in the order of use, so that the bytes of a page would
    depend on the pages before it.
    """
    face = font(name).face

    def code_of(glyph: int, at: int, text: str) -> int:
        letter = ord(text[at])
        if letter <= 0xFFFF and face.charToGlyph.get(letter) == glyph:
            return letter
        own = FIRST_OWN_CODE + glyph
        if own not in face.charToGlyph:
            face.charToGlyph[own] = glyph
            face.charWidths[own] = face._pdfScale(face.hmetrics[glyph][0])  # type: ignore[attr-defined]
        return own

    return code_of
