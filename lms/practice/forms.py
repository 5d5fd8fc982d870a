"""What a person may type about practice. Shapes only; what is allowed is for the rules."""

import re
from collections.abc import Iterable
from enum import Enum
from typing import Any
from uuid import uuid4

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget, TextInput

from lms.forms import Form
from lms.practice import words
from lms.practice.models import LONGEST_NOTE
from lms.practice.rules import DOMAINS, Mode, hours_text

_CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)")
_DECIMAL = re.compile(r"\d{1,2}(?:[.,]\d{1,2})?")
ONE_OF_THESE = lazy_gettext("Choose one.")
_NUMERIC = {"inputmode": "numeric"}
_WHOLE_HOURS = NumberRange(0, 99_999, message=lazy_gettext("Write whole hours, zero or more."))


def minutes_typed(text: str) -> int | None:
    """Minutes from "3.5", "3,5" or "3:30"; None for anything else."""
    text = text.strip()
    if clock := _CLOCK.fullmatch(text):
        return int(clock[1]) * 60 + int(clock[2])
    if _DECIMAL.fullmatch(text):
        return round(float(text.replace(",", ".")) * 60)
    return None


class HoursField(StringField):
    """A length of time typed as hours; its data are minutes."""

    widget = TextInput()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return hours_text(self.data) if self.data else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = valuelist[0].strip() if valuelist else ""
        self.data = minutes_typed(typed) if typed else None
        if typed and self.data is None:
            raise ValueError(_("Write hours like 3.5 or 3:30."))


def new_key() -> str:
    """A fresh key for a form, so that sending it twice does one thing."""
    return str(uuid4())


def choices(pairs: Iterable[tuple[object, object]]) -> list[SelectChoice]:
    """What a select or a row of radio buttons offers, from (value, words) pairs."""
    return [SelectChoice(value.value if isinstance(value, Enum) else value, label) for value, label in pairs]


def plain_lines(text: str | None) -> str:
    """Text with line ends of one letter, as the page counted them."""
    return (text or "").replace("\r\n", "\n")


class KeyField(HiddenField):
    """The form's own key; redrawn as it came."""


class HoursForm(Form):
    """One practice entry."""

    worked_on = DateField(
        lazy_gettext("Day"), [InputRequired(lazy_gettext("Choose the day."))], render_kw={"required": True}
    )
    length = HoursField(
        lazy_gettext("How long, in hours"),
        [Optional()],
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )
    starts_at = TimeField(lazy_gettext("Start"), [Optional()])
    ends_at = TimeField(lazy_gettext("End"), [Optional()])
    is_overnight = BooleanField(lazy_gettext("Ended the next day"))
    placement_id = SelectField(
        lazy_gettext("Where"), coerce=int, choices=[], validate_choice=False, render_kw={"required": True}
    )
    kind = RadioField(
        lazy_gettext("What you did"),
        [InputRequired(lazy_gettext("Choose what you did."))],
        validate_choice=False,
    )
    mode = RadioField(
        lazy_gettext("How you met"), [InputRequired(lazy_gettext("Choose how you met."))], validate_choice=False
    )
    note = TextAreaField(
        lazy_gettext("Short note"),
        [Length(max=LONGEST_NOTE, message=lazy_gettext("Keep the note to 280 letters."))],
        filters=[plain_lines],
        render_kw={"maxlength": LONGEST_NOTE, "rows": 3},
    )
    client_key = KeyField(validators=[Optional(), Length(max=64)])
    version = IntegerField(widget=HiddenInput(), validators=[Optional()])

    def __init__(self, *args: Any, placements: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.placement_id.choices = choices(placements)
        self.kind.choices = choices(words.KINDS.items())
        self.mode.choices = choices(words.MODES.items())

    def validate(self, extra_validators: Any = None) -> bool:
        """The fields by themselves, and one of the two ways of saying how long."""
        is_fine = bool(super().validate(extra_validators))
        said = (self.length, self.starts_at, self.ends_at)
        if all(field.data is None and not field.errors for field in said):
            self.length.errors = [_("Say how long it was, or give start and end.")]
            return False
        return is_fine


class AmendForm(HoursForm):
    """The line that shall stand for a signed one, and why."""

    reason = StringField(
        lazy_gettext("Why it needs a change"),
        [Length(max=500), InputRequired(lazy_gettext("Say why, in 500 letters or fewer."))],
        render_kw={"maxlength": 500},
    )
    is_voiding = BooleanField(lazy_gettext("This did not take place. Take the hours back whole."))


class SignForm(Form):
    """The supervisor's signature under the lines of a page; `sign_form` adds a field for each line."""

    is_meant = BooleanField(
        lazy_gettext("I say this, and I sign these entries."),
        [InputRequired(lazy_gettext("Tick the box if the statement is true."))],
    )
    password = PasswordField(
        lazy_gettext("Your password"), [Optional()], render_kw={"autocomplete": "current-password"}
    )
    statement_version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])


class PeriodForm(Form):
    """The supervisor's signature under a week or a month."""

    is_meant = BooleanField(
        lazy_gettext("I say this, and I sign this period."),
        [InputRequired(lazy_gettext("Tick the box if the statement is true."))],
    )
    password = PasswordField(
        lazy_gettext("Your password"), [Optional()], render_kw={"autocomplete": "current-password"}
    )
    statement_version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    shown = HiddenField(validators=[InputRequired()])


class AskForm(Form):
    """What to fix: one reason for all lines, or one for each; `ask_form` adds a field for each line."""

    # One line, so that Enter sends it; line breaks in a reason are not kept anyway.
    reason = StringField(
        lazy_gettext("What should be fixed? This goes to every entry without a reason of its own."),
        [Length(max=500)],
        render_kw={"maxlength": 500, "autocomplete": "off"},
    )


def sign_form(entry_ids: Iterable[int]) -> type[SignForm]:
    """A SignForm with fewer hours, another domain and a reason for each line."""
    fields: dict[str, Any] = {}
    as_logged = ("", lazy_gettext("As it is"))
    named = [(domain, words.DOMAINS[domain]) for domain in DOMAINS]
    for entry_id in entry_ids:
        fields[f"fewer_{entry_id}"] = HoursField(lazy_gettext("Hours to sign for"), [Optional()])
        fields[f"domain_{entry_id}"] = SelectField(
            lazy_gettext("Counts in this domain"),
            [Optional()],
            choices=choices([as_logged, *named]),
            validate_choice=False,
        )
        fields[f"why_{entry_id}"] = StringField(
            lazy_gettext("Why"),
            [Length(max=500)],
            render_kw={"maxlength": 500, "autocomplete": "off"},
        )
    return type("SignLinesForm", (SignForm,), fields)


def ask_form(entry_ids: Iterable[int]) -> type[AskForm]:
    """An AskForm with a reason for each line."""
    fields = {
        f"reason_{entry_id}": TextAreaField(
            lazy_gettext("Reason for this entry"), [Length(max=500)], render_kw={"rows": 2}
        )
        for entry_id in entry_ids
    }
    return type("AskLinesForm", (AskForm,), fields)


class PlacementForm(Form):
    """Where a trainee practises."""

    person_id = SelectField(lazy_gettext("Trainee"), coerce=int, choices=[], validate_choice=False)
    site_name = StringField(
        lazy_gettext("Name of the site"),
        [InputRequired(lazy_gettext("Give the site's name.")), Length(max=120)],
    )
    role = RadioField(
        lazy_gettext("The trainee's role there"),
        [InputRequired(lazy_gettext("Choose paid or volunteer."))],
        validate_choice=False,
        choices=choices(words.ROLES.items()),
    )
    starts_on = DateField(lazy_gettext("First day"), [InputRequired(lazy_gettext("Choose the first day."))])
    ends_on = DateField(lazy_gettext("Last day, if known"), [Optional()])


class ChecksField(SelectMultipleField):
    """Several of a list, each with a box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class AgreementForm(Form):
    """Who may sign, from when to when, by which plan, and who may sign instead."""

    supervisor_id = SelectField(lazy_gettext("Supervisor"), coerce=int, choices=[], validate_choice=False)
    starts_on = DateField(lazy_gettext("First day"), [InputRequired(lazy_gettext("Choose the first day."))])
    ends_on = DateField(lazy_gettext("Last day, if known"), [Optional()])
    alternate_id = SelectField(
        lazy_gettext("Alternate, who may sign when the supervisor cannot"),
        coerce=int,
        choices=[],
        validate_choice=False,
        default=0,
    )
    plan = TextAreaField(
        lazy_gettext("Plan: how often you meet, and what about"),
        [Length(max=4000)],
        filters=[plain_lines],
        render_kw={"maxlength": 4000, "rows": 4},
    )
    needs_approval = BooleanField(lazy_gettext("Nothing is signed before this is approved."))


class AcceptForm(Form):
    """A party's yes, with what it says of being close to the other."""

    relation = RadioField(
        lazy_gettext("Are you two close?"),
        [InputRequired(lazy_gettext("Choose what fits."))],
        validate_choice=False,
        choices=choices(words.RELATIONS.items()),
    )
    words = StringField(
        lazy_gettext("Anything to add, if you like"), [Length(max=500)], render_kw={"maxlength": 500}
    )
    text_version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])


class ConflictForm(Form):
    """A party's word that the two are close."""

    supervisor_id = SelectField(lazy_gettext("Who it is about"), coerce=int, choices=[], validate_choice=False)
    relation = RadioField(
        lazy_gettext("What fits"),
        [InputRequired(lazy_gettext("Choose what fits."))],
        validate_choice=False,
        choices=choices(words.CONFLICTS.items()),
    )
    words = StringField(
        lazy_gettext("Anything to add, if you like"), [Length(max=500)], render_kw={"maxlength": 500}
    )


class ApproveForm(Form):
    """Who approved an agreement, and when."""

    approved_by = StringField(
        lazy_gettext("Who approved it"),
        [InputRequired(lazy_gettext("Say who approved it.")), Length(max=120)],
        render_kw={"maxlength": 120},
    )
    approved_on = DateField(lazy_gettext("On which day"), [InputRequired(lazy_gettext("Choose the day."))])


class AlternateForm(Form):
    """Who may sign when the supervisor cannot."""

    alternate_id = SelectField(lazy_gettext("Alternate"), coerce=int, choices=[], validate_choice=False)


class ReasonForm(Form):
    """Why something is over."""

    reason = StringField(
        lazy_gettext("Why"),
        [InputRequired(lazy_gettext("Say why, in 500 letters or fewer.")), Length(max=500)],
        render_kw={"maxlength": 500},
    )


class DemandsForm(Form):
    """Which qualifications a placement asks of a signer."""

    credentials = ChecksField(
        lazy_gettext("Ask for one of these"), validate_choice=False, choices=choices(words.CREDENTIALS.items())
    )


class QualificationForm(Form):
    """What a supervisor holds, as somebody has looked it up."""

    supervisor_id = SelectField(lazy_gettext("Supervisor"), coerce=int, choices=[], validate_choice=False)
    credential = SelectField(
        lazy_gettext("What they hold"), choices=choices(words.CREDENTIALS.items()), validate_choice=False
    )
    issuer = StringField(
        lazy_gettext("Who gave it"),
        [InputRequired(lazy_gettext("Say who gave it.")), Length(max=120)],
        render_kw={"maxlength": 120},
    )
    number = StringField(lazy_gettext("Number, if any"), [Length(max=80)], render_kw={"maxlength": 80})
    valid_from = DateField(lazy_gettext("First day"), [InputRequired(lazy_gettext("Choose the first day."))])
    valid_until = DateField(lazy_gettext("Last day, if any"), [Optional()])
    training = IntegerField(
        lazy_gettext("Hours of training as a supervisor"),
        [Optional(), _WHOLE_HOURS],
        render_kw={"inputmode": "numeric"},
    )
    practice = IntegerField(
        lazy_gettext("Hours of own practice"), [Optional(), _WHOLE_HOURS], render_kw=_NUMERIC
    )
    joint = IntegerField(
        lazy_gettext("Hours of supervising together with somebody"),
        [Optional(), _WHOLE_HOURS],
        render_kw={"inputmode": "numeric"},
    )
    source = StringField(
        lazy_gettext("Where you looked it up"),
        [InputRequired(lazy_gettext("Say where you looked it up.")), Length(max=300)],
        render_kw={"maxlength": 300},
    )
    client_key = KeyField(validators=[InputRequired(), Length(min=8, max=64)])


class QualificationEndForm(ReasonForm):
    """From which day a qualification no longer holds."""

    ended_on = DateField(
        lazy_gettext("First day it no longer holds"), [InputRequired(lazy_gettext("Choose the day."))]
    )


class EndForm(Form):
    """The last day of a placement or an agreement."""

    ends_on = DateField(lazy_gettext("Last day"), [InputRequired(lazy_gettext("Choose the last day."))])


class MeetingSignForm(Form):
    """One's signature under a supervision session."""

    is_meant = BooleanField(
        lazy_gettext("I say this, and I sign this session."),
        [InputRequired(lazy_gettext("Tick the box if the statement is true."))],
    )
    password = PasswordField(
        lazy_gettext("Your password"), [Optional()], render_kw={"autocomplete": "current-password"}
    )
    statement_version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])


class SupervisionForm(MeetingSignForm):
    """One supervision session, signed by who writes it down."""

    pair = ChecksField(
        lazy_gettext("With whom"), [InputRequired(ONE_OF_THESE)], choices=[], validate_choice=False
    )
    held_on = DateField(lazy_gettext("Day"), [InputRequired(lazy_gettext("Choose the day."))])
    length = HoursField(
        lazy_gettext("How long, in hours"),
        [InputRequired(lazy_gettext("Say how long it was: more than zero."))],
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )
    format = RadioField(
        lazy_gettext("Who was there"),
        [InputRequired(ONE_OF_THESE)],
        validate_choice=False,
        choices=choices(words.FORMATS.items()),
        default="individual",
    )
    group_size = IntegerField(
        lazy_gettext("For a group: how many trainees were there"),
        [Optional(), NumberRange(2, 99, message=lazy_gettext("Two or more."))],
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    mode = RadioField(
        lazy_gettext("How you met"),
        [InputRequired(ONE_OF_THESE)],
        validate_choice=False,
        choices=choices(words.MODES.items()),
        default=Mode.IN_PERSON.value,
    )
    is_observation = BooleanField(lazy_gettext("The supervisor watched the trainee at work"))
    topic_kinds = ChecksField(
        lazy_gettext("What it was about"), choices=choices(words.TOPICS.items()), validate_choice=False
    )
    topics = TextAreaField(
        lazy_gettext("What you talked about"),
        [InputRequired(lazy_gettext("Say in a few words what you talked about.")), Length(max=LONGEST_NOTE)],
        filters=[plain_lines],
        render_kw={"maxlength": LONGEST_NOTE, "rows": 3},
    )
    follow_up = TextAreaField(
        lazy_gettext("What comes next, if anything"),
        [Length(max=500)],
        filters=[plain_lines],
        render_kw={"maxlength": 500, "rows": 2},
    )
    correction_reason = StringField(
        lazy_gettext("Why it needs a change"), [Length(max=LONGEST_NOTE)], render_kw={"maxlength": LONGEST_NOTE}
    )
    client_key = KeyField(validators=[InputRequired(), Length(min=8, max=64)])


class WordsForm(Form):
    """What somebody says in a dispute."""

    words = TextAreaField(
        lazy_gettext("What you want to say"),
        [InputRequired(lazy_gettext("Write something.")), Length(max=2000)],
        filters=[plain_lines],
        render_kw={"maxlength": 2000, "rows": 4},
    )


class OutcomeForm(WordsForm):
    """A coordinator's decision and its reason."""

    outcome = RadioField(
        lazy_gettext("Your decision"),
        [InputRequired(ONE_OF_THESE)],
        validate_choice=False,
        choices=choices(words.OUTCOMES.items()),
    )
