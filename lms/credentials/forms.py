"""What a holder types to show more of a credential to somebody, and what is chosen about it."""

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from lms.credentials.queries.codes import PARTS
from lms.forms import Form


class CodeForm(Form):
    """Who a code is for, what it shows and how often. The key makes a repeated send the same code."""

    for_whom = StringField(
        _("Who it is for"),
        validators=[
            DataRequired(_("Write who it is for.")),
            Length(max=120, message=_("Write at most 120 letters.")),
        ],
        render_kw={"maxlength": 120, "autocomplete": "off"},
    )
    part_training = BooleanField(_("Hours of training, by topic and way"), default=True)
    part_practice = BooleanField(_("Hours of practice and of supervision"), default=True)
    part_examinations = BooleanField(_("Examinations passed, without scores"))
    part_periods = BooleanField(_("Its periods: from when until when"))
    most_looks = RadioField(
        _("How often it opens"),
        coerce=int,
        choices=[SelectChoice(1, _("Once")), SelectChoice(3, _("3 times")), SelectChoice(10, _("10 times"))],
        default=1,
    )
    request_key = HiddenField(validators=[DataRequired(), Length(min=8, max=64)])

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of the parts that are marked."""
        return tuple(name for name in PARTS if self[f"part_{name}"].data)

    @property
    def boxes(self) -> list[BooleanField]:
        """The boxes of the parts, in their order."""
        return [self[f"part_{name}"] for name in PARTS]


class IdentityForm(Form):
    """What a person's machine-readable credentials are to say of them."""

    shows = RadioField(
        _("What they say of you"),
        choices=[
            SelectChoice("name", _("My name")),
            SelectChoice("name_email", _("My name, and my e-mail address as a fingerprint")),
            SelectChoice("nothing", _("Neither")),
        ],
        validators=[DataRequired(_("Choose one of these."))],
    )
