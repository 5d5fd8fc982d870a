"""The transcript of a credential: hours, supervision and examinations behind it, as tagged pages. Pure.

Drawn from the frozen facts of the issuance, so that it says the same for ever:
the same facts give the same bytes.
"""

from dataclasses import dataclass
from io import BytesIO

from reportlab.lib.pagesizes import letter

from lms.credentials import artwork
from lms.credentials.certificate import HAIRLINE, INK, MUTED, SEAL_FIELD, CertificateFacts
from lms.credentials.facts import Kind
from lms.credentials.lettering import INITIAL_FONT, Style, fit, ready, said, wrap, write, write_fitted
from lms.credentials.tagging import Attachment, Seal, TaggedCanvas, finished
from lms.credentials.wording import WORDS, hours, long_date

WIDTH, HEIGHT = letter
MARGIN = 60.0
ROOM = WIDTH - 2 * MARGIN
FOOT = 78.0
LINE = 14.0
CODE, QUIET = 92.0, 7.0
"""The side of the QR code, and how far its white edge may stand out over the margin."""

SPLIT = 0.72
"""The share of the width that the first column has."""


@dataclass(frozen=True, slots=True)
class Table:
    """A heading, the heads of two columns, and rows; the last row is a sum where `has_sum`."""

    heading: str
    heads: tuple[str, str]
    rows: tuple[tuple[str, str], ...]
    has_sum: bool = False


def draw_transcript(facts: CertificateFacts, attachment: Attachment | None = None) -> bytes:
    """The transcript as a PDF of one or more pages, with an empty field for a seal."""
    ready()
    pages = _Pages(facts, 0)
    pages.draw()
    whole = _Pages(facts, pages.count)
    return whole.draw(attachment)


def tables(facts: CertificateFacts) -> list[Table]:
    """What the transcript lists; nothing that is not noted."""
    words, content, language = WORDS[facts.language], facts.content, facts.language
    found = []
    if content.training:
        modes = [(words.get(line.mode, line.mode), hours(line.minutes, language)) for line in content.training]
        total = (words["all_hours"], hours(content.training_minutes, language))
        found.append(Table(words["by_mode"], (words["way"], words["hours"]), (*modes, total), has_sum=True))
    if content.domains:
        topics = [(words.get(topic, topic), hours(minutes, language)) for topic, minutes in content.domains]
        found.append(Table(words["by_domain"], (words["domain"], words["hours"]), tuple(topics)))
    practice = [
        (words["practice_hours"], content.practice_minutes),
        (words["supervision_hours"], content.supervision_minutes),
    ]
    if rows := tuple((name, hours(minutes, language)) for name, minutes in practice if minutes):
        found.append(Table(words["practice_and_supervision"], (words["what"], words["hours"]), rows))
    if content.examinations:
        passed = tuple((title, words["passed"]) for title in content.examinations)
        found.append(Table(words["examinations"], (words["examination"], words["result"]), passed))
    return found


class _Pages:
    """The pages while they are drawn; `count` of a first pass tells the second how many there will be."""

    def __init__(self, facts: CertificateFacts, total: int) -> None:
        self.facts, self.total, self.count = facts, total, 1
        self.words = WORDS[facts.language]
        self.target = BytesIO()
        self.language = "es-US" if facts.language == "es" else "en-US"
        self.canvas = TaggedCanvas(
            self.target,
            pagesize=letter,
            invariant=1,
            initialFontName=INITIAL_FONT,
            lang=self.language,
            pageCompression=1,
        )
        self.y = HEIGHT - MARGIN

    def draw(self, attachment: Attachment | None = None) -> bytes:
        """All pages, tagged."""
        facts, canvas = self.facts, self.canvas
        title = f"{self.words['transcript']}: {facts.title} · {facts.name}"
        canvas.setTitle(title)
        canvas.setAuthor(facts.issuer_name)
        canvas.setSubject(f"{self.words['number']} {facts.number}")
        canvas.setCreator("lms")
        self._head()
        self._particulars()
        found = tables(facts)
        for table in found:
            self._table(table)
        if not found:
            self._paragraph(self.words["nothing_noted"])
        self._end_page(is_last=True)
        canvas.save()
        return finished(
            self.target.getvalue(),
            canvas.parts,
            title=title,
            author=facts.issuer_name,
            language=self.language,
            made_on=facts.issued_on,
            attachment=attachment,
            seal=Seal(SEAL_FIELD, self.words["seal_field"]),
            groups=canvas.groups,
        )

    def _head(self) -> None:
        canvas, facts = self.canvas, self.facts
        with canvas.artifact():
            canvas.setFillColor(facts.colours.accent)
            canvas.rect(0, HEIGHT - 14, WIDTH, 14, stroke=0, fill=1)
            canvas.setFillColor(facts.colours.trim)
            canvas.rect(0, HEIGHT - 16, WIDTH, 2, stroke=0, fill=1)
        room = ROOM - CODE - 16
        issuer = fit(facts.issuer_shown, "bold", width=room, size=11, least=8)
        canvas.setFillColor(facts.colours.accent)
        with canvas.part("P", said=said(facts.issuer_shown, "bold")):
            self.y = write_fitted(canvas, MARGIN, self.y, issuer, "bold")
        canvas.setFillColor(INK)
        with canvas.part("H1"):
            write(canvas, MARGIN, self.y - 38, self.words["transcript"], "title", 30)
        name = fit(facts.name, "display", width=room, size=22, least=13)
        canvas.setFillColor(facts.colours.accent)
        with canvas.part("P", said=said(facts.name, "display")):
            self.y = write_fitted(canvas, MARGIN, self.y - 72, name, "display")
        self._code()
        self.y -= 26
        self._paragraph(self.words["not_the_certificate"])

    def _code(self) -> None:
        """The QR code of the page where the number is checked."""
        canvas, facts = self.canvas, self.facts
        address = facts.verify_url
        x, y = WIDTH - MARGIN - CODE + QUIET, HEIGHT - MARGIN - CODE + 20
        with canvas.part("Figure", self.words["code_alt"], (x, y, x + CODE, y + CODE)):
            artwork.draw_code(canvas, address, x, y, CODE, INK)

    def _particulars(self) -> None:
        """Credential, number, scheme and dates."""
        facts, words = self.facts, self.words
        kind = words["certification" if facts.kind is Kind.CERTIFICATION else "completion"]
        scheme = " · ".join(
            one
            for one in (
                facts.content.scheme_title,
                f"{words['version']} {facts.scheme_version}" if facts.scheme_version else "",
            )
            if one
        )
        pairs = [
            (words["credential"], f"{kind}: {facts.title}"),
            (words["number"], facts.number),
            (words["scheme"], scheme),
            (words["issued"], long_date(facts.issued_on, facts.language)),
            (words["valid_until"], long_date(facts.valid_until, facts.language) if facts.valid_until else ""),
        ]
        self.y -= 12
        for label, text in pairs:
            if text:
                self._pair(label, text)

    def _pair(self, label: str, text: str) -> None:
        canvas = self.canvas
        lines = wrap(text, "text", 10, ROOM - 110)
        self._keep(LINE * len(lines))
        with canvas.part("P", said=f"{label}: {text}" if said(text, "text") else ""):
            canvas.setFillColor(MUTED)
            write(canvas, MARGIN, self.y, label, "text", 10)
            canvas.setFillColor(INK)
            for at, line in enumerate(lines):
                fitted = fit(line, "text", width=ROOM - 110, size=10, least=6, lines=1)
                write_fitted(canvas, MARGIN + 110, self.y - at * LINE, fitted, "text")
        self.y -= LINE * len(lines) + 2

    def _paragraph(self, text: str) -> None:
        lines = wrap(text, "italic", 10.5, ROOM)
        self._keep(LINE * len(lines))
        self.canvas.setFillColor(MUTED)
        with self.canvas.part("P"):
            for at, line in enumerate(lines):
                write(self.canvas, MARGIN, self.y - at * LINE, line, "italic", 10.5)
        self.y -= LINE * len(lines)

    def _table(self, table: Table) -> None:
        canvas = self.canvas
        self.y -= 22
        self._keep(60)
        canvas.setFillColor(INK)
        with canvas.part("H2"):
            write(canvas, MARGIN, self.y, table.heading, "bold", 12.5)
        self.y -= 20
        with canvas.group("Table"):
            self._row(table.heads, "TH", "bold", 8.5)
            for at, row in enumerate(table.rows):
                is_sum = table.has_sum and at == len(table.rows) - 1
                if self._keep(LINE * 3):
                    self._row(table.heads, "TH", "bold", 8.5)
                self._row(row, "TD", "bold" if is_sum else "text", 10)

    def _row(self, cells: tuple[str, str], role: str, style: Style, size: float) -> None:
        canvas, room = self.canvas, ROOM * SPLIT - 12
        first = wrap(cells[0], style, size, room)
        with canvas.group("TR"):
            canvas.setFillColor(self.facts.colours.accent if role == "TH" else INK)
            with canvas.part(role, said=said(cells[0], style)):
                for at, line in enumerate(first):
                    fitted = fit(line, style, width=room, size=size, least=6, lines=1)
                    write_fitted(canvas, MARGIN, self.y - at * LINE, fitted, style)
            with canvas.part(role):
                write(canvas, WIDTH - MARGIN, self.y, cells[1], style, size, align="right")
        self.y -= LINE * (len(first) - 1)
        with canvas.artifact():
            canvas.setStrokeColor(HAIRLINE)
            canvas.setLineWidth(0.5)
            canvas.line(MARGIN, self.y - 5, WIDTH - MARGIN, self.y - 5)
        self.y -= LINE + 4

    def _keep(self, height: float) -> bool:
        """Begin a new page when this much does not fit, and say so."""
        if self.y - height >= FOOT:
            return False
        self._end_page()
        self.count += 1
        self.y = HEIGHT - MARGIN
        return True

    def _end_page(self, *, is_last: bool = False) -> None:
        """The foot: where to check the number, which readers are told once, and the count of pages."""
        canvas, facts, words = self.canvas, self.facts, self.words
        canvas.setFillColor(MUTED)
        place = f"{words['check_at']} {facts.verify_url}"
        fitted = fit(place, "text", width=ROOM - 70, size=8, least=5, lines=1)
        with canvas.part("Link", place) if is_last else canvas.artifact():
            write_fitted(canvas, MARGIN, 46, fitted, "text")
        if is_last:
            canvas.linkURL(facts.verify_url, (MARGIN, 42, WIDTH - MARGIN - 70, 56), relative=0)
        count = words["page_of"].format(self.count, self.total)
        with canvas.artifact():
            canvas.setStrokeColor(HAIRLINE)
            canvas.setLineWidth(0.5)
            canvas.line(MARGIN, 62, WIDTH - MARGIN, 62)
            write(canvas, WIDTH - MARGIN, 46, count, "text", 8, align="right")
        canvas.showPage()
