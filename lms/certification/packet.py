"""The packet of evidence: one ZIP and one PDF from the same sections. Pure.

The same sections give the same bytes: files are in a fixed order, and their times are the packet's own day.
`MANIFEST.txt` names each file with its SHA-256, `MANIFEST.sha256` the manifest's own.
"""

import csv
import hashlib
import json
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from io import BytesIO, StringIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from reportlab.pdfgen.canvas import Canvas

from lms.credentials.lettering import INITIAL_FONT, Style, missing_letters, ready, width_of, wrap, write


@dataclass(frozen=True)
class Section:
    """One table: `key` names its file; `heads` are the headings of a row's cells, `note` says what it is."""

    key: str
    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    empty: str = ""


@dataclass(frozen=True)
class Packet:
    """What a packet holds. `facts` are its first lines; `data` are files beside the tables, as JSON,
    and `papers` the files that were brought, each with its name.
    """

    title: str
    facts: tuple[tuple[str, str], ...]
    on: date
    sections: tuple[Section, ...]
    page_words: str = "Page %(number)s"
    language: str = "en"
    data: tuple[tuple[str, object], ...] = ()
    papers: tuple[tuple[str, bytes], ...] = ()


def zip_of(packet: Packet) -> bytes:
    """The packet as a ZIP: the PDF, a CSV for each section, the findings, and the manifest with its hash."""
    files = {"packet.pdf": pdf_of(packet), "about.csv": _csv(("what", "value"), packet.facts)}
    for section in packet.sections:
        files[f"{section.key}.csv"] = _csv(section.heads, section.rows)
    files |= {f"papers/{name}": content for name, content in packet.papers}
    for name, content in packet.data:
        written = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
        files[f"{name}.json"] = f"{written}\n".encode()
    manifest = manifest_of(files)
    files["MANIFEST.txt"] = manifest
    files["MANIFEST.sha256"] = f"{_sha256(manifest)}  MANIFEST.txt\n".encode()
    target = BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as bundle:
        for name in sorted(files):
            about = ZipInfo(name, (max(1980, packet.on.year), packet.on.month, packet.on.day, 0, 0, 0))
            about.compress_type = ZIP_DEFLATED
            about.external_attr = 0o644 << 16
            about.create_system = 3
            bundle.writestr(about, files[name])
    return target.getvalue()


def manifest_of(files: Mapping[str, bytes]) -> bytes:
    """One line for each file, in the form that `sha256sum --check` reads."""
    return "".join(f"{_sha256(files[name])}  {name}\n" for name in sorted(files)).encode()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _csv(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> bytes:
    target = StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(heads)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + target.getvalue().encode()


def _harmless(cell: str) -> str:
    """A cell that a spreadsheet does not take for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


# --- the PDF --------------------------------------------------------------------------------------

WIDTH, HEIGHT = 792.0, 612.0
LEFT, RIGHT, TOP, BOTTOM = 48.0, 48.0, 44.0, 48.0
INK, QUIET, LINE, SHADE = "#1d2b2a", "#51605e", "#c9d3d1", "#eef3f2"
CELL, LEADING, GAP = 8.0, 10.4, 6.0


def pdf_of(packet: Packet) -> bytes:
    """The packet to read and print: letter size on its side, headings again on each page."""
    ready()
    target = BytesIO()
    _Paper(target, packet).draw()
    return target.getvalue()


class _Paper:
    """Draws downwards and turns the page when there is no room."""

    def __init__(self, target: BytesIO, packet: Packet) -> None:
        self.packet, self.number = packet, 1
        self.canvas = Canvas(
            target,
            pagesize=(WIDTH, HEIGHT),
            invariant=1,
            initialFontName=INITIAL_FONT,  # type: ignore[arg-type]  # The stubs take it for a number.
            lang="es-US" if packet.language == "es" else "en-US",
            pageCompression=1,
        )
        self.canvas.setTitle(_known(packet.title))
        self.canvas.setCreator("lms")
        self.canvas.setViewerPreference("DisplayDocTitle", "true")
        self.y = HEIGHT - TOP

    def draw(self) -> None:
        for line in wrap(_known(self.packet.title), "title", 20, WIDTH - LEFT - RIGHT):
            self.line(line, "title", 20, 26)
        self.y -= 4
        for name, value in self.packet.facts:
            self.fact(name, value)
        for section in self.packet.sections:
            self.section(section)
        self.foot()
        self.canvas.save()

    def line(self, text: str, style: Style, size: float, leading: float, colour: str = INK) -> None:
        self.room(leading)
        self.y -= leading
        self.canvas.setFillColor(colour)
        write(self.canvas, LEFT, self.y, text, style, size)

    def fact(self, name: str, value: str) -> None:
        lines = _lines(value, "text", 10, WIDTH - LEFT - RIGHT - 140)
        self.room(14 * len(lines))
        self.canvas.setFillColor(QUIET)
        write(self.canvas, LEFT, self.y - 12, _known(name), "text", 10)
        self.canvas.setFillColor(INK)
        for at, text in enumerate(lines):
            write(self.canvas, LEFT + 140, self.y - 12 - 14 * at, text, "text", 10)
        self.y -= 14 * len(lines)

    def section(self, section: Section) -> None:
        self.room(90)
        self.y -= 16
        self.line(_known(section.title), "title", 13, 16)
        for text in _lines(section.note, "text", 9, WIDTH - LEFT - RIGHT) if section.note else ():
            self.line(text, "text", 9, 12, QUIET)
        self.y -= 4
        if not section.rows:
            self.line(_known(section.empty), "text", 9, 12, QUIET)
            return
        widths = _widths(section)
        self.heads(section, widths)
        for row in section.rows:
            cells = [_lines(cell, "text", CELL, width - GAP) for cell, width in zip(row, widths, strict=True)]
            height = LEADING * max(map(len, cells)) + 4
            if self.y - height < BOTTOM:
                self.turn()
                self.heads(section, widths)
            self.cells(cells, widths, "text", height)

    def heads(self, section: Section, widths: list[float]) -> None:
        cells = [
            _lines(head, "bold", CELL, width - GAP) for head, width in zip(section.heads, widths, strict=True)
        ]
        height = LEADING * max(map(len, cells)) + 4
        self.canvas.setFillColor(SHADE)
        self.canvas.rect(LEFT - 3, self.y - height, sum(widths) + 6, height, stroke=0, fill=1)
        self.cells(cells, widths, "bold", height)

    def cells(self, cells: list[list[str]], widths: list[float], style: Style, height: float) -> None:
        self.canvas.setFillColor(INK)
        x = LEFT
        for lines, width in zip(cells, widths, strict=True):
            for at, text in enumerate(lines):
                write(self.canvas, x, self.y - LEADING * (at + 1) + 1, text, style, CELL)
            x += width
        self.y -= height
        self.canvas.setStrokeColor(LINE)
        self.canvas.setLineWidth(0.4)
        self.canvas.line(LEFT - 3, self.y, LEFT + sum(widths) + 3, self.y)

    def room(self, height: float) -> None:
        if self.y - height < BOTTOM:
            self.turn()

    def turn(self) -> None:
        self.foot()
        self.number += 1
        self.y = HEIGHT - TOP

    def foot(self) -> None:
        told = self.packet.page_words % {"number": self.number}
        self.canvas.setFillColor(QUIET)
        write(self.canvas, LEFT, 30, _known(self.packet.title)[:80], "text", 8)
        write(self.canvas, WIDTH - RIGHT, 30, told, "text", 8, align="right")
        self.canvas.showPage()


def _widths(section: Section) -> list[float]:
    """Each column as wide as its contents ask, all of them as wide as the page."""
    whole = WIDTH - LEFT - RIGHT
    asked = []
    for at, head in enumerate(section.heads):
        cells = [head, *(row[at] for row in section.rows[:200])]
        asked.append(min(220.0, max(34.0, *(width_of(_known(cell), "bold", CELL) for cell in cells)) + GAP + 2))
    if sum(asked) <= whole:
        return asked
    least = [min(one, 48.0) for one in asked]
    part = (whole - sum(least)) / (sum(asked) - sum(least))
    return [low + (one - low) * part for low, one in zip(least, asked, strict=True)]


@lru_cache(maxsize=50_000)
def _lines(text: str, style: Style, size: float, width: float) -> list[str]:
    """The text in lines, a word that is too long for one broken where the line ends."""
    lines: list[str] = []
    for line in wrap(_known(text), style, size, width):
        while width_of(line, style, size) > width and len(line) > 1:
            ends = range(len(line))
            cut = max(1, bisect_right(ends, width, key=lambda end: width_of(line[:end], style, size)) - 1)
            lines.append(line[:cut])
            line = line[cut:]
        lines.append(line)
    return lines or [""]


def _known(text: str) -> str:
    """The text with a question mark for each letter that no typeface has; the CSV has the letter itself."""
    missing = set() if text.isascii() and text.isprintable() else set(missing_letters(text))
    return "".join("?" if letter in missing else letter for letter in text) if missing else text
