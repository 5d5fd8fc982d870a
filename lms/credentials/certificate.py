"""The face of a credential on paper: facts in, the bytes of a PDF out. Pure, and the same each time.

Two faces, which must never be taken for one another: a *certification* has a woven panel in deep teal
and a gold seal; a *certificate of completion* is a white page under a ribbon, says that it is not a
certification, and has no seal.
"""

from dataclasses import dataclass
from datetime import date
from io import BytesIO

from reportlab import rl_config
from reportlab.lib.pagesizes import landscape, letter
from reportlab.lib.utils import ImageReader

from lms.credentials import artwork
from lms.credentials.facts import CredentialFacts, Kind
from lms.credentials.lettering import (
    INITIAL_FONT,
    depth_of,
    fit,
    ready,
    said,
    width_of,
    wrap,
    write,
    write_fitted,
)
from lms.credentials.look import PAPER, Look, Palette, Signatory, palette_of
from lms.credentials.tagging import Attachment, Seal, TaggedCanvas, finished
from lms.credentials.wording import WORDS, hours, long_date

rl_config.useA85 = 0  # ASCII85 in pure Python costs most of a page's time and serves no reader.

WIDTH, HEIGHT = landscape(letter)
INK, MUTED, HAIRLINE = "#1d2a2f", "#4d5a5f", "#cfc9bb"
MARGIN = 22.0
PANEL = 198.0
SEAL_FIELD = "Seal"
SMALL_MODULE = 1.2
"""Points of one module of the second QR code: 0.42 mm, which a camera and a scan at 150 dpi resolve."""


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """All that a certificate says. `verify_url` is printed and in the QR code.

    `paper_code` is the signed statement of the second QR code (see `paper.py`); without one it is not drawn.
    """

    kind: Kind
    number: str
    verify_url: str
    issuer_name: str
    title: str
    name: str
    issued_on: date
    valid_until: date | None
    scheme_version: str
    content: CredentialFacts
    paper_code: str = ""
    look: Look | None = None

    @property
    def colours(self) -> Palette:
        """The colours of the issuer's template, or of the house."""
        return palette_of(self.look)

    @property
    def issuer_shown(self) -> str:
        """The issuer as the template names it, else by its name in the register."""
        return (self.look and self.look.organisation_name) or self.issuer_name

    @property
    def signatories(self) -> tuple[Signatory, ...]:
        """Who signs: those of the template, else the one of the content."""
        if self.look and self.look.signatories:
            return self.look.signatories
        content = self.content
        return (Signatory(content.signatory_name, content.signatory_title),) if content.signatory_name else ()

    def sentence(self, word: str) -> str:
        """The sentence between name and title: of the template where it has one, else of the house."""
        return (self.look and self.look.sentence(self.kind, self.language)) or WORDS[self.language][word]

    @property
    def language(self) -> str:
        """The language of the words around the facts: `en`, or `es`."""
        return self.content.language if self.content.language in WORDS else "en"


def draw(facts: CertificateFacts, attachment: Attachment | None = None) -> bytes:
    """The certificate as a one-page PDF, still to be signed; the same facts give the same bytes."""
    ready()
    target = BytesIO()
    language = "es-US" if facts.language == "es" else "en-US"
    canvas = TaggedCanvas(
        target,
        pagesize=(WIDTH, HEIGHT),
        invariant=1,
        initialFontName=INITIAL_FONT,
        lang=language,
        pageCompression=1,
    )
    words = WORDS[facts.language]
    kind = words["certification" if facts.kind is Kind.CERTIFICATION else "completion"]
    title = f"{kind}: {facts.title} · {facts.name}"
    canvas.setTitle(title)
    canvas.setAuthor(facts.issuer_name)
    canvas.setSubject(f"{words['number']} {facts.number}")
    canvas.setCreator("lms")
    with canvas.artifact():
        canvas.setFillColor(PAPER if facts.kind is Kind.CERTIFICATION else "#ffffff")
        canvas.rect(0, 0, WIDTH, HEIGHT, stroke=0, fill=1)
    if facts.kind is Kind.CERTIFICATION:
        _certification(canvas, facts)
    else:
        _completion(canvas, facts)
    canvas.showPage()
    canvas.save()
    return finished(
        target.getvalue(),
        canvas.parts,
        title=title,
        author=facts.issuer_name,
        language=language,
        made_on=facts.issued_on,
        attachment=attachment,
        seal=Seal(SEAL_FIELD, words["seal_field"]),
    )


def _certification(canvas: TaggedCanvas, facts: CertificateFacts) -> None:
    words = WORDS[facts.language]
    with canvas.artifact():
        _panel(canvas, facts.colours)
    _sealed(canvas, facts, MARGIN + PANEL / 2, HEIGHT - 158)
    left, width = MARGIN + PANEL + 46, WIDTH - MARGIN - 40 - (MARGIN + PANEL + 46)
    issuer = fit(facts.issuer_shown.upper(), "bold", width=width * 0.82, size=12, least=8)
    canvas.setFillColor(facts.colours.accent)
    top = HEIGHT - 78 + 13 * (len(issuer.lines) - 1)
    with canvas.part("P"):
        for at, line in enumerate(issuer.lines):
            at_y, narrowing = top - at * 14, issuer.narrowing
            write(canvas, left, at_y, line, "bold", issuer.size, tracking=1.6, narrowing=narrowing)
    canvas.setFillColor(INK)
    with canvas.part("H1"):
        write(canvas, left - 2, HEIGHT - 134, words["certification"], "title", 46)
    canvas.setFillColor(MUTED)
    with canvas.part("P"):
        write(canvas, left, HEIGHT - 178, words["certifies"], "italic", 13.5)
    name = fit(facts.name, "display", width=width, size=42, least=23)
    canvas.setFillColor(facts.colours.accent)
    with canvas.part("H2", said=said(facts.name, "display")):
        foot = write_fitted(canvas, left, HEIGHT - 230 + (name.height - name.size) / 2, name, "display")
    depth = depth_of(name.lines[-1], "display", name.size)
    rule = min(foot - max(18, depth + 6), HEIGHT - 250)
    with canvas.artifact():
        _rule(canvas, facts.colours.trim, left, rule, 76)
    canvas.setFillColor(MUTED)
    sentence = fit(facts.sentence("has_met"), "italic", width=width, size=13.5, least=9.5, lines=1)
    with canvas.part("P"):
        write_fitted(canvas, left, rule - 30, sentence, "italic")
    canvas.setFillColor(INK)
    title = fit(facts.title, "title", width=width, size=25, least=15)
    with canvas.part("H2", said=said(facts.title, "title")):
        foot = write_fitted(canvas, left, rule - 66, title, "title")
    _details(canvas, facts, left, min(foot - 40, 218), width)
    _proof(canvas, facts, MARGIN + PANEL / 2, 74, on_dark=True)
    room = width - _offline(canvas, facts, left + width, MARGIN + 14)
    _signatures(canvas, facts, left, 82, room)
    _footnote(canvas, words["status_word"], left, MARGIN + 15, room)


def _completion(canvas: TaggedCanvas, facts: CertificateFacts) -> None:
    words = WORDS[facts.language]
    with canvas.artifact():
        _ribbon(canvas, facts.colours)
    middle, width = WIDTH / 2, WIDTH - 2 * MARGIN - 110
    left = middle - width / 2
    canvas.setFillColor(INK)
    with canvas.part("H1"):
        write(canvas, middle, HEIGHT - 132, words["completion"], "title", 36, align="centre")
    _pill(canvas, facts.colours.accent, words["not_a_certification"], middle, HEIGHT - 161)
    canvas.setFillColor(MUTED)
    with canvas.part("P"):
        write(canvas, middle, HEIGHT - 204, words["states"], "italic", 13.5, align="centre")
    name = fit(facts.name, "display", width=width, size=36, least=20)
    canvas.setFillColor(facts.colours.accent)
    baseline = HEIGHT - 252 + (name.height - name.size) / 2
    with canvas.part("H2", said=said(facts.name, "display")):
        foot = write_fitted(canvas, middle, baseline, name, "display", align="centre")
    canvas.setFillColor(MUTED)
    depth = depth_of(name.lines[-1], "display", name.size)
    under = min(foot - max(34, depth + 20), HEIGHT - 286)
    sentence = fit(facts.sentence("has_completed"), "italic", width=width, size=13.5, least=9.5, lines=1)
    with canvas.part("P"):
        write_fitted(canvas, middle, under, sentence, "italic", align="centre")
    canvas.setFillColor(INK)
    title = fit(facts.title, "title", width=width, size=22, least=14)
    with canvas.part("H2", said=said(facts.title, "title")):
        foot = write_fitted(canvas, middle, under - 34, title, "title", align="centre")
    canvas.setFillColor(facts.colours.accent)
    issuer = fit(facts.issuer_shown, "bold", width=width, size=12, least=8)
    with canvas.part("P"):
        foot = write_fitted(canvas, middle, foot - 24, issuer, "bold", align="centre")
    details_width = width - 150
    _details(canvas, facts, left, min(foot - 44, 198), details_width)
    _proof(canvas, facts, WIDTH - MARGIN - 33 - 66, 70, on_dark=False)
    room = details_width - _offline(canvas, facts, left + details_width, MARGIN + 14)
    _signatures(canvas, facts, left, 82, room)
    _footnote(canvas, words["status_word"], left, MARGIN + 15, room)


def _panel(canvas: TaggedCanvas, colours: Palette) -> None:
    """The teal panel with its weave, inside the frame of a certification."""
    foot, height = MARGIN, HEIGHT - 2 * MARGIN
    canvas.setFillColor(colours.accent)
    canvas.rect(MARGIN, foot, PANEL, height, stroke=0, fill=1)
    canvas.saveState()
    clip = canvas.beginPath()
    clip.rect(MARGIN, foot, PANEL, height)
    canvas.clipPath(clip, stroke=0, fill=0)
    weave = artwork.upright_weave(MARGIN - 26, foot, PANEL + 52, height, 26, 2)
    artwork.stroke(canvas, weave, colours.thread, 0.35)
    canvas.restoreState()
    canvas.setFillColor(colours.trim)
    canvas.rect(MARGIN + PANEL, foot, 3, height, stroke=0, fill=1)
    canvas.setStrokeColor(colours.accent)
    canvas.setLineWidth(1.4)
    canvas.rect(MARGIN, foot, WIDTH - 2 * MARGIN, height, stroke=1, fill=0)
    canvas.setStrokeColor(colours.trim)
    canvas.setLineWidth(0.5)
    canvas.rect(MARGIN + PANEL + 9, foot + 6, WIDTH - 2 * MARGIN - PANEL - 15, height - 12, stroke=1, fill=0)


def _ribbon(canvas: TaggedCanvas, colours: Palette) -> None:
    """The ribbon over a certificate of completion, and its plain frame."""
    canvas.setStrokeColor(colours.accent)
    canvas.setLineWidth(0.8)
    canvas.rect(MARGIN, MARGIN, WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN, stroke=1, fill=0)
    canvas.saveState()
    clip = canvas.beginPath()
    clip.rect(MARGIN, HEIGHT - MARGIN - 46, WIDTH - 2 * MARGIN, 46)
    canvas.clipPath(clip, stroke=0, fill=0)
    weave = artwork.level_weave(MARGIN, HEIGHT - MARGIN - 50, WIDTH - 2 * MARGIN, 54, 12, 6)
    artwork.stroke(canvas, weave, colours.thread, 0.4)
    canvas.restoreState()
    canvas.setStrokeColor(colours.accent)
    canvas.setLineWidth(0.8)
    canvas.line(MARGIN, HEIGHT - MARGIN - 46, WIDTH - MARGIN, HEIGHT - MARGIN - 46)


def _sealed(canvas: TaggedCanvas, facts: CertificateFacts, x: float, y: float) -> None:
    """The seal of a certification: the gold one, the issuer's own picture, or none."""
    look = facts.look
    if look is None or look.seal == "standard":
        with canvas.artifact():
            _seal(canvas, facts.colours, x, y)
    elif look.seal == "picture":
        picture = ImageReader(BytesIO(look.seal_png))
        across, up = picture.getSize()
        scale = 134 / max(across, up)
        width, height = across * scale, up * scale
        box = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        with canvas.part("Figure", WORDS[facts.language]["seal_alt"].format(facts.issuer_shown), box):
            canvas.drawImage(picture, box[0], box[1], width, height, mask="auto")


def _seal(canvas: TaggedCanvas, colours: Palette, x: float, y: float) -> None:
    """The gold seal of a certification."""
    artwork.fill(canvas, artwork.scalloped_disc(x, y, 67, 40), colours.pale)
    artwork.stroke(canvas, artwork.rosette(x, y, 31, 61, 12, 9), colours.trim, 0.45)
    artwork.stroke(canvas, artwork.circles(x, y, 62.5, 64), colours.trim, 0.6)
    artwork.fill(canvas, artwork.circles(x, y, 33), colours.deep)
    artwork.stroke(canvas, artwork.circles(x, y, 30), colours.pale, 0.6)
    artwork.stroke(canvas, artwork.linked_rings(x, y, 11.5), colours.pale, 2.4)


def _proof(canvas: TaggedCanvas, facts: CertificateFacts, x: float, y: float, *, on_dark: bool) -> None:
    """The QR code on white, and under it the number and the address that a person can type."""
    words = WORDS[facts.language]
    side = 126.0
    card = y + 34
    with canvas.part("Figure", words["code_alt"], (x - side / 2, card, x + side / 2, card + side)):
        canvas.setFillColor("#ffffff")
        canvas.roundRect(x - side / 2, card, side, side, 6, stroke=0, fill=1)
        artwork.draw_code(canvas, facts.verify_url, x - side / 2, card, side, INK)
    with canvas.part("P"):
        canvas.setFillColor(facts.colours.pale if on_dark else MUTED)
        write(canvas, x, y + 20, words["number"].upper(), "bold", 6.5, align="centre", tracking=1.2)
        canvas.setFillColor("#ffffff" if on_dark else INK)
        write(canvas, x, y + 7, facts.number, "bold", 10.5, align="centre")
    address = facts.verify_url.split("://", 1)[-1]
    room = PANEL - 26 if on_dark else side + 24
    place, _, number = address.rpartition("/")
    lines = (address,) if width_of(address, "text", 7) <= room else (f"{place}/", number)
    canvas.setFillColor(facts.colours.faint if on_dark else facts.colours.accent)
    with canvas.part("Link", f"{words['check_at']} {facts.verify_url}"):
        for at, line in enumerate(lines):
            fitted = fit(line, "text", width=room, size=7.4, least=4, lines=1)
            write_fitted(canvas, x, y - 8 - at * 9, fitted, "text", align="centre")
    canvas.linkURL(facts.verify_url, (x - room / 2, y - 22, x + room / 2, card + side), relative=0)


def _offline(canvas: TaggedCanvas, facts: CertificateFacts, right: float, foot: float) -> float:
    """The small QR code with the signed statement, its right edge there; answers the width it takes."""
    if not facts.paper_code:
        return 0.0
    words = WORDS[facts.language]
    code, modules = artwork.qr_code(facts.paper_code, "m")
    side = modules * SMALL_MODULE
    x, y = right - side, foot + 7
    with canvas.part("Figure", words["offline_alt"], (x, y, right, y + side)):
        canvas.setFillColor("#ffffff")
        canvas.rect(x, y, side, side, stroke=0, fill=1)
        canvas.saveState()
        canvas.translate(x, y)
        canvas.scale(SMALL_MODULE, SMALL_MODULE)
        artwork.fill(canvas, code, INK)
        canvas.restoreState()
    canvas.setFillColor(MUTED)
    with canvas.part("P"):
        label = fit(words["offline"], "text", width=side, size=6.4, least=5, lines=1)
        write_fitted(canvas, x + side / 2, foot + 1, label, "text", align="centre")
    return side + 18


def _details(canvas: TaggedCanvas, facts: CertificateFacts, x: float, y: float, width: float) -> None:
    """The facts in columns: what was done, under which scheme, and from when to when."""
    columns = _columns(facts)
    with canvas.artifact():
        canvas.setStrokeColor(HAIRLINE)
        canvas.setLineWidth(0.6)
        canvas.line(x, y + 18, x + width, y + 18)
    shares = [1.0] * (len(columns) - 1) + [1.35]
    start = x
    for share, (label, main, notes) in zip(shares, columns, strict=True):
        step = width * share / max(sum(shares), 3.35)
        room = step - 14
        with canvas.part("P"):
            canvas.setFillColor(facts.colours.accent)
            write(canvas, start, y, label.upper(), "bold", 6.8, tracking=0.9)
            canvas.setFillColor(INK)
            fitted = fit(main, "bold", width=room, size=11.5, least=8.5)
            foot = write_fitted(canvas, start, y - 15, fitted, "bold")
            canvas.setFillColor(MUTED)
            for row, line in enumerate(line for note in notes for line in wrap(note, "text", 8.2, room)):
                write(canvas, start, foot - 12 - row * 10.4, line, "text", 8.2)
        start += step


def _columns(facts: CertificateFacts) -> list[tuple[str, str, list[str]]]:
    """Label, main line and notes of each column."""
    words, content, language = WORDS[facts.language], facts.content, facts.language
    passed = words["passed"]
    columns: list[tuple[str, str, list[str]]] = []
    if content.training:
        modes = [(hours(line.minutes, language), words.get(line.mode, line.mode)) for line in content.training]
        columns.append(
            (words["training"], hours(content.training_minutes, language), [" ".join(pair) for pair in modes])
        )
    if content.practice_minutes:
        notes = [words["supervised"]]
        if content.supervision_minutes:
            notes.append(f"{hours(content.supervision_minutes, language)} {words['of_supervision']}")
        notes += [f"{title}: {passed.lower()}" for title in content.examinations]
        columns.append((words["practice"], hours(content.practice_minutes, language), notes))
    elif content.examinations:
        columns.append((words["examination"], passed, list(content.examinations)))
    scheme = [content.scheme_title] if content.scheme_title else []
    if facts.scheme_version:
        scheme.append(f"{words['version']} {facts.scheme_version}")
    dates = [f"{words['valid_until']} {long_date(facts.valid_until, language)}"] if facts.valid_until else []
    columns.append((words["issued"], long_date(facts.issued_on, language), dates + scheme))
    return columns


def _signatures(canvas: TaggedCanvas, facts: CertificateFacts, x: float, y: float, width: float) -> None:
    """Who answers for it, each under a line; nothing where no one is named."""
    signatories = facts.signatories
    step = (width + 18) / max(len(signatories), 1)
    room = step - 18
    for at, signatory in enumerate(signatories):
        start = x + at * step
        with canvas.artifact():
            canvas.setStrokeColor(INK)
            canvas.setLineWidth(0.6)
            canvas.line(start, y, start + min(room, 210), y)
        with canvas.part("P"):
            canvas.setFillColor(INK)
            name = fit(signatory.name, "bold", width=room, size=10.5, least=8.5)
            foot = write_fitted(canvas, start, y - 13, name, "bold")
            if signatory.title:
                canvas.setFillColor(MUTED)
                role = fit(signatory.title, "text", width=room, size=8.6, least=6, lines=1)
                write_fitted(canvas, start, foot - 11.5, role, "text")


def _pill(canvas: TaggedCanvas, colour: str, text: str, x: float, y: float) -> None:
    """Words inside an outline, centred."""
    room = width_of(text, "bold", 9, 0.4) + 24
    with canvas.artifact():
        canvas.setStrokeColor(colour)
        canvas.setLineWidth(0.8)
        canvas.roundRect(x - room / 2, y - 6, room, 18, 9, stroke=1, fill=0)
    canvas.setFillColor(colour)
    with canvas.part("P"):
        write(canvas, x, y, text, "bold", 9, align="centre", tracking=0.4)


def _rule(canvas: TaggedCanvas, colour: str, x: float, y: float, width: float) -> None:
    canvas.setFillColor(colour)
    canvas.rect(x, y, width, 1.6, stroke=0, fill=1)


def _footnote(canvas: TaggedCanvas, text: str, x: float, y: float, width: float) -> None:
    canvas.setFillColor(MUTED)
    fitted = fit(text, "text", width=width, size=7.2, least=5, lines=1)
    with canvas.part("P"):
        write_fitted(canvas, x, y, fitted, "text")
