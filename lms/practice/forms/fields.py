"""The fields that the forms of practice are made of."""

from collections.abc import Iterable
from enum import Enum
from uuid import uuid4

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import (
    HiddenField,
    SelectMultipleField,
    StringField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import NumberRange
from wtforms.widgets import CheckboxInput, ListWidget, TextInput

from lms.practice.lengths import minutes_typed
from lms.practice.rules import hours_text

ONE_OF_THESE = lazy_gettext("Choose one.")
NUMERIC = {"inputmode": "numeric"}
WHOLE_HOURS = NumberRange(0, 99_999, message=lazy_gettext("Write whole hours, zero or more."))


class HoursField(StringField):
    """A length of time typed as hours; its data are minutes."""

    widget = TextInput()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return hours_text(self.data) if self.data else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = valuelist[0].strip() if valuelist else ""
        self.data = minutes_typed(typed) if typed else None
        if typed and self.data is None:
            raise ValueError(_("Write hours like 3.5 or 3:30."))


def new_key() -> str:
    """A fresh key for a form, so that sending it twice does one thing."""
    return str(uuid4())


def choices(pairs: Iterable[tuple[object, object]]) -> list[SelectChoice]:
    """What a select or a row of radio buttons offers, from (value, words) pairs."""
    return [SelectChoice(value.value if isinstance(value, Enum) else value, label) for value, label in pairs]


def plain_lines(text: str | None) -> str:
    """Text with line ends of one letter, as the page counted them."""
    return (text or "").replace("\r\n", "\n")


class KeyField(HiddenField):
    """The form's own key; redrawn as it came."""


class ChecksField(SelectMultipleField):
    """Several of a list, each with a box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()
