"""What a person may type about practice. Shapes only; what is allowed is for the rules."""

from collections.abc import Iterable
from typing import Any

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
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from lms.forms import Form
from lms.practice import words
from lms.practice.forms.evaluations import (
    AnswerEvaluationForm,
    CommentForm,
    ObserveForm,
    ScoreForm,
    score_form,
)
from lms.practice.forms.fields import (
    ONE_OF_THESE,
    ChecksField,
    HoursField,
    KeyField,
    choices,
    new_key,
    plain_lines,
)
from lms.practice.forms.importing import ImportForm, SpanForm
from lms.practice.forms.supervision import (
    AcceptForm,
    AgreementForm,
    AlternateForm,
    ApproveForm,
    ConflictForm,
    DemandsForm,
    MeetingSignForm,
    QualificationEndForm,
    QualificationForm,
    ReasonForm,
    SupervisionForm,
)
from lms.practice.lengths import minutes_typed
from lms.practice.models import LONGEST_NOTE
from lms.practice.rules import DOMAINS, is_usually_direct, populations


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
    role = RadioField(
        lazy_gettext("Your role in this work"),
        [Optional()],
        choices=choices([("", lazy_gettext("As in the placement")), *words.ROLES.items()]),
        default="",
        validate_choice=False,
    )
    directness = RadioField(
        lazy_gettext("With people, or for them"),
        [Optional()],
        choices=choices(
            [
                ("", lazy_gettext("As usual for what you did")),
                ("direct", words.DIRECTNESS[True]),
                ("indirect", words.DIRECTNESS[False]),
            ]
        ),
        default="",
    )
    population = SelectField(
        lazy_gettext("Which group of people it was for, if you like"), [Optional()], validate_choice=False
    )
    note = TextAreaField(
        lazy_gettext("Short note"),
        [Length(max=LONGEST_NOTE, message=lazy_gettext("Keep the note to 280 letters."))],
        filters=[plain_lines],
        render_kw={"maxlength": LONGEST_NOTE, "rows": 3},
    )
    client_key = KeyField(validators=[Optional(), Length(max=64)])
    version = IntegerField(widget=HiddenInput(), validators=[Optional()])

    def __init__(
        self,
        *args: Any,
        placements: Iterable[tuple[int, str]],
        asks_population: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.asks_population = asks_population
        groups = ((name, words.population_name(name)) for name in populations())
        self.population.choices = choices([("", _("No answer")), *groups])
        self.placement_id.choices = choices(placements)
        self.kind.choices = choices(words.KINDS.items())
        self.mode.choices = choices(words.MODES.items())

    def begin_with(self, line: Any) -> None:
        """What an entry says that the form asks in another way: its length, and how direct the work was."""
        self.length.data = line.minutes if line.starts_at is None else None
        self.directness.data = "direct" if line.is_direct else "indirect"
        if line.is_direct == is_usually_direct(line.kind):
            self.directness.data = ""  # so that it follows when the kind is changed

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


class TermsForm(Form):
    """What a certifying body asks of a placement."""

    counts_from = DateField(lazy_gettext("Hours count from"), [Optional()])
    asks_population = BooleanField(lazy_gettext("Ask which group of people the work was for"))


class EndForm(Form):
    """The last day of a placement or an agreement."""

    ends_on = DateField(lazy_gettext("Last day"), [InputRequired(lazy_gettext("Choose the last day."))])


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


__all__ = [
    "ONE_OF_THESE",
    "AcceptForm",
    "AgainForm",
    "AgreementForm",
    "AlternateForm",
    "AmendForm",
    "AnswerEvaluationForm",
    "ApproveForm",
    "AskForm",
    "ChecksField",
    "CodeForm",
    "CommentForm",
    "ConfirmForm",
    "ConflictForm",
    "DeclineForm",
    "DemandsForm",
    "EndForm",
    "HoursField",
    "HoursForm",
    "ImportForm",
    "KeyField",
    "MeetingSignForm",
    "NameSupervisorForm",
    "ObserveForm",
    "OutcomeForm",
    "PeriodForm",
    "PlacementForm",
    "QualificationEndForm",
    "QualificationForm",
    "ReasonForm",
    "ScoreForm",
    "SignForm",
    "SpanForm",
    "SupervisionForm",
    "WhoForm",
    "WordsForm",
    "ask_form",
    "choices",
    "confirm_form",
    "minutes_typed",
    "new_key",
    "plain_lines",
    "score_form",
    "sign_form",
]
