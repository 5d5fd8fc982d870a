"""Reads about people, organisations and roles."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from lms.db import session
from lms.errors import NotFound
from lms.people.models import Attestation, Organisation, Person, RoleGrant
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
