"""What observer, evaluator, approver and trainee type about a competency evaluation."""

from typing import Any

from flask_babel import lazy_gettext
from wtforms import BooleanField, DateField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from lms.forms import Form
from lms.practice.forms.fields import KeyField, choices, plain_lines
from lms.practice.forms.supervision import MeetingSignForm

WORDS = {"filters": [plain_lines], "render_kw": {"maxlength": 2000, "rows": 4}}


class EvaluationSignForm(MeetingSignForm):
    """One's signature under a step of an evaluation."""

    is_meant = BooleanField(
        lazy_gettext("I say this, and I sign it."),
        [InputRequired(lazy_gettext("Tick the box if the statement is true."))],
    )


class ObserveForm(EvaluationSignForm):
    """What was seen, and of which practice."""

    rubric_id = SelectField(lazy_gettext("By which rubric"), choices=[], validate_choice=False)
    from_on = DateField(lazy_gettext("First day"), [InputRequired(lazy_gettext("Choose the first day."))])
    until_on = DateField(lazy_gettext("Last day"), [InputRequired(lazy_gettext("Choose the last day."))])
    observed_on = DateField(
        lazy_gettext("The day you saw it"), [InputRequired(lazy_gettext("Choose the day."))]
    )
    setting = StringField(lazy_gettext("Where and what"), [Length(max=280)], render_kw={"maxlength": 280})
    seen = TextAreaField(lazy_gettext("What you saw"), [Length(max=2000)], **WORDS)
    client_key = KeyField(validators=[InputRequired(), Length(min=8, max=64)])


class ScoreForm(EvaluationSignForm):
    """The level of each criterion; `score_form` adds the fields."""

    words = TextAreaField(lazy_gettext("In a few words, if you like"), [Length(max=2000)], **WORDS)


def score_form(criteria: list[tuple[str, str, list[str]]]) -> type[ScoreForm]:
    """A ScoreForm for these criteria: id, title and what each level looks like."""
    fields: dict[str, Any] = {}
    for name, title, levels in criteria:
        fields[f"level_{name}"] = RadioField(
            title,
            [InputRequired(lazy_gettext("Choose a level."))],
            choices=choices((str(at), f"{at}. {text}") for at, text in enumerate(levels, start=1)),
            validate_choice=False,
        )
        fields[f"why_{name}"] = StringField(
            lazy_gettext("Why, or one next step"), [Length(max=500)], render_kw={"maxlength": 500}
        )
    return type("ScoreLinesForm", (ScoreForm,), fields)


class AnswerEvaluationForm(EvaluationSignForm):
    """The approver's answer."""

    outcome = RadioField(
        lazy_gettext("Your answer"),
        [InputRequired(lazy_gettext("Choose one."))],
        choices=choices(
            [
                ("approve", lazy_gettext("I approve it")),
                ("ask", lazy_gettext("A new evaluation is needed")),
            ]
        ),
        validate_choice=False,
    )
    words = TextAreaField(lazy_gettext("Why"), [Optional(), Length(max=2000)], **WORDS)


class CommentForm(Form):
    """The trainee's own words."""

    words = TextAreaField(
        lazy_gettext("What you want to say"),
        [InputRequired(lazy_gettext("Write something.")), Length(max=2000)],
        **WORDS,
    )
