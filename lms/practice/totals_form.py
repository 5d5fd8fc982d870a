"""The form for bodies that want ink: what was signed at one site, added up, with room for a signature. Pure.

"Verification of supervised experience" as the boards' own forms ask it (domain notes 3.2): legal name, site,
first and last day, total hours, hours by domain, supervision, hours a week as one whole number, a statement
of truth, signature, date and contact. The same facts give the same bytes.
"""

from dataclasses import dataclass
from datetime import date
from io import BytesIO

from reportlab import rl_config
from reportlab.lib.pagesizes import letter
from reportlab.pdfgen.canvas import Canvas

from lms.credentials.lettering import (
    INITIAL_FONT,
    Style,
    fit,
    missing_letters,
    ready,
    wrap,
    write,
    write_fitted,
)
from lms.credentials.wording import hours, long_date

rl_config.useA85 = 0

WIDTH, HEIGHT = letter
LEFT, RIGHT = 54.0, WIDTH - 54.0
INK, MUTED, TEAL, HAIRLINE, LINE = "#1d2a2f", "#4d5a5f", "#0b5a60", "#cfc9bb", "#5d6b70"
DOMAINS = ("advocacy", "mentoring_education", "recovery_wellness", "ethical_responsibility", "harm_reduction")

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "title": "Verification of supervised experience",
        "trainee": "Trainee, legal name",
        "site": "Site",
        "paid": "Paid",
        "volunteer": "Volunteer",
        "role": "Role at the site",
        "first": "First day",
        "last": "Last day",
        "total": "Total hours",
        "weekly": "Average hours per week",
        "supervision": "Hours of supervision",
        "by_domain": "Hours by domain",
        "advocacy": "Advocacy",
        "mentoring_education": "Mentoring and education",
        "recovery_wellness": "Recovery and wellness support",
        "ethical_responsibility": "Ethical responsibility",
        "harm_reduction": "Harm reduction",
        "": "In no domain (training, being supervised)",
        "truth": "Statement of truth",
        "statement": "I supervised this work. The hours above are true and complete as far as I know, "
        "from watching, "
        "from reading notes or from talking the work over with the trainee. I know that "
        "a false statement can cost "
        "the trainee and me our standing with the certifying body.",
        "supervisor": "Supervisor",
        "signature": "Signature",
        "date": "Date",
        "name": "Name in capital letters",
        "credential": "Credential and number",
        "contact": "Phone or e-mail",
        "trainee_signs": "Trainee",
        "entries": "Added up on %(day)s from %(count)s signed entries. The average is over the "
        "weeks from the first day "
        "to the last, as one whole number.",
    },
    "es": {
        "title": "Verificación de experiencia supervisada",
        "trainee": "Aprendiz, nombre legal",
        "site": "Lugar",
        "paid": "Con pago",
        "volunteer": "Voluntariado",
        "role": "Papel en el lugar",
        "first": "Primer día",
        "last": "Último día",
        "total": "Total de horas",
        "weekly": "Promedio de horas por semana",
        "supervision": "Horas de supervisión",
        "by_domain": "Horas por área",
        "advocacy": "Defensa de derechos",
        "mentoring_education": "Mentoría y educación",
        "recovery_wellness": "Apoyo a la recuperación y el bienestar",
        "ethical_responsibility": "Responsabilidad ética",
        "harm_reduction": "Reducción de daños",
        "": "En ningún área (formación, supervisión recibida)",
        "truth": "Declaración de veracidad",
        "statement": "Supervisé este trabajo. Las horas indicadas son ciertas y completas hasta donde "
        "sé, por haber "
        "observado, leído notas o conversado sobre el trabajo con la persona aprendiz. "
        "Sé que una declaración falsa "
        "puede costarnos a ambas personas nuestra situación ante el organismo certificador.",
        "supervisor": "Supervisión",
        "signature": "Firma",
        "date": "Fecha",
        "name": "Nombre en mayúsculas",
        "credential": "Credencial y número",
        "contact": "Teléfono o correo",
        "trainee_signs": "Aprendiz",
        "entries": "Sumado el %(day)s a partir de %(count)s registros firmados. El promedio es "
        "sobre las semanas desde el "
        "primer día hasta el último, como un solo número entero.",
    },
}


@dataclass(frozen=True, slots=True)
class TotalsFacts:
    """All that the form says; minutes are signed minutes. `role` is `paid` or `volunteer`."""

    language: str
    organisation: str
    trainee: str
    site: str
    role: str
    first: date
    last: date
    minutes: int
    by_domain: tuple[tuple[str, int], ...]
    supervision: int
    entries: int
    drawn_on: date


def hours_a_week(minutes: int, first: date, last: date) -> int:
    """The average over the weeks from first to last day, a half rounded up; a span below a week is one week.

    One whole number, as New York's form asks it: "ranges and decimals are rejected" (domain notes 3.2).
    """
    days = max((last - first).days + 1, 7)
    return (2 * minutes * 7 + 60 * days) // (2 * 60 * days)


def letters_missing(facts: TotalsFacts) -> str:
    """The letters in the facts that cannot be printed, or ""."""
    ready()
    return missing_letters(facts.organisation + facts.trainee + facts.site)


def draw(facts: TotalsFacts) -> bytes:
    """The form as a PDF of one page. Raises ValueError for letters that `letters_missing` would have named."""
    ready()
    words = WORDS[facts.language]
    target = BytesIO()
    canvas = Canvas(
        target,
        pagesize=letter,
        invariant=1,
        initialFontName=INITIAL_FONT,  # type: ignore[arg-type]  # The stubs take it for a number.
        lang="es-US" if facts.language == "es" else "en-US",
        pageCompression=1,
    )
    canvas.setTitle(f"{words['title']}: {facts.trainee} · {facts.site}")
    canvas.setAuthor(facts.organisation)
    canvas.setCreator("lms")
    canvas.setViewerPreference("DisplayDocTitle", "true")
    at = _head(canvas, facts, words)
    at = _facts(canvas, facts, words, at)
    at = _domains(canvas, facts, words, at)
    at = _statement(canvas, words, at)
    at = _signatures(canvas, words, at)
    _foot(canvas, facts, words)
    canvas.showPage()
    canvas.save()
    return target.getvalue()


def _head(canvas: Canvas, facts: TotalsFacts, words: dict[str, str]) -> float:
    canvas.setFillColor(TEAL)
    canvas.rect(0, HEIGHT - 8, WIDTH, 8, stroke=0, fill=1)
    issuer = fit(facts.organisation, "bold", width=RIGHT - LEFT, size=11, least=8)
    foot = write_fitted(canvas, LEFT, HEIGHT - 52, issuer, "bold")
    canvas.setFillColor(INK)
    title = fit(words["title"], "title", width=RIGHT - LEFT, size=26, least=20)
    return write_fitted(canvas, LEFT - 1, foot - 32, title, "title") - 34


def _facts(canvas: Canvas, facts: TotalsFacts, words: dict[str, str], at: float) -> float:
    half = (RIGHT - LEFT) / 2
    rows = (
        ((words["trainee"], facts.trainee), (words["site"], facts.site)),
        (
            (words["first"], long_date(facts.first, facts.language)),
            (words["last"], long_date(facts.last, facts.language)),
        ),
        (
            (words["total"], hours(facts.minutes, facts.language)),
            (words["supervision"], hours(facts.supervision, facts.language)),
        ),
        (
            (words["weekly"], str(hours_a_week(facts.minutes, facts.first, facts.last))),
            (words["role"], words[facts.role]),
        ),
    )
    for pair in rows:
        lowest = at
        for place, (label, value) in enumerate(pair):
            left = LEFT + place * half
            canvas.setFillColor(MUTED)
            write(canvas, left, at, label, "text", 9)
            canvas.setFillColor(INK)
            fitted = fit(value, "bold", width=half - 18, size=13, least=12)
            lowest = min(lowest, write_fitted(canvas, left, at - 17, fitted, "bold"))
        at = lowest - 24
    return at


def _domains(canvas: Canvas, facts: TotalsFacts, words: dict[str, str], at: float) -> float:
    canvas.setFillColor(TEAL)
    write(canvas, LEFT, at, words["by_domain"], "bold", 11)
    found = dict(facts.by_domain)
    named = [name for name in (*DOMAINS, "") if name in DOMAINS or found.get(name)]
    for name in named:
        at -= 19
        _row(canvas, at, words[name], hours(found.get(name, 0), facts.language), "text")
    at -= 20
    _row(canvas, at, words["total"], hours(facts.minutes, facts.language), "bold")
    return at - 32


def _row(canvas: Canvas, at: float, label: str, value: str, style: Style) -> None:
    canvas.setFillColor(INK)
    write(canvas, LEFT, at, label, style, 10.5)
    write(canvas, RIGHT, at, value, style, 10.5, align="right")
    canvas.setStrokeColor(HAIRLINE)
    canvas.setLineWidth(0.6)
    canvas.line(LEFT, at - 6, RIGHT, at - 6)


def _statement(canvas: Canvas, words: dict[str, str], at: float) -> float:
    canvas.setFillColor(TEAL)
    write(canvas, LEFT, at, words["truth"], "bold", 11)
    canvas.setFillColor(INK)
    for line in wrap(words["statement"], "text", 10.5, RIGHT - LEFT):
        at -= 15
        write(canvas, LEFT, at, line, "text", 10.5)
    return at - 40


def _signatures(canvas: Canvas, words: dict[str, str], at: float) -> float:
    wide, narrow = LEFT + 320, LEFT + 340
    for lines in (
        ((words["supervisor"] + " · " + words["signature"], LEFT, wide), (words["date"], narrow, RIGHT)),
        ((words["name"], LEFT, wide), (words["contact"], narrow, RIGHT)),
        ((words["credential"], LEFT, RIGHT),),
        ((words["trainee_signs"] + " · " + words["signature"], LEFT, wide), (words["date"], narrow, RIGHT)),
    ):
        for label, left, right in lines:
            canvas.setStrokeColor(LINE)
            canvas.setLineWidth(0.8)
            canvas.line(left, at, right, at)
            canvas.setFillColor(MUTED)
            write(canvas, left, at - 11, label, "text", 8.5)
        at -= 42
    return at


def _foot(canvas: Canvas, facts: TotalsFacts, words: dict[str, str]) -> None:
    said = words["entries"] % {"day": long_date(facts.drawn_on, facts.language), "count": facts.entries}
    canvas.setFillColor(MUTED)
    for at, line in enumerate(wrap(said, "text", 8, RIGHT - LEFT)):
        write(canvas, LEFT, 40 - at * 11, line, "text", 8)
