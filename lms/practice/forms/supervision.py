"""What a person may type about agreements, qualifications and supervision sessions."""

from flask_babel import lazy_gettext
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from lms.forms import Form
from lms.practice import words
from lms.practice.forms.fields import (
    NUMERIC,
    ONE_OF_THESE,
    WHOLE_HOURS,
    ChecksField,
    HoursField,
    KeyField,
    choices,
    plain_lines,
)
from lms.practice.models import LONGEST_NOTE
from lms.practice.rules import Mode


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
        [Optional(), WHOLE_HOURS],
        render_kw={"inputmode": "numeric"},
    )
    practice = IntegerField(lazy_gettext("Hours of own practice"), [Optional(), WHOLE_HOURS], render_kw=NUMERIC)
    joint = IntegerField(
        lazy_gettext("Hours of supervising together with somebody"),
        [Optional(), WHOLE_HOURS],
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
