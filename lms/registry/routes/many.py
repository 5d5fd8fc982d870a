"""The check of many numbers at once: a form that works without scripts, and its answer as a page or a file."""

from flask import Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf.file import FileField
from wtforms import DateField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from lms import clock
from lms.credentials import labels as words
from lms.db import reads_only
from lms.errors import Invalid
from lms.forms import Form
from lms.limits import limiter
from lms.permissions import public
from lms.registry import many, sheets
from lms.registry.many import Answered
from lms.registry.routes.blueprint import bp

SHOWN = 100
MOST_SENT = sheets.MOST_BYTES + 512 * 1024
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ManyForm(Form):
    """A file, or pasted rows; when both are there the file is taken."""

    file = FileField(
        lazy_gettext("File (CSV or XLSX)"), [Optional()], render_kw={"accept": ".csv,.txt,.tsv,.xlsx"}
    )
    lines = TextAreaField(
        lazy_gettext("Or paste the numbers here, one in each line"),
        [Optional()],
        render_kw={"rows": 6, "spellcheck": "false"},
    )
    as_of = DateField(lazy_gettext("As of the end of this day (you may leave it empty)"), [Optional()])
    answer = RadioField(
        lazy_gettext("How you want the answer"),
        choices=[
            SelectChoice("page", lazy_gettext("Here on the page")),
            SelectChoice("xlsx", lazy_gettext("Workbook (XLSX)")),
            SelectChoice("csv", lazy_gettext("CSV file")),
        ],
        default="page",
    )

    def content(self) -> bytes:
        """The bytes to read; empty when nothing was given."""
        given: bytes = self.file.data.read() if self.file.data else b""
        return given or (self.lines.data or "").encode()


@bp.url_value_preprocessor
def _let_larger(endpoint: str | None, _values: object) -> None:
    """Before anything reads the form: a list may be larger than what other pages are sent."""
    if endpoint == "registry.check_many":
        request.max_content_length = MOST_SENT
        if (request.content_length or 0) > MOST_SENT:
            too_large = sheets.SENTENCES["B02"]
            raise Invalid("file", _(too_large))


@bp.get("/verify/many")
@public
def many_numbers() -> ResponseReturnValue:
    """The form, what a file looks like, and what each code means."""
    return _page(ManyForm(formdata=None))


@bp.post("/verify/many")
@limiter.limit("10 per minute")
@public
@reads_only
def check_many() -> ResponseReturnValue:
    """The answer to each row, in the order of the rows; nothing that was sent is kept."""
    form = ManyForm()
    if not form.validate_on_submit():
        return _page(form), 422
    if form.as_of.data is not None and form.as_of.data > clock.today(many.EARLIEST_ZONE):
        form.show(Invalid("as_of", _("That day is still to come. Choose today or a day before.")))
        return _page(form), 422
    try:
        asked = sheets.asked_in(form.content())
    except sheets.UnreadableSheet as fault:
        form.show(Invalid("file", _(sheets.SENTENCES[fault.code], **fault.facts)))
        return _page(form), 422
    rows = many.answers(asked, form.as_of.data)
    if form.answer.data == "page":
        return _quiet(make_response(_page(form, rows, is_guessed=asked.is_guessed_text)))
    table = (row.cells() for row in rows)
    if form.answer.data == "xlsx":
        return _file(sheets.as_xlsx(many.COLUMNS, table), XLSX, "xlsx")
    return _file(sheets.as_csv(many.COLUMNS, table), "text/csv; charset=utf-8", "csv")


@bp.get("/verify/many/example.csv")
@public
def many_example() -> ResponseReturnValue:
    """A file that shows how: the three columns that are read, without rows of anybody."""
    return _file(sheets.as_csv(("number", "name", "as of"), ()), "text/csv; charset=utf-8", "csv", "to-check")


def _page(form: ManyForm, rows: tuple[Answered, ...] = (), *, is_guessed: bool = False) -> str:
    return render_template(
        "registry/many.html",
        form=form,
        rows=rows[:SHOWN],
        count=len(rows),
        totals=many.totals(rows),
        is_guessed=is_guessed,
        sentences=sheets.SENTENCES,
        most=sheets.MOST_ROWS,
        words=words,
        states={state.value: state for state in words.TAGS},
    )


def _file(data: bytes, mimetype: str, extension: str, name: str = "") -> Response:
    response = Response(data, content_type=mimetype)
    name = name or f"answers-{clock.now():%Y-%m-%d}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{extension}"'
    return _quiet(response)


def _quiet(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
