"""What an applicant and a reviewer may type."""

from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from lms.forms import Form


class SchemeForm(Form):
    """Which scheme is meant."""

    scheme = HiddenField(validators=[DataRequired(), Length(max=60)])


class AttestForm(Form):
    """A yes to a text in the version that was shown."""

    text = HiddenField(validators=[DataRequired(), Length(max=60)])
    version = HiddenField(validators=[DataRequired(), Length(max=10)])
    scheme = HiddenField(validators=[DataRequired(), Length(max=60)])
    agree = BooleanField(
        _("I have read this and agree to it"), validators=[DataRequired(_("Mark the box if you agree."))]
    )


class DecisionForm(Form):
    """A reviewer's decision. The key makes a repeated send the same decision."""

    outcome = RadioField(
        _("Your decision"),
        choices=[
            SelectChoice("granted", _("Grant")),
            SelectChoice("returned", _("Send back for a fix")),
            SelectChoice("refused", _("Refuse")),
        ],
        validators=[DataRequired(_("Choose a decision."))],
    )
    reason = TextAreaField(
        _("Reason"), validators=[Length(max=2000, message=_("Write at most 2,000 letters."))]
    )
    request_key = HiddenField(validators=[DataRequired(), Length(min=8, max=64)])


class AuditForm(Form):
    """A draw of renewals whose papers are to be seen."""

    first_on = DateField(_("First day"), validators=[InputRequired(_("Choose the first day."))])
    last_on = DateField(_("Last day"), validators=[InputRequired(_("Choose the last day."))])
    percent = IntegerField(
        _("Percent to draw"),
        validators=[
            InputRequired(_("Type a percent from 1 to 100.")),
            NumberRange(1, 100, _("Type a percent from 1 to 100.")),
        ],
    )
    seed = StringField(
        _("Seed"),
        validators=[
            DataRequired(_("Type a seed of 1 to 40 letters or digits.")),
            Length(max=40, message=_("Type a seed of 1 to 40 letters or digits.")),
        ],
        render_kw={"maxlength": 40, "autocomplete": "off"},
    )
    response_days = IntegerField(
        _("Days to answer"),
        validators=[
            InputRequired(_("Type 1 to 366 days.")),
            NumberRange(1, 366, _("Type 1 to 366 days.")),
        ],
    )


class NoteForm(Form):
    """A note for the other reviewers."""

    text = TextAreaField(
        _("Note"),
        validators=[
            DataRequired(_("Write the note first.")),
            Length(max=2000, message=_("Write at most 2,000 letters.")),
        ],
    )


class AppealForm(Form):
    """Why an applicant asks somebody else to look at a refusal."""

    reason = TextAreaField(
        _("Why you do not agree"),
        validators=[
            DataRequired(_("Write why you do not agree.")),
            Length(max=2000, message=_("Write at most 2,000 letters.")),
        ],
    )


class AppealAnswerForm(Form):
    """The answer to an appeal."""

    outcome = RadioField(
        _("Your answer"),
        choices=[
            SelectChoice("upheld", _("The appeal is right: other reviewers look at the application again")),
            SelectChoice("stands", _("The decision stands")),
        ],
        validators=[DataRequired(_("Choose an answer."))],
    )
    reason = TextAreaField(
        _("Reason"),
        validators=[
            DataRequired(_("Write the reason. The applicant reads it.")),
            Length(max=2000, message=_("Write at most 2,000 letters.")),
        ],
    )


class MoveForm(Form):
    """Whom to hold to another version of a scheme, and why. The key makes a repeated send the same move."""

    version = HiddenField(validators=[DataRequired(), Length(max=6)])
    people = SelectMultipleField(_("People"), coerce=int, validate_choice=False)
    reason = TextAreaField(
        _("Reason"),
        validators=[
            DataRequired(_("Write the reason. The people whom you move read it.")),
            Length(max=500, message=_("Write at most 500 letters.")),
        ],
    )
    request_key = HiddenField(validators=[DataRequired(), Length(min=8, max=64)])
