"""What a holder types to share a record, and the button of who looks at it."""

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, EmailField, HiddenField, SelectField, StringField
from wtforms.validators import DataRequired, Length

from lms.forms import Form

PARTS = (
    *("hours", "requirements", "training", "entries", "sessions", "results", "documents"),
    *("attestations", "decisions"),
)


class ShareForm(Form):
    """Who may see which parts, and what for. The key makes a repeated send the same leave."""

    scheme = SelectField(_("Which path"), validate_choice=False, validators=[DataRequired()])
    recipient_name = StringField(
        _("Name of the person"),
        validators=[
            DataRequired(_("Write the name of the person.")),
            Length(max=120, message=_("Write at most 120 letters.")),
        ],
    )
    recipient_email = EmailField(
        _("Their e-mail address"),
        validators=[DataRequired(_("Write their e-mail address.")), Length(max=320)],
    )
    purpose = StringField(
        _("What they need it for"),
        validators=[
            DataRequired(_("Write what they need it for.")),
            Length(max=300, message=_("Write at most 300 letters.")),
        ],
    )
    part_hours = BooleanField(_("Hours by topic and way"), default=True)
    part_requirements = BooleanField(_("Requirements"), default=True)
    part_training = BooleanField(_("Training"))
    part_entries = BooleanField(_("Practice hours, one by one"))
    part_sessions = BooleanField(_("Supervision meetings"))
    part_results = BooleanField(_("Examination results"))
    part_documents = BooleanField(_("Papers and what others brought"))
    part_attestations = BooleanField(_("What was agreed to"))
    part_decisions = BooleanField(_("Decisions"))
    request_key = HiddenField(validators=[DataRequired(), Length(min=8, max=64)])

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of the parts that are marked."""
        return tuple(name for name in PARTS if self[f"part_{name}"].data)

    @property
    def boxes(self) -> list[BooleanField]:
        """The boxes of the parts, in their order."""
        return [self[f"part_{name}"] for name in PARTS]


class LookForm(Form):
    """Only the button."""
