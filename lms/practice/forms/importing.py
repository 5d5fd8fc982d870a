"""What a person gives to bring past hours: a file, or its lines."""

from flask_babel import lazy_gettext
from flask_wtf.file import FileField
from wtforms import DateField, TextAreaField
from wtforms.validators import InputRequired, Optional

from lms.forms import Form


class ImportForm(Form):
    """A CSV file or pasted lines; when both are there the file is taken."""

    file = FileField(lazy_gettext("File"), [Optional()], render_kw={"accept": ".csv,text/csv"})
    lines = TextAreaField(
        lazy_gettext("Or paste the rows here, with the row of column names"),
        [Optional()],
        render_kw={"rows": 8, "spellcheck": "false"},
    )

    def content(self) -> bytes:
        """The bytes to read; empty when nothing was given."""
        given: bytes = self.file.data.read() if self.file.data else b""
        return given or (self.lines.data or "").encode()


class SpanForm(Form):
    """The days that a form of totals is about."""

    first = DateField(lazy_gettext("First day"), [InputRequired(lazy_gettext("Choose the first day."))])
    last = DateField(lazy_gettext("Last day"), [InputRequired(lazy_gettext("Choose the last day."))])
