"""What a person may type about supervisors without an account, and what these fill in themselves."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext
from wtforms import BooleanField, IntegerField, RadioField, StringField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput

from lms.forms import Form
from lms.practice.forms import ONE_OF_THESE, choices


class NameSupervisorForm(Form):
    """A supervisor without an account, as the trainee knows them."""

    name = StringField(
        lazy_gettext("Their name"), [InputRequired(lazy_gettext("Type a name.")), Length(max=120)]
    )
    email = StringField(
        lazy_gettext("Their e-mail address"),
        [InputRequired(lazy_gettext("Type an e-mail address, like name@example.org.")), Length(max=320)],
        render_kw={"type": "email", "autocomplete": "off"},
    )


class DeclineForm(Form):
    """Why somebody who was named cannot sign."""

    answer = StringField(
        lazy_gettext("Why not"),
        [InputRequired(lazy_gettext("Say why, in 500 letters or fewer.")), Length(max=500)],
        render_kw={"maxlength": 500},
    )


class WhoForm(Form):
    """Who opens a link: name and qualification, in their own words."""

    name = StringField(
        lazy_gettext("Your full name"),
        [InputRequired(lazy_gettext("Type a name.")), Length(max=120)],
        render_kw={"autocomplete": "name"},
    )
    credential_type = StringField(
        lazy_gettext("What qualifies you to supervise"),
        [
            InputRequired(lazy_gettext("Say what qualifies you, like your licence or your job.")),
            Length(max=120),
        ],
        render_kw={"autocomplete": "off"},
    )
    credential_number = StringField(
        lazy_gettext("Its number, if it has one"), [Length(max=60)], render_kw={"autocomplete": "off"}
    )
    is_true = BooleanField(
        lazy_gettext("This is true."), [InputRequired(lazy_gettext("Tick the box if the statement is true."))]
    )


class CodeForm(Form):
    """The code from the mail."""

    code = StringField(
        lazy_gettext("The six digits from the mail"),
        [InputRequired(lazy_gettext("Type the six digits."))],
        render_kw={"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": 12},
    )


class AgainForm(Form):
    """A press of "send a new code"."""


class ConfirmForm(Form):
    """The signature under the lines of a link; `confirm_form` adds a decision for each line."""

    is_meant = BooleanField(
        lazy_gettext("I say this, and I sign the entries marked “Sign”."),
        [InputRequired(lazy_gettext("Tick the box if the statement is true."))],
    )
    statement_version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])


def confirm_form(entry_ids: Iterable[int]) -> type[ConfirmForm]:
    """A ConfirmForm with "sign" or "send back, because" for each line."""
    fields: dict[str, Any] = {}
    for entry_id in entry_ids:
        fields[f"act_{entry_id}"] = RadioField(
            lazy_gettext("What to do"),
            [InputRequired(ONE_OF_THESE)],
            choices=choices([("sign", lazy_gettext("Sign")), ("return", lazy_gettext("Send back"))]),
            default="sign",
            validate_choice=False,
        )
        fields[f"reason_{entry_id}"] = StringField(
            lazy_gettext("What should be fixed"), [Length(max=500)], render_kw={"maxlength": 500}
        )
    return type("ConfirmLinesForm", (ConfirmForm,), fields)
