"""Letters on a certificate: runs of one typeface in the order of view, and names that always fit.

Pure. A letter that no typeface has is told by `missing_letters`, so that issuing refuses it in words and
nothing is ever printed as an empty box.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, groupby
from typing import Literal

from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.textobject import PDFTextObject

from lms.credentials import bidi
from lms.credentials.typefaces import SHAPED, Words, chosen, clusters, font, has, shaped
from lms.credentials.typefaces import Style as Style

Align = Literal["left", "centre", "right"]

INITIAL_FONT = "LmsText"
"""Given to the canvas, which would otherwise put an unembedded Helvetica on every page."""

FIRST_FONTS = ("LmsDisplay", "LmsTitle", "LmsText", "LmsBold", "LmsItalic", "LmsSerif")
"""Read at the start; those of other scripts when a letter first needs them."""

LEAST_NARROWING = 0.8

DEPTHS = {"LmsArabic": 0.42, "LmsHebrew": 0.3, "LmsDevanagari": 0.36}
"""How far letters reach under the line, as a share of the size, where that is more than in Latin."""


def ready() -> None:
    """Read the typefaces that every certificate uses, once in the life of the process."""
    for name in FIRST_FONTS:
        font(name)


def missing_letters(text: str) -> str:
    """The letters of `text` that no typeface of the certificate has, each once, in order."""
    lacking = [cluster for cluster, name in chosen(text, "display") if name is None]
    return "".join(dict.fromkeys("".join(map(_lacking, lacking))))


def _lacking(cluster: str) -> str:
    """Of a letter with its marks: the letter, or only the marks where the letter alone could be drawn."""
    name = chosen(cluster[0], "display")[0][1]
    return cluster[0] if name is None else "".join(mark for mark in cluster[1:] if not has(name, mark))


@lru_cache(maxsize=2048)
def runs(text: str, style: Style) -> tuple[Words, ...]:
    """The line as runs from left to right; raises ValueError for a letter that no typeface has."""
    levels = bidi.levels(text)
    pieces: list[tuple[int, str, str]] = []
    at = 0
    for cluster, name in chosen(text, style):
        if name is None:
            raise ValueError(f"No typeface of the certificate has the letter {cluster!r}.")
        pieces.append((levels[at], name, cluster))
        at += len(cluster)
    found = []
    for (level, name), same in groupby(pieces, key=lambda piece: piece[:2]):
        run = "".join(cluster for _, _, cluster in same)
        found.append((level, _words(name, run, is_from_right=level % 2 == 1)))
    return tuple(bidi.in_view(found))


def _words(name: str, run: str, *, is_from_right: bool) -> Words:
    is_simple = name not in SHAPED and not is_from_right and not any(map(_needs_shaping, run))
    return Words(name, run) if is_simple else shaped(name, run, is_from_right)


def _needs_shaping(letter: str) -> bool:
    """Marks must be put on their letters; letters beyond U+FFFF need a code of their own in the file."""
    return letter > "\uffff" or unicodedata.category(letter).startswith("M")


def width_of(text: str, style: Style, size: float, tracking: float = 0) -> float:
    """The width of one line in points."""
    found = runs(text, style)
    simple = sum(len(run.text) for run in found if not run.glyphs)
    return sum(run.width(size) for run in found) + tracking * max(simple - 1, 0)


def said(text: str, style: Style) -> str:
    """The text, where shaped glyphs alone would not tell it to whoever reads the page out; else nothing."""
    return text if any(run.glyphs for run in runs(text, style)) else ""


def depth_of(text: str, style: Style, size: float) -> float:
    """How far one line reaches under its baseline, in points."""
    return size * max((DEPTHS.get(run.font, 0.22) for run in runs(text, style)), default=0.0)


@dataclass(frozen=True, slots=True)
class Fitted:
    """Lines that fit a width: their size in points and how far they are narrowed (1 is not at all)."""

    lines: tuple[str, ...]
    size: float
    narrowing: float = 1.0

    @property
    def height(self) -> float:
        """From the top of the first line to the foot of the last."""
        return self.size * (1 + 1.14 * (len(self.lines) - 1))


def fit(text: str, style: Style, *, width: float, size: float, least: float, lines: int = 2) -> Fitted:
    """Make a text fit: shrink to `least`, then share it between `lines`, then narrow. Never cut."""
    whole = width_of(text, style, 1)
    if whole * least <= width:
        return Fitted((text,), min(size, width / whole if whole else size))
    halves = _balanced(text, style) if lines > 1 else (text,)
    widest = max(width_of(half, style, 1) for half in halves)
    fitting = min(size * 0.8, width / widest)
    floor = least * 0.8
    if fitting >= floor:
        return Fitted(halves, fitting)
    narrowing = max(width / (widest * floor), LEAST_NARROWING)
    return Fitted(halves, min(floor, width / (widest * narrowing)), narrowing)


def _balanced(text: str, style: Style) -> tuple[str, ...]:
    """The text in two lines of nearly one width, broken at a space or after a hyphen where it can be."""
    places = [at + 1 for at, letter in enumerate(text) if letter in " -・·" and 0 < at < len(text) - 1]
    if not places:
        starts = list(accumulate(map(len, clusters(text))))
        places = [min(starts, key=lambda start: abs(start - len(text) / 2))]
    pairs = [(text[:place].rstrip(), text[place:].lstrip()) for place in places]
    return min(pairs, key=lambda pair: max(width_of(half, style, 1) for half in pair))


def write(
    canvas: Canvas,
    x: float,
    y: float,
    text: str,
    style: Style,
    size: float,
    *,
    align: Align = "left",
    tracking: float = 0,
    narrowing: float = 1,
) -> float:
    """Write one line at a baseline and answer its width."""
    width = width_of(text, style, size, tracking) * narrowing
    start = x - {"left": 0.0, "centre": width / 2, "right": width}[align]
    line = canvas.beginText(start, y)
    line.setCharSpace(tracking)
    line.setHorizScale(narrowing * 100)
    for run in runs(text, style):
        line.setFont(run.font, size)
        if run.glyphs:
            _put_glyphs(line, run, start, y, size, narrowing)
            start += run.width(size) * narrowing
        else:
            line.setTextOrigin(start, y)
            line.textOut(run.text)
            start += (run.width(size) + tracking * len(run.text)) * narrowing
    canvas.drawText(line)
    return width


def _put_glyphs(line: PDFTextObject, run: Words, x: float, y: float, size: float, narrowing: float) -> None:
    """A shaped run, each glyph at its place, with what it says for whoever reads the text out of the file."""
    operators: list[str] = line._code  # type: ignore[attr-defined]  # Unknown to the stubs of ReportLab.
    told = run.text.encode("utf-16-be").hex().upper()
    operators.append(f"/Span <</ActualText <FEFF{told}>>> BDC")
    per_unit = size / 1000
    for glyph in run.glyphs:
        line.setTextOrigin(x + glyph.right * per_unit * narrowing, y + glyph.up * per_unit)
        line.textOut(chr(glyph.code))
        x += glyph.advance * per_unit * narrowing
    operators.append("EMC")


def write_fitted(
    canvas: Canvas, x: float, y: float, fitted: Fitted, style: Style, *, align: Align = "left"
) -> float:
    """Write fitted lines downwards, the first at baseline `y`; answers the baseline of the last."""
    baseline = y
    for at, line in enumerate(fitted.lines):
        baseline = y - at * fitted.size * 1.14
        write(canvas, x, baseline, line, style, fitted.size, align=align, narrowing=fitted.narrowing)
    return baseline


def wrap(text: str, style: Style, size: float, width: float) -> list[str]:
    """The text in lines of at most `width`, broken at spaces."""
    lines: list[str] = []
    for word in text.split():
        if lines and width_of(f"{lines[-1]} {word}", style, size) <= width:
            lines[-1] = f"{lines[-1]} {word}"
        else:
            lines.append(word)
    return lines
