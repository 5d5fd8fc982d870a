"""What an applicant and a reviewer may type."""

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

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


class NoteForm(Form):
    """A note for the other reviewers."""

    text = TextAreaField(
        _("Note"),
        validators=[
            DataRequired(_("Write the note first.")),
            Length(max=2000, message=_("Write at most 2,000 letters.")),
        ],
    )
