"""What a person may type about a lesson, a reflection or a live session."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import DateField, IntegerField, RadioField, SelectField, StringField, TextAreaField, TimeField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from lms.curriculum.content import LONGEST_LIVE_MINUTES, LONGEST_REFLECTION
from lms.curriculum.queries import RosterLine
from lms.forms import Form


class AnswerForm(Form):
    """One of the choices of a check-yourself question or a scenario; the page fills the choices in."""

    choice = RadioField(
        _("Your answer"), coerce=int, validators=[InputRequired(_("Choose one of the answers."))]
    )

    def offer(self, count: int) -> "AnswerForm":
        """Offer this many choices, counted from 0."""
        self.choice.choices = [(number, str(number)) for number in range(count)]
        return self


class ReflectionForm(Form):
    """What a person writes for nobody else."""

    text = TextAreaField(
        _("Your words"),
        validators=[Optional(), Length(max=LONGEST_REFLECTION, message=_("Keep it to %(max)d characters."))],
    )


class ActForm(Form):
    """A button that needs no more than the token against foreign pages."""


class LiveSessionForm(Form):
    """When, how and by whom a live session of a module is held."""

    organisation_id = SelectField(_("Organisation"), coerce=int)
    module_id = SelectField(_("Module"))
    trainer_id = SelectField(_("Trainer"), coerce=int)
    mode = RadioField(_("How"), validators=[InputRequired(_("Choose how the session is held."))])
    on = DateField(_("Date"), validators=[InputRequired(_("Type the date."))])
    at = TimeField(_("Start time"), validators=[InputRequired(_("Type the start time, such as 14:30."))])
    minutes = IntegerField(
        _("Minutes"),
        validators=[
            InputRequired(_("Type how many minutes it takes.")),
            NumberRange(1, LONGEST_LIVE_MINUTES, _("Choose between 1 and %(max)s minutes.")),
        ],
    )
    venue = StringField(_("Where, or the link"), validators=[Length(max=200)])


def attendance_form(lines: Sequence[RosterLine], most: int, may_not: int) -> Any:
    """A form with one field of minutes for each person of the roster but `may_not`, who is the actor."""
    fields = {
        f"minutes-{line.person_id}": IntegerField(
            line.chosen_name,
            validators=[Optional(), NumberRange(0, most, _("Choose between 0 and %(max)s minutes."))],
            default=line.minutes,
            render_kw={"inputmode": "numeric", "min": 0, "max": most},
        )
        for line in lines
        if line.person_id != may_not
    }
    return type("AttendanceForm", (Form,), fields)()
