"""What a person may type or choose in an examination."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import IntegerField, RadioField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, NumberRange

from lms.forms import Form


class StartForm(Form):
    """Which organisation the attempt is sat for; asked only of a person who trains with several."""

    organisation_id = RadioField(_("Which programme is this for?"), coerce=int)


class AnswerForm(Form):
    """The answer to one item, and where to go then.

    The best and the worst of a judgement are two groups of radio buttons, so they need two names.
    """

    chosen = SelectMultipleField(_("Your answer"), validate_choice=False)
    best = StringField(_("The best"))
    worst = StringField(_("The worst"))
    go = StringField()

    @property
    def answer(self) -> frozenset[str]:
        """What was chosen, as the strings of `Item`; a list left at its first line says nothing."""
        given = [*(self.chosen.data or []), self.best.data, self.worst.data]
        return frozenset(one for one in given if one)


class ExtraTimeForm(Form):
    """A person's time in percent of the usual time."""

    person_id = IntegerField(_("Person"), validators=[InputRequired()])
    time_percent = IntegerField(
        _("Time in percent of the usual time"),
        validators=[InputRequired(), NumberRange(100, 400, message=_("Type a number from 100 to 400."))],
    )
