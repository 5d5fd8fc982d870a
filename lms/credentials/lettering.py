"""Letters on a certificate: embedded typefaces, a fallback per letter, and names that always fit.

Pure: the fonts are files beside the product and are read once. A letter that no font has is told by
`missing_letters`, so that issuing refuses it in words and nothing is ever printed as an empty box.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

Style = Literal["display", "title", "text", "bold", "italic"]
Align = Literal["left", "centre", "right"]

FONTS_FOLDER = Path(__file__).parent.parent / "static" / "fonts"

FILES = {
    "LmsDisplay": "noto-serif-display-medium.ttf",
    "LmsTitle": "noto-serif-display-semibold.ttf",
    "LmsText": "atkinson-regular.ttf",
    "LmsBold": "atkinson-bold.ttf",
    "LmsItalic": "noto-serif-italic.ttf",
    "LmsSerif": "noto-serif-regular.ttf",
}

FALLBACKS: dict[str, tuple[str, ...]] = {
    "display": ("LmsDisplay", "LmsSerif"),
    "title": ("LmsTitle", "LmsSerif"),
    "text": ("LmsText", "LmsSerif"),
    "bold": ("LmsBold", "LmsTitle", "LmsSerif"),
    "italic": ("LmsItalic", "LmsSerif"),
}

INITIAL_FONT = "LmsText"
"""Given to the canvas, which would otherwise put an unembedded Helvetica on every page."""


@cache
def _font(name: str) -> TTFont:
    font = TTFont(name, FONTS_FOLDER / FILES[name])
    pdfmetrics.registerFont(font)
    return font


def ready() -> None:
    """Read all typefaces, once in the life of the process."""
    for name in FILES:
        _font(name)


def missing_letters(text: str) -> str:
    """The letters of `text` that no typeface of the certificate has, each once, in order."""
    return "".join(dict.fromkeys(letter for letter in text if _font_for(letter, "display") is None))


@cache
def _font_for(letter: str, style: Style) -> str | None:
    for name in FALLBACKS[style]:
        if ord(letter) in _font(name).face.charToGlyph:
            return name
    return None


def _runs(text: str, style: Style) -> list[tuple[str, str]]:
    """The text cut into runs of one font each; raises ValueError for a letter that no font has."""
    runs: list[tuple[str, str]] = []
    for letter in text:
        name = _font_for(letter, style)
        if name is None:
            raise ValueError(f"No typeface of the certificate has the letter {letter!r}.")
        if runs and runs[-1][0] == name:
            runs[-1] = (name, runs[-1][1] + letter)
        else:
            runs.append((name, letter))
    return runs


def width_of(text: str, style: Style, size: float, tracking: float = 0) -> float:
    """The width of one line in points."""
    letters = sum(_font(name).stringWidth(run, size) for name, run in _runs(text, style))
    return float(letters) + tracking * max(len(text) - 1, 0)


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
    narrowing = max(width / (widest * floor), 0.75)
    return Fitted(halves, min(floor, width / (widest * narrowing)), narrowing)


def _balanced(text: str, style: Style) -> tuple[str, ...]:
    """The text in two lines of nearly one width, broken at a space or after a hyphen where it can be."""
    places = [at + 1 for at, letter in enumerate(text) if letter in " -" and 0 < at < len(text) - 1]
    places = places or [len(text) // 2]
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
    for name, run in _runs(text, style):
        line.setFont(name, size)
        line.textOut(run)
    canvas.drawText(line)
    return width


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
