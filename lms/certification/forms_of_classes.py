"""The form with which certificates are issued for a class."""

from flask_babel import lazy_gettext as _
from wtforms import HiddenField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, Length

from lms.forms import Form


class ClassForm(Form):
    """Who is issued a certificate. `shown` holds the ids of all who are on the page, to draw it again."""

    label = StringField(
        _("What you call this class"),
        validators=[
            DataRequired(_("Give this class a name of 1 to 200 letters.")),
            Length(max=200, message=_("Give this class a name of 1 to 200 letters.")),
        ],
        render_kw={"maxlength": 200, "autocomplete": "off"},
    )
    people = SelectMultipleField(_("People"), coerce=int, validate_choice=False)
    shown = HiddenField(validators=[Length(max=4000)])
    request_key = HiddenField(validators=[DataRequired(), Length(min=8, max=64)])

    @property
    def shown_people(self) -> tuple[int, ...]:
        """Who was on the page that was sent."""
        return tuple(int(word) for word in (self.shown.data or "").split() if word.isdecimal())
