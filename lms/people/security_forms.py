"""Flask-Security's forms with our words, our error summary and our limits."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_security import ChangePasswordForm, ForgotPasswordForm, LoginForm, ResetPasswordForm
from flask_security.forms import (
    EmailValidation,
    EqualToLocalize,
    IsString,
    TwoFactorRescueForm,
    TwoFactorSetupForm,
    TwoFactorVerifyCodeForm,
    VerifyForm,
    valid_user_email,
)
from flask_security.recovery_codes import MfRecoveryCodesForm, MfRecoveryForm
from flask_security.tf_plugin import TwoFactorSelectForm
from flask_security.webauthn import (
    WebAuthnDeleteForm,
    WebAuthnRegisterForm,
    WebAuthnRegisterResponseForm,
    WebAuthnSigninForm,
    WebAuthnSigninResponseForm,
    WebAuthnVerifyForm,
)
from wtforms import EmailField, HiddenField, PasswordField, RadioField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired

from lms.db import session
from lms.forms import Form
from lms.people import factors, sessions, throttle
from lms.people.models import Person

TOO_MANY = _l("Too many tries from here. Wait 15 minutes, or choose a new password by mail.")
_EMAIL_NEEDED = DataRequired(message=_l("Type your e-mail address."))
_PASSWORD_NEEDED = DataRequired(message=_l("Type your password."))
_CODE_NEEDED = DataRequired(message=_l("Type the code."))


def _person(user: Any) -> Person:
    return session().get_one(Person, user.id)


class Throttled(Form):
    """A form that stops after too many tries from one address; the page then says 429."""

    is_throttled = False

    def is_closed_for(self, email: str) -> bool:
        """Whether this address has tried too often; says so above the form."""
        if throttle.is_closed(email):
            self.is_throttled = True
            self.form_errors.append(str(TOO_MANY))
        return self.is_throttled


def _new_password(label: Any) -> PasswordField:
    return PasswordField(
        label,
        render_kw={"autocomplete": "new-password", "minlength": "8", "maxlength": "128"},
        validators=[IsString(), DataRequired(message=_l("Type a new password."))],
    )


def _once_more(field: str) -> PasswordField:
    return PasswordField(
        _l("New password once more"),
        render_kw={"autocomplete": "new-password"},
        validators=[IsString(), EqualToLocalize(field, message=_l("The two passwords are not the same."))],
    )


class SignInForm(LoginForm, Throttled):
    """E-mail and password."""

    email = EmailField(
        _l("E-mail"),
        render_kw={"autocomplete": "username"},
        validators=[IsString(), _EMAIL_NEEDED, EmailValidation(verify=False)],
    )
    password = PasswordField(
        _l("Password"),
        render_kw={"autocomplete": "current-password"},
        validators=[IsString(), _PASSWORD_NEEDED],
    )
    remember = None

    def validate(self, **more: Any) -> bool:
        typed = self.email.data
        if isinstance(typed, str) and self.is_closed_for(typed):
            return False
        if super().validate(**more):
            return True
        if self.ifield is not None:
            # An account was looked for, so the password was judged: one sentence for every reason.
            throttle.note_failure(str(self.email.data))
            self.email.errors, self.password.errors = [], []
            self.form_errors.append(_("That e-mail and password do not match. Check both and try again."))
        else:
            # The view would replace these by one vague sentence; they tell nothing about any account.
            faults = [str(text) for field in (self.email, self.password) for text in field.errors]
            self.email.errors, self.password.errors = [], []
            self.form_errors.extend(faults)
        self.email.data = typed
        return False


class AgainForm(VerifyForm, Throttled):
    """The password once more, before something that matters."""

    password = PasswordField(
        _l("Password"),
        render_kw={"autocomplete": "current-password"},
        validators=[IsString(), _PASSWORD_NEEDED],
    )

    def validate(self, **more: Any) -> bool:
        if self.is_closed_for(self.user.email):
            return False
        if super().validate(**more):
            sessions.confirm()
            return True
        if self.password.data:
            throttle.note_failure(self.user.email)
            self.password.errors = [_("That is not your password.")]
        return False


class ForgotForm(ForgotPasswordForm, Form):
    """Where to send the link to choose a new password."""

    email = EmailField(
        _l("E-mail"),
        render_kw={"autocomplete": "email"},
        validators=[IsString(), _EMAIL_NEEDED, EmailValidation(verify=True), valid_user_email],
    )


class ResetForm(ResetPasswordForm, Form):
    """A new password, by the link from a mail."""

    password = _new_password(_l("New password"))
    password_confirm = _once_more("password")


class ChangeForm(ChangePasswordForm, Form):
    """A new password, by the old one."""

    password = PasswordField(_l("Password now"), render_kw={"autocomplete": "current-password"})
    new_password = _new_password(_l("New password"))
    new_password_confirm = _once_more("new_password")


class CodeForm(TwoFactorVerifyCodeForm, Throttled):
    """The six digits from the authenticator app."""

    code = StringField(
        _l("Code from your app"),
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": "12"},
        validators=[IsString(), _CODE_NEEDED],
    )

    def validate(self, **more: Any) -> bool:
        email = self.user.email if self.user else ""
        if self.is_closed_for(email):
            return False
        if super().validate(**more):
            return True
        if self.code.data:
            throttle.note_failure(email)
            self.code.errors = [_("That code does not fit. Wait for the next one and type it.")]
        return False


class SetupForm(TwoFactorSetupForm, Form):
    """Begin with an authenticator app, or turn it off."""

    setup = StringField(_l("Way"), validators=[IsString()])

    def validate(self, **more: Any) -> bool:
        if not super().validate(**more):
            return False
        if self.setup.data == "disable" and not factors.may_drop(_person(self.user)):
            self.form_errors.append(_("You need a second step for your role or your short password."))
            return False
        return True


class SelectForm(TwoFactorSelectForm, Form):
    """Which second step to use now."""

    # The view hangs the choices on this field and looks the chosen one up itself.
    which = StringField(_l("Choose one"), validators=[IsString(), DataRequired(message=_l("Choose one."))])


class RescueForm(TwoFactorRescueForm, Form):
    """Not offered: recovery codes are the way back. The library builds it all the same."""

    help_setup = RadioField(choices=[SelectChoice("help", "")])


class RecoveryForm(MfRecoveryForm, Throttled):
    """One of the recovery codes."""

    code = StringField(
        _l("Recovery code"),
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
        validators=[IsString(), _CODE_NEEDED],
    )

    def validate(self, **more: Any) -> bool:
        email = self.user.email if self.user else ""
        if self.is_closed_for(email):
            return False
        if super().validate(**more):
            return True
        if self.code.data:
            throttle.note_failure(email)
            self.code.errors = [_("That code does not fit, or was used before.")]
        return False


class RecoveryCodesForm(MfRecoveryCodesForm, Form):
    """Make new recovery codes."""


class PasskeyForm(WebAuthnRegisterForm, Form):
    """A name for a new passkey."""

    name = StringField(
        _l("Name of this passkey"),
        render_kw={"autocomplete": "off", "maxlength": "64"},
        validators=[IsString(), DataRequired(message=_l("Give it a name, like: my phone."))],
    )
    usage = HiddenField(default="first")

    def validate(self, **more: Any) -> bool:
        self.usage.data = "first"
        return bool(super().validate(**more))


class PasskeyMadeForm(WebAuthnRegisterResponseForm, Form):
    """What the browser answered when it made a passkey."""


class PasskeyDropForm(WebAuthnDeleteForm, Form):
    """Which passkey to remove."""

    def validate(self, **more: Any) -> bool:
        if not super().validate(**more):
            return False
        if not factors.may_drop(_person(current_user), passkey=True):
            self.name.errors = [_("Set up another second step first. Your role or your password needs one.")]
            return False
        return True


class PasskeySignInForm(WebAuthnSigninForm, Form):
    """Begin to sign in with a passkey."""


class PasskeyAnswerForm(WebAuthnSigninResponseForm, Form):
    """What the browser answered when it used a passkey, to sign in or to confirm."""

    def validate(self, **more: Any) -> bool:
        if not super().validate(**more):
            return False
        found = sessions.signed_in()
        if self.is_verify and found is not None and _person(self.user).id == found.person_id:
            sessions.confirm()
            sessions.prove_second_factor()
        return True


class PasskeyAgainForm(WebAuthnVerifyForm, Form):
    """Begin to confirm with a passkey."""


FORMS: dict[str, type[Form]] = {
    "login_form": SignInForm,
    "verify_form": AgainForm,
    "forgot_password_form": ForgotForm,
    "reset_password_form": ResetForm,
    "change_password_form": ChangeForm,
    "two_factor_verify_code_form": CodeForm,
    "two_factor_setup_form": SetupForm,
    "two_factor_select_form": SelectForm,
    "two_factor_rescue_form": RescueForm,
    "mf_recovery_form": RecoveryForm,
    "mf_recovery_codes_form": RecoveryCodesForm,
    "wan_register_form": PasskeyForm,
    "wan_register_response_form": PasskeyMadeForm,
    "wan_signin_form": PasskeySignInForm,
    "wan_signin_response_form": PasskeyAnswerForm,
    "wan_delete_form": PasskeyDropForm,
    "wan_verify_form": PasskeyAgainForm,
}
