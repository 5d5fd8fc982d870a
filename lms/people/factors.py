"""Second factors: authenticator codes that count once, recovery codes kept as hashes, passkeys that verify."""

import hashlib
import hmac
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app
from flask_security import MfRecoveryCodesUtil, Totp, WebauthnUtil
from flask_security import webauthn as library
from passlib.exc import TokenError  # type: ignore[import-untyped]
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from lms import audit
from lms.audit import Action
from lms.db import lock, session
from lms.people import rules, sessions
from lms.people.models import Passkey, Person, RoleGrant
from lms.permissions import Role


class OnceOnlyTotp(Totp):
    """Authenticator codes by RFC 6238; section 5.2: a code that was accepted is not accepted again."""

    def verify_totp(self, token: str, totp_secret: str, user: Any, window: int = 0) -> bool:
        is_set_up = totp_secret == user.tf_totp_secret
        try:
            match = self._totp.verify(
                "".join(str(token).split()),
                totp_secret,
                window=window,
                last_counter=user.tf_last_counter if is_set_up else None,
            )
        except TokenError:
            return False
        unused = Person.tf_last_counter.is_(None) | (Person.tf_last_counter < match.counter)
        claimed = session().execute(
            sa.update(Person)
            .where(Person.id == user.id, unused if is_set_up else sa.true())
            .values(tf_last_counter=match.counter)
            .execution_options(synchronize_session=False)
        )
        return bool(claimed.rowcount == 1)  # type: ignore[attr-defined]


class HashedRecoveryCodes(MfRecoveryCodesUtil):
    """Recovery codes: shown once when made, kept as keyed hashes, each good for one sign-in."""

    def create_recovery_codes(self, user: Any) -> list[str]:
        codes: list[str] = current_app.extensions["security"].totp_factory.generate_recovery_codes(
            current_app.config["SECURITY_MULTI_FACTOR_RECOVERY_CODES_N"]
        )
        person = session().get_one(Person, user.id)
        person.mf_recovery_codes = [_hash_of_code(code) for code in codes]
        audit.record(
            Action.PEOPLE_MAKE_RECOVERY_CODES, actor_id=person.id, subject="person", subject_id=person.id
        )
        return codes

    def get_recovery_codes(self, user: Any) -> list[str]:
        return []

    def check_recovery_code(self, user: Any, code: str) -> bool:
        held = session().scalars(lock(sa.select(Person).where(Person.id == user.id))).one()
        return _hash_of_code(code) in (held.mf_recovery_codes or [])

    def delete_recovery_code(self, user: Any, code: str) -> bool:
        used = _hash_of_code(code)
        held = session().get_one(Person, user.id)
        held.mf_recovery_codes = [kept for kept in held.mf_recovery_codes or [] if kept != used]
        audit.record(Action.PEOPLE_USE_RECOVERY_CODE, actor_id=held.id, subject="person", subject_id=held.id)
        return True


def _hash_of_code(code: str) -> str:
    key = str(current_app.config["SECRET_KEY"]).encode()
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    return hmac.new(key, b"recovery code:" + plain.encode(), hashlib.sha256).hexdigest()


class Passkeys(WebauthnUtil):
    """Any passkey, on this device or another, that is found without a name and verifies the person.

    The library asks for cross-platform authenticators only, which shuts out a phone's or laptop's own
    passkey, and merely prefers verification, with which a passkey could not replace a password.
    """

    def authenticator_selection(self, user: Any, usage: str) -> AuthenticatorSelectionCriteria:
        return AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        )

    def user_verification(self, user: Any, usage: list[str]) -> UserVerificationRequirement:
        return UserVerificationRequirement.REQUIRED


def _is_usable(_passkey: Any, _usage: Any) -> bool:
    return True


def init(app: Flask) -> None:
    """One passkey serves instead of the password and beside it: the library would ask for two of them."""
    library._is_cred_usable = _is_usable  # type: ignore[assignment]


def may_drop(person: Person, *, passkey: bool = False) -> bool:
    """Whether the person may give up the authenticator app, or (`passkey`) one passkey.

    Not when it is the last factor of somebody whose role, or whose short password, needs one.
    """
    keys = session().scalar(sa.select(sa.func.count(Passkey.id)).where(Passkey.user_id == person.id)) or 0
    has_app = bool(person.tf_totp_secret and person.tf_primary_method)
    others = (keys - 1 + has_app) if passkey else keys
    return others > 0 or (person.is_password_long and not is_required_of(person.id))


def is_required_of(person_id: int) -> bool:
    """Whether one of the person's roles needs a second factor."""
    roles = session().scalars(
        sa.select(RoleGrant.role).where(RoleGrant.person_id == person_id, RoleGrant.ended_at.is_(None))
    )
    return rules.needs_second_factor(Role(role) for role in roles)


def proved(person: Person) -> None:
    """The person showed the second factor in a session that began without it."""
    sessions.prove_second_factor()
    sessions.confirm()
    audit.record(Action.PEOPLE_CONFIRM_IDENTITY, actor_id=person.id, subject="person", subject_id=person.id)


def added(person: Person) -> None:
    """A second factor was set up just now, so this session has proved it."""
    sessions.prove_second_factor()
    audit.record(Action.PEOPLE_ADD_FACTOR, actor_id=person.id, subject="person", subject_id=person.id)


def dropped(person: Person) -> None:
    """A second factor was given up."""
    audit.record(Action.PEOPLE_DROP_FACTOR, actor_id=person.id, subject="person", subject_id=person.id)
