"""Reads about people, organisations and roles."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from lms import clock
from lms.db import session
from lms.errors import NotFound
from lms.people.models import (
    Attestation,
    Invitation,
    Organisation,
    Passkey,
    Person,
    RoleGrant,
    SignInSession,
)
from lms.permissions import Actor, Role


@dataclass(frozen=True)
class PersonCard:
    """What other slices may know of a person."""

    id: int
    chosen_name: str
    legal_name: str
    email: str
    timezone: str
    language: str


@dataclass(frozen=True)
class OrganisationCard:
    """What other slices may know of an organisation."""

    id: int
    slug: str
    name: str
    timezone: str
    is_training_provider: bool
    is_placement_site: bool
    is_certifying_body: bool
    signatory_name: str | None
    signatory_title: str | None


@dataclass(frozen=True)
class AttestationFact:
    """That a person made a statement, by text and version; never why."""

    id: int
    text_id: str
    text_version: int
    given_at: datetime


_PERSON = (
    Person.id,
    Person.chosen_name,
    Person.legal_name,
    Person.email,
    Person.timezone,
    Person.language,
)
_ORGANISATION = (
    Organisation.id,
    Organisation.slug,
    Organisation.name,
    Organisation.timezone,
    Organisation.is_training_provider,
    Organisation.is_placement_site,
    Organisation.is_certifying_body,
    Organisation.signatory_name,
    Organisation.signatory_title,
)
_PEOPLE_BY_ID = sa.select(*_PERSON).where(Person.id.in_(sa.bindparam("ids", expanding=True)))
_ROLES_OF = sa.select(RoleGrant.role, RoleGrant.organisation_id).where(
    RoleGrant.person_id == sa.bindparam("person_id"), RoleGrant.ended_at.is_(None)
)


def actor_of(person_id: int) -> Actor:
    """The person as an actor, with the roles held now."""
    rows = session().execute(_ROLES_OF, {"person_id": person_id})
    return Actor(person_id, frozenset((Role(role), organisation) for role, organisation in rows))


def people(person_ids: Iterable[int]) -> dict[int, PersonCard]:
    """The people of these ids, by id; an unknown id is left out."""
    ids = sorted(set(person_ids))
    if not ids:
        return {}
    rows = session().execute(_PEOPLE_BY_ID, {"ids": ids})
    return {row[0]: PersonCard(*row) for row in rows}


# Who was named as a supervisor and signs by mailed links: a person, without a way to sign in.
IS_OUTSIDER = (Person.active.is_(False), Person.password.is_(None))


def outsiders(person_ids: Iterable[int]) -> frozenset[int]:
    """Those of these people who have no account and sign by mailed links."""
    ids = sorted(set(person_ids))
    if not ids:
        return frozenset()
    return frozenset(session().scalars(sa.select(Person.id).where(Person.id.in_(ids), *IS_OUTSIDER)))


def person(person_id: int) -> PersonCard:
    """One person. Raises NotFound."""
    found = people([person_id]).get(person_id)
    if found is None:
        raise NotFound
    return found


def person_by_email(email: str) -> PersonCard | None:
    """The person with this address, or None."""
    row = session().execute(sa.select(*_PERSON).where(Person.email == email.strip().lower())).first()
    return PersonCard(*row) if row else None


def organisation(organisation_id: int) -> OrganisationCard:
    """One organisation. Raises NotFound."""
    row = session().execute(sa.select(*_ORGANISATION).where(Organisation.id == organisation_id)).first()
    if row is None:
        raise NotFound
    return OrganisationCard(*row)


def organisation_by_slug(slug: str) -> OrganisationCard:
    """One organisation by its short name. Raises NotFound."""
    row = session().execute(sa.select(*_ORGANISATION).where(Organisation.slug == slug)).first()
    if row is None:
        raise NotFound
    return OrganisationCard(*row)


def organisations() -> tuple[OrganisationCard, ...]:
    """All organisations, by name."""
    rows = session().execute(sa.select(*_ORGANISATION).order_by(Organisation.name, Organisation.id))
    return tuple(OrganisationCard(*row) for row in rows)


def organisations_of(person_id: int, role: Role) -> tuple[OrganisationCard, ...]:
    """The organisations in which the person holds the role now, oldest grant first."""
    rows = session().execute(
        sa.select(*_ORGANISATION)
        .join(RoleGrant, RoleGrant.organisation_id == Organisation.id)
        .where(RoleGrant.person_id == person_id, RoleGrant.role == role, RoleGrant.ended_at.is_(None))
        .order_by(RoleGrant.id)
    )
    return tuple(OrganisationCard(*row) for row in rows)


def people_with_role(organisation_id: int, role: Role) -> tuple[PersonCard, ...]:
    """Who holds the role in the organisation now, by chosen name."""
    rows = session().execute(
        sa.select(*_PERSON)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(
            RoleGrant.organisation_id == organisation_id,
            RoleGrant.role == role,
            RoleGrant.ended_at.is_(None),
        )
        .order_by(Person.chosen_name, Person.id)
    )
    return tuple(PersonCard(*row) for row in rows)


def has_role(person_id: int, organisation_id: int, role: Role) -> bool:
    """Whether the person holds the role in the organisation now."""
    return (role, organisation_id) in actor_of(person_id).roles


def attestations_of(person_id: int) -> tuple[AttestationFact, ...]:
    """Every statement the person made, oldest first."""
    rows = session().execute(
        sa.select(Attestation.id, Attestation.text_id, Attestation.text_version, Attestation.given_at)
        .where(Attestation.person_id == person_id)
        .order_by(Attestation.id)
    )
    return tuple(AttestationFact(*row) for row in rows)


# --- for the pages of people themselves -----------------------------------------------------------


@dataclass(frozen=True)
class SessionCard:
    """One sign-in that is still open."""

    id: int
    device: str
    started_at: datetime
    seen_at: datetime
    has_second_factor: bool


@dataclass(frozen=True)
class GrantCard:
    """A role held now, with its holder and its organisation."""

    id: int
    person_id: int
    chosen_name: str
    email: str
    organisation_id: int
    organisation_name: str
    role: str
    granted_at: datetime


@dataclass(frozen=True)
class InvitationCard:
    """An invitation that waits for its answer."""

    id: int
    email: str
    organisation_id: int
    organisation_name: str
    role: str
    invited_by: int
    invited_at: datetime
    expires_at: datetime
    is_known: bool


@dataclass(frozen=True)
class FactorFacts:
    """Which second factors a person has set up, and whether a role of theirs needs one."""

    has_app: bool
    passkeys: tuple[str, ...]
    codes_left: int


def sessions_of(person_id: int) -> tuple[SessionCard, ...]:
    """The person's open sign-ins, the one used last first."""
    rows = session().execute(
        sa.select(
            SignInSession.id,
            SignInSession.device,
            SignInSession.started_at,
            SignInSession.seen_at,
            SignInSession.has_second_factor,
        )
        .where(
            SignInSession.person_id == person_id,
            SignInSession.ended_at.is_(None),
            SignInSession.ends_at > clock.now(),
        )
        .order_by(SignInSession.seen_at.desc(), SignInSession.id.desc())
        .limit(50)
    )
    return tuple(SessionCard(*row) for row in rows)


def factors_of(person_id: int) -> FactorFacts:
    """The second factors that the person has set up."""
    held = (
        session()
        .execute(
            sa.select(Person.tf_totp_secret, Person.tf_primary_method, Person.mf_recovery_codes).where(
                Person.id == person_id
            )
        )
        .one()
    )
    names = session().scalars(sa.select(Passkey.name).where(Passkey.user_id == person_id).order_by(Passkey.id))
    return FactorFacts(bool(held[0] and held[1]), tuple(names), len(held[2] or []))


_GRANTS = (
    sa.select(
        RoleGrant.id,
        Person.id,
        Person.chosen_name,
        Person.email,
        Organisation.id,
        Organisation.name,
        RoleGrant.role,
        RoleGrant.granted_at,
    )
    .join(Person, Person.id == RoleGrant.person_id)
    .join(Organisation, Organisation.id == RoleGrant.organisation_id)
    .where(RoleGrant.ended_at.is_(None))
)


def grants_in(organisation_id: int) -> tuple[GrantCard, ...]:
    """Every role held in the organisation now, by the holder's name; the first 500."""
    rows = session().execute(
        _GRANTS.where(RoleGrant.organisation_id == organisation_id)
        .order_by(Person.chosen_name, Person.id, RoleGrant.id)
        .limit(500)
    )
    return tuple(GrantCard(*row) for row in rows)


def grants_of(person_ids: Iterable[int]) -> tuple[GrantCard, ...]:
    """Every role that these people hold now, by organisation."""
    ids = sorted(set(person_ids))
    if not ids:
        return ()
    rows = session().execute(
        _GRANTS.where(RoleGrant.person_id.in_(ids)).order_by(Organisation.name, RoleGrant.id)
    )
    return tuple(GrantCard(*row) for row in rows)


_INVITATIONS = sa.select(
    Invitation.id,
    Invitation.email,
    Organisation.id,
    Organisation.name,
    Invitation.role,
    Invitation.invited_by,
    Invitation.invited_at,
    Invitation.expires_at,
    sa.exists(sa.select(Person.id).where(Person.email == Invitation.email, Person.active)),
).join(Organisation, Organisation.id == Invitation.organisation_id)


def invitations_waiting(organisation_id: int) -> tuple[InvitationCard, ...]:
    """The organisation's invitations that can still be answered, newest first; at most 100."""
    rows = session().execute(
        _INVITATIONS.where(
            Invitation.organisation_id == organisation_id,
            Invitation.accepted_at.is_(None),
            Invitation.expires_at > clock.now(),
        )
        .order_by(Invitation.id.desc())
        .limit(100)
    )
    return tuple(InvitationCard(*row) for row in rows)


def invitation_by_token(token: str) -> InvitationCard:
    """The invitation that a link opens. Raises NotFound when it is unknown, used or too old."""
    row = (
        session()
        .execute(
            _INVITATIONS.where(
                Invitation.token_hash == hashlib.sha256(token.encode()).hexdigest(),
                Invitation.accepted_at.is_(None),
                Invitation.expires_at > clock.now(),
            )
        )
        .first()
    )
    if row is None:
        raise NotFound
    return InvitationCard(*row)


def people_found(words: str) -> tuple[PersonCard, ...]:
    """People whose chosen name, legal name or address begins with these words; at most 50, by name."""
    typed = " ".join(words.split()).lower()
    if len(typed) < 2:
        return ()
    safe = typed.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    begins = [
        column.like(f"{safe}%", escape="\\")
        for column in (sa.func.lower(Person.chosen_name), sa.func.lower(Person.legal_name), Person.email)
    ]
    rows = session().execute(
        sa.select(*_PERSON).where(sa.or_(*begins)).order_by(Person.chosen_name, Person.id).limit(50)
    )
    return tuple(PersonCard(*row) for row in rows)
