"""What may be typed by watchers and about them."""

from flask_babel import lazy_gettext as _
from wtforms import DateField, EmailField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from lms.forms import Form


class AskForm(Form):
    """Who asks to be told: an organisation and its address."""

    name = StringField(
        _("Name of your organisation"),
        validators=[DataRequired(_("Write the name of your organisation, in at most 120 characters."))],
        render_kw={"maxlength": 120, "autocomplete": "organization"},
    )
    email = EmailField(
        _("Your e-mail address"),
        validators=[DataRequired(_("Type your e-mail address.")), Length(max=320)],
        render_kw={"maxlength": 320, "autocomplete": "email"},
    )


class AgreeForm(Form):
    """Until when a watcher is told."""

    until = DateField(
        _("Until"), validators=[InputRequired(_("Choose a day from today to one year from now."))]
    )


class ButtonForm(Form):
    """Only the button."""


class EndpointForm(Form):
    """Where a program is told."""

    url = StringField(
        _("Address of your program"),
        validators=[
            DataRequired(
                _("Write the whole address, like https://hooks.example.org/status, without # or spaces.")
            ),
            Length(max=500),
        ],
        render_kw={"maxlength": 500, "autocomplete": "off", "inputmode": "url", "spellcheck": "false"},
    )
