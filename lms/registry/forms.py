"""What may be typed on the pages of the register."""

from flask_babel import lazy_gettext as _
from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from lms.credentials.labels import REASON_CLASSES
from lms.credentials.states import ReasonClass
from lms.forms import Form


class ReasonForm(Form):
    """Why a credential's status is changed."""

    reason = TextAreaField(
        _("Reason"),
        validators=[InputRequired(_("Say why, in a sentence.")), Length(max=2000)],
        render_kw={"rows": 3, "maxlength": 2000},
    )


class RevokeForm(ReasonForm):
    """Why a credential is taken back: in a class, which the public sees, and in words, which it does not."""

    reason_class = RadioField(
        _("What the public page says"),
        choices=[SelectChoice(one.value, words) for one, words in REASON_CLASSES.items()],
        validators=[Optional()],
        default=ReasonClass.OTHER.value,
    )


class ReplaceForm(ReasonForm):
    """The corrected name for a new certificate."""

    name_as_issued = StringField(
        _("Name as it should be printed"),
        validators=[InputRequired(_("Type the name as it should be printed.")), Length(max=200)],
        render_kw={"maxlength": 200, "autocomplete": "off"},
    )
