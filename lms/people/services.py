"""Acts of and about people: invite, join, grant and end roles, profile, sessions, statements."""

import hashlib
import re
import secrets
from zoneinfo import available_timezones

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_security import hash_password, verify_password

from lms import audit, clock, mail
from lms.audit import Action
from lms.db import lock, session
from lms.errors import Conflict, Forbidden, Invalid, NotFound, SignInNeeded
from lms.pages import LANGUAGES
from lms.people import passwords, queries, rules, sessions, texts, throttle
from lms.people.letters import normal_address
from lms.people.models import Attestation, Invitation, Organisation, Person, RoleGrant, SignInSession
from lms.people.words import role_word
from lms.permissions import Role

# --- people -----------------------------------------------------------------------------------------


def create_person(
    actor_id: int | None,
    *,
    email: str,
    chosen_name: str,
    legal_name: str,
    timezone: str = "America/New_York",
    language: str = "en",
    password: str | None = None,
) -> Person:
    """Make an account: for the command line and demo data; people themselves come by invitation.

    Raises Invalid when the address is taken or a field cannot be used.
    """
    person = _checked_person(
        email=email, chosen_name=chosen_name, legal_name=legal_name, timezone=timezone, language=language
    )
    if password is not None:
        _set_password(person, password, words=[])
    session().add(person)
    session().flush()
    audit.record(Action.PEOPLE_ADD_PERSON, actor_id=actor_id, subject="person", subject_id=person.id)
    return person


def _checked_person(*, email: str, chosen_name: str, legal_name: str, timezone: str, language: str) -> Person:
    """A person whose facts are in order, not yet in the database: a fault found later leaves no trace."""
    email = plain_address(email)
    if session().scalar(sa.select(Person.id).where(Person.email == email)) is not None:
        raise Invalid("email", _("There is an account with this e-mail address."))
    return Person(
        email=email,
        chosen_name=plain_name("chosen_name", chosen_name),
        legal_name=plain_name("legal_name", legal_name),
        timezone=_zone(timezone),
        language=_language(language),
        created_at=clock.now(),
        fs_uniquifier=secrets.token_hex(16),
        fs_webauthn_user_handle=secrets.token_hex(32),
        active=True,
    )


def _set_password(person: Person, password: str, *, words: list[str]) -> None:
    told = [*passwords.telling_words(person), *words]
    fault = passwords.fault_of(password, has_second_factor=passwords.has_factor(person), words=told)
    if fault:
        raise Invalid("password", fault)
    person.password = hash_password(rules.normal(password))
    person.is_password_long = len(rules.normal(password)) >= rules.SHORTEST_ALONE


def change_profile(actor_id: int, *, chosen_name: str, timezone: str, language: str) -> Person:
    """Change the person's own chosen name, time zone and language. Raises Invalid."""
    checked = (plain_name("chosen_name", chosen_name), _zone(timezone), _language(language))
    person = session().get_one(Person, actor_id)
    person.chosen_name, person.timezone, person.language = checked
    audit.record(Action.PEOPLE_CHANGE_PROFILE, actor_id=actor_id, subject="person", subject_id=actor_id)
    return person


def plain_name(field: str, typed: str) -> str:
    """A name as it is kept. Raises Invalid under the field's name."""
    name = " ".join(typed.split())
    if not name:
        raise Invalid(field, _("Type a name."))
    if len(name) > 120:
        raise Invalid(field, _("Use at most 120 characters."))
    return name


def _zone(typed: str) -> str:
    if typed not in available_timezones():
        raise Invalid("timezone", _("Choose a time zone from the list."))
    return typed


def _language(typed: str) -> str:
    if typed not in LANGUAGES:
        raise Invalid("language", _("Choose a language from the list."))
    return typed


def plain_address(typed: str) -> str:
    """An e-mail address as it is kept. Raises Invalid."""
    try:
        return normal_address(typed)
    except ValueError:
        raise Invalid("email", _("Type an e-mail address, like name@example.org.")) from None


# --- organisations ----------------------------------------------------------------------------------


def create_organisation(
    actor_id: int | None,
    *,
    name: str,
    slug: str,
    timezone: str = "America/New_York",
    is_training_provider: bool = False,
    is_placement_site: bool = False,
    is_certifying_body: bool = False,
    signatory_name: str | None = None,
    signatory_title: str | None = None,
) -> Organisation:
    """Add an organisation. Raises Invalid when its short name is taken or it does nothing."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) or len(slug) > 60:
        raise Invalid("slug", _("Use small letters, digits and single dashes, like open-door."))
    if session().scalar(sa.select(Organisation.id).where(Organisation.slug == slug)) is not None:
        raise Invalid("slug", _("Another organisation has this short name."))
    if not (is_training_provider or is_placement_site or is_certifying_body):
        raise Invalid("is_training_provider", _("Choose at least one thing that this organisation does."))
    made = Organisation(
        name=plain_name("name", name),
        slug=slug,
        timezone=_zone(timezone),
        is_training_provider=is_training_provider,
        is_placement_site=is_placement_site,
        is_certifying_body=is_certifying_body,
        signatory_name=signatory_name or None,
        signatory_title=signatory_title or None,
    )
    session().add(made)
    session().flush()
    audit.record(
        Action.PEOPLE_ADD_ORGANISATION,
        actor_id=actor_id,
        subject="organisation",
        subject_id=made.id,
        organisation_id=made.id,
    )
    return made


# --- roles ------------------------------------------------------------------------------------------


def grant_role(actor_id: int | None, *, person_id: int, organisation_id: int, role: Role) -> RoleGrant:
    """Give the role from now on; the grant that stands already is answered as it is.

    `actor_id` is None on the command line. Raises Forbidden when one would give a role to oneself.
    """
    if actor_id == person_id:
        raise Forbidden(_("Nobody gives a role to themselves. Ask another administrator."))
    queries.person(person_id)
    queries.organisation(organisation_id)
    grant, is_new = _grant(actor_id, person_id, organisation_id, role)
    if is_new:
        audit.record(
            Action.PEOPLE_GRANT_ROLE,
            actor_id=actor_id,
            subject="person",
            subject_id=person_id,
            organisation_id=organisation_id,
            details={"role": role.value},
        )
    return grant


def _grant(granted_by: int | None, person_id: int, organisation_id: int, role: Role) -> tuple[RoleGrant, bool]:
    session().execute(lock(sa.select(Person.id).where(Person.id == person_id)))
    standing = session().scalar(
        sa.select(RoleGrant).where(
            RoleGrant.person_id == person_id,
            RoleGrant.organisation_id == organisation_id,
            RoleGrant.role == role.value,
            RoleGrant.ended_at.is_(None),
        )
    )
    if standing is not None:
        return standing, False
    made = RoleGrant(
        person_id=person_id,
        organisation_id=organisation_id,
        role=role.value,
        granted_at=clock.now(),
        granted_by=granted_by,
    )
    session().add(made)
    session().flush()
    return made, True


def end_role(actor_id: int, *, organisation_id: int, grant_id: int, may_end_administrators: bool) -> RoleGrant:
    """End a role in the organisation. It counts from the person's next request.

    Raises NotFound for a grant of another organisation, Forbidden for an administrator's grant by one who
    is not, Conflict for one that has ended or for the last administrator.
    """
    grant = session().scalar(
        lock(sa.select(RoleGrant).where(RoleGrant.id == grant_id, RoleGrant.organisation_id == organisation_id))
    )
    if grant is None:
        raise NotFound
    if grant.ended_at is not None:
        raise Conflict(_("That role has ended already."))
    if grant.role == Role.ADMINISTRATOR.value:
        if not may_end_administrators:
            raise Forbidden
        standing = (
            session()
            .scalars(
                lock(
                    sa.select(RoleGrant.id).where(
                        RoleGrant.role == Role.ADMINISTRATOR.value, RoleGrant.ended_at.is_(None)
                    )
                )
            )
            .all()
        )
        if len(standing) == 1:
            raise Conflict(_("This is the last administrator. Name another one first."))
    grant.ended_at = clock.now()
    audit.record(
        Action.PEOPLE_END_ROLE,
        actor_id=actor_id,
        subject="person",
        subject_id=grant.person_id,
        organisation_id=organisation_id,
        details={"role": grant.role},
    )
    return grant


# --- invitations ------------------------------------------------------------------------------------


def invite(actor_id: int, *, organisation_id: int, email: str, role: Role) -> Invitation:
    """Invite an address to join the organisation in a role, and queue the mail with the link.

    Raises Invalid for an address that cannot be used, is one's own, or holds the role already.
    """
    inviter = queries.person(actor_id)
    organisation = queries.organisation(organisation_id)
    email = plain_address(email)
    if email == inviter.email:
        raise Invalid("email", _("Nobody gives a role to themselves. Ask another coordinator."))
    known = queries.person_by_email(email)
    if known is not None and queries.has_role(known.id, organisation_id, role):
        raise Invalid("email", _("This person has that role here already."))
    token = secrets.token_urlsafe(32)
    now = clock.now()
    invitation = Invitation(
        token_hash=_hash_of(token),
        email=email,
        organisation_id=organisation_id,
        role=role.value,
        invited_by=actor_id,
        invited_at=now,
        expires_at=now + rules.INVITATION_LASTS,
    )
    session().add(invitation)
    session().flush()
    mail.queue(
        to_person_id=known.id if known else None,
        to_address=email,
        subject=_("You are invited to %(name)s", name=" ".join(organisation.name.split())),
        template="invitation",
        key=f"invitation:{invitation.id}",
        language=known.language if known else inviter.language,
        inviter=inviter.chosen_name,
        organisation=organisation.name,
        role=role_word(role),
        address=f"/join/{token}",
    )
    audit.record(
        Action.PEOPLE_INVITE,
        actor_id=actor_id,
        subject="invitation",
        subject_id=invitation.id,
        organisation_id=organisation_id,
        details={"role": role.value},
    )
    return invitation


def join(
    *, token: str, chosen_name: str, legal_name: str, timezone: str, language: str, password: str
) -> Person:
    """Make an account by an invitation, with its role. The link works once.

    Raises NotFound for a link that is unknown, used or too old, Invalid for what was typed.
    """
    invitation = _open_invitation(token)
    organisation = queries.organisation(invitation.organisation_id)
    facts = {"chosen_name": chosen_name, "legal_name": legal_name, "timezone": timezone, "language": language}
    person = _signer_joining(invitation.email, facts) or _checked_person(email=invitation.email, **facts)
    _set_password(person, password, words=[organisation.name])
    session().add(person)
    session().flush()
    _accept(invitation, person.id)
    return person


def accept_invitation(actor_id: int, *, token: str) -> Invitation:
    """Take up an invitation with the account one has. The link works once.

    Raises NotFound for a link that is unknown, used, too old or meant for another address, and Forbidden
    when one would take a role from one's own hand.
    """
    invitation = _open_invitation(token)
    if queries.person(actor_id).email != invitation.email:
        raise NotFound
    if invitation.invited_by == actor_id:
        raise Forbidden(_("Nobody gives a role to themselves."))
    _accept(invitation, actor_id)
    return invitation


def _open_invitation(token: str) -> Invitation:
    invitation = session().scalar(lock(sa.select(Invitation).where(Invitation.token_hash == _hash_of(token))))
    if invitation is None or invitation.accepted_at is not None or invitation.expires_at <= clock.now():
        raise NotFound
    return invitation


def _accept(invitation: Invitation, person_id: int) -> None:
    claimed = session().execute(
        sa.update(Invitation)
        .where(Invitation.id == invitation.id, Invitation.accepted_at.is_(None))
        .values(accepted_at=clock.now(), accepted_by=person_id)
        .execution_options(synchronize_session=False)
    )
    if claimed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(_("This invitation was used just now."))
    _grant(invitation.invited_by, person_id, invitation.organisation_id, Role(invitation.role))
    audit.record(
        Action.PEOPLE_JOIN,
        actor_id=person_id,
        subject="invitation",
        subject_id=invitation.id,
        organisation_id=invitation.organisation_id,
        details={"role": invitation.role},
    )


def _hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def admit_signer(actor_id: int, *, organisation_id: int, name: str, email: str) -> int:
    """Give somebody without an account the supervisor's role, without a way to sign in; answers their id.

    Who has that role here already is answered as they are. Raises Invalid when the address belongs to an
    account without the role: its owner is given the role like anybody else.
    """
    email = plain_address(email)
    known = session().scalar(sa.select(Person).where(Person.email == email))
    if known is not None and known.active:
        if not queries.has_role(known.id, organisation_id, Role.SUPERVISOR):
            raise Invalid("email", _("This person has an account. Give them the supervisor's role first."))
        return known.id
    if known is None:
        zone = queries.organisation(organisation_id).timezone
        known = _checked_person(email=email, chosen_name=name, legal_name=name, timezone=zone, language="en")
        known.active = False
        session().add(known)
        session().flush()
    if known.id == actor_id:
        raise Forbidden(_("Nobody gives a role to themselves. Ask another administrator."))
    _grant(actor_id, known.id, organisation_id, Role.SUPERVISOR)
    audit.record(
        Action.PEOPLE_GRANT_ROLE,
        actor_id=actor_id,
        subject="person",
        subject_id=known.id,
        organisation_id=organisation_id,
        details={"role": Role.SUPERVISOR.value, "signs_by": "link"},
    )
    return known.id


def _signer_joining(email: str, facts: dict[str, str]) -> Person | None:
    """Somebody who has signed by links and gets an account now; None for everybody else."""
    person = session().scalar(sa.select(Person).where(Person.email == email, *queries.IS_OUTSIDER))
    if person is not None:
        person.chosen_name = plain_name("chosen_name", facts["chosen_name"])
        person.legal_name = plain_name("legal_name", facts["legal_name"])
        person.timezone, person.language = _zone(facts["timezone"]), _language(facts["language"])
        person.active = True
    return person


# --- sessions and identity --------------------------------------------------------------------------


def end_session(actor_id: int, *, session_id: int) -> SignInSession:
    """End one of the person's own sign-in sessions, at once. Raises NotFound for one that is not theirs."""
    row = session().scalar(
        sa.select(SignInSession).where(
            SignInSession.id == session_id,
            SignInSession.person_id == actor_id,
            SignInSession.ended_at.is_(None),
        )
    )
    if row is None:
        raise NotFound
    row.ended_at = clock.now()
    audit.record(Action.PEOPLE_END_SESSION, actor_id=actor_id, subject="sign_in_session", subject_id=session_id)
    return row


def end_other_sessions(actor_id: int) -> int:
    """End every session of the person but the one here; answers how many."""
    ended = sessions.end_others(actor_id)
    audit.record(
        Action.PEOPLE_END_SESSION,
        actor_id=actor_id,
        subject="person",
        subject_id=actor_id,
        details={"ended": ended},
    )
    return ended


def confirm_identity(password: str) -> bool:
    """Show again that it is the person signed in here: good for 15 minutes of signing.

    Raises Invalid when the password is not theirs or was tried too often, SignInNeeded for a stranger.
    A route shows the fault and ends normally, so that the failed try is counted.
    """
    found = sessions.signed_in()
    if found is None:
        raise SignInNeeded
    person = session().get_one(Person, found.person_id)
    if throttle.is_closed(person.email):
        raise Invalid("password", _("Too many tries from here. Wait 15 minutes."))
    if not person.password or not verify_password(rules.normal(password), person.password):
        throttle.note_failure(person.email)
        raise Invalid("password", _("That is not your password."))
    sessions.confirm()
    audit.record(
        Action.PEOPLE_CONFIRM_IDENTITY,
        actor_id=person.id,
        subject="sign_in_session",
        subject_id=found.session_id,
    )
    return True


def is_confirmed() -> bool:
    """Whether the person signed in here showed who they are within the last 15 minutes."""
    return sessions.is_confirmed()


# --- statements -------------------------------------------------------------------------------------


def attest(actor_id: int, *, text_id: str, text_version: int) -> Attestation:
    """Make a statement, once for each version of its text. Raises NotFound for an unknown text."""
    if (text_id, text_version) not in texts.TEXTS:
        raise NotFound
    session().execute(lock(sa.select(Person.id).where(Person.id == actor_id)))
    made = session().scalar(
        sa.select(Attestation).where(
            Attestation.person_id == actor_id,
            Attestation.text_id == text_id,
            Attestation.text_version == text_version,
        )
    )
    if made is not None:
        return made
    made = Attestation(person_id=actor_id, text_id=text_id, text_version=text_version, given_at=clock.now())
    session().add(made)
    session().flush()
    audit.record(
        Action.PEOPLE_ATTEST,
        actor_id=actor_id,
        subject="attestation",
        subject_id=made.id,
        details={"text": text_id, "version": text_version},
    )
    return made
