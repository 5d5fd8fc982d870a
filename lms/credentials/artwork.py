"""The ornament of a certificate: woven lines, a seal and a QR code, each drawn as one path.

Every shape is made once in the process and used again for each certificate; only the QR differs.
Curves are cubic pieces through exact tangents, so that few numbers make a smooth line.
"""

from collections.abc import Callable
from functools import cache
from math import cos, pi, sin

import segno
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject

Curve = Callable[[float], tuple[float, float]]
Marks = list[str]
"""Drawing operators with two decimals: a hundredth of a point is enough, and short numbers pack well."""

QUIET_ZONE = 4
"""Modules of white that a QR code needs on each side."""

MASK = 3
"""(row + column) mod 3: no stripes or squares of one colour in the texts that we encode."""


def _add_curve(marks: Marks, curve: Curve, pieces: int, *, is_closed: bool = False) -> None:
    """Add the curve over 0..1 to the marks as that many cubic pieces."""
    step, nudge = 1 / pieces, 1e-5
    points = [curve(at * step) for at in range(pieces + 1)]
    tangents = []
    for at in range(pieces + 1):
        (ahead_x, ahead_y), (behind_x, behind_y) = curve(at * step + nudge), curve(at * step - nudge)
        tangents.append(((ahead_x - behind_x) / (2 * nudge), (ahead_y - behind_y) / (2 * nudge)))
    third = step / 3
    marks.append(_mark("m", *points[0]))
    for at in range(pieces):
        (x0, y0), (x1, y1) = points[at], points[at + 1]
        (dx0, dy0), (dx1, dy1) = tangents[at], tangents[at + 1]
        marks.append(_mark("c", x0 + dx0 * third, y0 + dy0 * third, x1 - dx1 * third, y1 - dy1 * third, x1, y1))
    if is_closed:
        marks.append("h")


def _mark(operator: str, *numbers: float) -> str:
    return " ".join(f"{number:.2f}".rstrip("0").rstrip(".") for number in numbers) + f" {operator}"


def _woven(x: float, y: float, width: float, height: float, turns: float, phase: float) -> Curve:
    """One upright strand: a wave whose reach swells and falls along the height."""

    def curve(t: float) -> tuple[float, float]:
        reach = 0.50 * width * (0.62 + 0.38 * cos(2 * pi * (t * turns * 0.5 + 0.12)))
        sway = sin(2 * pi * turns * t + phase) + 0.22 * sin(2 * pi * turns * 3 * t + 2 * phase)
        return x + width / 2 + reach * sway * 0.82, y + height * t

    return curve


@cache
def upright_weave(x: float, y: float, width: float, height: float, strands: int, turns: float) -> PDFPathObject:
    """A weave of `strands` waves that climbs a panel."""
    marks: Marks = []
    for strand in range(strands):
        _add_curve(marks, _woven(x, y, width, height, turns, 2 * pi * strand / strands), int(turns * 18))
    return PDFPathObject(marks)


@cache
def level_weave(x: float, y: float, width: float, height: float, strands: int, turns: float) -> PDFPathObject:
    """The same weave lying down, for a ribbon across the page."""
    marks: Marks = []
    for strand in range(strands):
        upright = _woven(y, x, height, width, turns, 2 * pi * strand / strands)
        _add_curve(marks, lambda t, upright=upright: upright(t)[::-1], int(turns * 18))  # type: ignore[misc]
    return PDFPathObject(marks)


@cache
def rosette(x: float, y: float, inner: float, outer: float, petals: int, strands: int) -> PDFPathObject:
    """A ring of interlaced petals between two radii."""
    marks: Marks = []
    middle, reach = (inner + outer) / 2, (outer - inner) / 2
    for strand in range(strands):
        phase = 2 * pi * strand / strands

        def curve(t: float, phase: float = phase) -> tuple[float, float]:
            radius = middle + reach * (0.8 * sin(petals * 2 * pi * t + phase) + 0.2 * sin(2 * phase))
            return x + radius * cos(2 * pi * t), y + radius * sin(2 * pi * t)

        _add_curve(marks, curve, petals * 5, is_closed=True)
    return PDFPathObject(marks)


@cache
def scalloped_disc(x: float, y: float, radius: float, scallops: int) -> PDFPathObject:
    """A disc whose rim is a soft wave, as a pressed seal has."""
    marks: Marks = []

    def curve(t: float) -> tuple[float, float]:
        reach = radius * (1 + 0.028 * cos(scallops * 2 * pi * t))
        return x + reach * cos(2 * pi * t), y + reach * sin(2 * pi * t)

    _add_curve(marks, curve, scallops * 4, is_closed=True)
    return PDFPathObject(marks)


@cache
def circles(x: float, y: float, *radii: float) -> PDFPathObject:
    """Rings about one centre."""
    path = PDFPathObject()
    for radius in radii:
        path.circle(x, y, radius)
    return path


@cache
def linked_rings(x: float, y: float, radius: float) -> PDFPathObject:
    """Two rings that share ground: the sign of peers, in the middle of the seal."""
    path = PDFPathObject()
    for side in (-1, 1):
        path.circle(x + side * radius * 0.56, y, radius)
    return path


def qr_code(text: str, error: str = "q") -> tuple[PDFPathObject, int]:
    """A QR code as one path in units of a module, and how many modules its side has.

    The quiet zone is part of the side; whoever draws scales the path to the size on paper. The mask is
    fixed: trying all eight takes half the time of a certificate, and every reader takes the mask from
    the code itself.
    """
    matrix = segno.make(text, error=error, mask=MASK, micro=False, boost_error=False).matrix
    side = len(matrix) + 2 * QUIET_ZONE
    marks: Marks = []
    for row, line in enumerate(matrix):
        foot, start = side - QUIET_ZONE - row - 1, 0
        while start < len(line):
            end = start
            while end < len(line) and line[end]:
                end += 1
            if end > start:
                marks.append(f"{start + QUIET_ZONE} {foot} {end - start} 1 re")
            start = end + 1
    return PDFPathObject(marks), side


def stroke(canvas: Canvas, path: PDFPathObject, colour: str, width: float) -> None:
    """Draw a path as a line."""
    canvas.setStrokeColor(colour)
    canvas.setLineWidth(width)
    canvas.drawPath(path, stroke=1, fill=0)


def draw_code(canvas: Canvas, text: str, x: float, y: float, side: float, colour: str) -> None:
    """Draw the QR code of a text with its quiet zone: its lower left corner, and its side in points."""
    code, modules = qr_code(text)
    canvas.saveState()
    canvas.translate(x, y)
    canvas.scale(side / modules, side / modules)
    fill(canvas, code, colour)
    canvas.restoreState()


def fill(canvas: Canvas, path: PDFPathObject, colour: str) -> None:
    """Draw a path as an area."""
    canvas.setFillColor(colour)
    canvas.drawPath(path, stroke=0, fill=1)
