"""Flask-Security's mail, through our outbox: one plain letter for each of its occasions."""

from typing import Any

import email_validator
from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_security import MailUtil
from flask_security.mail_util import EmailValidateException
from flask_security.utils import url_for_security

from lms import clock, mail

AGAIN_AFTER = 5 * 60
IS_TEST_ADDRESS_FINE = ("demo", "test", "development")


def normal_address(address: str) -> str:
    """The address as accounts are kept under: checked in shape, in lower case. Raises ValueError."""
    is_real = current_app.config["SETTINGS"].env not in IS_TEST_ADDRESS_FINE
    checked = email_validator.validate_email(
        address.strip(), check_deliverability=False, test_environment=not is_real
    )
    return checked.normalized.lower()


class Letters(MailUtil):
    """Queues a mail in the transaction that is open, in the language of who gets it."""

    def send_mail(
        self,
        template: str,
        subject: str,
        recipient: Any,
        sender: Any,
        body: str | None,
        html: str | None,
        **facts: Any,
    ) -> None:
        person = facts["user"]
        name = template.rpartition("/")[2]
        minute = int(clock.now().timestamp())
        with force_locale(person.language):
            if name == "reset_instructions":
                subject, letter, minute = _("Choose a new password"), "reset_password", minute // AGAIN_AFTER
                facts = {"address": url_for_security("reset_password", token=facts["reset_token"])}
            elif name in ("reset_notice", "change_notice"):
                subject, letter, facts = _("Your password was changed"), "password_changed", {}
            else:
                raise ValueError(f"there is no letter for {template}")
        mail.queue(
            to_person_id=person.id,
            to_address=person.email,
            subject=subject,
            template=letter,
            key=f"{letter}:{person.id}:{minute}",
            language=person.language,
            name=person.chosen_name,
            **facts,
        )

    def normalize(self, email: str) -> str:
        try:
            return normal_address(email)
        except ValueError:
            raise EmailValidateException(_("Type an e-mail address, like name@example.org.")) from None

    def validate(self, email: str) -> str:
        return self.normalize(email)
