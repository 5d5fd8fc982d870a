"""What people may type about themselves and their organisation."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, PasswordField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, Length, Optional

from lms.forms import Form
from lms.pages import LANGUAGES
from lms.people.words import role_word
from lms.permissions import Role

ZONES = (
    ("America/New_York", _l("Eastern time (New York)")),
    ("America/Chicago", _l("Central time (Chicago)")),
    ("America/Denver", _l("Mountain time (Denver)")),
    ("America/Phoenix", _l("Arizona (Phoenix)")),
    ("America/Los_Angeles", _l("Pacific time (Los Angeles)")),
    ("America/Anchorage", _l("Alaska (Anchorage)")),
    ("Pacific/Honolulu", _l("Hawaii (Honolulu)")),
    ("America/Puerto_Rico", _l("Puerto Rico")),
    ("Pacific/Guam", _l("Guam")),
    ("Pacific/Pago_Pago", _l("American Samoa")),
    ("America/Mexico_City", _l("Mexico City")),
    ("America/Toronto", _l("Toronto")),
    ("America/Vancouver", _l("Vancouver")),
    ("America/Bogota", _l("Bogota")),
    ("America/Sao_Paulo", _l("Sao Paulo")),
    ("Europe/London", _l("London")),
    ("Europe/Madrid", _l("Madrid")),
    ("Europe/Berlin", _l("Berlin")),
    ("UTC", _l("World time (UTC)")),
)
_NAME = [DataRequired(message=_l("Type a name.")), Length(max=120, message=_l("Use at most 120 characters."))]


def zone_choices(held: str | None = None) -> list[SelectChoice]:
    """The time zones to choose from, with the one that is held already."""
    zones = {zone: str(label) for zone, label in ZONES}
    if held:
        zones.setdefault(held, held)
    return [SelectChoice(zone, label) for zone, label in zones.items()]


def language_choices() -> list[SelectChoice]:
    """The languages, each by its own name."""
    return [SelectChoice(code, name) for code, name in LANGUAGES.items()]


class JoinForm(Form):
    """What a new person tells when following an invitation."""

    chosen_name = StringField(_l("Chosen name"), validators=_NAME, render_kw={"autocomplete": "nickname"})
    legal_name = StringField(_l("Legal name"), validators=_NAME, render_kw={"autocomplete": "name"})
    timezone = SelectField(_l("Time zone"), choices=zone_choices)
    language = SelectField(_l("Language"), choices=language_choices)
    password = PasswordField(
        _l("Password"),
        validators=[DataRequired(message=_l("Type a new password."))],
        render_kw={"autocomplete": "new-password", "maxlength": "128"},
    )


class ProfileForm(Form):
    """What a person may change about themselves."""

    chosen_name = StringField(_l("Chosen name"), validators=_NAME, render_kw={"autocomplete": "nickname"})
    timezone = SelectField(_l("Time zone"))
    language = SelectField(_l("Language"), choices=language_choices)


class InviteForm(Form):
    """Whom to invite, and as what."""

    email = EmailField(
        _l("E-mail"),
        validators=[DataRequired(message=_l("Type their e-mail address.")), Length(max=320)],
        render_kw={"autocomplete": "off"},
    )
    role = SelectField(_l("Role"))

    def offer(self, roles: tuple[Role, ...]) -> None:
        """Let one of these roles be chosen."""
        self.role.choices = [SelectChoice(role.value, role_word(role).capitalize()) for role in roles]


class OrganisationForm(Form):
    """A new organisation."""

    name = StringField(
        _l("Name"),
        validators=[DataRequired(message=_l("Type a name.")), Length(max=120)],
        render_kw={"autocomplete": "off"},
    )
    slug = StringField(
        _l("Short name"),
        validators=[DataRequired(message=_l("Type a short name.")), Length(max=60)],
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )
    timezone = SelectField(_l("Time zone"), choices=zone_choices)
    is_training_provider = BooleanField(_l("It trains people"))
    is_placement_site = BooleanField(_l("People practice there"))
    is_certifying_body = BooleanField(_l("It certifies people"))
    signatory_name = StringField(_l("Who signs certificates (name)"), validators=[Optional(), Length(max=120)])
    signatory_title = StringField(
        _l("Who signs certificates (title)"), validators=[Optional(), Length(max=120)]
    )


class AttestForm(Form):
    """Agree to a statement."""

    agree = BooleanField(
        _l("I have read this and I agree."), validators=[DataRequired(message=_l("Tick the box to agree."))]
    )


class ConfirmForm(Form):
    """A button and nothing else."""


class StepForm(Form):
    """The code from the authenticator app, for a session that has not shown it yet."""

    code = StringField(
        _l("Code from your app"),
        validators=[DataRequired(message=_l("Type the code."))],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": "12"},
    )
