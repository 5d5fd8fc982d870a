"""What may be typed on the page of tokens."""

from flask_babel import lazy_gettext as _
from wtforms import DateField, HiddenField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from lms.forms import Form
from lms.registry.api_scopes import ApiScope


class TokenForm(Form):
    """A new token: its name, what it may do, and its last day."""

    name = StringField(
        _("Name"),
        validators=[InputRequired(_("Give the token a name, so that you know it again.")), Length(max=80)],
        render_kw={"maxlength": 80, "autocomplete": "off"},
    )
    scopes = SelectMultipleField(
        _("What it may do"),
        choices=[
            SelectChoice(ApiScope.VERIFY.value, _("Check many numbers at once")),
            SelectChoice(ApiScope.READ.value, _("Read the register of this organisation")),
            SelectChoice(
                ApiScope.WATCH.value, _("Ask to be told when credentials change, with the holders’ yes")
            ),
        ],
        validators=[InputRequired(_("Choose at least one thing that the token may do."))],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    expires_on = DateField(_("Last day"), validators=[InputRequired(_("Choose the last day of the token."))])
    once = HiddenField(validators=[InputRequired(), Length(min=36, max=36)])


class EndForm(Form):
    """Only the button."""
