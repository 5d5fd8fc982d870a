"""A verification report on paper: tagged pages, drawn from what was frozen. Pure, the same bytes each time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from zoneinfo import ZoneInfo

from reportlab.lib.pagesizes import letter

from lms.credentials import artwork
from lms.credentials.certificate import HAIRLINE, INK, MUTED, SEAL_FIELD
from lms.credentials.lettering import (
    INITIAL_FONT,
    Style,
    depth_of,
    fit,
    ready,
    said,
    width_of,
    wrap,
    write,
    write_fitted,
)
from lms.credentials.look import Look, palette_of
from lms.credentials.reporting import Check, Report
from lms.credentials.tagging import Attachment, Seal, TaggedCanvas, finished
from lms.credentials.wording import long_date

WIDTH, HEIGHT = letter
MARGIN, FOOT = 60.0, 78.0
ROOM = WIDTH - 2 * MARGIN
LABEL = 128.0
LINE = 13.5
CODE, QUIET = 86.0, 7.0
"""The side of the QR code, and how far its white edge may stand out over the margin."""

RESULT, TIME = 84.0, 72.0
"""The width of the columns with the result and the time of each check."""


@dataclass(frozen=True, slots=True)
class Tone:
    """The colours of an answer. What it says stands beside them in words."""

    strong: str
    pale: str


TONES = {
    "ok": Tone("#14603a", "#e6f3eb"),
    "wait": Tone("#7a4d00", "#fbf0da"),
    "stop": Tone("#98261b", "#fbe8e5"),
    "info": Tone("#24507c", "#e7eff8"),
}
WORDS: dict[str, dict[str, str]] = {
    "en": {
        "report": "Verification report",
        "number": "Report number",
        "made": "Made",
        "code_alt": "A QR code that opens the page of this report",
        "credential": "The credential",
        "name": "Name",
        "title": "Credential",
        "kind": "Kind",
        "issued_by": "Issued by",
        "issued_on": "Issued",
        "valid_until": "Valid until",
        "grace_ends_on": "Days of grace end",
        "grace_note": "In days of grace it can be renewed; it is not in force.",
        "superseded_by": "Newer one",
        "reason": "Kind of reason",
        "renewing": "Renewal in process: the holder has asked for it, and it is not decided yet.",
        "question": "What was asked",
        "about": "Number",
        "as_of": "How it stood",
        "end_of": "at the end of {}, from what was known when it was asked",
        "at_once": "when it was asked",
        "asked_at": "Asked",
        "checks": "What was checked",
        "check": "Check",
        "result": "Result",
        "time": "Time (UTC)",
        "ok": "in order",
        "wait": "not yet",
        "stop": "look closer",
        "info": "for your notice",
        "log": "The public log",
        "log_is": "Nobody can take this checkpoint back. Whoever keeps this report can hold the log to it.",
        "log_open": "No checkpoint of the public log covers the credential yet.",
        "entry": "Entry",
        "trust": "How to check this report",
        "trust_how": (
            "It says how things stood when it was made; they can change. Send this file at {file}, or open its "
            "address: our answer says whether the report is ours and unchanged, and how things stand today. "
            "The report for machines and what the log says are attached to this file."
        ),
        "now": "How it stands now",
        "seal_field": "Electronic seal of the issuer",
        "page_of": "Page {} of {}",
    },
    "es": {
        "report": "Informe de verificación",
        "number": "Número del informe",
        "made": "Hecho",
        "code_alt": "Un código QR que abre la página de este informe",
        "credential": "La credencial",
        "name": "Nombre",
        "title": "Credencial",
        "kind": "Tipo",
        "issued_by": "Emitida por",
        "issued_on": "Emitida",
        "valid_until": "Válida hasta el",
        "grace_ends_on": "Fin de los días de gracia",
        "grace_note": "En los días de gracia se puede renovar; no está en vigor.",
        "superseded_by": "La más nueva",
        "reason": "Tipo de motivo",
        "renewing": "Renovación en trámite: la persona titular la pidió y aún no está decidida.",
        "question": "Qué se preguntó",
        "about": "Número",
        "as_of": "Cómo estaba",
        "end_of": "al final del {}, según lo que se sabía al preguntar",
        "at_once": "al preguntar",
        "asked_at": "Preguntado",
        "checks": "Qué se comprobó",
        "check": "Comprobación",
        "result": "Resultado",
        "time": "Hora (UTC)",
        "ok": "en orden",
        "wait": "todavía no",
        "stop": "mire con atención",
        "info": "para su información",
        "log": "El registro público de eventos",
        "log_is": (
            "Nadie puede retirar este punto de control. Quien guarde este informe puede comparar el registro "
            "público con él."
        ),
        "log_open": "Ningún punto de control del registro público de eventos cubre todavía la credencial.",
        "entry": "Entrada",
        "trust": "Cómo comprobar este informe",
        "trust_how": (
            "Dice cómo estaban las cosas cuando se hizo; pueden cambiar. Envíe este archivo en {file} o abra "
            "su dirección: nuestra respuesta dice si el informe es nuestro y no se cambió, y cómo están las "
            "cosas hoy. El informe para máquinas y lo que dice el registro público de eventos van adjuntos a "
            "este archivo."
        ),
        "now": "Cómo está ahora",
        "seal_field": "Sello electrónico del emisor",
        "page_of": "Página {} de {}",
    },
}


def draw_report(report: Report, look: Look | None, attachments: Sequence[Attachment] = ()) -> bytes:
    """The report as a PDF of one or more pages, with an empty field for a seal."""
    ready()
    first = _Pages(report, look, 0)
    first.draw(())
    return _Pages(report, look, first.count).draw(attachments)


class _Pages:
    """The pages while they are drawn; `count` of a first pass tells the second how many there will be."""

    def __init__(self, report: Report, look: Look | None, total: int) -> None:
        self.report, self.told, self.total, self.count = report, report.told, total, 1
        self.language = "es" if report.told.language == "es" else "en"
        self.words, self.colours = WORDS[self.language], palette_of(look)
        self.target = BytesIO()
        self.canvas = TaggedCanvas(
            self.target,
            pagesize=letter,
            invariant=1,
            initialFontName=INITIAL_FONT,
            lang=f"{self.language}-US",
            pageCompression=1,
        )
        self.y = HEIGHT - MARGIN

    def draw(self, attachments: Sequence[Attachment]) -> bytes:
        """All pages, tagged."""
        told, canvas, words = self.told, self.canvas, self.words
        title = f"{words['report']} {self.report.number}"
        canvas.setTitle(title)
        canvas.setAuthor(told.issuer_name)
        canvas.setSubject(f"{words['title']} {told.number}")
        canvas.setCreator("lms")
        self._head()
        self._answer()
        self._credential()
        self._question()
        self._checks()
        self._log()
        self._trust()
        self._end_page(is_last=True)
        canvas.save()
        return finished(
            self.target.getvalue(),
            canvas.parts,
            title=title,
            author=told.issuer_name,
            language=f"{self.language}-US",
            made_on=told.at.date(),
            attachment=attachments[0] if attachments else None,
            more_attachments=attachments[1:],
            seal=Seal(SEAL_FIELD, words["seal_field"]),
            groups=canvas.groups,
        )

    def _head(self) -> None:
        canvas, told, words = self.canvas, self.told, self.words
        with canvas.artifact():
            canvas.setFillColor(self.colours.accent)
            canvas.rect(0, HEIGHT - 14, WIDTH, 14, stroke=0, fill=1)
            canvas.setFillColor(self.colours.trim)
            canvas.rect(0, HEIGHT - 16, WIDTH, 2, stroke=0, fill=1)
        issuer = fit(told.issuer_name, "bold", width=ROOM - CODE - 16, size=11, least=8)
        canvas.setFillColor(self.colours.accent)
        with canvas.part("P", said=said(told.issuer_name, "bold")):
            self.y = write_fitted(canvas, MARGIN, self.y, issuer, "bold")
        canvas.setFillColor(INK)
        with canvas.part("H1"):
            write(canvas, MARGIN, self.y - 36, words["report"], "title", 29)
        self._code()
        self.y -= 56
        self._pair(words["number"], self.report.number, style="bold")
        at = told.at.astimezone(UTC)
        self._pair(words["made"], f"{long_date(at.date(), self.language)}, {at:%H:%M} UTC")
        self.y -= 2

    def _code(self) -> None:
        """The QR code of the report's own page."""
        canvas = self.canvas
        address = self.report.address
        x, y = WIDTH - MARGIN - CODE + QUIET, HEIGHT - MARGIN - CODE + 20
        with canvas.part("Figure", self.words["code_alt"], (x, y, x + CODE, y + CODE)):
            artwork.draw_code(canvas, address, x, y, CODE, INK)

    def _answer(self) -> None:
        """The answer in its box: a word with its sign, the sentence, and what it means."""
        canvas, told = self.canvas, self.told
        tone, room = TONES[told.seal], ROOM - 40
        sentence, advice = wrap(told.sentence, "bold", 14, room), wrap(told.advice, "text", 10, room)
        more = wrap(self.words["renewing"], "text", 10, room) if told.is_renewal_in_process else []
        height = 46 + 18 * len(sentence) + LINE * (len(advice) + len(more))
        top = self.y
        with canvas.artifact():
            canvas.setFillColor(tone.pale)
            canvas.roundRect(MARGIN, top - height, ROOM, height, 6, stroke=0, fill=1)
            canvas.setFillColor(tone.strong)
            canvas.roundRect(MARGIN, top - height, 6, height, 3, stroke=0, fill=1)
            _sign(canvas, told.seal, MARGIN + 28, top - 20.5, tone.strong)
        canvas.setFillColor(tone.strong)
        with canvas.part("P"):
            write(canvas, MARGIN + 41, top - 24, told.word, "bold", 10.5)
        canvas.setFillColor(INK)
        self.y = top - 46
        with canvas.part("H2", said=said(told.sentence, "bold")):
            self._lines(sentence, "bold", 14, 18, 20)
        with canvas.part("P"):
            self._lines([*advice, *more], "text", 10, LINE, 20)
        self.y = top - height - 12

    def _credential(self) -> None:
        told, words = self.told, self.words
        self._heading(words["credential"])
        name = fit(told.name, "display", width=ROOM, size=21, least=13)
        self.canvas.setFillColor(self.colours.accent)
        self.y -= 8
        with self.canvas.part("P", said=f"{words['name']}: {told.name}"):
            self.y = write_fitted(self.canvas, MARGIN, self.y, name, "display")
        self.y -= max(20, depth_of(name.lines[-1], "display", name.size) + 14)
        pairs = [
            (words["title"], told.title),
            (words["kind"], told.kind_word),
            (words["issued_by"], told.issuer_name),
            (words["issued_on"], long_date(told.issued_on, self.language)),
            (words["valid_until"], long_date(told.valid_until, self.language) if told.valid_until else ""),
            (words["grace_ends_on"], self._grace()),
            (words["reason"], told.reason_word),
            (words["superseded_by"], told.superseded_by or ""),
        ]
        for label, text in pairs:
            if text:
                self._pair(label, text)

    def _grace(self) -> str:
        last = self.told.grace_ends_on
        return f"{long_date(last, self.language)}. {self.words['grace_note']}" if last else ""

    def _question(self) -> None:
        told, words = self.told, self.words
        self._heading(words["question"])
        day = long_date(told.on, self.language) if told.on else ""
        self._pair(words["about"], told.number)
        self._pair(words["as_of"], words["end_of"].format(day) if day else words["at_once"])
        self._pair(words["asked_at"], self._moment(told.at))

    def _checks(self) -> None:
        words = self.words
        self._heading(words["checks"], room=90)
        with self.canvas.group("Table"):
            self._row((words["check"], words["result"], words["time"]), "TH", "bold", 8.5)
            for check in self.told.checks:
                self._check(check)

    def _check(self, check: Check) -> None:
        if self._keep(LINE * 2):
            words = self.words
            self._row((words["check"], words["result"], words["time"]), "TH", "bold", 8.5)
        at = check.at.astimezone(UTC).strftime("%H:%M:%S")
        self._row((check.sentence, self.words[check.result], at), "TD", "text", 9.5, check.result)

    def _row(self, cells: tuple[str, str, str], role: str, style: Style, size: float, result: str = "") -> None:
        canvas, room = self.canvas, ROOM - RESULT - TIME - 14
        lines = wrap(cells[0], style, size, room)
        top, colour = self.y, self.colours.accent if role == "TH" else INK
        with canvas.group("TR"):
            canvas.setFillColor(colour)
            with canvas.part(role, said=said(cells[0], style)):
                self._lines(lines, style, size, LINE - 1, 0)
            x = WIDTH - MARGIN - TIME - RESULT
            if result:
                with canvas.artifact():
                    _sign(canvas, result, x + 5, top + 3, TONES[result].strong, 0.8)
            canvas.setFillColor(TONES[result].strong if result else colour)
            with canvas.part(role):
                fitted = fit(cells[1], "bold", width=RESULT - 16, size=size, least=6, lines=1)
                write_fitted(canvas, x + (14 if result else 0), top, fitted, "bold")
            canvas.setFillColor(colour)
            with canvas.part(role):
                write(canvas, WIDTH - MARGIN, top, cells[2], style, size, align="right")
        self.y += LINE - 1
        with canvas.artifact():
            canvas.setStrokeColor(HAIRLINE)
            canvas.setLineWidth(0.5)
            canvas.line(MARGIN, self.y - 5, WIDTH - MARGIN, self.y - 5)
        self.y -= LINE + 4

    def _log(self) -> None:
        words, log = self.words, self.report.log
        self._heading(words["log"], room=110)
        if log is None or not log.proof:
            self._paragraph(words["log_open"])
            return
        self._pair(words["entry"], f"{log.entry_number:,} · {log.origin}")
        self._keep(LINE * 5)
        self.canvas.setFillColor(INK)
        with self.canvas.part("P"):
            for line in log.checkpoint.splitlines():
                if line:
                    fitted = fit(line, "text", width=ROOM - 12, size=8, least=5, lines=1)
                    write_fitted(self.canvas, MARGIN + 12, self.y, fitted, "text")
                    self.y -= 11
        self.y -= 5
        self._paragraph(words["log_is"])

    def _trust(self) -> None:
        words, root = self.words, self.report.issuer.root
        self._heading(words["trust"], room=90)
        self._paragraph(words["trust_how"].format(file=f"{root}/verify/file"))
        self.y -= 4
        self._pair(words["now"], self.report.credential_address)

    def _heading(self, text: str, room: float = 60) -> None:
        self.y -= 15
        self._keep(room)
        self.canvas.setFillColor(INK)
        with self.canvas.part("H2"):
            write(self.canvas, MARGIN, self.y, text, "bold", 12)
        self.y -= 18

    def _pair(self, label: str, text: str, style: Style = "text") -> None:
        canvas = self.canvas
        lines = wrap(text, style, 10, ROOM - LABEL - (0 if self.y < HEIGHT - 140 else CODE))
        self._keep(LINE * len(lines))
        with canvas.part("P", said=f"{label}: {text}" if said(text, style) else ""):
            canvas.setFillColor(MUTED)
            write(canvas, MARGIN, self.y, label, "text", 10)
            canvas.setFillColor(INK)
            self._lines(lines, style, 10, LINE, LABEL)
        self.y -= 2

    def _paragraph(self, text: str) -> None:
        lines = wrap(text, "italic", 10, ROOM)
        self._keep(LINE * len(lines))
        self.canvas.setFillColor(MUTED)
        with self.canvas.part("P"):
            self._lines(lines, "italic", 10, LINE, 0)

    def _lines(self, lines: list[str], style: Style, size: float, step: float, inset: float) -> None:
        """Lines one under the other; a word that is wider than the page is narrowed, never cut."""
        for line in lines:
            room = ROOM - inset
            at = size if width_of(line, style, size) <= room else None
            fitted = fit(line, style, width=room, size=at or size, least=5, lines=1)
            write_fitted(self.canvas, MARGIN + inset, self.y, fitted, style)
            self.y -= step

    def _moment(self, at: datetime) -> str:
        there = at.astimezone(ZoneInfo(self.told.zone))
        day = long_date(there.date(), self.language)
        utc = at.astimezone(UTC)
        return f"{day}, {there:%H:%M:%S} ({self.told.zone}) · {utc:%Y-%m-%d %H:%M:%S} UTC"

    def _keep(self, height: float) -> bool:
        """Begin a new page when this much does not fit, and say so."""
        if self.y - height >= FOOT:
            return False
        self._end_page()
        self.count += 1
        self.y = HEIGHT - MARGIN
        return True

    def _end_page(self, *, is_last: bool = False) -> None:
        """The foot: number and address, which readers are told once, and the count of pages."""
        canvas, words, address = self.canvas, self.words, self.report.address
        canvas.setFillColor(MUTED)
        place = f"{words['report']} · {address}"
        fitted = fit(place, "text", width=ROOM - 70, size=8, least=5, lines=1)
        with canvas.part("Link", place) if is_last else canvas.artifact():
            write_fitted(canvas, MARGIN, 46, fitted, "text")
        if is_last:
            canvas.linkURL(address, (MARGIN, 42, WIDTH - MARGIN - 70, 56), relative=0)
        with canvas.artifact():
            canvas.setStrokeColor(HAIRLINE)
            canvas.setLineWidth(0.5)
            canvas.line(MARGIN, 62, WIDTH - MARGIN, 62)
            count = words["page_of"].format(self.count, self.total)
            write(canvas, WIDTH - MARGIN, 46, count, "text", 8, align="right")
        canvas.showPage()


def _sign(canvas: TaggedCanvas, kind: str, x: float, y: float, colour: str, scale: float = 1) -> None:
    """The sign of an answer around a point: a tick, a clock, a triangle or an i."""
    canvas.saveState()
    canvas.translate(x, y)
    canvas.scale(scale, scale)
    canvas.setStrokeColor(colour)
    canvas.setLineWidth(1.6)
    canvas.setLineCap(1)
    canvas.setLineJoin(1)
    strokes = {
        "ok": [(-5, 0, -1.5, -3.8), (-1.5, -3.8, 5, 4.2)],
        "wait": [(0, 0, 0, 3), (0, 0, 2.2, -1.4)],
        "stop": [(0, -0.6, 0, 2.2), (0, -3.1, 0, -3.2)],
        "info": [(0, -2.8, 0, 0.4), (0, 2.7, 0, 2.8)],
    }[kind]
    canvas.lines(strokes)
    if kind in ("wait", "info"):
        canvas.circle(0, 0, 5.6, stroke=1, fill=0)
    elif kind == "stop":
        canvas.lines([(0, 6, -6.2, -5), (-6.2, -5, 6.2, -5), (6.2, -5, 0, 6)])
    canvas.restoreState()
