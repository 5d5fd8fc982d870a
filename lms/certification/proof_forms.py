"""What may be typed about proofs, waivers and approvals of training."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    Field,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from lms.certification.proof_kinds import ProofKind, Shape, Value
from lms.certification.proof_words import choice_label, day_label, value_label
from lms.forms import Form

Names = Mapping[tuple[str, str], tuple[str, ...]]
NEEDED = _("This is needed.")
NOT_A_DAY = _("Write a day like 2026-11-20.")


def choices(pairs: Iterable[tuple[Any, str]]) -> list[SelectChoice]:
    """What a list offers, from (value, words)."""
    return [SelectChoice(value, words) for value, words in pairs]


class ChecksField(SelectMultipleField):  # type: ignore[misc]
    """Several words, each a box to mark."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class HoursOfField(DecimalField):  # type: ignore[misc]
    """Hours as typed, with a comma or a point; its data are minutes."""

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata([text.replace(",", ".") for text in valuelist])

    @property
    def minutes(self) -> int | None:
        return None if self.data is None else round(self.data * 60)


class ProofForm(Form):
    """What every kind has: a body, a date, a file, and the key that makes a second send the same."""

    body = SelectField(_("Who should look at it"), coerce=int)
    on = DateField(validators=[InputRequired(NEEDED)])
    until_on = DateField(_("Last day"), validators=[Optional()])
    file = FileField(_("File"), render_kw={"accept": ".pdf,.jpg,.jpeg,.png"})
    request_key = HiddenField(validators=[InputRequired(NEEDED), Length(min=8, max=64)])
    replaces = HiddenField()

    def told(self, kind: ProofKind) -> dict[str, Any]:
        """The values of the kind, as the rules want them."""
        return {value.name: _plain(self._fields[_named(value)]) for value in kind.values}

    @property
    def sent_file(self) -> bytes | None:
        """The bytes of the upload, or None when nothing was chosen."""
        sent = self.file.data
        return (sent.read() or None) if sent else None

    def fill(self, value: Value, given: Any) -> None:
        """Put a value that was told before into its field."""
        if given is None:
            return
        if value.shape is Shape.MINUTES:
            given = given / 60
        elif value.shape is Shape.DAY:
            given = date.fromisoformat(given)
        self._fields[_named(value)].data = given

    def show_value(self, field: str, message: str) -> None:
        """Put a fault beside the value that it names."""
        found = self._fields.get(f"v_{field}") or self._fields.get(field)
        if found is None:
            self.form_errors.append(message)
        else:
            found.errors = [*found.errors, message]


def _named(value: Value) -> str:
    return f"v_{value.name}"


def _plain(field: Field) -> Any:
    if isinstance(field, HoursOfField):
        return field.minutes
    if isinstance(field.data, date):
        return field.data.isoformat()
    if isinstance(field, StringField | SelectField):
        return (field.data or "").strip()
    return field.data


def proof_form(kind: ProofKind, names: Names, bodies: Iterable[tuple[int, str]]) -> type[ProofForm]:
    """The form of one kind, with the bodies and the names that schemes ask for to choose from."""
    fields: dict[str, Any] = {
        _named(value): _field(kind.id, value, value.choices or names.get((kind.id, value.name), ()))
        for value in kind.values
    }
    fields["body"] = SelectField(_("Who should look at it"), coerce=int, choices=choices(bodies))
    fields["on"] = DateField(day_label(kind.id), validators=[InputRequired(NOT_A_DAY)])
    if kind.until == "no":
        fields["until_on"] = None
    elif kind.until == "must":
        fields["until_on"] = DateField(_("Last day"), validators=[InputRequired(NOT_A_DAY)])
    return type("ProofFormOfKind", (ProofForm,), fields)


def _field(kind: str, value: Value, names: tuple[str, ...]) -> Field:
    label = value_label(kind, value.name)
    told = gettext("Tell this, please: %(what)s.", what=label)
    needed = [InputRequired(told) if value.is_needed else Optional()]
    offered = choices((name, choice_label(name)) for name in names)
    match value.shape:
        case Shape.YES:
            return BooleanField(label)
        case Shape.DAY:
            return DateField(label, validators=needed)
        case Shape.MINUTES:
            return HoursOfField(label, places=None, validators=needed)
        case Shape.PERCENT:
            return IntegerField(label, validators=[*needed, NumberRange(1, 100, _("Write 1 to 100."))])
        case Shape.WHOLE:
            return IntegerField(label, validators=[*needed, NumberRange(1, 10_000, _("Write a whole number."))])
        case Shape.NAMES:
            return ChecksField(label, choices=offered)
        case Shape.NAME:
            return SelectField(label, choices=[SelectChoice("", _("Choose one")), *offered], validators=needed)
    return StringField(label, validators=[*needed, Length(max=120, message=_("Write at most 120 letters."))])


class ReturnForm(Form):
    """Why a paper goes back."""

    reason = TextAreaField(
        _("What has to be fixed"),
        validators=[
            InputRequired(_("Write why.")),
            Length(max=2000, message=_("Write at most 2,000 letters.")),
        ],
    )


class WaiverForm(Form):
    """An exception from one requirement."""

    requirement = SelectField(_("Requirement"), validators=[InputRequired(NEEDED)])
    until_on = DateField(_("Last day, if it ends"), validators=[Optional()])
    reason = TextAreaField(
        _("Reason"),
        validators=[
            InputRequired(_("Write why.")),
            Length(max=2000, message=_("Write at most 2,000 letters.")),
        ],
    )
    request_key = HiddenField(validators=[InputRequired(NEEDED), Length(min=8, max=64)])


class EndWaiverForm(Form):
    """Why an exception ends."""

    reason = TextAreaField(
        _("Why it ends"),
        validators=[
            InputRequired(_("Write why.")),
            Length(max=2000, message=_("Write at most 2,000 letters.")),
        ],
    )
    request_key = HiddenField(validators=[InputRequired(NEEDED), Length(min=8, max=64)])


class ApprovalForm(Form):
    """A provider's training that counts."""

    provider_id = SelectField(_("Training provider"), coerce=int)
    by_name = SelectField(_("Who approves it"))
    module_id = SelectField(_("Module"))
    course = SelectField(_("As which course"))
    on = DateField(_("From"), validators=[InputRequired(NOT_A_DAY)])
    until_on = DateField(_("Until, if it ends"), validators=[Optional()])
    request_key = HiddenField(validators=[InputRequired(NEEDED), Length(min=8, max=64)])
